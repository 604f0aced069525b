"""What a workbook would move: each unit before and after, and everything that stands in the way.

A unit counts as changed when it differs from what was exported, not from what is there now: so what somebody
else moved meanwhile is kept, and only a unit moved by both is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.utils.translation import gettext as _

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.imports.reading import Content, FileRow, NotThisDraft, Problem
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.rearranging import places_at
from quyu.apps.territories.workbook import label_of
from quyu.platform.fields.values import listed
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import in_force
from quyu.platform.people.scope import Scope

MOST_PROBLEMS = 200


@dataclass(frozen=True)
class UnitMove:
    """A unit that goes to another territory; `source` is None where the alignment did not hold it."""

    row: int
    unit: BasicUnit
    source: Territory | None
    target: Territory


@dataclass(frozen=True)
class Comparison:
    """`moves` in the order of the file; `left_out`: units of the draft that the file does not name."""

    moves: tuple[UnitMove, ...]
    problems: tuple[Problem, ...]
    row_count: int
    left_out: int
    is_stale: bool

    @property
    def places(self) -> dict[str, Territory]:
        return {move.unit.code: move.target for move in self.moves if move.source is not None}

    @property
    def added(self) -> dict[str, Territory]:
        return {move.unit.code: move.target for move in self.moves if move.source is None}


class Territories:
    """Territories in reach by what a file may call them: label, code, or a name that only one of them has."""

    def __init__(self, sides: Iterable[Territory]) -> None:
        known = sorted(sides, key=lambda side: side.code)
        self.named: dict[str, list[Territory]] = {}
        for side in known:
            self.named.setdefault(side.name, []).append(side)
        self.exact = {side.code: side for side in known} | {label_of(side): side for side in known}

    def find(self, text: str) -> Territory | str:
        """The territory, or what is wrong."""
        found = self.named.get(text, [])
        if text in self.exact or len(found) == 1:
            return self.exact.get(text) or found[0]
        if found:
            return _("有 {count} 个销售区域叫“{name}”（{codes}），请写编码。").format(
                count=len(found), name=text, codes=listed([side.code for side in found])
            )
        near = get_close_matches(text, [*self.exact, *self.named], 1)
        hint = _("是否指“{name}”？").format(name=near[0]) if near else _("请从“销售区域”表里选。")
        return _("没有销售区域“{name}”。{hint}").format(name=text[:80], hint=hint)


class Units:
    """Units by code, or by a name that only one of them has."""

    def __init__(self, units: Iterable[BasicUnit]) -> None:
        self.by_code: dict[str, BasicUnit] = {}
        self.by_name: dict[str, list[BasicUnit]] = {}
        for unit in units:
            self.by_code[unit.code] = unit
            self.by_name.setdefault(unit.name, []).append(unit)

    def find(self, text: str) -> BasicUnit | str | None:
        found = self.by_name.get(text, [])
        if text in self.by_code or len(found) == 1:
            return self.by_code.get(text) or found[0]
        if found:
            return _("有 {count} 个单元叫“{name}”（{codes}），请写编码。").format(
                count=len(found), name=text, codes=listed([unit.code for unit in found[:5]])
            )
        return None


@dataclass(frozen=True)
class Ground:
    """What a file is compared with: the units in reach with their territory now and when it was exported."""

    units: Units
    outside: Units
    sides: Territories
    now: Mapping[int, Territory]
    then: Mapping[int, int]
    locked: tuple[frozenset[int], frozenset[int]]
    may_add: bool


def compare(
    alignment: Alignment | None, content: Content, *, scope: Scope, at: date, makes_draft: bool = False
) -> Comparison:
    """Compare a file with a draft, or with the alignment a draft `is made` from; nothing is written."""
    ground = _ground(alignment, content, scope, at, makes_draft=makes_draft)
    moves: dict[int, UnitMove] = {}
    seen: dict[int, int] = {}
    problems = list(content.problems)
    for row in content.rows:
        unit = _unit(ground, row)
        if isinstance(unit, str):
            problems.append(_problem(content, row, 0, "unknown_unit", unit))
        elif unit.pk in seen:
            again = _("与第 {row} 行重复。").format(row=seen[unit.pk])
            problems.append(_problem(content, row, 0, "duplicate_line", again))
        else:
            seen[unit.pk] = row.row
            found = _move(ground, row, unit) if row.territory else None
            if isinstance(found, UnitMove):
                moves[unit.pk] = found
            elif found is not None:
                problems.append(_problem(content, row, 1, *found))
    left_out = sum(pk not in seen for pk in ground.now)
    stale = alignment is not None and content.stamp is not None and content.stamp.version != alignment.version
    shown = tuple(sorted(problems, key=lambda problem: problem.row or 0)[:MOST_PROBLEMS])
    return Comparison(tuple(moves.values()), shown, len(content.rows), left_out, stale and not makes_draft)


def _ground(
    alignment: Alignment | None, content: Content, scope: Scope, at: date, *, makes_draft: bool
) -> Ground:
    everything = Territory.objects.visible_to(scope, at)
    if alignment is None:
        here: list[AlignmentUnit] = []
        locked: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
    else:
        rows = AlignmentUnit.objects.filter(alignment=alignment).exclude(part=UnitPart.FINER)
        here = list(rows.visible_to(scope, at).select_related("unit", "territory").order_by("unit__code"))
        locked = selectors.locked(alignment)
    held = {row.territory_id for row in here}
    sides = (
        everything.filter(in_force(at))
        | everything.filter(pk__in=held)
        | everything.filter(valid_from__gt=at)
    )
    now = {row.unit_id: row.territory for row in here}
    level = alignment.level if alignment else _level_of(content)
    outside = (
        geography.division(level).exclude(pk__in=_placed(alignment))
        if makes_draft
        else BasicUnit.objects.none()
    )
    return Ground(
        Units(row.unit for row in here),
        Units(outside.order_by("code")),
        Territories(sides.distinct()),
        now,
        {} if makes_draft else _then(alignment, content, now),
        locked,
        makes_draft and scope.is_everything,
    )


def _placed(alignment: Alignment | None) -> list[int]:
    rows = AlignmentUnit.objects.filter(alignment=alignment)
    return list(rows.values_list("unit_id", flat=True)) if alignment else []


def _level_of(content: Content) -> str:
    """The level of the units a file names, where no alignment says it."""
    named = [row.unit for row in content.rows]
    found = BasicUnit.objects.filter(code__in=named).values_list("level", flat=True)
    levels = list(found)
    return max(sorted(set(levels)), key=levels.count) if levels else "county"


def _then(alignment: Alignment | None, content: Content, now: Mapping[int, Territory]) -> dict[int, int]:
    """Where the units were when the file was exported. Raises NotThisDraft."""
    current = {unit: side.pk for unit, side in now.items()}
    if alignment is None or content.stamp is None:
        return current
    if content.stamp.alignment != alignment.pk or content.stamp.version > alignment.version:
        raise NotThisDraft(
            "not_this_draft",
            "文件不是由“{name}”导出的。请在本草案上重新导出，或在“方案”页用它新建草案。",
            name=alignment.name,
        )
    return places_at(alignment, content.stamp.version, current)


def _unit(ground: Ground, row: FileRow) -> BasicUnit | str:
    """The unit of a row, or what is wrong."""
    found = ground.units.find(row.unit)
    if found is None and ground.may_add:
        found = ground.outside.find(row.unit)
    if found is not None:
        return found
    if BasicUnit.objects.filter(code=row.unit).exists():
        return _("本方案里没有单元“{unit}”：它不在您的范围内，或是方案编制以后才有的。").format(
            unit=row.unit[:80]
        )
    return _("没有单元“{unit}”。").format(unit=row.unit[:80])


def _move(ground: Ground, row: FileRow, unit: BasicUnit) -> UnitMove | tuple[str, str] | None:
    """Where the unit goes; None where it stays; or code and words of what forbids it."""
    target = ground.sides.find(row.territory)
    if isinstance(target, str):
        return "unknown_territory", target
    now = ground.now.get(unit.pk)
    if now is None:
        return UnitMove(row.row, unit, None, target)
    then = ground.then.get(unit.pk, now.pk)
    if target.pk in (now.pk, then):
        return None
    if now.pk != then:
        return "stale_save", _("导出后已被他人改到“{now}”，请核对。").format(now=now.name)
    units, sides = ground.locked
    if unit.pk in units:
        return "locked", _("{name} 已锁定，不能移动；请先解除锁定。").format(name=unit.name)
    for side in (now, target):
        if side.pk in sides:
            return "locked", _("{name} 已锁定，不能移动；请先解除锁定。").format(name=side.name)
    return UnitMove(row.row, unit, now, target)


def _problem(content: Content, row: FileRow, column: int, code: str, message: str) -> Problem:
    value = (row.unit, row.territory)[column]
    return Problem(row.row, content.headers[column], code, value, message)
