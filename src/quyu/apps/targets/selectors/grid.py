"""The planning grid: the region tree down, months across, for one product line or all together.

Only months are sent; quarters and the year are sums of them, made where they are shown. Amounts are
fen. Rows are limited to the reach of the reader.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import TOTAL_LINE, Axes, Cells, region_sums
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.versions import published_version
from quyu.kernel.rate import growth_bp
from quyu.platform.people.scope import Scope

UNLOCKED, PARTLY, LOCKED = 0, 1, 2


@dataclass(frozen=True)
class GridRow:
    """A region node. `months` and `compared` in fen per month; `locks` per month: 0 free, 1 partly, 2 locked."""

    code: str
    name: str
    owner: str
    parent: str | None
    depth: int
    is_leaf: bool
    months: list[int]
    compared: list[int]
    locks: list[int]

    @property
    def total_fen(self) -> int:
        return sum(self.months)

    @property
    def compared_fen(self) -> int:
        return sum(self.compared)

    @property
    def growth_bp(self) -> int | None:
        return growth_bp(self.total_fen, self.compared_fen)


@dataclass(frozen=True)
class Grid:
    """What a page needs to draw; `version` is the number an edit must bring back."""

    version: int
    product_line: str
    months: tuple[str, ...]
    compared_label: str
    rows: tuple[GridRow, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "product_line": self.product_line,
            "months": list(self.months),
            "compared_label": self.compared_label,
            "rows": [asdict(row) for row in self.rows],
        }


def grid(
    version: PlanVersion,
    *,
    product_line: str = TOTAL_LINE,
    scope: Scope,
    at: date,
    compare: str = "last_year",
) -> Grid:
    """The grid of one version. `compare` is `last_year` or `published` (the version now in force)."""
    axes = Axes.from_json(version.axes)
    reach = reach_of(axes, scope, at=at)
    lines = axes.line_slice(product_line)
    cells = store.load_shaped(version, axes.shape)
    compared, label = _compared(version, axes, compare)
    values = region_sums(axes, cells[:, :, lines].sum(axis=2))
    others = region_sums(axes, compared[:, :, lines].sum(axis=2))
    locks = _lock_states(axes, locked_cells(version, axes)[:, :, lines].astype(np.int64))
    rows = tuple(
        _row(axes, reach, code, values[index], others[index], locks[index])
        for index, code in enumerate(axes.regions)
        if reach.covers(axes, code)
    )
    return Grid(version.version, product_line, axes.months, label, rows)


def _row(axes: Axes, reach: Reach, code: str, months: Cells, compared: Cells, locks: Cells) -> GridRow:
    return GridRow(
        code=code,
        name=axes.name(code),
        owner=axes.owner_name(code),
        parent=None if code in reach.tops else axes.tree.parent(code),
        depth=axes.depths[code],
        is_leaf=axes.tree.is_leaf(code),
        months=months.tolist(),
        compared=compared.tolist(),
        locks=locks.tolist(),
    )


def _lock_states(axes: Axes, locked: Cells) -> Cells:
    counts = region_sums(axes, locked.sum(axis=2))
    sizes = np.array([axes.spans[code][1] - axes.spans[code][0] for code in axes.regions])[:, None]
    whole = counts == sizes * locked.shape[2]
    return np.where(whole, LOCKED, np.where(counts > 0, PARTLY, UNLOCKED))


def _compared(version: PlanVersion, axes: Axes, compare: str) -> tuple[Cells, str]:
    """The side figures: the published version placed on these axes, or last year's actuals (else the base)."""
    year, measure = version.plan.year, version.plan.measure
    if compare == "published" and (published := published_version(year, measure=measure)) is not None:
        theirs = Axes.from_json(published.axes)
        return _placed(axes, theirs, store.load_shaped(published, theirs.shape)), str(published)
    return last_year_cells(version, axes), last_year_label(version)


def last_year_label(version: PlanVersion) -> str:
    """What the side figures are: actuals of a year, or partly an estimate when it was not over."""
    years, closed = version.method.get("years"), version.method.get("closed_months")
    if not years or closed is None:
        return str(version.plan.year - 1)
    if closed == 12:
        return _("%(year)s 年实绩") % {"year": years[-1]}
    return _("%(year)s 年（%(month)s 月起为估计）") % {"year": years[-1], "month": closed + 1}


def last_year_cells(version: PlanVersion, axes: Axes) -> Cells:
    """Last year's actuals per cell in fen; the base where none were stored."""
    return store.load_shaped(version, axes.shape, "last_year", "base")


def _placed(axes: Axes, theirs: Axes, cells: Cells) -> Cells:
    if (theirs.leaves, theirs.months, theirs.lines) == (axes.leaves, axes.months, axes.lines):
        return cells
    placed = np.zeros(axes.shape, np.int64)
    pairs = [
        _shared(axes.leaves, theirs.leaves),
        _shared(axes.months, theirs.months),
        _shared(axes.lines, theirs.lines),
    ]
    ours = np.ix_(*(list(pair.keys()) for pair in pairs))
    placed[ours] = cells[np.ix_(*(list(pair.values()) for pair in pairs))]
    return placed


def _shared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Mapping[int, int]:
    place = {code: index for index, code in enumerate(theirs)}
    return {index: place[code] for index, code in enumerate(ours) if code in place}


def changed_rows(
    axes: Axes, before: Cells, after: Cells, *, product_line: str, reach: Reach
) -> dict[str, list[int]]:
    """Region rows whose months differ, with their new months, for one view of the grid."""
    lines = axes.line_slice(product_line)
    old = region_sums(axes, before[:, :, lines].sum(axis=2))
    new = region_sums(axes, after[:, :, lines].sum(axis=2))
    moved = np.flatnonzero((old != new).any(axis=1))
    return {
        axes.regions[index]: new[index].tolist() for index in moved if reach.covers(axes, axes.regions[index])
    }


def lock_rows(version: PlanVersion, axes: Axes, *, product_line: str, reach: Reach) -> dict[str, list[int]]:
    """Lock states per month of the rows that have any lock, for one view of the grid."""
    lines = axes.line_slice(product_line)
    states = _lock_states(axes, locked_cells(version, axes)[:, :, lines].astype(np.int64))
    held = np.flatnonzero(states.any(axis=1))
    return {
        axes.regions[index]: states[index].tolist()
        for index in held
        if reach.covers(axes, axes.regions[index])
    }
