"""Working days: Monday to Friday, except the days a calendar names otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """`exceptions` maps a day to "is it worked"; from `provisional_from` on, holidays are not announced yet."""

    exceptions: Mapping[date, bool]
    provisional_from: date | None = None

    def is_working(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def count(self, start: date, end: date) -> int:
        """Working days in `[start, end)`; 0 where the range is empty."""
        days = (end - start).days
        if days <= 0:
            return 0
        weeks, rest = divmod(days, 7)
        first = start.weekday()
        plain = weeks * _SATURDAY + sum((first + offset) % 7 < _SATURDAY for offset in range(rest))
        moved = sum(
            int(worked) - int(day.weekday() < _SATURDAY)
            for day, worked in self.exceptions.items()
            if start <= day < end
        )
        return plain + moved

    def days(self, start: date, end: date) -> list[date]:
        """The working days in `[start, end)`, in order."""
        every = (start + timedelta(offset) for offset in range(max((end - start).days, 0)))
        return [day for day in every if self.is_working(day)]

    def is_provisional(self, start: date, end: date) -> bool:
        """Does `[start, end)` reach into time whose holidays are not announced?"""
        return self.provisional_from is not None and end > self.provisional_from and end > start
