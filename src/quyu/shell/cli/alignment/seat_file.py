"""Seats: seats.csv with id, and where known a home, a capacity and skills."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quyu.engine.alignment import Seat
from quyu.shell.cli.alignment.places import Places, read_places
from quyu.shell.cli.alignment.table import Table, read_table
from quyu.shell.cli.alignment.unit_files import skills_in
from quyu.shell.cli.language import _


@dataclass(frozen=True, eq=False)
class Seats:
    """Names and seats; has_skills says whether the file has a column of skills."""

    names: tuple[str, ...]
    seats: tuple[Seat, ...]
    has_skills: bool
    table: Table
    notes: tuple[str, ...] = ()


def read_seats(path: Path, units: Places) -> Seats:
    """The seats of a file, on the plane of the units."""
    table = read_table(path, ("id",))
    table.index("id")
    places = read_places(table, units)
    capacity = np.ones(len(table.lines))
    if "capacity" in table.columns:
        capacity = table.numbers("capacity", blank=1.0, least=0.0)
        idle = np.flatnonzero(capacity == 0).tolist()
        if idle:
            raise table.refuse("no_capacity", "capacity", idle, _("承载能力要大于 0；没有人的岗位请删去。"))
    skills = [skills_in(cell) for cell in table.columns.get("skills", ("",) * len(table.lines))]
    seats = tuple(
        Seat(float(x), float(y), float(size), has)
        for x, y, size, has in zip(places.x, places.y, capacity, skills, strict=True)
    )
    return Seats(table.columns["id"], seats, "skills" in table.columns, table, places.notes)
