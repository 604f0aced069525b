"""What a move of units between territories does to the targets of the year: the door that territories ask."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.selectors.flows import Shares, flows_of
from quyu.apps.targets.selectors.following import Share, cut, held_cells, held_in, month_days, shares_of
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
        known = flows_of(version, before=on)
        before, after = left_of(axes, cells, (shares_of(axes, known), shares_of(axes, [*known, *flows])), on)
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


def left_of(axes: Axes, table: Sums, sides: tuple[Shares, Shares], on: date) -> tuple[dict[str, int], ...]:
    """Holder -> its target on the days from `on` on, by the shares before and after.

    `table` is (leaves, months, lines). A month is cut as every later reading cuts it, so the change is theirs to the
    fen; what lies before `on` of its month is the same on both sides and taken off both.
    """
    found: tuple[dict[str, int], ...] = (defaultdict(int), defaultdict(int))
    months = [days for code in axes.months if (days := month_days(code))[1] > on]
    for own, leaf in zip(table[:, table.shape[1] - len(months) :], axes.leaves, strict=True):
        parts = [held_cells(own, shares[leaf], months) for shares in sides]
        by_month = [{who: held.sum(axis=1).tolist() for who, held in part.items()} for part in parts]
        for month, (value, days) in enumerate(zip(own.sum(axis=1).tolist(), months, strict=True)):
            gone = gone_before(on, value, days, sides[0][leaf])
            for holder in {**parts[0], **parts[1]}:
                both = [sums[holder][month] if holder in sums else 0 for sums in by_month]
                past = min(gone.get(holder, 0), *both, key=abs)
                for sums, part in zip(found, both, strict=True):
                    sums[holder] += part - past
    return found


def gone_before(on: date, value: int, month: tuple[date, date], shares: Sequence[Share]) -> dict[str, int]:
    """Holder -> what the days of a month before `on` take of its value."""
    first, stop = month
    if first >= on:
        return {}
    days = {day < on: Fraction((end - day).days) for day, end in ((first, on), (on, stop))}
    return cut(cut(value, days)[True], held_in((first, on), shares))
