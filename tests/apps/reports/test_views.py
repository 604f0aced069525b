"""Saved views through their pages: the question is kept, the figures are the reader's own of the day."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from quyu.apps.reports import services
from quyu.apps.reports.models import SavedView
from quyu.apps.reports.question import as_of, moved
from quyu.platform.people.models import User
from tests.apps.performance.conftest import Trading
from tests.people import TODAY, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "MON5")]
QUARTER = "/performance/views/new/?from=board&region=JS&period=2026Q2&compare=2026Q1"


def saved(
    user: User, address: str = QUARTER, *, name: str = "江苏本季", **given: str
) -> tuple[Client, SavedView]:
    client = client_of(user)
    answered = client.post(address, {"name": name, **given})
    assert answered.status_code == 302
    return client, SavedView.objects.get(owner=user, name=name)


def led_to(client: Client, view: SavedView) -> dict[str, str]:
    answered = client.get(f"/performance/views/{view.pk}/")
    assert answered.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answered["Location"]).query).items()}


def test_a_view_leads_back_to_its_question(trading: Trading) -> None:
    client, view = saved(trading.company.boss)

    assert led_to(client, view) == {"region": "JS", "period": "2026Q2", "compare": "2026Q1"}
    assert "江苏本季" in client.get("/performance/views/").content.decode()
    assert "江苏本季" in client.get("/performance/views/strip/").content.decode()
    page = client.get(f"/performance/views/{view.pk}/", follow=True).content.decode()
    assert "与 2026Q1 相比" in page


def test_only_the_question_is_kept_and_nothing_else_of_the_address(trading: Trading) -> None:
    _client, view = saved(trading.company.boss, QUARTER + "&export=1&page=3&evil=1")

    assert view.question == {"region": "JS", "period": "2026Q2", "compare": "2026Q1"}


def test_a_view_without_a_period_keeps_the_year_it_showed(trading: Trading) -> None:
    _client, view = saved(trading.company.boss, "/performance/views/new/?from=customers&q=商贸")

    assert view.question == {"period": "2026", "q": "商贸"}


def test_a_shared_view_shows_each_reader_what_he_reaches(trading: Trading) -> None:
    company = trading.company
    _client, view = saved(company.boss, is_shared="on")

    director, owner = client_of(company.director), client_of(company.owner)
    assert led_to(director, view)["region"] == "JS"
    assert "region" not in led_to(owner, view)
    page = owner.get(f"/performance/views/{view.pk}/", follow=True).content.decode()
    assert "不在您负责的范围内" in page
    assert "苏北" not in page
    assert "江苏本季" in client_of(company.neighbour).get("/performance/views/").content.decode()


def test_what_is_not_shared_or_not_mine_does_not_exist(trading: Trading) -> None:
    company = trading.company
    client, view = saved(company.boss)
    colleague = client_of(company.director)

    assert colleague.get(f"/performance/views/{view.pk}/").status_code == 404
    client.post(f"/performance/views/{view.pk}/change/", {"name": "本季", "is_shared": "on", "version": "1"})
    assert colleague.get(f"/performance/views/{view.pk}/").status_code == 302
    for action in ("change", "delete"):
        answered = colleague.post(f"/performance/views/{view.pk}/{action}/", {"name": "x", "version": "2"})
        assert answered.status_code == 404
    assert client_of(company.stranger).get(f"/performance/views/{view.pk}/").status_code == 403
    User.objects.filter(pk=company.boss.pk).update(is_active=False)
    assert colleague.get(f"/performance/views/{view.pk}/").status_code == 404


def test_a_view_is_renamed_and_deleted_by_who_saved_it(trading: Trading) -> None:
    client, view = saved(trading.company.boss)

    client.post(f"/performance/views/{view.pk}/change/", {"name": "季报", "version": "1"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.version) == ("季报", False, 2)
    stale = client.post(
        f"/performance/views/{view.pk}/change/", {"name": "旧", "version": "1"}, follow=True
    ).content.decode()
    assert "已被他人修改" in stale
    client.post(f"/performance/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_wrong_input_is_told(trading: Trading) -> None:
    client, _view = saved(trading.company.boss)

    taken = client.post(QUARTER, {"name": "江苏本季"})
    assert taken.status_code == 422
    assert "您已经有一个叫“江苏本季”的视图" in taken.content.decode()
    assert client.post(QUARTER, {"name": "  "}).status_code == 422
    assert client.post(QUARTER, {"name": "长" * 61}).status_code == 422
    assert client.get("/performance/views/new/?from=home").status_code == 404
    assert client.get("/performance/views/new/?from=board&period=2026Q9").status_code == 404
    assert client.get("/performance/views/new/?from=board&compare=x").status_code == 404
    assert client.get("/performance/views/999/").status_code == 404


def test_nobody_keeps_more_views_than_can_be_found_again(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_VIEWS", 1)
    client, _view = saved(trading.company.boss)

    assert "最多保存 1 个视图" in client.post(QUARTER, {"name": "又一个"}).content.decode()


def test_a_view_of_a_past_day_does_not_move(trading: Trading) -> None:
    address = "/performance/views/new/?from=board&period=2026&as_of=2026-06-15"
    _client, view = saved(trading.company.boss, address, moves="on")

    assert not view.moves


@pytest.mark.parametrize(
    ("code", "today", "expected"),
    [
        ("2026Q2", date(2026, 6, 30), "2026Q2"),
        ("2026Q2", date(2026, 7, 1), "2026Q3"),
        ("2026Q2", date(2027, 1, 1), "2027Q1"),
        ("2026-05", date(2026, 7, 1), "2026-06"),
        ("2025-12", date(2026, 7, 1), "2026-01"),
        ("2026", date(2027, 3, 1), "2027"),
        ("2025Q2", date(2026, 4, 1), "2025Q2"),
        ("2026-W05", date(2027, 3, 1), "2026-W05"),
    ],
)
def test_periods_move_with_time(code: str, today: date, expected: str) -> None:
    assert moved(code, since=TODAY, today=today) == expected


def test_the_period_compared_moves_along(trading: Trading) -> None:
    _client, view = saved(trading.company.boss, moves="on")

    found = as_of(view.question, since=view.saved_on, today=date(2027, 2, 1))
    assert found == {"region": "JS", "period": "2027Q1", "compare": "2026Q4"}
