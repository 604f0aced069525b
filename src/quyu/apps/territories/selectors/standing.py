"""A draft kept in memory between requests: where every unit is, what it weighs, what it touches.

Reading 40,000 units takes a second, asking what a selection would change a few milliseconds. So a standing is
kept per process and brought up to date by the steps of the log that came since; the digest of the newest step
tells whether it is the same way it went. It is never changed: a newer one replaces it.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from quyu.apps.territories.change import read_change
from quyu.apps.territories.choices import EditKind, UnitPart
from quyu.apps.territories.measures import UNITS
from quyu.apps.territories.models import Alignment, AlignmentEdit, AlignmentUnit, Territory, UnitFigure
from quyu.apps.territories.selectors.criteria import measured_of, weighed
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import UnitNeighbour

Ints = NDArray[np.int64]

KEPT = 4
"""How many drafts a process keeps; one of 40,000 units takes about 20 MB."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Base and coarser units in the order of their ids, territories in the order of theirs.

    measures: sales, customers and what else the draft balances (`measured_of`), by code. place: territory of each
    unit (index). weights: units x measures, finer units counted with the one they lie in. edges: pairs of units
    that touch, as indices. stray: territories x measures of units without a place here.
    """

    measures: tuple[str, ...]
    ids: Ints
    codes: tuple[str, ...]
    is_base: NDArray[np.bool_]
    place: Ints
    weights: Ints
    edges: Ints
    territories: Ints
    org_units: Ints
    stray: Ints

    @cached_property
    def spot_of(self) -> dict[str, int]:
        return {code: spot for spot, code in enumerate(self.codes)}

    @cached_property
    def side_of(self) -> dict[int, int]:
        return {pk: side for side, pk in enumerate(self.territories.tolist())}

    @cached_property
    def loads(self) -> Ints:
        """Territories x measures."""
        found = self.stray.copy()
        np.add.at(found, self.place, self.weights)
        return found

    @cached_property
    def counts(self) -> Ints:
        """Base and coarser units of each territory."""
        return np.bincount(self.place, minlength=len(self.territories)).astype(np.int64)

    @cached_property
    def base_counts(self) -> Ints:
        """Base units of each territory."""
        return np.bincount(self.place[self.is_base], minlength=len(self.territories)).astype(np.int64)

    def moved(self, spots: Ints, sides: Ints) -> "Standing":
        """The standing after these units went to these territories."""
        place = self.place.copy()
        place[spots] = sides
        return replace(self, place=place)


@dataclass(frozen=True)
class _Kept:
    """A standing with what tells whether it is still true."""

    base: tuple[object, ...]
    sequence: int
    digest: str
    standing: Standing


_kept: OrderedDict[int, _Kept] = OrderedDict()
_lock = Lock()


def standing_of(alignment: Alignment) -> Standing:
    """The standing of a draft now: kept, brought up to date, or read anew."""
    base = base_of(alignment)
    newest = AlignmentEdit.objects.filter(alignment=alignment).defer("change").order_by("sequence").last()
    digest = newest.digest if newest else ""
    with _lock:
        kept = _kept.get(alignment.pk)
    if kept is None or kept.base != base:
        kept = None
    elif kept.digest != digest:
        kept = _followed(alignment, kept)
    if kept is None or kept.digest != digest:
        kept = _Kept(base, newest.sequence if newest else 0, digest, _read(alignment))
    with _lock:
        _kept[alignment.pk] = kept
        _kept.move_to_end(alignment.pk)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return kept.standing


def base_of(alignment: Alignment) -> tuple[object, ...]:
    """What a standing rests on besides the steps: the draft as made, the figures, neighbours and territories."""
    newest = [table.objects.aggregate(last=Max("pk"))["last"] for table in (UnitFigure, UnitNeighbour)]
    sides = tuple(Territory.objects.order_by("pk").values_list("pk", "org_unit_id"))
    made = (alignment.name, alignment.based_on_id, alignment.created_at, str(alignment.method))
    return (*made, *newest, sides)


def _followed(alignment: Alignment, kept: _Kept) -> _Kept | None:
    """The standing after the steps since; None when they do not follow from it."""
    edits = AlignmentEdit.objects.filter(alignment=alignment, sequence__gte=kept.sequence)
    steps = list(edits.order_by("sequence"))
    if kept.sequence and (not steps or steps.pop(0).digest != kept.digest):
        return None
    place, standing = kept.standing.place.copy(), kept.standing
    for step in steps:
        change = read_change(step.change)
        if change.placed or change.removed or step.kind == EditKind.RECODE:
            return None
        for unit, _source, target in change.moves:
            spot = int(np.searchsorted(standing.ids, unit))
            if spot < len(standing.ids) and standing.ids[spot] == unit:
                if target not in standing.side_of:
                    return None
                place[spot] = standing.side_of[target]
    if not steps:
        return None
    return replace(
        kept,
        sequence=steps[-1].sequence,
        digest=steps[-1].digest,
        standing=replace(standing, place=place),
    )


def _read(alignment: Alignment) -> Standing:
    rows = AlignmentUnit.objects.filter(alignment=alignment).order_by("unit_id")
    fields = ("unit_id", "unit__code", "unit__parent_code", "territory_id", "part")
    units = list(rows.values_list(*fields))
    own = [row for row in units if row[4] != UnitPart.FINER]
    ids = np.array([row[0] for row in own], dtype=np.int64)
    sides = list(Territory.objects.order_by("pk").values_list("pk", "org_unit_id"))
    territories = np.array([pk for pk, _ in sides], dtype=np.int64)
    measures = tuple(str(one) for one in measured_of(alignment))
    figures = _figures(alignment, measures)
    weights, stray = _weights(units, own, territories, measures, figures)
    if UNITS in measures:
        weights[:, measures.index(UNITS)] = [row[4] == UnitPart.BASE for row in own]
    return Standing(
        measures=measures,
        ids=ids,
        codes=tuple(row[1] for row in own),
        is_base=np.array([row[4] == UnitPart.BASE for row in own], dtype=np.bool_),
        place=np.searchsorted(territories, np.array([row[3] for row in own], dtype=np.int64)),
        weights=weights,
        edges=geography.adjacency(ids.tolist()).astype(np.int64),
        territories=territories,
        org_units=np.array([unit for _, unit in sides], dtype=np.int64),
        stray=stray,
    )


Row = tuple[int, str, str, int, str]
"""Unit id, code, code of the unit above, territory, part."""


def _figures(alignment: Alignment, measures: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """Measure, unit id and value: what the alignment keeps of its own, and of the rest what the units weigh now."""
    own = weighed(alignment)
    kept = {measure for measure, _unit, _value in own}
    asked = [measure for measure in measures if measure not in kept and measure != UNITS]
    rows = UnitFigure.objects.filter(measure__in=asked).order_by("pk")
    return [*rows.values_list("measure", "unit_id", "value"), *(row for row in own if row[0] in measures)]


def _weights(
    units: list[Row],
    own: list[Row],
    territories: Ints,
    measures: tuple[str, ...],
    figures: list[tuple[str, int, int]],
) -> tuple[Ints, Ints]:
    """Weights of the own units with what lies in them; per territory what lies in none of them."""
    spots = {row[1]: spot for spot, row in enumerate(own)}
    above = {row[1]: row[2] for row in units}
    weights = np.zeros((len(own), len(measures)), dtype=np.int64)
    stray = np.zeros((len(territories), len(measures)), dtype=np.int64)
    known = {row[0]: row for row in units}
    for measure, unit, value in figures:
        if unit not in known:
            continue
        column, code = measures.index(measure), known[unit][1]
        while code not in spots and code in above:
            code = above[code]
        if code in spots:
            weights[spots[code], column] += value
        else:
            stray[np.searchsorted(territories, known[unit][3]), column] += value
    return weights, stray
