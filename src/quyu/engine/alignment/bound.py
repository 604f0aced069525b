"""The certificate: no plan with these centres and this tolerance can be more compact than the lower bound.

With the centres held, the best fractional plan is a transportation problem (Hess et al. 1965; Hojati 1996). Any
prices on the loads give a lower bound by Lagrangian duality, whatever their origin; good ones are found by
L-BFGS on the smoothed dual (Nesterov 2005). The bound is evaluated exactly, over all pairs, without smoothing.
"""

import numpy as np

from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums, sums
from quyu.engine.alignment.ascent import climb
from quyu.engine.alignment.compiled import compiled
from quyu.engine.alignment.instance import Instance

CANDIDATES = 12
HEATS = (0.3, 0.05, 0.05, 0.01, 0.01, 0.003)
ITERATIONS = 60


@compiled
def cheapest_priced(
    x: Floats, y: Floats, w: Floats, share: Floats, centre: Floats, price: Floats, closed: Bools, choice: Ints
) -> float:
    """Fill choice with the territories of least cost w d + price . share; returns the sum of the least costs."""
    k = choice.shape[1]
    level = np.empty(k)
    total = 0.0
    for i in range(len(x)):
        filled = 0
        for j in range(len(price)):
            if closed[j]:
                continue
            cost = w[i] * ((x[i] - centre[j, 0]) ** 2 + (y[i] - centre[j, 1]) ** 2)
            for m in range(share.shape[1]):
                cost += price[j, m] * share[i, m]
            if filled == k and cost >= level[k - 1]:
                continue
            at = filled if filled < k else k - 1
            while at > 0 and level[at - 1] > cost:
                level[at] = level[at - 1]
                choice[i, at] = choice[i, at - 1]
                at -= 1
            level[at] = cost
            choice[i, at] = j
            if filled < k:
                filled += 1
        total += level[0]
    return total


@compiled
def soft_dual(
    x: Floats,
    y: Floats,
    w: Floats,
    share: Floats,
    centre: Floats,
    price: Floats,
    choice: Ints,
    heat: float,
    load: Floats,
) -> float:
    """Smoothed sum of least costs; load becomes its gradient, the soft load of each territory."""
    k = choice.shape[1]
    part = np.empty(k)
    value = 0.0
    for i in range(len(x)):
        warm = heat * (w[i] + 1e-6)
        least = 1e300
        for c in range(k):
            j = choice[i, c]
            cost = w[i] * ((x[i] - centre[j, 0]) ** 2 + (y[i] - centre[j, 1]) ** 2)
            for m in range(share.shape[1]):
                cost += price[j, m] * share[i, m]
            part[c] = cost
            least = min(least, cost)
        total = 0.0
        for c in range(k):
            cold = (least - part[c]) / warm
            part[c] = np.exp(cold) if cold > -30.0 else 0.0
            total += part[c]
        value += least - warm * np.log(total)
        for c in range(k):
            if part[c] == 0.0:
                continue
            for m in range(share.shape[1]):
                load[choice[i, c], m] += part[c] / total * share[i, m]
    return value


def lower_bound(instance: Instance, assign: Ints) -> float:
    """Least sum of w |x - centre|^2 over fractional plans within tolerance, for the centres of this plan, km2.

    Locked units, frozen territories and homes are respected. A plan outside its band is compared with plans that
    are as far outside. Zero when nothing has a position.
    """
    free = np.flatnonzero(instance.placed & (instance.fixed < 0))
    if not len(free) or instance.closed.all():
        return instance.inner + _cost_of_fixed(instance, centres(instance, assign))
    centre = centres(instance, assign)
    room, need = bands(instance, free, assign)
    problem = Dual(instance, free, centre, room, need, radius_of(instance, free, assign, centre))
    return max(problem.solve(), 0.0) + instance.inner + _cost_of_fixed(instance, centre)


