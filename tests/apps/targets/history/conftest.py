"""A company with three years of orders: a big project, a new customer, a lost one, returns, two channels."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.platform.catalog.models import Channel, Product, ProductLine
from tests.people import Company
from tests.platform.facts.lines import AT, line, order_lines

YUAN = 100
MONTHLY = {"C1": 100_000 * YUAN, "C2": 60_000 * YUAN, "C3": 40_000 * YUAN}
PROJECT = 900_000 * YUAN
TODAY = date(2026, 6, 15)


@pytest.fixture
def selling(company: Company, settings: Any, tmp_path: Path) -> Company:
    """Orders up to the end of May 2026; today is the middle of June."""
    settings.QUYU_HOME = tmp_path
    for number, (code, name) in enumerate((("TEA", "茶饮料"), ("SNACK", "休闲食品"))):
        product_line = ProductLine.objects.create(code=code, name=name, sort_order=number)
        Product.objects.create(code=f"P{number + 1}", name=f"{name}一号", line=product_line)
    for code, name in (("DIST", "流通"), ("KA", "商超")):
        Channel.objects.create(code=code, name=name)
    places = {
        "C1": company.sunan,
        "C2": company.subei,
        "C3": company.sunan,
        "C4": company.sunan,
        "C5": company.subei,
    }
    for code, territory in places.items():
        Customer.objects.create(
            code=code,
            name=f"{code} 商贸",
            territory_override=territory,
            kind=CustomerKind.KEY_ACCOUNT if code == "C3" else CustomerKind.DEALER,
            tier=CustomerTier.A if code == "C1" else CustomerTier.B,
        )
    services.record_orders(order_lines(*rows()), file_name="a.csv", source_sha256="a" * 64, actor=None, at=AT)
    return company


def rows() -> Iterator[dict[str, object]]:
    for year, last in ((2024, 12), (2025, 12), (2026, 5)):
        for month in range(1, last + 1):
            for code, amount in MONTHLY.items():
                channel = "KA" if code == "C3" else "DIST"
                product = "P2" if code == "C2" else "P1"
                sold = line(
                    f"{code}-{year}{month:02d}", date(year, month, 8), amount, customer=code, product=product
                )
                yield sold | {"channel_code": channel}
    yield line("RETURN-1", date(2026, 3, 20), -10_000 * YUAN) | {"channel_code": "DIST"}
    yield line("PROJECT-1", date(2026, 4, 10), PROJECT) | {"channel_code": "DIST"}
    for month in (3, 4, 5):
        yield line(f"C4-{month}", date(2026, month, 29), 20_000 * YUAN, customer="C4")
    for month in (9, 10, 11):
        yield line(f"C5-{month}", date(2025, month, 9), 20_000 * YUAN, customer="C5")
