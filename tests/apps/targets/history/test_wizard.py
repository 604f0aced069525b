"""The pages on which a plan is made: forth and back without loss, wrong input at its field, and the tab 基线."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import ExcludedOrder, PlanDraft, PlanVersion
from quyu.platform.catalog.models import ProductLine
from tests.apps.targets.plans import make_plan
from tests.people import Company, client_of

pytestmark = pytest.mark.django_db
YEAR = {"name": "2027 年销售目标", "year": "2027", "measure": "amount"}
HISTORY = {
    "years_back": "3",
    "last_year": "pace",
    "structure": "now",
    "customer_multiple": "5",
    "territory_share": "30",
}
WEIGHTS = {
    "weight_history": "100",
    "weight_potential": "0",
    "weight_plan": "0",
    "growth_by": "typed",
    "growth": "8",
}
TOTAL = {"mode": "amount", "total": "1200", "unit": "1000000"}


def post(client: Client, step: str, go: str = "next", **said: Any) -> HttpResponse:
    return client.post(address(step), {**said, "go": go})  # type: ignore[return-value]


def address(step: str) -> str:
    return reverse("target-create") if step == "year" else reverse("target-create-step", args=[step])


def make(client: Client) -> HttpResponse:
    """Look at the last step and press its button."""
    seen = re.search(r'name="seen" value="(\w+)"', text(client.get(address("create"))))  # type: ignore[arg-type]
    return post(client, "create", seen=seen[1] if seen else "")


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def walk(client: Client) -> str:
    """Every step up to the last; returns the short name of the proposed order."""
    assert post(client, "year", **YEAR).url == address("history")  # type: ignore[attr-defined]
    odd = re.findall(r'name="exclude" value="(\w+)"', text(client.get(address("history"))))  # type: ignore[arg-type]
    assert len(odd) == 1
    said = HISTORY | {"exclude": odd, f"reason-{odd[0]}": "工程团购", "takes_new": "on"}
    assert post(client, "history", **said).url == address("weights")  # type: ignore[attr-defined]
    assert post(client, "weights", **WEIGHTS).url == address("dimensions")  # type: ignore[attr-defined]
    assert post(client, "dimensions", extras=["channel"]).url == address("total")  # type: ignore[attr-defined]
    assert post(client, "total", **TOTAL).url == address("create")  # type: ignore[attr-defined]
    return str(odd[0])


@pytest.mark.capability("TGT1", "TGT4", "DEC4", "DEC7", "DEC8")
def test_six_steps_make_a_plan_and_its_base_is_explained(selling: Company) -> None:
    client = client_of(selling.operations)
    walk(client)
    for step in ("year", "history", "weights", "dimensions", "total", "create"):
        assert client.get(address(step)).status_code == 200, step

    made = make(client)

    version = PlanVersion.objects.get()
    assert made.url == reverse("target-version", args=[version.pk])  # type: ignore[attr-defined]
    assert version.total_fen == 1_200_000_000
    assert version.method["growth_bp"] == 800
    assert selectors.certificate(version).violations == 0
    assert ExcludedOrder.objects.get(plan=version.plan).reason == "工程团购"
    assert not PlanDraft.objects.exists()
    page = text(client.get(reverse("target-baseline", args=[version.pk])))  # type: ignore[arg-type]
    for words in ("相加相等", "PROJECT-1", "工程团购", "剔除一次性大单", "新客户折算全年", "8.00%"):
        assert words in page, words


def test_going_back_keeps_even_what_is_not_right_yet(selling: Company) -> None:
    client = client_of(selling.operations)
    post(client, "year", **YEAR)
    post(client, "history", **HISTORY)

    back = post(client, "weights", "back", **{**WEIGHTS, "weight_history": "7", "growth": "abc"})

    assert back.url == address("history")  # type: ignore[attr-defined]
    page = text(client.get(address("weights")))  # type: ignore[arg-type]
    assert 'value="7"' in page
    assert 'value="abc"' in page


@pytest.mark.parametrize(
    ("step", "said", "complaint"),
    [
        ("year", {"year": "27"}, "2000"),
        ("year", {"measure": "gross_margin"}, "gross_margin"),
        ("history", {"years_back": "0"}, "1"),
        ("history", {"customer_multiple": "六"}, "整数"),
        ("weights", {"weight_history": "60"}, "现为 60%"),
        ("weights", {"weight_history": "90", "weight_potential": "10"}, "请选择潜力指标"),
        ("weights", {"growth": ""}, "请填写增长率"),
        ("weights", {"growth_by": "region", "region-EAST": "八"}, "请填 -90 到 500 之间的数"),
        ("dimensions", {"extras": ["weekday"]}, "weekday"),
        ("total", {"total": "12x"}, "12x"),
        ("total", {"total": ""}, "请填写总数"),
        ("total", {"total": "-5"}, "总目标不能小于零"),
        ("total", {"total": "9" * 18}, "9" * 18),
        ("total", {"mode": "growth", "growth": ""}, "请填写增长率"),
    ],
)
def test_wrong_input_is_refused_at_its_field(
    selling: Company, step: str, said: dict[str, Any], complaint: str
) -> None:
    client = client_of(selling.operations)
    walk(client)
    right = {"year": YEAR, "history": HISTORY, "weights": WEIGHTS, "dimensions": {}, "total": TOTAL}[step]

    answer = post(client, step, **{**right, **said})

    assert answer.status_code == 422
    assert "invalid-feedback" in text(answer)
    assert complaint in text(answer)
    assert post(client, "create").url == address(step)  # type: ignore[attr-defined]
    assert not PlanVersion.objects.exists()


def test_what_was_changed_in_another_window_is_not_made_unseen(selling: Company) -> None:
    client = client_of(selling.operations)
    walk(client)
    seen = re.findall(r'name="seen" value="(\w+)"', text(client.get(address("create"))))[0]  # type: ignore[arg-type]
    post(client, "total", **{**TOTAL, "total": "9999"})

    answer = post(client, "create", seen=seen)

    assert answer.url == address("create")  # type: ignore[attr-defined]
    assert "在别处改过" in text(client.get(answer.url))  # type: ignore[arg-type, attr-defined]
    assert not PlanVersion.objects.exists()


def test_pressing_the_last_button_twice_makes_one_plan(selling: Company) -> None:
    client = client_of(selling.operations)
    walk(client)
    seen = re.findall(r'name="seen" value="(\w+)"', text(client.get(address("create"))))[0]  # type: ignore[arg-type]
    post(client, "create", seen=seen)

    answer = post(client, "create", seen=seen)

    assert answer.url == reverse("targets")  # type: ignore[attr-defined]
    assert PlanVersion.objects.count() == 1


def test_an_unknown_measure_breaks_no_later_step(selling: Company) -> None:
    client = client_of(selling.operations)
    post(client, "year", **{**YEAR, "measure": "luck"})

    for step in ("history", "weights", "dimensions", "total", "create"):
        assert client.get(address(step)).url == address("year")  # type: ignore[attr-defined]
    assert post(client, "total", **TOTAL).status_code == 302


@pytest.mark.capability("TGT4")
def test_a_new_line_is_planned_as_a_part_of_another(selling: Company) -> None:
    ProductLine.objects.create(code="NEW", name="新品", sort_order=9)
    client = client_of(selling.operations)
    walk(client)
    wrong = post(client, "dimensions", **{"like-NEW": "TEA", "factor-NEW": "六成"})
    assert wrong.status_code == 422
    assert "请填 1 到 1000 之间的数" in text(wrong)

    post(client, "dimensions", **{"like-NEW": "TEA", "factor-NEW": "30"})
    make(client)

    version = PlanVersion.objects.get()
    axes, base = Axes.from_json(version.axes), store.load(version, store.BASE)
    root = axes.tree.root
    tea, new = (base[axes.block(Node(root, "2027", line))].sum() for line in ("TEA", "NEW"))
    assert new == pytest.approx(tea * 0.3, rel=1e-3)


def test_an_order_without_a_reason_is_not_left_out(selling: Company) -> None:
    client = client_of(selling.operations)
    odd = walk(client)

    answer = post(client, "history", **HISTORY, exclude=[odd])

    assert answer.status_code == 422
    assert "请写明剔除的原因" in text(answer)


def test_a_name_that_is_taken_is_said_at_once(selling: Company) -> None:
    make_plan(selling, name=YEAR["name"])

    answer = post(client_of(selling.operations), "year", **YEAR)

    assert answer.status_code == 422
    assert "已有同名的方案" in text(answer)


def test_the_weights_that_would_have_been_best_are_put_into_the_form(selling: Company) -> None:
    client = client_of(selling.operations)
    walk(client)

    post(client, "weights", "fit", **{**WEIGHTS, "weight_history": "70", "weight_plan": "30"})

    assert PlanDraft.objects.get().answers["weights"]["weight_history"] == "100"


def test_steps_come_in_order_and_may_begin_anew(selling: Company) -> None:
    client = client_of(selling.operations)
    assert client.get(address("nowhere")).status_code == 404
    walk(client)

    client.post(reverse("target-create-again"))

    assert not PlanDraft.objects.exists()


def test_without_orders_the_steps_say_what_to_do(company: Company) -> None:
    client = client_of(company.operations)
    post(client, "year", **YEAR)

    page = text(client.get(address("history")))  # type: ignore[arg-type]

    assert "还没有产品线" in page
    assert reverse("imports") in page


def test_only_who_answers_for_the_whole_company_makes_plans(selling: Company) -> None:
    for user in (selling.boss, selling.owner, selling.auditor):
        assert client_of(user).get(address("year")).status_code == 403
        assert client_of(user).get(address("history")).status_code == 403


def test_the_base_is_explained_within_reach_only(selling: Company) -> None:
    client = client_of(selling.operations)
    walk(client)
    make(client)
    version = PlanVersion.objects.get()
    selectors_url = reverse("target-baseline", args=[version.pk])
    PlanVersion.objects.filter(pk=version.pk).update(state="published")

    boss, neighbour = client_of(selling.boss), client_of(selling.neighbour)

    assert "PROJECT-1" in text(boss.get(selectors_url))  # type: ignore[arg-type]
    assert "PROJECT-1" not in text(neighbour.get(selectors_url))  # type: ignore[arg-type]
    assert boss.get(selectors_url, {"region": "JS"}).status_code == 200
    assert boss.get(selectors_url, {"region": "GD"}).status_code == 404
    assert boss.get(selectors_url, {"region": "JS", "period": "2031"}).status_code == 404


def test_a_base_that_came_otherwise_says_so(company: Company) -> None:
    version = make_plan(company)

    page = text(client_of(company.operations).get(reverse("target-baseline", args=[version.pk])))  # type: ignore[arg-type]

    assert "没有保存基数的来历" in page
