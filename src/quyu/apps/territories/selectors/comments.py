"""What was said about an alignment, as far as within reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, Q, QuerySet

from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit, Territory
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Thread:
    """A remark with what was answered to it, oldest first."""

    first: AlignmentComment
    replies: tuple[AlignmentComment, ...]


@dataclass(frozen=True)
class Mark:
    """Where on the map something is open: `kind` unit or territory, how many threads."""

    kind: str
    code: str
    name: str
    count: int
    longitude: float | None
    latitude: float | None


def within(alignment: Alignment, scope: Scope, at: date) -> QuerySet[AlignmentComment]:
    """Remarks on the whole, on territories one sees, and on units in those."""
    rows = AlignmentComment.objects.filter(alignment=alignment).select_related(
        "author", "resolved_by", "unit", "territory"
    )
    if scope.is_everything:
        return rows.order_by("pk")
    units = AlignmentUnit.objects.filter(alignment=alignment).visible_to(scope, at).values("unit")
    sides = Territory.objects.visible_to(scope, at).values("pk")
    whole = Q(unit=None, territory=None)
    return rows.filter(whole | Q(unit__in=units) | Q(territory__in=sides)).order_by("pk")


def threads(said: Iterable[AlignmentComment]) -> list[Thread]:
    """Open ones first, each oldest first."""
    said = list(said)
    found = [
        Thread(one, tuple(reply for reply in said if reply.answers_id == one.pk))
        for one in said
        if one.answers_id is None
    ]
    return sorted(found, key=lambda thread: (thread.first.resolved_at is not None, thread.first.pk))


def marks(said: Iterable[AlignmentComment]) -> list[Mark]:
    """Open threads by unit and territory; a territory is marked at its first unit with a position."""
    counts: dict[tuple[str, int], list[AlignmentComment]] = {}
    for one in said:
        if one.answers_id is None and one.resolved_at is None and (one.unit or one.territory):
            key = ("unit", one.unit_id or 0) if one.unit else ("territory", one.territory_id or 0)
            counts.setdefault(key, []).append(one)
    found = sorted(counts.items())
    places = _places([rows[0] for (kind, _pk), rows in found if kind == "territory"])
    return [_mark(kind, rows, places) for (kind, _pk), rows in found]


def _places(said: list[AlignmentComment]) -> dict[int | None, BasicUnit]:
    """Territory -> its first unit with a position in the alignment they all speak of; two queries."""
    if not said:
        return {}
    held = AlignmentUnit.objects.filter(
        alignment=said[0].alignment_id,
        territory__in={one.territory_id for one in said},
        unit__longitude__isnull=False,
    )
    codes = dict(held.values_list("territory").annotate(code=Min("unit__code")).order_by())
    units = BasicUnit.objects.in_bulk(set(codes.values()), field_name="code")
    return {territory: units[code] for territory, code in codes.items()}


def _mark(kind: str, rows: list[AlignmentComment], places: Mapping[int | None, BasicUnit]) -> Mark:
    first = rows[0]
    place = first.unit or first.territory
    assert place is not None
    at = first.unit or places.get(first.territory_id)
    spot = (at.longitude, at.latitude) if at else (None, None)
    return Mark(kind, place.code, place.name, len(rows), *spot)
