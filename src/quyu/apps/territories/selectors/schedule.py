"""Alignments in the order of time: which one follows which, what is still to come, when a draft is meant to begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.effects import Flow
from quyu.apps.territories.models import Alignment, AlignmentFlow

DATED = (AlignmentState.ACTIVE, AlignmentState.RETIRED)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def effective_of(alignment: Alignment, today: date) -> date:
    """From which day on it divides the units; what is not dated: the day it is meant for, else the next month."""
    if alignment.valid_from is not None:
        return alignment.valid_from
    planned = alignment.planned_from
    return planned if planned is not None and planned > today else next_month(today)


def dated() -> list[Alignment]:
    """Every alignment that is, was, or will be in force, by day."""
    rows = Alignment.objects.filter(state__in=DATED, valid_from__isnull=False)
    return list(rows.order_by("valid_from", "pk"))


def predecessor_of(alignment: Alignment) -> Alignment | None:
    """The alignment that a dated one replaced or will replace."""
    before = [
        row
        for row in dated()
        if row.valid_from and alignment.valid_from and row.valid_from < alignment.valid_from
    ]
    return before[-1] if before else None


def in_force_before(alignment: Alignment, day: date) -> Alignment | None:
    """The alignment that divides the units on the day before `day`, other than this one: what it is compared with."""
    before = [row for row in dated() if row.valid_from and row.valid_from < day and row.pk != alignment.pk]
    return before[-1] if before else None


@dataclass(frozen=True)
class Planned:
    """An alignment still to come, with what it moves against the one before it."""

    alignment: Alignment
    flows: tuple[AlignmentFlow, ...]

    @property
    def units(self) -> int:
        return sum(flow.units for flow in self.flows)

    @property
    def customers(self) -> int:
        return sum(flow.customers for flow in self.flows)

    @property
    def amount_fen(self) -> int:
        return sum(flow.amount_fen for flow in self.flows)


def to_come(today: date) -> list[Planned]:
    """What is scheduled after today, in order."""
    rows = [row for row in dated() if row.valid_from and row.valid_from > today]
    flows: dict[int, list[AlignmentFlow]] = {}
    for flow in AlignmentFlow.objects.filter(alignment__in=rows).select_related("source", "target"):
        flows.setdefault(flow.alignment_id, []).append(flow)
    return [Planned(row, tuple(flows.get(row.pk, ()))) for row in rows]


def flows_kept() -> QuerySet[AlignmentFlow]:
    """What alignments that are, were or will be in force moved."""
    return AlignmentFlow.objects.filter(alignment__state__in=DATED)


def flows_dated(*, before: date | None = None) -> list[tuple[Flow, datetime]]:
    """What alignments moved (that began before a day), by day, with the moment at which each alignment was made."""
    rows = flows_kept().filter(alignment__valid_from__isnull=False)
    if before is not None:
        rows = rows.filter(alignment__valid_from__lt=before)
    fields = (
        "alignment__created_at",
        "alignment__valid_from",
        "source__code",
        "target__code",
        "part",
        "whole",
    )
    ordered = rows.order_by("alignment__valid_from", "pk").values_list(*fields)
    return [(Flow(*row[1:]), row[0]) for row in ordered]


def codes_of(flows: Iterable[AlignmentFlow]) -> set[str]:
    """The territories that give or take."""
    return {side.code for flow in flows for side in (flow.source, flow.target)}
