"""The import of what people can do: one row for a person and a day. A blank cell keeps what held before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.territories.choices import Grade
from quyu.apps.territories.models import Ability
from quyu.apps.territories.staffing.abilities import set_ability
from quyu.apps.territories.staffing.forms import AbilityForm
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
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
from quyu.platform.people.models import Person
from quyu.platform.people.scope import everything

MODEL = Ability._meta.label_lower
GRADES = {str(label): code for code, label in Grade.choices} | {code: code for code in Grade.values}
FIELDS = ("percent", "part", "grade", "skills", "products", "home")
COLUMNS = (
    Column("person", gettext_lazy("工号"), ("人员", "人员编码", "Code", "Employee"), required=True),
    Column("valid_from", gettext_lazy("生效日"), ("生效日期", "起", "From"), "date", required=True),
    Column("percent", gettext_lazy("能力（%）"), ("能力", "Ability"), "integer"),
    Column("part", gettext_lazy("工作时间（%）"), ("工作时间", "Working Time"), "integer"),
    Column("grade", gettext_lazy("梯队"), ("级别", "Grade"), "choice", choices=GRADES),
    Column("skills", gettext_lazy("技能"), ("Skills",)),
    Column("products", gettext_lazy("熟悉的产品"), ("产品", "Products")),
    Column("home", gettext_lazy("常驻地"), ("家", "住址区县", "Home")),
)


@dataclass(frozen=True)
class Given:
    """One row of the file: what would hold from its day on, and what was said for that very day (None: nothing)."""

    person: Person
    valid_from: date
    values: Mapping[str, Any]
    stored: Ability | None
    line: int

    @property
    def is_new(self) -> bool:
        return self.stored is None

    @property
    def is_same(self) -> bool:
        return self.stored is not None and all(
            getattr(self.stored, name) == value for name, value in self.values.items()
        )


def check(parsed: Parsed, context: Context) -> Findings:
    """What would be new, changed and unchanged; unknown people and odd values by row."""
    errors, given = read(parsed, context)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for one in given:
        counts["created" if one.is_new else "unchanged" if one.is_same else "changed"] += 1
    return Findings(tuple(errors), preview={**counts, "changes": []})


def read(parsed: Parsed, context: Context) -> tuple[list[RowError], list[Given]]:
    """The rows with their people, and what is wrong."""
    names = [column.name for column in COLUMNS if column.name in parsed.table.column_names]
    records = parsed.table.select(names).to_pylist()
    seen = Person.objects.visible_to(context.scope or everything(), context.today)
    people = seen.in_bulk({record["person"] for record in records}, field_name="code")
    rows = Ability.objects.filter(person__in=people.values()).select_related("home").order_by("valid_from")
    said: dict[int, list[Ability]] = {}
    for row in rows:
        said.setdefault(row.person_id, []).append(row)
    errors: list[RowError] = []
    given: list[Given] = []
    lines: dict[tuple[str, date], int] = {}
    for index, record in enumerate(records):
        person, day, line = people.get(record["person"]), record["valid_from"], int(parsed.rows[index])
        if person is None:
            text = _("没有这个工号的人员，或不在您的范围内。")
            errors.append(parsed.error(index, "person", "unknown_person", text))
            continue
        if lines.setdefault((person.code, day), line) != line:
            text = _("与第 {line} 行是同一人同一天，请只留一行。").format(line=lines[person.code, day])
            errors.append(parsed.error(index, "valid_from", "duplicate_line", text))
            continue
        own = said.get(person.pk, [])
        form = AbilityForm(texts(record, [row for row in own if row.valid_from <= day]))
        if form.is_valid():
            stored = next((row for row in own if row.valid_from == day), None)
            given.append(Given(person, day, form.values, stored, line))
        else:
            errors += faults(parsed, index, form)
    return errors, given


def texts(record: Mapping[str, Any], before: Sequence[Ability]) -> dict[str, Any]:
    """The row as the form wants it; a blank cell takes what held before, or the default."""
    holding = before[-1] if before else Ability()
    kept = {**model_to_dict(holding, FIELDS), "home": holding.home.code if holding.home else ""}
    said = {name: record[name] for name in FIELDS if record.get(name) is not None}
    return {**kept, **said, "valid_from": record["valid_from"].isoformat()}


def faults(parsed: Parsed, index: int, form: AbilityForm) -> Iterator[RowError]:
    for name, found in form.errors.as_data().items():
        for fault in found:
            yield parsed.error(index, name, str(fault.code or "invalid"), str(fault.messages[0]))


@transaction.atomic
def commit(parsed: Parsed, context: Context) -> Receipt:
    """Write the rows; the receipt knows what each replaced."""
    errors, given = read(parsed, context)
    if errors:
        raise Refusal("changed_since_preview", "预览之后数据有变化：{why}", why=errors[0].message)
    written, counts = [], {"created": 0, "changed": 0, "unchanged": 0}
    for one in given:
        if one.is_same:
            counts["unchanged"] += 1
            continue
        before = None if one.stored is None else said_before(one.stored)
        row = set_ability(
            person=one.person,
            valid_from=one.valid_from,
            values=one.values,
            expected_version=one.stored.version if one.stored else 0,
            actor=context.actor,
            at=context.at,
        )
        counts["created" if before is None else "changed"] += 1
        written.append(Written(MODEL, row.pk, row.version, before, one.line))
    return Receipt(len(parsed.rows), counts, written=tuple(written))


def said_before(row: Ability) -> dict[str, str]:
    """The fields as texts, the home by its number."""
    return {name: str(value or "") for name, value in model_to_dict(row, FIELDS).items()}


@transaction.atomic
def take_back(written: Sequence[Written], context: Context) -> Receipt:
    """Restore the earlier values and remove the new rows, if nobody changed them since."""
    rows = Ability.objects.in_bulk([one.key for one in written])
    touched = [one for one in written if one.key not in rows or rows[one.key].version != one.version]
    if touched:
        lines = "、".join(str(one.line) for one in touched[:20])
        raise Refusal(
            "cannot_take_back", "不能撤销，没有改动任何数据：第 {lines} 行之后又被改过。", lines=lines
        )
    for one in reversed(written):
        row = rows[one.key]
        if one.before is None:
            row.delete()
            continue
        for name in ("grade", "skills", "products"):
            setattr(row, name, one.before[name])
        row.percent, row.part = int(one.before["percent"]), int(one.before["part"])
        row.home_id = int(one.before["home"]) if one.before["home"] else None
        audit.save_checked(row, expected_version=one.version, actor=context.actor)
    return Receipt(len({one.line for one in written}))


ABILITIES = register(
    ImportKind(
        id="ability",
        label=gettext_lazy("人员能力"),
        resource="person",
        columns=COLUMNS,
        check=check,
        commit=commit,
        take_back=take_back,
        command="abilities",
    )
)
