"""The seven ways in which a generic base let rows leak out of, or into, somebody else's region.

Managers have every right here (`_bold_managers`), so that the scope alone must hold.
"""

import io
import zipfile
from pathlib import Path

import pytest

from quyu.platform.imports import pipeline
from quyu.platform.viewsets.viewset import REGISTRY
from tests.people import Company, client_of
from tests.platform.viewsets.samples import SAMPLES
from tests.platform.viewsets.surface import (
    AnyViewset,
    cells,
    exported,
    file_of,
    judged,
    key_of,
    listed,
    patch,
    post,
    scoped_links,
    texts,
    url,
)

pytestmark = [pytest.mark.usefixtures("_bold_managers"), pytest.mark.capability("PLT4")]
SCOPED = [viewset for viewset in REGISTRY.values() if SAMPLES[viewset.model].away]
FILTERED = [
    (viewset, name, target)
    for viewset in REGISTRY.values()
    for name, target in scoped_links(viewset)
    if name in viewset.filters
]
LINKS = [(viewset, name, target) for viewset in REGISTRY.values() for name, target in scoped_links(viewset)]
each_scoped = pytest.mark.parametrize("viewset", SCOPED, ids=lambda viewset: viewset.name)
each_link = pytest.mark.parametrize(
    ("viewset", "field", "target"), LINKS, ids=[f"{viewset.name}.{name}" for viewset, name, _ in LINKS]
)
each_filter = pytest.mark.parametrize(
    ("viewset", "field", "target"), FILTERED, ids=[f"{viewset.name}.{name}" for viewset, name, _ in FILTERED]
)
LIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")')


def test_there_is_something_to_leak() -> None:
    assert SCOPED
    assert LINKS
    assert FILTERED


@each_scoped
def test_an_import_does_not_overwrite_a_row_out_of_scope(
    viewset: AnyViewset, company: Company, tmp_path: Path
) -> None:
    sample = SAMPLES[viewset.model]
    home, away = sample.home(company, 1), sample.away(company, 1)  # type: ignore[misc]
    field, value = sample.change
    lines = [{viewset.key: key_of(row), field: value} for row in (home, away)]
    before = texts(viewset, home), texts(viewset, away)

    judgement = judged(viewset, company.boss, file_of(tmp_path, viewset, *lines))

    (error,) = judgement.errors
    assert (error.row, error.code) == (3, "out_of_scope")
    with pytest.raises(pipeline.ImportRejected):
        pipeline.commit(judgement)
    assert (texts(viewset, home), texts(viewset, away)) == before


@each_scoped
def test_no_right_reaches_a_row_out_of_scope(viewset: AnyViewset, company: Company) -> None:
    sample = SAMPLES[viewset.model]
    home, client = sample.home(company, 1), client_of(company.neighbour)
    change, before = dict([sample.change]), texts(viewset, home)

    answers = [
        post(client, viewset, home, **change),
        client.post(url(viewset, "delete", home.pk)),
        patch(client, viewset, home, **change),
        client.delete(f"/api/{viewset.path}/{home.pk}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert texts(viewset, home) == before


@each_scoped
def test_a_row_cannot_be_created_where_its_writer_would_not_see_it(
    viewset: AnyViewset, company: Company, tmp_path: Path
) -> None:
    sample = SAMPLES[viewset.model]
    away = sample.away(company, 1)  # type: ignore[misc]
    line = {**texts(viewset, away), viewset.key: "NEW-1"}
    count = viewset.model._default_manager.count()

    judgement = judged(viewset, company.boss, file_of(tmp_path, viewset, line))
    page = client_of(company.boss).post(url(viewset, "create"), line)
    body = {name: value for name, value in line.items() if value}
    api = client_of(company.boss).post(f"/api/{viewset.path}/", body, content_type="application/json")

    assert judgement.errors
    assert page.status_code == 200
    assert api.status_code in (409, 422)
    assert viewset.model._default_manager.count() == count


@each_link
def test_form_choices_are_in_scope(
    viewset: AnyViewset, field: str, target: AnyViewset, company: Company
) -> None:
    sample = SAMPLES[target.model]
    home, away = sample.home(company, 7), sample.away(company, 7)  # type: ignore[misc]

    page = client_of(company.boss).get(url(viewset, "create")).content.decode()

    assert f'value="{key_of(home)}"' in page
    assert key_of(away) not in page


@each_filter
def test_filter_choices_and_values_are_in_scope(
    viewset: AnyViewset, field: str, target: AnyViewset, company: Company
) -> None:
    sample = SAMPLES[target.model]
    home, away = sample.home(company, 7), sample.away(company, 7)  # type: ignore[misc]
    client = client_of(company.boss)

    page = client.get(url(viewset, "list")).content.decode()

    assert f'value="{key_of(home)}"' in page
    assert key_of(away) not in page
    assert listed(viewset, client, f"{field}={key_of(away)}") == set()


@each_link
def test_a_posted_foreign_key_must_be_in_scope(
    viewset: AnyViewset, field: str, target: AnyViewset, company: Company
) -> None:
    home = SAMPLES[viewset.model].home(company, 1)
    away = SAMPLES[target.model].away(company, 7)  # type: ignore[misc]
    before = texts(viewset, home)

    answer = post(client_of(company.boss), viewset, home, **{field: key_of(away)})

    assert answer.status_code == 200
    assert "不在您的范围内" in answer.content.decode()
    assert texts(viewset, home) == before


@each_link
def test_a_foreign_key_in_an_imported_row_must_be_in_scope(
    viewset: AnyViewset, field: str, target: AnyViewset, company: Company, tmp_path: Path
) -> None:
    home = SAMPLES[viewset.model].home(company, 1)
    away = SAMPLES[target.model].away(company, 7)  # type: ignore[misc]
    file = file_of(tmp_path, viewset, {viewset.key: key_of(home), field: key_of(away)})

    (error,) = judged(viewset, company.boss, file).errors

    assert (error.row, error.column, error.value) == (2, viewset.label(field), key_of(away))
    assert error.code == f"unknown_{target.name}"


@each_link
def test_a_foreign_key_in_an_api_body_must_be_in_scope(
    viewset: AnyViewset, field: str, target: AnyViewset, company: Company
) -> None:
    home = SAMPLES[viewset.model].home(company, 1)
    away = SAMPLES[target.model].away(company, 7)  # type: ignore[misc]
    before = texts(viewset, home)

    answer = patch(client_of(company.boss), viewset, home, **{field: key_of(away)})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]  # type: ignore[attr-defined]
    assert texts(viewset, home) == before


def test_no_exported_cell_is_a_live_formula(viewset: AnyViewset, company: Company) -> None:
    for number, text in enumerate(LIVE, start=1):
        row = SAMPLES[viewset.model].home(company, number)
        type(row)._default_manager.filter(pk=row.pk).update(name=text)

    workbook = exported(viewset, client_of(company.operations))

    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    shown = {str(cell).strip() for line in cells(workbook) for cell in line}
    assert {text.strip() for text in LIVE} <= shown
