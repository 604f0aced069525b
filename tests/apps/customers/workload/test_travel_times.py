"""A travel matrix from a file, in place of the estimate."""

from pathlib import Path

import pytest

from quyu.apps.customers.workload.reading import territory_work
from quyu.apps.territories.models import Territory, TravelTime, WorkStandard
from tests.apps.customers.workload.test_workload import customer
from tests.apps.territories.conftest import Site
from tests.people import TODAY
from tests.platform.masterdata.test_kinds import counts, home, imported, places, prepared, undo

pytestmark = pytest.mark.usefixtures("home")
__all__ = ["home"]


def sunan_minutes(site: Site) -> tuple[int, int]:
    work = territory_work(site.active, WorkStandard(valid_from=TODAY), TODAY)[site.company.sunan.pk].work
    return work.from_home, work.between


@pytest.mark.capability("TER11")
def test_imported_minutes_stand_in_place_of_the_estimate(site: Site, tmp_path: Path) -> None:
    customer("1", site.unit("J11"))
    Territory.objects.filter(pk=site.company.sunan.pk).update(home=site.unit("J32"))
    before = sunan_minutes(site)

    run = imported("travel_time", tmp_path, "起点,终点,分钟", "J11,J32,45", "J11,J11,10")

    assert sunan_minutes(site) == (48 * 2 * 45 // 5, 48 * 10 * 4 // 5)
    undo(run)
    assert sunan_minutes(site) == before
    assert not TravelTime.objects.exists()


def test_the_same_file_again_changes_nothing_and_a_correction_is_taken_back(
    site: Site, tmp_path: Path
) -> None:
    lines = ("from,to,minutes", "J11,J12,30", "J12,J11,35")
    imported("travel_time", tmp_path, *lines)

    assert counts(prepared("travel_time", tmp_path, *lines)) == (0, 0, 2)
    run = imported("travel_time", tmp_path, "from,to,minutes", "J11,J12,33")
    assert TravelTime.objects.get(origin=site.unit("J11")).minutes == 33
    undo(run)
    assert TravelTime.objects.get(origin=site.unit("J11")).minutes == 30


def test_wrong_rows_are_named(site: Site, tmp_path: Path) -> None:
    found = prepared(
        "travel_time",
        tmp_path,
        "起点,终点,分钟",
        "J11,X99,10",
        "J11,J12,-1",
        "J11,J13,7000",
        "J11,J14,5",
        "J11,J14,6",
    )

    assert {(row, column) for row, column, _code in places(found)} == {
        (2, "终点"), (3, "分钟"), (4, "分钟"), (6, "分钟"),
    }  # fmt: skip
