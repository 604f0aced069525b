"""A territory goes to another org unit from a day on: planned, back again, twice, on the page and in the list."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from quyu.apps.targets.selectors import freeze
from quyu.apps.territories import services
from quyu.apps.territories.models import Territory, TerritoryMove
from quyu.apps.territories.selectors import moves_of, places_by_territory, unit_on
from quyu.platform.catalog.models import ProductLine
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import OrgUnit
from tests.people import TODAY, Company, build_company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ3")]


def move(company: Company, unit: OrgUnit, day: date, *, today: date = TODAY) -> Territory:
    return services.move_territory(
        territory=company.sunan, unit=unit, moved_on=day, actor=company.operations, at=today
    )


def test_it_hangs_below_the_new_unit_from_the_day_on(company: Company) -> None:
    moved = move(company, company.zhejiang, TODAY)

    assert (moved.org_unit, moved.version) == (company.zhejiang, 2)
    assert places_by_territory()["苏南"] == [
        (date.min, TODAY, "JS"),
        (TODAY, date.max, "ZJ"),
    ]
    with pytest.raises(services.ThereAlready):
        move(company, company.zhejiang, TODAY + timedelta(9))


def test_a_planned_move_waits_for_its_day(company: Company) -> None:
    day = TODAY + timedelta(10)
    ProductLine.objects.create(code="HA", name="家电")
    assert move(company, company.zhejiang, day).org_unit == company.jiangsu

    assert services.come_due(at=day - timedelta(1)) == 0
    assert freeze(year=2027, at=day - timedelta(1)).tree.parent("T:苏南") == "JS"
    assert freeze(year=2027, at=day).tree.parent("T:苏南") == "ZJ"
    assert services.come_due(at=day) == 1
    assert services.come_due(at=day) == 0
    assert Territory.objects.get(code="苏南").org_unit == company.zhejiang


def test_taken_back_on_the_same_day_nothing_has_moved(company: Company) -> None:
    move(company, company.zhejiang, TODAY)

    moved = move(company, company.jiangsu, TODAY)

    assert moved.org_unit == company.jiangsu
    assert not TerritoryMove.objects.exists()


class EveryOrder(TestCase):
    """Moves in any order of entry say the same as writing each onto the days up to the next one planned."""

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["JS", "ZJ", "GD"])), max_size=7))
    def test_spans_equal_days_written_one_by_one(self, asked: list[tuple[int, str]]) -> None:
        company = build_company()
        days = ["JS"] * 15  # from TODAY on, each day written by hand

        for offset, unit in asked:
            before = days[offset]
            try:
                move(company, OrgUnit.objects.get(code=unit), TODAY + timedelta(offset))
            except services.ThereAlready:
                assert before == unit
                continue
            assert before != unit
            until = next((n for n in range(offset + 1, 15) if days[n] != days[n - 1]), 15)
            days[offset:until] = [unit] * (until - offset)

        moves = moves_of(company.sunan)
        spans = places_by_territory()["苏南"]
        for offset in range(-3, 15):
            day, expected = TODAY + timedelta(offset), days[offset] if offset >= 0 else "JS"
            assert unit_on(company.sunan, moves, day).code == expected
            assert [unit for start, end, unit in spans if start <= day < end] == [expected]
        assert all(one.target_id == other.source_id for one, other in pairwise(moves))
        assert all(one.source_id != one.target_id for one in moves)
        assert Territory.objects.get(pk=company.sunan.pk).org_unit.code == days[0]


def test_the_page_moves_it_and_says_so(company: Company) -> None:
    address = reverse("territory-transfer", args=[company.sunan.pk])
    client = client_of(company.operations)

    client.post(address, {"unit": company.guangdong.pk, "moved_on": "2026-07-10"})

    page = client.get(reverse("territory-detail", args=[company.sunan.pk])).content.decode()
    assert "2026-07-10" in page
    assert client_of(company.boss).post(address, {}).status_code == 403
    assert client.post(address, {"unit": "", "moved_on": "x"}, follow=True).status_code == 200
    assert moves_of(company.sunan)[0].target == company.guangdong
    said = client.post(address, {"unit": company.jiangsu.pk, "moved_on": "2026-07-09"}, follow=True)
    assert "无需划转" in said.content.decode()


def test_editing_the_unit_moves_it_today(company: Company) -> None:
    client = client_of(company.operations)
    address = reverse("territory-edit", args=[company.sunan.pk])
    row = {
        "code": "苏南",
        "name": "苏南新名",
        "org_unit": "ZJ",
        "home": "",
        "valid_from": "2024-01-01",
        "valid_to": "",
        "version": 1,
    }

    answer = client.post(address, row)

    assert answer.status_code == 302
    found = Territory.objects.get(pk=company.sunan.pk)
    assert (found.name, found.org_unit) == ("苏南新名", company.zhejiang)
    (kept,) = moves_of(found)
    assert (kept.moved_on, kept.source, kept.target) == (TODAY, company.jiangsu, company.zhejiang)


def test_whom_a_move_concerns_is_told_once_and_who_made_it_is_not(company: Company) -> None:
    move(company, company.zhejiang, TODAY + timedelta(10))
    told = Notice.objects.filter(text__contains="划到")
    assert {notice.user for notice in told} == {company.owner, company.boss}
    [text] = set(told.values_list("text", flat=True))
    assert text == f"苏南 自 {TODAY + timedelta(10)} 起由 {company.jiangsu.name} 划到 {company.zhejiang.name}"
    assert told[0].url == reverse("territory-detail", kwargs={"pk": company.sunan.pk})
    assert client_of(company.owner).get(told[0].url).status_code == 200
    with pytest.raises(services.ThereAlready):
        move(company, company.zhejiang, TODAY + timedelta(10))
    assert Notice.objects.filter(text__contains="划到").count() == told.count()
