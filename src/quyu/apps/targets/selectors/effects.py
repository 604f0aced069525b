"""What a move of units between territories does to the targets of the year: the door that territories ask."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.selectors.flows import flows_of
from quyu.apps.targets.selectors.following import Share, cut, held_in, month_days, shares_of
from quyu.apps.targets.selectors.freezing import CALENDAR
from quyu.apps.targets.selectors.versions import published_cells
from quyu.apps.targets.sums import Sums
from quyu.apps.territories.effects import Effect, Flow, TargetChange


class TargetsReader:
    """Reads the amount plan in force for the effective day."""

    def effect(self, flows: Sequence[Flow], *, on: date, today: date) -> Effect | None:
        """By territory, over the days of the plan year from `on` on."""
        found = published_cells(CALENDAR.fiscal_year(on), at=max(on, today))
        if found is None:
            return None
        version, axes, cells = found
        stop = month_days(axes.months[-1])[1]
        table, known = cells.sum(axis=2), flows_of(version, before=on)
        before = left_of(axes, table, shares_of(axes, known), on)
        after = left_of(axes, table, shares_of(axes, [*known, *flows]), on)
        changed = sorted(code for code in {*before, *after} if before.get(code, 0) != after.get(code, 0))
        return Effect(
            plan=str(version),
            first=on,
            stop=stop,
            total=sum(before.values()),
            changes={
                code.removeprefix(TERRITORY): TargetChange(before.get(code, 0), after.get(code, 0))
                for code in changed
            },
        )


def left_of(axes: Axes, table: Sums, shares: dict[str, tuple[Share, ...]], on: date) -> dict[str, int]:
    """Holder -> its target on the days from `on` on; what the days before take of a month is cut off first."""
    found: dict[str, int] = defaultdict(int)
    for row, leaf in zip(table.tolist(), axes.leaves, strict=True):
        for value, code in zip(row, axes.months, strict=True):
            first, stop = month_days(code)
            if stop <= on:
                continue
            if first < on:
                value = cut(value, {False: _days(first, on), True: _days(on, stop)})[True]
            for holder, part in cut(value, held_in((max(first, on), stop), shares[leaf])).items():
                found[holder] += part
    return found


def _days(first: date, stop: date) -> Fraction:
    return Fraction((stop - first).days)
