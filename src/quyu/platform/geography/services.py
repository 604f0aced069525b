"""Loading and replacing units, boundaries and neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from quyu.kernel.deferred import deferred
from quyu.platform.geography.boundary_files import read_boundary_file
from quyu.platform.geography.china import SOURCE, China, read_china
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour
from quyu.platform.geography.shapes import simplify, touching_pairs

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

FIELDS = ["name", "level", "parent_code", "province", "city", "longitude", "latitude"]


@transaction.atomic
def load_china(*, level: str = UnitLevel.COUNTY, provinces: Sequence[str] = ()) -> int:
    """Load China's units with names, centres, boundaries and neighbours; returns how many units of `level` exist.

    All three levels are always loaded, since a customer may be known only by its city. Loading again
    refreshes names and package boundaries and adds nothing; boundaries loaded by the user are kept, and units that
    changes of codes retired stay in their heirs.
    `provinces` (two-digit codes) limits the load.
    """
    china = read_china(provinces)
    heirs = dict(BasicUnit.objects.exclude(retired_on=None).values_list("code", "parent_code"))
    names = dict(BasicUnit.objects.filter(code__in=heirs.values()).values_list("code", "city"))
    BasicUnit.objects.bulk_create(
        [
            BasicUnit(
                code=u.code,
                name=u.name,
                level=u.level,
                parent_code=heirs.get(u.parent_code, u.parent_code),
                province=u.province,
                city=names[heirs[u.parent_code]] if u.parent_code in heirs else u.city,
                longitude=u.centre[0] if u.centre else None,
                latitude=u.centre[1] if u.centre else None,
            )
            for u in china.units
            if u.code not in heirs
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=FIELDS,
    )
    ids = dict(BasicUnit.objects.values_list("code", "pk"))
    store_boundaries(china, ids)
    store_neighbours(china.neighbours, ids)
    return sum(u.level == level for u in china.units)


def store_boundaries(china: China, ids: Mapping[str, int]) -> None:
    kept = set(UnitBoundary.objects.exclude(source=SOURCE).values_list("unit_id", flat=True))
    UnitBoundary.objects.bulk_create(
        [
            UnitBoundary(unit_id=ids[u.code], geometry=u.geometry, source=SOURCE)
            for u in china.units
            if u.geometry is not None and ids[u.code] not in kept
        ],
        batch_size=400,
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["geometry", "source"],
    )


def store_neighbours(pairs: Sequence[tuple[str, str]], ids: Mapping[str, int]) -> None:
    UnitNeighbour.objects.bulk_create(
        [UnitNeighbour(left_id=ids[left], right_id=ids[right]) for left, right in pairs],
        batch_size=2000,
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class BoundaryPreview:
    """What a file would do: codes whose unit gets a new boundary, codes that become new units, units it leaves out.

    absent: units of the levels the matched ones are of, with a boundary today, that the file does not name.
    repaired: codes whose rings crossed themselves and were mended. touching: pairs of neighbours found.
    projection: what the file was in; is_old: on a datum that is up to some hundred metres off.
    """

    replaced: tuple[str, ...]
    added: tuple[str, ...]
    absent: tuple[str, ...]
    repaired: tuple[str, ...]
    touching: int
    projection: str
    is_old: bool


def preview_boundaries(path: Path, *, code_field: str, name_field: str) -> BoundaryPreview:
    """Read and check a file and say what it matches; nothing is written."""
    given = read_boundary_file(path, code_field=code_field, name_field=name_field)
    codes = set(given.names)
    known = {u.code: u.level for u in BasicUnit.objects.filter(code__in=codes)}
    beside = BasicUnit.objects.filter(level__in=set(known.values()), boundary__isnull=False)
    return BoundaryPreview(
        replaced=tuple(sorted(known)),
        added=tuple(sorted(codes - set(known))),
        absent=tuple(beside.exclude(code__in=codes).order_by("code").values_list("code", flat=True)),
        repaired=given.repaired,
        touching=len(touching_pairs(given.coverage)),
        projection=given.projection.name,
        is_old=given.projection.is_old,
    )


@transaction.atomic
def load_boundaries(
    path: Path, *, code_field: str, name_field: str, level: str = UnitLevel.OTHER
) -> tuple[int, int]:
    """Replace boundaries from GeoJSON or a zipped shapefile; returns (units whose boundary was replaced, units added).

    Units are matched by code; unknown codes become units of `level`. Neighbours among the file's units
    are found anew, neighbours of other units stay.
    """
    given = read_boundary_file(path, code_field=code_field, name_field=name_field)
    drawn = simplify(given.coverage) if shapely.coverage_is_valid(given.coverage.shapes) else given.coverage
    known = set(BasicUnit.objects.filter(code__in=drawn.codes).values_list("code", flat=True))
    new = [code for code in drawn.codes if code not in known]
    BasicUnit.objects.bulk_create(BasicUnit(code=c, name=given.names[c], level=level) for c in new)
    units = {u.code: u for u in BasicUnit.objects.filter(code__in=drawn.codes)}
    for code, (longitude, latitude) in zip(drawn.codes, drawn.centres(), strict=True):
        units[code].longitude, units[code].latitude = longitude, latitude
    BasicUnit.objects.bulk_update(units.values(), ["longitude", "latitude"], batch_size=300)
    ids = {code: unit.pk for code, unit in units.items()}
    UnitBoundary.objects.filter(unit_id__in=ids.values()).delete()
    UnitBoundary.objects.bulk_create(
        UnitBoundary(unit_id=ids[code], geometry=text, source=path.name[:80])
        for code, text in zip(drawn.codes, drawn.geojson(), strict=True)
    )
    UnitNeighbour.objects.filter(left_id__in=ids.values(), right_id__in=ids.values()).delete()
    store_neighbours(touching_pairs(given.coverage), ids)
    return len(known), len(new)
