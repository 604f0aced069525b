"""Market share: what a year's size gives a month, whose it is, and what is left out."""

from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.market_rows import months_of, of_days, yearly_sizes
from quyu.apps.performance.selectors.attain import Asked, NotForProducts, attain
from quyu.apps.performance.selectors.cuts import cut, dimensions_of
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.targets.models import PolicyRule
from quyu.apps.targets.selectors.monitored import watched_rules
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.geography.models import BasicUnit, MarketFigure
from quyu.platform.people.scope import everything, scope_of
from quyu.shell.cli.attain import attain as attain_command
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY
from tests.platform.facts.lines import AT

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MKT2")]
EVERYTHING = Reach(is_everything=True, territory_codes=())


@pytest.fixture
def market(trading: Trading) -> Trading:
    """C1 in a county of its own size, C2 in one of a city's that is given evenly, C3 where nothing is known."""
    company = trading.company
    alignment = Alignment.objects.create(
        name="一", state="active", valid_from=date(2025, 1, 1), created_at=AT
    )
    places = (
        ("320102", "320100", company.sunan, "C1"),
        ("320302", "320300", company.subei, "C2"),
        ("320303", "320300", company.subei, ""),
        ("445102", "445100", company.yuedong, "C3"),
    )
    for code, parent, territory, customer in places:
        unit = BasicUnit.objects.create(code=code, name=code, level="county", parent_code=parent)
        AlignmentUnit.objects.create(alignment=alignment, unit=unit, territory=territory)
        Customer.objects.filter(code=customer).update(unit=unit)
    BasicUnit.objects.create(code="320300", name="徐州市", level="city")
    for code, day, wan in (
        ("320102", date(2025, 12, 31), 2_400),
        ("320102", date(2026, 6, 30), 1_200),
        ("320300", date(2025, 6, 30), 4_800),
    ):
        unit = BasicUnit.objects.get(code=code)
        MarketFigure.objects.create(unit=unit, measure="potential", as_of=day, value=wan * WAN)
    services.refresh_ownership(at=AT)
    return trading


def test_sizes_are_the_latest_of_the_year_and_a_city_is_shared_evenly(market: Trading) -> None:
    shared = {"320302": 2_400 * WAN, "320303": 2_400 * WAN}
    assert yearly_sizes(date(2026, 1, 31)) == {"320102": 1_200 * WAN, **shared}
    assert yearly_sizes(date(2025, 3, 31)) == {"320102": 2_400 * WAN, **shared}
    assert yearly_sizes(date(2024, 3, 31)) == {}, "no alignment was in force, and nothing was known"


def test_each_region_is_measured_by_its_own_places(market: Trading) -> None:
    days = date(2026, 1, 1), date(2026, 6, 16)
    found = cut("market_share", "province", "month", EVERYTHING, directory(), days=days)

    assert found.cells["江苏", "2026-03"] == 150 * 10_000 // (100 + 400)
    assert found.cells["江苏", "2026-04"] == 300 * 10_000 // 500
    assert found.cells["江苏", "2026-06"] == 50 * 10_000 * 2 // 500, "half of June"
    assert "广东" not in found.row_totals, "of its places nothing is known"
    assert found.whole == round(500 * 10_000 / (500 * 5.5))


def test_the_command_gives_the_same_rows(market: Trading) -> None:
    found = attain(
        Asked("2026-03", by=("region",), metric="market_share", level=2), everything(), today=TODAY
    )
    rows = {row.names[0]: row.actual for row in found.rows}
    assert rows["江苏"] == 3_000
    assert found.whole.actual == 3_000
    mine = attain(
        Asked("2026-03", metric="market_share"), scope_of(market.company.owner, at=TODAY), today=TODAY
    )
    assert mine.whole.actual == 150 * 10_000 // 100, "of 苏南 alone"
    with pytest.raises(NotForProducts):
        attain(Asked("2026", by=("product_line",), metric="market_share"), everything(), today=TODAY)
    assert not {"product_line", "product", "channel"} & set(dimensions_of(METRICS["market_share"]))


def test_without_any_size_there_is_no_share(trading: Trading) -> None:
    days = date(2026, 1, 1), date(2026, 6, 16)
    assert cut("market_share", "province", "month", EVERYTHING, directory(), days=days).whole is None
    told = CliRunner().invoke(attain_command, ["--period", "2026", "--metric", "market_share"])
    assert "先在“市场”导入“外部市场容量”" in told.output, told.output


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**15), st.integers(2024, 2027))
def test_the_months_of_a_year_sum_to_it_exactly(year_fen: int, year: int) -> None:
    whole = list(months_of((date(year, 1, 1), date(year + 1, 1, 1))))
    assert len(whole) == 12
    assert sum(of_days(year_fen, part) for part in whole) == year_fen


@pytest.mark.capability("TGT10")
def test_the_rule_of_gained_share_is_watched_on_the_same_days_of_both_years(market: Trading) -> None:
    days = (date(2026, 1, 1), date(2026, 6, 16)), (date(2025, 1, 1), date(2025, 6, 16))
    now, before = (
        cut("market_share", "province", "month", EVERYTHING, directory(), days=one) for one in days
    )
    PolicyRule.objects.update_or_create(code="R4", defaults={"kind": "monitored", "threshold": 300})
    found = watched_rules(everything(), today=TODAY)["R4"]

    assert now.whole is not None
    assert before.whole is not None
    assert found.value == now.whole - before.whole
    assert (found.required, found.is_met) == (300, found.value >= 300)
    assert "比上年同期" in found.words
    MarketFigure.objects.filter(as_of__year=2025).delete()
    MarketFigure.objects.update(as_of=date(2026, 6, 30))
    Alignment.objects.update(valid_from=date(2026, 1, 1))
    assert watched_rules(everything(), today=TODAY)["R4"].label == "尚无数据"
