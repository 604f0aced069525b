"""The round trip of a plan with further dimensions: cell by cell, by the address of the sheet of details."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from quyu.apps.targets import imports, services, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.dimension import CHANNEL
from quyu.apps.targets.export import workbook
from quyu.apps.targets.models import PlanVersion
from tests.apps.targets.plans import AT, scope
from tests.apps.targets.test_lattice import five, frozen, some_of
from tests.apps.targets.test_workbook import HEAD, Sheets, sheets_of, written
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("DEC14")]
DETAIL = "明细"
FIRST_MONTH = 8
"""Four hidden code columns, four names, then the months."""


@pytest.fixture
def version(company: Company) -> PlanVersion:
    axes = some_of(Axes(2027, (*frozen().dimensions, *five().others)), 9, 0.5)
    base = np.random.default_rng(9).integers(1, 10**6, axes.shape)
    made = services.create_plan(
        name="五维", year=2027, base=base, total_fen=987_654_321, actor=company.operations, at=AT, axes=axes
    )
    return PlanVersion.objects.get(pk=made.pk)


@pytest.fixture
def compared(company: Company, version: PlanVersion, tmp_path: Path) -> Callable[..., imports.Comparison]:
    def compare(change: Callable[[Sheets], None]) -> imports.Comparison:
        sheets = sheets_of(workbook(version, scope=scope(company.operations), at=AT))
        change(sheets)
        path = written(sheets, tmp_path / "changed.xlsx")
        axes = Axes.from_json(version.axes)
        content = imports.read(path, name=path.name, version_id=version.pk, axes=axes)
        return imports.compare(version, content, scope=scope(company.operations), at=TODAY)

    return compare


def first_filled(sheets: Sheets) -> tuple[int, int]:
    """The row and column of the first amount of the sheet."""
    row = sheets[DETAIL][HEAD]
    return HEAD, next(place for place in range(FIRST_MONTH, len(row)) if row[place] != "")


def test_every_cell_goes_out_and_the_same_file_changes_nothing(version: PlanVersion, compared: Any) -> None:
    seen: list[Any] = []
    found = compared(lambda sheets: seen.extend(sheets[DETAIL][HEAD:]))

    amounts = [value for row in seen for value in row[FIRST_MONTH:20] if isinstance(value, float) and row[0]]
    assert len(amounts) == Axes.from_json(version.axes).size
    assert round(sum(amounts) * 100) == version.total_fen
    assert (found.changes, found.problems) == ((), ())


def test_a_changed_cell_is_shown_by_its_address_and_applied(
    company: Company, version: PlanVersion, compared: Any, tmp_path: Path
) -> None:
    where: list[tuple[int, int]] = []

    def change(sheets: Sheets) -> None:
        row, column = first_filled(sheets)
        where.append((row, column))
        sheets[DETAIL][row][column] = 4321.09

    found = compared(change)

    (only,) = found.changes
    row, column = where[0]
    assert (only.cell.sheet, only.cell.row, only.cell.value_fen) == (DETAIL, row + 1, 432_109)
    assert only.cell.column == chr(ord("A") + column)
    assert dict(only.cell.node.others).keys() == {CHANNEL, "tier"}
    assert only.is_leaf
    client, url = client_of(company.operations), reverse("target-import", args=[version.pk])
    file = SimpleUploadedFile("明细.xlsx", (tmp_path / "changed.xlsx").read_bytes())
    page = client.post(url, {"file": file})
    proposal = page.context["proposal"] if page.context else _proposal(page.content.decode())
    client.post(reverse("target-import-apply", args=[version.pk]), {"proposal": proposal})
    axes = Axes.from_json(version.axes)
    assert store.load(version)[axes.block(only.cell.node)].sum() == 432_109


def _proposal(page: str) -> str:
    return page.partition('name="proposal" value="')[2].partition('"')[0]


def test_blank_text_unknown_and_double_rows(compared: Any) -> None:
    def blank(sheets: Sheets) -> None:
        row, column = first_filled(sheets)
        sheets[DETAIL][row][column] = ""

    def wrong(sheets: Sheets) -> None:
        row, column = first_filled(sheets)
        sheets[DETAIL][row][column] = "很多"
        sheets[DETAIL][row + 1][1] = "没有这个"
        sheets[DETAIL].append(list(sheets[DETAIL][row]))

    assert compared(blank).changes == ()
    found = compared(wrong)
    assert {problem.code for problem in found.problems} == {"not_a_number", "unknown_node", "duplicate_line"}
    assert {problem.sheet for problem in found.problems} == {DETAIL}


def test_what_breaks_a_lock_is_refused_by_its_address(
    company: Company, version: PlanVersion, compared: Any
) -> None:
    services.lock(
        plan_version=version, region=Axes.from_json(version.axes).root.region, period="2027", product_line="",
        reason="已定", actor=company.operations, scope=scope(company.operations), at=AT,
    )  # fmt: skip
    version.refresh_from_db()

    def change(sheets: Sheets) -> None:
        row, column = first_filled(sheets)
        sheets[DETAIL][row][column] = 1.0

    found = compared(change)

    (problem,) = found.problems
    assert (problem.code, problem.sheet, problem.row) == ("out_of_interval", DETAIL, HEAD + 1)
