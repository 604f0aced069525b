"""The pages and their JSON: who sees what, what a change answers, how refusals are said."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.kernel.money import format_wan, format_yuan
from tests.apps.targets.plans import make_plan, publish
from tests.people import Company, client_of

pytestmark = pytest.mark.django_db


def patch(
    company: Company, name: str, version: PlanVersion, seen: int | None = None, **asked: Any
) -> HttpResponse:
    body = {
        "region": "JS",
        "period": "2027-01",
        "line": "",
        "rule": "none",
        "version": seen or version.version,
    }
    body |= {"show": {"r": "0-20", "c": "0-20"}} | asked
    client = client_of(getattr(company, name))
    url = reverse("target-cells", args=[version.pk])
    return client.patch(url, json.dumps(body), content_type="application/json")  # type: ignore[return-value]


def test_every_page_opens_for_operations(company: Company) -> None:
    version = make_plan(company)
    client = client_of(company.operations)

    for name in ("version", "history", "certificate", "import", "export", "standing", "piece"):
        assert client.get(reverse(f"target-{name}", args=[version.pk])).status_code == 200, name
    assert "2027 年目标" in client.get(reverse("targets")).content.decode()
    assert client.get(reverse("target-create")).status_code == 200
    why = client.get(
        reverse("target-why", args=[version.pk]), {"region": "JS", "period": "2027", "line": "HA"}
    )
    assert "基数" in why.content.decode()


def test_the_grid_costs_a_fixed_number_of_queries(
    company: Company, django_assert_max_num_queries: Any
) -> None:
    version = make_plan(company)
    client = client_of(company.operations)

    with django_assert_max_num_queries(13):
        client.get(reverse("target-version", args=[version.pk]))


def shown(answer: Any, region: str, period: str) -> int:
    """The amount at a node in the piece that an answer brings."""
    piece = json.loads(answer.content)["piece"]
    axes = Axes.from_json(PlanVersion.objects.get().axes)
    row = piece["rows"].index(axes.region.nodes.index(region))
    return int(piece["values"][row][piece["columns"].index(axes.period.nodes.index(period))])


def test_a_change_answers_with_the_piece_on_show_and_the_totals_that_moved(company: Company) -> None:
    version = make_plan(company)

    answer = patch(company, "boss", version, region="T:苏南", value="12.34", reason="新店")

    moved = json.loads(answer.content)
    assert answer.status_code == 200
    assert shown(answer, "T:苏南", "2027-01") == 123_400_00
    assert moved["piece"]["version"] == version.version + 1
    assert len(moved["piece"]["rows"]) == 3, "江苏 and its two territories, nothing above or beside"
    labels = [label for label, _before, _after in moved["shifts"]]
    assert labels == ["江苏 · 2027", "苏南 · 2027", "苏南 · 2027Q1", "江苏 · 2027-01"]
    assert all(after != before for _label, before, after in moved["shifts"])


def test_growth_and_units_are_understood(company: Company) -> None:
    version = make_plan(company)
    patch(company, "operations", version, value="1.2亿")

    answer = patch(company, "operations", version, value="+8%", seen=version.version + 1)

    assert shown(answer, "JS", "2027-01") == 12_960_000_000


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "not_a_number"),
        ("abc", "not_a_number"),
        ("1,2,x", "not_a_number"),
        ("8%", "not_a_growth"),
        ("+abc%", "not_a_growth"),
        ("-1.234%", "not_a_growth"),
        ("9" * 18, "out_of_range"),
        ("9" * 18 + "亿", "out_of_range"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(company: Company, value: str, code: str) -> None:
    version = make_plan(company)

    answer = patch(company, "operations", version, value=value)

    assert answer.status_code == 422
    said = json.loads(answer.content)
    assert said["code"] == code
    assert f"“{value}”" in said["message"], "as it was typed"


@pytest.mark.capability("ORG4", "DEC10")
def test_each_edits_below_his_own_units(company: Company) -> None:
    version = make_plan(company)

    assert patch(company, "boss", version, value="5").status_code == 200
    assert patch(company, "neighbour", version, value="5").status_code == 404
    for name in ("owner", "colleague", "stranger", "auditor"):
        assert patch(company, name, version, value="5").status_code == 403
    assert Operation.objects.filter(kind="edit").count() == 1


def test_the_grid_shows_each_his_own_rows(company: Company) -> None:
    version = publish(company, make_plan(company))
    expected = {
        "operations": {"HQ", "EAST", "SOUTH", "JS", "GD", "T:苏南", "T:苏北", "T:粤东"},
        "boss": {"JS", "T:苏南", "T:苏北"},
        "neighbour": {"GD", "T:粤东"},
        "owner": {"T:苏南"},
    }
    for name, codes in expected.items():
        asked = {"r": "0-99", "c": "0"}
        piece = (
            client_of(getattr(company, name)).get(reverse("target-piece", args=[version.pk]), asked).json()
        )
        nodes = Axes.from_json(version.axes).region.nodes
        assert {nodes[number] for number in piece["rows"]} == codes, name
    why = {"region": "T:苏北", "period": "2027", "line": ""}
    assert client_of(company.owner).get(reverse("target-why", args=[version.pk]), why).status_code == 404


def test_drafts_are_not_for_salespeople(company: Company) -> None:
    version = make_plan(company)

    assert client_of(company.owner).get(reverse("target-version", args=[version.pk])).status_code == 404
    assert client_of(company.boss).get(reverse("target-version", args=[version.pk])).status_code == 200


def test_a_stale_change_is_refused_with_both_values(company: Company) -> None:
    version = make_plan(company)
    patch(company, "boss", version, value="5")

    answer = patch(company, "operations", version, value="6")

    assert answer.status_code == 409
    assert "50,000.00" in json.loads(answer.content)["message"]


def test_lock_interval_unlock_and_undo(company: Company) -> None:
    version = make_plan(company)
    client = client_of(company.boss)
    node = {"region": "T:苏南", "period": "2027Q1", "line": "", "version": version.version}

    def post(name: str, **more: Any) -> Any:
        url = reverse(f"target-{name}", args=[version.pk])
        return client.post(url, json.dumps(node | more), content_type="application/json")

    assert post("lock").status_code == 422
    locked = post("lock", reason="已签约", show={"r": "0-20", "c": "0-5"}).json()
    assert [2] * 4 in [row[1:5] for row in locked["piece"]["locks"]], "the quarter and its months"
    outlook = client.get(reverse("target-outlook", args=[version.pk]), {**node, "rule": "none"}).json()
    assert outlook["lower_fen"] == outlook["upper_fen"] == outlook["value_fen"]
    assert patch(company, "boss", version, region="T:苏南", value="1").status_code == 422
    assert post("unlock", lock=version.locks.get().pk).json()["piece"]["locks"] == []
    assert patch(company, "boss", version, region="T:苏南", value="1").status_code == 200
    assert post("undo").status_code == 200
    assert post("undo").status_code == 422


@pytest.mark.capability("DEC13")
def test_steps_on_the_page_follow_state_and_right(company: Company) -> None:
    version = make_plan(company)
    page = reverse("target-version", args=[version.pk])
    submit = reverse("target-submit", args=[version.pk])

    assert submit in client_of(company.operations).get(page).content.decode()
    assert submit not in client_of(company.boss).get(page).content.decode()
    assert client_of(company.boss).post(submit).status_code == 403
    client_of(company.operations).post(submit)
    version.refresh_from_db()
    assert version.state == "submitted"


@pytest.mark.capability("ORG4")
def test_nothing_tells_a_manager_what_lies_above_him(company: Company) -> None:
    version = make_plan(company)
    client = client_of(company.boss)
    node = {"region": "JS", "period": "2027", "line": "", "rule": "total"}

    outlook = client.get(reverse("target-outlook", args=[version.pk]), node).json()
    why = client.get(reverse("target-why", args=[version.pk]), node).content.decode()

    assert set(outlook) == {"interval", "sentence"}
    assert outlook["interval"] == ""
    assert format_yuan(version.total_fen) not in why
    assert format_wan(version.total_fen) not in why
