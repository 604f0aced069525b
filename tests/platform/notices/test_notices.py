"""Notices: told, counted, read; nobody reads another's."""

import pytest
from django.urls import reverse

from quyu.platform.notices import selectors, services
from quyu.platform.notices.models import Notice
from tests.people import TODAY, Company, client_of


def test_each_person_is_told_once(company: Company) -> None:
    count = services.notify(users=[company.boss, company.boss, company.owner], text="请看", at=TODAY)

    assert count == 2
    assert selectors.unread_count(company.boss) == 1


def test_list_shows_my_notices_only(company: Company) -> None:
    services.notify(users=[company.boss], text="给江苏", at=TODAY)
    services.notify(users=[company.neighbour], text="给广东", at=TODAY)

    text = client_of(company.boss).get(reverse("notices")).content.decode()

    assert "给江苏" in text
    assert "给广东" not in text


def test_stranger_has_a_list_too(company: Company) -> None:
    assert client_of(company.stranger).get(reverse("notices")).status_code == 200


@pytest.mark.parametrize(
    ("url", "target"), [("/org/", "/org/"), ("", "/notices/"), ("https://x.test/", "/notices/")]
)
def test_opening_marks_read_and_goes_there(company: Company, url: str, target: str) -> None:
    services.notify(users=[company.boss], text="请看", url=url, at=TODAY)
    notice = Notice.objects.get()

    response = client_of(company.boss).post(reverse("notice-open", args=[notice.pk]))

    assert response["Location"] == target
    assert selectors.unread_count(company.boss) == 0


def test_anothers_notice_does_not_exist(company: Company) -> None:
    services.notify(users=[company.boss], text="请看", at=TODAY)

    response = client_of(company.neighbour).post(reverse("notice-open", args=[Notice.objects.get().pk]))

    assert response.status_code == 404
    assert selectors.unread_count(company.boss) == 1


def test_all_are_marked_read_at_once(company: Company) -> None:
    for text in ("一", "二"):
        services.notify(users=[company.boss, company.owner], text=text, at=TODAY)

    client_of(company.boss).post(reverse("notices-read"))

    assert selectors.unread_count(company.boss) == 0
    assert selectors.unread_count(company.owner) == 2


def test_bell_counts_on_every_page(company: Company) -> None:
    services.notify(users=[company.boss], text="请看", at=TODAY)

    text = client_of(company.boss).get(reverse("organisation")).content.decode()

    assert "通知，1 条未读" in text
