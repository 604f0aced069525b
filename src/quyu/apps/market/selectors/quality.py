"""How far the facts of a county can be trusted: what is reported, how old, what is odd, what contradicts the city."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.apps.market import field
from quyu.apps.market.choices import Known
from quyu.apps.market.field import Spot
from quyu.apps.market.selectors.filling import PEOPLE, Ground, How, filled, ground
from quyu.apps.market.selectors.indicators import indicators
from quyu.platform.geography.models import BasicUnit, MarketFigure
from quyu.platform.people.scope import Scope

ODD = 3.5
"""Modified z-score from which a value is odd (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993)."""
APART = 0.05
"""Counties whose sum is further than this from what their city reports contradict it."""
FRESH, STALE = 1.5, 5.0
"""Years up to which a fact is fresh, and from which it is worth nothing."""
PARTS = {"coverage": 50, "age": 25, "odd": 15, "sum": 10}


@dataclass(frozen=True)
class Cell:
    """One indicator of one county; `how` is empty when it was reported, else the fact has no source and day."""

    value: int
    how: str = ""
    as_of: date | None = None
    source: str = ""
    is_odd: bool = False
    is_apart: bool = False

    @property
    def how_said(self) -> str:
        return str(How(self.how).label) if self.how else ""


@dataclass(frozen=True)
class County:
    """A county in reach with what is known of it; `score` from 0 to 100, `lost` says what it lost by reason."""

    unit: BasicUnit
    spot: Spot
    cells: Mapping[str, Cell]
    score: int
    lost: Mapping[str, int]


@dataclass(frozen=True)
class Market:
    """The counties in reach and the indicators of which anything is known."""

    known: tuple[Known, ...]
    counties: tuple[County, ...]


def market(scope: Scope, at: date, only: Iterable[str] | None = None) -> Market:
    """Every county in reach with its facts, gaps filled, and how good they are; `only` some of them."""
    places, base = field.places(scope, at), ground(at)
    wanted = places.keys() if only is None else set(only) & places.keys()
    facts: dict[str, dict[str, MarketFigure]] = defaultdict(dict)
    rows = MarketFigure.objects.filter(as_of__lte=at).select_related("unit").order_by("as_of")
    for row in rows:
        facts[row.measure][row.unit.code] = row
    known = tuple(one for one in indicators() if one.code in facts)
    cells: dict[str, dict[str, Cell]] = {code: {} for code in wanted}
    for one in known:
        mine, whole = facts[one.code], filled(one, at, base)
        odd, apart = odd_ones(one, mine, base), apart_ones(one, mine, base)
        for code in wanted & whole.values.keys():
            fact = mine.get(code) if code not in whole.how else None
            cells[code][one.code] = Cell(
                whole.values[code], whole.how.get(code, ""), fact.as_of if fact else None,
                fact.source if fact else "", code in odd, code in apart,
            )  # fmt: skip
    units = BasicUnit.objects.filter(code__in=wanted).order_by("code")
    found = []
    for unit in units:
        lost = losses(cells[unit.code], len(known), at)
        score = 100 - sum(lost.values())
        found.append(County(unit, places[unit.code], cells[unit.code], score, lost))
    return Market(known, tuple(found))


def losses(cells: Mapping[str, Cell], known: int, at: date) -> dict[str, int]:
    """What is taken from 100 points, by reason."""
    reported = [cell for cell in cells.values() if not cell.how]
    if not reported or not known:
        return dict(PARTS)
    ages = [(at - cell.as_of).days / 365.25 for cell in reported if cell.as_of]
    stale = sum(min(max((age - FRESH) / (STALE - FRESH), 0), 1) for age in ages) / max(len(ages), 1)
    odd = sum(cell.is_odd for cell in reported) / len(reported)
    apart = sum(cell.is_apart for cell in reported) / len(reported)
    parts = {"coverage": 1 - len(reported) / known, "age": stale, "odd": odd, "sum": apart}
    return {name: round(PARTS[name] * part) for name, part in parts.items()}


def odd_ones(one: Known, facts: Mapping[str, MarketFigure], base: Ground) -> set[str]:
    """Counties whose reported value is far from all others': a head where it adds up, else as it is."""
    codes, values = [], []
    for code, fact in facts.items():
        people = base.people.get(code, 0)
        if code not in base.parents:
            continue
        if not one.adds_up:
            codes.append(code)
            values.append(float(fact.value))
        elif fact.value > 0 and (one.code == PEOPLE or people > 0):
            codes.append(code)
            values.append(float(np.log(fact.value if one.code == PEOPLE else fact.value / people)))
    if len(values) < 8:
        return set()
    given = np.array(values)
    off = np.abs(given - np.median(given))
    spread = float(np.median(off))
    if spread <= 0:
        return set()
    return {
        code for code, one_off in zip(codes, off.tolist(), strict=True) if 0.6745 * one_off / spread > ODD
    }


def apart_ones(one: Known, facts: Mapping[str, MarketFigure], base: Ground) -> set[str]:
    """Counties of a unit that reports something else than they do together."""
    if not one.adds_up:
        return set()
    below: dict[str, list[str]] = defaultdict(list)
    for code, parent in base.parents.items():
        below[parent].append(code)
    found: set[str] = set()
    for parent, codes in below.items():
        if parent in facts and all(code in facts for code in codes):
            total, said = sum(facts[code].value for code in codes), facts[parent].value
            if abs(total - said) > APART * max(said, 1):
                found |= set(codes)
    return found
