"""The territory pages as different people see them."""

import json

import pytest
from django.urls import reverse

from quyu.apps.territories import services
from quyu.apps.territories.models import Alignment
from quyu.platform.approvals.models import Approval
from quyu.platform.people.models import Assignment, Person
from tests.people import TODAY, client_of

JSON = {"HTTP_ACCEPT": "application/json"}


def contents(site, name, alignment=None):
    url = reverse("alignment-contents", args=[(alignment or site.active).pk])
    return json.loads(client_of(getattr(site.company, name)).get(url).content)


@pytest.mark.parametrize(
    ("name", "territories", "units"),
    [
        ("owner", {"苏南"}, 7),
        ("boss", {"苏南", "苏北"}, 13),
        ("neighbour", {"粤东"}, 2),
        ("operations", {"苏南", "苏北", "粤东"}, 15),
        ("stranger", None, 0),
    ],
)
def test_the_map_holds_only_what_one_may_see(site, name, territories, units):
    client = client_of(getattr(site.company, name))
    if territories is None:
        assert client.get(reverse("territories")).status_code == 403
        return
    said = contents(site, name)
    assert {t["name"] for t in said["territories"]} == territories
    assert len(said["units"]) == units
    page = client.get(reverse("territories")).content.decode()
    assert all((shown in page) == (shown in territories) for shown in ("苏南", "苏北", "粤东"))
    shapes = json.loads(client.get(reverse("alignment-boundaries", args=[site.active.pk])).content)
    assert len(shapes["features"]) == units - sum(u["code"] == "JC" for u in said["units"])
    outlines = json.loads(client.get(reverse("alignment-outlines", args=[site.active.pk])).content)
    assert {f["properties"]["code"] for f in outlines["features"]} == territories


