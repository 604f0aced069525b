"""The import of a travel matrix: from, to, minutes. The same again changes nothing; pairs not in the file stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.territories.models import TravelTime
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports.kinds import (
    Column,
    Context,
    Findings,
    ImportKind,
    Parsed,
    Receipt,
    RowError,
    Written,
    register,
)

MODEL = TravelTime._meta.label_lower
MOST_MINUTES = 6_000
COLUMNS = (
    Column("origin", gettext_lazy("起点"), ("起点编码", "从", "From", "Origin"), required=True),
    Column("target", gettext_lazy("终点"), ("终点编码", "到", "To", "Target"), required=True),
    Column("minutes", gettext_lazy("分钟"), ("路程分钟", "时间", "Minutes"), "integer", required=True),
)


@dataclass(frozen=True)
class Given:
    """One pair of the file."""

    origin: int
    target: int
    minutes: int
    line: int


def check(parsed: Parsed, context: Context) -> Findings:
    """What would be new, changed and unchanged; unknown units, odd minutes and contradictions by row."""
    errors, given = read(parsed, context)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    stored = known(given)
    for one in given:
        row = stored.get((one.origin, one.target))
        counts["created" if row is None else "unchanged" if row.minutes == one.minutes else "changed"] += 1
    return Findings(tuple(errors), preview={**counts, "changes": []})


def read(parsed: Parsed, context: Context) -> tuple[list[RowError], list[Given]]:
    """The pairs with their units, and what is wrong, row by row."""
    if context.scope is not None and not context.scope.is_everything:
        message = _("路程时间是全公司共用的，只有负责全公司的人可以导入。")
        return [RowError(None, None, "company_wide", None, message)], []
    rows = parsed.table.select(["origin", "target", "minutes"]).to_pylist()
    codes = {row[side] for row in rows for side in ("origin", "target") if row[side]}
    units = dict(BasicUnit.objects.filter(code__in=codes).values_list("code", "pk"))
    errors: list[RowError] = []
    given: dict[tuple[int, int], Given] = {}
    for index, row in enumerate(rows):
        fault = fault_of(row, units)
        if fault is not None:
            errors.append(parsed.error(index, *fault))
            continue
        one = Given(units[row["origin"]], units[row["target"]], int(row["minutes"]), int(parsed.rows[index]))
        other = given.setdefault((one.origin, one.target), one)
        if other.minutes != one.minutes:
            text = _("与第 {line} 行矛盾：同一段路写了两个时间。").format(line=other.line)
            errors.append(parsed.error(index, "minutes", "contradiction", text))
    return errors, sorted(given.values(), key=lambda one: one.line)


def fault_of(row: dict[str, object], units: dict[str, int]) -> tuple[str, str, str] | None:
    """Column, code and message of the first thing wrong with a row."""
    for side in ("origin", "target"):
        if row[side] not in units:
            return side, "unknown_unit", _("没有这个编码的单元，请写区县的编码。")
    minutes = row["minutes"]
    if not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES:
        text = _("应为 0 到 {most} 之间的整数分钟。").format(most=MOST_MINUTES)
        return "minutes", "odd_minutes", text
    return None


def known(given: Sequence[Given]) -> dict[tuple[int, int], TravelTime]:
    """What is stored from the origins of the file."""
    rows = TravelTime.objects.filter(origin__in={one.origin for one in given})
    return {(row.origin_id, row.target_id): row for row in rows}


@transaction.atomic
def commit(parsed: Parsed, context: Context) -> Receipt:
    """Write the pairs; the receipt knows what each replaced."""
    errors, given = read(parsed, context)
    if errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=errors[0].message)
    counts, stored = {"created": 0, "changed": 0, "unchanged": 0}, known(given)
    new: list[tuple[TravelTime, Given]] = []
    written: list[Written] = []
    for one in given:
        row = stored.get((one.origin, one.target))
        if row is None:
            new.append((TravelTime(origin_id=one.origin, target_id=one.target, minutes=one.minutes), one))
        elif row.minutes == one.minutes:
            counts["unchanged"] += 1
        else:
            before = {"minutes": str(row.minutes)}
            row.minutes, row.version = one.minutes, row.version + 1
            row.save()
            written.append(Written(MODEL, row.pk, row.version, before, one.line))
            counts["changed"] += 1
    made = TravelTime.objects.bulk_create([row for row, _one in new], batch_size=1000)
    written += [
        Written(MODEL, row.pk, row.version, None, one.line)
        for row, (_row, one) in zip(made, new, strict=True)
    ]
    counts["created"] = len(new)
    if written:
        label = _("路程时间：{count} 段").format(count=len(written))
        subject = TravelTime(pk=written[0].key)
        audit.record(
            actor=context.actor, verb="import", subject=subject, label=label, detail=counts, at=context.at
        )
    return Receipt(len(parsed.rows), counts, written=tuple(written))


@transaction.atomic
def take_back(written: Sequence[Written], context: Context) -> Receipt:
    """Restore the earlier minutes and remove the new pairs, if no later import changed them."""
    del context
    rows = TravelTime.objects.in_bulk([one.key for one in written])
    touched = [one for one in written if one.key not in rows or rows[one.key].version != one.version]
    if touched:
        lines = "、".join(str(one.line) for one in touched[:20])
        raise Refusal(
            "cannot_take_back", "不能撤销，没有改动任何数据：第 {lines} 行之后又被改过。", lines=lines
        )
    for one in written:
        row = rows[one.key]
        if one.before is None:
            row.delete()
            continue
        row.minutes, row.version = int(one.before["minutes"]), row.version + 1
        row.save()
    return Receipt(len({one.line for one in written}))


TRAVEL_TIMES = register(
    ImportKind(
        id="travel_time",
        label=gettext_lazy("路程时间"),
        resource="territory",
        columns=COLUMNS,
        check=check,
        commit=commit,
        take_back=take_back,
        command="travel-times",
    )
)
