"""Goal A8: an infeasible edit writes nothing and names the smallest conflicting set; intervals before typing.

A million cells with 10 % locks and a cap on every cell. `interval` of a region, asked before typing; the edit one unit
beyond it, refused with the values untouched and one inside, accepted. Then totals that cross (an area, a quarter, the
grand total) on 100,800 cells, one of them too high by one unit: refused with a set of which leaving out any one total
makes the rest solvable. That every conflict is irreducible in random problems is `tests/.../test_conflicts.py`. CPU ms.
"""

import json
import time
from collections.abc import Callable

import numpy as np
from a4_allocation_speed import Work, tree

from quyu.engine.allocation import Edit, Infeasible, Keep, Kind, Problem, Total, edit, interval, solve


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return round((time.process_time() - start) * 1000, 2)


def refusal_of(work: Callable[[], object]) -> Infeasible:
    try:
        work()
    except Infeasible as refusal:
        return refusal
    raise SystemExit("an impossible edit was accepted")


def crossing() -> dict[str, object]:
    """One unit too much for a quarter whose other areas are locked."""
    axes = (tree("r", (7, 5, 10)), tree("m", (4, 3)), tree("p", (4, 6)))
    grid = np.meshgrid(*(np.arange(len(axis.leaves), dtype=np.int32) for axis in axes), indexing="ij")
    cells = np.stack(grid, axis=-1).reshape(-1, 3)
    base = np.random.default_rng(2).lognormal(8, 1, len(cells)).astype(np.int64)
    plain = Problem(axes, cells, base)
    area, quarter = plain.rows({"r": "r.2"}), plain.rows({"m": "m.0"})
    upper = base * 2
    most = int(upper[quarter].sum())
    totals = (
        Total({}, int(base.sum())),
        Total({"r": "r.2"}, int(base[area].sum())),
        Total({"m": "m.0"}, most + 1),
    )
    problem = Problem(axes, cells, base, upper=upper, totals=totals)
    start = time.process_time()
    refusal = refusal_of(lambda: solve(problem))
    spent = round((time.process_time() - start) * 1000)
    named = [each for each in refusal.conflict if each.kind is Kind.TOTAL]
    for left_out in named:
        rest = tuple(total for total in totals if total.at != left_out.at)
        solve(problem.with_totals(rest))
    kinds = [(each.kind.value, each.count) for each in refusal.conflict]
    return {"ms": spent, "conflict": kinds, "interval": list(refusal.interval), "most": most}


def main() -> None:
    work = Work((tree("r", (7, 5, 10)), tree("m", (4, 3)), tree("p", (6, 40))))
    at, values = {"r": "r.2.3"}, work.values.copy()
    interval(work.bound, values, at, keep=Keep.TOTAL)
    asked_ms = cpu_ms(lambda: interval(work.bound, values, at, keep=Keep.TOTAL))
    allowed = interval(work.bound, values, at, keep=Keep.TOTAL)
    assert allowed.upper is not None
    beyond = Edit(at, allowed.upper + 1, Keep.TOTAL)
    refused_ms = cpu_ms(lambda: refusal_of(lambda: edit(work.bound, values, beyond)))
    is_untouched = bool((values == work.values).all())
    edit(work.bound, values, Edit(at, allowed.upper, Keep.TOTAL))
    crossed = crossing()
    is_right = is_untouched and crossed["interval"][1] == crossed["most"]  # type: ignore[index]
    parts = {
        "cells": int(work.weights.size),
        "interval_ms": asked_ms,
        "refusal_ms": refused_ms,
        "crossing": crossed,
    }
    print(json.dumps({"goal": "A8", "value": int(is_right), "bound": 1, "ok": is_right, "parts": parts}))


if __name__ == "__main__":
    main()
