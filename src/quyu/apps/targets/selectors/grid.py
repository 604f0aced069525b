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
from quyu.apps.targets.axes import TOTAL_LINE, Axes, Cells, Mask, Node
from quyu.apps.targets.dimension import PERIOD, PRODUCT, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.versions import published_version
from quyu.apps.targets.sums import leaf_sums, node_sums
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
    values = _months(axes, store.load_shaped(version, axes.shape), product_line)
    others, label = _compared(version, axes, product_line, compare)
    locks = _lock_states(axes, locked_cells(version, axes, at=at), product_line)
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


def _months(axes: Axes, cells: Cells | Mask, product_line: str) -> Cells:
    """(regions, months) of one product line, or of all."""
    within = Node(axes.region.root, axes.period.root, product_line)
    return node_sums(axes.region, leaf_sums(axes, cells, (REGION, PERIOD), within))


def _lock_states(axes: Axes, locked: Mask, product_line: str) -> Cells:
    counts = _months(axes, locked, product_line)
    sizes = _months(axes, np.ones(axes.shape, np.bool_), product_line)
    whole = (counts == sizes) & (counts > 0)
    return np.where(whole, LOCKED, np.where(counts > 0, PARTLY, UNLOCKED))


def _compared(version: PlanVersion, axes: Axes, product_line: str, compare: str) -> tuple[Cells, str]:
    """The side figures: the published version at these places, or last year's actuals (else the base)."""
    year, measure = version.plan.year, version.plan.measure
    if compare == "published" and (published := published_version(year, measure=measure)) is not None:
        theirs = Axes.from_json(published.axes)
        found = _placed(axes, theirs, store.load_shaped(published, theirs.shape), product_line)
        return found, str(published)
    return _months(axes, last_year_cells(version, axes), product_line), last_year_label(version)


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


def _placed(axes: Axes, theirs: Axes, cells: Cells, product_line: str) -> Cells:
    """(regions, months) of these axes, from the cells of others; leaves are matched by code."""
    by = (REGION, PERIOD, PRODUCT)
    wanted = axes.product.leaves if not product_line else axes.product.tree.leaves(product_line)
    lines = [theirs.product.index[code] for code in wanted if code in theirs.product.index]
    months = leaf_sums(theirs, cells, by)[:, :, lines].sum(axis=2)
    placed = np.zeros((len(axes.leaves), len(axes.months)), np.int64)
    pairs = [_shared(axes.leaves, theirs.leaves), _shared(axes.months, theirs.months)]
    ours = np.ix_(*(list(pair.keys()) for pair in pairs))
    placed[ours] = months[np.ix_(*(list(pair.values()) for pair in pairs))]
    return node_sums(axes.region, placed)


def _shared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Mapping[int, int]:
    place = {code: index for index, code in enumerate(theirs)}
    return {index: place[code] for index, code in enumerate(ours) if code in place}
