"""Finds the unit of a customer from province, city, county and address as people write them.

The finest level that is certain wins; a county known only by a name that several cities share is not
chosen. A text that contradicts another (浙江 / 南京) places nothing: nothing is ever guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.names import aliases, cleaned

Place = tuple[str | None, str | None, str | None, str | None]
"""Province, city, county, address: any of them may be missing."""

CONTRADICTION = "!"
"""A name that is known, but not inside what the other columns say."""
STREET = re.compile(r"[东西南北中大]?[路街道]")
UNIT_WORDS = frozenset("省市区县旗盟州")
UnitRow = tuple[str, str, str, str, str]
"""Code, name, level, parent code, name of the city-level unit."""


@dataclass(frozen=True)
class Entry:
    """One unit as far as placing needs it; `above` are the codes of the units it lies in."""

    code: str
    name: str
    above: frozenset[str]


@dataclass
class Index:
    """Units of one level by every way of writing their name."""

    by_alias: dict[str, list[Entry]] = field(default_factory=dict)
    longest: int = 0

    def add(self, entry: Entry) -> None:
        for alias in aliases(entry.name):
            self.by_alias.setdefault(alias, []).append(entry)
            self.longest = max(self.longest, len(alias))

    def find(self, text: str, inside: str | None) -> str | None:
        """The one unit of that name inside `inside`; None when unknown or ambiguous.

        Of a unit and one that lies in it, as a retired unit lies in its heir, it is the outer one.
        """
        known = self.by_alias.get(text, [])
        fitting = [e for e in known if inside is None or inside in e.above or inside == e.code]
        exact = [e for e in fitting if e.name == text]
        candidates = fitting if len(exact) != 1 else exact
        around = [e for e in candidates if all(e is other or e.code in other.above for other in candidates)]
        if len(around) == 1:
            return around[0].code
        return CONTRADICTION if known and not fitting else None

    def at_start(self, text: str, inside: str | None) -> tuple[str | None, str]:
        """The unit whose name begins the text, and the rest of the text; streets named after places do not count."""
        for length in range(min(self.longest, len(text)), 1, -1):
            head, rest = text[:length], text[length:]
            if head not in self.by_alias or STREET.match(rest):
                continue
            if head[-1] not in UNIT_WORDS and rest[:1] in UNIT_WORDS:
                continue
            code = self.find(head, inside)
            if code not in (None, CONTRADICTION):
                return code, rest
        return None, text


def chain(code: str, parents: Mapping[str, str]) -> list[str]:
    """A unit and all it lies in."""
    found: list[str] = []
    while code and code not in found:
        found.append(code)
        code = parents.get(code, "")
    return found


class Gazetteer:
    """The names of all units of a site, ready for placing."""

    def __init__(self, units: Iterable[UnitRow]) -> None:
        rows = list(units)
        parents = {row[0]: row[3] for row in rows}
        self.names = {row[0]: row[1] for row in rows}
        self.above: dict[str, frozenset[str]] = {}
        self.provinces, self.cities, self.counties = Index(), Index(), Index()
        for code, name, level, parent, city in rows:
            self.above[code] = frozenset(chain(code, parents))
            entry = Entry(code, name, self.above[code])
            if not parent:
                self.provinces.add(entry)
            if city == name:
                self.cities.add(entry)
            if level in (UnitLevel.COUNTY, UnitLevel.OTHER):
                self.counties.add(entry)

    def place(self, place: Place) -> str | None:
        """The code of the finest unit that is certain."""
        province, city, county, address = (cleaned(part) for part in place)
        found = self._from_columns(province, city, county)
        if found == CONTRADICTION:
            return None
        return self._from_address(address, found) if address else found

    def place_many(self, places: Sequence[Place]) -> list[str | None]:
        """One code or None per place; equal places are looked up once."""
        known = {place: self.place(place) for place in set(places)}
        return [known[place] for place in places]

    def _from_columns(self, province: str, city: str, county: str) -> str | None:
        found = self.provinces.find(province, None) if province else None
        for text, indexes in ((city, (self.cities, self.counties)), (county, (self.counties, self.cities))):
            if not text:
                continue
            answers = [index.find(text, found) for index in indexes]
            certain = [code for code in answers if code not in (None, CONTRADICTION)]
            if certain:
                found = certain[0]
            elif CONTRADICTION in answers and self.provinces.find(text, None) != found:
                return CONTRADICTION
        return found

    def _from_address(self, address: str, inside: str | None) -> str | None:
        """The unit the address begins with, if it lies in what is already known."""
        province, rest = self.provinces.at_start(address, None)
        if province is not None and inside is not None and province not in self.above[inside]:
            return inside
        found = inside or province
        for index in (self.cities, self.counties):
            code, rest = index.at_start(rest, found)
            if code is not None and (
                found is not None or index is self.cities or address.startswith(self.names[code])
            ):
                found = code
        return found
