"""What many units, each with a territory of its own, would change; and where units were at an earlier version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from quyu.apps.territories.change import read_change
from quyu.apps.territories.models import Alignment, AlignmentEdit
from quyu.apps.territories.selectors.standing import Standing, standing_of
from quyu.apps.territories.selectors.what_if import Level, Touched, compared, levels_of


def rearranged(standing: Standing, alignment: Alignment, places: Mapping[str, int]) -> tuple[Touched, ...]:
    """Every territory touched if each unit (by code) went to its territory (by id), before and after."""
    codes = sorted(code for code in places if code in standing.spot_of)
    spots = np.array([standing.spot_of[code] for code in codes], dtype=np.int64)
    going = np.array([standing.side_of[places[code]] for code in codes], dtype=np.int64)
    changed = standing.place[spots] != going
    spots, going = spots[changed], going[changed]
    after = standing.moved(spots, going)
    sides = sorted({*standing.place[spots].tolist(), *going.tolist()})
    return compared(standing, after, alignment, sides)


def measured_levels(alignment: Alignment, territory_ids: Iterable[int]) -> dict[int, tuple[Level, ...]]:
    """Every measure of the territories named, in the order of `measured_of`, by territory id."""
    standing = standing_of(alignment)
    sides = {pk: standing.side_of[pk] for pk in territory_ids}
    together = not alignment.method.get("per_org_unit", True)
    levels = levels_of(standing, sides.values(), together=together)
    return {pk: levels[side] for pk, side in sides.items()}


def places_at(alignment: Alignment, version: int, now: Mapping[int, int]) -> dict[int, int]:
    """Unit id -> territory id when the draft had that version: the steps since, taken back from `now`."""
    found = dict(now)
    since = AlignmentEdit.objects.filter(alignment=alignment, version__gt=version)
    for edit in since.order_by("-sequence"):
        for unit, source, _target in read_change(edit.change).moves:
            if unit in found:
                found[unit] = source
    return found
