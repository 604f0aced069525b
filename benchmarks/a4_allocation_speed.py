"""Goal A4: how fast a million cells are spread and edited, against pandas, DuckDB and SQLite.

The work: region x month x product, about a million cells. `spread`: one total falls on them in
proportion to a base. `top_edit`: the grand total grows by a tenth, with 10 % locks and a cap on every
cell between 105 % and 150 % of what it has. Both are rounded by largest remainder down the tree, so that every node is within one unit. All
four sides compute the same integers (checked) from data in their own memory into their own memory, and
take turns; ours includes building the problem from arrays in `spread`. Then the engine alone: an edit of
one region of 28,800 cells. CPU milliseconds of all threads; the verdict is on the ratios of
`top_edit`, never on seconds; those of `spread` are told beside it.
"""

import argparse
import json
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quyu.engine.allocation import Dimension, Edit, Problem, Total, edit, solve, verify

Int64 = NDArray[np.int64]
Connection = duckdb.DuckDBPyConnection | sqlite3.Connection
ROUNDS = 5
LEAST_RATIOS = {"pandas": 20, "duckdb": 40, "sqlite": 150}
WANTED_MS = {"spread": 60, "top_edit": 60, "subtree_edit": 2}

GATHER = """CREATE TEMP TABLE part{level} AS
SELECT node.id AS node, node.parent AS parent, below.sum % {whole} AS rest, below.sum {divide} {whole} AS carry
FROM (SELECT parent, CAST(sum(carry * {whole} + rest) AS BIGINT) AS sum FROM part{below} GROUP BY parent) AS below
JOIN node{level} AS node ON node.id = below.parent"""
HAND_OUT = """CREATE TEMP TABLE units{level} AS
SELECT part.node AS node, {floor} carry + CASE WHEN
  row_number() OVER (PARTITION BY part.parent ORDER BY rest DESC, part.node)
  <= above.units - sum(carry) OVER (PARTITION BY part.parent) THEN 1 ELSE 0 END AS units
FROM part{level} AS part JOIN units{above} AS above ON above.node = part.parent"""
TRY = """CREATE TEMP TABLE part{depth} AS SELECT node, parent, before, weight, low, high, 0 AS carry,
CASE WHEN fixed = 1 THEN floor WHEN {below} THEN low WHEN {above} THEN high ELSE weight * {left} {divide} {whole} END
  AS floor,
CASE WHEN fixed = 1 OR {below} OR {above} THEN 0 ELSE weight * {left} % {whole} END AS rest,
CASE WHEN fixed = 1 OR {below} OR {above} THEN 1 ELSE 0 END AS fixed FROM tried"""
WEIGH = """SELECT
sum(CASE WHEN fixed = 0 AND {low} THEN low - floor ELSE 0 END), sum(CASE WHEN fixed = 0 AND {low} THEN low ELSE 0 END),
sum(CASE WHEN fixed = 0 AND {low} THEN weight ELSE 0 END), sum(CASE WHEN fixed = 0 AND {high} THEN floor - high ELSE 0 END),
sum(CASE WHEN fixed = 0 AND {high} THEN high ELSE 0 END), sum(CASE WHEN fixed = 0 AND {high} THEN weight ELSE 0 END),
sum(CASE WHEN fixed = 0 AND ({low} OR {high}) THEN rest ELSE 0 END) FROM part{depth}"""
LOW, HIGH = "floor < low", "(floor > high OR (floor = high AND rest > 0))"


