"""`quyu allocate`: break a total down over cells, or change one node, from files, without the site."""

from pathlib import Path
from time import perf_counter

import click

from quyu.engine.allocation import Infeasible, Params, Problem, Result, closeness, solve, verify
from quyu.shell.cli.allocation import answer
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.cell_file import CellTable, read_cells
from quyu.shell.cli.allocation.edit_file import read_edit
from quyu.shell.cli.allocation.problem_file import Question, read_question
from quyu.shell.cli.allocation.reasons import reason_columns
from quyu.shell.cli.allocation.result_file import refuse_target, write_result
from quyu.shell.cli.allocation.work import edited, has_cells, no_cells, problem_of
from quyu.shell.cli.closing import close, closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _

FILE = click.Path(path_type=Path)
CONFLICT_LIMIT = 1_000
"""Up to this many constraints of a kind are named one by one; beyond, they are summed up."""


@click.command(cls=Command, help=_("把目标精确分到每个单元格，或修改一个节点；只用文件，不需要网站。"))
@click.argument("problem_file", type=FILE, metavar="PROBLEM.json")
@click.option("--edit", "edit_file", type=FILE, help=_("EDIT.json：改哪个节点、改成多少、谁来补。"))
@click.option("--out", type=FILE, required=True, help=_("结果文件：每个维度一列，加 value。"))
@click.option("--explain", "is_explained", is_flag=True, help=_("结果另带每格的依据。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def allocate(
    problem_file: Path, edit_file: Path | None, out: Path, is_explained: bool, as_json: bool
) -> None:
    with closed_by(answer.refused_line, as_json=as_json):
        try:
            line = _run(problem_file, edit_file, out, is_explained)
        except Infeasible as refusal:
            for text in answer.told_conflict(refusal):
                click.echo(text, err=True)
            close(answer.infeasible_line(refusal), as_json=as_json)
            raise click.exceptions.Exit(1) from refusal
    close(line, as_json=as_json)


def _run(problem_file: Path, edit_file: Path | None, out: Path, is_explained: bool) -> dict[str, object]:
    """Reads, solves, certifies, writes; returns the closing line."""
    question = read_question(problem_file)
    refuse_target(out, (problem_file, question.cells, *([edit_file] if edit_file else [])))
    table = read_cells(question.cells, question.dimensions)
    problem = problem_of(question, table)
    _tell_ignored(problem_file, question.ignored)
    result, seconds = _answered(question, table, problem, edit_file)
    certificate = verify(result.problem, result.values)
    if certificate.violations:
        raise BadInput(
            "not_certified",
            "结果没有通过核对（{count} 处不成立，如 {first}），没有写入。请检查现值是否已超出上下限。",
            count=certificate.violations,
            first=answer.told(certificate.broken[0]),
        )
    write_result(out, problem, result.values, reason_columns(result) if is_explained else {})
    near = closeness(result) if problem.crossing is not None and edit_file is None else None
    for text in answer.told_result(problem, result, certificate, near, out):
        click.echo(text)
    return answer.solved_line(result, certificate, near, seconds)


def _answered(
    question: Question, table: CellTable, problem: Problem, edit_file: Path | None
) -> tuple[Result, float]:
    """The answer and the seconds it took, files left out."""
    if edit_file is None:
        start = perf_counter()
        return solve(problem, Params(conflict_limit=CONFLICT_LIMIT)), perf_counter() - start
    change = read_edit(edit_file, question.dimensions)
    _tell_ignored(edit_file, change.ignored)
    if not has_cells(problem, change.edit.at):
        raise no_cells(edit_file.name, change.edit.at)
    start = perf_counter()
    params = Params(conflict_limit=CONFLICT_LIMIT)
    result, was_moved = edited(problem, table, change, params)
    if was_moved:
        click.echo(_("注意：现值与合计、上下限或占比不符，已先按现值的比例调到相符，再作修改。"), err=True)
    return result, perf_counter() - start


def _tell_ignored(path: Path, ignored: tuple[str, ...]) -> None:
    if ignored:
        text = _("注意：{file} 里的 {keys} 不认识，已略过。")
        click.echo(text.format(file=path.name, keys=_("、").join(ignored)), err=True)
