"""Exactly one owner for every territory and unit on every day."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, AlignmentUnit, TerritoryOwner
from quyu.platform import ownership
from quyu.platform.people.models import Assignment
from quyu.platform.people.scope import everything
from tests import factories
from tests.people import START, TODAY, client_of

JULY = date(2026, 7, 1)


def faults(site, first=START, last=None):
    return [
        (f.territory.name, f.kind, f.days) for f in selectors.owner_faults(first=first, last=last, at=TODAY)
    ]


@pytest.mark.capability("ORG3")
def test_territories_without_an_owner_are_named_with_their_days(site):
    assert faults(site) == [("粤东", "no_position", (START, None))]


@pytest.mark.capability("ORG3")
def test_a_vacant_seat_is_a_gap_from_the_day_it_is_left(site):
    seat = Assignment.objects.get(person__user=site.company.owner)
    seat.valid_to = JULY
    seat.save()
    assert ("苏南", "vacant", (JULY, None)) in faults(site)
    assert ("苏南", "vacant", (JULY, None)) not in faults(site, last=JULY)


@pytest.mark.capability("ORG3")
def test_a_unit_cannot_be_in_two_territories_of_one_alignment(site):
    with pytest.raises(IntegrityError), transaction.atomic():
        AlignmentUnit.objects.create(
            alignment=site.active, unit=site.unit("J11"), territory=site.company.subei
        )


@pytest.mark.capability("ORG7")
def test_a_second_owner_on_the_same_days_is_refused_by_name(site):
    position = site.company.position("colleague")
    services.assign_owner(
        territory=site.company.sunan, position=position, valid_from=JULY, actor=None, at=TODAY
    )
    first, second = TerritoryOwner.objects.filter(territory=site.company.sunan).order_by("valid_from")
    assert (first.valid_to, second.valid_from) == (JULY, JULY)
    with pytest.raises(services.OwnedAlready, match="苏南 在 2026-07-01 至 至今"):
        services.assign_owner(
            territory=site.company.sunan, position=position, valid_from=JULY, actor=None, at=TODAY
        )


@pytest.mark.capability("ORG7")
def test_rows_written_past_the_service_are_found(site):
    TerritoryOwner.objects.create(
        territory=site.company.sunan,
        position=site.company.position("colleague"),
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 2, 1),
    )
    assert ("苏南", "double", (date(2025, 1, 1), date(2025, 2, 1))) in faults(site)
    Alignment.objects.create(
        name="另一个", state="active", valid_from=JULY, created_at="2026-01-01T00:00:00+08:00"
    )
    [clash] = selectors.alignment_clashes()
    assert clash.days == (JULY, None)


def test_owner_frame_has_people_and_vacancies(site):
    seat = Assignment.objects.get(person__user=site.company.owner)
    seat.valid_to = JULY
    seat.save()
    rows = [r for r in selectors.owner_frame().to_pylist() if r["territory_code"] == "苏南"]
    assert [(r["valid_from"], r["valid_to"], r["person_code"]) for r in rows] == [
        (START, JULY, "E-owner"),
        (JULY, None, None),
    ]


def test_unit_frame_keeps_the_past_when_an_alignment_follows(site):
    draft = services.create_draft(based_on=site.active, name="新", actor=None, at=TODAY)
    AlignmentUnit.objects.filter(alignment=draft, unit__code="J12").update(territory=site.company.subei)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    services.activate(alignment=draft, valid_from=JULY, actor=None, at=TODAY)
    rows = [r for r in selectors.unit_territory_frame().to_pylist() if r["unit_code"] == "J12"]
    assert [(r["valid_from"], r["valid_to"], r["territory_code"]) for r in rows] == [
        (START, JULY, "苏南"),
        (JULY, None, "苏北"),
    ]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(START, None)]),
        ([(START, None)], []),
        ([(START, JULY)], [(JULY, None)]),
        ([(JULY, None)], [(START, JULY)]),
        ([(date(2020, 1, 1), date(2025, 1, 1)), (date(2024, 6, 1), JULY)], [(JULY, None)]),
    ],
)
def test_days_left(taken, left):
    assert selectors.days_left((START, None), taken) == left


def test_a_change_of_owner_by_a_person_is_announced_once_committed(
    site, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(ownership, "_listeners", [told.append])
    with django_capture_on_commit_callbacks(execute=True):
        services.assign_owner(
            territory=site.company.yuedong,
            position=site.company.position("neighbour"),
            valid_from=JULY,
            actor=site.company.operations,
            at=TODAY,
        )
        assert told == []
    assert [moment.date() for moment in told] == [TODAY]


@pytest.mark.capability("ORG3")
def test_the_home_page_and_the_page_of_coverage_name_the_same_number_within_reach(site):
    """Also of a territory beside the map; a seat that will be given up is no seat from today on."""
    factories.territory("重客组", site.company.jiangsu, valid_from=START)
    found = selectors.seen_faults(first=TODAY, scope=everything(), at=TODAY)
    assert selectors.fault_counts(found) == {"no_position": 2, "vacant": 0, "double": 0}
    tasks = client_of(site.company.operations).get(reverse("home-tasks")).text
    assert "给 2 个销售区域指定负责岗位" in tasks
    for person, count in ((site.company.operations, 2), (site.company.boss, 1)):
        client = client_of(person)
        scope = client.get(reverse("territory-coverage")).wsgi_request.scope
        assert selectors.unowned_count(first=TODAY, scope=scope, at=TODAY) == count
        page = client.get(reverse("territory-coverage")).text
        assert page.count("无负责岗位</span>") == count
        assert ("粤东" in page) == (count == 2)
