"""Home says where a person stands and what to do next, by what that person may do."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quyu.apps.customers.models import Customer, RuleSet, TerritoryRule
from quyu.apps.performance.models import DayRollup, TerritoryMonth
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.territories.models import Alignment, Territory
from quyu.platform.approvals import services as approvals
from quyu.platform.catalog.models import ProductLine
from quyu.platform.geography.models import BasicUnit, CodeChange
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Assignment, Person, Position
from tests import factories
from tests.people import Company, client_of

NOW = datetime(2026, 6, 15, 1, 30, tzinfo=UTC)


def tasks_of(company: Company, name: str) -> str:
    return client_of(getattr(company, name)).get("/home/tasks/").content.decode()


def standing_of(company: Company, name: str) -> str:
    return client_of(getattr(company, name)).get("/home/standing/").content.decode()


def test_an_empty_company_shows_the_first_steps_to_those_who_may_take_them(company: Company) -> None:
    assert "导入订单" in standing_of(company, "operations")
    assert "导入订单" not in standing_of(company, "owner")
    assert "还没有您的业绩数据" in standing_of(company, "owner")


@pytest.mark.capability("ORG7")
def test_a_request_waits_for_the_one_who_may_decide_and_nobody_else(company: Company) -> None:
    approvals.submit(
        subject_type="alignment",
        subject_id=1,
        label="2027 区域方案",
        url="/territories/",
        org_unit=company.head_office,
        summary={},
        actor=company.operations,
        note="",
        at=NOW,
    )

    assert "审批：2027 区域方案" in tasks_of(company, "director")
    assert "2027 区域方案" not in tasks_of(company, "operations")
    assert "2027 区域方案" not in tasks_of(company, "neighbour")


def test_territories_and_customers_without_a_place_are_work_for_operations(company: Company) -> None:
    Customer.objects.create(code="C1", name="某商行")

    page = tasks_of(company, "operations")

    assert "给 1 个销售区域指定负责岗位" in page  # 粤东 has nobody
    assert "给 1 个客户补上所在地" in page
    assert "没有待办事项" in tasks_of(company, "owner")


def test_figures_stay_within_reach(company: Company) -> None:
    ProductLine.objects.create(code="L1", name="饮品")
    for territory, fen in ((company.sunan, 123_450_000), (company.yuedong, 777_000_000)):
        sums = {"territory": territory, "amount_fen": fen, "line_count": 1}
        DayRollup.objects.create(day=date(2026, 3, 2), **sums)
        TerritoryMonth.objects.create(rollup=AS_WAS.name, month=date(2026, 3, 1), **sums)

    assert "123.45" in standing_of(company, "owner")
    assert "123.45" in standing_of(company, "boss")
    assert "777.00" not in standing_of(company, "boss")
    assert "900.45" in standing_of(company, "director")


@pytest.mark.parametrize("name", ["operations", "boss", "owner"])
@pytest.mark.parametrize("path", ["/", "/home/tasks/"])
def test_home_costs_few_queries(company: Company, path: str, name: str) -> None:
    client = client_of(getattr(company, name))
    client.get(path)

    with CaptureQueriesContext(connection) as queries:
        client.get(path)

    assert len(queries) <= 17, [query["sql"][:90] for query in queries]


@pytest.mark.capability("PLT7")
def test_who_runs_the_system_is_warned_of_an_old_backup(company: Company, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.QUYU_HOME = tmp_path
    assert "还没有备份" in tasks_of(company, "admin")
    note = tmp_path / "last_backup.json"

    note.write_text(json.dumps({"at": (timezone.now() - timedelta(days=5)).isoformat()}))
    assert "备份已经 5 天没有更新" in tasks_of(company, "admin")
    assert "备份" not in tasks_of(company, "operations")
    note.write_text(json.dumps({"at": timezone.now().isoformat()}))
    assert "备份" not in tasks_of(company, "admin")


def test_administrators_find_what_they_came_for(company: Company) -> None:
    page = tasks_of(company, "admin")
    assert "管理账号" in page
    assert 'href="/users/"' in page
    assert "授予和收回角色" not in page
    assert "管理账号" not in tasks_of(company, "operations")


def test_people_on_a_seat_without_an_account_are_work_for_the_system_administrator(company: Company) -> None:
    assert "开通账号" not in tasks_of(company, "admin")
    person = Person.objects.create(code="E900", name="新来的")
    position = Position.objects.get(code="P-zhejiang")
    Assignment.objects.create(person=person, position=position, valid_from=date(2026, 6, 1))

    page = tasks_of(company, "admin")
    assert "给 1 位在岗人员开通账号" in page
    assert 'href="/users/new/"' not in page, "that address takes a form only"
    assert "开通账号" not in tasks_of(company, "operations")


def test_no_list_leads_to_imports_that_its_reader_may_not_open(company: Company) -> None:
    page = client_of(company.admin).get("/calendar-days/").content.decode()

    assert "/calendar-days/new/" in page
    assert "/imports/new/" not in page
    assert "/imports/new/?kind=customer" in client_of(company.operations).get("/customers/").content.decode()


def test_a_dealer_is_led_to_his_shops(company: Company) -> None:
    factories.grant(company.stranger, Role.DEALER, company.head_office)

    assert "查看我的门店和订单" in tasks_of(company, "stranger")
    assert "查看我的门店和订单" not in tasks_of(company, "operations")


@pytest.mark.capability("B7", "TER9")
def test_codes_that_came_due_and_rules_behind_their_map_are_work_for_those_who_publish(
    company: Company,
) -> None:
    def change(old: str, day: date) -> None:
        CodeChange.objects.create(
            old_code=old, new_code=f"{old}X", kind="renamed", effective_on=day, source="测试", recorded_at=NOW
        )

    change("A", date(2026, 6, 16))
    assert "行区划变更" not in tasks_of(company, "operations")
    change("B", date(2026, 6, 15))
    assert "执行 1 行区划变更" in tasks_of(company, "operations")
    assert "执行 1 行区划变更" not in tasks_of(company, "boss")

    made = Alignment.objects.create(name="七月方案", state="approved", created_at=NOW)
    rules = RuleSet.objects.create(name="拆分规则", alignment=made, created_at=NOW)
    assert "拆分规则" not in tasks_of(company, "operations")
    unit = BasicUnit.objects.create(code="A", name="甲县", level="county")
    territory = Territory.objects.order_by("pk").first()
    TerritoryRule.objects.create(
        rule_set=rules, position=1, condition={"customer": ["C1"]}, territory=territory, split_unit=unit
    )
    assert "让拆分单元的规则跟上：拆分规则" in tasks_of(company, "operations")
    assert "拆分规则" not in tasks_of(company, "boss")
    RuleSet.objects.update(state="active")
    assert "拆分规则" not in tasks_of(company, "operations")
