"""What no problem may contain: numbers that are none, places that do not exist, wishes that contradict each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from quyu.engine.alignment.arrays import Ints
from quyu.kernel.refusal import Refusal

if TYPE_CHECKING:
    from quyu.engine.alignment.problem import Problem


class InvalidProblem(Refusal):
    """The input contradicts itself, so that no plan could be right."""


def check(problem: "Problem") -> None:
    """Raise InvalidProblem for the first fault."""
    _check_units(problem)
    _check_territories(problem)
    _check_frozen(problem)
    wanted = wishes(problem)
    if len(problem.frozen) == problem.territory_count and (wanted < 0).any():
        raise InvalidProblem(
            "all_frozen",
            "所有区域都已冻结，单元 {unit} 等 {count} 个无处可去；请至少解除一个冻结",
            unit=int(np.flatnonzero(wanted < 0)[0]),
            count=int((wanted < 0).sum()),
        )
    _check_groups(problem, wanted)
    _check_apart(problem, wanted)
    _check_needs(problem, wanted)
    _check_max_moved(problem, wanted)


def wishes(problem: "Problem") -> Ints:
    """The territory each unit is bound to by a lock or a frozen territory, else -1; groups are not followed."""
    nobody = np.full(problem.unit_count, -1, dtype=np.int32)
    wanted = (problem.locks if problem.locks is not None else nobody).copy()
    if problem.frozen and problem.current is not None:
        kept = np.isin(problem.current, list(problem.frozen))
        wanted[kept] = problem.current[kept]
    return wanted


def plan_of(problem: "Problem", assignment: Ints | Sequence[int]) -> Ints:
    """The plan as an array; raises InvalidProblem unless it names a territory of the problem for every unit."""
    plan = np.asarray(assignment, dtype=np.int64)
    if len(plan) != problem.unit_count or plan.min() < 0 or plan.max() >= problem.territory_count:
        raise InvalidProblem("bad_plan", "方案与基本单元或区域对不上")
    return plan


def _check_units(problem: "Problem") -> None:
    count = problem.unit_count
    if count == 0:
        raise InvalidProblem("no_units", "没有可划分的基本单元")
    columns: dict[str, npt.NDArray[Any] | None] = {
        "y": problem.y,
        "measures": problem.measures,
        "current": problem.current,
        "locks": problem.locks,
        "groups": problem.groups,
        "needs": None if problem.needs is None else np.empty(len(problem.needs)),
        "splittable": problem.splittable,
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


def _check_territories(problem: "Problem") -> None:
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
    if problem.target is not None and (
        problem.target.shape != (wanted, problem.measures.shape[1])
        or not (np.isfinite(problem.target) & (problem.target >= 0)).all()
    ):
        raise InvalidProblem("bad_target", "应有量要按区域与指标给出，且不得为负")
    if problem.max_diameter is not None and not 0 < problem.max_diameter < float("inf"):
        raise InvalidProblem("bad_diameter", "区域直径的上限必须大于零")
    if problem.max_moved is not None and not (problem.max_moved >= 0 and problem.current is not None):
        raise InvalidProblem("bad_max_moved", "变动上限要有现有区域，且不得为负")
    if not (np.isfinite(problem.capacities) & (problem.capacities > 0)).all():
        raise InvalidProblem("bad_capacity", "每个区域的承载能力必须大于零")
    for name in ("current", "locks"):
        column = getattr(problem, name)
        if column is not None and (column.min() < -1 or column.max() >= wanted):
            raise InvalidProblem(
                "bad_territory", "{name} 提到了不存在的区域(共 {wanted} 个)", name=name, wanted=wanted
            )


def _check_frozen(problem: "Problem") -> None:
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


def _check_groups(problem: "Problem", wanted: Ints) -> None:
    if problem.groups is None:
        return
    held = np.flatnonzero((problem.groups >= 0) & (wanted >= 0))
    first: dict[int, int] = {}
    for unit in held.tolist():
        other = first.setdefault(int(problem.groups[unit]), unit)
        if wanted[other] != wanted[unit]:
            raise InvalidProblem(
                "locks_split_group",
                "单元 {unit} 与 {other} 要求在一起，却锁定在区域 {territory} 与 {elsewhere}，互相矛盾；请解除其中一项",
                unit=unit,
                other=other,
                territory=int(wanted[unit]),
                elsewhere=int(wanted[other]),
            )
    for unit in np.flatnonzero((problem.groups >= 0) & (wanted < 0)).tolist():
        leader = first.get(int(problem.groups[unit]))
        if leader is not None and int(wanted[leader]) in problem.frozen:
            raise InvalidProblem(
                "group_against_frozen",
                "单元 {unit} 要与 {other} 在一起，而区域 {territory} 已冻结，进不去；请解除其中一项",
                unit=unit,
                other=leader,
                territory=int(wanted[leader]),
            )


def _check_apart(problem: "Problem", wanted: Ints) -> None:
    for units in problem.apart:
        if len(units) > problem.territory_count:
            raise InvalidProblem(
                "too_many_apart",
                "{count} 个单元要两两分开，却只有 {wanted} 个区域；请减少要分开的单元，如 {unit}",
                count=len(units),
                wanted=problem.territory_count,
                unit=units[0],
            )
        if units[:1] and (units[0] < 0 or units[-1] >= problem.unit_count):
            raise InvalidProblem("bad_apart", "要分开的单元 {unit} 不存在", unit=units[-1])
        together: dict[int, int] = {}
        inside: dict[int, int] = {}
        for unit in units:
            group = -1 if problem.groups is None else int(problem.groups[unit])
            other = together.setdefault(group, unit) if group >= 0 else unit
            if other != unit:
                raise InvalidProblem(
                    "apart_inside_group",
                    "单元 {unit} 与 {other} 既要求在一起又要求分开；请解除其中一项",
                    unit=unit,
                    other=other,
                )
            other = inside.setdefault(int(wanted[unit]), unit) if wanted[unit] >= 0 else unit
            if other != unit:
                raise InvalidProblem(
                    "apart_in_one_territory",
                    "单元 {unit} 与 {other} 要求分开，却都锁定在区域 {territory}；请解除其中一项",
                    unit=unit,
                    other=other,
                    territory=int(wanted[unit]),
                )


def _check_needs(problem: "Problem", wanted: Ints) -> None:
    if problem.needs is None or isinstance(problem.territories, int):
        return
    skills = [seat.skills for seat in problem.territories]
    known: dict[frozenset[str], bool] = {}
    for unit, needed in enumerate(problem.needs):
        able = known.setdefault(needed, any(needed <= has for has in skills))
        if not able:
            raise InvalidProblem(
                "skill_nobody_has",
                "单元 {unit} 需要技能“{skills}”，没有一个岗位都会；请给某个岗位补上或改派",
                unit=unit,
                skills="、".join(sorted(needed)),
            )
        if wanted[unit] >= 0 and not needed <= skills[int(wanted[unit])]:
            raise InvalidProblem(
                "lock_against_skill",
                "单元 {unit} 锁定在区域 {territory}，那里的岗位不会“{skills}”；请解除锁定或换岗位",
                unit=unit,
                territory=int(wanted[unit]),
                skills="、".join(sorted(needed - skills[int(wanted[unit])])),
            )


def _check_max_moved(problem: "Problem", wanted: Ints) -> None:
    if problem.max_moved is None or problem.current is None:
        return
    forced = np.flatnonzero((problem.current >= 0) & (problem.current != _staying(problem, wanted)))
    total = float(problem.measures[:, 0].sum())
    share = float(problem.measures[forced, 0].sum()) / total if total > 0 else 0.0
    if share > problem.max_moved + 1e-12:
        raise InvalidProblem(
            "locks_above_max_moved",
            "锁定和放在一起就要移动 {share:.1%} 的份额（如单元 {unit}），超过变动上限 {most:.1%}；请放宽上限或减少锁定",
            share=share,
            unit=int(forced[0]),
            most=problem.max_moved,
        )


def _staying(problem: "Problem", wanted: Ints) -> Ints:
    """Where each unit is when as little as possible moves: bound, or where most of its group is, or at home."""
    current = problem.current if problem.current is not None else wanted
    place = np.where(wanted >= 0, wanted, current)
    if problem.groups is None:
        return np.asarray(place)
    load: dict[int, dict[int, float]] = {}
    bound: dict[int, int] = {}
    grouped = np.flatnonzero(problem.groups >= 0).tolist()
    for unit in grouped:
        group = int(problem.groups[unit])
        if wanted[unit] >= 0:
            bound[group] = int(wanted[unit])
        if current[unit] >= 0:
            here = load.setdefault(group, {})
            here[int(current[unit])] = here.get(int(current[unit]), 0.0) + float(problem.measures[unit, 0])
    for unit in grouped:
        group = int(problem.groups[unit])
        if group in bound or group in load:
            place[unit] = bound[group] if group in bound else max(load[group], key=load[group].__getitem__)
    return np.asarray(place)
