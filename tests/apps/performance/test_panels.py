"""What a customer's and a territory's page tell about sales, and to whom."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from pytest_django import DjangoAssertNumQueries

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.platform.people.models import User
from tests.apps.performance.conftest import WAN, Trading
from tests.people import client_of
from tests.platform.facts.lines import AT, line, order_lines


def customer_page(user: User, code: str) -> str:
    """The page with the part that it asks for when it has loaded."""
    client = client_of(user)
    page = client.get(reverse("customer-detail", kwargs={"pk": Customer.objects.get(code=code).pk}))
    part = reverse("performance-customer-panel", args=[code])
    assert part in page.content.decode()
    return client.get(part).content.decode()


@pytest.mark.capability("CUS1", "MON5")
def test_a_customer_shows_its_latest_lines_and_both_years(trading: Trading) -> None:
    page = customer_page(trading.company.owner, "C1")

    assert "ORD-A4" in page
    assert "ORD-A5" not in page
    assert "2026 年 200.00 万元，上年全年 1,000.00 万元" in page
    assert reverse("performance-lines", args=["C1"]) in page


def test_only_twenty_lines_are_shown(trading: Trading) -> None:
    lines = [line(f"MANY-{n:02d}", date(2026, 6, 13), WAN, customer="C2") for n in range(30)]
    services.record_orders(order_lines(*lines), file_name="b.csv", source_sha256="b" * 64, actor=None, at=AT)

    assert customer_page(trading.company.colleague, "C2").count("MANY-") == 20


@pytest.mark.capability("ORG4")
def test_lines_that_count_for_others_are_not_shown(trading: Trading) -> None:
    """C1 goes to 苏北 from now on in name; its new owner sees it with all its lines, the old one no page."""
    Customer.objects.filter(code="C1").update(territory_override=trading.company.yuedong)

    page = customer_page(trading.company.neighbour, "C1")

    assert "还没有订单" in page  # until the rollups follow, the lines still count for 苏南
    assert "ORD-A" not in page


def test_a_customer_without_orders_says_so(trading: Trading) -> None:
    Customer.objects.create(code="NEW/1", name="新客户")

    assert "还没有订单" in customer_page(trading.company.operations, "NEW/1")


@pytest.mark.capability("MON2", "TER1")
def test_a_territory_shows_its_attainment_of_the_year(trading: Trading) -> None:
    company = trading.company
    url = reverse("territory-detail", kwargs={"pk": company.sunan.pk})

    part = reverse("performance-territory-panel", args=[company.sunan.code])
    assert part in iri_to_uri(client_of(company.owner).get(url).content.decode())
    page = client_of(company.owner).get(part).content.decode()

    assert "2026 年业绩" in page
    assert "12,000.00" in page
    assert "/performance/?region=T%3A%E8%8B%8F%E5%8D%97" in page


@pytest.mark.capability("ORG4")
def test_the_parts_of_others_do_not_exist(trading: Trading) -> None:
    client = client_of(trading.company.colleague)

    for part in (("customer", "C1"), ("territory", trading.company.sunan.code)):
        assert client.get(reverse(f"performance-{part[0]}-panel", args=[part[1]])).status_code == 404


@pytest.mark.parametrize("kind", ["customer", "territory"])
def test_pages_and_parts_ask_the_database_at_most_twelve_times(
    trading: Trading, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = Customer.objects.get(code="C1") if kind == "customer" else trading.company.sunan
    client = client_of(trading.company.boss)
    for url in (
        reverse(f"{kind}-detail", kwargs={"pk": row.pk}),
        reverse(f"performance-{kind}-panel", args=[row.code]),
    ):
        client.get(url)

        with django_assert_max_num_queries(12):
            client.get(url)
