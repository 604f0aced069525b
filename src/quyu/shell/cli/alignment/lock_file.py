"""Wishes a plan must keep: locks.csv, one wish or several per row.

id + territory: the unit stays in the territory. territory + frozen: it keeps exactly its current units. id +
together: units with the same word stay together. id + apart: no two units with the same word share a territory.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.shell.cli.alignment.table import Table, read_table
from quyu.shell.cli.alignment.unit_files import Units
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

WISHES = ("territory", "frozen", "together", "apart")


@dataclass(frozen=True, eq=False)
class Wishes:
    """Territory names by unit row, frozen territories, the group of each unit (-1: none), units kept apart.

    lines: the lines of the file that name a unit; together: the sets of units that stay together.
    """

    locks: dict[int, str] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    groups: NDArray[np.int32] | None = None
    apart: tuple[tuple[int, ...], ...] = ()
    lines: dict[int, list[int]] = field(default_factory=dict)
    together: tuple[frozenset[int], ...] = ()

    def lines_between(self, unit: int, other: int) -> list[int]:
        """The lines that name either of two units, or those by which wishes tie them together."""
        before: dict[int, int] = {unit: unit}
        waiting = [unit]
        while waiting and other not in before:
            here = waiting.pop(0)
            near = sorted(set().union(*(members for members in self.together if here in members)))
            waiting += [each for each in near if each not in before]
            before |= {each: here for each in near if each not in before}
        chain = {unit, other}
        while other in before and other != unit:
            other = before[other]
            chain.add(other)
        return sorted({line for each in chain for line in self.lines.get(each, ())})

    @property
    def names(self) -> set[str]:
        """Every territory a wish names."""
        return set(self.locks.values()) | set(self.frozen)


def read_wishes(path: Path, units: Units) -> Wishes:
    """The wishes of a file; refuses rows without a wish, unknown units, and two territories for one unit."""
    table = read_table(path, (), may_be_empty=True)
    if not any(name in table.columns for name in WISHES):
        raise BadInput(
            "no_wish",
            "{file} 没有 territory、frozen、together、apart 中的任何一列。请按说明写表头。",
            file=path.name,
        )
    count = len(table.lines)
    blank = ("",) * count
    cells = {name: table.columns.get(name, blank) for name in ("id", *WISHES)}
    frozen = table.flags("frozen") if "frozen" in table.columns else np.zeros(count, dtype=np.bool_)
    rows = _units_of(table, units, cells, frozen)
    locks = _locks(table, cells["territory"], rows, frozen)
    together, apart = _sets(rows, cells["together"]), _sets(rows, cells["apart"])
    for column, sets in (("together", together), ("apart", apart)):
        lonely = [row for row, word in enumerate(cells[column]) if word and len(sets[word]) < 2]
        if lonely:
            raise table.refuse(
                "lonely_word", column, lonely, _("只有一个单元写了它；至少要两个，请补上或删去。")
            )
    lines: dict[int, list[int]] = defaultdict(list)
    for unit, line in zip(rows, table.lines, strict=True):
        lines[unit].append(line)
    return Wishes(
        locks,
        tuple(sorted({cells["territory"][row] for row in np.flatnonzero(frozen).tolist()})),
        _groups(len(units.ids), together) if together else None,
        tuple(tuple(sorted(members)) for _word, members in sorted(apart.items())),
        dict(lines),
        tuple(frozenset(members) for members in together.values()),
    )


def _units_of(
    table: Table, units: Units, cells: dict[str, tuple[str, ...]], frozen: NDArray[np.bool_]
) -> list[int]:
    """The unit row of each row, -1 for a frozen territory."""
    ids = cells["id"]
    unknown = [row for row, name in enumerate(ids) if name and name not in units.index]
    if unknown:
        raise table.refuse("unknown_id", "id", unknown, _("单元表里没有这个编号，请更正或删去这一行。"))
    for row, name in enumerate(ids):
        line = table.lines[row]
        if frozen[row] and (name or not cells["territory"][row]):
            raise BadInput(
                "bad_frozen_row",
                "{file} 第 {row} 行要冻结区域：请只写 territory 与 frozen，id 留空。",
                file=table.path.name,
                row=line,
            )
        if not frozen[row] and not (
            name and any(cells[wish][row] for wish in ("territory", "together", "apart"))
        ):
            raise BadInput(
                "empty_wish",
                "{file} 第 {row} 行没有说清要锁定什么：请写 id 和 territory、together 或 apart。",
                file=table.path.name,
                row=line,
            )
    return [units.index[name] if name else -1 for name in ids]


def _locks(
    table: Table, names: tuple[str, ...], rows: list[int], frozen: NDArray[np.bool_]
) -> dict[int, str]:
    locks: dict[int, str] = {}
    for row, (unit, name) in enumerate(zip(rows, names, strict=True)):
        if name and not frozen[row] and locks.setdefault(unit, name) != name:
            advice = _("同一个单元前面已锁定到“{other}”，两处矛盾，请只留一处。").format(other=locks[unit])
            raise table.refuse("locked_twice", "territory", [row], advice)
    return locks


def _sets(rows: list[int], words: tuple[str, ...]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for unit, word in zip(rows, words, strict=True):
        if word:
            found[word].add(unit)
    return found


def _groups(count: int, together: dict[str, set[int]]) -> NDArray[np.int32]:
    """One number per set; sets that share a unit become one."""
    group = np.full(count, -1, dtype=np.int32)
    for number, members in enumerate(together.values()):
        touched = {int(group[unit]) for unit in members} - {-1}
        group[list(members)] = number
        group[np.isin(group, list(touched))] = number
    return group
