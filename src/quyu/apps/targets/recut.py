"""Who answered for a territory on which days of a month.

Days are half-open [first, stop); days that nobody answered for go to the vacancy ("").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
