"""A month's target cut among those who answered for it, by days.

Days are half-open [first, stop). Each share is within one unit of its exact share of days; days that
nobody answered for go to the vacancy (""). The shares always sum to the target.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quyu.kernel.rounding import largest_remainder

VACANT = ""


@dataclass(frozen=True)
class Held:
    """`who` answered from `first` on and no longer on `stop`; None means until further notice."""

    who: str
    first: date
    stop: date | None


def days_held(month: tuple[date, date], spans: Iterable[Held]) -> dict[str, int]:
    """Whole days of the month by person, vacancy included; of overlapping spans the later one counts."""
    first, stop = month
    days = [VACANT] * (stop - first).days
    for span in sorted(spans, key=lambda span: (span.first, span.who)):
        start = max((span.first - first).days, 0)
        end = min(((span.stop or stop) - first).days, len(days))
        for day in range(start, end):
            days[day] = span.who
    return {who: days.count(who) for who in dict.fromkeys(days)}


def by_days(value: int, month: tuple[date, date], spans: Iterable[Held]) -> dict[str, int]:
    """The value cut by days (largest remainder); sums to the value exactly."""
    held = days_held(month, spans)
    shares = largest_remainder(list(held.values()), value)
    return dict(zip(held, (int(share) for share in shares), strict=True))
