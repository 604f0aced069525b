"""From the rows of a file to facts about units; what is wrong is told by row and column."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from quyu.apps.market.choices import Known, ValueKind
from quyu.apps.market.selectors import indicators
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports.kinds import Context, Parsed, RowError

PLACE = ("province", "city", "county")
MILLIONTH = 1_000_000
TIMES = {"万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}  # fmt: skip
KEPT = {ValueKind.MONEY: 100, ValueKind.RATE: 100}
SIGNED = (ValueKind.RATE, ValueKind.INDEX)
MOST = 2**63


@dataclass(frozen=True)
class Given:
    """One fact of the file with the row it stands in."""

    unit: BasicUnit
    measure: str
    as_of: date
    value: int
    source: str
    line: int


def read(parsed: Parsed, context: Context) -> tuple[list[RowError], list[Given]]:
    """Every fact of the file, and what is wrong with its rows."""
    records, known = parsed.table.to_pylist(), indicators()
    by_word = {word: one for one in known for word in words_of(one)}
    errors: list[RowError] = []
    given: dict[tuple[int, str, date], Given] = {}
    for index, (record, unit) in enumerate(zip(records, units(records), strict=True)):
        faults = [*row_faults(parsed, index, record, unit, by_word, context)]
        errors += faults
        if faults or unit is None:
            continue
        for column, one, value in values(record, known, by_word):
            fact = Given(unit, one.code, record["as_of"], value, record["source"], int(parsed.rows[index]))
            if fault := value_fault(one, value):
                errors.append(parsed.error(index, column, "bad_value", fault))
                continue
            key = (unit.pk, fact.measure, fact.as_of)
            if key in given and given[key].value != fact.value:
                message = _("与第 {row} 行的同一单元同一日期不一致。").format(row=given[key].line)
                errors.append(parsed.error(index, column, "duplicate_line", message))
            given.setdefault(key, fact)
    return errors, list(given.values())


def row_faults(
    parsed: Parsed,
    index: int,
    record: dict[str, Any],
    unit: BasicUnit | None,
    by_word: dict[str, Known],
    context: Context,
) -> Iterator[RowError]:
    """What is wrong with a row whatever its values."""
    if unit is None:
        place = next((n for n in ("unit_code", *PLACE) if record.get(n)), "unit_code")
        message = _("找不到这个单元，或几处同名；请写区划代码，或全省、市、区县。")
        yield parsed.error(index, place, "unknown_region", message)
    if record["as_of"] > context.today:
        yield parsed.error(index, "as_of", "future_date", _("数据日期在将来。"))
    name = record.get("indicator")
    if name and word_key(name) not in by_word:
        message = _("没有这个指标；请先在“市场数据”页的“指标”里增加，或改用已有名称。")
        yield parsed.error(index, "indicator", "unknown_indicator", message)
    if record.get("value") is not None and not name:
        yield parsed.error(index, "value", "no_indicator", _("有数值而没有指标名称。"))


def values(
    record: dict[str, Any], known: tuple[Known, ...], by_word: dict[str, Known]
) -> Iterator[tuple[str, Known, int]]:
    """Column, indicator and kept value of everything a row says."""
    for one in known:
        if record.get(one.code) is not None:
            yield one.code, one, int(record[one.code])
    if record.get("indicator") and record.get("value") is not None:
        one = by_word[word_key(record["indicator"])]
        said = Decimal(record["value"]) / MILLIONTH * times(record.get("unit_word") or "")
        kept = said * KEPT.get(ValueKind(one.kind), 1000)
        yield "value", one, int(kept.quantize(Decimal(1), ROUND_HALF_UP))


def value_fault(one: Known, value: int) -> str:
    """Why a value cannot be, in words; empty when it can."""
    if value < 0 and one.kind not in SIGNED:
        return _("{name}不能是负数。").format(name=one.label)
    return _("数值太大。") if abs(value) >= MOST else ""


def times(unit_word: str) -> int:
    """What a unit multiplies by: 万人 by 10,000, 亿元 by 100,000,000, 个 by 1."""
    return next((factor for word, factor in TIMES.items() if unit_word.strip().startswith(word)), 1)


def words_of(one: Known) -> tuple[str, ...]:
    """What a long sheet may call an indicator."""
    return tuple(word_key(str(word)) for word in (one.label, *one.words, one.code))


def word_key(text: str) -> str:
    return text.strip().casefold()


def units(records: list[dict[str, Any]]) -> list[BasicUnit | None]:
    """The unit of each record: by code, else by the names of its place."""
    places = [tuple(record.get(name) for name in PLACE) for record in records]
    named = geography.place_many([(province, city, county, None) for province, city, county in places])
    codes = [record.get("unit_code") or found for record, found in zip(records, named, strict=True)]
    known = BasicUnit.objects.in_bulk({code for code in codes if code}, field_name="code")
    return [known.get(code or "") for code in codes]
