"""How far apart two units of one territory lie: a cap for people who must cross their territory within a day.

The search keeps every unit within half the cap of the middle of its territory, and nearer where that is not enough.
"""

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, sums
from quyu.engine.alignment.compiled import compiled
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Reason, Result
from quyu.engine.alignment.validation import wishes

NEAR = 0.02
"""A diameter within this part of the cap counts as binding."""


@compiled
def widest(x: Floats, y: Floats, far: Floats, order: Ints, first: Ints) -> Floats:
    """The largest distance between two units of each territory, km.

    order: units by territory, the farthest from its middle first; far: that distance; first: where each begins.
    """
    found = np.zeros(len(first) - 1)
    for j in range(len(found)):
        best = 0.0
        for a in range(first[j], first[j + 1]):
            i = order[a]
            if 2.0 * far[i] <= best:
                break
            for b in range(a + 1, first[j + 1]):
                k = order[b]
                if far[i] + far[k] <= best:
                    break
                apart = np.sqrt((x[i] - x[k]) ** 2 + (y[i] - y[k]) ** 2)
                best = max(best, apart)
        found[j] = best
    return found


def diameters(x: Floats, y: Floats, assign: Ints, count: int) -> Floats:
    """The largest distance between two units of each territory, km; units without position are left out."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    x, y, label = x[known], y[known], assign[known]
    size = np.maximum(sums(label, np.ones(len(known)), count), 1.0)
    far = np.hypot(x - (sums(label, x, count) / size)[label], y - (sums(label, y, count) / size)[label])
    order = np.lexsort((-far, label))
    first = np.searchsorted(label[order], np.arange(count + 1))
    return widest(x, y, far, order, first)


def explain(problem: Problem, result: Result) -> list[Reason]:
    """Territories wider than the cap, or as wide as it allows; a shared unit lies in each of its territories."""
    most = problem.max_diameter
    if most is None:
        return []
    shared = np.asarray([(share.unit, share.territory) for share in result.shares], dtype=np.int64).reshape(
        -1, 2
    )
    unit = np.r_[np.arange(problem.unit_count), shared[:, 0]]
    territory_of = np.r_[result.assignment, shared[:, 1]]
    wide = diameters(problem.x[unit], problem.y[unit], territory_of, problem.territory_count)
    found = []
    for territory in np.flatnonzero(wide >= most * (1 - NEAR)).tolist():
        beyond = wide[territory] > most * (1 + 1e-9)
        found.append(
            Reason(
                "too_wide" if beyond else "diameter_at_limit",
                "区域 {territory} 最远的两个单元相距 {diameter:.1f} 千米，超过上限 {most:.1f} 千米"
                if beyond
                else "区域 {territory} 最远的两个单元相距 {diameter:.1f} 千米，已到上限 {most:.1f} 千米的边缘",
                {"territory": territory, "diameter": float(wide[territory]), "most": most},
                territory=territory,
            )
        )
    return sorted(found, key=lambda reason: reason.code != "too_wide")


def check(problem: Problem) -> list[Reason]:
    """Units bound to one territory that lie farther apart than the cap: no plan can keep it."""
    if problem.max_diameter is None:
        return []
    wanted = wishes(problem)
    bound = np.flatnonzero(wanted >= 0)
    wide = diameters(problem.x[bound], problem.y[bound], wanted[bound], problem.territory_count)
    template = "区域 {territory} 锁定的单元最远相距 {diameter:.1f} 千米，超过上限 {most:.1f} 千米；请放宽上限或减少锁定"
    return [
        Reason(
            "locks_too_wide",
            template,
            {"territory": j, "diameter": float(wide[j]), "most": problem.max_diameter},
            territory=j,
        )
        for j in np.flatnonzero(wide > problem.max_diameter * (1 + 1e-9)).tolist()
    ]
