"""The audit pages: who may read them, what they find, and that they take few queries."""

from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.platform.audit import services
from quyu.platform.audit.models import Decision
from quyu.platform.people.choices import Role
from tests import factories
from tests.people import TODAY, Company, client_of

READERS = {"operations", "director", "auditor", "auditadmin"}
RIGHTS_READERS = {"operations", "auditor", "admin", "security", "auditadmin"}
EVERYBODY = (
    "owner",
    "colleague",
    "boss",
    "neighbour",
    "stranger",
    "dealer",
    *sorted(READERS | RIGHTS_READERS),
)


def record(company: Company, count: int = 1, verb: str = "approve", reason: str = "合适") -> None:
    for number in range(count):
        services.record(
            actor=company.director,
            verb=verb,
            subject=company.east,
            label=f"华东方案{number}",
            detail={"from": "甲"},
            reason=reason,
            at=TODAY,
        )


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("view", ["audit", "audit-verify", "audit-export"])
@pytest.mark.parametrize("name", EVERYBODY)
def test_audit_pages_admit_by_role(company: Company, view: str, name: str) -> None:
    response = client_of(getattr(company, name)).get(reverse(view))

    response.close()
    assert response.status_code == (200 if name in READERS else 403)


@pytest.mark.capability("PLT7")
@pytest.mark.parametrize("name", EVERYBODY)
def test_the_matrix_is_for_those_who_administer_or_audit(company: Company, name: str) -> None:
    response = client_of(getattr(company, name)).get(reverse("audit-rights"))

    assert response.status_code == (200 if name in RIGHTS_READERS else 403)


@pytest.mark.capability("PLT7")
def test_log_tells_who_did_what_and_why(company: Company) -> None:
    record(company)

    text = client_of(company.auditor).get(reverse("audit")).content.decode()

    for word in ("director", "审批通过", "华东方案0", "合适", "原 甲"):
        assert word in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verb": "approve"}, True),
        ({"verb": "reject"}, False),
        ({"subject_type": "orgunit"}, True),
        ({"subject_type": "position"}, False),
        ({"actor": "direct"}, True),
        ({"actor": "boss"}, False),
        ({"start": "2026-06-15", "end": "2026-06-15"}, True),
        ({"end": "2026-06-14"}, False),
    ],
)
def test_log_is_filtered(company: Company, query: dict[str, str], found: bool) -> None:
    record(company)

    text = client_of(company.auditor).get(reverse("audit"), query).content.decode()

    assert ("华东方案0" in text) is found


def test_auditor_of_a_part_reads_his_own_decisions_only(company: Company) -> None:
    factories.grant(company.stranger, Role.AUDITOR, company.east)
    record(company)

    text = client_of(company.stranger).get(reverse("audit")).content.decode()

    assert "华东方案0" not in text


@pytest.mark.capability("ADJ6")
def test_proof_page_says_intact_and_names_the_broken_one(company: Company) -> None:
    record(company, 3)
    client = client_of(company.auditor)
    intact = client.get(reverse("audit-verify")).content.decode()
    broken = Decision.objects.order_by("pk")[1]

    Decision.objects.filter(pk=broken.pk).update(reason="改过")

    assert "已核验 3 条记录和 0 个日封，全部完好" in intact
    assert f"第 {broken.number} 条被改动" in client.get(reverse("audit-verify")).content.decode()


def test_matrix_shows_each_right_of_each_role(company: Company) -> None:
    text = client_of(company.auditor).get(reverse("audit-rights")).content.decode()

    for role in Role:
        assert str(role.label) in text
    for words in (
        "区域划分方案",
        "已提交，待审批",
        "只看得到这些状态",
        "联系人、电话、地址",
        "电话、邮箱、证件号码",
        "不得由同一账号",
        "本人岗位负责的销售区域及其客户",
    ):
        assert words in text


def test_export_holds_the_filtered_log(company: Company) -> None:
    record(company, reason="=1+1")
    record(company, verb="reject")

    response = client_of(company.auditor).get(reverse("audit-export"), {"verb": "approve"})

    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    response.close()
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert "=1+1" in rows[1]


def test_log_takes_few_queries_whatever_its_length(
    company: Company,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    record(company, 60)
    client = client_of(company.auditor)

    with django_assert_max_num_queries(10):
        client.get(reverse("audit"))
