"""The import of county facts: wide (a column for each indicator) or long (indicator and value in two columns).

A fact is known by unit, indicator and day; the same again changes nothing, a blank cell leaves what is there.
Every fact names its source and its day. Units are recognised by code or by the names of their place.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.market.choices import BUILT_IN, Known, ValueKind
from quyu.apps.market.selectors import indicators
from quyu.apps.market.services.reading import PLACE, Given, read
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import listed
from quyu.platform.geography.models import MarketFigure
from quyu.platform.imports.kinds import (
    Column,
    ColumnType,
    Context,
    Findings,
    ImportKind,
    Parsed,
    Receipt,
    Written,
    register,
)

MODEL = MarketFigure._meta.label_lower
TYPES: dict[ValueKind, ColumnType] = {ValueKind.MONEY: "amount", ValueKind.RATE: "rate"}
FIXED = (
    Column("unit_code", gettext_lazy("单元编码"), ("行政区划代码", "区划代码", "区县编码", "编码", "Unit Code", "Code")),
    Column("province", gettext_lazy("省"), ("省份", "Province")),
    Column("city", gettext_lazy("市"), ("城市", "地市", "City")),
    Column("county", gettext_lazy("区县"), ("县", "县区", "County", "District")),
    Column("as_of", gettext_lazy("数据日期"), ("日期", "截止日期", "As Of"), "date", required=True),
    Column("source", gettext_lazy("来源"), ("数据来源", "Source"), required=True),
)  # fmt: skip
LONG = (
    Column("indicator", gettext_lazy("指标"), ("指标名称", "指标编码", "Indicator")),
    Column("value", gettext_lazy("数值"), ("指标值", "数据", "Value"), "decimal"),
    Column("unit_word", gettext_lazy("计量单位"), ("单位", "Unit")),
)


def other_words() -> set[str]:
    """What a header may say of place, day and source: no indicator can be called so."""
    return {word.casefold() for column in (*FIXED, *LONG) for word in column.words}


def column_of(one: Known) -> Column:
    """The column of an indicator in a wide sheet."""
    kind = TYPES.get(ValueKind(one.kind), "quantity")
    return Column(one.code, one.label, (*one.words, one.code), kind)


def completed(kind: ImportKind) -> ImportKind:
    """The kind with a column for every indicator there is now."""
    known = indicators()
    groups = (("unit_code", *PLACE), (*(one.code for one in known), "indicator"))
    return replace(kind, columns=(*FIXED, *map(column_of, known), *LONG), alternatives=groups)


def check(parsed: Parsed, context: Context) -> Findings:
    """What would be new, changed and unchanged; unknown units, days to come and contradictions by row."""
    errors, given = read(parsed, context)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for one, stored in _beside_stored(given):
        same = stored is not None and (stored.value, stored.source) == (one.value, one.source)
        counts["created" if stored is None else "unchanged" if same else "changed"] += 1
    return Findings(tuple(errors), preview={**counts, "changes": []})


@transaction.atomic
def commit(parsed: Parsed, context: Context) -> Receipt:
    """Write the facts; the receipt knows what each replaced."""
    errors, given = read(parsed, context)
    if errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=errors[0].message)
    written, counts = [], {"created": 0, "changed": 0, "unchanged": 0}
    new: list[tuple[MarketFigure, int]] = []
    for one, stored in _beside_stored(given):
        if stored is not None and (stored.value, stored.source) == (one.value, one.source):
            counts["unchanged"] += 1
            continue
        before = {"value": str(stored.value), "source": stored.source} if stored else None
        row = stored or MarketFigure(unit=one.unit, measure=one.measure, as_of=one.as_of, version=0)
        row.value, row.source, row.version = one.value, one.source, row.version + 1
        row.recorded_by, row.recorded_at = context.actor, context.at
        counts["created" if before is None else "changed"] += 1
        if before is None:
            new.append((row, one.line))
            continue
        row.save()
        written.append(Written(MODEL, row.pk, row.version, before, one.line))
    MarketFigure.objects.bulk_create([row for row, _line in new], batch_size=1000)
    written += [Written(MODEL, row.pk, row.version, None, line) for row, line in new]
    if written:
        label = _("市场数据：{count} 项").format(count=len(written))
        subject = MarketFigure(pk=written[0].key)
        audit.record(
            actor=context.actor, verb="import", subject=subject, label=label, detail=counts, at=context.at
        )
    return Receipt(len(parsed.rows), counts, written=tuple(written))


def take_back(written: Sequence[Written], context: Context) -> Receipt:
    """Restore the earlier values and remove the new ones, if nobody changed them since."""
    rows = MarketFigure.objects.select_related("unit").in_bulk([one.key for one in written])
    touched = [one for one in written if one.key not in rows or rows[one.key].version != one.version]
    if touched:
        lines = listed([str(one.line) for one in touched[:20]])
        raise Refusal(
            "cannot_take_back", "不能撤销，没有改动任何数据：第 {lines} 行之后又被改过。", lines=lines
        )
    for one in reversed(written):
        row = rows[one.key]
        if one.before is None:
            row.delete()
            continue
        row.value, row.source, row.version = int(one.before["value"]), one.before["source"], row.version + 1
        row.recorded_by, row.recorded_at = context.actor, context.at
        row.save()
    return Receipt(len({one.line for one in written}))


def _beside_stored(given: list[Given]) -> list[tuple[Given, MarketFigure | None]]:
    """Each fact with the one that is stored for its unit, indicator and day."""
    days = {one.as_of for one in given}
    stored = {
        (row.unit_id, row.measure, row.as_of): row for row in MarketFigure.objects.filter(as_of__in=days)
    }
    return [(one, stored.get((one.unit.pk, one.measure, one.as_of))) for one in given]


MARKET_FACTS = register(
    ImportKind(
        id="market_figure",
        label=gettext_lazy("市场数据"),
        resource="market",
        columns=(*FIXED, *map(column_of, BUILT_IN), *LONG),
        check=check,
        commit=commit,
        alternatives=(("unit_code", *PLACE), (*(one.code for one in BUILT_IN), "indicator")),
        take_back=take_back,
        command="market-figures",
        complete=completed,
    )
)
