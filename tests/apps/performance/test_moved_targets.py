"""Attainment where units and territories went elsewhere: targets by days as it was, by today's structure restated."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.performance import services
from quyu.apps.performance.selectors import series
from quyu.apps.performance.selectors.sources import AS_IT_WAS, AS_RESTATED, Source
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.territories import services as territories
from quyu.apps.territories.models import Alignment, Territory
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.targets.test_units_take_targets import draft_with
from tests.apps.territories.conftest import Site, site
from tests.people import TODAY, client_of

__all__ = ["site"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("TER9", "MON1")]
LATER = date(2026, 7, 10)


def read(source: Source, today: date = LATER) -> Board:
    span = span_of(CALENDAR.parse("2026"), today=today, source=source)
    return board(span, everything(), today=today, source=source)


@pytest.fixture
def moved(trading: Trading, site: Site) -> Trading:
    """Half of 粤东 goes to 苏南 on the first of July; 苏北 goes to 广东 on the twentieth of June."""
    company = trading.company
    draft = draft_with(site, {"G11": "sunan"})
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    territories.activate(alignment=draft, valid_from=date(2026, 7, 1), actor=company.operations, at=TODAY)
    territories.move_territory(
        territory=company.subei, unit=company.guangdong, moved_on=date(2026, 6, 20), actor=company.operations, at=TODAY
    )  # fmt: skip
    territories.come_due(at=LATER)
    services.restate(today=LATER)
    return trading


def targets(shown: Board) -> dict[str, int]:
    names = {**dict(Territory.objects.values_list("code", "name"))}
    return {
        names.get(code.removeprefix("T:"), code): own.target // WAN for code, own in shown.standings.items()
    }


def test_as_it_was_the_target_follows_by_days_in_the_tree_of_the_plan(moved: Trading) -> None:
    found = targets(read(AS_IT_WAS))
    assert (found["苏南"], found["苏北"], found["粤东"]) == (15_000, 12_000, 9_000)
    assert (found["JS"], found["GD"], found["HQ"]) == (27_000, 9_000, 36_000)


def test_restated_targets_and_tree_are_those_of_today(moved: Trading) -> None:
    found = targets(read(AS_RESTATED))
    assert (found["苏南"], found["苏北"], found["粤东"]) == (18_000, 12_000, 6_000)
    assert (found["JS"], found["GD"], found["HQ"]) == (18_000, 18_000, 36_000)


@pytest.mark.parametrize("source", [AS_IT_WAS, AS_RESTATED])
def test_months_and_lines_sum_to_the_target_of_every_node(moved: Trading, source: Source) -> None:
    shown = read(source)
    for code, own in shown.standings.items():
        sold = series.series_of(shown, code)
        assert sum(sold.months().target) == own.target
        assert sum(line.target for _code, _name, line in sold.lines()) == own.target


def test_a_territory_made_since_counts_with_the_unit_it_hangs_below(trading: Trading, site: Site) -> None:
    company = trading.company
    new = Territory.objects.create(
        code="NEW", name="新区", org_unit=company.jiangsu, valid_from=date(2026, 7, 1)
    )
    draft = draft_with(site, {})
    draft.units.filter(unit__code="G11").update(territory=new)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    territories.activate(alignment=draft, valid_from=date(2026, 7, 1), actor=company.operations, at=TODAY)
    shown = read(AS_IT_WAS)
    found = targets(shown)
    assert (found["JS"], found["GD"], found["HQ"]) == (27_000, 9_000, 36_000)
    assert sum(series.series_of(shown, "JS").months().target) == 27_000 * WAN
    services.restate(today=LATER)
    assert targets(read(AS_RESTATED))["新区"] == 6_000


def test_the_page_switches_between_both_readings(moved: Trading, settings) -> None:  # type: ignore[no-untyped-def]
    settings.QUYU_TODAY = LATER.isoformat()
    client = client_of(moved.company.director)
    was, now = (
        client.get(reverse("performance"), {"period": "2026", "region": "GD", "as": reading}).content.decode()
        for reading in ("was", "restated")
    )
    assert "9,000.00" in was
    assert "18,000.00" in now


def test_a_head_reaches_what_is_his_today_when_restated(moved: Trading) -> None:
    source = AS_RESTATED
    span = span_of(CALENDAR.parse("2026"), today=LATER, source=source)
    shown = board(span, scope_of(moved.company.neighbour, at=LATER), today=LATER, source=source)
    assert shown.covers("T:" + moved.company.subei.code)
