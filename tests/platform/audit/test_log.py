"""The chained log, the checked save and the history of a row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from quyu.platform.audit import chain, selectors, services, trail
from quyu.platform.audit.models import ChainHead, Decision, StaleSave
from quyu.platform.audit.trail import Finding
from quyu.platform.people.models import OrgUnit
from tests.people import TODAY, Company

AT = datetime(2026, 6, 15, 10, 30, 0, 123456, tzinfo=UTC)


def record_three(company: Company) -> list[Decision]:
    return [
        services.record(
            actor=company.director, verb=verb, subject=company.east, label="华东", detail={"n": 1}, at=AT
        )
        for verb in ("submit", "approve", "publish")
    ]


@pytest.mark.capability("ADJ6", "PLT7")
def test_untouched_log_is_intact(company: Company) -> None:
    first, second, _third = record_three(company)

    assert second.previous_digest == first.digest
    assert chain.verify_chain() == trail.Verification(checked=3)


@pytest.mark.capability("ADJ6", "PLT7")
@pytest.mark.parametrize(
    "change",
    [
        {"reason": "另有原因"},
        {"detail": {"n": 2}},
        {"actor": None},
        {"at": datetime(2026, 6, 15, 10, 30, tzinfo=UTC)},
        {"subject_label": "华南"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_decision_is_found(company: Company, change: dict[str, object]) -> None:
    second = record_three(company)[1]

    Decision.objects.filter(pk=second.pk).update(**change)

    assert chain.verify_chain().findings == (Finding("edited", second.day, second.number),)


@pytest.mark.capability("ADJ6")
def test_removed_decision_is_found(company: Company) -> None:
    second = record_three(company)[1]

    second.delete()

    assert chain.verify_chain().findings == (Finding("deleted", second.day, 2),)


@pytest.mark.capability("ADJ6")
def test_cut_off_tail_is_found(company: Company) -> None:
    third = record_three(company)[2]

    third.delete()

    assert chain.verify_chain().findings == (Finding("truncated", third.day, 3),)


def test_detail_survives_the_database(company: Company) -> None:
    detail = {"on": date(2026, 6, 1), "amount": Decimal("1.10"), "rate": 1e16, "tuple": (1, None, "二")}

    decision = services.record(
        actor=None, verb="import", subject=company.east, label="x", detail=detail, at=TODAY
    )

    stored = Decision.objects.get(pk=decision.pk)
    assert stored.detail == {"on": "2026-06-01", "amount": "1.10", "rate": "1e+16", "tuple": [1, None, "二"]}
    assert chain.verify_chain().is_intact


def test_log_and_change_stand_or_fall_together(company: Company) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after_recording(company)

    assert not Decision.objects.exists()
    assert chain.verify_chain().is_intact
    assert not ChainHead.objects.filter(count__gt=0).exists()


def fail_after_recording(company: Company) -> None:
    with transaction.atomic():
        record_three(company)
        raise ZeroDivisionError


def test_checked_save_raises_the_version_and_names_the_person(company: Company) -> None:
    unit = OrgUnit.objects.get(code="EAST")
    unit.name = "华东一区"

    services.save_checked(unit, expected_version=1, actor=company.operations)

    assert OrgUnit.objects.get(code="EAST").version == 2
    assert unit.history.latest().history_user == company.operations


@pytest.mark.capability("ADJ6")
def test_stale_save_is_refused_with_both_values(company: Company) -> None:
    mine, theirs = OrgUnit.objects.get(code="EAST"), OrgUnit.objects.get(code="EAST")
    theirs.name = "华东一区"
    services.save_checked(theirs, expected_version=1, actor=company.director)
    mine.name = "东部"

    with pytest.raises(StaleSave) as refusal:
        services.save_checked(mine, expected_version=1, actor=company.operations)

    assert refusal.value.numbers == {"name": "名称", "mine": "东部", "theirs": "华东一区"}
    assert OrgUnit.objects.get(code="EAST").name == "华东一区"


@pytest.mark.capability("ADJ6", "PLT7")
def test_history_tells_each_field_old_and_new(company: Company) -> None:
    seat = company.position("boss")
    seat.org_unit, seat.role, seat.name = company.zhejiang, "supervisor", "主管"
    services.save_checked(seat, expected_version=1, actor=company.operations)

    changed, created = selectors.history_rows(seat)

    assert (changed.kind, changed.person) == ("changed", "operations")
    assert {(change.label, change.old, change.new) for change in changed.changes} == {
        ("组织", "江苏", "浙江"),
        ("角色", "省区经理", "主管"),
        ("岗位", "江苏省区经理", "主管"),
    }
    assert created.kind == "created"
    assert ("编码", "", "P-boss") in {(change.label, change.old, change.new) for change in created.changes}


def test_history_masks_personal_data(company: Company) -> None:
    person = company.person("boss")
    person.phone = "13800000000"
    services.save_checked(person, expected_version=1, actor=None)

    changed = selectors.history_rows(person)[0]

    assert changed.person == "系统"
    assert [(change.old, change.new) for change in changed.changes] == [("—", selectors.MASK)]


def test_history_takes_the_same_queries_for_any_number_of_saves(
    company: Company,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    seat = company.position("boss")
    for number in range(12):
        seat.name = f"岗位{number}"
        services.save_checked(seat, expected_version=seat.version, actor=company.operations)

    with django_assert_num_queries(2):
        rows = selectors.history_rows(seat, limit=10)

    assert len(rows) == 10