class Work:
    """One spread: weights, total, and for each level the parent of each node (the root left out)."""

    def __init__(self, dimensions: tuple[Dimension, ...]) -> None:
        shape = [len(dimension.leaves) for dimension in dimensions]
        grid = np.meshgrid(*(np.arange(size, dtype=np.int32) for size in shape), indexing="ij")
        self.dimensions = dimensions
        self.coordinates = np.stack(grid, axis=-1).reshape(-1, len(dimensions))
        random = np.random.default_rng(2)
        self.weights: Int64 = np.minimum(random.lognormal(8, 1, len(self.coordinates)), 90_000).astype(
            np.int64
        )
        self.whole = int(self.weights.sum())
        self.total = self.whole * 17 // 16 + 12_345
        self.parents = self._parents()
        self.values = self.spread()
        self.locked = random.random(self.values.size) < 0.1
        self.lower = self.values * 9 // 10
        self.upper = self.values + self.values * random.integers(5, 50, self.values.size) // 100
        self.more = self.total // 10
        self.bound = Problem(
            dimensions,
            self.coordinates,
            self.weights,
            lower=self.lower,
            upper=self.upper,
            locked=self.locked,
            value=self.values,
        )

    def _parents(self) -> list[Int64]:
        """Level by level from below the root: parent[node], nodes numbered in canonical order."""
        keys: list[Int64] = []
        for axis, dimension in enumerate(self.dimensions):
            for depth in range(1, dimension.height + 1):
                keys.append(dimension.lineage[self.coordinates[:, axis], depth].astype(np.int64))
        node = np.zeros(len(self.coordinates), np.int64)
        parents = []
        for key in keys:
            pairs, below = np.unique(node * (key.max() + 1) + key, return_inverse=True)
            parents.append(pairs // (key.max() + 1))
            node = below
        return parents

    def spread(self) -> Int64:
        totals = (Total({}, self.total),)
        return solve(Problem(self.dimensions, self.coordinates, self.weights, totals=totals)).values

    def top_edit(self) -> Int64:
        return edit(self.bound, self.values, Edit({}, self.total + self.more)).values


class InPandas:
    """The same two verbs on data frames."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.cell = pd.DataFrame(
            {
                "weight": work.weights,
                "parent": work.parents[-1],
                "value": work.values,
                "lower": work.lower,
                "upper": work.upper,
                "locked": work.locked,
            }
        )

    def spread(self) -> Int64:
        product = self.cell["weight"] * self.work.total
        floor, rest = product // self.work.whole, product % self.work.whole
        return (floor + self._round(rest, self.cell["parent"], self.work.whole)).to_numpy()

    def top_edit(self) -> Int64:
        free = self.cell[~self.cell["locked"]]
        weight, low, high = free["value"], free["lower"] - free["value"], free["upper"] - free["value"]
        left, whole = self.work.more, int(weight.sum())
        is_free = pd.Series(True, free.index)
        floor = pd.Series(0, free.index)
        while True:
            product = weight * left
            floor = floor.where(~is_free, product // whole)
            rest = (product % whole).where(is_free, 0)
            below, above = (
                is_free & (floor < low),
                is_free & ((floor > high) | ((floor == high) & (rest > 0))),
            )
            short = int((low - floor)[below].sum()) * whole
            surplus = int((floor - high)[above].sum()) * whole + int(rest[below | above].sum())
            if not (below | above).any():
                break
            for side, bound, is_heavier in ((below, low, short >= surplus), (above, high, surplus >= short)):
                if is_heavier:
                    floor = floor.where(~side, bound)
                    left -= int(bound[side].sum())
                    whole -= int(weight[side].sum())
                    is_free &= ~side
        values = self.cell["value"].copy()
        values.loc[free.index] += floor + self._round(rest, free["parent"], whole)
        return values.to_numpy()

    def _round(self, rest: pd.Series, parent: pd.Series, whole: int) -> pd.Series:
        part = pd.DataFrame({"parent": parent, "rest": rest, "carry": 0})
        parts = [part]
        for above in reversed(self.work.parents[:-1]):
            below = (part["carry"] * whole + part["rest"]).groupby(part["parent"]).sum().rename_axis(None)
            columns = {"parent": above[below.index], "rest": below % whole, "carry": below // whole}
            part = pd.DataFrame(columns)
            parts.append(part)
        units = pd.Series([int((part["carry"] * whole + part["rest"]).sum()) // whole])
        for part in reversed(parts):
            left = part["parent"].map(units) - part.groupby("parent")["carry"].transform("sum")
            ranked = part.sort_values(["parent", "rest"], ascending=[True, False], kind="stable")
            place = ranked.groupby("parent").cumcount()
            units = part["carry"] + (place.reindex(part.index) < left)
        return units


class InSql:
    """The same two verbs as SQL over temporary tables; `divide` is whole-number division."""

    def __init__(self, work: Work, connection: Connection, divide: str) -> None:
        self.work, self.connection, self.divide, self.depth = work, connection, divide, len(work.parents)
        load(work, connection)

    def spread(self) -> None:
        self._clean()
        work = self.work
        self._tried("0 AS before, weight, 0 AS low, 0 AS high", "")
        self._try("FALSE", "FALSE", work.total, work.whole)
        self._round(work.whole)

    def top_edit(self) -> None:
        self._clean()
        self._tried(
            "value AS before, value AS weight, lower - value AS low, upper - value AS high",
            "WHERE locked = 0",
        )
        left = self.work.more
        whole = int(self.connection.execute("SELECT sum(weight) FROM tried").fetchall()[0][0])
        is_low = is_high = False
        while True:
            self._try(LOW if is_low else "FALSE", HIGH if is_high else "FALSE", left, whole)
            weigh = WEIGH.format(depth=self.depth, low=LOW, high=HIGH)
            row = [int(number) for number in self.connection.execute(weigh).fetchall()[0]]
            short, lows, low_weight, surplus, highs, high_weight, rest = row
            if not low_weight and not high_weight:
                break
            is_low, is_high = short * whole >= surplus * whole + rest, short * whole <= surplus * whole + rest
            left -= lows * is_low + highs * is_high
            whole -= low_weight * is_low + high_weight * is_high
            self.connection.execute("DROP TABLE tried")
            self.connection.execute(f"ALTER TABLE part{self.depth} RENAME TO tried")
        self._round(whole)

    def answer(self) -> Int64:
        """Values by cell; cells that did not take part keep theirs (fetched outside the measured time)."""
        rows = self.connection.execute(f"SELECT node, units FROM units{self.depth}").fetchall()
        nodes, units = np.array(rows).T
        values = self.work.values.copy()
        values[nodes] = units
        return values

    def _clean(self) -> None:
        for name in ("tried", *(f"{kind}{n}" for kind in ("part", "units") for n in range(self.depth + 1))):
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def _tried(self, columns: str, where: str) -> None:
        self.connection.execute(
            f"CREATE TEMP TABLE tried AS SELECT id AS node, parent, {columns}, 0 AS floor, 0 AS rest, 0 AS fixed "
            f"FROM cell {where}"
        )

    def _try(self, below: str, above: str, left: int, whole: int) -> None:
        names = {"depth": self.depth, "divide": self.divide, "left": left, "whole": whole}
        self.connection.execute(TRY.format(below=below, above=above, **names))

    def _round(self, whole: int) -> None:
        names = {"divide": self.divide, "whole": whole}
        for level in range(self.depth - 1, 0, -1):
            self.connection.execute(GATHER.format(level=level, below=level + 1, **names))
        self.connection.execute(
            "CREATE TEMP TABLE units0 AS SELECT 0 AS node, "
            f"CAST(sum(carry * {whole} + rest) AS BIGINT) {self.divide} {whole} AS units FROM part1"
        )
        for level in range(1, self.depth + 1):
            floor = "before + floor +" if level == self.depth else ""
            self.connection.execute(HAND_OUT.format(level=level, above=level - 1, floor=floor))


def load(work: Work, connection: Connection) -> None:
    """Cells and nodes as tables of the database."""
    tables = {f"node{level}": {"parent": parent} for level, parent in enumerate(work.parents[:-1], 1)}
    tables["cell"] = {
        "parent": work.parents[-1],
        "weight": work.weights,
        "value": work.values,
        "lower": work.lower,
        "upper": work.upper,
        "locked": work.locked.astype(np.int64),
    }
    for name, columns in tables.items():
        frame = pd.DataFrame(columns).rename_axis("id").reset_index()
        if isinstance(connection, sqlite3.Connection):
            frame.set_index("id").to_sql(name, connection)
        else:
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")


def rivals(work: Work) -> dict[str, dict[str, list[float]]]:
    """The four sides in turn, for each verb; stops where they disagree."""
    frames = InPandas(work)
    duck = InSql(work, duckdb.connect(), "//")
    lite = InSql(work, sqlite3.connect(":memory:"), "/")
    spent = {}
    for verb in ("spread", "top_edit"):
        sides = {"quyu": work, "pandas": frames, "duckdb": duck, "sqlite": lite}
        spent[verb] = in_turn({name: getattr(side, verb) for name, side in sides.items()})
        expected = getattr(work, verb)()
        answers = {"pandas": getattr(frames, verb)(), "duckdb": duck.answer(), "sqlite": lite.answer()}
        for name, answer in answers.items():
            if not np.array_equal(expected, answer):
                raise SystemExit(f"{name} disagrees on {verb}")
    return spent


def alone(work: Work) -> dict[str, dict[str, list[float]]]:
    """The engine without the others."""
    return {verb: in_turn({"quyu": getattr(work, verb)}) for verb in ("spread", "top_edit")}


def subtree_edits(work: Work) -> dict[str, list[float]]:
    """Edits of one region of at most 30,000 cells, each written into the values shown."""
    shown = work.values.copy()
    region = {"r": "r.2.3"}

    def subtree_edit() -> None:
        now = int(shown[work.bound.rows(region)].sum())
        edit(work.bound, shown, Edit(region, now * 1001 // 1000)).write_into(shown)

    spent = in_turn({"quyu": subtree_edit})
    if verify(work.bound, shown).violations:
        raise SystemExit("a constraint is broken")
    return spent


def tree(name: str, fans: tuple[int, ...]) -> Dimension:
    """A tree with the same number of children at every node of a level."""
    parents: dict[str, str | None] = {name: None}
    level = [name]
    for fan in fans:
        below = {f"{node}.{child}": node for node in level for child in range(fan)}
        parents.update(below)
        level = list(below)
    return Dimension(name, parents)


def in_turn(sides: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU milliseconds of each side: once to warm up, then in turn."""
    spent: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(ROUNDS + 1):
        for side, work in sides.items():
            start = time.process_time()
            work()
            if turn:
                spent[side].append((time.process_time() - start) * 1000)
    return spent


def told(spent: dict[str, list[float]], wanted_ms: int) -> dict[str, object]:
    """Milliseconds and ratios of one verb."""
    medians = {side: round(statistics.median(times), 2) for side, times in spent.items()}
    ratios = {side: round(ms / medians["quyu"], 1) for side, ms in medians.items() if side != "quyu"}
    spans = {side: [round(min(times), 2), round(max(times), 2)] for side, times in spent.items()}
    return {"median_ms": medians, "min_max_ms": spans, "ratios": ratios, "wanted_ms": wanted_ms}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=10, help="10 make a million cells, 100 ten million")
    parser.add_argument("--alone", action="store_true", help="leave the other sides out")
    options = parser.parse_args()
    work = Work((tree("r", (7, 5, options.areas)), tree("m", (4, 3)), tree("p", (6, 40))))
    scale = max(1, options.areas // 10)
    measured = (alone if options.alone else rivals)(work)
    parts = {verb: told(spent, WANTED_MS[verb] * scale) for verb, spent in measured.items()}
    parts["subtree_edit"] = told(subtree_edits(work), WANTED_MS["subtree_edit"])
    ratios = parts["top_edit"]["ratios"]
    assert isinstance(ratios, dict)
    is_met = all(ratios.get(side, 0) >= least for side, least in LEAST_RATIOS.items())
    line = {"goal": "A4", "value": ratios, "bound": LEAST_RATIOS, "ok": is_met}
    print(json.dumps({**line, "cells": int(work.weights.size), "parts": parts}))


if __name__ == "__main__":
    main()
