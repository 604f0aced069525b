"""An erased person is found nowhere: no row, no history, no file, no fact; and no total moved, and the trail holds."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Sum

from quyu.apps.customers.models import Customer
from quyu.apps.performance import closed
from quyu.apps.performance import services as performance
from quyu.apps.performance.models import MonthRollup
from quyu.apps.targets import services as planning
from quyu.apps.targets.models import Operation
from quyu.apps.targets.selectors.log import broken_link
from quyu.apps.territories.models import Territory
from quyu.platform.audit import chain
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import Decision
from quyu.platform.audit.trail import Finding
from quyu.platform.facts import store
from quyu.platform.facts.renaming import Renaming
from quyu.platform.files import services as files
from quyu.platform.files import spreadsheet
from quyu.platform.imports.models import ImportRun, WrittenRow
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import Person, User
from quyu.shell.personal import erasing
from quyu.shell.personal.subject import customer_subject, person_subject
from tests import factories
from tests.apps.targets.plans import make_plan, scope
from tests.people import TODAY, Company
from tests.platform.facts.lines import AT, line, order_lines

NAME, PHONE, MAIL = "欧阳锋", "13912345678", "ouyang@example.com"
VALUES = (NAME, PHONE, MAIL)
CSV = f"订单号,业务员,金额\nA1,{NAME},100\nA2,{NAME}昌,200\n"


@pytest.fixture
def home(company: Company, settings: Any, tmp_path: Path) -> Path:
    """A site that knows the person in every way; the code is the name, as for people known from files only."""
    settings.QUYU_HOME = tmp_path
    user = factories.user(NAME)
    User.objects.filter(pk=user.pk).update(email=MAIL)
    person = Person(code=NAME, name=NAME, phone=PHONE, user=user)
    person.save()
    person.phone = "13800000000"
    audit.save_checked(person, expected_version=1, actor=user)
    Person.objects.filter(pk=person.pk).update(left_on=date(2026, 1, 1))
    Person.objects.create(code="E-2", name=f"{NAME}昌")
    audit.record(
        actor=user,
        verb="leave",
        subject=person,
        label=NAME,
        detail={"person": NAME},
        reason=f"{NAME}离职",
        at=AT,
    )
    audit.record(actor=None, verb="import", subject=company.east, label="别的", detail={"n": 1}, at=AT)
    Notice.objects.create(user=company.boss, text=f"{NAME}离职，电话 {PHONE}", created_at=AT)
    Territory.objects.filter(pk=company.sunan.pk).update(name=f"{NAME}片区")
    text = files.store(upload=ContentFile(CSV.encode("gb18030"), f"{NAME}.csv"), actor=user, at=AT)
    with spreadsheet.write("订单", ["业务员"], [[NAME], [f"{NAME}昌"], [PHONE]]) as file:
        book = file.read()
    files.store(upload=ContentFile(book, "book.xlsx"), actor=user, at=AT)
    run = ImportRun.objects.create(
        kind="orders", file=text, created_by=user, created_at=AT, errors=[{"value": NAME}]
    )
    rejected = tmp_path / "files" / "rejected" / str(run.pk)
    rejected.mkdir(parents=True)
    rows = pa.table({"0": [NAME, PHONE, None]}).replace_schema_metadata({"headers": json.dumps([NAME])})
    pq.write_table(rows, rejected / "rows.parquet")
    lines = [{**line(f"A{i}", date(2026, 1, 1 + i), 100 + i), "salesperson_code": NAME} for i in range(5)]
    performance.record_orders(
        order_lines(*lines), file_name=f"{NAME}.csv", source_sha256="1" * 64, actor=user, at=AT
    )
    return tmp_path


def left_in_database(values: tuple[str, ...]) -> list[str]:
    """`table: value` for every value that any column of any table still holds, escaped or not."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall()).replace("\\\\", "\\")
            found += [f"{table}: {value}" for value in values if _occurs(text, value)]
    return found


def _occurs(text: str, value: str) -> bool:
    """Also escaped as JSON is; the namesake with a longer name does not count."""
    for form, longer in ((value, f"{NAME}昌"), (json.dumps(value)[1:-1], json.dumps(f"{NAME}昌")[1:-1])):
        if form in text.replace(longer, ""):
            return True
    return False


def left_in_files(home: Path, values: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(home)}: {value}"
        for path in sorted(home.rglob("*"))
        if path.is_file()
        for value in values
        if _occurs(text_of(path), value)
    ]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        table = pq.read_table(path)
        return f"{table.to_pylist()} {table.schema.metadata}"
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return content.decode("utf-8", "replace") + content.decode("gb18030", "replace")


