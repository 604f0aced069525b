"""Goal A4: how fast a million cells are spread and edited, against pandas, DuckDB and SQLite.

The work: region x month x product, about a million cells; one total falls on them in proportion to a
base, rounded by largest remainder down the tree so that every node is within one unit. All four sides
compute the same integers (checked) from data in their own memory into their own memory, and take
turns. Then the engine alone: an edit of the grand total with bounds and 10 % locks, an edit of one
region. CPU milliseconds of all threads; the verdict is on ratios, never on seconds. `flat` tells the
ratios for the easier work without a tree (one rounding below one total).
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
WANTED_MS = {"quyu": 60, "top_edit": 60, "subtree_edit": 2}

PARTS = """CREATE TEMP TABLE part{depth} AS
SELECT id AS node, parent, weight * {total} {divide} {whole} AS floor, weight * {total} % {whole} AS rest, 0 AS carry
FROM cell"""
GATHER = """CREATE TEMP TABLE part{level} AS
SELECT node.id AS node, node.parent AS parent, below.sum % {whole} AS rest, below.sum {divide} {whole} AS carry
FROM (SELECT parent, CAST(sum(carry * {whole} + rest) AS BIGINT) AS sum FROM part{below} GROUP BY parent) AS below
JOIN node{level} AS node ON node.id = below.parent"""
HAND_OUT = """CREATE TEMP TABLE units{level} AS
SELECT part.node AS node, {floor} carry + CASE WHEN
  row_number() OVER (PARTITION BY part.parent ORDER BY rest DESC, part.node)
  <= above.units - sum(carry) OVER (PARTITION BY part.parent) THEN 1 ELSE 0 END AS units
