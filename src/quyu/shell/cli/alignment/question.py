"""From the files to a problem of the engine, with the names that stand for its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quyu.engine import alignment
from quyu.shell.cli.alignment.lock_file import Wishes, read_wishes
from quyu.shell.cli.alignment.options import DEFAULT_TOLERANCE
from quyu.shell.cli.alignment.seat_file import Seats, read_seats
from quyu.shell.cli.alignment.travel_file import Ways, on_the_road, read_ways, seats_on_the_road
from quyu.shell.cli.alignment.unit_files import Units, read_edges, read_units
from quyu.shell.cli.allocation.bad_input import SHOWN, BadInput
from quyu.shell.cli.language import _


@dataclass(frozen=True, slots=True)
class Files:
    """What the command was given."""

    units: Path
    edges: Path | None
    seats: Path | None
    locks: Path | None
    territories: int | None
    measures: dict[str, float]
    current: str | None
    max_moved: float | None
    splittable: bool = False
    max_diameter: float | None = None
    travel: Path | None = None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file that is read."""
        return tuple(
            path for path in (self.units, self.edges, self.seats, self.locks, self.travel) if path is not None
        )


@dataclass(frozen=True, eq=False)
class Question:
    """The problem, the ids of its units, the names of its territories, and territories given up for good.

    ways: the network of known times or distances, where positions stand for them.
    """

    problem: alignment.Problem
    units: Units
    names: tuple[str, ...]
    dissolved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ways: Ways | None = None

    def spoken(self, template: str, numbers: dict[str, object]) -> str:
        """A template of the engine with ids and names instead of numbers."""
        return str(_(template).format(**_words(numbers, self.units, self.names)))


def _words(numbers: Mapping[str, object], units: Units, names: tuple[str, ...]) -> dict[str, object]:
    """The numbers of the engine with ids and names for units, territories and measures."""
    called = {"unit": units.ids, "other": units.ids, "territory": names, "elsewhere": names}
    words = dict(numbers)
    for key in called.keys() & words.keys():
        words[key] = called[key][int(str(words[key]))]
    if "measure" in words:
        words["measure"] = units.names[int(str(words["measure"])) - 1]
    if "second" in words:
        words["second"] = units.names[int(str(words["second"])) - 1]
    return words


def read_question(files: Files) -> Question:
    """Read every file and put the problem together; raises BadInput or InvalidProblem."""
    if (files.territories is None) == (files.seats is None):
        raise BadInput("territories_or_seats", "请给出 --territories 或 --seats 之一。")
    if files.current is None and files.max_moved is not None:
        raise BadInput("no_current", "--max-moved 要同时给出 --current，才知道什么算变动。")
    units = read_units(files.units, tuple(files.measures), skip=files.current)
    edges = read_edges(files.edges, units) if files.edges else None
    wishes = read_wishes(files.locks, units) if files.locks else Wishes()
    if wishes.frozen and files.current is None:
        raise BadInput("no_current", "冻结区域要同时给出 --current，才知道它现有哪些单元。")
    seats = read_seats(files.seats, units.places) if files.seats else None
    ways = None if files.travel is None else read_ways(files.travel, units, edges)
    if ways is not None:
        if files.max_diameter is not None:
            raise BadInput("two_ways", "--travel 与 --max-diameter 只能选一个：直径按直线的千米计。")
        placed = on_the_road(units, ways)
        seats = None if seats is None else seats_on_the_road(seats, units.places, placed)
        units = replace(units, places=placed)
    names, dissolved = _names(files, units, wishes, seats)
    return replace(_assembled(files, units, edges, wishes, seats, names, dissolved), ways=ways)


