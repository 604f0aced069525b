"""What people say about a draft: on a unit, a territory, the whole; within reach; who is concerned is told."""

import pytest
from django.urls import reverse

from quyu.apps.territories import services
from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit
from quyu.apps.territories.selectors.comments import marks, within
from quyu.platform.notices.models import Notice
from quyu.platform.people.scope import everything
from tests.apps.territories.conftest import Site
from tests.people import TODAY, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("TER9")]


@pytest.fixture
def draft(site: Site) -> Alignment:
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def say(site: Site, draft: Alignment, name: str, **form: str) -> int:
    client = client_of(getattr(site.company, name))
    return client.post(reverse("alignment-comment-say", args=[draft.pk]), form).status_code


def page(site: Site, draft: Alignment, name: str, **asked: str) -> str:
    client = client_of(getattr(site.company, name))
    return client.get(reverse("alignment-comments", args=[draft.pk]), asked).content.decode()


def told(site: Site, name: str) -> list[str]:
    return list(Notice.objects.filter(user=getattr(site.company, name)).values_list("text", flat=True))


def test_a_thread_on_a_unit_is_answered_and_settled(site: Site, draft: Alignment) -> None:
    assert say(site, draft, "boss", unit="J11", text="这个县归苏北更顺路") == 302
    first = AlignmentComment.objects.get()
    assert say(site, draft, "operations", answers=str(first.pk), text="同意，下一版改") == 302
    assert "同意，下一版改" in page(site, draft, "boss", unit="J11")
    assert "同意" not in page(site, draft, "boss", unit="J12")
    url = reverse("alignment-comment-settle", args=[draft.pk])
    client_of(site.company.boss).post(url, {"settles": first.pk, "version": "99"})
    first.refresh_from_db()
    assert first.resolved_at is None
    client_of(site.company.boss).post(url, {"settles": first.pk, "version": first.version})
    first.refresh_from_db()
    assert first.resolved_by == site.company.boss
    assert "已标为已解决" in page(site, draft, "operations")


def test_the_maker_heads_the_thread_and_the_named_are_told(site: Site, draft: Alignment) -> None:
    director = site.company.person("director").name
    say(site, draft, "boss", unit="J11", text=f"@{director} 请看")
    assert len(told(site, "operations")) == len(told(site, "director")) == 1
    assert told(site, "boss") == told(site, "neighbour") == []
    first = AlignmentComment.objects.get()
    say(site, draft, "operations", answers=str(first.pk), text="好")
    assert len(told(site, "boss")) == 1


def test_marks_and_threads_stop_at_ones_reach(site: Site, draft: Alignment) -> None:
    say(site, draft, "operations", unit="J11", text="江苏的事")
    say(site, draft, "operations", territory=site.company.yuedong.code, text="广东的事")
    say(site, draft, "operations", text="大家的事")
    marks = {
        name: client_of(getattr(site.company, name)).get(reverse("alignment-comment-marks", args=[draft.pk])).json()["marks"]
        for name in ("boss", "neighbour", "operations")
    }  # fmt: skip
    assert {name: [mark["code"] for mark in rows] for name, rows in marks.items()} == {
        "boss": ["J11"], "neighbour": [site.company.yuedong.code], "operations": [site.company.yuedong.code, "J11"],
    }  # fmt: skip
    seen = page(site, draft, "neighbour")
    assert ("广东的事" in seen, "大家的事" in seen, "江苏的事" in seen) == (True, True, False)
    assert say(site, draft, "neighbour", unit="J11", text="越界") == 404
    first = AlignmentComment.objects.get(text="江苏的事")
    assert say(site, draft, "neighbour", answers=str(first.pk), text="越界") == 404
    assert AlignmentComment.objects.count() == 3


def test_who_lost_reach_is_not_told_what_others_answer(site: Site, draft: Alignment) -> None:
    say(site, draft, "boss", unit="J11", text="这个县归苏北更顺路")
    first = AlignmentComment.objects.get()
    AlignmentUnit.objects.filter(alignment=draft, unit__code="J11").update(territory=site.company.yuedong)
    say(site, draft, "operations", answers=str(first.pk), text="只说给看得见的人")
    assert told(site, "boss") == []
    AlignmentUnit.objects.filter(alignment=draft, unit__code="J11").update(territory=site.company.sunan)
    say(site, draft, "operations", answers=str(first.pk), text="又看得见了")
    assert len(told(site, "boss")) == 1


def test_marked_territories_are_placed_together(
    site: Site,
    draft: Alignment,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for side in (site.company.sunan, site.company.subei, site.company.yuedong):
        say(site, draft, "operations", territory=side.code, text="看一下")
    rows = list(within(draft, everything(), TODAY))
    with django_assert_num_queries(2):
        found = marks(rows)
    places = {mark.name: (mark.longitude, mark.latitude) for mark in found}
    assert places == {"苏南": (119.0, 32.0), "苏北": (121.0, 32.0), "粤东": (119.0, 24.0)}


@pytest.mark.parametrize("text", ["", "   ", "长" * 501])
def test_nothing_and_too_much_are_refused(site: Site, draft: Alignment, text: str) -> None:
    say(site, draft, "boss", unit="J11", text=text)
    assert not AlignmentComment.objects.exists()


def test_readers_read_and_what_is_in_force_is_not_discussed(site: Site, draft: Alignment) -> None:
    assert say(site, draft, "auditor", text="我也说") == 403
    say(site, site.active, "operations", text="晚了")
    assert not AlignmentComment.objects.exists()


def test_remarks_stay_with_the_draft_when_it_is_submitted(site: Site, draft: Alignment) -> None:
    say(site, draft, "boss", text="整体可以")
    Alignment.objects.filter(pk=draft.pk).update(state="submitted")
    assert "整体可以" in page(site, draft, "director")
    assert say(site, draft, "director", text="收到") == 302
