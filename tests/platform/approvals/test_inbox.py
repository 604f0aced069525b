"""The approval inbox and the decision page, tried by everybody."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from quyu.platform.approvals import registry, services
from quyu.platform.approvals.models import Approval
from quyu.platform.people.models import OrgUnit, User
from tests.people import TODAY, Company, client_of

READERS = {"boss", "neighbour", "operations", "director", "auditor"}
EVERYBODY = ("owner", "colleague", "stranger", "admin", *sorted(READERS))
SUMMARY = {
    "total": {"name": "江苏", "target_fen": 1_234_567_800, "growth_bp": 1050},
    "regions": [{"name": "苏南", "target_fen": 1_000_000_00, "growth_bp": None}],
    "units": 12,
}


@pytest.fixture(autouse=True)
def proposals() -> Iterator[None]:
    registry.register("proposal", label="提案", on_approved=registry.nothing_to_do)
    yield
    registry.unregister("proposal")


def submit(actor: User, org_unit: OrgUnit, subject_id: int = 1) -> Approval:
    return services.submit(
        subject_type="proposal",
        subject_id=subject_id,
        label=f"方案{subject_id}",
        url="/org/",
        org_unit=org_unit,
        summary=SUMMARY,
        actor=actor,
        at=TODAY,
    )


def decide(client: Client, approval: Approval, verb: str = "approve", version: int = 1) -> str:
    url = reverse(f"approval-{verb}", args=[approval.pk])
    response = client.post(url, {"note": "看过", "version": version}, follow=True)
    return response.content.decode()


@pytest.mark.parametrize("name", EVERYBODY)
def test_inbox_admits_by_role(company: Company, name: str) -> None:
    client = client_of(getattr(company, name))

    statuses = {
        client.get(reverse("approvals"), {"tab": tab}).status_code for tab in ("todo", "mine", "all", "x")
    }

    assert statuses == {200 if name in READERS else 403}


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_request_out_of_reach_does_not_exist(company: Company, name: str) -> None:
    approval = submit(company.operations, company.jiangsu)
    expected = 404 if name == "neighbour" else 200 if name in READERS else 403

    assert (
        client_of(getattr(company, name)).get(reverse("approval", args=[approval.pk])).status_code == expected
    )


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("name", EVERYBODY)
def test_who_may_decide_over_http(company: Company, name: str, verb: str) -> None:
    approval = submit(company.operations, company.jiangsu)
    expected = {"boss": 302, "director": 302, "operations": 302, "neighbour": 404}.get(name, 403)

    response = client_of(getattr(company, name)).post(reverse(f"approval-{verb}", args=[approval.pk]))

    assert response.status_code == expected
    approval.refresh_from_db()
    assert (approval.state == "submitted") is (name not in ("boss", "director"))


@pytest.mark.parametrize(("name", "waits"), [("boss", True), ("director", True), ("neighbour", False)])
def test_todo_lists_what_waits_for_me(company: Company, name: str, waits: bool) -> None:
    submit(company.operations, company.jiangsu)

    text = client_of(getattr(company, name)).get(reverse("approvals")).content.decode()

    assert ("方案1" in text) is waits


def test_my_own_submission_is_not_in_my_todo(company: Company) -> None:
    submit(company.boss, company.jiangsu)
    client = client_of(company.boss)

    assert "方案1" not in client.get(reverse("approvals")).content.decode()
    assert "方案1" in client.get(reverse("approvals"), {"tab": "mine"}).content.decode()


def test_detail_shows_the_figures(company: Company) -> None:
    approval = submit(company.operations, company.jiangsu)

    text = client_of(company.boss).get(reverse("approval", args=[approval.pk])).content.decode()

    for word in ("提案", "1,234.57", "10.50%", "苏南", "100.00", "通过", "驳回"):
        assert word in text


def test_decision_over_http_says_its_note(company: Company) -> None:
    approval = submit(company.operations, company.jiangsu)

    text = decide(client_of(company.boss), approval)

    assert "已通过" in text
    assert "看过" in text
    assert "formaction" not in text


def test_second_decision_over_http_has_no_effect(company: Company) -> None:
    approval = submit(company.operations, company.jiangsu)
    decide(client_of(company.boss), approval)

    text = decide(client_of(company.director), approval, "reject")

    assert "不能再次处理" in text
    approval.refresh_from_db()
    assert (approval.state, approval.decided_by) == ("approved", company.boss)


def test_stale_page_is_refused(company: Company) -> None:
    approval = submit(company.operations, company.jiangsu)
    Approval.objects.update(version=2)

    text = decide(client_of(company.boss), approval, version=1)

    assert "已被他人修改" in text


def test_submitter_gets_the_button_to_withdraw(company: Company) -> None:
    approval = submit(company.boss, company.jiangsu)
    client = client_of(company.boss)
    page = client.get(reverse("approval", args=[approval.pk])).content.decode()

    text = decide(client, approval, "withdraw")

    assert "撤回" in page
    assert "通过</button>" not in page
    assert "已撤回" in text


@pytest.mark.parametrize("tab", ["todo", "mine", "all"])
def test_inbox_takes_few_queries_whatever_its_length(
    company: Company,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
    tab: str,
) -> None:
    for number in range(20):
        submit(company.operations if tab != "mine" else company.boss, company.jiangsu, number)
    client = client_of(company.boss)

    with django_assert_max_num_queries(12):
        client.get(reverse("approvals"), {"tab": tab})
