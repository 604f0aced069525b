"""Shared links: the same figures later, under a watermark, for who reaches the region."""

from datetime import date

import pytest

from quyu.apps.performance import services
from quyu.apps.reports.models import SharedLink
from quyu.platform.people.models import User
from tests.apps.performance.conftest import WAN, Trading
from tests.people import client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "MON6")]


def shared(user: User, **given: str) -> str:
    answered = client_of(user).post("/performance/shared/new/", {"region": "JS", "period": "2026Q2", **given})
    assert answered.status_code == 302
    return str(answered["Location"])


def test_a_link_shows_the_same_figures_after_more_has_come_in(
    trading: Trading, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    boss = trading.company.boss
    link = shared(boss, compare="2026Q1")
    first = client_of(boss).get(link).content.decode()
    assert "截至 2026-06-15 日终所知" in first
    assert "350.00" in first

    later = AT.replace(month=6, day=16)
    monkeypatch.setenv("QUYU_TODAY", "2026-06-16")
    settings.QUYU_TODAY = "2026-06-16"  # type: ignore[attr-defined]
    sold = line("ORD-B1", date(2026, 6, 11), 25 * WAN, customer="C1")
    services.record_orders(order_lines(sold), file_name="b.csv", source_sha256="b" * 64, actor=None, at=later)
    now = client_of(boss).get("/performance/?region=JS&period=2026Q2").content.decode()
    again = client_of(boss).get(link).content.decode()
    assert "375.00" in now
    assert "350.00" in again
    assert "375.00" not in again
    assert "与 2026Q1 相比" in again


def test_out_of_reach_it_does_not_exist(trading: Trading) -> None:
    company = trading.company
    link = shared(company.boss)

    assert client_of(company.director).get(link).status_code == 200
    for name in ("owner", "neighbour"):
        assert client_of(getattr(company, name)).get(link).status_code == 404
    assert client_of(company.stranger).get(link).status_code == 403
    assert client_of(company.boss).get("/performance/shared/none/").status_code == 404
    beyond = client_of(company.owner).post("/performance/shared/new/", {"region": "JS"})
    assert beyond.status_code == 404


def test_the_address_cannot_be_asked_for_something_else(trading: Trading) -> None:
    company = trading.company
    link = shared(company.director)

    page = client_of(company.director).get(f"{link}?region=GD&period=2025&as_of=2020-01-01").content.decode()
    assert "江苏" in page
    assert "2026Q2" in page
    assert "截至 2026-06-15 日终所知" in page


def test_what_cannot_be_fixed_is_refused_in_words(trading: Trading) -> None:
    client = client_of(trading.company.boss)

    restated = client.post("/performance/shared/new/", {"region": "JS", "as": "restated"}, follow=True)
    assert "不能固定成链接" in restated.content.decode()
    before = client.post("/performance/shared/new/", {"region": "JS", "as_of": "2020-01-01"}, follow=True)
    assert "2020-01-01 日终时还没有任何数据" in before.content.decode()
    assert client.post("/performance/shared/new/", {"as_of": "2030-01-01"}).status_code == 404
    assert client.get("/performance/shared/new/").status_code == 405
    assert not SharedLink.objects.exists()


def test_who_shared_it_takes_it_back(trading: Trading) -> None:
    company = trading.company
    link = shared(company.boss)
    row = SharedLink.objects.get()

    assert "我分享的链接" in client_of(company.boss).get("/performance/views/").content.decode()
    assert client_of(company.director).post(f"/performance/shared/{row.pk}/end/").status_code == 404
    assert client_of(company.boss).post(f"/performance/shared/{row.pk}/end/").status_code == 302
    assert client_of(company.boss).get(link).status_code == 404
