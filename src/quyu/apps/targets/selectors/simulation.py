"""What a change would do, before anything is saved: by node and month, against what has been sold.

Months before the first one that changes are held like locked cells, so that what was agreed for them stays.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Cells, Mask, Node, UnknownNode
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.standing import sold
from quyu.apps.targets.sums import region_sums, sums
from quyu.kernel.rate import growth_bp, ratio_bp
from quyu.kernel.refusal import Refusal

MOST_LINES = 60


class MonthPassed(Refusal):
    """What has been agreed for a past month stays."""

    def __init__(self, month: str, first: str) -> None:
        super().__init__(
            "month_passed",
            "{month} 已经过去，目标不再改变；最早可从 {first} 起调整。",
            month=month,
            first=first,
        )


class YearOver(Refusal):
    """All months of the plan have passed."""

    def __init__(self, year: int) -> None:
        super().__init__("year_over", "{year} 年已经结束，当年的目标不再调整。", year=str(year))


@dataclass(frozen=True)
class Line:
    """A node or month before and after; the attainment is that of the whole year so far, in basis points."""

    code: str
    name: str
    before: int
    after: int
    actual: int
    attained_before_bp: int | None
    attained_after_bp: int | None
    is_held: bool = False

    @property
    def delta(self) -> int:
        return self.after - self.before

    @property
    def delta_bp(self) -> int | None:
        return growth_bp(self.after, self.before)


@dataclass(frozen=True)
class Simulation:
    """`regions` are the nodes that change, largest change first; `months` all months of the node."""

    label: str
    before: int
    after: int
    total_before: int
    total_after: int
    held: int
    cells_changed: int
    regions: tuple[Line, ...]
    months: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """As the change keeps it, for whoever approves."""
        return asdict(self)

    def within(self, axes: Axes, reach: Reach) -> "Simulation":
        """As far as a reader reaches: who asks for his own region is not told what others carry."""
        return replace(self, regions=tuple(line for line in self.regions if reach.covers(axes, line.code)))

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Simulation":
        lines = {name: tuple(Line(**line) for line in kept[name]) for name in ("regions", "months")}
        return cls(**{**kept, **lines})


@dataclass(frozen=True)
class Asked:
    """A node, the value it is to have, how, and from which month on."""

    node: Node
    value: int
    rule: EditRule
    first_month: str


def require_open_year(axes: Axes, today: date) -> None:
    """Raises YearOver."""
    if axes.months[-1][:7] < f"{today:%Y-%m}":
        raise YearOver(axes.year)


def first_open_month(axes: Axes, today: date) -> str:
    """The first month of the plan that has not ended; the last one where all have."""
    return next((code for code in axes.months if code[:7] >= f"{today:%Y-%m}"), axes.months[-1])


def held_months(axes: Axes, first_month: str) -> Mask:
    """True for the cells of months before `first_month`. Raises UnknownNode."""
    if first_month not in axes.months:
        raise UnknownNode(first_month)
    held: Mask = axes.coordinate(PERIOD) < axes.months.index(first_month)
    return held


def changed_cells(version: PlanVersion, axes: Axes, cells: Cells, asked: Asked, *, today: date) -> Cells:
    """The cells after the change. Raises UnknownNode, YearOver, MonthPassed, OutOfInterval."""
    require_open_year(axes, today)
    first = first_open_month(axes, today)
    if asked.first_month[:7] < first[:7]:
        raise MonthPassed(asked.first_month, first)
    held = held_months(axes, asked.first_month) | locked_cells(version, axes, at=today)
    return spreading.spread(
        axes,
        cells,
        weights=lambda: store.load_shaped(version, axes.shape, store.BASE),
        locked=held,
        node=asked.node,
        value_fen=asked.value,
        rule=asked.rule,
        unit=version.plan.unit,
    )


def simulate(version: PlanVersion, asked: Asked, *, today: date) -> Simulation:
    """The effect on every node and month; nothing is written."""
    axes = Axes.from_json(version.axes)
    before = store.load_shaped(version, axes.shape)
    after = changed_cells(version, axes, before, asked, today=today)
    done = sold(axes, measure=version.plan.measure, today=today)
    block = axes.block(asked.node)
    held = held_months(axes, asked.first_month)
    return Simulation(
        label=axes.label(asked.node),
        before=int(before[block].sum()),
        after=int(after[block].sum()),
        total_before=int(before.sum()),
        total_after=int(after.sum()),
        held=int(before[block][held[block]].sum()),
        cells_changed=int(np.count_nonzero(before != after)),
        regions=_regions(axes, before, after, done.sum(axis=1)),
        months=_months(axes, before, after, done, asked),
    )


def _regions(axes: Axes, before: Cells, after: Cells, done: Any) -> tuple[Line, ...]:
    was, becomes = region_sums(axes, before), region_sums(axes, after)
    changed = [place for place in range(len(axes.regions)) if was[place] != becomes[place]]
    changed.sort(key=lambda place: (-abs(int(becomes[place] - was[place])), place))
    return tuple(
        _line(axes.regions[place], axes.name(axes.regions[place]), was[place], becomes[place], done[place])
        for place in changed[:MOST_LINES]
    )


def _months(axes: Axes, before: Cells, after: Cells, done: Any, asked: Asked) -> tuple[Line, ...]:
    place = axes.regions.index(asked.node.region)
    was = sums(axes, before, rows=REGION, columns=PERIOD)[place]
    becomes = sums(axes, after, rows=REGION, columns=PERIOD)[place]
    number = {code: column for column, code in enumerate(axes.period.nodes)}
    first = axes.months.index(asked.first_month)
    return tuple(
        _line(code, code, was[number[code]], becomes[number[code]], done[place][month], is_held=month < first)
        for month, code in enumerate(axes.months)
    )


def _line(code: str, name: str, before: Any, after: Any, actual: Any, *, is_held: bool = False) -> Line:
    was, becomes, done = int(before), int(after), int(actual)
    return Line(code, name, was, becomes, done, ratio_bp(done, was), ratio_bp(done, becomes), is_held)
