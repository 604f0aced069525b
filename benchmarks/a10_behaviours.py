"""Goal A10: what comes out of the odd cases, beside the formula that everybody writes.

The cases of docs/formulas/allocation.md. The others round each cell for itself: `ROUND(total * base / sum)`
as in a spreadsheet (half away from zero), `Series.round` of pandas (half to even), `round()` of DuckDB and
SQLite; where a case has locks they spread what is left over the other cells, and they cut off at bounds.
An answer is right where every cell has a number, the cells sum to the total, and locks, bounds and the
unit hold. All answers are shown.
"""

import json
import math
import sqlite3
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pandas as pd

from quyu.engine.allocation import Dimension, Problem, Total, solve

OPEN = 10**15


@dataclass(frozen=True)
class Case:
    """Bases, the total, and what holds; `value` where `locked`."""

    name: str
    base: list[int]
    total: int
    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    locked: list[bool] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    unit: int = 1

    def filled(self) -> "Case":
        """With every list as long as the bases."""
        size = len(self.base)
        return Case(
            self.name,
            self.base,
            self.total,
            self.lower or [0] * size,
            self.upper or [OPEN] * size,
            self.locked or [False] * size,
            self.value or [0] * size,
            self.unit,
        )


CASES = [
    Case("equal remainders", [1, 1, 1], 100),
    Case("a zero base", [0, 30, 10], 81),
    Case("all bases zero", [0, 0, 0], 10),
    Case("a negative base", [-20, 30, 10], 80),
    Case("bases that sum to zero", [50, -50, 0], 10),
    Case("a cell at its cap", [1, 1, 2], 100, upper=[20, 90, 90]),
    Case("cells with a base all at their caps", [10, 0, 0], 9, upper=[5, 10, 10]),
    Case(
        "months past locked to actuals",
        [30, 30, 30, 41],
        100,
        locked=[True, True, False, False],
        value=[5, 25, 0, 0],
    ),
    Case("all other cells locked", [1, 1], 70, locked=[True, False], value=[40, 0]),
    Case("a negative total", [3, 1], -41, lower=[-100, -100]),
    Case("rounded to hundreds", [1, 1, 1], 1_000, unit=100),
    Case("a new product without history", [60, 40, 0], 110, lower=[0, 0, 10]),
    Case("eighteen digits", [1, 1, 1], 999_999_999_999_999_999, upper=[10**18 - 1] * 3),
    Case("a thousand small cells", [1] * 1_000, 1_500),
]


def ours(case: Case) -> list[int]:
    size = len(case.base)
    problem = Problem(
        (Dimension("cell", {"all": None, **{f"c{n}": "all" for n in range(size)}}),),
        np.arange(size, dtype=np.int32).reshape(-1, 1),
        np.array(case.base),
        lower=np.array(case.lower),
        upper=np.array(case.upper),
        locked=np.array(case.locked),
        value=np.array(case.value),
        totals=(Total({}, case.total),),
        unit=case.unit,
    )
    values: list[int] = solve(problem).values.tolist()
    return values


def left_of(case: Case) -> tuple[int, list[int]]:
    """What locks leave of the total, and the bases that share it."""
    held = sum(value for value, locked in zip(case.value, case.locked, strict=True) if locked)
    return case.total - held, [
        0 if locked else base for base, locked in zip(case.base, case.locked, strict=True)
    ]


def cut_off(case: Case, found: list[float | None]) -> list[float | None]:
    return [
        value if locked else (None if x is None or math.isnan(x) or math.isinf(x) else min(max(x, low), high))
        for x, low, high, locked, value in zip(
            found, case.lower, case.upper, case.locked, case.value, strict=True
        )
    ]


def spreadsheet(case: Case) -> list[float | None]:
    left, base = left_of(case)
    whole = float(sum(base))
    if whole == 0:
        return [None] * len(base)
    raw = [float(left) * each / whole / case.unit for each in base]
    return [math.copysign(math.floor(abs(each) + 0.5), each) * case.unit for each in raw]


def in_pandas(case: Case) -> list[float | None]:
    left, base = left_of(case)
    series = pd.Series(base, dtype="float64")
    found: list[float | None] = ((left * series / series.sum() / case.unit).round() * case.unit).tolist()
    return found


def in_sql(case: Case, connection: duckdb.DuckDBPyConnection | sqlite3.Connection) -> list[float | None]:
    left, base = left_of(case)
    connection.execute("DROP TABLE IF EXISTS cell")
    connection.execute("CREATE TABLE cell (id INTEGER, base DOUBLE)")
    connection.executemany("INSERT INTO cell VALUES (?, ?)", list(enumerate(base)))
    query = (
        f"SELECT round({left} * base / sum(base) OVER () / {case.unit}) * {case.unit} FROM cell ORDER BY id"
    )
    return [row[0] for row in connection.execute(query).fetchall()]


def is_right(case: Case, found: list[float | None] | list[int]) -> bool:
    if any(x is None or math.isnan(x) or x != int(x) for x in found):
        return False
    values = [int(x) for x in found if x is not None]
    return sum(values) == case.total and all(
        value == current
        if locked
        else low <= value <= high and (case.total % case.unit or not value % case.unit)
        for value, current, locked, low, high in zip(
            values, case.value, case.locked, case.lower, case.upper, strict=True
        )
    )


def main() -> None:
    duck, lite = duckdb.connect(), sqlite3.connect(":memory:")
    answers: dict[str, dict[str, object]] = {}
    right = dict.fromkeys(("quyu", "spreadsheet", "pandas", "duckdb", "sqlite"), 0)
    for case in (each.filled() for each in CASES):
        found = {
            "quyu": ours(case),
            "spreadsheet": cut_off(case, spreadsheet(case)),
            "pandas": cut_off(case, in_pandas(case)),
            "duckdb": cut_off(case, in_sql(case, duck)),
            "sqlite": cut_off(case, in_sql(case, lite)),
        }
        for side, answer in found.items():
            right[side] += is_right(case, answer)
        answers[case.name] = {
            side: answer if len(answer) < 10 else f"sum {sum(x or 0 for x in answer):.0f}"
            for side, answer in found.items()
        }
    is_met = right["quyu"] == len(CASES)
    line = {"goal": "A10", "value": right, "bound": {"quyu": len(CASES)}, "ok": is_met}
    print(json.dumps({**line, "parts": answers}, ensure_ascii=False))


if __name__ == "__main__":
    main()
