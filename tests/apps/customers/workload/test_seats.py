"""How many people an org unit needs: today's people, their ramp and leaving, newcomers with dates."""

from datetime import date, timedelta

import pytest

from quyu.apps.customers.workload.reading import territory_work
from quyu.apps.customers.workload.seats import Seats, months_after, seats_by_unit, whole_months
from quyu.apps.territories.models import Ability, WorkStandard
from quyu.apps.territories.selectors.capacity import Capacity
from quyu.platform.people.models import Person
from tests.apps.customers.workload.test_workload import customer
from tests.apps.territories.conftest import Site
from tests.people import START, TODAY, client_of

FULL = Capacity(working_days=250, minutes=60_000, is_provisional=False)


def counted(site: Site, lead: int = 0, capacity: Capacity = FULL) -> Seats:
    sides = [site.company.sunan, site.company.subei]
    standard = WorkStandard(valid_from=TODAY)
    return seats_by_unit(
        sides, territory_work(site.active, standard, TODAY), standard, capacity, lead, TODAY
    )[0]


@pytest.mark.capability("ORG9")
def test_people_in_post_count_by_ability_ramp_and_until_they_leave(site: Site) -> None:
    Ability.objects.create(
        person=site.company.person("owner"), valid_from=START, percent=80, part=50, grade="junior"
    )
    Person.objects.filter(pk=site.company.person("colleague").pk).update(
        joined_on=TODAY - timedelta(days=31), left_on=date(2026, 12, 15)
    )

    found = counted(site)

    parts = {one.person.name: part for one, part in found.in_post}
    assert parts["owner"] == pytest.approx(0.4)
    assert parts["colleague"] == pytest.approx((0.5 + 0.75 + 4) / 12)
    assert found.grades == {"junior": 1, "middle": 0, "senior": 0, "": 1}


@pytest.mark.capability("ORG9")
def test_more_work_than_two_can_do_asks_for_newcomers_with_dates(site: Site) -> None:
    for number in range(12):
        customer(str(number), site.unit("J11"))

    found = counted(site, lead=2, capacity=Capacity(250, 15_000, is_provisional=False))

    assert found.minutes > 30_000
    assert found.found is not None
    assert found.found.newcomers > 0
    assert (found.arrives_on, found.full_on) == (date(2026, 8, 15), date(2026, 11, 15))


def test_too_little_work_leaves_people_over(site: Site) -> None:
    customer("1", site.unit("J11"))

    found = counted(site)

    assert found.found is not None
    assert found.found.surplus == 1


def test_the_page_shows_the_units_in_reach_only(site: Site) -> None:
    for number in range(3):
        customer(str(number), site.unit("J11"))

    shown = client_of(site.company.boss).get("/territories/staffing/?lead=3").content.decode()

    assert "江苏" in shown
    assert "广东" not in shown
    assert "个满负荷的人" in shown
    assert client_of(site.company.owner).get("/territories/staffing/").status_code == 403
    assert client_of(site.company.operations).get("/territories/staffing/?lead=99").status_code == 200


def test_months_are_whole_and_a_day_that_is_not_there_moves_on() -> None:
    assert whole_months(date(2026, 1, 31), date(2026, 3, 30)) == 1
    assert months_after(date(2026, 1, 31), 1) == date(2026, 3, 1)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 3, 1)
    assert months_after(date(2026, 6, 15), 0) == date(2026, 6, 15)
