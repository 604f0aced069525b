"""Some territories divided anew on a draft: shown first, carried out as one step, within reach and locks."""

import pytest
from django.urls import reverse

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import AlignmentUnit
from quyu.apps.territories.selectors import standing as standings
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of

JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture(autouse=True)
def nothing_kept():
    standings._kept.clear()


@pytest.fixture
def draft(site):
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def places(draft):
    return dict(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", "territory__code"))


def propose(site, draft, codes, name="boss", keep="1"):
    url = reverse("alignment-reoptimise", args=[draft.pk])
    return client_of(getattr(site.company, name)).post(url, {"units": "\n".join(codes), "keep": keep})


def accept(site, draft, said, name="boss"):
    lines = "\n".join(f"{unit}\t{side}" for unit, side in said.items())
    url = reverse("alignment-rearrange", args=[draft.pk])
    draft.refresh_from_db()
    sent = {"places": lines, "version": draft.version}
    return client_of(getattr(site.company, name)).post(url, sent, **JSON)


def worst(draft):
    found = selectors.loads(draft, scope=everything(), at=TODAY)
    return max(abs(load.deviation_bp) for load in found if load.territory.org_unit.code == "JS")


@pytest.mark.capability("TER6", "TER7")
def test_a_neighbourhood_comes_into_balance_in_one_step_and_back(site, draft):
    before = places(draft)
    BasicUnit.objects.create(code="J121", name="镇", level="county", parent_code="J12")
    finer = BasicUnit.objects.create(code="J221", name="镇", level="county", parent_code="J22")
    AlignmentUnit.objects.create(alignment=draft, unit=finer, territory=site.company.sunan, part="finer")
    assert worst(draft) == 1724
    said = propose(site, draft, ["J12"]).json()
    assert places(draft) == {**before, "J221": "苏南"}
    assert {row["code"] for row in said["territories"]} == {"苏南", "苏北"}
    assert all(row["pieces"] == [1, 1] for row in said["territories"])
    moved = accept(site, draft, said["places"]).json()
    assert worst(draft) < 1000
    assert {code: places(draft)[code] for code in said["places"]} == said["places"]
    assert places(draft)["J221"] == places(draft)["J22"]
    after = {row["code"]: row["measures"][0]["after"]["value"] for row in said["territories"]}
    assert {row["code"]: row["amount_fen"] for row in moved["territories"] if row["code"] in after} == after
    draft.refresh_from_db()
    services.undo(alignment=draft, expected_version=draft.version, actor=site.company.operations, at=TODAY)
    assert places(draft) == {**before, "J221": "苏南"}


def test_what_is_balanced_already_moves_nothing(site, draft):
    said = propose(site, draft, ["J12"]).json()
    accept(site, draft, said["places"])
    again = propose(site, draft, ["J12", "J34"]).json()
    assert again["places"] == {}
    refused = accept(site, draft, {"J11": "苏南"})
    assert (refused.status_code, refused.json()["message"]) == (409, "草案 里没有要移动的单元。")


def test_locks_hold_and_one_free_territory_is_not_enough(site, draft):
    for code in ("J12", "J22", "J32", "J11", "J21"):
        draft.refresh_from_db()
        services.set_locks(
            alignment=draft, units=[site.unit(code)], is_locked=True, expected_version=draft.version,
            actor=site.company.operations, at=TODAY,
        )  # fmt: skip
    assert not {"J12", "J22", "J32", "J11", "J21"} & set(propose(site, draft, ["J12"]).json()["places"])
    draft.refresh_from_db()
    services.set_locks(
        alignment=draft, territories=[site.company.subei], is_locked=True, expected_version=draft.version,
        actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    refused = propose(site, draft, ["J12"])
    assert refused.status_code == 409
    assert "没有两个可以互换单元的销售区域" in refused.json()["message"]
    assert accept(site, draft, {"J12": "苏北"}).status_code == 409
    assert places(draft)["J12"] == "苏南"


def test_only_what_is_in_reach_is_proposed_or_carried_out(site, draft):
    assert propose(site, draft, ["J12", "G11"]).status_code == 404
    assert propose(site, draft, []).status_code == 404
    assert propose(site, draft, ["J12"], name="owner").status_code == 403
    assert accept(site, draft, {"J12": "粤东"}).status_code == 404
    assert accept(site, draft, {"G11": "苏北"}).status_code == 404
    assert accept(site, draft, {}).status_code == 404
    assert propose(site, draft, ["G11"], name="neighbour").status_code == 409
    assert draft.edits.count() == 0
