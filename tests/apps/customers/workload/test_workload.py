"""Workload of territories: from customers and a standard to hours, on the page and as a measure of balance."""

from datetime import date, timedelta

import pytest

from quyu.apps.customers.models import Customer
from quyu.apps.customers.workload.reading import NOWHERE, territory_work
from quyu.apps.customers.workload.recording import refresh_workload
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import Territory, UnitFigure, WorkStandard
from quyu.apps.territories.selectors import figures_by_code
from quyu.apps.territories.services.standards import StandardThere, set_standard
from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from tests.apps.territories.conftest import Site
from tests.people import TODAY, client_of

NUMBERS = {
    name: getattr(WorkStandard(), name)
    for name in (
        *(f"{what}_{tier}" for tier in ("a", "b", "c", "prospect") for what in ("visits", "minutes")),
        "detour_percent", "speed_kmh", "stops", "minutes_a_day", "selling_percent", "ramp", "rotation_years",
    )
}  # fmt: skip


def customer(code: str, unit: BasicUnit | None, tier: str = "a", **more: object) -> Customer:
    return Customer.objects.create(code=code, name=f"客户{code}", unit=unit, tier=tier, **more)


def standard(**numbers: object) -> WorkStandard:
    return WorkStandard(valid_from=TODAY, **numbers)


@pytest.mark.capability("TER11")
def test_a_territory_works_for_the_customers_of_its_units_by_class(site: Site) -> None:
    customer("1", site.unit("J11"))
    customer("2", site.unit("J11"), "c")
    customer("3", site.unit("J13"), "b")
    customer("4", site.unit("J11"), closed_on=TODAY)

    found = territory_work(site.active, standard(visits_a=10, minutes_a=60, visits_c=3), TODAY)

    work = found[site.company.sunan.pk].work
    assert work.counts == (1, 0, 1, 0)
    assert (work.visits, work.onsite) == (13, 10 * 60 + 3 * 30)
    assert found[site.company.subei.pk].work.counts == (0, 1, 0, 0)
    assert work.total == work.onsite + work.from_home + work.between


def test_the_way_is_longer_from_a_home_far_away(site: Site) -> None:
    customer("1", site.unit("J11"))
    near = territory_work(site.active, standard(), TODAY)[site.company.sunan.pk]
    Territory.objects.filter(pk=site.company.sunan.pk).update(home=site.unit("J32"))
    far = territory_work(site.active, standard(), TODAY)[site.company.sunan.pk]

    assert near.home is None
    assert far.home == site.unit("J32")
    assert far.work.from_home > near.work.from_home
    assert far.work.between == near.work.between > 0


def test_named_customers_count_for_their_territory_and_not_for_the_unit(site: Site) -> None:
    customer("1", site.unit("J11"))
    customer("2", site.unit("J11"), territory_override=site.company.subei)

    found = territory_work(site.active, standard(), TODAY)
    refresh_workload(at=TODAY)

    assert found[site.company.sunan.pk].work.customers == found[site.company.subei.pk].work.customers == 1
    assert figures_by_code("workload") == {"J11": found[site.company.sunan.pk].work.total}


def test_what_has_no_position_or_no_territory_is_told(site: Site) -> None:
    bare = BasicUnit.objects.create(code="X1", name="无名县", level="county")
    customer("1", bare)

    place = territory_work(site.active, standard(), TODAY)[NOWHERE].places[0]

    assert (place.one_way, place.leg) == (None, None)
    assert place.work.total == place.work.onsite > 0


def test_areas_are_true_on_the_globe(site: Site) -> None:
    """A cell of one degree at 32° N is 111.2 km high and about 94 km wide."""
    found = geography.areas_km2([site.unit("J11").pk])

    assert found[site.unit("J11").pk] == pytest.approx(111.195 * 111.195 * 0.8434, rel=0.01)


