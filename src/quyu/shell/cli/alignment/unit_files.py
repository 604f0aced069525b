"""Units and their neighbours: units.csv and edges.csv."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.shell.cli.alignment.places import POSITION, Places, read_places
from quyu.shell.cli.alignment.table import Table, read_table
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

OTHER = ("id", *POSITION, "splittable", "skills")
"""Columns of units.csv that are never taken for a measure."""


@dataclass(frozen=True, eq=False)
class Units:
    """Units as read: their table, the row of each id, positions, and the measures asked for."""

    table: Table
    index: dict[str, int]
    places: Places
    measures: NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of each unit."""
        return self.table.columns["id"]

    @property
    def splittable(self) -> NDArray[np.bool_] | None:
        """Units marked as splittable, where there is such a column."""
        return self.table.flags("splittable") if "splittable" in self.table.columns else None

    @property
    def all_splittable(self) -> NDArray[np.bool_]:
        """Every unit as splittable, but those that a column says no of."""
        cells = self.table.columns.get("splittable", ("",) * len(self.ids))
        given = self.splittable
        every = np.asarray([not cell for cell in cells], dtype=np.bool_)
        return every if given is None else every | given

    @property
    def needs(self) -> list[frozenset[str]] | None:
        """The skills each unit asks for, where there is such a column."""
        if "skills" not in self.table.columns:
            return None
        return [skills_in(cell) for cell in self.table.columns["skills"]]


def skills_in(cell: str) -> frozenset[str]:
    """The skills in a cell, separated by semicolons or 、"""
    for mark in ("；", "、", "|"):
        cell = cell.replace(mark, ";")
    return frozenset(skill.strip() for skill in cell.split(";")) - {""}


def read_units(path: Path, measures: tuple[str, ...], *, skip: str | None = None) -> Units:
    """Units with the wanted measures; without a wish, the first column of numbers."""
    table = read_table(path, ("id", *measures, *([skip] if skip else [])))
    index = table.index("id")
    names = measures or (_first_numeric(table, skip),)
    columns = [table.numbers(name, blank=None, least=0.0) for name in names]
    return Units(table, index, read_places(table), np.column_stack(columns), names)


def read_edges(path: Path, units: Units) -> NDArray[np.int32]:
    """Pairs of neighbouring units, columns a and b."""
    table = read_table(path, ("a", "b"), may_be_empty=True)
    advice = _("单元表里没有这个编号，请更正或删去这一行。")
    ends = [table.rows_of(column, units.index, advice) for column in ("a", "b")]
    return np.column_stack(ends).astype(np.int32)


def _first_numeric(table: Table, skip: str | None) -> str:
    for name, cells in table.columns.items():
        if name not in (*OTHER, skip) and cells and all(_is_number(cell) for cell in cells):
            return name
    raise BadInput(
        "no_measure", "{file} 没有整列都是数字的指标，请用 --measures 指明一列。", file=table.path.name
    )


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
