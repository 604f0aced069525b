"""Where each order line was delivered, as the code of a basic unit.

A place is what the file says in province, city and county. A recognised place is the official unit; any
other is a unit of its own, known by its text. A place that the file counts to several regions (or
territories) is one unit for each of them, so that the file's own regional totals stay what they are.
A file without places has one unit per region.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.platform.facts.attribution import encoded
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit

PLACE_COLUMNS = ("province", "city", "county")
BELONGING_COLUMNS = ("region_name", "territory_name")
WHOLE_COMPANY = "全公司"
NAME_LENGTH = 80
SEPARATOR = "\x1f"

Text = str | None
Combination = tuple[Text, Text, Text, Text, Text]
"""Province, city, county, region, territory as the file writes them."""


@dataclass(frozen=True)
class LinePlaces:
    """`codes` is the unit of each line; `units` every distinct unit with its first combination."""

    codes: pa.Array
    units: dict[str, Combination]
    recognised: frozenset[str]
    """Codes of official units."""


def line_places(table: pa.Table) -> LinePlaces:
    """The unit of every line of parsed orders."""
    combinations, index = _combinations(table)
    official = geography.place_many([(p, c, d, None) for p, c, d, _, _ in combinations])
    base = [code or _text_code(combination) for code, combination in zip(official, combinations, strict=True)]
    belongings: dict[str, set[tuple[Text, Text]]] = defaultdict(set)
    for code, combination in zip(base, combinations, strict=True):
        belongings[code].add(combination[3:])
    codes: list[str] = []
    for code, combination in zip(base, combinations, strict=True):
        is_shared = len(belongings[code]) > 1
        codes.append(_digest(code, *combination[3:]) if is_shared else code)
    units: dict[str, Combination] = {}
    for code, combination in zip(codes, combinations, strict=True):
        units.setdefault(code, combination)
    return LinePlaces(
        codes=pa.array(codes, pa.string()).take(pa.array(index)),
        units=units,
        recognised=_on_the_map(code for code in official if code is not None and code in units),
    )


def _on_the_map(codes: Iterable[str]) -> frozenset[str]:
    """Those that are no units made of a text by an earlier file."""
    known = BasicUnit.objects.filter(code__in=set(codes)).exclude(level=UnitLevel.OTHER)
    return frozenset(known.values_list("code", flat=True))


def existing_codes(places: LinePlaces) -> pa.Array:
    """The unit of each line where that unit exists, else null."""
    known = BasicUnit.objects.filter(code__in=list(places.units)).values_list("code", flat=True)
    is_known = pc.is_in(places.codes, pa.array(sorted(known), pa.string()))
    return pc.if_else(is_known, places.codes, pa.scalar(None, pa.string()))


def create_units(places: LinePlaces) -> int:
    """Creates the units that are known only by their text; returns how many. Two at once may make the same."""
    known = set(BasicUnit.objects.filter(code__in=list(places.units)).values_list("code", flat=True))
    rows = [
        BasicUnit(
            code=code,
            name=_name(code, combination),
            level=UnitLevel.OTHER,
            province=(combination[0] or combination[3] or "")[:NAME_LENGTH],
            city=(combination[1] or "")[:NAME_LENGTH],
        )
        for code, combination in sorted(places.units.items())
        if code not in known
    ]
    BasicUnit.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _combinations(table: pa.Table) -> tuple[list[Combination], np.ndarray]:
    """The distinct combinations, sorted, and each line's index among them."""
    names = (*PLACE_COLUMNS, *BELONGING_COLUMNS)
    found = pa.array(np.zeros(table.num_rows, np.int32))
    combinations: list[tuple[Text, ...]] = [()] if table.num_rows else []
    for name in names:
        texts, codes = _codes(table, name)
        packed = np.asarray(found, np.int64) * len(texts) + codes
        distinct = pa.array(packed).dictionary_encode()
        found = distinct.indices
        combinations = [
            (*combinations[number // len(texts)], texts[number % len(texts)])
            for number in distinct.dictionary.to_pylist()
        ]
    order = sorted(range(len(combinations)), key=lambda number: [text or "" for text in combinations[number]])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ordered = [combinations[number] for number in order]
    return ordered, rank[np.asarray(found)]  # type: ignore[return-value]


def _codes(table: pa.Table, name: str) -> tuple[list[Text], np.ndarray]:
    """The distinct texts of a column, None among them for blank, and each row's place among them."""
    if name not in table.column_names:
        return [None], np.zeros(table.num_rows, np.int64)
    column = encoded(table[name])
    texts: list[Text] = [text or None for text in column.dictionary.to_pylist()]
    return [*texts, None], pc.fill_null(column.indices, len(texts)).to_numpy(zero_copy_only=False)


def _text_code(combination: Combination) -> str:
    province, city, county, region, territory = combination
    if province or city or county:
        return _digest(province, city, county)
    return _digest("region", region, territory)


def _digest(*texts: Text) -> str:
    joined = SEPARATOR.join(text or "" for text in texts)
    return "P-" + hashlib.sha256(joined.encode()).hexdigest()[:12]


def _name(code: str, combination: Combination) -> str:
    """The place; with the region behind it where the file counts the place to several."""
    province, city, county, region, territory = combination
    place, belongs = county or city or province, territory or region
    if place and belongs and code != _text_code(combination):
        return f"{place}（{belongs}）"[:NAME_LENGTH]
    return (place or belongs or WHOLE_COMPANY)[:NAME_LENGTH]
