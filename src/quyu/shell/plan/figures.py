"""Everything the plan's workbook and document show, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.sums import Sums, node_sums


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file the plan was made from."""

    name: str
    sha256: str
    row_count: int


@dataclass(frozen=True, slots=True)
class TerritoryQuality:
    """How even and compact a proposed division came out; rates in basis points."""

    territories: int
    deviation_bp: int | None
    gap_bp: int | None
    is_proposed: bool
    unplaced_customers: int


@dataclass(frozen=True)
class PlanFigures:
    """Cells have shape (territories, months, lines) in the order of `axes`, in fen.

    `target` is the plan, `before` the actuals of the year before (what growth is measured on),
    `actual` the actuals of the plan year itself as far as the files have them, else None.
    """

    company: str
    axes: Axes
    target: Sums
    before: Sums
    actual: Sums | None
    actual_upto: str
    growth_bp: int
    method: tuple[str, ...]
    derived: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    quality: TerritoryQuality
    nodes_checked: int
    violations: int
    outlines: Mapping[str, str] = field(default_factory=dict)
    """Territory leaf code -> SVG path in a 1000 x 760 box, where places were recognised."""

    @cached_property
    def target_by_region(self) -> NDArray[np.int64]:
        """(regions, months, lines)."""
        return node_sums(self.axes.region, self.target)

    @property
    def total_fen(self) -> int:
        return int(self.target.sum())

    @cached_property
    def levels(self) -> dict[int, list[str]]:
        """Depth -> region codes, in tree order."""
        levels: dict[int, list[str]] = {}
        for code in self.axes.regions:
            levels.setdefault(self.axes.depths[code], []).append(code)
        return levels

    @cached_property
    def people(self) -> dict[str, list[int]]:
        """Person (or 未派人) -> indices of the territories he answers for."""
        found: dict[str, list[int]] = {}
        for index, leaf in enumerate(self.axes.leaves):
            found.setdefault(self.axes.owner_name(leaf) or "未派人", []).append(index)
        return found

    def row_of(self, region: str) -> int:
        return self.axes.regions.index(region)
