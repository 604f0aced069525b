"""Alignments follow a change of codes: new units take the places of the old ones, and nobody's territory changes.

The alignment in force ends and one like it begins, with the new units; what was in force before stays as it was, but
for the new codes as finer units, so that they belong somewhere on the days before as well. Scheduled ones and drafts
are changed as they stand. An old unit becomes a finer unit of the new one, in the same territory.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import AlignmentState, EditKind, FigureMeasure, UnitPart
from quyu.apps.territories.models import (
    Alignment,
    AlignmentFigure,
    AlignmentLock,
    AlignmentUnit,
    Territory,
    UnitFigure,
)
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.selectors.schedule import dated
from quyu.apps.territories.services.drafting import create_draft
from quyu.apps.territories.services.steps import record
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.geography.codes.followers import Succession, Touched
from quyu.platform.geography.codes.lines import Event
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User

OPEN = (AlignmentState.DRAFT, AlignmentState.SUBMITTED, AlignmentState.APPROVED)
NAME_LENGTH = 80
AFTER_A_CHANGE = re.compile(r"[（(]\d{4}-\d\d-\d\d [^（）()]*[）)]$")
Held = dict[str, tuple[int, str]]
"""Unit code -> territory and part, of the units of an event in one alignment."""


class TwoTerritories(Refusal):
    """What becomes one unit lies in two territories: whose it is to be has to be decided and approved first."""


@dataclass(frozen=True)
class Places:
    """Where the new units go, and which of them come from more than one territory."""

    placed: Held
    torn: tuple[str, ...]


class AlignmentFollower:
    """Registered with the changes of codes."""

    def touched(self, event: Event, today: date) -> list[Touched]:
        active, later, _past = by_day(today)
        rows = AlignmentUnit.objects.filter(unit__code__in=event.olds)
        opened = rows.filter(alignment__state__in=OPEN).values("alignment").distinct().count()
        found = []
        if active is not None:
            count = rows.filter(alignment=active).exclude(part=UnitPart.FINER).count()
            outcome = (
                _("今天刚生效的“%(name)s”里的单元由新单元接替，归属不变，不另立一版；以前的保持原样")
                if active.valid_from == today
                else _("“%(name)s”里的单元由新单元接替，归属不变；今天起按新编码另立一版，以前的保持原样")
            ) % {"name": active.name}
            found.append(Touched(_("生效方案的单元"), count, outcome))
        found.append(Touched(_("待生效的方案"), len(later), _("单元由新单元接替，归属不变")))
        found.append(
            Touched(_("草案、待审批和已批准的方案"), opened, _("单元由新单元接替；在此以前的调整不能再撤销"))
        )
        locks = AlignmentLock.objects.filter(unit__code__in=event.olds, alignment__state__in=OPEN).count()
        found.append(Touched(_("草案里锁定的单元"), locks, _("锁定转到新单元")))
        return found

    def obstacle(self, event: Event, today: date) -> Refusal | None:
        active, later, _past = by_day(today)
        waiting = Alignment.objects.filter(state__in=(AlignmentState.SUBMITTED, AlignmentState.APPROVED))
        for alignment in (*([active] if active else []), *later, *waiting.order_by("pk")):
            held = held_in(alignment, event)
            if torn := arranged(event, held, {}).torn:
                return told(alignment, event, held, torn[0])
        return None

    def follow(self, done: Succession, *, actor: User | None, at: datetime) -> Mapping[str, int]:
        event, units, today = done.event, done.units, day_of(at)
        active, later, past = by_day(today)
        weight = weights(event)
        if active is not None and active.valid_from != today:
            past = [*past, active]
            active = succeeded(active, actor=actor, at=at)
        for alignment in past:
            foresee(alignment, event, units, weight)
        opened = list(Alignment.objects.select_for_update().filter(state__in=OPEN).order_by("pk"))
        changed = 0
        for alignment in (*([active] if active else []), *later, *opened):
            is_here = renew(alignment, event, units, weight)
            changed += is_here
            if is_here and alignment.state in OPEN:
                record(alignment, EditKind.RECODE, Change(), actor=actor, at=at)
            elif is_here:
                audit.save_checked(alignment, expected_version=alignment.version, actor=actor)
        return {"alignments": changed}


def by_day(today: date) -> tuple[Alignment | None, list[Alignment], list[Alignment]]:
    """The alignment in force, those still to come, and those before it."""
    active, rows = active_alignment(today), dated()
    later = [row for row in rows if row.valid_from and row.valid_from > today]
    past = [row for row in rows if row.valid_from and row.valid_from <= today and row != active]
    return active, later, past


def held_in(alignment: Alignment, event: Event) -> Held:
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code__in=event.codes)
    fields = ("unit__code", "territory_id", "part")
    return {code: (side, part) for code, side, part in rows.order_by("unit__code").values_list(*fields)}


def weights(event: Event) -> dict[str, int]:
    """What the old units sold, or their customers where nothing was sold: the heaviest decides for a draft."""
    rows = UnitFigure.objects.filter(unit__code__in=event.codes)
    for measure in (FigureMeasure.AMOUNT, FigureMeasure.CUSTOMERS):
        if found := dict(rows.filter(measure=measure).values_list("unit__code", "value")):
            return found
    return {}


def arranged(event: Event, held: Held, weight: Mapping[str, int]) -> Places:
    """A new unit goes where its sources are, to the heaviest where they differ; one that is there already stays."""
    placed: Held = {}
    torn = []
    for new in event.news:
        sources = [code for code in event.sources_of(new) if code in held]
        if not sources and new not in held:
            continue
        if len({held[code][0] for code in (*sources, *([new] if new in held else ()))}) > 1:
            torn.append(new)
        main = new if new in held else min(sources, key=lambda code: (-weight.get(code, 0), code))
        placed[new] = held[main]
    return Places(placed, tuple(torn))


def told(alignment: Alignment, event: Event, held: Held, new: str) -> TwoTerritories:
    codes = [code for code in dict.fromkeys((*event.sources_of(new), new)) if code in held]
    first = codes[0]
    other = next(code for code in codes if held[code][0] != held[first][0])
    names = Territory.objects.in_bulk([held[first][0], held[other][0]])
    units = dict(BasicUnit.objects.filter(code__in=[first, other]).values_list("code", "name"))
    return TwoTerritories(
        "two_territories",
        "{first} 与 {other} 在“{alignment}”里分属“{one}”和“{two}”，合在一起就要换区域：请先用草案把它们划到同一个销售区域，批准生效后再执行。",
        first=units[first],
        other=units[other],
        alignment=alignment.name,
        one=names[held[first][0]].name,
        two=names[held[other][0]].name,
    )


def succeeded(current: Alignment, *, actor: User | None, at: datetime) -> Alignment:
    """The alignment ends today and one with the same places goes on; no approval, for nobody's territory changes."""
    today = day_of(at)
    tail = _("（%(day)s 区划变更）") % {"day": today}
    bare = AFTER_A_CHANGE.sub("", current.name)
    heir = create_draft(based_on=current, name=bare[: NAME_LENGTH - len(tail)] + tail, actor=actor, at=at)
    heir.state, heir.valid_from, heir.valid_to = current.state, today, current.valid_to
    heir.method = current.method
    audit.save_checked(heir, expected_version=heir.version, actor=actor)
    current.state, current.valid_to = AlignmentState.RETIRED, today
    audit.save_checked(current, expected_version=current.version, actor=actor)
    return heir


