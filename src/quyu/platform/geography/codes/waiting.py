"""What the table of code changes holds: events that wait, with what stands in their way, and those that were applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.geography.codes.judging import BadChange, faults, ground_today
from quyu.platform.geography.codes.lines import Event, Line, events, line_of
from quyu.platform.geography.models import BasicUnit, CodeChange


@dataclass(frozen=True)
class Waiting:
    """An event that was not applied yet, its rows, and what stands in its way (None: nothing)."""

    event: Event
    rows: tuple[CodeChange, ...]
    obstacle: Refusal | None
    is_wrong: bool = False
    """Whether its own lines contradict the units or each other."""

    @property
    def pk(self) -> int:
        """What an address names the event by: its lowest row."""
        return min(row.pk for row in self.rows)

    @property
    def why(self) -> str:
        """What stands in its way, in the reader's language."""
        return spoken(self.obstacle) if self.obstacle else ""


def waiting(today: date) -> list[Waiting]:
    """Every event that waits, in the order of days."""
    rows = {line_of(row).key: row for row in CodeChange.objects.filter(applied_on=None)}
    lines = [line_of(row) for row in rows.values()]
    wrong: dict[tuple[str, str, date], BadChange] = {}
    for fault in faults(lines, ground_today()):
        wrong.setdefault(fault.line.key, fault.refusal)
    found: list[Waiting] = []
    for event in events(lines):
        told = next((wrong[line.key] for line in event.lines if line.key in wrong), None)
        before = earlier(event, (one.event for one in found))
        obstacle = told or before or too_early(event, today)
        kept = tuple(rows[line.key] for line in event.lines)
        found.append(Waiting(event, kept, obstacle, is_wrong=bool(told or before)))
    return found


def earlier(event: Event, before: Iterable[Event]) -> BadChange | None:
    """Another event of an earlier day waits for one of its codes."""
    for one in before:
        if both := sorted(one.codes & event.codes):
            return BadChange(
                "earlier_waits",
                "编码 {unit} 还有 {day} 的变更没有执行，请先执行那一项。",
                unit=both[0],
                day=one.on,
            )
    return None


def too_early(event: Event, today: date) -> BadChange | None:
    if event.on <= today:
        return None
    return BadChange("not_yet", "变更日期是 {day}，到那天才能执行。", day=event.on)


def come_due(today: date) -> int:
    """Lines whose day has come and that were not applied; one question."""
    count: int = CodeChange.objects.filter(applied_on=None, effective_on__lte=today).count()
    return count


def applied() -> list[CodeChange]:
    """The lines the site follows, the newest first."""
    rows = CodeChange.objects.exclude(applied_on=None).select_related("applied_by")
    return list(rows.order_by("-applied_on", "-effective_on", "new_code", "old_code"))


def names_of(lines: Iterable[Line]) -> dict[str, str]:
    """Code -> name: of the unit there is, else as the line has it."""
    lines = list(lines)
    named = {line.new: line.name for line in lines if line.name}
    codes = {code for line in lines for code in line.codes}
    return named | dict(BasicUnit.objects.filter(code__in=codes).values_list("code", "name"))


def known(event: Event) -> frozenset[str]:
    """The codes of the event that are units today."""
    rows = BasicUnit.objects.filter(code__in=event.codes, retired_on=None)
    return frozenset(rows.values_list("code", flat=True))


def retired_into() -> dict[str, str]:
    """Each retired code and the unit it lies in."""
    return dict(BasicUnit.objects.exclude(retired_on=None).values_list("code", "parent_code"))


def carried(values: Mapping[str, int], *, since: date) -> dict[str, int]:
    """What adds up, by the codes of a day, as values of today's units: event after event, the sum stays."""
    rows = CodeChange.objects.filter(applied_on__gte=since)
    found = dict(values)
    for event in events(line_of(row) for row in rows):
        gone, came = event.ending, set(event.news) - set(event.olds)
        if not any(old in found for old in gone or event.olds) or (not gone and came & found.keys()):
            continue
        parts = event.divided({old: found.pop(old) for old in event.olds if old in found})
        for new, part in parts.items():
            found[new] = found.get(new, 0) + part
    return found