FROM part{level} AS part JOIN units{above} AS above ON above.node = part.parent"""


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

    @property
    def problem(self) -> Problem:
        return Problem(self.dimensions, self.coordinates, self.weights, totals=(Total({}, self.total),))


def with_pandas(work: Work) -> Callable[[], Int64]:
    cell = pd.DataFrame({"weight": work.weights, "parent": work.parents[-1]})

    def spread() -> Int64:
        product = cell["weight"] * work.total
        floor = product // work.whole
        part = pd.DataFrame({"parent": cell["parent"], "rest": product % work.whole, "carry": 0})
        parts = [part]
        for parent in reversed(work.parents[:-1]):
            below = (
                (part["carry"] * work.whole + part["rest"]).groupby(part["parent"]).sum().rename_axis(None)
            )
            part = pd.DataFrame({"parent": parent, "rest": below % work.whole, "carry": below // work.whole})
            parts.append(part)
        units = pd.Series([int((part["carry"] * work.whole + part["rest"]).sum()) // work.whole])
        for part in reversed(parts):
            left = part["parent"].map(units) - part.groupby("parent")["carry"].transform("sum")
            ranked = part.sort_values(["parent", "rest"], ascending=[True, False], kind="stable")
            place = ranked.groupby("parent").cumcount()
            units = part["carry"] + (place.reindex(part.index) < left)
        return (floor + units).to_numpy()

    return spread


def with_sql(work: Work, connection: Connection, divide: str) -> Callable[[], None]:
    depth = len(work.parents)
    names = {"total": work.total, "whole": work.whole, "divide": divide, "depth": depth}
    steps = [PARTS.format(**names)]
    for level in range(depth - 1, 0, -1):
        steps.append(GATHER.format(level=level, below=level + 1, **names))
    steps.append(
        "CREATE TEMP TABLE units0 AS SELECT 0 AS node, "
        f"CAST(sum(carry * {work.whole} + rest) AS BIGINT) {divide} {work.whole} AS units FROM part1"
    )
    for level in range(1, depth + 1):
        floor = "floor +" if level == depth else ""
        steps.append(HAND_OUT.format(level=level, above=level - 1, floor=floor))

    def spread() -> None:
        for level in range(depth + 1):
            connection.execute(f"DROP TABLE IF EXISTS units{level}")
            connection.execute(f"DROP TABLE IF EXISTS part{level}")
        for step in steps:
            connection.execute(step)

    return spread


def load(work: Work, connection: Connection) -> None:
    """Cells and nodes as tables of the database."""
    tables = {f"node{level}": {"parent": parent} for level, parent in enumerate(work.parents[:-1], 1)}
    tables["cell"] = {"parent": work.parents[-1], "weight": work.weights}
    for name, columns in tables.items():
        frame = pd.DataFrame(columns).rename_axis("id").reset_index()
        if isinstance(connection, sqlite3.Connection):
            frame.set_index("id").to_sql(name, connection)
        else:
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")


def rivals(work: Work) -> dict[str, list[float]]:
    """The four sides in turn; stops where they disagree."""
    duck, lite = duckdb.connect(), sqlite3.connect(":memory:")
    load(work, duck)
    load(work, lite)
    pandas_side = with_pandas(work)
    spent = in_turn(
        {
            "quyu": lambda: solve(work.problem).values,
            "pandas": pandas_side,
            "duckdb": with_sql(work, duck, "//"),
            "sqlite": with_sql(work, lite, "/"),
        }
    )
    query = f"SELECT units FROM units{len(work.parents)} ORDER BY node"
    expected = solve(work.problem).values
    for side, answer in {
        "pandas": pandas_side(),
        "duckdb": duck.sql(query).fetchnumpy()["units"],
        "sqlite": np.array(lite.execute(query).fetchall())[:, 0],
    }.items():
        if not np.array_equal(expected, answer):
            raise SystemExit(f"{side} disagrees")
    return spent


def edits(work: Work) -> dict[str, list[float]]:
    """The engine alone: the grand total under bounds and locks, and one region."""
    values = solve(work.problem).values
    locked = np.random.default_rng(3).random(values.size) < 0.1
    bound = Problem(
        work.dimensions,
        work.coordinates,
        work.weights,
        lower=values * 9 // 10,
        upper=values * 12 // 10 + 1,
        locked=locked,
        value=values,
    )
    shown = values.copy()
    region = {"r": "r.2.3"}

    def subtree() -> None:
        now = int(shown[bound.rows(region)].sum())
        edit(bound, shown, Edit(region, now * 1001 // 1000)).write_into(shown)

    spent = in_turn(
        {
            "top_edit": lambda: edit(bound, values, Edit({}, work.total * 11 // 10)).values,
            "subtree_edit": subtree,
        }
    )
    if verify(bound, shown).violations:
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


def told(spent: dict[str, list[float]], scale: int = 1) -> dict[str, dict[str, float]]:
    rows = {}
    for side, times in spent.items():
        rows[side] = {"median_ms": statistics.median(times), "min_ms": min(times), "max_ms": max(times)}
        rows[side] = {name: round(value, 2) for name, value in rows[side].items()}
        if side in WANTED_MS:
            rows[side]["wanted_ms"] = WANTED_MS[side] * scale
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=10, help="10 make a million cells, 100 ten million")
    parser.add_argument("--alone", action="store_true", help="leave the other sides out")
    options = parser.parse_args()
    work = Work((tree("r", (7, 5, options.areas)), tree("m", (4, 3)), tree("p", (6, 40))))
    flat = Work((tree("cell", (1_000_000,)),))
    sides = (lambda each: in_turn({"quyu": lambda: solve(each.problem).values})) if options.alone else rivals
    against = sides(work)
    ratios = ratios_of(against)
    parts = {
        "cells": int(work.weights.size),
        "spread": told(against, max(1, options.areas // 10)),
        "edits": told(edits(work), max(1, options.areas // 10)),
        "flat": ratios_of(sides(flat)),
    }
    is_met = all(ratios.get(side, 0) >= least for side, least in LEAST_RATIOS.items())
    print(json.dumps({"goal": "A4", "value": ratios, "bound": LEAST_RATIOS, "ok": is_met, "parts": parts}))


def ratios_of(spent: dict[str, list[float]]) -> dict[str, float]:
    ours = statistics.median(spent["quyu"])
    return {side: round(statistics.median(spent[side]) / ours, 1) for side in spent if side != "quyu"}


if __name__ == "__main__":
    main()
