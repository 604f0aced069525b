"""What single objects show of the base: refusals, personal data, wrong cells, large fields, the API page."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import Person
from quyu.platform.viewsets.viewset import REGISTRY
from tests.people import Company, client_of
from tests.platform.viewsets.samples import SAMPLES, employee
from tests.platform.viewsets.surface import cells, exported, file_of, judged, listed, patch, post, url

PEOPLE, PRODUCTS, LINES = REGISTRY[Person], REGISTRY[Product], REGISTRY[ProductLine]


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_row_that_others_need_is_not_deleted_and_the_reason_is_given(company: Company) -> None:
    product = SAMPLES[Product].home(company, 1)
    line = ProductLine.objects.get(code="L-1")
    client = client_of(company.operations)

    answer = client.post(url(LINES, "delete", line.pk))
    api = client.delete(f"/api/product-lines/{line.pk}")

    assert "饮料 仍被使用（产品），不能删除" in answer.content.decode()
    assert (api.status_code, api.json()["code"]) == (409, "still_used")
    assert Product.objects.filter(pk=product.pk).exists()


def test_deleting_leaves_the_row_in_the_history(company: Company) -> None:
    channel = Channel.objects.create(code="KA", name="现代渠道")
    client = client_of(company.operations)

    answer = client.post(url(REGISTRY[Channel], "delete", channel.pk), follow=True)

    assert "已删除：现代渠道" in answer.content.decode()
    gone = Channel.history.filter(code="KA").latest()  # type: ignore[attr-defined]
    assert (gone.history_type, gone.history_user) == ("-", company.operations)


@pytest.mark.capability("ORG5")
@pytest.mark.parametrize("name", ["boss", "operations"])
def test_personal_data_leave_the_server_masked(company: Company, name: str) -> None:
    person = employee(company.jiangsu, 7)
    client = client_of(getattr(company, name))

    shown = [
        page(client, url(PEOPLE, "list")),
        page(client, url(PEOPLE, "detail", person.pk)),
        page(client, url(PEOPLE, "detail", person.pk) + "?tab=history"),
        page(client, f"/api/people/{person.pk}"),
        page(client, "/api/people/"),
        page(client, "/api/people/?sort=-phone"),
        str(cells(exported(PEOPLE, client))),
    ]

    assert all(person.phone not in text for text in shown)
    assert "138****0007" in shown[0]
    assert listed(PEOPLE, client, f"q={person.phone}") == set()
    assert listed(PEOPLE, client, f"q={person.phone[-4:]}") == set()


@pytest.mark.capability("ORG5")
def test_a_form_shows_the_mask_and_writes_only_what_was_typed_anew(company: Company) -> None:
    person = employee(company.jiangsu, 7)
    client, address = client_of(company.operations), url(PEOPLE, "edit", person.pk)
    form = page(client, address)
    kept = {"code": person.code, "name": "改名", "joined_on": "2025-03-01", "phone": "138****0007"}

    client.post(address, {**kept, "version": "1"})
    person.refresh_from_db()
    assert (person.name, person.phone) == ("改名", "13800000007")
    assert person.phone not in form

    refused = client.post(address, {**kept, "phone": "139****0007", "version": "2"}).content.decode()
    assert "打码" in refused
    client.post(address, {**kept, "phone": "13900000007", "version": "2"})
    person.refresh_from_db()
    assert person.phone == "13900000007"
    client.post(address, {**kept, "phone": "", "version": "3"})
    person.refresh_from_db()
    assert person.phone == ""


def test_amounts_are_typed_and_shown_in_yuan(company: Company) -> None:
    product = SAMPLES[Product].home(company, 1)
    client = client_of(company.operations)

    assert post(client, PRODUCTS, product, price_fen="1.25万").status_code == 302

    product.refresh_from_db()
    assert product.price_fen == 1_250_000
    assert "12,500.00" in page(client, url(PRODUCTS, "detail", product.pk))
    assert client.get(f"/api/products/{product.pk}").json()["price_fen"] == 1_250_000
    assert patch(client, PRODUCTS, product, price_fen=99).status_code == 200
    product.refresh_from_db()
    assert product.price_fen == 99


@pytest.mark.capability("PLT5")
def test_every_wrong_cell_is_named(company: Company, tmp_path: Path) -> None:
    SAMPLES[Product].home(company, 1)
    lines = [
        {"code": "A", "name": "甲", "line": "L-1", "price_fen": "12o", "is_strategic": "是"},
        {"code": "B", "name": "乙", "line": "L-9", "price_fen": "", "is_strategic": "否"},
        {"code": "C", "name": "", "line": "L-1", "price_fen": "", "is_strategic": "否"},
        {"code": "D", "name": "丁", "line": "L-1", "price_fen": "", "is_strategic": "也许"},
    ]

    errors = judged(PRODUCTS, company.operations, file_of(tmp_path, PRODUCTS, *lines)).errors

    label = PRODUCTS.label
    assert [(error.row, error.column, error.code) for error in errors] == [
        (2, label("price_fen"), "not_a_number"),
        (3, label("line"), "unknown_productline"),
        (4, label("name"), "required"),
        (5, label("is_strategic"), "not_a_boolean"),
    ]
    assert all(error.message for error in errors)


def test_a_new_row_needs_no_column_that_has_a_default(company: Company, tmp_path: Path) -> None:
    prepared = judged(
        REGISTRY[Channel],
        company.operations,
        file_of(tmp_path, REGISTRY[Channel], {"code": "EC", "name": "电商"}),
    )

    assert prepared.errors == ()
    assert prepared.findings.preview["created"] == 1
    assert not Channel.objects.exists()


def test_a_large_field_is_typed_and_looked_up(company: Company) -> None:
    for number in range(30):
        BasicUnit.objects.create(
            code=f"3205{number:02d}", name=f"县{number}", level=UnitLevel.COUNTY, city="苏州市"
        )
    client = client_of(company.operations)

    form = page(client, "/customers/new/")
    options = page(client, "/customers/choices/unit/?unit=苏州")

    assert "县7" not in form
    assert 'list="unit-choices"' in form
    assert 'id="unit-choices"' in form
    assert len(re.findall("<option", options)) == 20
    assert client.get("/customers/choices/channel/").status_code == 404


def test_an_empty_list_says_what_to_do_next(company: Company) -> None:
    client = client_of(company.operations)

    assert "新建第一条" in page(client, url(LINES, "list"))
    assert "清除筛选" in page(client, url(LINES, "list") + "?q=x")


def test_the_api_names_what_is_wrong_with_a_body(company: Company) -> None:
    client = client_of(company.operations)

    def create(body: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = client.post("/api/channels/", body, content_type="application/json")
        return answer.status_code, answer.json()

    assert create({"code": "KA", "name": "现代渠道"})[0] == 201
    status, wrong = create({"code": "KA", "name": ""})
    assert (status, set(wrong["errors"])) == (422, {"code", "name"})  # type: ignore[call-overload]
    assert create({"code": "X", "name": "x", "id": 1})[0] == 422


def test_the_api_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(company: Company) -> None:
    answer = client_of(company.owner).get("/api/docs")
    html = answer.content.decode()

    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert all(source.startswith("/static/") for source in re.findall(r'(?:src|href)="([^"]+)"', html))
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", html)
    assert inline == []
    assert Client().get("/api/docs").status_code == 302
    assert client_of(company.owner).get("/api/openapi.json").json()["paths"]["/api/products/"]["post"]


def test_a_file_goes_through_the_pages_from_upload_to_receipt(
    company: Company,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    channels = REGISTRY[Channel]
    Channel.objects.create(code="KA", name="现代渠道")
    file = file_of(tmp_path, channels, {"code": "EC", "name": "电商"}, {"code": "KA", "name": "KA 卖场"})
    client = client_of(company.operations)

    with file.open("rb") as upload:
        run = client.post("/imports/new/", {"kind": "channel", "file": upload}, follow=True)
    preview = run.content.decode()
    assert "KA 卖场" in preview
    assert Channel.objects.count() == 1

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{run.redirect_chain[-1][0]}confirm/").status_code == 302

    assert dict(Channel.objects.values_list("code", "name")) == {"EC": "电商", "KA": "KA 卖场"}
    assert 'href="/imports/new/?kind=channel"' in page(client, "/channels/")
    assert "/imports/new/" not in page(client_of(company.boss), "/channels/")


def test_a_stored_preview_holds_no_personal_data(company: Company, tmp_path: Path) -> None:
    person = employee(company.jiangsu, 7)
    line = {"code": person.code, "phone": "13999990000"}

    preview = judged(PEOPLE, company.operations, file_of(tmp_path, PEOPLE, line)).findings.preview

    assert preview["changed"] == 1
    assert "13999990000" not in str(preview)
    assert person.phone not in str(preview)