def test_shapes_are_sent_once(site):
    client = client_of(site.company.operations)
    url = reverse("alignment-boundaries", args=[site.active.pk])
    first = client.get(url, HTTP_ACCEPT_ENCODING="gzip")
    assert first["Content-Encoding"] == "gzip"
    assert client.get(url, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_neighbouring_territories_have_different_colours(site):
    colours = {t["name"]: t["colour"] for t in contents(site, "operations")["territories"]}
    assert colours["苏南"] != colours["苏北"]


def draft_for(site):
    client = client_of(site.company.operations)
    client.post(reverse("alignment-copy", args=[site.active.pk]))
    return client, Alignment.objects.get(state="draft")


def test_a_move_on_the_map_answers_with_both_territories(site):
    client, draft = draft_for(site)
    detail = client.get(reverse("alignment-unit", args=[draft.pk, "J12"])).json()
    assert detail == {"place": "甲市"}
    sent = {"unit": "J12", "territory": "苏北", "version": draft.version}
    said = client.post(reverse("alignment-move", args=[draft.pk]), sent, **JSON).json()
    loads = {t["name"]: t["amount_fen"] for t in said["territories"]}
    assert loads == {"苏南": 750_00, "苏北": 700_00, "粤东": 200_00}
    assert contents(site, "operations", draft)["changed"] == {"J12": "苏南"}
    stale = client.post(reverse("alignment-move", args=[draft.pk]), sent, **JSON)
    assert stale.status_code == 409
    undone = client.post(
        reverse("alignment-undo", args=[draft.pk]), {"version": said["version"]}, **JSON
    ).json()
    assert undone["places"] == {"J12": "苏南"}
    assert contents(site, "operations", draft)["changed"] == {}


def test_a_move_in_the_table_works_without_script(site):
    client, draft = draft_for(site)
    units = reverse("alignment-units", args=[draft.pk])
    assert "J12县" in client.get(units, {"q": "J12"}).content.decode()
    sent = {"unit": "J12", "territory": "苏北", "version": draft.version, "next": units}
    answer = client.post(reverse("alignment-move", args=[draft.pk]), sent, follow=True)
    assert answer.redirect_chain == [(units, 302)]
    assert "已移动：J12县" in answer.content.decode()


def test_a_manager_moves_only_what_is_his(site):
    _, draft = draft_for(site)
    url, boss = reverse("alignment-move", args=[draft.pk]), client_of(site.company.boss)
    sent = {"unit": "J12", "territory": "苏北", "version": draft.version}
    assert client_of(site.company.neighbour).post(url, sent).status_code == 404
    assert client_of(site.company.owner).post(url, sent).status_code == 403
    assert boss.post(url, {**sent, "territory": "粤东"}).status_code == 404
    assert boss.post(url, {**sent, "unit": "G11"}).status_code == 404
    assert boss.post(url, sent, **JSON).status_code == 200


def test_a_salesperson_does_not_see_drafts(site):
    _, draft = draft_for(site)
    client = client_of(site.company.owner)
    assert client.get(reverse("alignment-contents", args=[draft.pk])).status_code == 404
    assert client.get(reverse("alignment", args=[draft.pk])).status_code == 403


def test_from_proposal_to_approval_and_into_force_in_pages(site, django_capture_on_commit_callbacks):
    client = client_of(site.company.operations)
    form = {"name": "新方案", "region": "JS", "tolerance-amount": 10, "territories": ""}
    assert client.get(reverse("alignment-propose")).status_code == 200
    answer = client.post(reverse("alignment-propose"), form, follow=True)
    draft = Alignment.objects.get(name="新方案")
    page = answer.content.decode()
    assert "方案质量" in page
    assert "达到公差" in page
    client.post(reverse("alignment-submit", args=[draft.pk]), {"note": "请批"})
    draft.refresh_from_db()
    assert draft.state == "submitted"
    director = client_of(site.company.director)
    director.post(reverse("approval-approve", args=[Approval.objects.get().pk]))
    assert "确定生效" in director.get(reverse("alignment", args=[draft.pk])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        director.post(reverse("alignment-activate", args=[draft.pk]), {"valid_from": "2026-07-01"})
    draft.refresh_from_db()
    assert (draft.state, str(draft.valid_from)) == ("active", "2026-07-01")
    assert "新方案" in client.get(reverse("alignments")).content.decode()


def test_a_proposal_that_cannot_be_is_refused_in_the_form(site):
    form = {"name": "坏", "region": "JS", "tolerance-amount": 10, "territories": 99}
    page = client_of(site.company.operations).post(reverse("alignment-propose"), form)
    assert "不能划分为 99 个区域" in page.content.decode()
    assert not Alignment.objects.filter(name="坏").exists()


def test_the_whole_country_is_divided_by_a_job(site, django_capture_on_commit_callbacks):
    form = {"name": "全国", "region": "*", "tolerance-customers": 20}
    client = client_of(site.company.operations)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("alignment-propose"), form)
    assert [r["org_unit"] for r in Alignment.objects.get(name="全国").method["regions"]] == ["GD", "JS"]


def test_coverage_page_names_the_gap(site):
    page = client_of(site.company.operations).get(reverse("territory-coverage")).content.decode()
    assert "无负责岗位" in page
    assert "粤东" in page
    assert "粤东" not in client_of(site.company.boss).get(reverse("territory-coverage")).content.decode()


def test_territory_page_shows_load_units_and_owner(site):
    url = reverse("territory-detail", kwargs={"pk": site.company.sunan.pk})
    page = client_of(site.company.boss).get(url).content.decode()
    assert "J11县" in page
    assert "江苏业务员" in page
    assert client_of(site.company.neighbour).get(url).status_code == 404


def test_an_owner_is_named_on_the_territory_page(site):
    client = client_of(site.company.operations)
    url = reverse("territory-owner", args=[site.company.sunan.pk])
    position = site.company.position("colleague")
    client.post(url, {"position": position.pk, "valid_from": "2026-07-01"})
    assert site.company.sunan.owners.filter(position=position).exists()
    assert client_of(site.company.boss).post(url, {}).status_code == 403


@pytest.mark.parametrize("name", ["operations", "boss"])
@pytest.mark.parametrize("page", ["territories", "alignment", "alignment-contents"])
def test_a_page_asks_at_most_fourteen_times_however_many_rows(
    site, page, name, django_assert_max_num_queries
):
    client, draft = draft_for(site)
    client.post(
        reverse("alignment-move", args=[draft.pk]),
        {"unit": "J12", "territory": "苏北", "version": draft.version},
    )
    reader = client_of(getattr(site.company, name))
    url = reverse(page, args=[] if page == "territories" else [draft.pk])
    reader.get(url)
    with django_assert_max_num_queries(14):
        reader.get(url)


@pytest.mark.parametrize("has_left", [False, True])
def test_a_vacant_seat_shows_as_vacant(site, has_left):
    sitting = Assignment.objects.get(person__user=site.company.owner)
    if has_left:
        Person.objects.filter(pk=sitting.person_id).update(left_on=TODAY)
    else:
        Assignment.objects.filter(pk=sitting.pk).update(valid_to=TODAY)
    owners = {t["name"]: t["owner"] for t in contents(site, "operations")["territories"]}
    assert owners == {"苏南": "空缺", "苏北": "colleague", "粤东": "空缺"}


def test_without_an_alignment_the_page_says_what_to_do(company):
    page = client_of(company.operations).get(reverse("territories"))
    assert "还没有生效的区域划分方案" in page.content.decode()


def test_draft_page_lists_the_changes(site):
    client, draft = draft_for(site)
    services.move_units(
        alignment=draft,
        units=[site.unit("J12")],
        territory=site.company.subei,
        expected_version=draft.version,
        actor=None,
        at=TODAY,
    )
    page = client.get(reverse("alignment", args=[draft.pk])).content.decode()
    assert "1 个单元调整" in page
