"""The import of published lists of code changes. A line is known by old code, new code and day; the same again changes
nothing, a line that was applied is never changed. What is contradictory is told by row, together with what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import listed, spoken
from quyu.platform.geography.choices import CodeChangeKind
from quyu.platform.geography.codes.judging import faults, ground_today
from quyu.platform.geography.codes.lines import WHOLE, Line, line_of
from quyu.platform.geography.models import CodeChange
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

MODEL = CodeChange._meta.label_lower
KINDS = {
    "更名或换码": "renamed", "更名": "renamed", "换码": "renamed", "代码变更": "renamed", "Renamed": "renamed", "Recoded": "renamed",
    "撤县设市、设区": "upgraded", "撤县设市": "upgraded", "撤县设区": "upgraded", "撤市设区": "upgraded", "升格": "upgraded",
    "Upgraded": "upgraded", "合并": "merged", "并入": "merged", "Merged": "merged", "拆分": "split", "析置": "split", "Split": "split",
}  # fmt: skip
COLUMNS = (
    Column("old_code", gettext_lazy("原编码"), ("原代码", "原区划代码", "变更前代码", "Old Code"), required=True),
    Column("new_code", gettext_lazy("新编码"), ("新代码", "新区划代码", "变更后代码", "New Code"), required=True),
    Column("kind", gettext_lazy("变更类型"), ("类型", "变更方式", "Kind"), "choice", required=True, choices=KINDS),
    Column("effective_on", gettext_lazy("变更日期"), ("日期", "生效日期", "批准日期", "Date"), "date", required=True),
    Column("share", gettext_lazy("份额"), ("占比", "比例", "Share"), "rate"),
    Column("new_name", gettext_lazy("新名称"), ("变更后名称", "New Name")),
    Column("new_parent", gettext_lazy("新上级编码"), ("上级编码", "上级代码", "Parent Code")),
    Column("source", gettext_lazy("来源"), ("数据来源", "文号", "Source"), required=True),
)  # fmt: skip


LONGEST = {"old_code": 40, "new_code": 40, "new_name": 80, "new_parent": 40, "source": 200}
Key = tuple[str, str, date]


@dataclass(frozen=True)
class Given:
    """A line of the file, what is said of its source, and its row."""

    line: Line
    source: str
    row: int


def read(parsed: Parsed, context: Context) -> tuple[list[RowError], list[Given], dict[Key, CodeChange]]:
    """What is wrong, the lines of the file, and the rows that are kept, by key."""
    if context.scope is not None and not context.scope.is_everything:
        message = _("区划代码是全公司共用的，只有负责全公司的人可以导入。")
        return [RowError(None, None, "company_wide", None, message)], [], {}
    stored = {line_of(row).key: row for row in CodeChange.objects.all()}
    errors: list[RowError] = []
    given: dict[Key, tuple[int, Given]] = {}
    for index, record in enumerate(parsed.table.to_pylist()):
        if long := next((n for n, most in LONGEST.items() if len(record.get(n) or "") > most), None):
            text = _("最多 {most} 个字。").format(most=LONGEST[long])
            errors.append(parsed.error(index, long, "too_long", text))
            continue
        line = Line(
            record["old_code"], record["new_code"], record["kind"], record["effective_on"],
            WHOLE if record.get("share") is None else record["share"],
            record.get("new_name") or "", record.get("new_parent") or "",
        )  # fmt: skip
        one = Given(line, record["source"], int(parsed.rows[index]))
        kept, before = stored.get(line.key), given.get(line.key)
        if before is not None:
            if before[1].line != line:
                text = _("与第 {row} 行是同一变更，写的却不一样。").format(row=before[1].row)
                errors.append(parsed.error(index, "new_code", "duplicate_line", text))
            continue
        if kept is not None and kept.applied_on is not None and line_of(kept) != line:
            text = _("这项变更已在 {day} 执行，不能再改。").format(day=kept.applied_on)
            errors.append(parsed.error(index, "new_code", "applied_already", text))
            continue
        given[line.key] = (index, one)
    errors += contradictions(parsed, given, stored)
    return errors, [one for _index, one in given.values()], stored


def contradictions(
    parsed: Parsed, given: dict[Key, tuple[int, Given]], stored: dict[Key, CodeChange]
) -> list[RowError]:
    """What is wrong with the waiting lines when those of the file join them; lines kept before are told of nowhere."""
    waiting = {key: line_of(row) for key, row in stored.items() if row.applied_on is None}
    waiting |= {key: one.line for key, (_index, one) in given.items()}
    done = {key for key, row in stored.items() if row.applied_on is not None}
    found = faults([line for key, line in waiting.items() if key not in done], ground_today())
    rows = {key: index for key, (index, _one) in given.items()}
    return [
        parsed.error(rows[fault.line.key], fault.column, fault.refusal.code, spoken(fault.refusal))
        for fault in found
        if fault.line.key in rows
    ]


def check(parsed: Parsed, context: Context) -> Findings:
    """What would be new, changed and unchanged, and what is contradictory."""
    errors, given, stored = read(parsed, context)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for one in given:
        row = stored.get(one.line.key)
        counts["created" if row is None else "unchanged" if is_same(row, one) else "changed"] += 1
    return Findings(tuple(errors), preview={**counts, "changes": []})


def is_same(row: CodeChange, one: Given) -> bool:
    return (line_of(row), row.source) == (one.line, one.source)


@transaction.atomic
def commit(parsed: Parsed, context: Context) -> Receipt:
    """Write the lines; they wait until somebody lets the site follow them."""
    errors, given, stored = read(parsed, context)
    if errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=errors[0].message)
    counts, written = {"created": 0, "changed": 0, "unchanged": 0}, []
    for one in given:
        row = stored.get(one.line.key)
        if row is not None and (is_same(row, one) or row.applied_on is not None):
            counts["unchanged"] += 1
            continue
        before = told(row) if row is not None else None
        row = row or CodeChange(
            old_code=one.line.old, new_code=one.line.new, effective_on=one.line.on, version=0
        )
        row.kind, row.share_bp, row.source = one.line.kind, one.line.share, one.source
        row.new_name, row.new_parent = one.line.name, one.line.parent
        row.recorded_by, row.recorded_at, row.version = context.actor, context.at, row.version + 1
        row.save()
        counts["created" if before is None else "changed"] += 1
        written.append(Written(MODEL, row.pk, row.version, before, one.row))
    if written:
        label = _("区划代码变更：{count} 行").format(count=len(written))
        subject = CodeChange(pk=written[0].key)
        audit.record(
            actor=context.actor, verb="import", subject=subject, label=label, detail=counts, at=context.at
        )
    return Receipt(len(parsed.rows), counts, written=tuple(written))


def told(row: CodeChange) -> dict[str, str]:
    """What a line said before, as texts."""
    return {
        "kind": row.kind, "share_bp": str(row.share_bp), "new_name": row.new_name,
        "new_parent": row.new_parent, "source": row.source,
    }  # fmt: skip


@transaction.atomic
def take_back(written: Sequence[Written], context: Context) -> Receipt:
    """Restore what the lines said and remove the new ones, unless they were applied or changed since."""
    rows = CodeChange.objects.select_for_update().in_bulk([one.key for one in written])
    touched = [
        one
        for one in written
        if one.key not in rows or rows[one.key].version != one.version or rows[one.key].applied_on is not None
    ]
    if touched:
        lines = listed([str(one.line) for one in touched[:20]])
        raise Refusal(
            "cannot_take_back",
            "不能撤销，没有改动任何数据：第 {lines} 行已经执行，或之后又被改过。",
            lines=lines,
        )
    for one in written:
        row = rows[one.key]
        if one.before is None:
            row.delete()
            continue
        row.kind, row.share_bp = CodeChangeKind(one.before["kind"]), int(one.before["share_bp"])
        row.new_name, row.new_parent = one.before["new_name"], one.before["new_parent"]
        row.source, row.version = one.before["source"], row.version + 1
        row.recorded_by, row.recorded_at = context.actor, context.at
        row.save()
    return Receipt(len({one.line for one in written}))


CODE_CHANGES = register(
    ImportKind(
        id="code_change",
        label=gettext_lazy("区划代码变更"),
        resource="territory",
        columns=COLUMNS,
        check=check,
        commit=commit,
        take_back=take_back,
        command="code-changes",
    )
)
