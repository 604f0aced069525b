"""What has been kept long enough ends: leavers, and the originals of uploads."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.base import ContentFile

from quyu.platform.audit import chain
from quyu.platform.files import services as files
from quyu.platform.files.models import StoredFile
from quyu.platform.imports import rejected
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun, WrittenRow
from quyu.platform.people.models import Person
from quyu.shell.cli.personal import personal
from quyu.shell.personal.retention import months_before
from tests.people import Company
from tests.platform.facts.lines import AT


@pytest.mark.parametrize(
    ("today", "months", "then"),
    [
        (date(2026, 6, 15), 24, date(2024, 6, 15)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(today: date, months: int, then: date) -> None:
    assert months_before(today, months) == then


@pytest.mark.capability("PLT7")
def test_a_dry_run_changes_nothing_and_the_real_one_what_is_due(
    company: Company, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.QUYU_HOME = tmp_path
    for code, left in (("E-old", date(2024, 6, 1)), ("E-new", date(2026, 6, 1))):
        Person.objects.create(code=code, name=f"某人{code}", left_on=left)
    for days, name in ((400, "old"), (30, "new"), (400, "same")):
        content = name.encode() if name != "same" else b"new"
        files.store(upload=ContentFile(content, f"{name}.csv"), actor=None, at=AT - timedelta(days=days))
    words = ["retention", "--leavers", "24", "--uploads", "12"]

    listed = CliRunner().invoke(personal, [*words, "--dry-run"]).output
    assert ("E-old" in listed, "E-new" in listed) == (True, False)
    assert Person.objects.filter(name="某人E-old").exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = CliRunner().invoke(personal, words)

    assert "1 人，2 个文件" in done.output
    assert set(Person.objects.filter(name__startswith="某人").values_list("code", flat=True)) == {"E-new"}
    assert {file.name: bool(file.path) for file in StoredFile.objects.all()} == {
        "old.csv": False, "new.csv": True, "same.csv": False
    }  # fmt: skip
    assert files.path_of(StoredFile.objects.get(name="new.csv")).read_bytes() == b"new"
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1
    with pytest.raises(files.FileCleared):
        files.path_of(StoredFile.objects.get(name="old.csv"))
    assert chain.verify_chain().is_intact
    assert "0 人，0 个文件" in CliRunner().invoke(personal, words).output


@pytest.mark.capability("PLT7")
def test_rejected_rows_go_after_their_days_and_with_the_original(
    company: Company, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.QUYU_HOME = tmp_path
    runs = {}
    for name, days, state in (
        ("old", 400, ImportState.ACCEPTED),
        ("done", 100, ImportState.REJECTED),
        ("again", 100, ImportState.RUNNING),
        ("new", 10, ImportState.REJECTED),
    ):
        at = AT - timedelta(days=days)
        file = files.store(upload=ContentFile(name.encode(), f"{name}.csv"), actor=None, at=at)
        run = ImportRun.objects.create(
            kind="customer", file=file, state=state, created_at=at, finished_at=at, errors=[{"value": "张三"}]
        )
        WrittenRow.objects.create(
            run=run, model="customers.customer", key=1, row_version=1, line=2, before={}
        )
        (tmp_path / "files" / "rejected" / str(run.pk)).mkdir(parents=True)
        runs[name] = run.pk

    with django_capture_on_commit_callbacks(execute=True):
        done = CliRunner().invoke(personal, ["retention", "--rejected", "90"])

    assert "2 次导入的错误行" in done.output
    assert rejected.kept_runs() == [runs["again"], runs["new"]]
    assert WrittenRow.objects.count() == 4
    with django_capture_on_commit_callbacks(execute=True):
        CliRunner().invoke(personal, ["retention", "--uploads", "12"])
    assert not WrittenRow.objects.filter(run=runs["old"]).exists()
    assert [run.errors for run in ImportRun.objects.order_by("pk")] == [
        [],
        [],
        [{"value": "张三"}],
        [{"value": "张三"}],
    ]
