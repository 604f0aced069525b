"""The units after an event: new ones made, old ones retired into the new, boundaries and neighbours as unions."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from quyu.kernel.deferred import deferred
from quyu.platform.geography.codes.followers import Succession
from quyu.platform.geography.codes.lines import WHOLE, Event
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

SOURCE = "区划变更"


def succeed(event: Event, today: date) -> Succession:
    """Make the new units, retire the old ones."""
    units = {unit.code: unit for unit in BasicUnit.objects.select_for_update().filter(code__in=event.codes)}
    fresh = frozenset(event.news) - units.keys()
    touching = neighbours(event, units)
    drawn = shapes(event, units)
    for new in event.news:
        name = next((line.name for line in event.lines if line.new == new and line.name), "")
        if new not in units:
            units[new] = made(event, new, name, units, drawn.get(new))
        else:
            grown(units[new], name, drawn.get(new))
    for old in event.ending:
        unit, heir = units[old], units[event.main_of[old]]
        BasicUnit.objects.filter(parent_code=old).update(parent_code=heir.code)
        BasicUnit.objects.filter(city=unit.name, parent_code=heir.code, retired_on=None).update(
            city=heir.name
        )
        unit.retired_on, unit.parent_code = today, heir.code
        unit.save(update_fields=["retired_on", "parent_code"])
    draw(units, drawn)
    join(units, touching)
    return Succession(event, units, fresh)


def made(
    event: Event, code: str, name: str, units: Mapping[str, BasicUnit], shape: object | None
) -> BasicUnit:
    """A unit like the one most of it came from; without a boundary it stands where that one stood."""
    first = units[event.sources_of(code)[0]]
    given = next((line.parent for line in event.lines if line.new == code and line.parent), "")
    parent = given or first.parent_code
    above = BasicUnit.objects.filter(code=parent).first() if given else None
    city = name if first.city == first.name else (above.city or above.name) if above else first.city
    place = centre(shape) if shape is not None else (first.longitude, first.latitude)
    return BasicUnit.objects.create(
        code=code, name=name, level=first.level, parent_code=parent, city=city,
        province=above.province if above and above.province else first.province,
        longitude=place[0], latitude=place[1],
    )  # fmt: skip


def grown(unit: BasicUnit, name: str, shape: object | None) -> None:
    """A unit that goes on under its code, perhaps with another name, perhaps with more land."""
    if name and name != unit.name:
        if unit.city == unit.name:
            BasicUnit.objects.filter(parent_code=unit.code, city=unit.name).update(city=name)
            unit.city = name
        unit.name = name
    if shape is not None:
        unit.longitude, unit.latitude = centre(shape)
    unit.save()


def shapes(event: Event, units: Mapping[str, BasicUnit]) -> dict[str, object]:
    """New code -> its drawn shape, where that is certain: the union of areas that came whole, all of them drawn."""
    rows = UnitBoundary.objects.filter(unit__code__in=event.codes).values_list("unit__code", "geometry")
    drawn = {code: shapely.from_geojson(text) for code, text in rows}
    found = {}
    for new in event.news:
        came = [line for line in event.lines if line.new == new]
        areas = {line.old for line in came} | ({new} if new in units else set())
        if areas == {new} or any(line.share < WHOLE for line in came) or not areas <= drawn.keys():
            continue
        outline = shapely.union_all([drawn[code] for code in sorted(areas)])
        found[new] = outline if outline.is_valid else shapely.make_valid(outline)
    return found


def centre(shape: object) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return round(point.x, 5), round(point.y, 5)


def draw(units: Mapping[str, BasicUnit], drawn: Mapping[str, object]) -> None:
    for code, shape in sorted(drawn.items()):
        text = json.dumps(json.loads(str(shapely.to_geojson(shape))), separators=(",", ":"))
        UnitBoundary.objects.update_or_create(unit=units[code], defaults={"geometry": text, "source": SOURCE})


def neighbours(event: Event, units: Mapping[str, BasicUnit]) -> dict[str, set[str]]:
    """New code -> the codes it touches: what its sources touched, in today's codes, and its sisters of a split."""
    ids = [unit.pk for unit in units.values()]
    beside: dict[str, set[str]] = {}
    rows = UnitNeighbour.objects.filter(Q(left__in=ids) | Q(right__in=ids))
    for left, right in rows.values_list("left__code", "right__code"):
        beside.setdefault(left, set()).add(right)
        beside.setdefault(right, set()).add(left)
    live = set(
        BasicUnit.objects.filter(code__in=set().union(*beside.values()) if beside else (), retired_on=None)
        .values_list("code", flat=True)
    )  # fmt: skip
    heirs = {old: {line.new for line in event.lines if line.old == old} for old in event.olds}
    found: dict[str, set[str]] = {}
    for new in event.news:
        near: set[str] = set(beside.get(new, ()))
        for old in event.sources_of(new):
            near |= beside.get(old, set()) | heirs[old]
        found[new] = {code for one in near & (live | set(event.news)) for code in heirs.get(one, {one})} - {
            new
        }
    return found


def join(units: Mapping[str, BasicUnit], touching: Mapping[str, Iterable[str]]) -> None:
    pairs = {tuple(sorted((code, other))) for code, others in touching.items() for other in others}
    ids = dict(
        BasicUnit.objects.filter(code__in={c for pair in pairs for c in pair}).values_list("code", "pk")
    )
    ids |= {code: unit.pk for code, unit in units.items()}
    UnitNeighbour.objects.bulk_create(
        [UnitNeighbour(left_id=ids[left], right_id=ids[right]) for left, right in sorted(pairs)],
        batch_size=1000,
        ignore_conflicts=True,
    )
