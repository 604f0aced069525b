"""Editing: sums stay exact, locks stay bit-identical, undo restores bytes, stale readings are refused."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.axes import Axes, Node, UnknownNode
from quyu.apps.targets.models import Lock, Operation, PlanVersion
from quyu.apps.targets.selectors.log import broken_link, rewind
from quyu.apps.targets.selectors.reach import NotYours
from quyu.apps.targets.services.locks import NotLockOwner
from quyu.apps.targets.services.operations import NotADraft
from quyu.apps.targets.spreading import OutOfInterval
from quyu.platform.audit.models import StaleSave
from tests.apps.targets.plans import AT, TOTAL, edit, make_plan, publish, scope
from tests.people import Company

pytestmark = pytest.mark.django_db


def value(version: PlanVersion, region: str, period: str, line: str = "") -> int:
    axes = Axes.from_json(version.axes)
    return int(store.load(version)[axes.block(Node(region, period, line))].sum())


@pytest.mark.capability("DEC1", "DEC2", "DEC3", "DEC5")
def test_first_draft_sums_to_the_total_at_every_node(company: Company) -> None:
    version = make_plan(company)

    checked = selectors.certificate(version)

    assert checked.violations == 0
    assert checked.nodes_checked > 400
    assert value(version, "HQ", "2027") == TOTAL
    assert value(version, "JS", "2027") == value(version, "T:苏南", "2027") + value(version, "T:苏北", "2027")


@pytest.mark.capability("DEC1", "DEC2")
def test_first_draft_is_within_a_fen_of_its_share_for_every_region_by_month_and_territory_by_quarter(
    company: Company,
) -> None:
    version = make_plan(company)
    axes = Axes.from_json(version.axes)
    cells, base = store.load(version), store.load(version, "base")
    quarters = [code for code in axes.period.nodes if "Q" in code]
    by_month = [Node(region, month) for region in axes.regions for month in axes.months]
    by_quarter = [
        Node(axes.leaves[leaf], quarter) for leaf in range(len(axes.leaves)) for quarter in quarters
    ]

    for node in (*by_month, *by_quarter):
        block = axes.block(node)
        share = Fraction(TOTAL * int(base[block].sum()), int(base.sum()))
        assert abs(int(cells[block].sum()) - share) < 1, node


REGIONS = ["HQ", "EAST", "JS", "GD", "T:苏南", "T:苏北"]
PERIODS = ["2027", "2027Q1", "2027Q4", "2027-01", "2027-12"]
EDITS = st.tuples(
    st.sampled_from(REGIONS),
    st.sampled_from(PERIODS),
    st.sampled_from(["", "HA", "FD"]),
    st.integers(0, 10**12),
    st.sampled_from(["none", "total"]),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(edits=st.lists(EDITS, min_size=1, max_size=6))
@pytest.mark.capability("DEC10", "DEC12")
def test_random_edits_keep_sums_and_locks_and_undo_to_the_same_bytes(
    company: Company, edits: list[Any]
) -> None:
    with transaction.atomic():
        version = make_plan(company, name="随机")
        who = {"actor": company.operations, "scope": scope(company.operations), "at": AT}
        services.lock(
            plan_version=version, region="T:苏南", period="2027Q1", product_line="", reason="已签约", **who
        )
        first = store.load(version)
        held = first[Axes.from_json(version.axes).block(Node("T:苏南", "2027Q1"))].copy()
        done = 0
        for region, period, line, fen, rule in edits:
            try:
                edit(version, company.operations, region, period, fen, line=line, rule=rule)
            except OutOfInterval:
                continue
            else:
                done += 1
                assert value(version, region, period, line) == fen
        version = PlanVersion.objects.get(pk=version.pk)
        cells = store.load(version)
        assert selectors.certificate(version).violations == 0
        assert (cells[Axes.from_json(version.axes).block(Node("T:苏南", "2027Q1"))] == held).all()
        for _ in range(done):
            services.undo(plan_version=version, **who)
        assert store.digest(store.load(version)) == store.digest(first)
        assert broken_link(version) is None
        transaction.set_rollback(True)


def test_keep_total_takes_from_the_siblings(company: Company) -> None:
    version = make_plan(company)
    east, north = value(version, "EAST", "2027-03"), value(version, "T:苏北", "2027-03")

    edit(version, company.operations, "T:苏南", "2027-03", 0, rule="total")

    assert value(version, "EAST", "2027-03") == east
    assert value(version, "T:苏北", "2027-03") == east > north


def test_an_empty_node_follows_the_base_again(company: Company) -> None:
    version = make_plan(company)
    before = store.load(version)
    whole = value(version, "JS", "2027")

    edit(version, company.operations, "JS", "2027", 0)
    edit(version, company.operations, "JS", "2027", whole)

    assert np.abs(store.load(version) - before).max() <= 1


@pytest.mark.capability("DEC10")
def test_target_below_its_locks_is_refused_with_the_numbers(company: Company) -> None:
    version = make_plan(company)
    who = {"actor": company.boss, "scope": scope(company.boss), "at": AT}
    services.lock(
        plan_version=version, region="T:苏南", period="2027", product_line="", reason="已签约", **who
    )
    locked = value(version, "T:苏南", "2027")

    with pytest.raises(OutOfInterval) as refused:
        edit(version, company.operations, "JS", "2027", locked - 1)

    assert refused.value.lower == locked
    assert refused.value.upper is None
    assert Operation.objects.filter(plan_version=version, kind="edit").count() == 0


@pytest.mark.capability("DEC10")
def test_a_lock_is_owned(company: Company) -> None:
    version = make_plan(company)
    operations = {"actor": company.operations, "scope": scope(company.operations), "at": AT}
    held = services.lock(
        plan_version=version, region="T:苏南", period="2027", product_line="HA", reason="已签约", **operations
    )

    with pytest.raises(NotLockOwner):
        services.unlock(lock=held, actor=company.boss, scope=scope(company.boss), at=AT)
    services.unlock(lock=held, actor=company.director, scope=scope(company.director), at=AT)

    assert not Lock.objects.exists()
    assert list(Operation.objects.values_list("kind", flat=True)) == ["unlock", "lock", "create"]


def test_a_stale_reading_of_the_same_cell_is_refused_with_both_values(company: Company) -> None:
    version = make_plan(company)
    seen = version.version
    edit(version, company.boss, "T:苏南", "2027-01", 500_00)

    with pytest.raises(StaleSave) as refused:
        edit(version, company.operations, "JS", "2027-01", 700_00, seen=seen)

    assert refused.value.numbers["theirs"] != refused.value.numbers["mine"]
    assert value(version, "T:苏南", "2027-01") == 500_00


def test_a_stale_reading_of_another_cell_is_no_conflict(company: Company) -> None:
    version = make_plan(company)
    seen = version.version
    edit(version, company.boss, "T:苏南", "2027-01", 500_00)

    edit(version, company.neighbour, "T:粤东", "2027-01", 700_00, seen=seen)

    assert value(version, "T:粤东", "2027-01") == 700_00


def test_a_manager_edits_his_own_region_only(company: Company) -> None:
    version = make_plan(company)
    edit(version, company.boss, "JS", "2027Q1", 9_000_00)

    with pytest.raises(UnknownNode):
        edit(version, company.neighbour, "JS", "2027Q1", 1_00)
    with pytest.raises(UnknownNode):
        edit(version, company.boss, "EAST", "2027Q1", 1_00)
    with pytest.raises(NotYours):
        edit(version, company.boss, "JS", "2027Q1", 1_00, rule="total")

    assert value(version, "JS", "2027Q1") == 9_000_00


@pytest.mark.capability("ADJ6")
def test_the_log_rebuilds_every_earlier_state_and_shows_tampering(company: Company) -> None:
    version = make_plan(company)
    first = store.digest(store.load(version))
    edit(version, company.operations, "JS", "2027", 1_000_00)
    edit(version, company.operations, "HQ", "2027-05", 77_00)

    newest_first = list(Operation.objects.filter(plan_version=version, kind="edit"))
    assert store.digest(rewind(store.load(version), newest_first)) == first
    assert broken_link(version) is None

    Operation.objects.filter(pk=newest_first[1].pk).update(reason="改过")
    assert broken_link(version) == newest_first[1].sequence


def test_a_published_version_stands_still(company: Company) -> None:
    version = publish(company, make_plan(company))

    with pytest.raises(NotADraft):
        edit(version, company.operations, "JS", "2027", 1_00)
