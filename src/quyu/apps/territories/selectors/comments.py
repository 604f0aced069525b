"""What was said about an alignment, as far as within reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit, Territory
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
    return [_mark(kind, rows) for (kind, _pk), rows in sorted(counts.items())]


def _mark(kind: str, rows: list[AlignmentComment]) -> Mark:
    first = rows[0]
    if first.unit is not None:
        unit = first.unit
        return Mark(kind, unit.code, unit.name, len(rows), unit.longitude, unit.latitude)
    assert first.territory is not None
    held = AlignmentUnit.objects.filter(
        alignment=first.alignment_id, territory=first.territory, unit__longitude__isnull=False
    )
    row = held.select_related("unit").order_by("unit__code").first()
    place = (row.unit.longitude, row.unit.latitude) if row else (None, None)
    return Mark(kind, first.territory.code, first.territory.name, len(rows), *place)