def amounts() -> tuple[int, ...]:
    batches = store.batches()
    return (
        sum(batch.amount_fen for batch in batches),
        sum(sum(store.read(batch)["amount_fen"].to_pylist()) for batch in batches),
        MonthRollup.objects.aggregate(total=Sum("amount_fen"))["total"],
    )


def erase(code: str = NAME, reason: str = "本人要求") -> erasing.Erased:
    return erasing.erase(person_subject(code), reason=reason, actor=None, at=AT, today=TODAY)


@pytest.mark.capability("PLT7", "ORG4")
def test_an_erased_person_is_found_nowhere_and_no_total_moved(
    home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    before, values = amounts(), (*VALUES, "13800000000")
    assert left_in_database(values)
    assert len(left_in_files(home, values)) >= 4

    with django_capture_on_commit_callbacks(execute=True):
        done = erase(reason=f"{NAME}本人要求")

    assert left_in_database(values) == []
    assert left_in_files(home, values) == []
    assert amounts() == before
    assert chain.verify_chain().is_intact
    assert (done.entries, done.batches, done.shared) == (2, 1, ())
    person = Person.objects.get(name=done.pseudonym)
    assert (person.code, person.left_on) == (done.pseudonym, date(2026, 1, 1))
    assert not person.user.is_active  # type: ignore[union-attr]
    assert f"{NAME}昌" in text_of(
        next(path for path in home.glob("files/??/*") if path.read_bytes()[:2] == b"PK")
    )
    performance.rebuild_rollups(at=AT)
    assert amounts() == before


@pytest.mark.capability("PLT7")
def test_what_an_erasure_left_can_not_be_edited_unseen(
    home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        erase()
    row = Decision.objects.get(verb="leave")

    Decision.objects.filter(pk=row.pk).update(subject_label="别人")

    assert chain.verify_chain().findings == (Finding("edited", row.day, row.number),)


def test_who_still_works_here_is_not_erased(home: Path) -> None:
    Person.objects.filter(code=NAME).update(left_on=None)

    with pytest.raises(erasing.StillHere):
        erase()
    with pytest.raises(erasing.NoReasonGiven):
        erase(reason=" ")

    assert Person.objects.filter(name=NAME).exists()


def test_a_namesake_keeps_the_name_in_texts(home: Path, django_capture_on_commit_callbacks: Any) -> None:
    Person.objects.create(code="E-3", name=NAME)

    with django_capture_on_commit_callbacks(execute=True):
        done = erase()

    assert done.shared == (NAME,)
    assert Person.objects.get(code="E-3").name == NAME
    assert Notice.objects.get().text == f"{NAME}离职，电话 {done.pseudonym}"
    assert not Person.objects.filter(name=NAME).exclude(code="E-3").exists()


def test_a_change_of_a_total_takes_everything_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([{"facts_batch.amount_fen": 1}, {"facts_batch.amount_fen": 2}])
    monkeypatch.setattr(erasing, "totals", lambda: next(found))

    with pytest.raises(erasing.TotalsChanged):
        erase()

    assert Person.objects.filter(name=NAME).exists()
    assert chain.verify_chain().is_intact


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("with_name", [False, True])
def test_a_customers_contact_is_erased_with_the_name_where_asked(
    home: Path, django_capture_on_commit_callbacks: Any, with_name: bool
) -> None:
    customer = Customer(
        code="C1", name="赵六便利店", contact="赵六", phone="13777777777", address="南京市某路 1 号"
    )
    customer.save()
    audit.record(
        actor=None, verb="create", subject=customer, label="赵六便利店", reason="电话 13777777777", at=AT
    )

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(
            customer_subject("C1", with_name=with_name), reason="本人要求", actor=None, at=AT, today=TODAY
        )

    customer.refresh_from_db()
    assert (customer.contact, customer.phone, customer.address) == ("", "", "")
    assert (customer.name == "赵六便利店") is not with_name
    assert left_in_database(("13777777777", "南京市某路 1 号", *(("赵六便利店",) if with_name else ()))) == []
    assert chain.verify_chain().is_intact


def test_what_an_import_replaced_brings_no_old_value_back(
    home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    customer = Customer(code="C1", name="华联", contact="赵", phone="1377")
    customer.save()
    run = ImportRun.objects.get()
    before = {"contact": "钱", "phone": "1388", "name": "华联店"}
    own = WrittenRow.objects.create(
        run=run, model="customers.customer", key=customer.pk, row_version=1, line=2, before=before
    )
    other = WrittenRow.objects.create(
        run=run, model="customers.customer", key=0, row_version=1, line=3, before={"name": f"{NAME}的店"}
    )

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(customer_subject("C1"), reason="本人要求", actor=None, at=AT, today=TODAY)
        done = erase()

    own.refresh_from_db()
    other.refresh_from_db()
    assert own.before == {"contact": "", "phone": "", "name": "华联店"}
    assert other.before == {"name": f"{done.pseudonym}的店"}


@pytest.mark.capability("PLT7")
def test_the_log_of_a_target_version_is_linked_anew(
    home: Path, company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    plan = make_plan(company, name=f"{NAME}的目标")
    for value, reason in ((4_000_000_00, f"按{NAME}的意见"), (4_100_000_00, "再调")):
        plan.refresh_from_db()
        planning.edit_cell(
            plan_version=plan, region="JS", period="2027", product_line="", value_fen=value, rule="none",
            reason=reason, expected_version=plan.version, actor=company.operations,
            scope=scope(company.operations), at=AT,
        )  # fmt: skip
    last = Operation.objects.filter(plan_version=plan).order_by("sequence").last()
    assert last is not None
    assert broken_link(plan) is None

    with django_capture_on_commit_callbacks(execute=True):
        done = erase()

    assert broken_link(plan) is None
    said = list(Operation.objects.filter(plan_version=plan).values_list("reason", flat=True))
    assert f"按{done.pseudonym}的意见" in said
    assert Operation.objects.get(pk=last.pk).digest != last.digest
    assert left_in_database((NAME,)) == []
    Operation.objects.filter(plan_version=plan, reason="再调").update(reason="另说")
    assert broken_link(plan) == last.sequence


@pytest.mark.capability("PLT7", "ADJ3")
def test_an_erased_customer_is_found_in_no_closed_month_and_the_month_stays_closed(
    home: Path, company: Company, django_capture_on_commit_callbacks: Any
) -> None:
    """Claims are kept under keys made of the code, visits without a number under one made of the name."""
    shop, clerk = "赵六便利店", "钱七"
    Customer.objects.create(code=shop, name=shop, territory_override=company.subei)
    lines = order_lines(line("B1", date(2026, 3, 5), 900, customer=shop))
    performance.record_orders(lines, file_name="b.csv", source_sha256="2" * 64, actor=None, at=AT)
    visits = pa.table(
        {
            "document_no": [f"2026-03-06·{shop}·", "V·2"],
            "line_no": ["1", "1"],
            "visited_on": [date(2026, 3, 6)] * 2,
            "customer_code": [shop, shop],
            "purpose": [f"到{shop}收款", clerk],
        }
    )
    performance.record_facts(
        visits, kind="visit", file_name="v.csv", source_sha256="3" * 64, actor=None, at=AT
    )
    closed.close(date(2026, 3, 1), expected_version=None, reason="x", actor=None, at=AT, today=TODAY)
    assert any("frames" in place for place in left_in_files(home, (shop,)))

    with django_capture_on_commit_callbacks(execute=True):
        done = erasing.erase(
            customer_subject(shop, with_name=True), reason="本人要求", actor=None, at=AT, today=TODAY
        )

    assert left_in_files(home, (shop,)) == []
    [visit] = store.batches("visit")
    told = store.read(visit)
    assert told["purpose"].to_pylist() == [f"到{done.pseudonym}收款", clerk]
    assert told["document_no"].to_pylist() == [f"2026-03-06·{done.pseudonym}·", "V·2"]
    Customer.objects.filter(code=done.pseudonym).update(territory_override=company.yuedong)
    performance.refresh_ownership(at=AT)
    performance.rebuild_rollups(at=AT)
    march = MonthRollup.objects.filter(month=date(2026, 3, 1), territory=company.subei)
    assert march.aggregate(total=Sum("amount_fen"))["total"] == 900


@pytest.mark.parametrize("key", ["{}", "\x1enamed:{}", "\x1eruled:{}", "\x1eline:TEA\x1f{}"])
def test_every_key_made_of_a_code_is_renamed_and_no_longer_one(key: str) -> None:
    renaming = Renaming({"C1": "X"}, (), str)

    assert renaming.key(key.format("C1")) == key.format("X")
    for other in ("C12", "AC1"):
        assert renaming.key(key.format(other)) == key.format(other)
