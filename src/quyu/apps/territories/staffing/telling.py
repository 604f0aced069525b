"""A proposal as a page tells it: who goes where, why, who else could, and who stays without a territory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import Owner
from quyu.apps.territories.staffing.pool import Candidate
from quyu.apps.territories.staffing.proposing import Question

if TYPE_CHECKING:
    from quyu.engine import alignment as engine

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Told:
    """One territory. `minutes`: its load; `others`: who else could, with what more (or less) his pair costs."""

    territory: Territory
    minutes: int
    now: Owner | None
    chosen: Candidate | None
    is_locked: bool
    is_kept: bool
    cost: float
    reasons: tuple[str, ...]
    others: tuple[tuple[Candidate, float], ...]
    years: int


@dataclass(frozen=True)
class Unplaced:
    """A person without a territory; the one that suits him best, what it costs, and who got it for what."""

    person: Candidate
    wish: Territory | None
    cost: float
    taken_by: Candidate | None
    their_cost: float


def told(
    question: Question,
    found: engine.Staffing,
    owners: Mapping[int, Owner],
    locked: Mapping[int, int],
    at: date,
) -> list[Told]:
    """Every territory by code."""
    rows = []
    for side, territory in enumerate(question.territories):
        placement = found.placements[side]
        chosen = None if placement.person is None else question.people[placement.person]
        now = owners.get(territory.pk)
        since = chosen.since.get(territory.pk) if chosen else None
        others = tuple((question.people[p], cost - placement.cost) for p, cost in found.alternatives(side))
        rows.append(
            Told(
                territory=territory,
                minutes=round(float(question.minutes[side])),
                now=now,
                chosen=chosen,
                is_locked=territory.pk in locked,
                is_kept=bool(chosen and now and now.position.pk == chosen.position.pk),
                cost=placement.cost,
                reasons=tuple(
                    spoken(question, reason) for reason in placement.reasons if reason.code != "second"
                ),
                others=others,
                years=int((at - since).days / DAYS_A_YEAR) if since else 0,
            )
        )
    return rows


def spoken(question: Question, reason: engine.Reason) -> str:
    """A reason in the reader's language, with the names of the territory and of people."""
    numbers = dict(reason.numbers)
    numbers["territory"] = question.territories[int(numbers["territory"])].name
    return _(reason.template).format(**numbers)


def unplaced(question: Question, found: engine.Staffing) -> list[Unplaced]:
    """Who got nothing, and why: the territory he suits best went to somebody it suits better, all in all."""
    rows = []
    for spot in found.unplaced:
        wish = found.wish(spot)
        side, cost = wish if wish else (None, 0.0)
        placement = found.placements[side] if side is not None else None
        holder = placement.person if placement else None
        rows.append(
            Unplaced(
                question.people[spot],
                question.territories[side] if side is not None else None,
                cost,
                None if holder is None else question.people[holder],
                placement.cost if placement else 0.0,
            )
        )
    return rows