def _assembled(
    files: Files,
    units: Units,
    edges: NDArray[np.int32] | None,
    wishes: Wishes,
    seats: Seats | None,
    names: tuple[str, ...],
    dissolved: tuple[str, ...],
) -> Question:
    number = {name: at for at, name in enumerate(names)}
    current = None
    if files.current is not None:
        cells = units.table.columns[files.current]
        current = np.asarray([number.get(cell, -1) for cell in cells], dtype=np.int32)
    locks = None
    if wishes.locks:
        locks = np.full(len(units.ids), -1, dtype=np.int32)
        locks[list(wishes.locks)] = [number[name] for name in wishes.locks.values()]
    try:
        problem = alignment.Problem(
            x=units.places.x,
            y=units.places.y,
            measures=units.measures,
            territories=len(names) if seats is None else seats.seats,
            edges=edges,
            tolerance=tuple(files.measures.get(name, DEFAULT_TOLERANCE) for name in units.names),
            current=current,
            locks=locks,
            frozen=frozenset(number[name] for name in wishes.frozen),
            groups=wishes.groups,
            apart=wishes.apart,
            needs=units.needs if seats is not None and seats.has_skills else None,
            max_moved=files.max_moved,
            splittable=units.splittable if not files.splittable else units.all_splittable,
            max_diameter=files.max_diameter,
        )
    except alignment.InvalidProblem as refusal:
        raise _named(refusal, files, units, wishes, names) from refusal
    return Question(problem, units, names, dissolved, _notes(units, seats))


def _named(
    refusal: alignment.InvalidProblem, files: Files, units: Units, wishes: Wishes, names: tuple[str, ...]
) -> BadInput:
    """The refusal of the engine with the ids and names of the files, and the lines where they stand."""
    said = _(refusal.template).format(**_words(refusal.numbers, units, names))
    if "unit" not in refusal.numbers:
        return BadInput(refusal.code, "{said}", said=said)
    unit = int(str(refusal.numbers["unit"]))
    path, lines = files.locks, wishes.lines_between(unit, int(str(refusal.numbers.get("other", unit))))
    if path is None or not lines:
        path, lines = files.units, [units.table.lines[unit]]
    return BadInput(
        refusal.code,
        "{file} 第 {rows} 行：{said}",
        file=path.name,
        rows=_("、").join(str(line) for line in lines[:SHOWN]) + (_("等") if len(lines) > SHOWN else ""),
        said=said,
    )


def _notes(units: Units, seats: Seats | None) -> tuple[str, ...]:
    """What looks odd in the files though it can be used."""
    template = _("{file} 不是 UTF-8，已按 {encoding} 读取；如有乱码，请另存为“CSV UTF-8”")
    read = (units.table,) if seats is None else (units.table, seats.table)
    odd = [table for table in read if table.encoding != "utf-8-sig"]
    encodings = [template.format(file=table.path.name, encoding=table.encoding.upper()) for table in odd]
    return (*encodings, *units.places.notes, *(() if seats is None else seats.notes))


def _names(
    files: Files, units: Units, wishes: Wishes, seats: Seats | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the territories, and of those in force that have to go because fewer are wanted."""
    if seats is not None:
        _refuse_unknown(files, units, wishes, set(seats.names))
        return seats.names, ()
    here = units.table.columns[files.current] if files.current else ()
    load: dict[str, float] = {}
    for name, weight in zip(here, units.measures[:, 0].tolist(), strict=False):
        if name:
            load[name] = load.get(name, 0.0) + weight
    wanted = files.territories or 0
    kept = wishes.names
    if len(kept) > wanted:
        raise BadInput(
            "more_names",
            "锁定和冻结提到了 {known} 个区域（如 {name}），多于要求的 {wanted} 个；请增加区域数或减少锁定。",
            known=len(kept),
            name=sorted(kept)[-1],
            wanted=wanted,
        )
    heaviest = sorted(set(load) - kept, key=lambda name: (-load[name], name))
    dissolved = heaviest[max(wanted - len(kept), 0) :]
    names = sorted((set(load) | kept) - set(dissolved))
    taken = set(names) | set(dissolved)
    spare = (str(number) for number in range(1, wanted + len(taken) + 1) if str(number) not in taken)
    return (*names, *(next(spare) for _spare in range(wanted - len(names)))), tuple(sorted(dissolved))


def _refuse_unknown(files: Files, units: Units, wishes: Wishes, seats: set[str]) -> None:
    """Refuse a territory of today or of a lock that has no seat."""
    if files.current:
        cells = units.table.columns[files.current]
        rows = [row for row, name in enumerate(cells) if name and name not in seats]
        if rows:
            advice = _("岗位表里没有这个区域；请补上岗位，或把这一列留空。")
            raise units.table.refuse("unknown_territory", files.current, rows, advice)
    missing = sorted(wishes.names - seats)
    if missing:
        raise BadInput(
            "unknown_territory",
            "{file} 提到的区域“{name}”不在岗位表里；请更正或补上岗位。",
            file=files.locks.name if files.locks else "",
            name=missing[0],
        )
