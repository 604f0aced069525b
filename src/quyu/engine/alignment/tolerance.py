"""Which tolerance would do, where the one asked for was not met: what this plan keeps, and what no plan can beat."""

from dataclasses import replace

import numpy as np

from quyu.engine.alignment import feasibility, figures
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Reason, Result

ENDLESS = 1e6
HALVINGS = 14
FINE = 1e-4
"""Tolerances are told in hundredths of a percent."""


def needed_tolerance(problem: Problem, result: Result) -> tuple[Reason, ...]:
    """For each measure out of balance: the tolerance at which this plan is good, and the least not ruled out."""
    found = []
    deviation = np.abs(figures.deviations(problem, result.loads))
    for measure in np.flatnonzero(deviation.max(axis=0) > problem.tolerances * (1 + 1e-9)).tolist():
        worst = int(np.argmax(deviation[:, measure]))
        enough = float(np.ceil(deviation[worst, measure] / FINE - 1e-6) * FINE)
        least = _least(problem, measure, enough)
        held = {share.unit for share in result.shares if share.territory == worst}
        members = np.r_[np.flatnonzero(result.assignment == worst), np.asarray(sorted(held), dtype=np.int64)]
        numbers: dict[str, float | int | str] = {
            "measure": measure + 1,
            "enough": enough,
            "least": least,
            "territory": worst,
        }
        if len(members):
            heaviest = int(members[np.argmax(problem.measures[members, measure])])
            target = max(float(problem.targets[worst, measure]), 1e-300)
            numbers |= {"unit": heaviest, "part": float(problem.measures[heaviest, measure]) / target}
        is_proven = least > problem.tolerances[measure] + FINE / 2
        template = _template(has_unit=len(members) > 0, is_proven=is_proven)
        found.append(Reason("needs_tolerance", template, numbers, territory=worst, measure=measure))
    return tuple(found)


def _template(*, has_unit: bool, is_proven: bool) -> str:
    if not has_unit:
        return (
            "指标 {measure} 的公差放宽到 {enough:.2%}，这个方案就合格；最差的是区域 {territory}，那里没有单元"
        )
    if not is_proven:
        return "指标 {measure} 的公差放宽到 {enough:.2%}，这个方案就合格；最差的是区域 {territory}，那里最重的单元 {unit} 是应有量的 {part:.0%}"
    return "指标 {measure} 的公差放宽到 {enough:.2%}，这个方案就合格，小于 {least:.2%} 则任何方案都做不到；最差的是区域 {territory}，那里最重的单元 {unit} 是应有量的 {part:.0%}"


def _least(problem: Problem, measure: int, enough: float) -> float:
    """The greatest tolerance of a measure proven impossible, whatever the other measures are; found by halving."""
    low, high = float(problem.tolerances[measure]), enough
    if not _impossible(problem, measure, low):
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _impossible(problem, measure, middle):
            low = middle
        else:
            high = middle
    return low


def _impossible(problem: Problem, measure: int, tolerance: float) -> bool:
    wide = np.full(len(problem.tolerances), ENDLESS)
    wide[measure] = tolerance
    asked = feasibility.check(replace(problem, tolerance=tuple(wide.tolist())))
    return any(reason.measure == measure for reason in asked.impossible)
