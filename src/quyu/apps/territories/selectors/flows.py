"""How much of each territory goes to which other one, when one alignment follows another.

A unit weighs its sales; the units of a territory without sales weigh their customers, and without customers they
weigh the same. So every unit takes the share of its territory with it that it brought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.effects import Flow
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.changes import UnitChange, changes, places, weights
from quyu.apps.territories.selectors.reading import Reading


@dataclass(frozen=True)
class Stream:
    """Units that go from one territory to another, and what share of the first one they were."""

    source: str
    target: str
    units: int
    customers: int
    amount_fen: int
    part: int
    whole: int

    def on(self, day: date) -> Flow:
        return Flow(day, self.source, self.target, self.part, self.whole)


def streams_between(reading: Reading, against: Alignment | None) -> list[Stream]:
    """From the territories of `against` to those of the alignment read, by codes."""
    if against is None:
        return []
    held = dict(places(against))
    moved = changes(reading.alignment, against, reading=reading, before=held)
    return streams(moved, reading, held)


def streams(moved: Iterable[UnitChange], reading: Reading, held: Mapping[int, int]) -> list[Stream]:
    """The same from the changes of a page; `held` is where the units were before."""
    amount, customers = weights(reading)
    inside: dict[int, list[int]] = defaultdict(list)
    for unit, territory in held.items():
        inside[territory].append(unit)
    groups: dict[tuple[str, str], list[UnitChange]] = defaultdict(list)
    for change in moved:
        if change.source is not None:
            groups[change.source.code, change.target.code].append(change)
    found = []
    for (source, target), rows in sorted(groups.items()):
        assert rows[0].source is not None
        weigh = _weigh(inside[rows[0].source.pk], amount, customers)
        part, whole = (
            sum(weigh.get(unit, 0) for unit in units)
            for units in ([row.unit.pk for row in rows], inside[rows[0].source.pk])
        )
        counted = (sum(row.customers for row in rows), sum(row.amount_fen for row in rows))
        found.append(Stream(source, target, len(rows), *counted, part, whole))
    return found


def _weigh(
    units: Sequence[int], amount: Mapping[int, int], customers: Mapping[int, int]
) -> Mapping[int, int]:
    for values in (amount, customers):
        own = {unit: max(values.get(unit, 0), 0) for unit in units}
        if any(own.values()):
            return own
    return dict.fromkeys(units, 1)
