"""What `quyu align` says at the end: lines for people and one JSON line for programs."""

from collections.abc import Iterator

import numpy as np

from quyu.engine import alignment
from quyu.engine.alignment import travel
from quyu.shell.cli.alignment.plan_file import Row
from quyu.shell.cli.alignment.question import Question
from quyu.shell.cli.allocation.answer import refused_line
from quyu.shell.cli.language import _


def rows(question: Question, result: alignment.Result) -> Iterator[Row]:
    """The rows of plan.csv, in the order of the units."""
    shared: dict[int, list[alignment.Share]] = {}
    for share in result.shares:
        shared.setdefault(share.unit, []).append(share)
    for unit, (name, territory) in enumerate(
        zip(question.units.ids, result.assignment.tolist(), strict=True)
    ):
        if unit not in shared:
            yield name, question.names[territory], 1.0
        for share in shared.get(unit, ()):
            yield name, question.names[share.territory], share.part


def reasons(question: Question, found: alignment.Feasibility, result: alignment.Result) -> list[str]:
    """Why it cannot be met, what binds, and what to know; each once."""
    needed = alignment.needed_tolerance(question.problem, result)
    possible = [*found.impossible, *needed, *result.reasons, *found.warnings]
    lines = [question.spoken(reason.template, dict(reason.numbers)) for reason in possible]
    lines += question.notes
    if question.dissolved:
        template = _("现有区域 {names} 取消，其单元并入其余区域；这部分变动不受变动上限约束")
        lines.append(template.format(names=_("、").join(question.dissolved)))
    return list(dict.fromkeys(lines))


def ended(why: str) -> list[str]:
    """That the search was ended early, where it was."""
    told = {
        "time": _("到了 --time 的时间，这是当时最好的方案"),
        "interrupt": _("收到中断，这是当时最好的方案"),
    }
    return [told[why]] if why else []


def unbalanced(question: Question, result: alignment.Result, why: str) -> list[str]:
    """That the search was ended before any plan was balanced, by how much, and what to do; a plan of accident."""
    if not why or result.is_within_tolerance:
        return []
    named = zip(
        question.units.names, result.deviation.tolist(), question.problem.tolerances.tolist(), strict=True
    )
    off = [(name, deviation, limit) for name, deviation, limit in named if deviation > limit]
    said = _("{name} 偏差 {deviation:.2%}（公差 {limit:.2%}）")
    return [
        _("提前结束时还没有均衡的方案：{off}；请加长 --time，或用 --start 从这个方案接着做").format(
            off=_("、").join(
                said.format(name=name, deviation=deviation, limit=limit) for name, deviation, limit in off
            )
        )
    ]


def moved_weight(question: Question, result: alignment.Result, current: str | None) -> float:
    """The first measure of what leaves its current territory, those dissolved included."""
    if current is None or not question.dissolved:
        return result.moved_weight
    gone = np.isin(question.units.table.columns[current], question.dissolved)
    return result.moved_weight + float(question.units.measures[gone, 0].sum())


def told(question: Question, result: alignment.Result, lines: list[str]) -> Iterator[str]:
    """The result in words."""
    for name, deviation in zip(question.units.names, result.deviation, strict=True):
        yield _("{name}：最大偏差 {deviation:.2%}").format(name=name, deviation=float(deviation))
    yield _("紧凑度下界差距 {gap:.2%}，连通：{whole}").format(
        gap=result.gap, whole=_("是") if result.contiguous else _("否")
    )
    for line in lines:
        yield f"- {line}"


FIGURES = (
    "territories",
    "deviation",
    "within_tolerance",
    "contiguous",
    "objective",
    "lower_bound",
    "gap",
    "moved_weight",
    "ended_by",
)


def refused(code: str, message: str, seconds: float) -> dict[str, object]:
    """The closing line where no plan was written: every key of a plan, its figures unknown."""
    unknown = dict.fromkeys(FIGURES)
    return {**refused_line(code, message), **unknown, "seconds": round(seconds, 3), "reasons": [message]}


def travelled(question: Question, result: alignment.Result) -> dict[str, object]:
    """Mean ways from the hubs of the territories, in all and in the worst; nothing where no ways are known."""
    if question.ways is None:
        return {}
    problem = question.problem
    held = travel.holdings(problem.weights, result.assignment, result.shares)
    own = travel.mean_travel(question.ways.network, problem.x, problem.y, held, len(question.names))
    load = np.bincount(held.territory, weights=held.weight, minlength=len(own))
    known = np.isfinite(own)
    worst = int(np.nanargmax(own))
    return {
        "travel": {
            "counted_in": question.ways.counted_in,
            "mean": float((own[known] * load[known]).sum() / load[known].sum()),
            "worst": {"territory": question.names[worst], "mean": float(own[worst])},
        }
    }


def solved_line(
    question: Question,
    result: alignment.Result,
    lines: list[str],
    *,
    moved: float,
    seconds: float,
    ended_by: str,
) -> dict[str, object]:
    """The closing line of a plan."""
    names = question.units.names
    return {
        "status": "solved",
        "territories": len(question.names),
        "deviation": {name: float(value) for name, value in zip(names, result.deviation, strict=True)},
        "within_tolerance": result.is_within_tolerance,
        "contiguous": result.contiguous,
        "objective": result.objective,
        "lower_bound": result.lower_bound,
        "gap": result.gap,
        "moved_weight": moved,
        "seconds": round(seconds, 3),
        "ended_by": ended_by or "search",
        "reasons": lines,
        **travelled(question, result),
    }
