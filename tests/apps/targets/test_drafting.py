"""A plan from the history of orders in one step, as programs make it."""

from datetime import date

import pytest

from quyu.apps.performance.models import MonthRollup
from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.services.baseline import NoHistory
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import ProductLine
from tests.apps.targets.plans import AT
from tests.people import Company

pytestmark = pytest.mark.django_db


def sell(year: int, months: range, territory: Territory, line: ProductLine, fen: int) -> None:
    for month in months:
        MonthRollup.objects.create(
            month=date(year, month, 1), territory=territory, product_line=line, amount_fen=fen, quantity_milli=1, line_count=1
        )  # fmt: skip


@pytest.mark.capability("TGT1", "TGT4")
def test_a_draft_from_two_years_of_orders(company: Company) -> None:
    line = ProductLine.objects.create(code="HA", name="家电")
    for territory, fen in ((company.sunan, 3_000_000), (company.subei, 1_000_000)):
        sell(2025, range(1, 13), territory, line, fen)
        sell(2026, range(1, 6), territory, line, fen * 2)

    services.draft_from_history(
        name="2027 年销售目标", year=2027, total_fen=12_000_000_000, actor=company.operations, at=AT
    )

    version = PlanVersion.objects.get()
    assert version.total_fen == 12_000_000_000
    assert selectors.certificate(version).violations == 0
    south, north = (selectors.target_frame(version).cells[place].sum() for place in (0, 1))
    assert {round(south / north), round(north / south)} == {3, 0}
    assert store.load(version, "last_year").sum() == 12 * 8_000_000
    assert version.method["closed_months"] == 5


def test_without_orders_there_is_no_draft(company: Company) -> None:
    ProductLine.objects.create(code="HA", name="家电")

    with pytest.raises(NoHistory):
        services.draft_from_history(name="2027", year=2027, actor=company.operations, at=AT)

    assert not PlanVersion.objects.exists()
