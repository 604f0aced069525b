from io import BytesIO

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from quyu.platform.people.choices import Role
from tests import factories
from tests.apps.performance.conftest import Trading
from tests.apps.performance.conftest import again as trading
from tests.people import client_of

__all__ = ["trading"]

PAGES = ("/performance/", "/performance/customers/", "/performance/customers/C1/", "/performance/analysis/")


@pytest.mark.capability("ORG4", "MON2")
@pytest.mark.parametrize("path", PAGES)
def test_who_may_open_what(trading: Trading, path: str) -> None:
    company = trading.company
    allowed = {"owner": 200, "boss": 200, "operations": 200, "director": 200, "stranger": 403}

    found = {name: client_of(getattr(company, name)).get(path).status_code for name in allowed}

    assert found == allowed
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", ["/performance/", "/performance/customers/", "/performance/analysis/"])
def test_somebody_without_a_region_is_told_whom_to_ask(trading: Trading, path: str) -> None:
    company = trading.company
    factories.position(company.jiangsu, Role.SALESPERSON, code="P-new", holder=company.stranger)

    answer = client_of(company.stranger).get(path)

    assert answer.status_code == 200
    assert "您还没有负责的区域" in answer.content.decode()


@pytest.mark.capability("ORG4")
def test_another_region_does_not_exist_for_me(trading: Trading) -> None:
    company = trading.company

    assert client_of(company.owner).get("/performance/?region=T:苏北").status_code == 404
    assert client_of(company.boss).get("/performance/customers/?region=GD").status_code == 404
    assert client_of(company.colleague).get("/performance/customers/C1/").status_code == 404
    assert client_of(company.boss).get("/performance/?region=nowhere").status_code == 404
    assert client_of(company.boss).get("/performance/?period=2026Q9").status_code == 404


@pytest.mark.capability("MON5")
def test_the_customers_of_a_node_add_up_to_it(trading: Trading) -> None:
    page = client_of(trading.company.boss).get("/performance/customers/?region=JS").content.decode()

    assert "苏南商贸" in page
    assert "粤东商贸" not in page
    assert "5,000,000.00" in page


@pytest.mark.capability("MON5")
def test_order_lines_say_for_whom_they_count(trading: Trading) -> None:
    page = client_of(trading.company.owner).get("/performance/customers/C1/").content.decode()

    assert "ORD-A3" in page
    assert "苏南" in page
    assert "ORD-A5" not in page


@pytest.mark.capability("MON5", "TGT1")
@pytest.mark.parametrize(
    "metric", ["amount", "quantity", "gross_profit", "gross_margin", "orders", "active_customers"]
)
def test_every_metric_can_be_cut_by_two_dimensions(trading: Trading, metric: str) -> None:
    url = f"/performance/analysis/?metric={metric}&row=territory&column=month"

    assert client_of(trading.company.director).get(url).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_exports_without_formulas(trading: Trading, path: str) -> None:
    answer = client_of(trading.company.operations).get(f"{path}?export=xlsx")

    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    assert len(book.get_sheet_by_index(0).to_python()) > 1


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_the_database_at_most_twelve_times(
    trading: Trading, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(trading.company.operations)
    client.get(path)

    with django_assert_max_num_queries(13):
        client.get(path)


@pytest.mark.parametrize("name", ["operations", "boss", "owner"])
def test_the_figures_of_the_home_page_cost_at_most_thirteen_queries(
    trading: Trading, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(getattr(trading.company, name))
    client.get("/home/standing/")

    with django_assert_max_num_queries(13):
        client.get("/home/standing/")
