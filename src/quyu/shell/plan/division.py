"""Territories of a company that has none yet: kept as the file has them, or proposed, then put in force."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from quyu.apps.territories import services as territories
from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit
from quyu.shell.plan.demand import Demand
from quyu.shell.plan.figures import TerritoryQuality
from quyu.shell.plan.note import Note


class CannotDivide(Refusal):
    """The file does not say enough to make that many territories."""


@dataclass(frozen=True)
class Division:
    """The alignment in force and how it came about, in words."""

    alignment: Alignment
    quality: TerritoryQuality
    notes: tuple[str, ...]


def divide(
    demand: Demand, *, count: int | None, people: Mapping[str, int], today: date, at: datetime
) -> Division:
    """Puts an alignment in force from the first order on. `people`: region name -> how many sell there.

    An alignment already in force is kept as it is.
    """
    if present := active_alignment(today):
        return Division(present, quality_of(present), (Note("沿用现行的销售区域划分。"),))
    regions = {unit.name: unit for unit in OrgUnit.objects.exclude(kind=OrgKind.HEAD_OFFICE)}
    if demand.territory_of and count is None:
        alignment, note = _kept(demand, regions, at), Note("沿用文件中的销售区域列。")
    else:
        alignment, note = _proposed(demand, regions, count, people, at)
    territories.activate(alignment=alignment, valid_from=demand.first_on, actor=None, at=at)
    territories.record_figures(
        measure=FigureMeasure.AMOUNT, values=demand.amount_of, period_end=demand.last_on
    )
    return Division(alignment, quality_of(alignment), (note,))


def quality_of(alignment: Alignment) -> TerritoryQuality:
    """The worst deviation and gap of the regions that were divided."""
    parts = [part for part in alignment.method.get("regions", []) if part["territories"] > 1]
    return TerritoryQuality(
        territories=AlignmentUnit.objects.filter(alignment=alignment).values("territory").distinct().count(),
        deviation_bp=max((part["deviation_bp"] for part in parts), default=None),
        gap_bp=max((part["gap_bp"] for part in parts), default=None),
        is_proposed=bool(parts),
        unplaced_customers=0,
    )


def _kept(demand: Demand, regions: Mapping[str, OrgUnit], at: datetime) -> Alignment:
    """One territory for each text of the file's territory column, below its region."""
    alignment = Alignment.objects.create(name="文件中的区域划分", created_at=at, level=UnitLevel.OTHER)
    units = {unit.code: unit for unit in BasicUnit.objects.filter(code__in=list(demand.region_of))}
    made: dict[tuple[str, str], Territory] = {}
    for code in sorted(units):
        region = demand.region_of[code]
        key = (region, demand.territory_of.get(code) or region)
        if key not in made:
            number = 1 + sum(1 for other, _ in made if other == region)
            made[key] = Territory.objects.create(
                code=f"{regions[region].code[:34]}-{number:02d}",
                name=key[1][:80],
                org_unit=regions[region],
                valid_from=demand.first_on,
            )
    _place(
        alignment,
        {
            code: made[demand.region_of[code], demand.territory_of.get(code) or demand.region_of[code]]
            for code in units
        },
        units,
    )
    return alignment


def _proposed(
    demand: Demand, regions: Mapping[str, OrgUnit], count: int | None, people: Mapping[str, int], at: datetime
) -> tuple[Alignment, Note]:
    """Each region divided among its people (or `count` in all, shared out by sales)."""
    level = UnitLevel.COUNTY if demand.recognised else UnitLevel.OTHER
    by_region: dict[str, list[str]] = {}
    for code, region in sorted(demand.region_of.items()):
        if level == UnitLevel.OTHER or code in demand.recognised:
            by_region.setdefault(regions[region].code, []).append(code)
    if count is not None and count < len(by_region):
        raise CannotDivide(
            "too_few_territories",
            "文件有 {regions} 个地区，至少要 {regions} 个销售区域，不能只划 {count} 个。",
            regions=len(by_region),
            count=count,
        )
    wanted = {
        regions[name].code: max(1, people.get(name, 1)) for name in regions if regions[name].code in by_region
    }
    given = _whole_provinces(by_region) if level == UnitLevel.COUNTY else by_region
    wanted = {code: min(number, len(given[code])) for code, number in wanted.items()}
    alignment = territories.propose(
        name="首次划分",
        measure=demand.amount_of,
        actor=None,
        at=at,
        territories=count or wanted,
        level=level,
        regions=given,
    )
    _name_single(alignment)
    _place_rest(alignment, demand, regions)
    if count:
        return alignment, Note("按要求划分为 {count} 个销售区域，以近 12 个月销售额均衡。", count=count)
    return alignment, Note("每个地区按人数划分销售区域，以近 12 个月销售额均衡。")


