"""What binds a plan, said so that a person can act on it: by territory, unit and measure."""

import numpy as np

from quyu.engine.alignment import diameter, figures, splitting
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Reason, Result

NEAR = 0.02
"""A load within this part of the tolerance from its limit counts as binding."""


def explain(problem: Problem, result: Result) -> tuple[Reason, ...]:
    """All reasons, the gravest first."""
    return (
        *_oversized(problem),
        *_empty(problem, result),
        *_out_of_band(problem, result.loads),
        *diameter.explain(problem, result),
        *_in_pieces(problem, result),
        *_wishes_not_met(problem, result),
        *_islands(result.links),
        *_without_position(problem),
    )


def _oversized(problem: Problem) -> list[Reason]:
    """Units that alone exceed what any territory may carry and cannot be shared."""
    most = problem.targets.max(axis=0) * (1 + problem.tolerances)
    above = problem.measures > np.where(most > 0, most, np.inf)
    heavy = np.argwhere(above & ~splitting.may_be_cut(problem)[:, None]).tolist()
    multiple = problem.measures / np.maximum(problem.targets.max(axis=0), 1e-300)
    return [oversized(unit, measure, float(multiple[unit, measure])) for unit, measure in heavy]


def _empty(problem: Problem, result: Result) -> list[Reason]:
    """Territories that no unit may enter any more."""
    held = {share.territory for share in result.shares} | set(result.assignment.tolist())
    template = "区域 {territory} 没有单元：锁定、冻结或变动上限不许任何单元移到那里"
    return [
        Reason("empty", template, {"territory": territory}, territory=territory)
        for territory in range(problem.territory_count)
        if territory not in held
    ]


def oversized(unit: int, measure: int, multiple: float) -> Reason:
    """A unit that alone is so many times what a territory should carry."""
    template = "单元 {unit} 一个就有区域应有量的 {multiple:.2f} 倍，须先拆分"
    return Reason(
        "oversized_unit", template, {"unit": unit, "multiple": multiple}, unit=unit, measure=measure
    )


def _out_of_band(problem: Problem, load: Floats) -> list[Reason]:
    deviation, tolerance = figures.deviations(problem, load), problem.tolerances
    found = []
    for territory, measure in np.argwhere(np.abs(deviation) >= tolerance * (1 - NEAR)):
        value = float(deviation[territory, measure])
        outside = abs(value) > tolerance[measure] * (1 + 1e-9)
        found.append(
            Reason(
                "outside_tolerance" if outside else "at_limit",
                "区域 {territory} 的指标 {measure} 偏差 {deviation:+.1%}，超出公差 {tolerance:.1%}"
                if outside
                else "区域 {territory} 的指标 {measure} 偏差 {deviation:+.1%}，已到公差 {tolerance:.1%} 的边缘",
                {
                    "territory": int(territory),
                    "measure": int(measure) + 1,
                    "deviation": value,
                    "tolerance": float(tolerance[measure]),
                },
                territory=int(territory),
                measure=int(measure),
            )
        )
    return sorted(found, key=lambda reason: reason.code != "outside_tolerance")


def _in_pieces(problem: Problem, result: Result) -> list[Reason]:
    counts = figures.piece_counts(problem, result.assignment, result.links, result.shares)
    return [
        Reason(
            "not_in_one_piece",
            "区域 {territory} 分成 {pieces} 块，互不相连",
            {"territory": int(territory), "pieces": int(counts[territory])},
            territory=int(territory),
        )
        for territory in np.flatnonzero(counts > 1)
    ]


def _wishes_not_met(problem: Problem, result: Result) -> list[Reason]:
    """Units that share a territory though kept apart, or whose seat lacks a skill they need."""
    found, assignment = [], result.assignment
    for units in problem.apart:
        first: dict[int, int] = {}
        for unit in units:
            territory = int(assignment[unit])
            other = first.setdefault(territory, unit)
            if other != unit:
                numbers = {"unit": unit, "other": other, "territory": territory}
                template = "单元 {unit} 与 {other} 应分开，没有做到，都在区域 {territory}"
                found.append(Reason("not_apart", template, numbers, territory=territory, unit=unit))
    if problem.needs is None or isinstance(problem.territories, int):
        return found
    shared = {share.unit for share in result.shares}
    places = [(unit, territory) for unit, territory in enumerate(assignment.tolist()) if unit not in shared]
    for unit, territory in sorted([*places, *((share.unit, share.territory) for share in result.shares)]):
        needed = problem.needs[unit]
        lacking = needed - problem.territories[territory].skills
        if lacking:
            words: dict[str, float | int | str] = {"unit": unit, "territory": territory}
            words["skills"] = "、".join(sorted(lacking))
            template = "单元 {unit} 需要“{skills}”，没能分到会的岗位，在区域 {territory}"
            found.append(Reason("skill_missing", template, words, territory=territory, unit=unit))
    return found


def _islands(links: Ints) -> list[Reason]:
    if not len(links):
        return []
    template = "有 {count} 处孤立的单元（如 {unit}），单独成不了区域，已就近连到 {other}"
    numbers = {"count": len(links), "unit": int(links[0, 0]), "other": int(links[0, 1])}
    return [Reason("linked_islands", template, numbers, unit=int(links[0, 0]))]


def _without_position(problem: Problem) -> list[Reason]:
    bare = np.flatnonzero(~figures.known_places(problem))
    return [bare_units(bare)] if len(bare) else []


def bare_units(bare: Ints) -> Reason:
    """Units whose own position is not given."""
    template = "{count} 个单元没有坐标（如 {unit}），按邻接关系或仅按均衡划分"
    return Reason("without_position", template, {"count": len(bare), "unit": int(bare[0])}, unit=int(bare[0]))
