"""Who could look after the territories of an org unit: the sellers who sit there, and who looks after them today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.models import Ability, Territory, TerritoryOwner
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, Person, Position, in_force


@dataclass(frozen=True)
class Candidate:
    """A person on a seat. `since`: from which day on he has looked after each territory he has today."""

    person: Person
    position: Position
    ability: Ability
    since: dict[int, date]

    @property
    def is_told(self) -> bool:
        """Whether somebody said what he can do; else he counts as a full, experienced person."""
        return self.ability.pk is not None


def candidates(units: Iterable[int], territories: Iterable[Territory], at: date) -> list[Candidate]:
    """One entry per person, by seat code; a person on several seats comes with the first that owns a territory."""
    owned = TerritoryOwner.objects.filter(in_force(at), territory__in=[*territories])
    held: dict[int, dict[int, date]] = {}
    for owner in owned:
        held.setdefault(owner.position_id, {})[owner.territory_id] = owner.valid_from
    sitting = Assignment.objects.sitting(at).filter(in_force(at, "position__"))
    here = sitting.filter(position__org_unit__in=[*units], position__role=Role.SALESPERSON)
    here |= sitting.filter(position__in=held)
    rows = list(
        here.select_related("person", "position__org_unit").order_by("position__code", "pk").distinct()
    )
    rows.sort(key=lambda row: row.position_id not in held)
    known = Ability.objects.holding({row.person_id for row in rows}, at)
    found: dict[int, Candidate] = {}
    for row in rows:
        if row.person_id not in found:
            since = {side: max(day, row.valid_from) for side, day in held.get(row.position_id, {}).items()}
            ability = known.get(row.person_id) or Ability(person=row.person, valid_from=at)
            found[row.person_id] = Candidate(row.person, row.position, ability, since)
    return sorted(found.values(), key=lambda one: one.position.code)
