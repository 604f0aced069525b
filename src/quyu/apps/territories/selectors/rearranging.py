"""What many units, each with a territory of its own, would change; and where units were at an earlier version."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quyu.apps.territories.change import read_change
from quyu.apps.territories.models import Alignment, AlignmentEdit
from quyu.apps.territories.selectors.standing import Ints, Standing
from quyu.apps.territories.selectors.what_if import Touched, levels_of, pieces_of


def rearranged(standing: Standing, alignment: Alignment, places: Mapping[str, int]) -> tuple[Touched, ...]:
    """Every territory touched if each unit (by code) went to its territory (by id), before and after."""
    codes = sorted(code for code in places if code in standing.spot_of)
    spots = np.array([standing.spot_of[code] for code in codes], dtype=np.int64)
    going = np.array([standing.side_of[places[code]] for code in codes], dtype=np.int64)
    changed = standing.place[spots] != going
    spots, going = spots[changed], going[changed]
    after = standing.moved(spots, going)
    sides = sorted({*standing.place[spots].tolist(), *going.tolist()})
    together = not alignment.method.get("per_org_unit", True)
    levels = [levels_of(now, sides, together=together) for now in (standing, after)]
    parts = [pieces_of(now, sides) for now in (standing, after)]
    counts = [base_counts(now) for now in (standing, after)]
    return tuple(
        Touched(
            int(standing.territories[side]),
            levels[0][side],
            levels[1][side],
            (int(counts[0][side]), int(counts[1][side])),
            (parts[0][side], parts[1][side]),
        )
        for side in sides
    )


def base_counts(standing: Standing) -> Ints:
    """Base units of each territory."""
    return np.bincount(standing.place[standing.is_base], minlength=len(standing.territories)).astype(np.int64)


def places_at(alignment: Alignment, version: int, now: Mapping[int, int]) -> dict[int, int]:
    """Unit id -> territory id when the draft had that version: the steps since, taken back from `now`."""
    found = dict(now)
    since = AlignmentEdit.objects.filter(alignment=alignment, version__gt=version)
    for edit in since.order_by("-sequence"):
        for unit, source, _target in read_change(edit.change).moves:
            if unit in found:
                found[unit] = source
    return found
