"""What sightings in outlets tell: goods of a dealer seen where he has no business (窜货), prices below guide (乱价).

One sighting may be a mistake; a finding takes several, and names the rows it rests on.
Page: docs/formulas/true-attainment.md.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.kernel.rate import BP


@dataclass(frozen=True)
class Rules:
    """Thresholds, all stated on the formula page."""

    fewest: int = 3
    tolerance_bp: int = 1_000
    share_bp: int = 3_000


RULES = Rules()


@dataclass(frozen=True)
class Sighting:
    """One row; "" is unknown. `home` are all territories a dealer has business in; `area` lies above `place`."""

    day: date
    source: str
    product: str
    place: str
    area: str
    price: int
    guide: int | None

    def is_away(self, home: Mapping[str, frozenset[str]]) -> bool:
        """Whether its dealer is known to have his business elsewhere."""
        return bool(self.source and self.place and home.get(self.source)) and (
            self.place not in home[self.source]
        )

    def is_low(self, rules: Rules = RULES) -> bool:
        """Whether the price is below guide by more than the tolerance."""
        return self.guide is not None and self.price * BP < self.guide * (BP - rules.tolerance_bp)


@dataclass(frozen=True)
class Found:
    """`subject` is the dealer or the product; `rows` are numbers of sightings, `seen` how many there were to judge."""

    subject: str
    area: str
    rows: tuple[int, ...]
    seen: int
    places: tuple[str, ...]
    first_on: date
    last_on: date
    price_bp: int | None
    """The mean price of the rows against guide."""

    @property
    def count(self) -> int:
        return len(self.rows)


def diversions(
    sightings: Sequence[Sighting], home: Mapping[str, frozenset[str]], rules: Rules = RULES
) -> list[Found]:
    """Dealers whose goods were seen several times in one area where they have no business, the most first."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    for number, one in enumerate(sightings):
        seen[one.source] += 1
        if one.is_away(home):
            groups[one.source, one.area].append(number)
    found = [
        _found(source, area, rows, seen[source], sightings)
        for (source, area), rows in groups.items()
        if len(rows) >= rules.fewest
    ]
    return sorted(found, key=lambda one: (-one.count, one.subject, one.area))


def disorders(
    sightings: Sequence[Sighting], home: Mapping[str, frozenset[str]], rules: Rules = RULES
) -> list[Found]:
    """Products sold below guide several times, and often, in one area; diverted goods are left to `diversions`."""
    low: dict[tuple[str, str], list[int]] = defaultdict(list)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for number, one in enumerate(sightings):
        if one.guide is None or not one.product or not one.area or one.is_away(home):
            continue
        seen[one.product, one.area] += 1
        if one.is_low(rules):
            low[one.product, one.area].append(number)
    found = [
        _found(*key, rows, seen[key], sightings)
        for key, rows in low.items()
        if len(rows) >= rules.fewest and len(rows) * BP >= seen[key] * rules.share_bp
    ]
    return sorted(found, key=lambda one: (-one.count, one.subject, one.area))


def _found(subject: str, area: str, rows: Sequence[int], seen: int, sightings: Sequence[Sighting]) -> Found:
    mine = [sightings[row] for row in rows]
    days = [one.day for one in mine]
    guided = [(one.price, one.guide) for one in mine if one.guide]
    guides = sum(guide for _price, guide in guided)
    return Found(
        subject, area, tuple(rows), seen, tuple(sorted({one.place for one in mine})), min(days), max(days),
        (2 * sum(price for price, _guide in guided) * BP + guides) // (2 * guides) if guides else None,
    )  # fmt: skip
