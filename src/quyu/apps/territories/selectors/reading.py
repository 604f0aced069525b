"""An alignment read once for a page: all else the page shows follows without asking the database again."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Case, When

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import (
    Alignment,
    AlignmentUnit,
    Territory,
    UnitFigure,
    within_reach,
)
from quyu.apps.territories.selectors.criteria import weighed
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Reading:
    """Every unit of an alignment by code, what the units weigh, and its territories in the order of regions.

    `territories` know their `unit_count` and whether they are seen (`is_seen`); `dates` tell for each
    measure up to which day it was counted.
    """

    alignment: Alignment
    rows: tuple[AlignmentUnit, ...]
    figures: dict[str, dict[int, int]]
    dates: dict[str, date]
    territories: tuple[Any, ...]

    @cached_property
    def seen(self) -> dict[int, Territory]:
        return {territory.pk: territory for territory in self.territories if territory.is_seen}

    @property
    def shown(self) -> list[AlignmentUnit]:
        """The base and coarser units in territories that are seen."""
        return [row for row in self.rows if row.part != UnitPart.FINER and row.territory_id in self.seen]

    @property
    def base_units(self) -> dict[int, list[int]]:
        """Territory id -> ids of its base units, as far as seen."""
        found: dict[int, list[int]] = {}
        for row in sorted(self.shown, key=lambda row: row.unit_id):
            if row.part == UnitPart.BASE:
                found.setdefault(row.territory_id, []).append(row.unit_id)
        return found

    @property
    def sums(self) -> dict[int, dict[str, int]]:
        """Territory -> measure -> sum of its units' figures, over the whole alignment."""
        found: dict[int, dict[str, int]] = {}
        for measure, values in self.figures.items():
            for row in self.rows:
                own = found.setdefault(row.territory_id, {})
                own[measure] = own.get(measure, 0) + values.get(row.unit_id, 0)
        return found


def read(alignment: Alignment, *, scope: Scope, at: date, territory: Territory | None = None) -> Reading:
    """Three queries, however many units and territories; with `territory` only the units of that one."""
    here = AlignmentUnit.objects.filter(alignment=alignment)
    here = here.filter(territory=territory) if territory else here
    rows = tuple(here.select_related("unit").order_by("unit__code"))
    figures: dict[str, dict[int, int]] = {measure: {} for measure in FigureMeasure.values}
    dates: dict[str, date] = {}
    recorded = UnitFigure.objects.order_by("pk").values_list("measure", "unit_id", "value", "period_end")
    for measure, unit, value, day in recorded:
        figures.setdefault(measure, {})[unit] = value
        dates[measure] = max(day, dates.get(measure, day))
    for measure, unit, value in weighed(alignment):
        figures.setdefault(measure, {})[unit] = value
    return Reading(alignment, rows, figures, dates, tuple(territories(alignment, rows, scope, at)))


def territories(
    alignment: Alignment, rows: tuple[AlignmentUnit, ...], scope: Scope, at: date
) -> list[Territory]:
    """The territories of an alignment, also those one may not see."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.territory_id] = counts.get(row.territory_id, 0) + (row.part == UnitPart.BASE)
    used = AlignmentUnit.objects.filter(alignment=alignment).values("territory")
    found: list[Any] = list(
        Territory.objects.filter(pk__in=used)
        .annotate(is_seen=Case(When(within_reach(scope, at), then=True), default=False))
        .select_related("org_unit")
        .order_by("org_unit__sort_order", "org_unit__code", "code")
    )
    for territory in found:
        territory.unit_count = counts.get(territory.pk, 0)
    return found
