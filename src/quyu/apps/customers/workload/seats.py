"""How many people each org unit needs for its workload, today's people and the ramp of newcomers considered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from quyu.apps.customers.workload.reading import TerritoryWork
from quyu.apps.territories.choices import Grade
from quyu.apps.territories.models import Territory, WorkStandard
from quyu.apps.territories.selectors.capacity import Capacity
from quyu.apps.territories.staffing.pool import Candidate, candidates
from quyu.kernel.deferred import deferred
from quyu.platform.people.models import OrgUnit

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

MONTHS = 12


@dataclass(frozen=True)
class Seats:
    """One org unit. in_post: people and what each stands for in the coming year; `found` None: newcomers come too late."""

    unit: OrgUnit
    territories: int
    minutes: int
    in_post: tuple[tuple[Candidate, float], ...]
    found: engine.SeatCount | None
    arrives_on: date
    full_on: date

    @property
    def grades(self) -> dict[str, int]:
        """How many of each grade, of those of whom it was said; the others under "" """
        counts = dict.fromkeys([*Grade.values, ""], 0)
        for one, _part in self.in_post:
            counts[one.ability.grade if one.is_told else ""] += 1
        return counts


def seats_by_unit(
    territories: Sequence[Territory],
    work: Mapping[int, TerritoryWork],
    standard: WorkStandard,
    capacity: Capacity,
    lead_months: int,
    at: date,
) -> list[Seats]:
    """Every org unit that holds territories, in their order. A newcomer starts `lead_months` from today."""
    held: dict[OrgUnit, list[Territory]] = {}
    for territory in territories:
        held.setdefault(territory.org_unit, []).append(territory)
    arrives = months_after(at, lead_months)
    made = []
    for unit, sides in held.items():
        people = candidates([unit.pk], sides, at)
        parts = tuple((one, part_of(one, standard, at)) for one in people)
        minutes = sum(work[side.pk].work.total for side in sides if side.pk in work)
        made.append(
            Seats(
                unit=unit,
                territories=len(sides),
                minutes=minutes,
                in_post=parts,
                found=counted(minutes, capacity, [part for _, part in parts], standard, lead_months),
                arrives_on=arrives,
                full_on=months_after(arrives, len(standard.ramp_parts)),
            )
        )
    return made


def counted(
    minutes: int, capacity: Capacity, in_post: Sequence[float], standard: WorkStandard, lead_months: int
) -> engine.SeatCount | None:
    """The engine's count; None where newcomers would begin too late to do anything within the year."""
    try:
        return engine.seats_needed(
            minutes,
            max(capacity.minutes, 1),
            in_post=in_post,
            ramp=standard.ramp_parts,
            periods=MONTHS,
            starts_in=lead_months,
        )
    except engine.InvalidProblem as refusal:
        if refusal.code != "newcomers_too_late":
            raise
        return None


def part_of(one: Candidate, standard: WorkStandard, at: date) -> float:
    """What a person stands for over the coming twelve months: his ability, the rest of his ramp, until he leaves."""
    ramp, joined, left = standard.ramp_parts, one.person.joined_on, one.person.left_on
    served = whole_months(joined, at) if joined else MONTHS + len(ramp)
    stays = MONTHS if left is None else min(MONTHS, max(0, whole_months(at, left)))
    months = [ramp[served + month] if 0 <= served + month < len(ramp) else 1.0 for month in range(stays)]
    return sum(months) / MONTHS * one.ability.capacity


def whole_months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the first of the next month where that month has no such day."""
    index = day.year * 12 + day.month - 1 + months
    try:
        return date(index // 12, index % 12 + 1, day.day)
    except ValueError:
        return date((index + 1) // 12, (index + 1) % 12 + 1, 1)
