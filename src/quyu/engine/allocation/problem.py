"""The question: cells, what they should follow, what binds them.

All arrays have one entry per row, in any order. Amounts are integers of the measure's unit (fen for
money); only leaf cells exist, every total is a sum of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.dimension import Dimension
from quyu.engine.allocation.lattice import Cells, Int64, Lattice, lattice_of
from quyu.kernel.refusal import Refusal

LIMIT = 10**18
"""No amount, sum or bound may reach this in size: a thousand times China's GDP in fen."""

UNBOUNDED = 2**62
"""Stands for "no upper bound" inside arrays."""

At = Mapping[str, str]


class BadProblem(Refusal):
    """The arrays do not describe a problem."""


@dataclass(frozen=True, slots=True)
class Total:
    """The cells below a node sum to `value`."""

    at: At
    value: int


@dataclass(frozen=True, slots=True)
class Bound:
    """The sum of the cells below a node lies in [lower, upper]; None leaves that side open."""

    at: At
    lower: int | None = None
    upper: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Inside `at`, the cells of `of` make up at least `at_least_bp` basis points of the sum."""

    at: At
    of: At
    at_least_bp: int


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells of a sparse lattice with base, bounds, locks and the totals to reach.

    `coordinates`: (n, dimensions), indices into `Dimension.leaves`. `base`: weights, at least 0 to
    count. `lower` None means 0, `upper` None means open. Where `locked`, the cell keeps its `value`.
    `unit`: free cells are rounded to multiples of it. `crossing`: the two dimensions whose trees both
    stay within one unit of the exact shares at every node (see `crossing`).
    """

    dimensions: tuple[Dimension, ...]
    coordinates: NDArray[np.int32]
    base: NDArray[np.int64] | NDArray[np.float64]
    lower: Int64 | None = None
    upper: Int64 | None = None
    locked: NDArray[np.bool_] | None = None
    value: Int64 | None = None
    totals: tuple[Total, ...] = ()
    bounds: tuple[Bound, ...] = ()
    shares: tuple[Share, ...] = ()
    unit: int = 1
    crossing: tuple[str, str] | None = None
    lattice: Lattice = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_amounts(self)
        object.__setattr__(self, "lattice", lattice_of(self.dimensions, self.coordinates))

    @property
    def size(self) -> int:
        return int(self.base.size)

    @cached_property
    def current(self) -> Int64:
        """The values before solving; zero where none were given."""
        return np.zeros(self.size, np.int64) if self.value is None else self.value

    def rows(self, at: At) -> Cells:
        """The rows of the cells below a node."""
        return self.lattice.rows(self.lattice.cells(at))

    def with_totals(self, totals: tuple[Total, ...]) -> Self:
        """The same problem with other totals; nothing is sorted or checked again."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.__dict__["totals"] = totals
        return twin

    def with_cells(self, base: Int64 | NDArray[np.float64], **fields: object) -> Self:
        """Another problem on the same lattice, by the names of the fields; only the amounts are checked."""
        twin = object.__new__(type(self))
        plain = {key: value for key, value in self.__dict__.items() if key != "current"}
        twin.__dict__.update(plain | {"base": base} | fields)
        _check_shapes(twin)
        _check_amounts(twin)
        return twin


def _check_shapes(problem: Problem) -> None:
    rows = problem.base.size
    names = [dimension.name for dimension in problem.dimensions]
    if not names or len(set(names)) != len(names):
        raise BadProblem("bad_dimensions", "至少需要一个维度，且维度名称不能重复。")
    if sum(dimension.height for dimension in problem.dimensions) > 120:
        raise BadProblem("too_deep", "各维度层级之和不能超过 120。")
    if problem.crossing is not None:
        _check_crossing(problem.crossing, names)
    if problem.unit < 1:
        raise BadProblem("bad_unit", "取整单位必须是正整数，现在是 {unit}。", unit=problem.unit)
    if problem.coordinates.shape != (rows, len(names)):
        raise BadProblem(
            "bad_coordinates", "坐标数组应为 {rows} 行 {columns} 列。", rows=rows, columns=len(names)
        )
    for name in ("lower", "upper", "locked", "value"):
        array = getattr(problem, name)
        if array is not None and array.shape != (rows,):
            raise BadProblem("bad_length", "数组“{name}”应有 {rows} 个数。", name=name, rows=rows)


def _check_crossing(crossing: tuple[str, ...], names: list[str]) -> None:
    if len(crossing) != 2 or len(set(crossing)) != 2 or not set(crossing) <= set(names):
        raise BadProblem(
            "bad_crossing",
            "交叉核对的应是两个不同的维度，现在是“{crossing}”；可选：{names}。",
            crossing="、".join(crossing),
            names="、".join(names),
        )


def _check_amounts(problem: Problem) -> None:
    if not problem.size:
        return
    if not np.isfinite(problem.base).all():
        raise BadProblem("bad_base", "基数中有空值或无穷大。")
    for name in ("lower", "value"):
        array = getattr(problem, name)
        if array is not None and (array.max() >= LIMIT or array.min() <= -LIMIT):
            raise BadProblem("too_large", "“{name}”中有超过 18 位的数。", name=name)
    if problem.upper is not None:
        lower = 0 if problem.lower is None else problem.lower
        if bool((problem.upper < lower).any()):
            row = int(np.argmax(problem.upper < lower))
            raise BadProblem("empty_bounds", "第 {row} 行的上限小于下限。", row=row)
    for total in problem.totals:
        if abs(total.value) >= LIMIT:
            raise BadProblem("too_large", "“{name}”中有超过 18 位的数。", name="totals")
