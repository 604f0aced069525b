"""People on territories: from the user's list of people by region, else from the salespeople of the orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories import services as territories
from quyu.apps.territories.models import AlignmentUnit, Territory, TerritoryOwner
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Column, Findings, ImportKind, Parsed, Receipt
from quyu.platform.imports.parsing import parse
from quyu.platform.imports.recognition import recognise
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgUnit, Person, Position
from quyu.shell.plan.demand import Demand
from quyu.shell.plan.division import Division
from quyu.shell.plan.note import Note
from quyu.shell.plan.sources import FileRejected

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = deferred("scipy.optimize")

COLUMNS = (
    Column("region_name", _("地区"), ("地区", "大区", "区域", "销售区域", "省区", "Region", "Territory", "Area", "Sales Region"), required=True),
    Column("person_name", _("姓名"), ("姓名", "地区经理", "区域经理", "大区经理", "经理", "负责人", "业务员", "销售员", "Regional Manager", "Manager", "Person", "Name", "Salesperson", "Sales Rep", "Owner"), required=True),
    Column("person_code", _("工号"), ("工号", "员工编号", "人员编码", "Employee ID", "Employee No", "Person ID", "ID")),
)  # fmt: skip


class UnknownRegions(Refusal):
    """The list of people names regions that the orders do not have."""


@dataclass(frozen=True)
class Roster:
    """Region or territory name -> (number, name) of those who sell there."""

    by_place: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {place: len(names) for place, names in self.by_place.items()}


def read_people(path: Path) -> Roster:
    """The user's list: a place and a name in each row, in any column order."""
    kind = ImportKind("region_people", str(_("区域人员")), "import", COLUMNS, _no_findings, _not_committed)
    sheet = pipeline.read(path, kind)
    recognition = recognise(sheet, kind, None)
    if recognition.errors:
        raise FileRejected(path.name, recognition.errors)
    result = parse(sheet, recognition.mapping, kind, {})
    if result.errors:
        raise FileRejected(path.name, result.errors)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in result.parsed.table.to_pylist():
        entry = (str(row.get("person_code") or row["person_name"]), str(row["person_name"]))
        if entry not in found.setdefault(str(row["region_name"]), []):
            found[str(row["region_name"])].append(entry)
    return Roster(found)


def roster_of(demand: Demand) -> Roster:
    """The salespeople of the orders, each in the region where most of his lines are."""
    main: dict[str, tuple[int, str]] = {}
    for region, counts in sorted(demand.sellers.items()):
        for name, lines in counts.items():
            if lines > main.get(name, (0, ""))[0]:
                main[name] = (lines, region)
    found: dict[str, list[tuple[str, str]]] = {}
    for name, (_lines, region) in sorted(main.items()):
        found.setdefault(region, []).append((name, name))
    return Roster(found)


def staff(roster: Roster, division: Division, demand: Demand, *, at: datetime) -> tuple[str, ...]:
    """One seat for each territory that has none, and the people of the roster on the seats; what was done, in words."""
    used = AlignmentUnit.objects.filter(alignment=division.alignment).values("territory")
    every = list(Territory.objects.filter(pk__in=used).select_related("org_unit").order_by("code"))
    owned = set(TerritoryOwner.objects.filter(territory__in=every).values_list("territory_id", flat=True))
    free = [territory for territory in every if territory.pk not in owned]
    known = {territory.name for territory in every} | set(
        OrgUnit.objects.exclude(kind=OrgKind.HEAD_OFFICE).values_list("name", flat=True)
    )
    if unknown := sorted(set(roster.by_place) - known):
        raise UnknownRegions(
            "unknown_regions", "人员表中的地区不在订单里：{names}。", names="、".join(unknown)
        )
    notes: list[str] = []
    for region in sorted({territory.org_unit_id for territory in free}):
        here = [territory for territory in free if territory.org_unit_id == region]
        notes += _staff_region(here, roster, demand, division, at)
    return tuple(notes)


def _staff_region(
    here: list[Territory], roster: Roster, demand: Demand, division: Division, at: datetime
) -> list[str]:
    region = here[0].org_unit
    by_name = {territory: list(roster.by_place.get(territory.name, [])) for territory in here}
    pool = [
        person for person in roster.by_place.get(region.name, []) if region.name not in [t.name for t in here]
    ]
    matched = _match(here, pool, demand, division) if pool else {}
    notes: list[str] = []
    for territory in here:
        candidates = by_name[territory] or ([matched[territory.pk]] if territory.pk in matched else [])
        role = Role.AREA_MANAGER if len(here) == 1 and territory.name == region.name else Role.SALESPERSON
        position = Position.objects.create(
            code=f"{territory.code}-P"[:40],
            name=f"{territory.name}{'经理' if role == Role.AREA_MANAGER else '业务代表'}",
            org_unit=region,
            role=role,
            valid_from=demand.first_on,
        )
        territories.assign_owner(
            territory=territory, position=position, valid_from=demand.first_on, actor=None, at=at
        )
        if candidates:
            _seat(candidates[0], position, demand.first_on, at)
        else:
            notes.append(Note("{territory} 没有对应的人员，岗位空缺。", territory=territory.name))
    left = [name for _code, name in pool if name not in {p[1] for p in matched.values()}]
    left += [name for t, names in by_name.items() for _code, name in names[1:]]
    if left:
        names = "、".join(left)
        notes.append(
            Note("{region} 的 {names} 没有分到区域（人数多于区域数）。", region=region.name, names=names)
        )
    return notes


def _match(
    here: list[Territory], pool: Sequence[tuple[str, str]], demand: Demand, division: Division
) -> dict[int, tuple[str, str]]:
    """The people on the territories in which they sold most, jointly (linear assignment)."""
    placed = AlignmentUnit.objects.filter(alignment=division.alignment, territory__in=here)
    units: dict[int, list[str]] = {}
    for territory, code in placed.values_list("territory_id", "unit__code"):
        units.setdefault(territory, []).append(code)
    sold = np.array(
        [
            [sum(demand.seller_amounts.get((code, unit), 0) for unit in units.get(t.pk, [])) for t in here]
            for code, _name in pool
        ],
        dtype=np.float64,
    )
    rows, columns = optimize.linear_sum_assignment(-sold)
    return {here[c].pk: tuple(pool[r]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)}


def _seat(person: tuple[str, str], position: Position, start: date, at: datetime) -> None:
    code, name = person
    found = Person.objects.filter(code=code[:40]).first() or Person.objects.create(
        code=code[:40], name=name[:80]
    )
    first = max(start, found.joined_on) if found.joined_on else start
    people.assign(person=found, position=position, valid_from=first, actor=None, at=at)


def people_count() -> int:
    """How many people answer for a territory."""
    seats = TerritoryOwner.objects.values("position")
    return Person.objects.filter(assignments__position__in=seats).distinct().count()


def _no_findings(_parsed: Parsed, _context: object) -> Findings:
    return Findings()


def _not_committed(parsed: Parsed, _context: object) -> Receipt:
    return Receipt(len(parsed.rows))
