"""A subject's export: everything that points to the person, nothing of others, on record."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from python_calamine import load_workbook

from quyu.apps.customers.models import Customer
from quyu.platform.audit.models import Decision
from quyu.platform.files.models import StoredFile
from quyu.platform.imports.models import ImportRun, WrittenRow
from quyu.platform.people.models import Person
from quyu.shell.cli.personal import personal
from quyu.shell.personal import exporting
from quyu.shell.personal.subject import customer_subject, person_subject
from tests.people import Company
from tests.platform.facts.lines import AT


@pytest.mark.capability("PLT7")
def test_a_person_gets_everything_and_nothing_of_others(company: Company) -> None:
    boss = company.person("boss")
    Person.objects.filter(pk=boss.pk).update(phone="13912345678")
    Person.objects.exclude(pk=boss.pk).update(phone="13700000000")

    content = exporting.export(person_subject(boss.code), reason="本人申请", actor=company.operations, at=AT)

    with zipfile.ZipFile(BytesIO(content)) as packed:
        told = json.loads(packed.read("personal.json"))
        book = load_workbook(BytesIO(packed.read("personal.xlsx")))
    models = {section["model"] for section in told["sections"]}
    assert {"people.Person", "people.User", "people.Assignment"} <= models
    assert len(book.sheet_names) == len(told["sections"])
    text = json.dumps(told, ensure_ascii=False)
    assert "13912345678" in text
    assert "13700000000" not in text
    assert boss.user.password not in text  # type: ignore[union-attr]
    entry = Decision.objects.get(verb="personal.export")
    assert (entry.actor, entry.reason) == (company.operations, "本人申请")


def test_a_customer_gets_the_contact_and_history(company: Company) -> None:
    customer = Customer(code="C9", name="华联", contact="李四")
    customer.save()

    content = exporting.export(customer_subject("C9"), reason="", actor=None, at=AT)

    with zipfile.ZipFile(BytesIO(content)) as packed:
        told = json.loads(packed.read("personal.json"))
    assert {section["model"] for section in told["sections"]} == {
        "customers.Customer",
        "customers.HistoricalCustomer",
    }


def test_the_command_writes_the_form_of_the_suffix(company: Company, tmp_path: Path) -> None:
    code = company.person("boss").code
    for name in ("a.json", "a.xlsx", "a.zip"):
        done = CliRunner().invoke(personal, ["export", "--person", code, "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "a.json").read_text())["subject"]["code"] == code
    assert load_workbook(str(tmp_path / "a.xlsx")).sheet_names
    assert zipfile.is_zipfile(tmp_path / "a.zip")
    assert CliRunner().invoke(personal, ["export", "--out", "x.json"]).exit_code == 1
    assert CliRunner().invoke(personal, ["export", "--person", "nobody", "--out", "x.json"]).exit_code == 1


def test_what_imports_kept_of_a_customer_is_in_the_export(
    company: Company, settings: Any, tmp_path: Path
) -> None:
    settings.QUYU_HOME = tmp_path
    customer = Customer(code="C9", name="华联", phone="13912345678")
    customer.save()
    file = StoredFile.objects.create(name="a.csv", sha256="0" * 64, size=1, path="", created_at=AT)
    run = ImportRun.objects.create(kind="customer", file=file, created_at=AT)
    WrittenRow.objects.create(
        run=run,
        model="customers.customer",
        key=customer.pk,
        row_version=1,
        line=2,
        before={"phone": "025-8899"},
    )
    folder = tmp_path / "files" / "rejected" / str(run.pk)
    folder.mkdir(parents=True)
    rows = pa.table({"row": [2, 3], "0": ["乙", "丙"], "1": ["13912345678", "13700000000"]})
    pq.write_table(rows.replace_schema_metadata({"headers": '["名称", "电话"]'}), folder / "rows.parquet")

    content = exporting.export(customer_subject("C9"), reason="", actor=None, at=AT)

    with zipfile.ZipFile(BytesIO(content)) as packed:
        text = packed.read("personal.json").decode()
    assert "025-8899" in text
    assert "乙 | 13912345678" in text
    assert "13700000000" not in text
