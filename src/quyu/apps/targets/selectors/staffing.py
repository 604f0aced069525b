"""Who carries what: territories without a holder, people who have just begun, and shared targets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.models import CreditSplit, PlanVersion
from quyu.apps.targets.selectors.hedges import year_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.territories.models import TerritoryOwner
from quyu.platform.people import selectors as people
from quyu.platform.people.models import Person

RAMP = (3_000, 6_000, 9_000)
"""What a new person carries in his first months, in basis points; from then on all."""


def holders_on(at: date) -> dict[str, Person]:
    """Territory node -> who sits on the seat that answers for it on a day; vacant ones are left out."""
    owned = TerritoryOwner.objects.in_force(at).select_related("territory").order_by("pk")
    sitting = people.holder_of([row.position_id for row in owned], at)
    return {
        TERRITORY + row.territory.code: sitting[row.position_id]
        for row in owned
        if row.position_id in sitting
    }


def ramp_of(person: Person, months: Sequence[str], ramp: Sequence[int] = RAMP) -> dict[str, int]:
    """Month -> what he carries in basis points, where that is less than all. Before he joins: nothing."""
    if person.joined_on is None:
        return {}
    joined = person.joined_on.year * 12 + person.joined_on.month
    found: dict[str, int] = {}
    for month in months:
        since = int(month[:4]) * 12 + int(month[5:7]) - joined
        if since < len(ramp):
            found[month] = ramp[since] if since >= 0 else 0
    return found


@dataclass(frozen=True)
class Seat:
    """A territory to be settled: vacant, or held by somebody new (`ramp` by month)."""

    region: str
    name: str
    manager: str
    manager_region: str
    value_fen: int
    person: Person | None
    ramp: Mapping[str, int]
    splits: tuple[CreditSplit, ...]

    @property
    def is_open(self) -> bool:
        """Whether something of it is carried by nobody: it is vacant, or its holder is new."""
        return self.person is None or bool(self.ramp)

    @property
    def shares(self) -> tuple[CreditSplit, ...]:
        """Who shares it in the first month that is shared."""
        return tuple(first_month(self.splits))

    @property
    def stamp(self) -> int:
        return stamp_of(self.splits)


def seats(version: PlanVersion, axes: Axes, cells: Cells, reach: Reach, *, at: date) -> Iterator[Seat]:
    """The territories within reach that are vacant, ramping or shared, below their managers in tree order."""
    held, split = holders_on(at), splits_of(version)
    for code in axes.leaves:
        if not reach.covers(axes, code) or not code.startswith(TERRITORY):
            continue
        person = held.get(code)
        ramp = ramp_of(person, axes.months) if person else {}
        if person is None or ramp or code in split:
            above = axes.tree.parent(code) or axes.tree.root
            yield Seat(
                code, axes.name(code), manager_of(axes, code)[1], above, year_of(axes, cells, code), person, ramp,
                tuple(split.get(code, ())),
            )  # fmt: skip


def manager_of(axes: Axes, region: str) -> tuple[str, str]:
    """Code and name of the next person above a territory; empty where all are vacant."""
    for above in axes.tree.ancestors(region):
        owner = axes.owners.get(above, {})
        if owner.get("person"):
            return str(owner["person"]), str(owner.get("name") or "")
    return "", ""


def splits_of(version: PlanVersion) -> dict[str, list[CreditSplit]]:
    """Region -> who shares its target, by month."""
    found: dict[str, list[CreditSplit]] = {}
    for row in CreditSplit.objects.filter(plan_version=version).select_related("person"):
        found.setdefault(row.region, []).append(row)
    return found


def neighbours_of(axes: Axes, region: str, *, at: date) -> list[str]:
    """The territories beside one, below the same node, that somebody holds who is not new."""
    held = holders_on(at)
    parent = axes.tree.parent(region)
    beside = axes.tree.children(parent) if parent else ()
    return [
        code
        for code in beside
        if code != region
        and code in held
        and not ramp_of(held[code], axes.months)
        and axes.tree.is_leaf(code)
    ]


def first_month(rows: Sequence[CreditSplit]) -> list[CreditSplit]:
    """The shares of the first month that is shared."""
    return [row for row in rows if row.period == rows[0].period]


def stamp_of(rows: Sequence[CreditSplit]) -> int:
    """Another number each time the shares of a territory are replaced; 0 without any."""
    return max((row.pk for row in rows), default=0)
