"""Good centres before any search: where the territories should lie is settled with units that may be divided.

With the centres held, the best divided plan is a transportation problem whose prices are known from the last time;
each centre then moves to the middle of what it was given, again and again (Lloyd 1982; balanced power diagrams:
Aurenhammer, Hoffmann, Aronov 1998; Hess et al. 1965 for districts). A divided plan costs a hundredth of a cooled one
and tells within a few percent how compact the whole one will be, so that many starts can race and few be cooled.
"""

from dataclasses import dataclass, replace

import numpy as np

from quyu.engine.alignment import bound
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.instance import Instance

FIRST = ((0.3, 15), (0.05, 15))
"""Temperature and steps of ascent for the first prices, and then for each new set of centres."""
AGAIN = (0.03, 10)


@dataclass(frozen=True, eq=False)
class Diagram:
    """Centres with their prices, the unit each goes to, and the cost of the divided plan, km2."""

    assignment: Ints
    centre: Floats
    price: Floats
    radius: float
    cost: float


def begin(instance: Instance, free: Ints, assign: Ints) -> Diagram:
    """The diagram of a plan's own centres; `free` are the units that may go anywhere."""
    centre = bound.centres(instance, assign)
    radius = bound.radius_of(instance, free, assign, centre) / 1.5
    plain = Diagram(assign, centre, np.zeros(instance.upper.size), radius, np.inf)
    return _priced(instance, free, plain, FIRST)


def settled(instance: Instance, free: Ints, diagram: Diagram) -> Diagram:
    """The diagram with its centres moved once."""
    centre = bound.centres(instance, diagram.assignment)
    size = np.bincount(diagram.assignment, minlength=instance.territory_count)
    centre[size == 0] = diagram.centre[size == 0]
    return _priced(instance, free, replace(diagram, centre=centre), (AGAIN,))


def _priced(
    instance: Instance, free: Ints, diagram: Diagram, climbs: tuple[tuple[float, int], ...]
) -> Diagram:
    room, need = bound.bands(instance, free, diagram.assignment, widened=False)
    dual = bound.Dual(instance, free, diagram.centre, room, need, diagram.radius)
    price = diagram.price
    cost = dual.exact(price)
    for heat, steps in climbs:
        price = dual.rise(price, heat, steps)
        cost = dual.exact(price)
    assign = diagram.assignment.copy()
    assign[free] = dual.choice[:, 0]
    return Diagram(assign, diagram.centre, price, diagram.radius, cost)
