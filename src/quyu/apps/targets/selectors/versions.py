"""Finding plans and versions, and the cells of a version as arrays with their index."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
from django.db.models import Exists, F, OrderBy, Q, QuerySet
from django.utils import timezone

from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import CellChunk, PlanVersion
from quyu.apps.targets.sums import cube
from quyu.apps.territories.selectors.schedule import flows_kept
from quyu.platform.people import policy
from quyu.platform.people.scope import Scope

PUBLISHED_ONCE = (VersionState.SCHEDULED, VersionState.PUBLISHED, VersionState.SUPERSEDED)


def visible_versions(scope: Scope) -> QuerySet[PlanVersion]:
    """Who only carries targets out sees what was published; who edits or supervises sees drafts too."""
    versions = PlanVersion.objects.select_related("plan").defer("axes", "method")
    return versions.filter(
        state__in=[state for state in VersionState if policy.sees_state(scope, "target", state)]
    )


def published_version(year: int, *, measure: str = "amount", at: date | None = None) -> PlanVersion | None:
    """The version in force for a year; with `at`, that of a day, though nobody has moved its state yet."""
    rows = PlanVersion.objects.filter(plan__year=year, plan__measure=measure).filter(_in_force(at))
    return rows.select_related("plan").order_by(*_latest()).first()


def published_cells(
    year: int, *, measure: str = "amount", before: datetime | None = None, at: date | None = None
) -> tuple[PlanVersion, Axes, Cells] | None:
    """The version in force for a year (on the day `at`, or last published `before`) with its axes and cube of cells."""
    chunks = CellChunk.objects.filter(
        layer="value", plan_version__plan__year=year, plan_version__plan__measure=measure
    )
    if before is None:
        chunks = chunks.filter(_in_force(at, "plan_version__"))
    else:
        started = Q(plan_version__effective_from__isnull=True) | Q(
            plan_version__effective_from__lt=timezone.localtime(before).date()
        )
        chunks = chunks.filter(
            started, plan_version__state__in=PUBLISHED_ONCE, plan_version__published_at__lt=before
        )
    chunks = chunks.annotate(may_follow=Exists(flows_kept()))
    rows = list(chunks.select_related("plan_version__plan").order_by(*_latest("plan_version__"), "index"))
    if not rows:
        return None
    version = rows[0].plan_version
    version.may_follow = rows[0].may_follow
    axes = Axes.from_json(version.axes)
    own = [(row.index, bytes(row.blob)) for row in rows if row.plan_version_id == version.pk]
    return version, axes, cube(axes, store.assembled(axes.shape, own))


def _in_force(at: date | None, prefix: str = "") -> Q:
    """Published; or scheduled for a day that has come."""
    found = Q(**{f"{prefix}state": VersionState.PUBLISHED})
    if at is not None:
        found |= Q(**{f"{prefix}state": VersionState.SCHEDULED, f"{prefix}effective_from__lte": at})
    return found


def _latest(prefix: str = "") -> tuple[OrderBy | str, ...]:
    """The one that came into force last, first."""
    started = F(f"{prefix}effective_from").desc(nulls_last=True)
    return started, f"-{prefix}published_at", f"-{prefix}pk"


@dataclass(frozen=True)
class TargetFrame:
    """Cells in fen, shaped (regions, months, lines), summed over further dimensions; region codes without the territory prefix."""

    regions: tuple[str, ...]
    months: tuple[str, ...]
    product_lines: tuple[str, ...]
    cells: Cells

    def table(self) -> pa.Table:
        """One row per cell: territory_code, month (first day), product_line_code, target_fen."""
        days = np.array([f"{month}-01" for month in self.months], "datetime64[D]")
        place = np.indices(self.cells.shape).reshape(3, -1)
        return pa.table(
            {
                "territory_code": pa.array(self.regions).take(pa.array(place[0])),
                "month": pa.array(days[place[1]]),
                "product_line_code": pa.array(self.product_lines).take(pa.array(place[2])),
                "target_fen": self.cells.reshape(-1),
            }
        )


def target_frame(version: PlanVersion) -> TargetFrame:
    """The leaves of a version: what performance and pay are measured against."""
    axes = Axes.from_json(version.axes)
    regions = tuple(code.removeprefix(TERRITORY) for code in axes.leaves)
    cells = cube(axes, store.load_shaped(version, axes.shape))
    return TargetFrame(regions, axes.months, axes.lines, cells)