def bands(instance: Instance, free: Ints, assign: Ints, *, widened: bool = True) -> tuple[Floats, Floats]:
    """Most and least that each territory may take of the free units; widened to what the plan carries."""
    used = np.isfinite(instance.upper) & ~instance.closed[:, None]
    count = instance.territory_count
    load, mine = (
        column_sums(assign[who], instance.share[who], count) for who in (np.arange(instance.count), free)
    )
    most = np.maximum(instance.upper, load) if widened else instance.upper
    least = np.minimum(instance.lower, load) if widened else instance.lower
    held = load - mine
    return np.where(used, most - held, 0.0), np.where(used, least - held, 0.0)


def radius_of(instance: Instance, free: Ints, assign: Ints, centre: Floats) -> float:
    """Mean squared distance of the free units from their centres, km2."""
    own = centre[assign[free]]
    squared = (instance.x[free] - own[:, 0]) ** 2 + (instance.y[free] - own[:, 1]) ** 2
    weight = instance.own[free]
    return max(float((weight * squared).sum()) / max(float(weight.sum()), 1e-12), 1e-9)


def centres(instance: Instance, assign: Ints) -> Floats:
    weight = np.where(instance.placed, instance.own, 0.0)
    total = np.maximum(sums(assign, weight, instance.territory_count), 1e-12)
    axes = [
        sums(assign, weight * axis, instance.territory_count) / total for axis in (instance.x, instance.y)
    ]
    centre: Floats = np.where(np.isfinite(instance.home), instance.home, np.column_stack(axes))
    return centre


def _cost_of_fixed(instance: Instance, centre: Floats) -> float:
    held = np.flatnonzero((instance.fixed >= 0) & instance.placed)
    own = centre[instance.fixed[held]]
    squared = (instance.x[held] - own[:, 0]) ** 2 + (instance.y[held] - own[:, 1]) ** 2
    return float((instance.own[held] * squared).sum())


class Dual:
    """The Lagrangian dual over one price per territory and measure; positive prices push load away.

    Loads are free inside the band; the corner of that term is rounded while climbing, as the choice of the units is.
    """

    def __init__(
        self, instance: Instance, free: Ints, centre: Floats, room: Floats, need: Floats, radius: float
    ) -> None:
        self.x, self.y, self.w = instance.x[free], instance.y[free], instance.own[free]
        self.share, self.centre, self.closed = instance.share[free], centre, instance.closed
        self.used = np.isfinite(instance.upper) & ~instance.closed[:, None]
        self.room, self.need, self.radius = room, need, radius
        self.unit = radius * instance.mean_weight
        self.choice = np.zeros((len(free), min(CANDIDATES, int((~instance.closed).sum()))), dtype=np.int32)
        self.heat = 0.0

    def _smooth(self, z: Floats) -> tuple[float, Floats]:
        price = np.where(self.used, z.reshape(self.room.shape), 0.0)
        load = np.zeros_like(price)
        value = soft_dual(
            self.x,
            self.y,
            self.w,
            self.share,
            self.centre,
            price * self.unit,
            self.choice,
            self.heat * self.radius,
            load,
        )
        middle, width = (self.room + self.need) / 2, np.maximum(self.room - self.need, 1e-9)
        bend = 2 * self.heat / width
        taken = np.clip(middle + price / bend, self.need, self.room)
        band = price * taken - bend / 2 * (taken - middle) ** 2
        slope: Floats = ((load - taken) * self.used).ravel()
        return value / self.unit - float(band.sum()), slope

    def exact(self, z: Floats) -> float:
        """The bound these prices prove, without smoothing and over all territories; refreshes the candidates."""
        price = np.where(self.used, z.reshape(self.room.shape), 0.0) * self.unit
        value = cheapest_priced(
            self.x, self.y, self.w, self.share, self.centre, price, self.closed, self.choice
        )
        return value - float(np.maximum(price * self.room, price * self.need).sum())

    def rise(self, z: Floats, heat: float, rounds: int) -> Floats:
        """Better prices: so many steps of ascent at one temperature."""
        self.heat = heat
        return climb(self._smooth, z, rounds)

    def solve(self) -> float:
        """The best bound found."""
        z = np.zeros(self.room.size)
        best = self.exact(z)
        for heat in HEATS:
            z = self.rise(z, heat, ITERATIONS)
            best = max(best, self.exact(z))
        return best
