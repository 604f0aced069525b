"""The walk over the lines gives what a slow reading of the rules gives, line by line."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.claims import Named, OwnershipOverlap
from quyu.analytics.walk import steps
from quyu.analytics.walk.claims import claims
from quyu.analytics.walk.coded import Ids
from quyu.analytics.walk.texts import TextNumbers
from quyu.analytics.walk.walk import Directory, Walk

START = date(1899, 12, 1)
NAMES = Named({"named": "N:", "line": "L:", "ruled": "R:", "place": "P:"}, "T:", "|")
CUSTOMERS, PLACES, PRODUCTS, LINES = ["C1", "客户2", "C", ""], ["330100", "杭州"], ["A", "B", "Z"], ["x", "y"]
LINE_OF = {"A": "x", "B": "y"}
days = st.integers(0, 60).map(lambda number: START + timedelta(number))
texts = st.none() | st.sampled_from(["C9"])
Line = tuple[date, str | None, str | None, str | None, str | None, int, int]
lines = st.lists(
    st.tuples(
        days,
        texts | st.sampled_from(CUSTOMERS),
        texts | st.sampled_from(PRODUCTS),
        texts | st.sampled_from(["k1", "k2"]),
        texts | st.sampled_from(PLACES),
        st.integers(-(10**12), 10**12),
        st.integers(-(10**9), 10**9),
    ),
    max_size=60,
)
cuts = st.lists(st.none() | st.integers(0, 60), min_size=0, max_size=4, unique=True)


@st.composite
def ownerships(draw: st.DrawFn) -> list[tuple[str, date | None, date | None, str | None, str | None]]:
    keys = [*CUSTOMERS, *(f"N:{code}" for code in CUSTOMERS), *(f"R:{code}" for code in CUSTOMERS)]
    keys += [f"P:{code}" for code in PLACES] + [f"L:{line}|{code}" for line in LINES for code in CUSTOMERS]
    rows: list[Any] = [(f"T:{product}|{line}", None, None, None, None) for product, line in LINE_OF.items()]
    for key in draw(st.lists(st.sampled_from(keys), unique=True)):
        own = sorted(draw(cuts), key=lambda cut: -1 if cut is None else cut)
        for begin, end in zip(own, [*own[1:], None][: len(own)], strict=True):
            span = [None if cut is None else START + timedelta(cut) for cut in (begin, end)]
            whose = (
                draw(st.sampled_from(["T1", "T2", "GONE", None])),
                draw(st.sampled_from(["E1", "GONE", None])),
            )
            rows.append((key, *span, *whose))
    return rows


def frame(rows: list[Any]) -> pa.Table:
    names = ("customer_code", "valid_from", "valid_to", "territory_code", "person_code")
    kinds = (pa.string(), pa.date32(), pa.date32(), pa.string(), pa.string())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})


def table(rows: list[Line]) -> pa.Table:
    names = (
        "ordered_on",
        "customer_code",
        "product_code",
        "channel_code",
        "place_code",
        "amount_fen",
        "quantity_milli",
    )
    kinds = (pa.date32(), *[pa.string()] * 4, pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)})


def ids(*codes: str) -> Ids:
    return Ids(
        pa.table({"code": pa.array(codes, pa.string()), "id": pa.array(range(5, 5 + len(codes)), pa.int64())})
    )


TERRITORY, PERSON, CHANNEL = {"T1": 5, "T2": 6}, {"E1": 5}, {"k1": 5, "k2": 6}


def walk(rows: list[Any]) -> Walk:
    ownership = frame(rows)
    line = Ids(pa.table({"code": ["A", "B"], "id": pa.array([7, 7], pa.int64())}))
    return Walk(
        ownership,
        lambda: claims(ownership, NAMES),
        Directory(ids(*TERRITORY), ids(*PERSON), line, ids(*CHANNEL)),
    )


def holder(rows: list[Any], line: Line) -> tuple[str | None, str | None]:
    """Whose a line is, by looking at every claim there is."""
    day, customer, product, _channel, place, _fen, _quantity = line
    apart = LINE_OF.get(product or "")
    keys = [f"N:{customer}", f"L:{apart}|{customer}" if apart else None, f"R:{customer}"]
    keys = [key if customer is not None else None for key in keys]
    for key in (*keys, None if place is None else f"P:{place}", customer):
        for known, start, end, territory, person in rows:
            if known == key and (start is None or start <= day) and (end is None or day < end):
                return territory, person
    return None, None


def slowly(rows: list[Any], found: list[Line], sign: int) -> tuple[Counter[Any], Counter[Any]]:
    months: Counter[Any] = Counter()
    by_day: Counter[Any] = Counter()
    for line in found:
        territory, person = holder(rows, line)
        day, _customer, product, channel, _place, fen, quantity = line
        where = TERRITORY.get(territory or "")
        product_line = 7 if product in LINE_OF else None
        key = (day.replace(day=1), where, PERSON.get(person or ""), product_line, CHANNEL.get(channel or ""))
        for at, value in enumerate((fen, quantity, sign)):
            months[key, at] += value
        by_day[(day, where), 0] += fen
        by_day[(day, where), 1] += sign
    return months, by_day


def told(table: pa.Table) -> Counter[Any]:
    width = table.column_names.index("amount_fen")
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    found: Counter[Any] = Counter()
    for row in rows:
        assert any(row[width:])
        for at, value in enumerate(row[width:]):
            assert (row[:width], at) not in found
            found[row[:width], at] = value
    return found


def held(counter: Counter[Any]) -> dict[Any, int]:
    return {key: value for key, value in counter.items() if value}


@pytest.mark.capability("MON5")
@given(rows=ownerships(), parts=st.lists(lines, max_size=3), sign=st.sampled_from([1, -1]))
@settings(deadline=None, max_examples=80)
def test_lines_count_for_whoever_claims_them_on_their_day(
    rows: list[Any], parts: list[list[Line]], sign: int
) -> None:
    walking, again = walk(rows), walk(rows)
    wanted: tuple[Counter[Any], Counter[Any]] = Counter(), Counter()
    for part in parts:
        claimed = walking.add(table(part), sign=sign)
        stored = walking.stored(claimed)
        codes = (stored[name].to_pylist() for name in stored.column_names)
        assert list(zip(*codes, strict=True)) == [holder(rows, line) for line in part]
        again.add_stored(table(part), stored, sign=sign)
        for total, own in zip(wanted, slowly(rows, part, sign), strict=True):
            total.update(own)

    assert held(told(walking.by_month())) == held(wanted[0])
    assert held(told(walking.by_day())) == held(wanted[1])
    assert again.by_month().equals(walking.by_month())
    assert again.by_day().equals(walking.by_day())


def test_texts_as_dictionaries_in_several_pieces_are_the_same_lines() -> None:
    rows = [("C1", None, None, "T1", "E1"), ("P:杭州", None, None, "T2", None)]
    found = table(
        [(START, code, "A", "k1", place, 3, 4) for code in ("C1", "C2", None) for place in (None, "杭州")]
    )
    pieces = pa.concat_tables([found.slice(0, 2), found.slice(2)])
    for name in ("customer_code", "product_code", "channel_code", "place_code"):
        pieces = pieces.set_column(
            pieces.schema.get_field_index(name), name, pieces[name].dictionary_encode()
        )

    plain, coded = walk(rows), walk(rows)
    plain.add(found, sign=1)
    coded.add(pieces, sign=1)

    assert coded.by_month().equals(plain.by_month())


def test_more_keys_than_there_was_room_for_are_all_kept() -> None:
    walking = walk([])
    found = table([(START + timedelta(number), None, None, None, None, 1, 1) for number in range(20_000)])
    walking.add(found, sign=1)
    walking.add(found, sign=1)

    by_day = walking.by_day()

    assert by_day.num_rows == 20_000
    assert set(by_day["amount_fen"].to_pylist()) == {2}
    assert sum(walking.by_month()["line_count"].to_pylist()) == 40_000


def test_two_claims_of_a_key_on_one_day_are_refused_with_the_key() -> None:
    twice = frame([("C1", None, date(2026, 2, 1), "T1", None), ("C1", date(2026, 1, 31), None, "T2", None)])

    with pytest.raises(OwnershipOverlap, match="C1"):
        claims(twice, NAMES)


def test_sums_past_64_bits_are_an_error_and_never_a_wrong_number() -> None:
    walking = walk([])

    with pytest.raises(OverflowError):
        walking.add(table([(START, "C1", None, None, None, 2**61, 0)] * 3), sign=1)


def test_every_day_is_in_its_month() -> None:
    first = np.datetime64("0001-01-01")
    numbers = np.concatenate(
        [np.arange(-719_162, -719_162 + 800), np.arange(-30_000, 60_000), np.arange(2_900_000, 2_932_896)]
    )
    wanted = (np.datetime64("1970-01-01") + numbers).astype("datetime64[M]").astype(int) + 1970 * 12

    assert first + (numbers[0] + 719_162) == first
    assert [steps.month_of(int(number)) for number in numbers] == wanted.tolist()


@given(st.lists(st.lists(st.none() | st.text(max_size=6))))
@settings(deadline=None)
def test_a_text_keeps_its_number(parts: list[list[str | None]]) -> None:
    numbers, known = TextNumbers(), dict[str, int]()
    for part in parts:
        spots = numbers.put(pa.array(part, pa.string())).tolist()
        for text, spot in zip(part, spots, strict=True):
            assert spot == (-1 if text is None else known.setdefault(text, len(known)))

    assert numbers.count == len(known)
    asked = pa.array([*known, None, "nie gesehen"], pa.string())
    assert numbers.find(asked).tolist() == [*known.values(), -1, -1]