def test_a_standard_holds_from_its_day_on(site: Site) -> None:
    later = TODAY + timedelta(days=30)
    set_standard(
        valid_from=later, values={**NUMBERS, "visits_a": 7}, expected_version=0, actor=None, at=TODAY
    )

    assert WorkStandard.objects.holding(TODAY).pk is None
    assert WorkStandard.objects.holding(later).visits_a == 7
    assert Decision.objects.filter(verb="set_standard").exists()


def test_of_two_who_change_a_standard_the_second_is_refused(site: Site) -> None:
    set_standard(valid_from=TODAY, values=NUMBERS, expected_version=0, actor=None, at=TODAY)
    set_standard(valid_from=TODAY, values={**NUMBERS, "stops": 4}, expected_version=1, actor=None, at=TODAY)

    with pytest.raises(StaleSave):
        set_standard(valid_from=TODAY, values=NUMBERS, expected_version=1, actor=None, at=TODAY)
    with pytest.raises(StandardThere):
        set_standard(valid_from=TODAY, values=NUMBERS, expected_version=0, actor=None, at=TODAY)
    assert WorkStandard.objects.get().stops == 4


@pytest.mark.capability("TER11")
def test_the_page_shows_ones_own_territories_and_explains_one(site: Site) -> None:
    customer("1", site.unit("J11"))
    customer("2", site.unit("J13"))
    client = client_of(site.company.owner)

    listed = client.get("/territories/workload/").content.decode()
    explained = client.get(f"/territories/{site.company.sunan.pk}/workload/").content.decode()

    assert "苏南" in listed
    assert "苏北" not in listed
    assert "J11县" in explained
    assert ">48<" in explained
    assert client.get(f"/territories/{site.company.subei.pk}/workload/").status_code == 404
    assert client.get(f"/territories/{site.company.sunan.pk}/workload/?alignment=1").status_code == 404


def test_a_new_standard_changes_the_figures_of_balance_at_once(site: Site) -> None:
    customer("1", site.unit("J11"))
    refresh_workload(at=TODAY)
    before = figures_by_code("workload")["J11"]

    sent = {"valid_from": TODAY.isoformat(), **NUMBERS, "minutes_a": 120}
    answer = client_of(site.company.operations).post("/territories/workload/standard/", sent)

    assert answer.status_code == 302
    assert figures_by_code("workload")["J11"] == before + 48 * 60
    assert UnitFigure.objects.filter(measure=FigureMeasure.WORKLOAD).get().period_end == TODAY


@pytest.mark.parametrize(
    ("field", "value"),
    [("speed_kmh", "0"), ("detour_percent", "90"), ("ramp", "25,abc"), ("ramp", "120"), ("valid_from", "x")],
)
def test_wrong_numbers_are_named_and_nothing_is_kept(site: Site, field: str, value: str) -> None:
    sent = {"valid_from": TODAY.isoformat(), **NUMBERS, field: value}

    answer = client_of(site.company.operations).post("/territories/workload/standard/", sent)

    assert answer.status_code == 200
    assert b"invalid-feedback" in answer.content
    assert not WorkStandard.objects.exists()


def test_only_who_keeps_territories_of_the_whole_company_sets_the_standard(site: Site) -> None:
    for name in ("owner", "boss", "director", "auditor"):
        client = client_of(getattr(site.company, name))
        assert client.get("/territories/workload/standard/").status_code == 403
        assert client.post("/territories/workload/refresh/").status_code == 403


def test_the_year_of_a_person_has_the_working_days_of_the_calendar(site: Site) -> None:
    page = client_of(site.company.operations).get("/territories/workload/").content.decode()

    weekdays = sum(
        (TODAY + timedelta(days=day)).weekday() < 5 for day in range((date(2027, 6, 15) - TODAY).days)
    )
    assert f"{weekdays} 个工作日" in page
    assert f"{weekdays * 480 * 60 // 100 / 60:,.1f}" in page
