"""What `quyu allocate` says at the end: sentences for people, one JSON line for programs."""

from collections.abc import Iterator
from pathlib import Path

from quyu.engine.allocation import Certificate, Closeness, Conflict, Infeasible, Kind, Problem, Result
from quyu.shell.cli.language import _

SHOWN = 10


def solved_line(
    result: Result, certificate: Certificate, near: Closeness | None, seconds: float
) -> dict[str, object]:
    """The closing line of an answer; `kl` is described in docs/formulas/allocation.md.

    `closeness`, in rounding units, only where `crossing` asked for it.
    """
    line: dict[str, object] = {
        "status": "solved",
        "cells": result.problem.size,
        "nodes_checked": certificate.nodes_checked,
        "violations": certificate.violations,
        "kl": result.divergence,
        "seconds": round(seconds, 6),
        "digest": result.digest,
    }
    if near is not None:
        line["closeness"] = {
            "families": round(near.kept, 6),
            "others": round(near.others, 6),
            "others_beyond_two": near.beyond,
        }
    return line


def infeasible_line(refusal: Infeasible) -> dict[str, object]:
    """The closing line where the demands contradict each other; null as upper end means no limit."""
    return {
        "status": "infeasible",
        "conflict": [_item(each) for each in refusal.conflict],
        "interval": list(refusal.interval),
        "message": _(refusal.template).format(**refusal.numbers),
    }


def refused_line(code: str, message: str) -> dict[str, object]:
    return {"status": "refused", "code": code, "message": message}


def told_result(
    problem: Problem, result: Result, certificate: Certificate, near: Closeness | None, out: Path
) -> Iterator[str]:
    changed = int((result.values != problem.current).sum())
    yield _("{cells} 个单元格，改变了 {changed} 个；核对 {nodes} 个节点，{violations} 处不符。").format(
        cells=f"{problem.size:,}",
        changed=f"{changed:,}",
        nodes=f"{certificate.nodes_checked:,}",
        violations=certificate.violations,
    )
    if near is not None:
        yield _(
            "与最优解的距离（取整单位）：两棵树的节点最多 {kept}，其余交叉最多 {others}，其中 {beyond} 个超过 2。"
        ).format(kept=f"{near.kept:.2f}", others=f"{near.others:.2f}", beyond=f"{near.beyond:,}")
    yield _("已写入 {out}").format(out=out)


def told_conflict(refusal: Infeasible) -> Iterator[str]:
    """The refusal in words: the node, the interval, and the constraints in the way."""
    low, high = refusal.interval
    upper = _("不限") if high is None else str(high)
    yield _(refusal.template).format(**refusal.numbers)
    yield _("可行区间：{lower} 至 {upper}。没有写入任何文件。").format(lower=low, upper=upper)
    yield _("下面这些要求不能同时成立，请放宽其中一条：")
    for each in refusal.conflict[:SHOWN]:
        yield f"- {told(each)}"
    if len(refusal.conflict) > SHOWN:
        yield _("……共 {count} 条").format(count=len(refusal.conflict))


def told(conflict: Conflict) -> str:
    """One constraint in words."""
    names = {
        Kind.TOTAL: _("合计"),
        Kind.LOCK: _("锁定"),
        Kind.LOWER: _("下限"),
        Kind.UPPER: _("上限"),
        Kind.SHARE: _("占比"),
    }
    value = f"{conflict.value / 100:g}%" if conflict.kind is Kind.SHARE else str(conflict.value)
    text = _("{kind} {node}：{value}").format(
        kind=names[conflict.kind], node=" / ".join(conflict.at.values()) or _("全部"), value=value
    )
    return text if conflict.count == 1 else text + _("（{count} 个单元格合计）").format(count=conflict.count)


def _item(conflict: Conflict) -> dict[str, object]:
    found: dict[str, object] = {"kind": str(conflict.kind), "at": dict(conflict.at), "value": conflict.value}
    return found if conflict.count == 1 else {**found, "count": conflict.count}
