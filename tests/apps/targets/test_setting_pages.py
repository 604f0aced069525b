"""Pages beside the cells: measures, derived targets, checks, rules, milestones, strategy."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.targets.models import (
    DerivedTarget,
    Milestone,
    PlanVersion,
    PolicyRule,
    StrategyLine,
    StrategyLink,
)
from quyu.platform.catalog.models import ProductLine
from quyu.platform.notices.models import Notice
from tests.apps.targets.plans import make_plan
from tests.people import Company, client_of


@pytest.fixture
def version(company: Company) -> PlanVersion:
    made = make_plan(company)
    ProductLine.objects.filter(code="FD").update(is_strategic=True)
    return made


PAGES = ("target-measures", "target-derived", "target-checks", "target-rules", "target-milestones")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_who_plans_and_for_who_reads_a_part(
    name: str, version: PlanVersion, company: Company
) -> None:
    whole = client_of(company.operations).get(reverse(name, args=[version.pk]))
    part = client_of(company.boss).get(reverse(name, args=[version.pk]))
    assert whole.status_code == part.status_code == 200
    assert "广东" not in part.text, "a manager sees his own part"
    if name in ("target-derived", "target-checks"):
        assert "广东" in whole.text


def test_the_pack_is_configured_by_operations_alone(version: PlanVersion, company: Company) -> None:
    rule = PolicyRule.objects.get(code="R1")
    url = reverse("target-rule-set", args=[rule.pk])
    form = {
        "kind": "constraint",
        "threshold": "35",
        "level": "region",
        "is_on": "on",
        "note": "战略年",
        "version": rule.version,
    }
    assert client_of(company.director).post(url, form).status_code == 403
    assert client_of(company.operations).post(url, form).status_code == 302
    rule.refresh_from_db()
    assert (rule.threshold, rule.note) == (3_500, "战略年")
    page = client_of(company.director).get(reverse("target-pack"))
    assert "35.00%" in page.text
    assert client_of(company.owner).get(reverse("target-pack")).status_code == 403


@pytest.mark.capability("TGT9")
def test_a_rate_gives_profit_that_adds_up(version: PlanVersion, company: Company) -> None:
    url = reverse("target-derived-set", args=[version.pk])
    client_of(company.operations).post(url, {"kind": "profit", "rate": "12.34"})
    assert DerivedTarget.objects.get().rate_bp == 1_234
    page = client_of(company.operations).get(reverse("target-derived", args=[version.pk]))
    assert "利润目标 12.34%" in page.text
    assert "正反都对得上" in page.text


@pytest.mark.capability("TGT5")
def test_strategy_is_linked_and_orphans_are_listed(version: PlanVersion, company: Company) -> None:
    client, address = client_of(company.operations), reverse("strategy")
    empty = client.get(address)
    assert "没有战略依据的目标" in empty.text
    client.post(reverse("strategy-create"), {"year": 2027, "title": "做强食品", "sort_order": 1})
    client.post(reverse("strategy-create"), {"year": 2027, "title": "进入西部", "sort_order": 2})
    line = StrategyLine.objects.get(title="做强食品")
    link = {"year": 2027, "strategy": line.pk, "measure": "amount", "region": "HQ", "product_line": "FD"}
    client.post(reverse("strategy-link"), link)
    page = client.get(address)
    assert StrategyLink.objects.count() == 1
    assert "总部 · 2027 · 家电" in page.text, "the other line of products is an orphan target"
    assert "没有关联目标" in page.text
    assert "R" not in page.text.split("食品")[0][:0]
    client.post(reverse("strategy-link"), link)
    assert StrategyLink.objects.count() == 1, "linked once"
    checked = client.get(reverse("target-checks", args=[version.pk]))
    assert "服务于战略“做强食品”" in checked.text
    assert (
        client_of(company.boss).post(reverse("strategy-create"), {"year": 2027, "title": "x"}).status_code
        == 403
    )


@pytest.mark.capability("TGT8")
def test_a_milestone_has_date_number_and_owner(version: PlanVersion, company: Company) -> None:
    url = reverse("target-milestone-add", args=[version.pk])
    form = {
        "name": "上半年过半", "region": "JS", "product_line": "", "due_on": "2027-06-30", "value": "5000",
        "owner": company.boss.pk, "note": "",
    }  # fmt: skip
    client_of(company.boss).post(url, form)
    made = Milestone.objects.get()
    assert (made.value, made.due_on, made.owner) == (5_000 * 1_000_000, date(2027, 6, 30), company.boss)
    client_of(company.boss).post(url, form | {"due_on": "2028-06-30"})
    client_of(company.boss).post(url, form | {"value": "0"})
    client_of(company.boss).post(url, form | {"region": "GD"})
    assert Milestone.objects.count() == 1
    page = reverse("target-milestones", args=[version.pk])
    assert "上半年过半" in client_of(company.boss).get(page).text
    assert "上半年过半" not in client_of(company.neighbour).get(page).text
    delete = reverse("target-milestone-delete", args=[version.pk, made.pk])
    assert client_of(company.neighbour).post(delete).status_code == 404
    client_of(company.boss).post(delete)
    assert not Milestone.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.capability("TGT10")
def test_the_button_repairs_the_share(version: PlanVersion, company: Company) -> None:
    client, page = client_of(company.operations), reverse("target-rules", args=[version.pk])
    PolicyRule.objects.filter(code="R1").update(threshold=6_000)
    assert "补足全部区域" in client.get(page).text
    version.refresh_from_db()
    client.post(reverse("target-repair", args=[version.pk]), {"version": version.version})
    after = client.get(page)
    assert "补足全部区域" not in after.text
    assert "补足战略占比" in client.get(reverse("target-history", args=[version.pk])).text


def test_english_pages_say_how_a_measure_is_computed(version: PlanVersion, company: Company) -> None:
    company.operations.language = "en"
    company.operations.save(update_fields=["language"])

    page = client_of(company.operations).get(reverse("target-measures", args=[version.pk])).text

    assert "Sum of the amounts of order lines" in page
    assert "Gross profit ÷ sales of the order lines" in page
    assert "订单行" not in page


@pytest.mark.capability("TGT1")
def test_a_second_measure_by_a_rate_and_their_consistency(version: PlanVersion, company: Company) -> None:
    client, url = client_of(company.operations), reverse("target-measure-add", args=[version.pk])
    client.post(url, {"measure": "gross_profit", "how": "rate", "rate": "30", "total": ""})
    profit = PlanVersion.objects.get(plan__measure="gross_profit")
    assert profit.plan.name == version.plan.name
    assert profit.total_fen == (version.total_fen * 3 + 5) // 10
    client.post(url, {"measure": "quantity", "how": "rate", "rate": "12.5", "total": ""})
    quantity = PlanVersion.objects.get(plan__measure="quantity")
    assert quantity.total_fen == (2 * version.total_fen * 1_000 + 1_250) // 2_500
    page = client.get(reverse("target-measures", args=[version.pk]))
    assert "毛利率" in page.text
    assert "30.00%" in page.text
    assert "12.50 元" in page.text
    assert "全部一致" in page.text
    assert client_of(company.boss).post(url, {"measure": "visits"}).status_code == 403
