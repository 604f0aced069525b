"""The organisation pages, tried by everybody."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from quyu.platform.people import services
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, OrgLink, Person
from tests import factories
from tests.people import TODAY, Company, client_of

TOMORROW = TODAY + timedelta(days=1)
EVERYBODY = (
    "owner",
    "colleague",
    "boss",
    "neighbour",
    "stranger",
    "operations",
    "director",
    "admin",
    "auditor",
)
READERS = {"boss", "neighbour", "operations", "director", "admin", "auditor"}


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.capability("PLT7", "ORG4")
@pytest.mark.parametrize("name", EVERYBODY)
def test_organisation_page_admits_by_role(company: Company, name: str) -> None:
    response = client_of(getattr(company, name)).get(reverse("organisation"))

    assert response.status_code == (200 if name in READERS else 403)


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("view", ["org-unit", "org-position"])
def test_a_unit_and_a_seat_out_of_reach_do_not_exist(company: Company, view: str, name: str) -> None:
    pk = company.jiangsu.pk if view == "org-unit" else company.position("boss").pk
    expected = 404 if name == "neighbour" else 200 if name in READERS else 403

    client = client_of(getattr(company, name))

    for query in ({}, {"tab": "history"}):
        assert client.get(reverse(view, args=[pk]), query).status_code == expected


@pytest.mark.parametrize("name", EVERYBODY)
def test_only_operations_change_the_organisation(company: Company, name: str) -> None:
    sitting = Assignment.objects.get(position=company.position("owner"))
    urls = {
        reverse("org-unit-move", args=[company.jiangsu.pk]): {
            "parent": company.south.pk,
            "valid_from": "2026-06-15",
        },
        reverse("org-assignment-end", args=[sitting.pk]): {"valid_to": "2026-06-15", "version": 1},
        reverse("org-position-assign", args=[company.position("boss").pk]): {"person": "E-boss"},
    }
    client = client_of(getattr(company, name))

    statuses = {client.post(url, data).status_code for url, data in urls.items()}

    assert statuses == ({302} if name == "operations" else {403})
    sitting.refresh_from_db()
    assert sitting.valid_to == (TODAY if name == "operations" else None)


def test_anonymous_visitor_signs_in_first(client: Client, company: Company) -> None:
    assert client.get(reverse("organisation"))["Location"] == "/account/login/?next=/org/"


def test_a_change_is_posted(company: Company) -> None:
    client = client_of(company.operations)

    assert client.get(reverse("org-unit-move", args=[company.jiangsu.pk])).status_code == 405


@pytest.mark.capability("ORG1")
def test_tree_shows_the_holder_of_each_day(company: Company) -> None:
    services.leave(person=company.person("owner"), left_on=TODAY, actor=None, at=TODAY)
    client = client_of(company.boss)

    today, yesterday = body(client, "/org/"), body(client, "/org/?at=2026-06-14")

    assert "江苏业务员" in today
    assert "owner" in yesterday
    assert today.count("state-yellow") == 1
    assert "state-yellow" not in yesterday


@pytest.mark.capability("ORG1")
def test_tree_shows_where_a_unit_was(company: Company) -> None:
    client = client_of(company.operations)
    url = reverse("org-unit-move", args=[company.zhejiang.pk])

    client.post(url, {"parent": company.south.pk, "valid_from": TOMORROW.isoformat()})

    today, tomorrow = (body(client, f"/org/?at={day}").partition("组织树")[2] for day in (TODAY, TOMORROW))
    assert today.index("华东") < today.index("浙江") < today.index("华南")
    assert tomorrow.index("华南") < tomorrow.index("浙江")


def test_a_manager_does_not_see_the_neighbours_on_the_page(company: Company) -> None:
    text = body(client_of(company.boss), "/org/")

    assert "江苏" in text
    assert "广东" not in text
    assert "neighbour" not in text


def test_operations_fill_a_vacant_seat(company: Company) -> None:
    newcomer = factories.person("newcomer")
    vacant = factories.position(company.zhejiang, Role.SUPERVISOR, code="P-new")
    client = client_of(company.operations)
    url = reverse("org-position-assign", args=[vacant.pk])

    response = client.post(url, {"person": newcomer.code, "valid_from": TODAY.isoformat()}, follow=True)

    assert Assignment.objects.get(position=vacant).person == newcomer
    assert "已安排 newcomer 任职" in response.content.decode()


def test_a_taken_seat_is_refused_on_the_page(company: Company) -> None:
    newcomer = factories.person("newcomer")
    seat = company.position("boss")
    url = reverse("org-position-assign", args=[seat.pk])

    response = client_of(company.operations).post(
        url, {"person": newcomer.code, "valid_from": TODAY.isoformat()}, follow=True
    )

    assert "已由 boss 担任" in response.content.decode()
    assert Assignment.objects.filter(position=seat).count() == 1


def test_somebody_who_left_is_not_offered(company: Company) -> None:
    leaver = factories.person("leaver", left_on=TODAY)
    url = reverse("org-position-assign", args=[company.position("boss").pk])

    client_of(company.operations).post(url, {"person": leaver.code, "valid_from": TODAY.isoformat()})

    assert not Assignment.objects.filter(person=leaver).exists()


def test_leaving_the_company_is_one_form(company: Company) -> None:
    sitting = Assignment.objects.get(position=company.position("owner"))
    data = {"valid_to": TODAY.isoformat(), "version": 1, "has_left": "on"}

    client_of(company.operations).post(reverse("org-assignment-end", args=[sitting.pk]), data)

    assert Person.objects.get(user=company.owner).left_on == TODAY


def test_a_region_does_not_end_the_seats_of_another(company: Company) -> None:
    factories.grant(company.boss, Role.SALES_OPERATIONS, company.jiangsu)
    sitting = Assignment.objects.get(position=company.position("owner"))
    elsewhere = factories.assignment(
        sitting.person, factories.position(company.guangdong, Role.SUPERVISOR, code="GD-9")
    )
    data = {"valid_to": TODAY.isoformat(), "version": 1, "has_left": "on"}

    answer = client_of(company.boss).post(reverse("org-assignment-end", args=[sitting.pk]), data, follow=True)

    assert "在您管理的范围之外还有任职" in answer.content.decode()
    assert Person.objects.get(pk=sitting.person_id).left_on is None
    assert Assignment.objects.get(pk=elsewhere.pk).valid_to is None


def test_a_stale_form_is_refused_with_both_values(company: Company) -> None:
    sitting = Assignment.objects.get(position=company.position("owner"))
    services.end_assignment(assignment=sitting, valid_to=date(2027, 1, 1), actor=None, at=TODAY)
    data = {"valid_to": TODAY.isoformat(), "version": 1}

    response = client_of(company.operations).post(
        reverse("org-assignment-end", args=[sitting.pk]), data, follow=True
    )

    text = response.content.decode()
    assert "2026-06-15" in text
    assert "2027-01-01" in text
    assert Assignment.objects.get(pk=sitting.pk).valid_to == date(2027, 1, 1)


def test_a_bad_date_is_said_and_nothing_changes(company: Company) -> None:
    data = {"parent": company.south.pk, "valid_from": "某天"}

    response = client_of(company.operations).post(
        reverse("org-unit-move", args=[company.jiangsu.pk]), data, follow=True
    )

    assert "生效日" in response.content.decode()
    assert OrgLink.objects.count() == 5


def test_history_tab_tells_who_changed_what(company: Company) -> None:
    client = client_of(company.operations)
    client.post(
        reverse("org-unit-move", args=[company.zhejiang.pk]),
        {"parent": company.south.pk, "valid_from": TODAY.isoformat()},
    )

    text = body(client, reverse("org-unit", args=[company.zhejiang.pk]) + "?tab=history")

    assert "调整归属" in text
    assert "operations" in text


@pytest.mark.parametrize("path", ["/org/", "/org/?at=2025-01-01"])
def test_page_takes_few_queries_whatever_its_size(
    company: Company,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
    path: str,
) -> None:
    for number in range(20):
        unit = factories.org_unit(f"T{number}", parent=company.east)
        factories.position(unit, Role.SUPERVISOR, code=f"PT{number}", holder=factories.person(f"n{number}"))
    services.rebuild_closure()
    client = client_of(company.operations)

    with django_assert_max_num_queries(12):
        client.get(path)


@pytest.mark.parametrize("tab", ["", "history"])
@pytest.mark.parametrize("view", ["org-unit", "org-position"])
def test_detail_pages_take_few_queries(
    company: Company,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
    view: str,
    tab: str,
) -> None:
    pk = company.jiangsu.pk if view == "org-unit" else company.position("boss").pk
    client = client_of(company.operations)

    with django_assert_max_num_queries(12):
        client.get(reverse(view, args=[pk]), {"tab": tab})