def renew(
    alignment: Alignment, event: Event, units: Mapping[str, BasicUnit], weight: Mapping[str, int]
) -> bool:
    """Put the new units in the places of the old ones; whether the alignment holds any of them."""
    held = held_in(alignment, event)
    placed = arranged(event, held, weight).placed
    if not placed:
        return False
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(alignment=alignment, unit=units[new], territory_id=side, part=part)
            for new, (side, part) in sorted(placed.items())
            if new not in held
        ]
    )
    for old in event.ending:
        if old in held:
            AlignmentUnit.objects.filter(alignment=alignment, unit=units[old]).update(
                part=UnitPart.FINER, territory=placed[event.main_of[old]][0]
            )
    relock(alignment, event, units)
    reweigh(alignment, event, units)
    return True


def foresee(
    alignment: Alignment, event: Event, units: Mapping[str, BasicUnit], weight: Mapping[str, int]
) -> None:
    """A code that came later belongs, on the days before, to the territory of what it came from."""
    held = held_in(alignment, event)
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(alignment=alignment, unit=units[new], territory_id=side, part=UnitPart.FINER)
            for new, (side, _part) in sorted(arranged(event, held, weight).placed.items())
            if new not in held
        ]
    )


def relock(alignment: Alignment, event: Event, units: Mapping[str, BasicUnit]) -> None:
    locks = AlignmentLock.objects.filter(alignment=alignment)
    mine = set(locks.filter(unit__code__in=event.codes).values_list("unit__code", flat=True))
    wanted = {new for new in event.news if mine & set(event.sources_of(new))} - mine
    locks.filter(unit__code__in=[code for code in event.ending if code in mine]).delete()
    AlignmentLock.objects.bulk_create(
        AlignmentLock(alignment=alignment, unit=units[code]) for code in sorted(wanted)
    )


def reweigh(alignment: Alignment, event: Event, units: Mapping[str, BasicUnit]) -> None:
    """What the units weighed when the alignment was made: divided by shares and added up, the sum stays."""
    rows = AlignmentFigure.objects.filter(alignment=alignment, unit__code__in=event.codes)
    by_measure: dict[str, dict[str, int]] = {}
    for measure, code, value in rows.order_by("measure", "unit__code").values_list(
        "measure", "unit__code", "value"
    ):
        by_measure.setdefault(measure, {})[code] = value
    rows.delete()
    AlignmentFigure.objects.bulk_create(
        [
            AlignmentFigure(alignment=alignment, unit=units[code], measure=measure, value=value)
            for measure, values in by_measure.items()
            for code, value in sorted(summed(event.divided(values), kept(event, values)).items())
        ]
    )


def kept(event: Event, values: Mapping[str, int]) -> dict[str, int]:
    """What a unit that takes others in had before."""
    return {code: value for code, value in values.items() if code not in event.olds}


def summed(*parts: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for code, value in part.items():
            found[code] = found.get(code, 0) + value
    return found
