"""The files of `quyu staff` as a problem: units in territories, people, and pairs that must or may not be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.engine.alignment import Person, Problem, StaffWeights
from quyu.shell.cli.alignment.places import Places, read_places
from quyu.shell.cli.alignment.table import Table, read_table
from quyu.shell.cli.alignment.unit_files import Units, read_units, skills_in
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

BEST = 1e6
"""Greatest ability or capacity a file may say: beyond it somebody typed two numbers into one cell."""


@dataclass(frozen=True)
class Files:
    """What the command line names; `measures`: potential, then (if given) load."""

    territories: Path
    units: Path
    people: Path
    pairs: Path | None
    measures: tuple[str, ...]
    served_by: str | None
    weights: StaffWeights

    @property
    def inputs(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.territories, self.units, self.people, self.pairs) if path)


@dataclass(frozen=True, eq=False)
class Question:
    """Names and what the engine asks for."""

    territories: tuple[str, ...]
    people: tuple[str, ...]
    problem: Problem
    plan: NDArray[np.int32]
    staff: tuple[Person, ...]
    served_by: NDArray[np.int32] | None
    fixed: Mapping[int, int]
    ruled_out: frozenset[tuple[int, int]]
    notes: tuple[str, ...]


def read_question(files: Files) -> Question:
    """Read every file and put the problem together; raises BadInput or InvalidProblem."""
    if len(files.measures) > 2:
        raise BadInput("too_many_measures", "--measures 最多两项：先潜力，再负荷。")
    units = read_units(files.units, files.measures, skip=files.served_by)
    rows, names, plan, part = read_territories(files.territories, units)
    table, staff, places = read_people(files.people, units)
    people = table.columns["id"]
    served = None
    if files.served_by is not None:
        served = serving(units, files.served_by, table)[rows]
    fixed, ruled_out = read_pairs(files.pairs, table, names) if files.pairs else ({}, frozenset())
    needs = units.needs
    problem = Problem(
        x=units.places.x[rows],
        y=units.places.y[rows],
        measures=units.measures[rows] * part[:, None],
        territories=len(names),
        needs=None if needs is None else [needs[row] for row in rows.tolist()],
    )
    notes = (*units.places.notes, *places.notes)
    return Question(names, people, problem, plan, staff, served, fixed, ruled_out, notes)


def read_territories(
    path: Path, units: Units
) -> tuple[NDArray[np.int64], tuple[str, ...], NDArray[np.int32], NDArray[np.float64]]:
    """The unit of each row, the names of the territories, the territory of each row, and the part of the unit."""
    table = read_table(path, ("id", "territory"))
    advice = _("单元表里没有这个编号，请更正或删去这一行。")
    if "share" in table.columns:
        part = table.numbers("share", blank=1.0, least=0.0, most=1.0)
    else:
        table.index("id")
        part = np.ones(len(table.lines))
    rows = table.rows_of("id", units.index, advice)
    blank = [row for row, name in enumerate(table.columns["territory"]) if not name]
    if blank:
        raise table.refuse(
            "no_territory", "territory", blank, _("每个单元都要写销售区域，请补上或删去这一行。")
        )
    left = sorted(set(range(len(units.ids))) - set(rows.tolist()))
    if left:
        where = _("{file} 里没有这个单元，请补上，或从单元表删去。").format(file=path.name)
        raise units.table.refuse("unit_left_out", "id", left, where)
    names = tuple(sorted(set(table.columns["territory"])))
    spot = {name: at for at, name in enumerate(names)}
    plan = np.asarray([spot[name] for name in table.columns["territory"]], dtype=np.int32)
    return rows, names, plan, part


def read_people(path: Path, units: Units) -> tuple[Table, tuple[Person, ...], Places]:
    """Everybody with his home on the plane of the units, capacity, ability and skills."""
    table = read_table(path, ("id",))
    table.index("id")
    places = read_places(table, units.places)
    count = len(table.lines)
    capacity, ability = np.ones(count), np.zeros(count)
    if "capacity" in table.columns:
        capacity = table.numbers("capacity", blank=1.0, least=0.0, most=BEST)
        idle = np.flatnonzero(capacity == 0).tolist()
        if idle:
            raise table.refuse(
                "no_capacity", "capacity", idle, _("承载能力要大于 0；不参加的人请删去这一行。")
            )
    if "ability" in table.columns:
        ability = table.numbers("ability", blank=0.0, least=0.0, most=BEST)
    skills = [skills_in(cell) for cell in table.columns.get("skills", ("",) * count)]
    staff = tuple(
        Person(float(x), float(y), float(size), float(able), has)
        for x, y, size, able, has in zip(places.x, places.y, capacity, ability, skills, strict=True)
    )
    return table, staff, places


def serving(units: Units, column: str, people: Table) -> NDArray[np.int32]:
    """Who looks after each unit today, -1 for nobody; refuses names that are no id of people."""
    spot = people.index("id")
    cells = units.table.columns[column]
    unknown = [row for row, name in enumerate(cells) if name and name not in spot]
    if unknown:
        advice = _("人员表里没有这个编号；已离开的人请留空。")
        raise units.table.refuse("unknown_person", column, unknown, advice)
    return np.asarray([spot[name] if name else -1 for name in cells], dtype=np.int32)


def read_pairs(
    path: Path, people: Table, territories: tuple[str, ...]
) -> tuple[dict[int, int], frozenset[tuple[int, int]]]:
    """Pairs that are kept (person -> territory), and with never = 1 those that may not be."""
    table = read_table(path, ("person", "territory"))
    who = table.rows_of("person", people.index("id"), _("人员表里没有这个编号，请更正或删去这一行。"))
    index = {name: at for at, name in enumerate(territories)}
    where = table.rows_of("territory", index, _("区域表里没有这个销售区域，请更正或删去这一行。"))
    never = table.flags("never") if "never" in table.columns else np.zeros(len(who), dtype=np.bool_)
    pairs = list(zip(who.tolist(), where.tolist(), never.tolist(), strict=True))
    ruled_out = frozenset((person, territory) for person, territory, is_never in pairs if is_never)
    fixed: dict[int, int] = {}
    for row, (person, territory, is_never) in enumerate(pairs):
        if is_never:
            continue
        if fixed.setdefault(person, territory) != territory:
            raise table.refuse("kept_twice", "person", [row], _("前面已指定到另一个区域，请只留一处。"))
        if sum(side == territory for side in fixed.values()) > 1:
            raise table.refuse("kept_twice", "territory", [row], _("前面已指定了另一个人，请只留一处。"))
        if (person, territory) in ruled_out:
            raise table.refuse("kept_and_never", "person", [row], _("这一对既指定又不许，请只留一行。"))
    return fixed, ruled_out


def parse_weights(text: str) -> StaffWeights:
    """`distance=1,relations:2`: how much each aspect counts."""
    known = {each.name for each in fields(StaffWeights)}
    found: dict[str, float] = {}
    for piece in filter(None, (part.strip() for part in text.replace("，", ",").split(","))):
        name, mark, value = (
            part.strip() for part in piece.replace("：", ":").replace(":", "=").partition("=")
        )
        try:
            weight = float(value) if mark and "_" not in value else math.nan
        except ValueError:
            weight = math.nan
        if name not in known or name in found or not (math.isfinite(weight) and 0 <= weight <= BEST):
            raise BadInput(
                "bad_weights",
                "看不懂 --weights 里的“{part}”，应为 名称=数字，名称是 {names} 之一，各写一次。",
                part=piece,
                names=_("、").join(sorted(known)),
            )
        found[name] = weight
    return StaffWeights(**found)
