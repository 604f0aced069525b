"""Who answers for a node on a day, and who stands above: seats of managers and owners of territories."""

from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.selectors.freezing import MANAGERS
from quyu.apps.territories.models import TerritoryOwner
from quyu.platform.people.models import OrgLink, OrgUnit, User
from quyu.platform.people.selectors import holder_of, seats_by_unit


@dataclass(frozen=True)
class Responsible:
    """`manager` is org unit -> (its managing seat, whether somebody sits there); `parent` its superior unit."""

    manager: dict[int, tuple[int, bool]]
    owner: dict[int, int]
    seated: frozenset[int]
    parent: dict[int, int]

    def position(self, org_unit: int, territory: int | None) -> int | None:
        """The seat that answers: of the territory, else of the unit; where nobody sits, the next above."""
        own = self.owner.get(territory) if territory is not None else None
        if own is not None and own in self.seated:
            return own
        return self.manager_of(org_unit)

    def superior(self, org_unit: int, position: int | None) -> int | None:
        """The next seat above the one that answers."""
        found = self.manager_of(org_unit)
        above = self.parent.get(org_unit)
        while found == position and above is not None:
            found, above = self.manager_of(above), self.parent.get(above)
        return found if found != position else None

    def manager_of(self, org_unit: int) -> int | None:
        """The manager of a unit, else of the nearest above that has one."""
        at: int | None = org_unit
        while at is not None:
            seat, is_held = self.manager.get(at, (0, False))
            if is_held:
                return seat
            at = self.parent.get(at)
        return None


def responsible(at: date) -> Responsible:
    """Of the whole company on a day; a handful of queries."""
    units = [*OrgUnit.objects.values_list("pk", flat=True)]
    manager = {
        unit: (managing[0].position.pk, managing[0].holder is not None)
        for unit, seats in seats_by_unit(units, at).items()
        if (managing := [seat for seat in seats if seat.position.role in MANAGERS])
    }
    owner = dict(TerritoryOwner.objects.in_force(at).values_list("territory_id", "position_id"))
    parent = dict(OrgLink.objects.in_force(at).values_list("unit_id", "parent_id"))
    return Responsible(manager, owner, frozenset(holder_of(owner.values(), at)), parent)


def accounts_of(positions: set[int], at: date) -> dict[int, User]:
    """Position -> the account of who sits there; those without one are left out."""
    held = holder_of(positions, at)
    users = User.objects.in_bulk([person.user_id for person in held.values() if person.user_id])
    return {
        position: users[person.user_id]
        for position, person in held.items()
        if person.user_id in users and users[person.user_id].is_active
    }
