"""The company of the integrity programs: three territories, customers, products, and a published plan."""

import io
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.files.base import File

from quyu.apps.customers.models import Customer
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import services as planning
from quyu.apps.targets.models import PlanVersion
from quyu.platform.approvals import services as approvals
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.imports import runs
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import User
from tests.people import TODAY, build_company
from tests.platform.facts.lines import AT

CUSTOMERS = 24
LINES = 150
HEADER = "订单号,行号,订单日期,客户编码,产品编码,数量,金额"


def build() -> None:
    """Everything the operations need; done once."""
    company = build_company()
    for number, code in enumerate(("TEA", "SNACK")):
        line = ProductLine.objects.create(code=code, name=code, sort_order=number)
        Product.objects.create(code=f"P{number + 1}", name=f"{code} 1", line=line)
    Channel.objects.create(code="DIST", name="流通")
    places = (company.sunan, company.subei, company.yuedong)
    for number in range(CUSTOMERS):
        named = places[number % 3]
        Customer.objects.create(code=f"C{number}", name=f"客户{number}", territory_override=named)
    publish_first_plan()


def draft_plan(name: str) -> PlanVersion:
    axes = targets.freeze(year=2026, at=date(2026, 1, 1))
    base = np.random.default_rng(3).integers(0, 9_000_000, axes.shape, dtype=np.int64)
    return planning.create_plan(
        name=name, year=2026, base=base, total_fen=9_876_543_21, actor=operations(), at=AT, axes=axes
    )


def publish_first_plan() -> None:
    version = draft_plan("2026")
    approval = planning.submit(plan_version=version, actor=operations(), at=AT)
    approvals.approve(approval=approval, actor=director(), at=AT)
    version.refresh_from_db()
    planning.publish(plan_version=version, actor=operations(), at=AT)


def operations() -> User:
    return User.objects.get(username="operations")


def director() -> User:
    return User.objects.get(username="director")


def order_file(seed: str, lines: int = LINES) -> bytes:
    """A file of good rows; the same seed gives the same bytes."""
    rows = [
        f"{seed}-{i // 3},{i % 3 + 1},{date(2026, 1, 1) + timedelta(i * 7 % 160)},C{i % CUSTOMERS},P{i % 2 + 1},{i % 5 + 1},{i * 37 % 4999 / 100:.2f}"
        for i in range(lines)
    ]
    return "\n".join((HEADER, *rows)).encode()


def upload_of(seed: str, lines: int = LINES) -> "File[bytes]":
    return File(io.BytesIO(order_file(seed, lines)), name=f"{seed}.csv")


def uploaded(seed: str, lines: int = LINES) -> ImportRun:
    return runs.upload(kind="orders", upload=upload_of(seed, lines), actor=operations(), at=AT)


def confirmed(seed: str, lines: int = LINES) -> ImportRun:
    """A run that a person has looked at and confirmed; the worker's part is still to come."""
    run = uploaded(seed, lines)
    runs.preview(run, at=AT, today=TODAY)
    runs.confirm(run, partial=False, at=AT)
    return run


def imported(seed: str, lines: int = LINES) -> ImportRun:
    return runs.execute(confirmed(seed, lines), at=AT, today=TODAY)


def home() -> Path:
    return Path(settings.QUYU_HOME)
