"""Several plans of which none is better in everything: a file with a column per plan, and a JSON line for each."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from quyu.engine import alignment
from quyu.shell.cli.alignment import answer
from quyu.shell.cli.alignment.plan_file import write_whole
from quyu.shell.cli.alignment.question import Question
from quyu.shell.cli.language import _

OF_ITS_TOLERANCE = ("outside_tolerance", "at_limit")
"""Reasons about the tolerance a plan was solved for, which is not the one asked for."""


def names(front: Sequence[alignment.Compromise]) -> list[str]:
    """The column of each plan."""
    return [f"plan{number}" for number in range(1, len(front) + 1)]


def write_plans(out: Path, question: Question, front: Sequence[alignment.Compromise]) -> None:
    """id and a column per plan; a shared unit names each territory with its part, such as 东:0.4;西:0.6."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", *names(front)))
    columns = [_column(question, plan.result) for plan in front]
    writer.writerows(zip(question.units.ids, *columns, strict=True))
    write_whole(out, text.getvalue())


def _column(question: Question, result: alignment.Result) -> list[str]:
    cells: dict[str, list[tuple[str, float]]] = {}
    for unit, territory, part in answer.rows(question, result):
        cells.setdefault(unit, []).append((territory, part))
    return [
        own[0][0] if len(own) == 1 else ";".join(f"{territory}:{part:.6g}" for territory, part in own)
        for own in (cells[unit] for unit in question.units.ids)
    ]


def lines(
    question: Question,
    found: alignment.Feasibility,
    front: Sequence[alignment.Compromise],
    more: Sequence[str],
) -> Iterator[tuple[list[str], dict[str, object]]]:
    """The reasons of each plan, and what its closing line has besides the figures of a plan."""
    for name, plan in zip(names(front), front, strict=True):
        said = answer.reasons(question, found, replace(plan.result, reasons=_reasons(plan)))
        yield (
            [*said, *more],
            {
                "plan": name,
                "within_tolerance": bool((plan.result.deviation <= question.problem.tolerances).all()),
                "tolerance": dict(zip(question.units.names, plan.tolerance, strict=True)),
                "binding": [question.spoken(each.template, dict(each.numbers)) for each in plan.binding],
            },
        )


def _reasons(plan: alignment.Compromise) -> tuple[alignment.Reason, ...]:
    """Who binds a plan, and which wishes it does not meet."""
    own = (reason for reason in plan.result.reasons if reason.code not in OF_ITS_TOLERANCE)
    return (*plan.binding, *own)


def told(question: Question, front: Sequence[alignment.Compromise]) -> Iterator[str]:
    """The plans in words, one line each with who binds it below."""
    for name, plan in zip(names(front), front, strict=True):
        parts = [
            _("{name} 偏差 {deviation:.1%}").format(name=measure, deviation=float(value))
            for measure, value in zip(question.units.names, plan.result.deviation, strict=True)
        ]
        shape = _("紧凑度 {objective:.6g}").format(objective=plan.result.objective)
        yield _("{name}：{figures}").format(name=name, figures=_("、").join([*parts, shape]))
        for reason in _reasons(plan):
            yield f"- {question.spoken(reason.template, dict(reason.numbers))}"
