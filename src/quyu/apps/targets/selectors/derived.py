"""Targets that follow from a plan: per head, per customer, per outlet, and by a rate; each checked both ways.

Per head: the target over the people who own territories below the region. Going back, people times the
rounded figure differs from the target by at most half a unit for each. By a rate: every leaf is rounded
on the running sum, so that any region is within one unit of its exact part and all of them add up.
Formula page: docs/formulas/checks.md.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.models import DerivedTarget, PlanVersion
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.regions import Sums, counts_of, rolled_up, sums_of
from quyu.kernel.measure import say_value
from quyu.kernel.rate import BP

MONTHS = 12


@dataclass(frozen=True)
class Each:
    """The target for one of `count`; `difference` is what count x each lacks to the whole (the unit of the measure)."""

    count: int
    each: int | None
    each_month: int | None
    difference: int
    agrees: bool


@dataclass(frozen=True)
class DerivedRow:
    """One region with what follows from its target."""

    region: str
    name: str
    depth: int
    value: int
    per_head: Each
    per_customer: Each
    per_outlet: Each
    by_rate: tuple[int, ...]


@dataclass(frozen=True)
class Derived:
    """The page: rows, the rates set, and whether every sum comes back."""

    rows: tuple[DerivedRow, ...]
    rates: tuple[DerivedTarget, ...]
    unit: str
    word: str
    disagreements: int

    def said(self, value: int | None) -> str:
        return say_value(value, self.unit, self.word)


def derived(version: PlanVersion, axes: Axes, *, reach: Reach, at: date) -> Derived:
    """What follows from a version for the regions this reader reaches."""
    cells = store.load_shaped(version, axes.shape)
    values, counts = sums_of(axes, cells), counts_of(axes, at)
    rates = tuple(DerivedTarget.objects.filter(plan=version.plan).order_by("kind"))
    parts = [by_rate(axes, cells, rate.rate_bp) for rate in rates]
    months = len(axes.months) or MONTHS
    rows = tuple(
        DerivedRow(
            code, axes.name(code), axes.depths[code], values[code],
            each_of(values[code], counts.people[code], months),
            each_of(values[code], counts.customers[code], months),
            each_of(values[code], counts.outlets[code], months),
            tuple(part[code] for part in parts),
        )
        for code in axes.regions
        if reach.covers(axes, code)
    )  # fmt: skip
    faults = sum(not each.agrees for row in rows for each in (row.per_head, row.per_customer, row.per_outlet))
    faults += sum(_unequal(axes, part) for part in parts)
    metric = METRICS[version.plan.measure]
    return Derived(rows, rates, metric.unit, metric.word, faults)


def each_of(value: int, count: int, months: int) -> Each:
    """The rounded part of one, a year and a month; back again within half a unit for each."""
    if count <= 0:
        return Each(count, None, None, 0, True)
    each = (2 * value + count) // (2 * count)
    month = (2 * value + count * months) // (2 * count * months)
    difference = value - each * count
    return Each(count, each, month, difference, 2 * abs(difference) <= count)


def by_rate(axes: Axes, cells: Cells, rate_bp: int) -> Sums:
    """The rate of every region's target, adding up exactly over the tree."""
    leaf = np.zeros(len(axes.leaves), np.int64)
    np.add.at(leaf, axes.coordinate("region"), cells)
    running, before, parts = 0, 0, []
    for value in leaf.tolist():
        running += value
        upto = (2 * running * rate_bp + BP) // (2 * BP)
        parts.append(upto - before)
        before = upto
    return rolled_up(axes, np.array(parts, np.int64))


def _unequal(axes: Axes, part: Sums) -> int:
    """Regions whose children do not add up to them."""
    return sum(
        bool(axes.tree.children(code))
        and part[code] != sum(part[child] for child in axes.tree.children(code))
        for code in axes.regions
    )
