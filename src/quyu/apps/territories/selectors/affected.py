"""Whom a move of units concerns: for each person the target before and after, and the customers that come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quyu.apps.territories.effects import TargetChange
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors.alignments import TerritoryLoad
from quyu.apps.territories.selectors.scenarios import Difference
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.models import Person


@dataclass
class Affected:
    """A person, or a territory nobody answers for (`person` None).

    `before` and `after` in fen, of the days from the effective day on; customers as counts, those that only change
    between territories of the same person left out.
    """

    person: Person | None
    territories: list[Territory] = field(default_factory=list)
    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0

    @property
    def delta(self) -> int:
        return self.after - self.before

    @property
    def delta_bp(self) -> int | None:
        """The change of the target; None without a target before."""
        return ratio_bp(self.delta, self.before) if self.before else None


def affected(
    difference: Difference, before: Mapping[str, TerritoryLoad], after: Mapping[str, TerritoryLoad]
) -> list[Affected]:
    """Everybody whose target or customers change, in reach; by the size of the change of the target, then of customers."""
    loads = {**before, **after}
    rows: dict[str, Affected] = {}
    for code, change in (difference.effect.changes if difference.effect else {}).items():
        if code in loads:
            add_target(row_of(rows, loads[code]), change)
    for move in difference.changes:
        source, target = (loads.get(side.code) if side else None for side in (move.source, move.target))
        if source is not None and target is not None and key_of(source) == key_of(target):
            continue
        if source is not None:
            row_of(rows, source).lost += move.customers
        if target is not None:
            row_of(rows, target).gained += move.customers
    found = [row for row in rows.values() if row.delta or row.gained or row.lost]
    return sorted(found, key=lambda row: (-abs(row.delta), -(row.gained + row.lost), row.territories[0].code))


def key_of(load: TerritoryLoad) -> str:
    person = load.owner.person if load.owner else None
    return f"person {person.pk}" if person else f"territory {load.territory.pk}"


def row_of(rows: dict[str, Affected], load: TerritoryLoad) -> Affected:
    """The row of whoever answers for this territory, with the territory in it."""
    person = load.owner.person if load.owner else None
    row = rows.setdefault(key_of(load), Affected(person))
    if load.territory not in row.territories:
        row.territories.append(load.territory)
    return row


def add_target(row: Affected, change: TargetChange) -> None:
    row.before += change.before
    row.after += change.after
