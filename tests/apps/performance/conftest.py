"""A trading company: customers in three territories, two years of orders, the published plan of 2026."""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import services as planning
from quyu.platform.approvals import services as approvals
from quyu.platform.calendar.services import load_china_calendar
from quyu.platform.catalog.models import Channel, Product, ProductLine
from tests.people import Company, build_company
from tests.platform.facts.lines import AT, line, order_lines

WAN = 1_000_000


@dataclass(frozen=True)
class Trading:
    company: Company

    @property
    def total(self) -> int:
        return 36_000 * WAN


@pytest.fixture
def trading(company: Company, settings: Any, tmp_path: Path) -> Trading:
    settings.QUYU_HOME = tmp_path
    return begin_trading(company)


@pytest.fixture(scope="module")
def traded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Trading, Path]]:
    """The company made once for a module, gone after it."""
    home = tmp_path_factory.mktemp("traded")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(QUYU_HOME=home):
            made = begin_trading(build_company())
        yield made, home
        transaction.set_rollback(True)


@pytest.fixture
def again(traded: tuple[Trading, Path], db: None, settings: Any, tmp_path: Path) -> Trading:
    """As `trading`, which a module all of whose tests want it takes it for; what a test changes is undone after it."""
    made, home = traded
    settings.QUYU_HOME = shutil.copytree(home, tmp_path / "home")
    return deepcopy(made)


def begin_trading(company: Company) -> Trading:
    load_china_calendar(first_year=2025, last_year=2026)
    for number, (code, name) in enumerate((("TEA", "茶饮料"), ("SNACK", "休闲食品"))):
        product_line = ProductLine.objects.create(code=code, name=name, sort_order=number)
        Product.objects.create(code=f"P{number + 1}", name=f"{name}一号", line=product_line)
    Channel.objects.create(code="DIST", name="流通")
    places = {"C1": company.sunan, "C2": company.subei, "C3": company.yuedong}
    for code, territory in places.items():
        Customer.objects.create(code=code, name=f"{territory.name}商贸", territory_override=territory)
    Customer.objects.create(code="C9", name="无主客户")
    services.record_orders(order_lines(*rows()), file_name="a.csv", source_sha256="a" * 64, actor=None, at=AT)
    publish_plan(company)
    return Trading(company)


def rows() -> list[dict[str, object]]:
    """Ten thousand yuan multiples that a reader can add up in his head."""
    return [
        line("ORD-A1", date(2025, 3, 10), 100 * WAN, customer="C1"),
        line("ORD-A2", date(2025, 7, 1), 900 * WAN, customer="C1"),
        line("ORD-A3", date(2026, 3, 10), 150 * WAN, customer="C1"),
        line("ORD-A4", date(2026, 6, 12), 50 * WAN, customer="C1", product="P2"),
        line("ORD-A5", date(2026, 4, 1), 300 * WAN, customer="C2"),
        line("ORD-A6", date(2026, 5, 1), 40 * WAN, customer="C3"),
        line("ORD-A7", date(2026, 5, 2), -10 * WAN, customer="C3"),
        line("ORD-A8", date(2026, 2, 1), 7 * WAN, customer="C9"),
    ]


def publish_plan(company: Company) -> None:
    """36,000 万 for 2026: the same for each of 3 territories, 12 months and 2 lines."""
    axes = targets.freeze(year=2026, at=date(2026, 1, 1))
    version = planning.create_plan(
        name="2026",
        year=2026,
        base=np.ones(axes.shape, np.int64),
        total_fen=36_000 * WAN,
        actor=company.operations,
        at=AT,
        axes=axes,
    )
    approval = planning.submit(plan_version=version, actor=company.operations, at=AT)
    approvals.approve(approval=approval, actor=company.director, at=AT)
    version.refresh_from_db()
    planning.publish(plan_version=version, actor=company.director, at=AT)
