"""The smallest repair: the fewest and lightest units that bring the territories of one org unit back within tolerance.

The engine re-optimises these territories from the alignment in force, first at a price for every unit moved that
only a repair is worth, then at lower ones; of the answers within the tolerance the one that moves least is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors import Standing, Touched
from quyu.apps.territories.selectors.columns import Columns, columns
from quyu.apps.territories.selectors.what_if import pieces_of
from quyu.apps.territories.services.neighbourhood import STARTS, part_of
from quyu.apps.territories.services.rearranging import draft_from_places
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import OrgUnit, User

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

PRICES = (100.0, 20.0, 4.0, 1.0)
"""What moving a unit costs, as multiples of its mean squared distance: the highest that suffices moves least."""
TRIALS, MOST_STEPS = 1_000_000, 4_000
MOST = 40
"""Territories of one org unit; more are divided anew as a job of their own."""


class NothingToRepair(Refusal):
    """There are not two territories, too many of them, or no move makes it better."""


@dataclass(frozen=True)
class Repair:
    """Unit code -> territory id; the territories before and after; what moves, in the order of `measured_of`."""

    places: Mapping[str, int]
    touched: tuple[Touched, ...]
    moved: tuple[int, ...]
    is_within: bool


def smallest_repair(alignment: Alignment, org_unit: OrgUnit) -> Repair:
    """The repair of the territories of an org unit on every measure the alignment balances; the same every time."""
    standing = selectors.standing_of(alignment)
    sides = np.flatnonzero((standing.org_units == org_unit.pk) & (standing.counts > 0))
    if not 2 <= len(sides) <= MOST:
        raise NothingToRepair(
            "nothing_to_repair",
            "{name} 有 {count} 个销售区域，2 到 {most} 个才能在这里修复；其他情况请用“自动划分”。",
            name=org_unit.name,
            count=len(sides),
            most=MOST,
        )
    weighs = standing.is_base | (standing.weights.sum(axis=1) > 0)
    inside = np.flatnonzero(np.isin(standing.place, sides) & weighs)
    here = np.searchsorted(sides, standing.place[inside]).astype(np.int64)
    problem = part_of(alignment, standing, sides, inside, here, np.full(len(inside), -1, dtype=np.int64))
    known = columns(alignment, standing)
    tried = []
    for price in PRICES:
        params = engine.Params(
            steps_per_unit=min(MOST_STEPS, max(TRIALS // len(inside), 1)), starts=STARTS, disruption=price
        )
        found = engine.reoptimise(problem, here, range(len(sides)), params)
        beyond = float(
            np.max(worst(known, standing.moved(inside, sides[found.assignment]), sides) - limits(known))
        )
        tried.append((beyond > 0, round(found.moved_weight), beyond, found.assignment))
        if not tried[-1][0]:
            break
    is_out, _weight, _beyond, assignment = min(tried, key=lambda row: (row[0], row[2] if row[0] else row[1]))
    after = needed_only(known, standing, standing.moved(inside, sides[assignment]), sides)
    spots = inside[after.place[inside] != standing.place[inside]]
    if not len(spots):
        raise NothingToRepair("no_better_move", "{name} 没有值得移动的单元。", name=org_unit.name)
    touched = sorted({*standing.place[spots].tolist(), *after.place[spots].tolist()})
    return Repair(
        {standing.codes[spot]: int(standing.territories[after.place[spot]]) for spot in spots.tolist()},
        selectors.compared(standing, after, alignment, touched),
        tuple(int(value) for value in standing.weights[spots].sum(axis=0)),
        not is_out,
    )


def needed_only(known: Columns, standing: Standing, after: Standing, sides: NDArray[np.int64]) -> Standing:
    """Without the moves that neither balance nor connection needs: taken back one by one, lightest first."""
    moved = np.flatnonzero(after.place != standing.place)
    most, pieces = np.maximum(worst(known, after, sides), limits(known)), pieces_of(after, sides.tolist())
    found = after
    for spot in moved[np.argsort(known.weights[moved, 0], kind="stable")].tolist():
        tried = found.moved(np.array([spot]), standing.place[[spot]])
        torn = pieces_of(tried, sides.tolist())
        if (worst(known, tried, sides) <= most).all() and all(torn[side] <= pieces[side] for side in pieces):
            found, pieces = tried, torn
    return found


def worst(known: Columns, standing: Standing, sides: NDArray[np.int64]) -> NDArray[np.float64]:
    """The largest deviation of these territories on each measure, as the engine reckons it."""
    loads = np.zeros_like(known.means)
    np.add.at(loads, standing.place, known.weights)
    target = known.means[sides]
    off = np.abs(loads[sides] - target) / np.where(target > 0, target, np.inf)
    found: NDArray[np.float64] = off.max(axis=0)
    return found


def limits(known: Columns) -> NDArray[np.float64]:
    """The tolerance of each measure, with room for rounding."""
    return np.array(known.tolerances) + 1e-9


@transaction.atomic
def draft_of_repair(
    *, alignment: Alignment, org_unit: OrgUnit, name: str, actor: User, at: datetime
) -> Alignment:
    """The smallest repair as a draft, one step of its log; it goes on like any other draft."""
    repair = smallest_repair(alignment, org_unit)
    sides = Territory.objects.in_bulk(set(repair.places.values()))
    return draft_from_places(
        name=name,
        places={code: sides[pk] for code, pk in repair.places.items()},
        added={},
        based_on=alignment,
        level=alignment.level,
        source=name,
        actor=actor,
        at=at,
    )
