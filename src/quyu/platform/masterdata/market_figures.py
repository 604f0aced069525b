"""The import of market data: one row for a unit and a day, one column for each measure.

A figure is known by unit, measure and day; the same again changes nothing, a blank cell leaves what is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.choices import MarketMeasure
from quyu.platform.geography.models import BasicUnit, MarketFigure
from quyu.platform.imports.kinds import (
    Column,
    Context,
    Findings,
    ImportKind,
    Parsed,
    Receipt,
    RowError,
    Written,
)
from quyu.platform.masterdata.taking_back import CannotTakeBack

MODEL = MarketFigure._meta.label_lower
COUNTS = {MarketMeasure.POPULATION: ("人口数", "常住人口", "Population"), MarketMeasure.HOUSEHOLDS: ("家庭户数", "Households"), MarketMeasure.OUTLETS: ("终端", "门店数", "Outlets")}  # fmt: skip
MONEY = {MarketMeasure.GDP: ("GDP", "生产总值"), MarketMeasure.RETAIL: ("社零", "社零总额", "Retail Sales"), MarketMeasure.INCOME: ("可支配收入", "人均收入", "Income"), MarketMeasure.POTENTIAL: ("潜力", "市场容量", "Potential")}  # fmt: skip
PLACE = ("province", "city", "county")
COLUMNS = (
    Column("unit_code", gettext_lazy("单元编码"), ("行政区划代码", "区划代码", "区县编码", "编码", "Unit Code", "Code")),
    Column("province", gettext_lazy("省"), ("省份", "Province")),
    Column("city", gettext_lazy("市"), ("城市", "地市", "City")),
    Column("county", gettext_lazy("区县"), ("县", "县区", "County", "District")),
    Column("as_of", gettext_lazy("数据日期"), ("日期", "截止日期", "As Of"), "date", required=True),
    Column("source", gettext_lazy("来源"), ("数据来源", "Source")),
    *(Column(str(name), name.label, words, "quantity") for name, words in COUNTS.items()),
    *(Column(str(name), name.label, words, "amount") for name, words in MONEY.items()),
)  # fmt: skip
MEASURES = tuple(str(name) for name in (*COUNTS, *MONEY))


@dataclass(frozen=True)
class Given:
    """One figure of the file with the row it stands in."""

    unit: BasicUnit
    measure: str
    as_of: date
    value: int
    source: str
    line: int


def check(parsed: Parsed, context: Context) -> Findings:
    """What would be new, changed and unchanged; unknown units, days to come and contradictions by row."""
    errors, given = _read(parsed, context)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for one, stored in _beside_stored(given):
        same = stored is not None and (stored.value, one.source or stored.source) == (
            one.value,
            stored.source,
        )
        counts["created" if stored is None else "unchanged" if same else "changed"] += 1
    return Findings(tuple(errors), preview={**counts, "changes": []})


@transaction.atomic
def commit(parsed: Parsed, context: Context) -> Receipt:
    """Write the figures; the receipt knows what each replaced."""
    errors, given = _read(parsed, context)
    if errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=errors[0].message)
    written, counts = [], {"created": 0, "changed": 0, "unchanged": 0}
    for one, stored in _beside_stored(given):
        source = one.source or (stored.source if stored else "")
        if stored is not None and (stored.value, stored.source) == (one.value, source):
            counts["unchanged"] += 1
            continue
        before = {"value": str(stored.value), "source": stored.source} if stored else None
        row = stored or MarketFigure(unit=one.unit, measure=one.measure, as_of=one.as_of, version=0)
        row.value, row.source, row.version = one.value, source, row.version + 1
        row.save()
        counts["created" if before is None else "changed"] += 1
        written.append(Written(MODEL, row.pk, row.version, before, one.line))
    if written:
        label = _("市场数据：{count} 项").format(count=len(written))
        subject = MarketFigure(pk=written[0].key)
        audit.record(
            actor=context.actor, verb="import", subject=subject, label=label, detail=counts, at=context.at
        )
    return Receipt(len(parsed.rows), counts, written=tuple(written))


def take_back(written: Sequence[Written], context: Context) -> Receipt:
    """Restore the earlier values and remove the new ones, if nobody changed them since."""
    del context
    rows = MarketFigure.objects.select_related("unit").in_bulk([one.key for one in written])
    touched = [one for one in written if one.key not in rows or rows[one.key].version != one.version]
    if touched:
        text = _("第 {line} 行：之后又被改过")
        raise CannotTakeBack([text.format(line=one.line) for one in touched])
    for one in reversed(written):
        row = rows[one.key]
        if one.before is None:
            row.delete()
            continue
        row.value, row.source, row.version = int(one.before["value"]), one.before["source"], row.version + 1
        row.save()
    return Receipt(len({one.line for one in written}))


def _read(parsed: Parsed, context: Context) -> tuple[list[RowError], list[Given]]:
    """Every figure of the file, and what is wrong with its rows."""
    records = parsed.table.to_pylist()
    errors: list[RowError] = []
    given: dict[tuple[int, str, date], Given] = {}
    for index, (record, unit) in enumerate(zip(records, _units(records), strict=True)):
        if unit is None:
            name = next((n for n in ("unit_code", *PLACE) if record.get(n)), "unit_code")
            message = _("找不到这个单元，或几处同名；请写区划代码，或全省、市、区县。")
            errors.append(parsed.error(index, name, "unknown_region", message))
            continue
        if record["as_of"] > context.today:
            errors.append(parsed.error(index, "as_of", "future_date", _("数据日期在将来。")))
        for one in _figures(record, unit, int(parsed.rows[index])):
            key = (unit.pk, one.measure, one.as_of)
            if key in given and given[key].value != one.value:
                message = _("与第 {row} 行的同一单元同一日期不一致。").format(row=given[key].line)
                errors.append(parsed.error(index, one.measure, "duplicate_line", message))
            given.setdefault(key, one)
    return errors, list(given.values())


def _figures(record: dict[str, Any], unit: BasicUnit, line: int) -> Iterator[Given]:
    for measure in MEASURES:
        value = record.get(measure)
        if value is not None:
            yield Given(unit, measure, record["as_of"], int(value), record.get("source") or "", line)


def _units(records: list[dict[str, Any]]) -> list[BasicUnit | None]:
    """The unit of each record: by code, else by the names of its place."""
    places = [tuple(record.get(name) for name in PLACE) for record in records]
    named = geography.place_many([(province, city, county, None) for province, city, county in places])
    codes = [record.get("unit_code") or found for record, found in zip(records, named, strict=True)]
    known = BasicUnit.objects.in_bulk({code for code in codes if code}, field_name="code")
    return [known.get(code or "") for code in codes]


def _beside_stored(given: list[Given]) -> Iterator[tuple[Given, MarketFigure | None]]:
    """Each figure with the one that is stored for its unit, measure and day."""
    units = {one.unit.pk for one in given}
    stored = {
        (row.unit_id, row.measure, row.as_of): row for row in MarketFigure.objects.filter(unit__in=units)
    }
    for one in given:
        yield one, stored.get((one.unit.pk, one.measure, one.as_of))


MARKET_FIGURES = ImportKind(
    id="market_figure",
    label=gettext_lazy("市场数据"),
    resource="territory",
    columns=COLUMNS,
    check=check,
    commit=commit,
    alternatives=(("unit_code", *PLACE), MEASURES),
    take_back=take_back,
    command="market-figures",
)
