"""What can be wrong with an order line that reads well: unknown names, wrong sums, closed months, scope.

Every check looks at whole columns and turns the few rows it finds into errors of the file.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.apps.customers.models import Customer
from quyu.apps.performance import resolution
from quyu.apps.performance.derive import LABELS
from quyu.apps.performance.duplicates import Lines, already_recorded, number_lines
from quyu.apps.performance.resolution import Resolution
from quyu.apps.performance.salespeople import AMBIGUOUS, INACTIVE, UNKNOWN, Salespeople, salespeople
from quyu.kernel.money import format_yuan
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.facts import closing
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINES, FactKind
from quyu.platform.fields.values import spoken
from quyu.platform.imports.kinds import Context, Parsed, Question, RowError
from quyu.platform.imports.questions import which_person
from quyu.platform.people.models import Assignment, OrgUnit, Person
from quyu.platform.people.scope import everything

SUGGESTIONS_FROM = 0.6
SUGGESTED = 20
"""Unknown texts for which a similar known one is looked for."""
CANDIDATES = 20_000
NOTHING_NEW = frozenset({"nothing"})
"""What a kind allows to be created that never brings master data, not even the first."""


@dataclass(frozen=True)
class Resolved:
    """All references of a file."""

    customers: Resolution
    products: Resolution
    channels: Resolution
    regions: Resolution
    people: Salespeople
    lines: Lines
    last_batch: int
    """Duplicates have been looked for up to this batch."""


def resolve(parsed: Parsed, answers: Mapping[str, str]) -> Resolved:
    """Look everything up, once per set of rows."""
    known = parsed.memory.get("resolved")
    if not isinstance(known, Resolved):
        known = parsed.memory["resolved"] = _resolve(parsed, answers)
    return known


def _resolve(parsed: Parsed, answers: Mapping[str, str]) -> Resolved:
    """A kind without products counts its lines within the document."""
    last = Batch.objects.order_by("-pk").values_list("pk", flat=True).first()
    products = resolution.products(parsed.table)
    return Resolved(
        customers=resolution.customers(parsed.table),
        products=products,
        channels=resolution.channels(parsed.table),
        regions=resolution.regions(parsed.table),
        people=salespeople(parsed.table, answers),
        lines=number_lines(parsed, products.column() if len(products.codes) else _one_each(parsed)),
        last_batch=last or 0,
    )


def _one_each(parsed: Parsed) -> pa.Array:
    return pa.array(["1"] * parsed.table.num_rows, pa.string())


def errors_of(
    parsed: Parsed, resolved: Resolved, context: Context, *, source: str, kind: FactKind = ORDER_LINES
) -> Iterator[RowError]:
    """Every error of every row, check by check."""
    yield from _references(parsed, resolved, context)
    yield from _people(parsed, resolved.people, context)
    yield from _dates(parsed, context)
    yield from _repeats(parsed, resolved.lines, context, source, kind)


def may_create(kind: str, exists: bool, context: Context) -> bool:
    """New master data are made when the person allowed it, or when there is none of that kind yet."""
    return kind in context.create or (not exists and context.create != NOTHING_NEW)


def _references(parsed: Parsed, resolved: Resolved, context: Context) -> Iterator[RowError]:
    for kind, code, found, known in (
        ("customers", "unknown_customer", resolved.customers, _("没有这个客户")),
        ("products", "unknown_product", resolved.products, _("没有这个产品")),
        ("channels", "unknown_channel", resolved.channels, _("没有这个渠道")),
        ("regions", "unknown_region", resolved.regions, _("没有这个区域")),
    ):
        column = next((name for name in resolution.SOURCES[kind] if name in parsed.table.column_names), "")
        for row, other in found.contradicting:
            message = _("编码是“{code}”，名称却是“{other}”的，请核对。")
            named = message.format(code=found.codes[int(found.texts.indices[row])], other=other)
            yield parsed.error(row, column, code, named)
        if may_create(kind, found.exists, context) or not found.unknown:
            continue
        hints = _hints(found, kind, context)
        unknown = np.isin(found.texts.indices, np.array(found.unknown))
        messages = {text: f"{known}：“{text}”。{hint}" for text, hint in hints.items()}
        for index in np.flatnonzero(unknown):
            text = found.texts.values[int(found.texts.indices[index])]
            yield parsed.error(int(index), column, code, messages[text])


def _hints(found: Resolution, kind: str, context: Context) -> dict[str, str]:
    """For an unknown text, the known one within sight it most resembles."""
    known = _within_sight(kind, context)
    hints: dict[str, str] = {}
    for index in found.unknown:
        text = found.texts.values[index]
        alike = [name for name in known if set(name) & set(text)] if len(hints) < SUGGESTED else []
        close = difflib.get_close_matches(text, alike, n=1, cutoff=SUGGESTIONS_FROM)
        advice = _("是不是“{name}”？").format(name=close[0]) if close else ""
        allowed = _("也可以允许新建（{kind}）。").format(kind=LABELS[kind])
        hints[text] = advice + ("" if context.create == NOTHING_NEW else allowed)
    return hints


def _within_sight(kind: str, context: Context) -> list[str]:
    """Codes and names the importer may see, to suggest one of them."""
    scope = context.scope or everything()
    rows: dict[str, models.QuerySet[Any]] = {
        "customers": Customer.objects.visible_to(scope, context.today),
        "products": Product.objects.all(),
        "channels": Channel.objects.all(),
        "regions": OrgUnit.objects.visible_to(scope, context.today),
    }
    pairs = rows[kind].values_list("code", "name")[:CANDIDATES]
    return sorted({text for pair in pairs for text in (*pair, " ".join(pair))})


def _people(parsed: Parsed, people: Salespeople, context: Context) -> Iterator[RowError]:
    reasons = {
        AMBIGUOUS: ("ambiguous_person", _("有不止一位同名的业务员，请写工号。")),
        INACTIVE: ("person_not_active", _("这位业务员在订单日期不在职。")),
    }
    if not may_create("people", people.exists, context):
        allowed = _("没有这位业务员；也可以允许新建（{kind}）。").format(kind=LABELS["people"])
        unknown = _("没有这位业务员。") if context.create == NOTHING_NEW else allowed
        reasons[UNKNOWN] = ("unknown_person", unknown)
    for outcome, (code, message) in reasons.items():
        for index in np.flatnonzero(people.outcome == outcome):
            yield parsed.error(int(index), "salesperson_code", code, message)


def _dates(parsed: Parsed, context: Context) -> Iterator[RowError]:
    ordered_on = parsed.table["ordered_on"].combine_chunks()
    for index in _where(pc.greater(ordered_on, pa.scalar(context.today, pa.date32()))):
        yield parsed.error(
            index,
            "ordered_on",
            "future_date",
            _("日期在将来（今天是 {today}）。").format(today=context.today),
        )
    yield from in_closed_months(parsed)


def in_closed_months(parsed: Parsed) -> Iterator[RowError]:
    """Rows of months that are closed now; a commit looks again, for a month may be closed meanwhile."""
    told: set[int] = set()
    for name in ("ordered_on", *ORDER_LINES.also_dated):
        days = parsed.table[name] if name in parsed.table.column_names else pa.chunked_array([], pa.date32())
        for index, month in closing.in_closed_months(days):
            refusal = closing.MonthClosed(month)
            if index not in told:
                yield parsed.error(index, name, refusal.code, spoken(refusal))
            told.add(index)


def closed_notices(parsed: Parsed) -> Iterator[str]:
    """How many lines lie in each closed month, what they come to, and what to do."""
    amounts = pc.fill_null(parsed.table["amount_fen"], 0).to_numpy()
    sums: dict[date, list[int]] = {}
    for index, row in closing.in_closed_months(parsed.table["ordered_on"]):
        told = sums.setdefault(row.month, [0, 0])
        told[0] += 1
        told[1] += int(amounts[index])
    for month, (count, fen) in sorted(sums.items()):
        text = _(
            "{month} 已关账：有 {count} 行、{yuan} 元属于这个月，不会写入。要补录，请在“基础 › 关账”申请重开该月。"
        )
        yield text.format(month=f"{month:%Y-%m}", count=count, yuan=format_yuan(fen))


def _where(mask: pa.Array) -> list[int]:
    return [int(index) for index in np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))]


def questions_of(parsed: Parsed, people: Salespeople, context: Context) -> tuple[Question, ...]:
    """Which of several people of one name is meant, among those the importer may see."""
    texts = {
        people.texts.values[int(people.texts.indices[index])]
        for index in np.flatnonzero(people.outcome == AMBIGUOUS)
    }
    if not texts:
        return ()
    codes = {code for text in texts for code in people.namesakes[text]}
    rows = Person.objects.visible_to(context.scope or everything(), context.today).filter(code__in=codes)
    seats = (
        Assignment.objects.filter(person__in=rows).order_by("valid_from").select_related("position__org_unit")
    )
    places = {seat.person_id: str(seat.position.org_unit) for seat in seats}
    labels = {
        row.code: " ".join(filter(None, (row.code, row.name, places.get(row.pk), _employed(row))))
        for row in rows
    }
    header = parsed.headers["salesperson_code"]
    return tuple(
        which_person(
            text, header, [(code, labels[code]) for code in people.namesakes[text] if code in labels]
        )
        for text in sorted(texts)
        if any(code in labels for code in people.namesakes[text])
    )


def _employed(person: Person) -> str:
    """From when until when somebody works here: what tells two people of one name apart."""
    if person.joined_on is None and person.left_on is None:
        return ""
    return f"{person.joined_on or ''} — {person.left_on or _('至今')}"


def _repeats(
    parsed: Parsed, lines: Lines, context: Context, source: str, kind: FactKind
) -> Iterator[RowError]:
    for index, earlier in lines.repeats:
        message = _("与第 {row} 行重复。").format(row=int(parsed.rows[earlier]))
        yield parsed.error(index, "order_no", "duplicate_line", message)
    again = {index for index, _earlier in lines.repeats}
    yield from recorded_meanwhile(parsed, lines, context, source=source, after=0, known=again, kind=kind)


def recorded_meanwhile(
    parsed: Parsed,
    lines: Lines,
    context: Context,
    *,
    source: str,
    after: int,
    known: Collection[int] = (),
    kind: FactKind = ORDER_LINES,
) -> Iterator[RowError]:
    """Rows that are in a batch later than `after`; a commit looks again under the lock of the rollups.

    The file they came in is named to those who see everything, and to who brought it.
    """
    for index, batch in already_recorded(lines, source=source, after=after, kind=kind).items():
        if index in known:
            continue
        is_mine = context.actor is not None and batch.created_by_id == context.actor.pk
        if is_mine or context.scope is None or context.scope.is_everything:
            message = _("这一行已在 {day:%Y-%m-%d} 从文件“{file}”导入过。")
        else:
            message = _("这一行已在 {day:%Y-%m-%d} 导入过。")
        text = message.format(day=localtime(batch.created_at), file=batch.file_name)
        yield parsed.error(index, "order_no", "duplicate_line", text)


def sums_by(labels: Sequence[str], indices: NDArray[np.int64], amounts: NDArray[np.int64]) -> dict[str, int]:
    """Exact totals per label; rows without a label (-1) are left out."""
    totals = np.zeros(len(labels) + 1, dtype=np.int64)
    np.add.at(totals, indices, amounts)
    return {label: int(total) for label, total in zip(labels, totals[:-1], strict=True)}
