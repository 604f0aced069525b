"""The pages of scenarios: who branches, what is shown to whom, and a merge refused without losing what was chosen."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from quyu.apps.targets import store
from quyu.apps.targets.models import PlanVersion
from tests.apps.targets.plans import edit, make_plan
from tests.apps.targets.test_scenarios import branch, fresh, value
from tests.people import Company, client_of

pytestmark = pytest.mark.capability("TGT7")


def merge(client: Client, target: PlanVersion, source: PlanVersion, **more: object) -> Any:
    fields = {
        "version": fresh(target).version,
        "source": fresh(source).version,
        "reason": "采纳",
        "query": "region=9",
    }
    return client.post(f"/targets/{target.pk}/merge/{source.pk}/", fields | more)


def test_a_scenario_is_branched_listed_and_compared(company: Company) -> None:
    plan, client = make_plan(company), client_of(company.operations)
    empty = client.post(f"/targets/{plan.pk}/scenarios/new/", {"name": "进取", "purpose": ""})
    assert "这个字段是必填项" in empty.content.decode()
    made = client.post(f"/targets/{plan.pk}/scenarios/new/", {"name": "进取", "purpose": "多投广告"})
    scenario = PlanVersion.objects.get(scenario="进取")
    assert made.url == f"/targets/{scenario.pk}/"
    again = client.post(f"/targets/{plan.pk}/scenarios/new/", {"name": "进取", "purpose": "再来"})
    assert "已有名为“进取”的场景" in again.content.decode()
    edit(scenario, company.operations, "T:苏南", "2027-03", 10**8, line="HA")
    listed = client.get(f"/targets/{plan.pk}/scenarios/").content.decode()
    assert "多投广告" in listed
    assert f"/targets/{plan.pk}/compare/{scenario.pk}/" in listed
    page = client.get(
        f"/targets/{plan.pk}/compare/{scenario.pk}/?region=9&period=2&product=1"
    ).content.decode()
    assert all(text in page for text in ("苏南", "2027-03", "家电", "100.00", "对方"))
    assert "苏北" not in page.split("<tbody>")[1], "only what differs"
    same = client.get(f"/targets/{plan.pk}/compare/{scenario.pk}/?region=9&all=1").content.decode()
    assert "苏北" in same.split("<tbody>")[1]
    nothing = client.get(f"/targets/{plan.pk}/compare/{plan.pk}/").content.decode()
    assert "完全相同" in nothing


def test_a_manager_compares_his_own_regions_and_neither_branches_nor_merges(company: Company) -> None:
    plan = make_plan(company)
    scenario = branch(company, plan)
    for region in ("T:苏南", "T:粤东"):
        edit(scenario, company.operations, region, "2027-03", 10**8)
    client = client_of(company.boss)
    page = client.get(f"/targets/{plan.pk}/compare/{scenario.pk}/?region=9").content.decode()
    assert "苏南" in page
    assert "粤东" not in page
    assert "并入" not in page
    assert (
        client.post(f"/targets/{plan.pk}/scenarios/new/", {"name": "私", "purpose": "x"}).status_code == 403
    )
    assert merge(client, plan, scenario).status_code == 403
    assert client_of(company.owner).get(f"/targets/{plan.pk}/compare/{scenario.pk}/").status_code == 404


def test_a_refused_merge_keeps_what_was_chosen_and_writes_nothing(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    for region, theirs, mine in (("T:苏南", 10**8, 2 * 10**8), ("T:苏北", 3 * 10**8, 4 * 10**8)):
        edit(scenario, user, region, "2027-03", theirs)
        edit(plan, user, region, "2027-03", mine)
    held, client = store.digest(store.load(plan)), client_of(user)
    pick = json.dumps(["source", "T:苏南", "2027", ""], ensure_ascii=False)
    refused = merge(client, plan, scenario, pick=["", pick])
    query = parse_qs(urlsplit(refused.url).query)
    assert (query["pick"], query["region"]) == ([pick], ["9"])
    page = client.get(refused.url).content.decode()
    assert "2 个单元格两边都改过" in page
    assert page.count(" selected>取并入方") == 1
    assert store.digest(store.load(plan)) == held
    done = merge(client, plan, scenario, pick=[pick], rest="target")
    assert done.url == f"/targets/{plan.pk}/"
    assert value(plan, "T:苏南", "2027-03") == 10**8
    assert value(plan, "T:苏北", "2027-03") == 4 * 10**8
    history = client.get(f"/targets/{plan.pk}/history/").content.decode()
    assert "合并场景" in history
    assert "采纳" in history


@pytest.mark.parametrize(
    "pick", ["nonsense", "[]", '["source","X","2027",""]', '["both","HQ","2027",""]', '{"a":1}']
)
def test_a_forged_choice_is_refused(company: Company, pick: str) -> None:
    plan = make_plan(company)
    scenario = branch(company, plan)
    edit(scenario, company.operations, "T:苏南", "2027-03", 10**8)
    held, client = store.digest(store.load(plan)), client_of(company.operations)
    answer = merge(client, plan, scenario, pick=[pick])
    assert "/compare/" in answer.url
    assert store.digest(store.load(plan)) == held
