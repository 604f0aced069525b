"""The balance of the alignment in force month by month: which org units are out of the band, and who yields little."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from quyu.apps.drift.models import DriftRule
from quyu.apps.drift.recording import months_before
from quyu.apps.drift.trend import leaves_in, months_out
from quyu.apps.drift.watched import Watched, watched
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.measures import Measure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import territories_of
from quyu.kernel.rate import ratio_bp
from quyu.platform.people.models import OrgUnit
from quyu.platform.people.scope import Scope

ALARM, WATCH, FINE = "alarm", "watch", "ok"


@dataclass(frozen=True)
class Line:
    """One territory on one measure: its value and its deviation from the mean of its org unit, month by month."""

    territory: Territory
    values: tuple[int | None, ...]
    deviations: tuple[int | None, ...]
    leaves_in: int | None

    @property
    def now_bp(self) -> int | None:
        return self.deviations[-1]


@dataclass(frozen=True)
class Drift:
    """One org unit on one measure; `limit_bp`: the band that holds for it. `worst`: the largest deviation of each month, with its sign (None: no figures)."""

    org_unit: OrgUnit
    measure: Measure
    kept_as: str
    limit_bp: int
    months: tuple[date, ...]
    worst: tuple[int | None, ...]
    months_out: int
    leaves_in: int | None
    state: str
    lines: tuple[Line, ...]

    @property
    def now_bp(self) -> int | None:
        return self.worst[-1]

    @property
    def since(self) -> date:
        """The first of the months out of the band up to now."""
        return self.months[-max(self.months_out, 1)]


def rule() -> DriftRule:
    """What the company has set, or the defaults (not saved)."""
    return DriftRule.objects.order_by("pk").first() or DriftRule()


def drifts(alignment: Alignment, *, at: date, rule: DriftRule) -> list[Drift]:
    """Every org unit with at least two territories, on every measure that has figures now; in the order of regions.

    Each measure is held to its own tolerance where the alignment has one, else to the threshold of the company.
    """
    months, measures = months_before(at), watched(alignment, rule)
    known = _sums(alignment, months)
    members: dict[int, list[Territory]] = {}
    for territory in territories_of(alignment):
        members.setdefault(territory.org_unit_id, []).append(territory)
    together = not alignment.method.get("per_org_unit", True)
    everybody = [territory for group in members.values() for territory in group]
    found = []
    for group in members.values():
        if len(group) < 2:
            continue
        for one in measures:
            if (one.kept_as, months[-1]) in known:
                found.append(_drift(group, everybody if together else group, one, months, known, rule))
    return found


Sums = dict[tuple[str, date], dict[int, int]]


def _sums(alignment: Alignment, months: Sequence[date]) -> Sums:
    """Measure and month -> territory -> sum of its units."""
    figures = "unit__monthly_figures__"
    rows = AlignmentUnit.objects.filter(**{"alignment": alignment, f"{figures}month__gte": months[0]})
    grouped = rows.values_list(f"{figures}measure", f"{figures}month", "territory_id")
    found: Sums = {}
    for measure, month, territory, total in grouped.annotate(total=Sum(f"{figures}value")).order_by():
        found.setdefault((measure, month), {})[territory] = int(total)
    return found


def _drift(
    group: Sequence[Territory],
    peers: Sequence[Territory],
    one: Watched,
    months: Sequence[date],
    known: Sums,
    rule: DriftRule,
) -> Drift:
    values: dict[int, list[int | None]] = {territory.pk: [] for territory in group}
    deviations: dict[int, list[int | None]] = {territory.pk: [] for territory in group}
    for month in months:
        sums = known.get((one.kept_as, month))
        mean = sum(sums.get(t.pk, 0) for t in peers) // len(peers) if sums else 0
        for territory in group:
            own = sums.get(territory.pk, 0) if sums else None
            values[territory.pk].append(own)
            deviations[territory.pk].append(
                ratio_bp(own - mean, mean) if own is not None and mean > 0 else None
            )
    lines = tuple(
        Line(
            territory,
            tuple(values[territory.pk]),
            tuple(deviations[territory.pk]),
            leaves_in(deviations[territory.pk], one.limit_bp),
        )
        for territory in group
    )
    worst = tuple(_worst(line.deviations[place] for line in lines) for place in range(len(months)))
    out = months_out(worst, one.limit_bp)
    soon = (
        min((line.leaves_in for line in lines if line.leaves_in is not None), default=None)
        if not out
        else None
    )
    state = ALARM if out >= rule.months else WATCH if out or soon is not None else FINE
    return Drift(
        group[0].org_unit,
        one.measure,
        one.kept_as,
        one.limit_bp,
        tuple(months),
        worst,
        out,
        soon,
        state,
        lines,
    )


def _worst(deviations: Iterable[int | None]) -> int | None:
    return max((value for value in deviations if value is not None), key=abs, default=None)


def within(found: Iterable[Drift], scope: Scope) -> list[Drift]:
    """Those of org units one manages; who answers for a territory alone reads its deviation on the map."""
    return [one for one in found if scope.is_everything or one.org_unit.pk in scope.org_unit_ids]


@dataclass(frozen=True)
class LowYield:
    """A territory that sells little: fen of twelve months, and its part of the company's mean in basis points."""

    territory: Territory
    amount_fen: int
    share_bp: int


def low_yield(alignment: Alignment, *, at: date, rule: DriftRule) -> list[LowYield]:
    """Territories below the set part of the mean of all territories, least first."""
    months = months_before(at)
    sums = _sums(alignment, months[-1:]).get((FigureMeasure.AMOUNT.value, months[-1]), {})
    everybody = list(territories_of(alignment))
    mean = sum(sums.values()) // max(len(everybody), 1)
    if mean <= 0:
        return []
    rows = [LowYield(t, sums.get(t.pk, 0), ratio_bp(sums.get(t.pk, 0), mean) or 0) for t in everybody]
    low = [row for row in rows if row.share_bp < rule.low_yield * 100]
    return sorted(low, key=lambda row: (row.share_bp, row.territory.code))
