"""From the question to the files written and the lines told: one plan, or several to choose from."""

from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from quyu.engine import alignment
from quyu.engine.alignment.arrays import Ints
from quyu.shell.cli.alignment import answer, compromises
from quyu.shell.cli.alignment.ending import Ending
from quyu.shell.cli.alignment.plan_file import write_plan
from quyu.shell.cli.alignment.question import Question
from quyu.shell.cli.alignment.start_file import read_start
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

TOLERATED = ("tolerance", "pieces", "apart", "skill", "diameter", "empty")
"""Rules a plan may break where nothing better was found; each is said in the reasons."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How the answer is found and where it goes."""

    params: alignment.Params
    seed: int
    ending: Ending
    out: Path
    current: str | None
    began: float
    plans: int | None
    start: Path | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Lines for people, and the closing lines for programs."""

    lines: list[str]
    closing: list[dict[str, object]]


def solve(question: Question, wish: Wish) -> Told:
    """Solve, check and write; raises BadInput where the checker objects, before anything is written."""
    found = alignment.check(question.problem)
    wish.ending.expect(question.problem.unit_count, question.problem.territory_count)
    return _one(question, wish, found) if wish.plans is None else _several(question, wish, found, wish.plans)


def _one(question: Question, wish: Wish, found: alignment.Feasibility) -> Told:
    run = (
        alignment.solve if wish.ending.seconds is None or wish.params.priority else alignment.solve_in_rounds
    )
    with wish.ending.listening():
        result = run(
            question.problem, wish.params, seed=wish.seed, stop=wish.ending, start=_start(question, wish)
        )
    _certify(question, result)
    write_plan(wish.out, answer.rows(question, result), has_shares=bool(result.shares))
    why = wish.ending.why
    early = [*answer.unbalanced(question, result, why), *answer.ended(why)]
    lines = [*early, *answer.reasons(question, found, result)]
    return Told(list(answer.told(question, result, lines)), [_closing(question, wish, result, lines)])


def _start(question: Question, wish: Wish) -> Ints | None:
    """The earlier plan to begin from, where one was given."""
    return None if wish.start is None else read_start(wish.start, question)


def _several(question: Question, wish: Wish, found: alignment.Feasibility, plans: int) -> Told:
    if wish.params.priority:
        raise BadInput("two_ways", "--pareto 与 --priority 只能选一个。")
    params = replace(wish.params, starts=3)
    with wish.ending.listening():
        front = alignment.pareto(
            question.problem,
            params,
            plans=plans,
            seed=wish.seed,
            stop=wish.ending,
            start=_start(question, wish),
        )
    for plan in front:
        _certify(question, plan.result)
    compromises.write_plans(wish.out, question, front)
    more = list(answer.ended(wish.ending.why))
    if len(front) < plans:
        more.append(_("只找到 {count} 个互不占优的方案").format(count=len(front)))
    closing = [
        {**_closing(question, wish, plan.result, lines), **figures}
        for plan, (lines, figures) in zip(front, compromises.lines(question, found, front, more), strict=True)
    ]
    return Told([*compromises.told(question, front), *more], closing)


def _closing(question: Question, wish: Wish, result: alignment.Result, lines: list[str]) -> dict[str, object]:
    moved = answer.moved_weight(question, result, wish.current)
    return answer.solved_line(
        question,
        result,
        lines,
        moved=moved,
        seconds=perf_counter() - wish.began,
        ended_by=wish.ending.why,
    )


def _certify(question: Question, result: alignment.Result) -> None:
    """Let the independent checker read the plan before it is written."""
    certificate = alignment.verify(
        question.problem, result.assignment, links=result.links, shares=result.shares
    )
    if certificate.is_legal:
        return
    broken = [found for found in certificate.violations if found.rule not in TOLERATED]
    if broken:
        raise BadInput(
            "not_certified",
            "方案没有通过核对（{count} 处不成立，如 {first}），没有写入。请放宽锁定或变动上限后再试。",
            count=len(broken),
            first=broken[0].rule,
        )
