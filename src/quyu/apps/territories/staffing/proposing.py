"""The proposal: territories of one org unit and the people for them as a problem of the engine, and its answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.models.ability import words_of
from quyu.apps.territories.selectors import active_alignment, figures
from quyu.apps.territories.staffing.pool import Candidate, candidates
from quyu.kernel.deferred import deferred
from quyu.platform.geography.models import BasicUnit
from quyu.platform.geography.projection import to_plane

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

Pairs = Mapping[int, int]
"""Territory id -> position id."""


@dataclass(frozen=True, eq=False)
class Question:
    """Territories by code, people by seat, and the problem; `guessed`: whose home is the middle of what he has."""

    territories: tuple[Territory, ...]
    people: tuple[Candidate, ...]
    problem: engine.Problem
    plan: NDArray[np.int32]
    staff: tuple[engine.Person, ...]
    served_by: NDArray[np.int32]
    minutes: NDArray[np.float64]
    guessed: frozenset[int]

    @property
    def spot_of(self) -> dict[int, int]:
        """Position id -> where its person stands in `people`."""
        return {one.position.pk: spot for spot, one in enumerate(self.people)}

    @property
    def side_of(self) -> dict[int, int]:
        """Territory id -> where it stands in `territories`."""
        return {territory.pk: side for side, territory in enumerate(self.territories)}


def question_of(
    alignment: Alignment, territories: Sequence[Territory], units: Collection[int], at: date
) -> Question | None:
    """The territories of an alignment that are asked about; None where they hold no units or nobody is there.

    Potential is what was sold, the load is the workload, or the customers where no workload is known.
    """
    people = candidates(units, territories, at)
    sides = {territory.pk: side for side, territory in enumerate(territories)}
    rows = list(
        AlignmentUnit.objects.filter(alignment=alignment, territory__in=sides)
        .exclude(part=UnitPart.FINER)
        .select_related("unit")
        .order_by("unit__code")
    )
    if not people or {row.territory_id for row in rows} != set(sides):
        return None
    plan = np.array([sides[row.territory_id] for row in rows], dtype=np.int32)
    plane = to_plane(*degrees([row.unit for row in rows]))
    amount, load = weights(rows)
    served = serving(people, rows, at)
    homes, guessed = home_places(people, served, plane, amount)
    needs = [words_of(territory.needed_skills) for territory in territories]
    problem = engine.Problem(
        x=plane[:, 0],
        y=plane[:, 1],
        measures=np.column_stack([amount, load]),
        territories=len(territories),
        needs=[needs[side] for side in plan.tolist()],
    )
    staff = tuple(
        engine.Person(
            x=float(homes[spot, 0]),
            y=float(homes[spot, 1]),
            capacity=one.ability.capacity,
            ability=float(one.ability.percent),
            skills=one.ability.known,
        )
        for spot, one in enumerate(people)
    )
    minutes = np.bincount(plan, weights=load, minlength=len(territories)).astype(np.float64)
    return Question(tuple(territories), tuple(people), problem, plan, staff, served, minutes, guessed)


def solved(question: Question, fixed: Pairs, ruled_out: Collection[tuple[int, int]] = ()) -> engine.Staffing:
    """The engine's proposal with locked pairs (territory -> position) and pairs that may not be."""
    spots, sides = question.spot_of, question.side_of
    return engine.assign_people(
        question.problem,
        question.plan,
        question.staff,
        load_measure=1,
        served_by=question.served_by,
        fixed={spots[seat]: sides[side] for side, seat in fixed.items()},
        ruled_out={(spots[seat], sides[side]) for side, seat in ruled_out},
    )


def degrees(units: Sequence[BasicUnit]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes, NaN where unknown."""
    return (
        np.array([np.nan if unit.longitude is None else unit.longitude for unit in units]),
        np.array([np.nan if unit.latitude is None else unit.latitude for unit in units]),
    )


def weights(rows: Sequence[AlignmentUnit]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each unit sold, and what it takes; ones where nothing is known at all."""
    ids = [row.unit_id for row in rows]
    sold, taken = (
        np.array([known.get(unit, 0) for unit in ids], dtype=np.float64)
        for known in (figures(FigureMeasure.AMOUNT), figures(FigureMeasure.WORKLOAD))
    )
    if not taken.any():
        known = figures(FigureMeasure.CUSTOMERS)
        taken = np.array([known.get(unit, 0) for unit in ids], dtype=np.float64)
    return or_ones(sold), or_ones(taken)


def or_ones(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values if values.any() else np.ones(len(values))


def serving(people: Sequence[Candidate], rows: Sequence[AlignmentUnit], at: date) -> NDArray[np.int32]:
    """Who looks after each unit today, -1 for none of them."""
    whose = {side: spot for spot, one in enumerate(people) for side in one.since}
    active = active_alignment(at)
    today = dict(
        AlignmentUnit.objects.filter(alignment=active).values_list("unit_id", "territory_id")
        if active
        else ()
    )
    return np.array([whose.get(today.get(row.unit_id, 0), -1) for row in rows], dtype=np.int32)


def home_places(
    people: Sequence[Candidate],
    served: NDArray[np.int32],
    plane: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.float64], frozenset[int]]:
    """Homes in km, people x 2, and who has none said: he is taken to live in the middle of what he has today."""
    found = np.full((len(people), 2), np.nan)
    said = {spot: one.ability.home for spot, one in enumerate(people) if one.ability.home is not None}
    said = {spot: home for spot, home in said.items() if home.longitude is not None}
    if said:
        found[[*said]] = to_plane(*degrees([*said.values()]))
    known = np.isfinite(plane).all(axis=1)
    guessed = set()
    for spot in set(range(len(people))) - set(said):
        mine = known & (served == spot)
        if mine.any():
            part = weight[mine] + 1e-9
            found[spot] = (part[:, None] * plane[mine]).sum(axis=0) / part.sum()
            guessed.add(spot)
    return found, frozenset(guessed)
