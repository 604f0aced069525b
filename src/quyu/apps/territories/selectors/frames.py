"""Who is responsible for what on which days, as tables for attribution; all ranges half-open, None = open."""

from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentUnit, TerritoryOwner
from quyu.platform.people.models import Assignment

Days = tuple[date, date | None]
"""A half-open range of days; None is open."""

UNIT_TERRITORY = pa.schema(
    [
        pa.field("unit_code", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("valid_to", pa.date32()),
        pa.field("territory_code", pa.string(), nullable=False),
    ]
)
OWNER = pa.schema(
    [
        pa.field("territory_code", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("valid_to", pa.date32()),
        pa.field("position_code", pa.string(), nullable=False),
        pa.field("person_code", pa.string()),
    ]
)


def common_days(one: Days, other: Days) -> Days | None:
    """The days in both ranges."""
    start = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)


def days_left(whole: Days, taken: Iterable[Days]) -> list[Days]:
    """The parts of `whole` that none of the ranges covers."""
    left: list[Days] = []
    start = whole[0]
    inside = [part for part in (common_days(whole, days) for days in taken) if part is not None]
    for part in sorted(inside, key=lambda days: days[0]):
        if part[0] > start:
            left.append((start, part[0]))
        if part[1] is None:
            return left
        start = max(start, part[1])
    if whole[1] is None or start < whole[1]:
        left.append((start, whole[1]))
    return left


def unit_territory_frame() -> pa.Table:
    """Every unit's territory under every alignment that is or was in force, by unit and day."""
    dated = Alignment.objects.filter(state__in=(AlignmentState.ACTIVE, AlignmentState.RETIRED))
    rows = (
        AlignmentUnit.objects.filter(alignment__in=dated.filter(valid_from__isnull=False))
        .order_by("unit__code", "alignment__valid_from", "alignment_id")
        .values_list("unit__code", "alignment__valid_from", "alignment__valid_to", "territory__code")
    )
    return table(list(rows), UNIT_TERRITORY)


def owner_frame() -> pa.Table:
    """The position and person answering for each territory, by territory and day.

    Days on which the position is vacant have a row without a person; days without an accountable
    position have no row.
    """
    held: dict[int, list[tuple[Days, str]]] = {}
    sitting = Assignment.objects.order_by("valid_from", "pk")
    for position, start, end, person in sitting.values_list(
        "position_id", "valid_from", "valid_to", "person__code"
    ):
        held.setdefault(position, []).append(((start, end), person))
    rows: list[tuple[str, date, date | None, str, str | None]] = []
    owners = TerritoryOwner.objects.order_by("territory__code", "valid_from", "pk")
    fields = ("territory__code", "valid_from", "valid_to", "position_id", "position__code")
    for territory, start, end, position, position_code in owners.values_list(*fields):
        seats = held.get(position, [])
        for days, person in seats:
            if both := common_days((start, end), days):
                rows.append((territory, *both, position_code, person))
        for vacant in days_left((start, end), [days for days, _ in seats]):
            rows.append((territory, *vacant, position_code, None))
    rows.sort(key=lambda row: (row[0], row[1], row[3], row[4] or ""))
    return table(rows, OWNER)


def table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    """Rows as an Arrow table, also when there are none."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, type=kind.type) for column, kind in zip(columns, schema, strict=True)],
        schema=schema,
    )
