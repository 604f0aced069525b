"""What is to be divided: units with a position and measures, their neighbours, and the territories asked for.

Everything is given as arrays in one order of units; a unit is named by its index. The first measure is the
weight of compactness. Unknown positions are NaN; `edges=None` means that nothing is known about neighbours.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quyu.engine.alignment.arrays import Floats, Ints
from quyu.kernel.refusal import Refusal


class InvalidProblem(Refusal):
    """The input contradicts itself, so that no plan could be right."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A territory known beforehand: the home of its person in km (NaN: free) and its share of the mean load."""

    x: float = math.nan
    y: float = math.nan
    capacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Problem:
    """Units to divide into territories.

    x, y: km on an equal-area plane. measures: units x measures, not negative. territories: how many, or their
    seats. tolerance: largest allowed |load / target - 1|, one for all measures or one each. current and locks:
    a territory per unit, -1 for none. frozen: territories that keep exactly their current units. groups: units
    with the same number (>= 0) stay together.
    """

    x: Floats
    y: Floats
    measures: Floats
    territories: int | tuple[Seat, ...]
    edges: Ints | None = None
    tolerance: float | tuple[float, ...] = 0.05
    current: Ints | None = None
    locks: Ints | None = None
    frozen: frozenset[int] = frozenset()
    groups: Ints | None = None

    def __post_init__(self) -> None:
        measures = np.ascontiguousarray(self.measures, dtype=np.float64)
        self._put("measures", measures.reshape(-1, 1) if measures.ndim == 1 else measures)
        for name in ("x", "y"):
            self._put(name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        for name in ("current", "locks", "groups"):
            if getattr(self, name) is not None:
                self._put(name, np.ascontiguousarray(getattr(self, name), dtype=np.int32))
        if self.edges is not None:
            self._put("edges", np.ascontiguousarray(self.edges, dtype=np.int32).reshape(-1, 2))
        self._put("frozen", frozenset(int(territory) for territory in self.frozen))
        _check_units(self)
        _check_territories(self)
        _check_frozen(self)

    def _put(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return len(self.x)

    @property
    def territory_count(self) -> int:
        """How many territories are asked for."""
        return self.territories if isinstance(self.territories, int) else len(self.territories)

    @property
    def tolerances(self) -> Floats:
        """The tolerance of each measure, as a fraction."""
        count = self.measures.shape[1]
        given = self.tolerance if isinstance(self.tolerance, tuple) else (self.tolerance,) * count
        return np.asarray(given, dtype=np.float64)

    @property
    def capacities(self) -> Floats:
        """The share of each territory in a mean load; their mean is 1."""
        if isinstance(self.territories, int):
            return np.ones(self.territories)
        given = np.asarray([seat.capacity for seat in self.territories], dtype=np.float64)
        share: Floats = given / given.mean()
        return share

    @property
    def homes(self) -> Floats:
        """Fixed centres, territories x 2 in km; NaN where the centre is free."""
        if isinstance(self.territories, int):
            return np.full((self.territories, 2), np.nan)
        return np.asarray([(seat.x, seat.y) for seat in self.territories], dtype=np.float64).reshape(-1, 2)

    @property
    def targets(self) -> Floats:
        """The load each territory should carry, territories x measures."""
        total = self.measures.sum(axis=0)
        target: Floats = np.outer(self.capacities / self.territory_count, total)
        return target

    @property
    def weights(self) -> Floats:
        """The weight of each unit in compactness: its first measure over the mean (1 when all are zero)."""
        mean = float(self.measures[:, 0].mean())
        weight: Floats = self.measures[:, 0] / mean if mean > 0 else np.ones(self.unit_count)
        return weight


def _check_units(problem: Problem) -> None:
    count = problem.unit_count
    if count == 0:
        raise InvalidProblem("no_units", "没有可划分的基本单元")
    columns: dict[str, npt.NDArray[Any] | None] = {
        "y": problem.y,
        "measures": problem.measures,
        "current": problem.current,
        "locks": problem.locks,
        "groups": problem.groups,
    }
    for name, column in columns.items():
        if column is not None and len(column) != count:
            raise InvalidProblem(
                "length_differs",
                "{name} 有 {found} 行，基本单元有 {count} 个",
                name=name,
                found=len(column),
                count=count,
            )
    bad = np.flatnonzero(~np.isfinite(problem.measures).all(axis=1) | (problem.measures < 0).any(axis=1))
    if len(bad):
        raise InvalidProblem(
            "bad_measure",
            "{count} 个基本单元的指标为负或不是数字，第一个是第 {unit} 个",
            count=len(bad),
            unit=int(bad[0]),
        )
    if problem.edges is not None and problem.edges.size:
        low, high = int(problem.edges.min()), int(problem.edges.max())
        if low < 0 or high >= count:
            raise InvalidProblem(
                "bad_edge", "邻接表提到了不存在的基本单元 {unit}", unit=low if low < 0 else high
            )


def _check_territories(problem: Problem) -> None:
    wanted, count = problem.territory_count, problem.unit_count
    if wanted < 1:
        raise InvalidProblem("no_territories", "区域数至少为 1,现在是 {wanted}", wanted=wanted)
    if wanted > count:
        raise InvalidProblem(
            "more_territories_than_units",
            "要 {wanted} 个区域，却只有 {count} 个基本单元",
            wanted=wanted,
            count=count,
        )
    if len(problem.tolerances) != problem.measures.shape[1] or not (problem.tolerances > 0).all():
        raise InvalidProblem("bad_tolerance", "每项指标要有一个大于零的公差")
    if not (np.isfinite(problem.capacities) & (problem.capacities > 0)).all():
        raise InvalidProblem("bad_capacity", "每个区域的承载能力必须大于零")
    for name in ("current", "locks"):
        column = getattr(problem, name)
        if column is not None and (column.min() < -1 or column.max() >= wanted):
            raise InvalidProblem(
                "bad_territory", "{name} 提到了不存在的区域(共 {wanted} 个)", name=name, wanted=wanted
            )


def _check_frozen(problem: Problem) -> None:
    for territory in sorted(problem.frozen):
        if not 0 <= territory < problem.territory_count:
            raise InvalidProblem("bad_frozen", "要冻结的区域 {territory} 不存在", territory=territory)
        if problem.current is None or not (problem.current == territory).any():
            raise InvalidProblem(
                "frozen_empty", "区域 {territory} 没有现有单元，不能冻结", territory=territory
            )
        if problem.locks is None:
            continue
        enters = (problem.locks == territory) & (problem.current != territory)
        leaves = (problem.current == territory) & (problem.locks >= 0) & (problem.locks != territory)
        clash = np.flatnonzero(enters | leaves)
        if len(clash):
            raise InvalidProblem(
                "lock_against_frozen",
                "区域 {territory} 已冻结，与单元 {unit} 的锁定矛盾",
                territory=territory,
                unit=int(clash[0]),
            )
