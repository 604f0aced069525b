"""What a spread may follow, beside history: equal parts, named weights, growth, another node, a season.

Every verb returns an array by row to put in the place of the base, so that the one solver does the rest:
`solve(problem.with_cells(base))`, or an edit with `Spread.BASE`. Nothing is rounded here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.cell import exact_sum
from quyu.engine.allocation.lattice import Int64
from quyu.engine.allocation.params import Params
from quyu.engine.allocation.problem import At, Problem, Total
from quyu.engine.allocation.result import Result
from quyu.engine.allocation.solve import solve
from quyu.kernel.refusal import Refusal

Float64 = NDArray[np.float64]
Base = Int64 | Float64


class BadVerb(Refusal):
    """A verb was given something it cannot follow."""


def equal(problem: Problem) -> Int64:
    """The same weight for every cell."""
    return np.ones(problem.size, np.int64)


def weighted(sources: Mapping[str, Base], weights: Mapping[str, int]) -> Float64:
    """A blend of named sources: each counts by its weight, whatever its own sum; negative amounts as 0.

    A source without any positive amount counts for nothing, and the others share its weight.
    """
    unknown = sorted(set(weights) - set(sources))
    if unknown or not weights:
        raise BadVerb(
            "unknown_source",
            "没有名为“{name}”的依据；可用：{known}。",
            name="、".join(unknown),
            known="、".join(sources),
        )
    if min(weights.values()) < 0 or not any(weights.values()):
        raise BadVerb("bad_weights", "权重不能为负，也不能全为零：{weights}。", weights=dict(weights))
    blend = np.zeros(len(next(iter(sources.values()))))
    for name, weight in weights.items():
        positive = np.maximum(np.asarray(sources[name], np.float64), 0.0)
        whole = positive.sum()
        if whole > 0:
            blend += positive * (weight / whole)
    return blend


def growth(base: Int64, growth_bp: int | Int64) -> tuple[Float64, int]:
    """The base grown by basis points, one for all or one a cell, and the whole that makes, rounded half up."""
    factor = np.maximum(10_000 + np.asarray(growth_bp, np.int64), 0)
    high, low = exact_sum((base >> 20) * factor), exact_sum((base & 0xFFFFF) * factor)
    whole = ((high << 20) + low + 5_000) // 10_000
    return base * (factor / 10_000), whole


def like(problem: Problem, at: At, source: At) -> Float64:
    """The base, with the profile of another node in the cells below `at`: a new product like an old one.

    A cell gets what the cells below `source` hold that agree with it in all dimensions in which the two
    nodes are the same; where several cells below `at` agree so, they share it equally.
    """
    apart = {name for name in {*at, *source} if _node(problem, at, name) != _node(problem, source, name)}
    if not apart:
        raise BadVerb("like_itself", "不能以节点自身为样板：{node}。", node=" / ".join(at.values()))
    same = [axis for axis, dimension in enumerate(problem.dimensions) if dimension.name not in apart]
    mine = np.arange(problem.size)[problem.rows(at)]
    theirs = np.arange(problem.size)[problem.rows(source)]
    keys = _keys(problem, same, np.concatenate([mine, theirs]))
    positive = np.maximum(problem.base[theirs].astype(np.float64), 0.0)
    profile = np.bincount(keys[mine.size :], positive, int(keys.max(initial=0)) + 1)
    count = np.bincount(keys[: mine.size], minlength=profile.size)
    if mine.size and not profile[keys[: mine.size]].any():
        raise BadVerb(
            "empty_profile",
            "样板 {node} 下没有可照搬的基数，请换一个节点。",
            node=" / ".join(source.values()) or "全部",
        )
    base = problem.base.astype(np.float64)
    base[mine] = profile[keys[: mine.size]] / count[keys[: mine.size]]
    return base


def seasonal(problem: Problem, dimension: str, weights: Sequence[int] | Mapping[str, int], at: At) -> Float64:
    """The base, with each row of periods below `at` shared out by the weights of its periods.

    What cells hold together that differ in this dimension only stays what it is. `weights`: one for each
    leaf below the node, in order, or by the names of the leaves, those not named counting 0.
    """
    axis = next((n for n, each in enumerate(problem.dimensions) if each.name == dimension), None)
    if axis is None:
        raise BadVerb("unknown_dimension", "没有维度“{dimension}”。", dimension=dimension)
    factor = _factors(problem, axis, weights, at)
    rows = np.arange(problem.size)[problem.rows(at)]
    others = [each for each in range(len(problem.dimensions)) if each != axis]
    keys = _keys(problem, others, rows)
    weight = factor[problem.coordinates[rows, axis]]
    count = int(keys.max(initial=0)) + 1
    held = np.bincount(keys, np.maximum(problem.base[rows].astype(np.float64), 0.0), count)
    whole = np.bincount(keys, weight, count)
    base = problem.base.astype(np.float64)
    base[rows] = held[keys] * np.divide(weight, whole[keys], out=np.zeros(rows.size), where=whole[keys] > 0)
    return base


def rounded(problem: Problem, values: Int64, unit: int, params: Params | None = None) -> Result:
    """Values by row rounded to another unit: every node within one unit of what it was, sums exact.

    The whole becomes the nearest multiple, half up; locks and bounds of the problem hold.
    """
    whole = (exact_sum(values) * 2 + unit) // (2 * unit) * unit
    twin = problem.with_cells(values, unit=unit, totals=(Total({}, whole),))
    return solve(twin, params)


def _factors(problem: Problem, axis: int, weights: Sequence[int] | Mapping[str, int], at: At) -> Float64:
    """A weight for each leaf of the dimension; raises BadVerb."""
    dimension = problem.dimensions[axis]
    start, stop = dimension.range_of(at.get(dimension.name, dimension.root))
    leaves = dimension.leaves[start:stop]
    if isinstance(weights, Mapping):
        unknown = sorted(set(weights) - set(leaves))
        if unknown:
            raise BadVerb("unknown_period", "{node} 不是其中的末级节点。", node="、".join(unknown[:5]))
        weights = [weights.get(leaf, 0) for leaf in leaves]
    if len(weights) != len(leaves):
        raise BadVerb(
            "wrong_length",
            "需要 {wanted} 个权重（{first} 至 {last}），现在是 {count} 个。",
            wanted=len(leaves),
            first=leaves[0],
            last=leaves[-1],
            count=len(weights),
        )
    if min(weights) < 0 or not any(weights):
        raise BadVerb("bad_weights", "权重不能为负，也不能全为零：{weights}。", weights=list(weights))
    factor = np.zeros(len(dimension.leaves))
    factor[start:stop] = np.array(weights, np.float64)
    return factor


def _node(problem: Problem, at: At, name: str) -> str:
    root = next((each.root for each in problem.dimensions if each.name == name), "")
    return at.get(name, root)


def _keys(problem: Problem, axes: Sequence[int], rows: Int64) -> Int64:
    """A number for each row, the same for rows that agree in these dimensions."""
    keys = np.zeros(rows.size, np.int64)
    for axis in axes:
        keys = keys * len(problem.dimensions[axis].leaves) + problem.coordinates[rows, axis]
        keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return keys
