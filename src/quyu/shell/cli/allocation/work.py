"""From what was read to an answer: the problem, its current values, solving and editing."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation import Edit, Keep, Params, Problem, Result, Total, edit, like, seasonal, solve
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.cell_file import CellTable
from quyu.shell.cli.allocation.edit_file import Change
from quyu.shell.cli.allocation.problem_file import Question
from quyu.shell.cli.language import _

Int64 = NDArray[np.int64]
At = Mapping[str, str]


def problem_of(question: Question, table: CellTable) -> Problem:
    """The problem in the words of the engine; raises BadInput for a demand on a node without cells.

    A free cell whose value lies outside its bounds starts at the nearer one, so that cells under no total
    keep their bounds as well.
    """
    problem = Problem(
        question.dimensions,
        table.coordinates,
        table.base,
        lower=table.lower,
        upper=table.upper,
        locked=table.locked,
        value=_within_bounds(table),
        totals=question.totals,
        bounds=question.bounds,
        shares=question.shares,
        unit=question.unit,
        crossing=question.crossing,
    )
    demands = [("totals", number, total.at, total.value) for number, total in enumerate(question.totals)]
    demands += [
        ("bounds", number, bound.at, max(bound.lower or 0, -(bound.upper or 0)))
        for number, bound in enumerate(question.bounds)
    ]
    for name, number, at, value in demands:
        if value and not has_cells(problem, at):
            raise no_cells(f"{question.path.name} {name}[{number}]", at)
    return problem


def _within_bounds(table: CellTable) -> Int64 | None:
    value = np.zeros(len(table.base), np.int64) if table.value is None else table.value
    lower = np.zeros(value.size, np.int64) if table.lower is None else table.lower
    upper = value if table.upper is None else table.upper
    is_out = (value < lower) | (value > upper)
    if table.locked is not None:
        is_out &= ~table.locked
    if not is_out.any():
        return table.value
    return np.where(is_out, np.maximum(lower, np.minimum(value, upper)), value)


def has_cells(problem: Problem, at: At) -> bool:
    found = problem.rows(at)
    return (found.stop - found.start if isinstance(found, slice) else found.size) > 0


def no_cells(place: str, at: At) -> BadInput:
    return BadInput(
        "no_cells",
        "{place} 的节点 {node} 下没有单元格，无处可分。请在单元格文件里加上它的末级节点，或改用别的节点。",
        place=place,
        node=" / ".join(at.values()) or _("全部"),
    )


def has_current(table: CellTable) -> bool:
    """Whether there are current values to edit: one at least in a cell that is not locked."""
    if table.has_value is None:
        return False
    free = table.has_value if table.locked is None else table.has_value & ~table.locked
    return bool(free.any()) or bool(table.has_value.all())


def edited(problem: Problem, table: CellTable, change: Change, params: Params) -> tuple[Result, bool]:
    """The answer after one edit, and whether the values had to be brought to the totals first.

    Without current values the problem is solved first. Where current values miss a total, a bound or
    a share, they are first spread anew in proportion to themselves. With `keep` none the totals
    around the node follow it, so these are taken as they are.
    """
    params = replace(params, spread=change.spread)
    if not has_current(table):
        solved = solve(problem)
        return _edit(problem, solved.problem.totals, solved.values, change, params), False
    totals = problem.totals
    if change.edit.keep is Keep.NONE:
        totals = tuple(_followed(problem, total, change.edit) for total in totals)
    values = problem.current
    problem = problem.with_totals(totals)
    is_inside = table.value is None or bool((values == table.value).all())
    if holds(problem, values):
        return _edit(problem, totals, values, change, params), not is_inside
    values = solve(problem.with_cells(values if values.any() else problem.base)).values
    return _edit(problem, totals, values, change, params), True


def _edit(
    problem: Problem, totals: tuple[Total, ...], values: Int64, change: Change, params: Params
) -> Result:
    """The edit under the base that it follows; the answer keeps the base of the problem."""
    at = change.edit.at
    followed = problem.with_totals(totals)
    if change.like is not None:
        followed = followed.with_cells(like(followed, at, change.like))
    if change.profile is not None:
        followed = followed.with_cells(seasonal(followed, *change.profile, at))
    result = edit(followed, values, change.edit, params)
    return replace(result, problem=problem.with_totals(result.problem.totals))


def _followed(problem: Problem, total: Total, change: Edit) -> Total:
    """A total around the node as it stands now."""
    if problem.lattice.is_below(change.at, total.at):
        return Total(total.at, sum_at(problem, problem.current, total.at))
    return total


def holds(problem: Problem, values: Int64) -> bool:
    """Whether every total, bound and share on nodes holds."""
    for total in problem.totals:
        if sum_at(problem, values, total.at) != total.value:
            return False
    for bound in problem.bounds:
        found = sum_at(problem, values, bound.at)
        if (bound.lower is not None and found < bound.lower) or (
            bound.upper is not None and found > bound.upper
        ):
            return False
    return all(
        sum_at(problem, values, {**share.at, **share.of}) * 10_000
        >= sum_at(problem, values, share.at) * share.at_least_bp
        for share in problem.shares
    )


def sum_at(problem: Problem, values: Int64, at: At) -> int:
    """The exact sum of the cells below a node."""
    found = values[problem.rows(at)]
    return (int((found >> 32).sum()) << 32) + int((found & 0xFFFFFFFF).sum())
