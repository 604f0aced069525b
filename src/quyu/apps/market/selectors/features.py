"""What the potential model sees of each county: its people, what adds up, and what is weighed by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.apps.market import field
from quyu.apps.market.choices import Direction, Known
from quyu.apps.market.selectors.filling import PEOPLE, filled, ground
from quyu.apps.market.selectors.indicators import indicators
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.geography.projection import to_plane
from quyu.platform.geography.selectors import division

Floats = NDArray[np.float64]
LEAST_COVERED = 0.5
"""An indicator is a feature when it is reported for so many of the counties with sales."""


@dataclass(frozen=True)
class Features:
    """Counties of which every feature is known (reported or estimated), in the order of `codes`."""

    codes: tuple[str, ...]
    known: tuple[Known, ...]
    matrix: Floats
    estimated: frozenset[str]
    places: Floats

    @property
    def spot_of(self) -> dict[str, int]:
        return {code: spot for spot, code in enumerate(self.codes)}


def features(at: date, sold: Mapping[str, int], only: Sequence[str] | None = None) -> Features:
    """Population first; every other indicator that is known well enough, or those named in `only`."""
    base = ground(at)
    chosen, columns, estimated = [], [], set()
    for one in ordered(indicators()):
        whole = filled(one, at, base)
        if only is None and not is_feature(one, whole.values, whole.how, sold):
            continue
        if only is not None and one.code not in only:
            continue
        chosen.append(one)
        columns.append(whole.values)
        estimated |= set(whole.how)
    if not chosen or chosen[0].code != PEOPLE:
        return Features((), (), np.empty((0, 0)), frozenset(), np.empty((0, 2)))
    codes = tuple(code for code in base.parents if all(code in column for column in columns))
    given = np.array([[column[code] for column in columns] for code in codes], dtype=np.float64)
    matrix = np.maximum(given.reshape(len(codes), len(chosen)), 0.0)
    for spot, one in enumerate(chosen):
        if not one.adds_up:
            matrix[:, spot] *= matrix[:, 0]
    return Features(codes, tuple(chosen), matrix, frozenset(estimated), positions(codes))


def ordered(known: Sequence[Known]) -> list[Known]:
    """Population first: the naive model shares by it."""
    return sorted(known, key=lambda one: one.code != PEOPLE)


def is_feature(
    one: Known, values: Mapping[str, int], how: Mapping[str, str], sold: Mapping[str, int]
) -> bool:
    """Whether enough counties with sales report it; what only makes a market harder adds nothing to sales."""
    if one.direction == Direction.LESS:
        return False
    reported = sum(code in values and code not in how for code in sold)
    return bool(reported) and (one.code == PEOPLE or reported >= LEAST_COVERED * len(sold))


def name_of(one: Known) -> str:
    """A feature in words."""
    return str(one.label) if one.adds_up else _("人口×%(name)s") % {"name": one.label}


def positions(codes: Sequence[str]) -> Floats:
    """Km on the plane; NaN without a centre."""
    rows = BasicUnit.objects.filter(level=UnitLevel.COUNTY).values_list("code", "longitude", "latitude")
    known = {code: (x, y) for code, x, y in rows}
    nan = float("nan")
    given = [tuple(nan if v is None else v for v in known.get(code, (None, None))) for code in codes]
    plane = np.array(given, dtype=np.float64).reshape(-1, 2)
    found: Floats = to_plane(plane[:, 0], plane[:, 1])
    return found


def by_county(measure: str) -> dict[str, int]:
    """What the company has in each county, finer units counted with it; what is known of a city only is left out."""
    weights = field.weights(measure)
    counties = set(division(UnitLevel.COUNTY).values_list("code", flat=True))
    above = dict(BasicUnit.objects.filter(code__in=list(weights)).values_list("code", "parent_code"))
    found: dict[str, int] = {}
    for code, value in weights.items():
        home = code if code in counties else above.get(code, "")
        if home in counties and value > 0:
            found[home] = found.get(home, 0) + value
    return found
