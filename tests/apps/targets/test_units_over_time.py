"""Territories and units that go elsewhere: targets of units by days against a slow count of every single day."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import Letter, PlanVersion
from quyu.apps.targets.selectors import reach_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.units import UnitsOverTime, unit_targets
from quyu.apps.territories.services import ThereAlready, move_territory
from quyu.platform.people.models import OrgLink, OrgUnit
from quyu.platform.people.services import move_unit
from tests import factories
from tests.apps.targets.plans import make_plan, publish, scope
from tests.people import TODAY, Company, build_company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ3")]
ALL = Reach(("HQ",), is_everything=True)
UNITS = {"JS": "EAST", "ZJ": "EAST", "GD": "SOUTH", "EAST": "HQ", "SOUTH": "HQ"}


def days_of(month: str) -> list[date]:
    first = date.fromisoformat(month + "-01")
    return [day for n in range(31) if (day := first + timedelta(n)).month == first.month]


def move(company: Company, territory: str, unit: str, on: date, today: date = TODAY) -> None:
    row = {"苏南": company.sunan, "苏北": company.subei, "粤东": company.yuedong}[territory]
    move_territory(
        territory=row, unit=OrgUnit.objects.get(code=unit), moved_on=on, actor=company.operations, at=today
    )


def read(version: PlanVersion, *, reach: Reach = ALL, today: date = TODAY) -> UnitsOverTime:
    return unit_targets(
        PlanVersion.objects.select_related("plan").get(pk=version.pk), reach=reach, today=today
    )


def month_of(version: PlanVersion, leaf: str, month: str) -> int:
    axes = Axes.from_json(version.axes)
    return int(store.load_shaped(version, axes.shape)[axes.block(Node(leaf, month))].sum())


def sums_by_hand(
    version: PlanVersion, parent_on: dict[str, dict[date, str]], unit_on: dict[str, dict[date, str]]
) -> dict[str, list[int]]:
    """Each month of each territory shared by counting days one by one, in fractions; remainders to the largest."""
    axes = Axes.from_json(version.axes)
    found: dict[str, list[int]] = defaultdict(lambda: [0] * 12)
    for leaf in axes.leaves:
        for number, month in enumerate(axes.months):
            value, counted = month_of(version, leaf, month), Counter[tuple[str, ...]]()
            for day in days_of(month):
                chain = [parent_on[leaf][day]]
                while chain[-1] != "HQ":
                    chain.append(unit_on[chain[-1]][day])
                counted[tuple(chain)] += 1
            exact = {chain: Fraction(value * n, len(days_of(month))) for chain, n in counted.items()}
            parts = {chain: int(share) for chain, share in exact.items()}
            order = sorted(exact, key=lambda chain: parts[chain] - exact[chain])
            for chain in order[: value - sum(parts.values())]:
                parts[chain] += 1
            for chain, part in parts.items():
                for unit in chain:
                    found[unit][number] += part
    return found


class EveryDay(TestCase):
    """Any moves of territories and of units, on any day, twice in a month and back again."""

    @settings(deadline=None, max_examples=25)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["苏南", "粤东", "JS"]),
                st.sampled_from([0, 14, 30, 31, 58, 59, 60, 70, 75, 89, 364]) | st.integers(-30, 380),
                st.sampled_from(["JS", "ZJ", "GD", "EAST", "SOUTH"]),
            ),
            max_size=6,
        )
    )
    def test_units_get_what_the_days_say(self, asked: list[tuple[str, int, str]]) -> None:
        company = build_company()
        version = make_plan(company)
        year = [date(2026, 11, 1) + timedelta(n) for n in range(460)]
        home = {"T:苏南": "JS", "T:苏北": "JS", "T:粤东": "GD"}
        parent_on = {leaf: dict.fromkeys(year, unit) for leaf, unit in home.items()}
        unit_on = {unit: dict.fromkeys(year, above) for unit, above in UNITS.items()}
        for who, offset, unit in sorted(asked, key=lambda one: one[1]):
            on = date(2027, 1, 1) + timedelta(offset)
            days = unit_on["JS"] if who == "JS" else parent_on["T:" + who]
            if who == "JS" and unit in ("EAST", "SOUTH"):
                move_unit(unit=company.jiangsu, parent=OrgUnit.objects.get(code=unit), valid_from=on, actor=None, at=TODAY)  # fmt: skip
            elif who != "JS":
                try:
                    move(company, who, unit, on)
                except ThereAlready:
                    assert days[on] == unit
            else:
                continue
            days.update((day, unit) for day in year if day >= on)

        found = {row.code: row for row in read(version).rows}

        by_hand = sums_by_hand(version, parent_on, unit_on)
        for code, row in found.items():
            assert list(row.by_days) == by_hand.get(code, [0] * 12), code
        assert set(found) >= set(by_hand)
        below_root = [found[code].totals for code in ("EAST", "SOUTH") if code in found]
        assert found["HQ"].totals == (version.total_fen,) * 3
        assert [sum(column) for column in zip(*below_root, strict=True)] == [version.total_fen] * 3


def test_the_two_parts_sum_to_the_month(company: Company) -> None:
    version = make_plan(company)
    march = month_of(version, "T:苏南", "2027-03")
    was = {row.code: row for row in read(version).rows}
    assert was["JS"].as_was == was["JS"].by_days == was["JS"].restated

    move(company, "苏南", "GD", date(2027, 3, 15))

    found = read(version)
    rows = {row.code: row for row in found.rows}
    lost = was["JS"].as_was[2] - rows["JS"].by_days[2]
    assert rows["GD"].by_days[2] - was["GD"].as_was[2] == lost
    assert abs(Fraction(march * 17, 31) - lost) < 1
    assert rows["JS"].by_days[1] == was["JS"].as_was[1]
    assert rows["JS"].by_days[3] == was["JS"].as_was[3] - month_of(version, "T:苏南", "2027-04")
    assert rows["JS"].as_was == was["JS"].as_was
    (told,) = found.transfers
    assert [(part.code, part.days) for part in told.parts] == [("JS", 14), ("GD", 17)]
    assert (told.value, told.subject, told.on) == (march, "苏南", date(2027, 3, 15))


@pytest.mark.parametrize(
    ("day", "kept"), [(date(2027, 3, 1), 0), (date(2027, 3, 2), 1), (date(2027, 3, 31), 30)]
)
def test_first_and_last_day(company: Company, day: date, kept: int) -> None:
    version = make_plan(company)
    move(company, "苏南", "ZJ", day)

    rows = {row.code: row for row in read(version).rows}

    north, south = month_of(version, "T:苏北", "2027-03"), month_of(version, "T:苏南", "2027-03")
    assert abs(rows["JS"].by_days[2] - north - Fraction(south * kept, 31)) < 1
    assert rows["JS"].by_days[2] + rows["ZJ"].by_days[2] == north + south
    assert rows["EAST"].by_days == rows["EAST"].as_was


def test_back_again_within_a_month_counts_all_its_days(company: Company) -> None:
    version = make_plan(company)
    move(company, "苏南", "GD", date(2027, 6, 11))
    move(company, "苏南", "JS", date(2027, 6, 21))

    found = read(version)

    first, second = found.transfers
    assert [(part.code, part.days) for part in first.parts] == [("JS", 20), ("GD", 10)]
    assert first.parts == second.parts
    rows = {row.code: row for row in found.rows}
    assert rows["JS"].by_days[6:] == rows["JS"].as_was[6:]


def test_restated_is_the_tree_of_today_for_every_day(company: Company) -> None:
    version = make_plan(company)
    move(company, "苏南", "GD", date(2027, 3, 15))
    south = sum(month_of(version, "T:苏南", month) for month in Axes.from_json(version.axes).months)

    before = {row.code: row for row in read(version, today=date(2027, 3, 14)).rows}
    after = {row.code: row for row in read(version, today=date(2027, 3, 15)).rows}

    assert before["JS"].restated == before["JS"].as_was
    assert after["JS"].totals[2] == after["JS"].totals[0] - south
    assert after["GD"].totals[2] == after["GD"].totals[0] + south
    assert after["JS"].by_days == before["JS"].by_days


def test_a_territory_outside_the_plan_moves_nothing(company: Company) -> None:
    version = make_plan(company)
    newer = factories.territory("皖南", company.jiangsu, valid_from=date(2027, 1, 1))
    move_territory(
        territory=newer, unit=company.guangdong, moved_on=date(2027, 5, 5), actor=None, at=date(2027, 5, 5)
    )

    found = read(version)

    assert found.transfers == ()
    assert all(row.as_was == row.by_days == row.restated for row in found.rows)


def test_a_unit_made_since_receives(company: Company) -> None:
    version = make_plan(company)
    newer = factories.org_unit("AH", "安徽", parent=company.east, valid_from=date(2027, 4, 1))
    move(company, "苏南", "AH", date(2027, 4, 16))

    rows = {row.code: row for row in read(version, today=date(2027, 5, 1)).rows}

    april = month_of(version, "T:苏南", "2027-04")
    assert rows["AH"].name == newer.name
    assert abs(rows["AH"].by_days[3] - Fraction(april, 2)) < 1
    assert rows["AH"].as_was == (0,) * 12
    assert rows["AH"].restated[0] == month_of(version, "T:苏南", "2027-01")


def test_where_the_organisation_says_nothing_the_plan_stands(company: Company) -> None:
    version = make_plan(company)
    OrgLink.objects.filter(unit=company.jiangsu).delete()

    assert all(row.as_was == row.by_days for row in read(version).rows)


def test_only_who_is_concerned_reads_of_a_move(company: Company) -> None:
    version = make_plan(company)
    move(company, "苏南", "ZJ", date(2027, 3, 15))
    axes = Axes.from_json(version.axes)

    def told(name: str) -> UnitsOverTime:
        reach = reach_of(axes, scope(getattr(company, name)), at=TODAY)
        return read(version, reach=reach)

    assert {row.code for row in told("boss").rows} == {"JS"}
    assert [move.on for move in told("boss").transfers] == [date(2027, 3, 15)]
    assert {row.code for row in told("neighbour").rows} == {"GD"}
    assert told("neighbour").transfers == ()
    assert told("stranger") == UnitsOverTime((), ())


@pytest.fixture
def published(company: Company, settings: Any, tmp_path: Path) -> PlanVersion:
    """In force in March 2027; 苏南 goes from 江苏 to 广东 on the fifteenth."""
    settings.QUYU_HOME = tmp_path
    version = publish(company, make_plan(company))
    move(company, "苏南", "GD", date(2027, 3, 15))
    settings.QUYU_TODAY = "2027-03-20"
    return version


def page(company: Company, name: str, address: str, **asked: str) -> str:
    answer = client_of(getattr(company, name)).get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


MOVED = "苏南 自 2027-03-15 起由江苏划归广东"


@pytest.mark.parametrize("name", ["operations"])
def test_pages_say_what_moved_and_why(company: Company, published: PlanVersion, name: str) -> None:
    at = {"region": "JS", "period": "2027", "line": ""}

    assert MOVED in page(company, name, reverse("target-people", args=[published.pk]), of="units")
    assert MOVED in page(company, name, reverse("target-chain", args=[published.pk]), **at)
    assert MOVED in page(company, name, reverse("target-why", args=[published.pk]), **at)
    for by in ("as_was", "restated"):
        assert "按今天的组织重述" in page(
            company, name, reverse("target-people", args=[published.pk]), of="units", by=by
        )


def test_the_letter_says_it_to_whom_it_concerns(company: Company, published: PlanVersion) -> None:
    letter = Letter.objects.get(plan_version=published, person=company.person("boss"))

    assert MOVED in page(company, "operations", reverse("letter", args=[letter.pk]))
    assert MOVED in page(company, "boss", reverse("letter", args=[letter.pk]))


def test_without_a_move_nothing_is_said(company: Company) -> None:
    version = make_plan(company)
    at = {"region": "JS", "period": "2027", "line": ""}

    assert "年中划转" not in page(company, "operations", reverse("target-why", args=[version.pk]), **at)  # fmt: skip
    assert "年中划转" not in page(
        company, "operations", reverse("target-people", args=[version.pk]), of="units"
    )
