"""From last year's records to the base of the target year, stage by stage; each stage leaves what it added.

The parts of every cell add up to its base exactly, because each stage is rounded and a part is the
difference of two stages. So every sum of cells can say how it came about. Formula page:
docs/formulas/baseline.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from quyu.apps.targets.services.baseline.blend import Sources, Weights, by_source
from quyu.apps.targets.services.baseline.cleaning import Turnover, without
from quyu.apps.targets.services.baseline.growth import Growth, trend_bp
from quyu.apps.targets.services.baseline.level import Likes, borrowed, completed, pace_of
from quyu.apps.targets.services.baseline.season import season
from quyu.apps.targets.services.baseline.series import Floats, Ints, NoHistory, Series

PARTS = ("recorded", "open", "one_off", "new", "lost", "season", "borrowed", "potential", "plan", "growth")
"""In the order in which they come about."""


@dataclass(frozen=True)
class Method:
    """What a planner chose. `growth` None carries the company's trend on; `is_rolling` takes the last twelve
    closed months as they are instead of estimating the open ones at this year's pace.

    `excluded` is what one-off orders were worth at (year index, series, month).
    """

    growth: Growth | None = None
    weights: Weights = field(default_factory=Weights)
    sources: Sources = field(default_factory=Sources)
    likes: Likes = field(default_factory=Likes)
    excluded: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    turnover: Turnover | None = None
    takes_new: bool = False
    takes_lost: bool = False
    is_rolling: bool = False


@dataclass(frozen=True)
class Draft:
    """`parts` (series, 12) each, in the measure's unit, summing to `cells`; and how it came about."""

    parts: Mapping[str, Ints]
    cells: Ints
    last_year: Ints
    growth: Growth
    pace: float
    without_history: tuple[int, ...]
    season: Floats
    level: Floats
    as_potential: Floats
    as_plan: Floats


def draft(history: Series, method: Method, *, target_year: int) -> Draft:
    """The base of the target year. Raises NoHistory where nothing was sold."""
    if not history.amounts.size or history.amounts.sum() <= 0:
        raise NoHistory
    pace, cleaned = _pace(history.amounts, history, method), without(history.amounts, method.excluded)
    recorded = history.amounts[-1]
    filled = completed(history.amounts, history.closed, pace=pace)
    kept = completed(cleaned, history.closed, pace=_pace(cleaned, history, method))
    turnover = method.turnover
    with_new = kept + turnover.missing if turnover and method.takes_new else kept
    base_year = with_new - turnover.leaving if turnover and method.takes_lost else with_new
    known = replace(history, amounts=np.concatenate([cleaned[:-1], kept[None]]))
    shares = season(known, target_year)
    level = np.clip(base_year.sum(axis=1), 0, None).astype(np.float64)
    groups = history.grouped(level)
    lent, missing = borrowed(known, groups, method.likes)
    as_potential, as_plan = by_source(lent, method.sources)
    growth = method.growth or Growth(trend_bp(known.amounts))
    of_potential = method.weights.potential / 10_000 * (as_potential - lent)
    of_plan = method.weights.plan / 10_000 * (as_plan - lent)
    levels = [groups, lent, lent + of_potential, lent + of_potential + of_plan]
    levels.append(levels[-1] * growth.factors(*groups.shape))
    spread = _spreader(history, level, groups, history.spread(shares))
    stages = [recorded, filled, kept, with_new, base_year, *(spread(each) for each in levels)]
    parts = {PARTS[0]: recorded} | {
        part: after - before for part, before, after in zip(PARTS[1:], stages[:-1], stages[1:], strict=True)
    }
    return Draft(
        parts, stages[-1], filled, growth, pace, missing, shares, lent, as_potential, as_plan
    )  # fmt: skip


def _pace(amounts: Ints, history: Series, method: Method) -> float:
    return 1.0 if method.is_rolling else pace_of(amounts, history.closed)


def _spreader(history: Series, level: Floats, groups: Floats, shares: Floats) -> Callable[[Floats], Ints]:
    """What turns a level of the groups into rounded cells: each series keeps its part of its group's level.

    A group without level of its own puts what it was given on its first series.
    """
    own = history.spread(groups)
    first = np.zeros(level.size)
    first[history.first_of_group[history.first_of_group >= 0]] = 1
    part = np.where(own > 0, level / np.where(own > 0, own, 1), first)

    def spread(wanted: Floats) -> Ints:
        cells: Ints = np.rint((history.spread(wanted) * part)[:, None] * shares).astype(np.int64)
        return cells

    return spread
