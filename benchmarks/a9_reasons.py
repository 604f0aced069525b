"""Goal A9: every cell answers "why": base, share, factor, bound or lock, remainder rank, by the million.

A million cells with locks and bounds after an edit of the grand total. `reasons` explains all of them;
`explain` one; pandas computes the same share, factor and remainder rank with `groupby` from the result's own
arrays and must agree to the unit. The verdict: the share of cells whose value follows from its reasons. CPU
milliseconds.
"""

import argparse
import json

import numpy as np
import pandas as pd
from a4_allocation_speed import Work, in_turn, tree

from quyu.engine.allocation import BOUND_BY, Edit, Result, edit, explain, reasons

EVERY_CELL = 1.0
SAMPLE = 200


def in_pandas(work: Work, result: Result) -> pd.DataFrame:
    """Share in ppm, factor and rank of the remainder among siblings, by data frames."""
    spreading = result.moves[0].spreading
    frame = pd.DataFrame(
        {"parent": work.parents[-1], "weight": spreading.weights, "rest": spreading.remainder}
    )
    whole = int(frame["weight"].sum())
    ranked = frame[frame["rest"] > 0].groupby("parent")["rest"].rank(method="first", ascending=False)
    return pd.DataFrame(
        {
            "share": frame["weight"] * 1_000_000 // whole,
            "factor": spreading.left / spreading.whole,
            "rank": ranked.reindex(frame.index).fillna(0).astype(np.int32),
        }
    )


def recomputed(work: Work, result: Result) -> float:
    """The share of cells whose value follows from their reasons."""
    found = reasons(result)
    exact = found.before + found.weight * found.factor
    bound_by = found.bound_by
    locked, low, high = (BOUND_BY.index(kind) for kind in ("lock", "lower", "upper"))
    is_right = np.where(
        bound_by == locked,
        result.values == work.values,
        np.where(
            bound_by == low,
            result.values == work.lower,
            np.where(bound_by == high, result.values == work.upper, np.abs(exact - result.values) < 1 + 1e-6),
        ),
    )
    return float(is_right.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=10, help="10 make a million cells")
    options = parser.parse_args()
    work = Work((tree("r", (7, 5, options.areas)), tree("m", (4, 3)), tree("p", (6, 40))))
    result = edit(work.bound, work.values, Edit({}, work.total + work.more))
    ours, theirs = reasons(result), in_pandas(work, result)
    is_moved = ~work.locked
    for name, column in (("share", ours.share), ("rank", ours.remainder_rank)):
        if not np.array_equal(column[is_moved], theirs[name].to_numpy()[is_moved]):
            raise SystemExit(f"pandas disagrees on {name}")
    rows = np.random.default_rng(5).integers(0, work.values.size, SAMPLE)
    for row in rows[:20].tolist():
        why = explain(work.bound, result, row)
        if (why.remainder_rank or 0) != ours.remainder_rank[row] or BOUND_BY[
            ours.bound_by[row]
        ] != why.bound_by:
            raise SystemExit("explain and reasons disagree")
    spent = in_turn({"quyu": lambda: reasons(result), "pandas": lambda: in_pandas(work, result)})
    one = in_turn({"quyu": lambda: [explain(work.bound, result, row) for row in rows[:5].tolist()]})
    medians = {side: round(sorted(times)[len(times) // 2], 1) for side, times in spent.items()}
    ratio = round(medians["pandas"] / medians["quyu"], 1)
    share = recomputed(work, result)
    line = {"goal": "A9", "value": share, "bound": EVERY_CELL, "ok": share >= EVERY_CELL}
    parts = {
        "median_ms": medians,
        "one_cell_ms": round(sorted(one["quyu"])[2] / 5, 2),
        "ratio": ratio,
        "cells": int(work.values.size),
    }
    print(json.dumps({**line, "parts": parts}))


if __name__ == "__main__":
    main()
