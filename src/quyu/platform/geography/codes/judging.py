"""What is contradictory in a list of code changes, line by line: told when it is imported and again when it is applied.

The days are gone through in order over the units there are, so a chain over several days is sound and a chain
within one day is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from quyu.kernel.refusal import Refusal
from quyu.platform.geography.choices import CodeChangeKind
from quyu.platform.geography.codes.lines import WHOLE, Line
from quyu.platform.geography.models import BasicUnit

ONE_TO_ONE = (CodeChangeKind.RENAMED, CodeChangeKind.UPGRADED)


class BadChange(Refusal):
    """A line contradicts the units, the other lines, or itself."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line, and in which of its columns."""

    line: Line
    column: str
    refusal: BadChange


@dataclass
class Ground:
    """Codes in use with their levels, codes given up, names: as they are before a day."""

    level: dict[str, str]
    retired: set[str]
    name: dict[str, str] = field(default_factory=dict)

    def follow(self, lines: Iterable[Line]) -> None:
        """As they are after a day."""
        lines = list(lines)
        news = {line.new for line in lines}
        made = {line.new: self.level.get(line.old, "") for line in lines if line.new not in self.level}
        names = {line.new: line.name for line in lines if line.name}
        for line in lines:
            if line.old not in news:
                self.level.pop(line.old, None)
                self.retired.add(line.old)
        self.level |= made
        self.name |= names


def ground_today() -> Ground:
    """The units there are."""
    rows = list(BasicUnit.objects.order_by("code").values_list("code", "level", "name", "retired_on"))
    return Ground(
        {code: level for code, level, _name, retired in rows if retired is None},
        {code for code, _level, _name, retired in rows if retired is not None},
        {code: name for code, _level, name, _retired in rows},
    )


def faults(lines: Iterable[Line], ground: Ground) -> list[Fault]:
    """Everything wrong with lines that were not applied yet, at most one fault a line."""
    found: list[Fault] = []
    for _day, group in groupby(
        sorted(lines, key=lambda line: (line.on, *line.key[:2])), lambda line: line.on
    ):
        today = list(group)
        found += _of_day(today, ground)
        ground.follow(today)
    return found


def _of_day(lines: list[Line], ground: Ground) -> Iterator[Fault]:
    day = _Day(lines, ground)
    for line in lines:
        for check in (day.of_old, day.of_new, day.of_kind, day.of_shares):
            if told := check(line):
                yield Fault(line, *told)
                break


Told = tuple[str, BadChange] | None


class _Day:
    """The lines of one day beside the units as they are before it."""

    def __init__(self, lines: Iterable[Line], ground: Ground) -> None:
        self.by_old: dict[str, list[Line]] = defaultdict(list)
        self.by_new: dict[str, list[Line]] = defaultdict(list)
        self.ground = ground
        for line in lines:
            self.by_old[line.old].append(line)
            self.by_new[line.new].append(line)

    def keeps(self, code: str) -> bool:
        """Whether a part of the area keeps its code."""
        return any(line.new == code for line in self.by_old.get(code, ()))

    def of_old(self, line: Line) -> Told:
        if line.old in self.ground.level:
            return None
        if line.old in self.by_new:
            return "old_code", _chain(line.old)
        if line.old in self.ground.retired:
            return "old_code", BadChange(
                "old_code_retired",
                "编码 {unit} 在这之前已经停用，不能再变更；请核对变更日期。",
                unit=line.old,
            )
        return "old_code", BadChange("unknown_code", "没有编码为 {unit} 的单元。", unit=line.old)

    def of_new(self, line: Line) -> Told:
        if line.new != line.old and line.new in self.by_old and not self.keeps(line.new):
            return "new_code", _chain(line.new)
        if line.new in self.ground.level:
            return self._of_known(line)
        if line.new in self.ground.retired:
            return "new_code", BadChange(
                "code_used_before", "编码 {unit} 曾经停用，不能再启用：变更不能绕回原处。", unit=line.new
            )
        names = {one.name for one in self.by_new[line.new] if one.name}
        if len(names) != 1:
            return "new_name", BadChange(
                "no_name", "新编码 {unit} 还没有单元，请写它的新名称；几行写的名称要一致。", unit=line.new
            )
        if line.parent and line.parent not in self.ground.level and line.parent not in self.by_new:
            return "new_parent", BadChange("unknown_code", "没有编码为 {unit} 的单元。", unit=line.parent)
        return None

    def _of_known(self, line: Line) -> Told:
        """The new code is that of a unit there is."""
        if self.ground.level[line.new] != self.ground.level[line.old]:
            return "new_code", BadChange(
                "other_level", "{old} 与 {new} 不是同一级的单元，不能合在一起。", old=line.old, new=line.new
            )
        if line.new == line.old and len(self.by_new[line.new]) == 1 and line.share == WHOLE:
            is_new_name = line.name and line.name != self.ground.name.get(line.new)
            return (
                None
                if is_new_name
                else (
                    "new_code",
                    BadChange("nothing_changes", "{unit} 的编码和名称都没有变。", unit=line.old),
                )
            )
        if line.kind in ONE_TO_ONE and line.new != line.old:
            return "new_code", BadChange(
                "new_code_taken",
                "新编码 {unit} 已是另一个单元（{name}）的编码；如果是并入它，类型请写“合并”。",
                unit=line.new,
                name=self.ground.name.get(line.new, ""),
            )
        return None

    def of_kind(self, line: Line) -> Told:
        fan_out, fan_in = len(self.by_old[line.old]), len(self.by_new[line.new])
        if line.kind in ONE_TO_ONE and (fan_out > 1 or fan_in > 1):
            return "kind", BadChange(
                "not_one_to_one",
                "更名、换码、升格应是一对一；{unit} 当天还有别的变更，类型请写“合并”或“拆分”。",
                unit=line.old,
            )
        if (
            line.kind == CodeChangeKind.MERGED
            and fan_in == 1
            and (line.new not in self.ground.level or line.new == line.old)
        ):
            return "kind", BadChange(
                "merges_nothing",
                "合并至少要有两个原编码，或并入已有的单元；{unit} 只有一个来源。",
                unit=line.new,
            )
        if line.kind == CodeChangeKind.SPLIT and fan_out == 1:
            return "kind", BadChange(
                "splits_nothing", "拆分至少要有两行，各写一个新编码；{unit} 只有一行。", unit=line.old
            )
        return None

    def of_shares(self, line: Line) -> Told:
        total = sum(one.share for one in self.by_old[line.old])
        if total != WHOLE or not 0 < line.share <= WHOLE:
            return "share", BadChange(
                "shares_off",
                "{unit} 的份额合计是 {total}%，应正好是 100%。",
                unit=line.old,
                total=_percent(total),
            )
        return None


def _chain(code: str) -> BadChange:
    return BadChange(
        "chain_of_codes",
        "编码 {unit} 在同一天既是原编码又是新编码，前后矛盾：请写成一步，或写各自的日期。",
        unit=code,
    )


def _percent(share: int) -> str:
    return f"{share / 100:.2f}".rstrip("0").rstrip(".")
