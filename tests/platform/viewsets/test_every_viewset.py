"""Every registered object, tried by five people through every door."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from quyu.platform.audit.models import EditableRow
from quyu.platform.imports import pipeline
from quyu.platform.people import policy
from quyu.platform.people.scope import scope_of
from quyu.platform.viewsets.viewset import REGISTRY
from tests.people import TODAY, Company, client_of
from tests.platform.viewsets.samples import SAMPLES, Sample
from tests.platform.viewsets.surface import (
    AnyViewset,
    cells,
    exported,
    file_of,
    judged,
    key_of,
    labels,
    listed,
    patch,
    post,
    texts,
    url,
)

SIX = ("owner", "colleague", "boss", "neighbour", "stranger", "operations")
QUERY_LIMIT = 12


@pytest.fixture
def sample(viewset: AnyViewset) -> Sample:
    return SAMPLES[viewset.model]


@pytest.fixture
def home(sample: Sample, company: Company) -> EditableRow:
    return sample.home(company, 1)


@pytest.fixture
def away(sample: Sample, company: Company) -> EditableRow | None:
    return sample.away(company, 1) if sample.away else None


def may(company: Company, name: str, viewset: AnyViewset, action: str) -> bool:
    return policy.allows(scope_of(getattr(company, name), at=TODAY), viewset.resource, action)


def reaches(name: str, sample: Sample, *, is_home: bool) -> bool:
    """Who sees a row of 江苏 or 广东, from the story of `tests/people.py` alone."""
    if sample.away is None or name in ("operations", "director", "admin", "auditor"):
        return True
    return name == ("boss" if is_home else "neighbour") or (is_home and sample.owned and name == "owner")


def test_every_object_has_a_sample() -> None:
    assert set(REGISTRY) == set(SAMPLES)


@pytest.mark.capability("PLT4")
def test_a_list_shows_all_rows_in_scope_and_no_other(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow, away: EditableRow | None
) -> None:
    for name in SIX:
        client = client_of(getattr(company, name))
        is_allowed = may(company, name, viewset, "view")

        assert client.get(url(viewset, "list")).status_code == (200 if is_allowed else 403), name
        shown = listed(viewset, client)

        assert (home.pk in shown) == (is_allowed and reaches(name, sample, is_home=True)), name
        if away:
            assert (away.pk in shown) == (is_allowed and reaches(name, sample, is_home=False)), name


def test_a_list_of_many_pages_misses_no_row(viewset: AnyViewset, sample: Sample, company: Company) -> None:
    made = {sample.home(company, number).pk for number in range(1, 53)}

    shown = listed(viewset, client_of(company.operations))

    assert made <= shown == set(viewset.model._default_manager.values_list("pk", flat=True))


@pytest.mark.capability("PLT4")
def test_each_page_asks_for_its_right_and_hides_what_is_out_of_scope(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    for name in SIX:
        client = client_of(getattr(company, name))
        found = 200 if reaches(name, sample, is_home=True) else 404
        for page, action in {"detail": "view", "edit": "edit", "delete": "delete"}.items():
            expected = found if may(company, name, viewset, action) else 403
            assert client.get(url(viewset, page, home.pk)).status_code == expected, (name, page)
        for page in ("create", "export"):
            answer = client.get(url(viewset, page))
            assert answer.getvalue()  # reads the file to its end, which closes it
            assert answer.status_code == (200 if may(company, name, viewset, page) else 403), (name, page)


def test_the_api_keeps_to_the_same_rights_and_scope(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    for name in SIX:
        client = client_of(getattr(company, name))
        is_allowed, is_reached = may(company, name, viewset, "view"), reaches(name, sample, is_home=True)

        one = client.get(f"/api/{viewset.path}/{home.pk}")
        rows = client.get(f"/api/{viewset.path}/")

        assert one.status_code == (403 if not is_allowed else 200 if is_reached else 404), name
        assert rows.status_code == (200 if is_allowed else 403), name
        if is_allowed:
            assert (home.pk in {item["id"] for item in rows.json()["items"]}) == is_reached, name
        if not may(company, name, viewset, "edit"):
            assert patch(client, viewset, home, **{sample.change[0]: "x"}).status_code == 403, name
        if not may(company, name, viewset, "delete"):
            assert client.delete(f"/api/{viewset.path}/{home.pk}").status_code == 403, name
        if not may(company, name, viewset, "create"):
            address = f"/api/{viewset.path}/"
            assert client.post(address, {}, content_type="application/json").status_code == 403, name


def test_nobody_enters_without_signing_in(viewset: AnyViewset, home: EditableRow, client: Client) -> None:
    for page in ("detail", "edit", "delete"):
        assert client.get(url(viewset, page, home.pk)).status_code == 302
    for page in ("list", "create", "export"):
        assert client.get(url(viewset, page)).status_code == 302
    assert client.get(f"/api/{viewset.path}/").status_code == 401


def test_an_edit_is_saved_and_its_history_shown(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    client, (field, value) = client_of(company.operations), sample.change

    answer = post(client, viewset, home, **{field: value})

    assert answer.status_code == 302
    assert texts(viewset, home)[field] == value
    history = client.get(url(viewset, "detail", home.pk) + "?tab=history").content.decode()
    assert viewset.label(field) in history
    assert "operations" in history


@pytest.mark.capability("PLT6")
def test_a_stale_save_shows_both_values_and_writes_nothing(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    field, value = sample.change
    client = client_of(company.operations)
    assert post(client, viewset, home, **{field: value}).status_code == 302
    stored = texts(viewset, home)

    late = post(client, viewset, home, **{field: value.replace("新", "旧").replace("9", "8")})

    assert late.status_code == 200
    assert "已被他人修改" in late.content.decode()
    assert texts(viewset, home) == stored
    assert patch(client, viewset, home, **{field: None}).status_code in (409, 422)
    assert texts(viewset, home) == stored


@pytest.mark.capability("PLT5")
def test_export_and_import_are_identity(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow, tmp_path: Path
) -> None:
    file = tmp_path / "export.xlsx"
    file.write_bytes(exported(viewset, client_of(company.operations)))
    count, before = viewset.model._default_manager.count(), texts(viewset, home)

    again = judged(viewset, company.operations, file)

    assert again.errors == ()
    assert again.findings.preview == {"created": 0, "changed": 0, "unchanged": count, "changes": []}
    if any(before[name] for name in viewset.personal):
        return  # what left the server masked cannot be made again from the file
    key, name = key_of(home), f"{viewset.key}__exact"
    assert client_of(company.operations).post(url(viewset, "delete", home.pk)).status_code in (200, 302)
    receipt = pipeline.commit(judged(viewset, company.operations, file))
    assert receipt.rows == count
    assert texts(viewset, viewset.model._default_manager.get(**{name: key})) == before


def test_any_wrong_row_refuses_the_file_and_names_row_column_and_code(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow, tmp_path: Path
) -> None:
    good = {viewset.key: key_of(home), sample.change[0]: sample.change[1]}
    bad = {viewset.key: key_of(home), sample.change[0]: sample.change[1]}
    before = texts(viewset, home)

    judgement = judged(viewset, company.operations, file_of(tmp_path, viewset, good, bad))

    (error,) = judgement.errors
    assert (error.row, error.column, error.code) == (3, viewset.label(viewset.key), "duplicate_line")
    assert error.value == key_of(home)
    with pytest.raises(pipeline.ImportRejected):
        pipeline.commit(judgement)
    assert texts(viewset, home) == before


def test_a_preview_writes_nothing_and_a_blank_cell_keeps_the_value(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow, tmp_path: Path
) -> None:
    field, value = sample.change
    before = texts(viewset, home)

    blank = judged(
        viewset, company.operations, file_of(tmp_path, viewset, {viewset.key: key_of(home), field: ""})
    )
    change = judged(
        viewset, company.operations, file_of(tmp_path, viewset, {viewset.key: key_of(home), field: value})
    )

    assert blank.errors == change.errors == ()
    assert blank.findings.preview["unchanged"] == change.findings.preview["changed"] == 1
    assert texts(viewset, home) == before
    pipeline.commit(blank)
    assert texts(viewset, home) == before
    pipeline.commit(change)
    assert texts(viewset, home) == {**before, field: value}


def test_pages_take_few_queries_whatever_the_number_of_rows(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    client, counts = client_of(company.operations), []
    addresses = {
        "list": url(viewset, "list"),
        "detail": url(viewset, "detail", home.pk),
        "edit": url(viewset, "edit", home.pk),
        "api": f"/api/{viewset.path}/",
    }
    for address in addresses.values():
        client.get(address)

    for rows in (range(2, 4), range(4, 25)):
        for number in rows:
            sample.home(company, number)
        counts.append({page: queries_of(client, address) for page, address in addresses.items()})

    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= QUERY_LIMIT, counts[1]


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_labels_are_chinese_and_shown_in_the_language_of_the_reader(
    viewset: AnyViewset, company: Company, home: EditableRow
) -> None:
    page = client_of(company.operations).get(url(viewset, "list")).content.decode()

    with translation.override("zh-hans"):
        words = labels(viewset)

    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in word) for word in words)
    assert all(viewset.label(name) in page for name in viewset.columns)


def test_search_filter_and_sort_keep_to_what_was_asked(
    viewset: AnyViewset, sample: Sample, company: Company, home: EditableRow
) -> None:
    client = client_of(company.operations)
    other = sample.home(company, 2)
    word = str(getattr(home, viewset.search[0]))

    assert home.pk in listed(viewset, client, f"q={word}")
    assert listed(viewset, client, "q=没有这样的词") == set()
    for column in set(viewset.columns) - {*viewset.personal, *viewset.links}:
        assert {home.pk, other.pk} <= listed(viewset, client, f"sort=-{column}")
    for name in viewset.filters:
        value = texts(viewset, home)[name]
        assert home.pk in listed(viewset, client, f"{name}={value}")
        assert listed(viewset, client, f"{name}=no-such-thing") == set()


def test_htmx_gets_the_table_alone(viewset: AnyViewset, company: Company, home: EditableRow) -> None:
    address = f"{url(viewset, 'list')}?sort={viewset.columns[0]}"
    part = client_of(company.operations).get(address, headers={"HX-Request": "true"})

    assert "<html" not in part.content.decode()
    assert f'{url(viewset, "export")}?sort={viewset.columns[0]}"' in part.content.decode()
    assert f'href="/{viewset.path}/{home.pk}/"' in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]


def test_an_export_holds_what_the_list_holds(
    viewset: AnyViewset, company: Company, home: EditableRow
) -> None:
    rows = cells(exported(viewset, client_of(company.operations)))

    assert rows[0] == [viewset.label(name) for name in viewset.shown]
    assert len(rows) - 1 == viewset.model._default_manager.count()