def _whole_provinces(by_region: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """A province all of whose places belong to one region is given to it whole, so the map has no holes."""
    units = BasicUnit.objects.in_bulk(
        [code for codes in by_region.values() for code in codes], field_name="code"
    )
    province = {
        name: code
        for code, name in BasicUnit.objects.filter(level=UnitLevel.PROVINCE).values_list("code", "name")
    }
    holders: dict[str, set[str]] = {}
    for region, codes in by_region.items():
        for code in codes:
            holders.setdefault(units[code].province, set()).add(region)
    return {
        region: sorted(
            {
                province[units[code].province]
                if len(holders[units[code].province]) == 1 and units[code].province in province
                else code
                for code in codes
            }
        )
        for region, codes in by_region.items()
    }


def _name_single(alignment: Alignment) -> None:
    """The only territory of a region bears the region's name."""
    found = Territory.objects.filter(placements__alignment=alignment).distinct().select_related("org_unit")
    count = Counter(territory.org_unit_id for territory in found)
    for territory in found:
        if count[territory.org_unit_id] == 1:
            territory.name = territory.org_unit.name
            territory.save(update_fields=["name"])


def _place_rest(alignment: Alignment, demand: Demand, regions: Mapping[str, OrgUnit]) -> None:
    """Units that are on no map follow the territory with most of their province, else the largest of the region."""
    placed = AlignmentUnit.objects.filter(alignment=alignment).select_related("unit", "territory")
    by_province: dict[tuple[int, str], Counter[int]] = {}
    weight: dict[int, Counter[int]] = {}
    known: dict[int, Territory] = {}
    for row in placed:
        amount = demand.amount_of.get(row.unit.code, 0) + 1
        known[row.territory_id] = row.territory
        by_province.setdefault((row.territory.org_unit_id, row.unit.province), Counter())[
            row.territory_id
        ] += amount
        weight.setdefault(row.territory.org_unit_id, Counter())[row.territory_id] += amount
    done = {row.unit.code for row in placed}
    units = {
        u.code: u for u in BasicUnit.objects.filter(code__in=[c for c in demand.region_of if c not in done])
    }
    chosen: dict[str, Territory] = {}
    for code in sorted(units):
        region = regions[demand.region_of[code]]
        votes = by_province.get((region.pk, units[code].province)) or weight.get(region.pk)
        if not votes:
            made = Territory.objects.create(
                code=f"{region.code[:34]}-01", name=region.name, org_unit=region, valid_from=demand.first_on
            )
            known[made.pk] = made
            votes = weight.setdefault(region.pk, Counter({made.pk: 1}))
        chosen[code] = known[min(votes, key=lambda pk: (-votes[pk], pk))]
    _place(alignment, chosen, units)


def _place(alignment: Alignment, chosen: Mapping[str, Territory], units: Mapping[str, BasicUnit]) -> None:
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(
                alignment=alignment,
                unit=units[code],
                territory=chosen[code],
                part=_part(alignment, units[code]),
            )
            for code in sorted(chosen)
        ],
        batch_size=1000,
    )


def _part(alignment: Alignment, unit: BasicUnit) -> UnitPart:
    return UnitPart.BASE if unit.level == alignment.level else UnitPart.COARSER
