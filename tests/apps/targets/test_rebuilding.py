"""The log: undone and done again without end, rebuilt byte for byte, and every tampering named."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.targets import services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import CellChunk, Lock, Operation, Plan, PlanVersion
from quyu.apps.targets.selectors.rebuilding import LogBroken, faults, rebuilt
from quyu.apps.targets.services.undoing import NothingToRedo, NothingToUndo
from quyu.kernel.refusal import Refusal
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.people import Company

YEAR, QUARTER, MONTH = "2027", "2027Q2", "2027-05"


def fresh(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.get(pk=version.pk)


def step(company: Company, version: PlanVersion, kind: str, place: int, amount: int) -> None:
    """One action of a planner; what the product refuses changes nothing."""
    user, axes = company.operations, Axes.from_json(version.axes)
    region = axes.regions[place % len(axes.regions)]
    period = (YEAR, QUARTER, MONTH)[place % 3]
    line = ("", "HA", "FD")[amount % 3]
    who = {"plan_version": fresh(version), "actor": user, "scope": scope(user), "at": AT}
    if kind == "edit":
        edit(version, user, region, period, amount, line=line, rule=("none", "total")[place % 2])
    elif kind == "import":
        values = [services.NodeValue(Node(region, period, line), amount)]
        current = fresh(version)
        services.apply_values(
            **{**who, "plan_version": current},
            values=values,
            source="表.xlsx",
            expected_version=current.version,
        )
    elif kind == "lock":
        services.lock(**who, region=region, period=period, product_line=line, reason="承诺")
    elif kind == "unlock":
        held = Lock.objects.filter(plan_version=version).first()
        if held:
            services.unlock(lock=held, actor=user, scope=scope(user), at=AT)
    elif kind == "undo":
        services.undo(**who)
    else:
        services.redo(**who)


STEPS = st.tuples(
    st.sampled_from(["edit", "edit", "import", "undo", "undo", "redo", "lock", "unlock"]),
    st.integers(0, 30),
    st.integers(0, 5_000_000_000),
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_any_state_is_rebuilt_from_the_log_byte_for_byte(
    company: Company, steps: list[tuple[str, int, int]]
) -> None:
    Plan.objects.all().delete()
    version = make_plan(company)
    digests = {1: store.digest(store.load(version))}
    for kind, place, amount in steps:
        try:
            step(company, version, kind, place, amount)
        except Refusal:
            continue
        digests[Operation.objects.filter(plan_version=version).count()] = store.digest(store.load(version))
    assert faults(fresh(version)) == []
    for sequence, digest in digests.items():
        assert store.digest(rebuilt(fresh(version), upto=sequence)) == digest


def test_all_is_undone_and_all_done_again(company: Company) -> None:
    version, user = make_plan(company), company.operations
    states = [store.digest(store.load(version))]
    for number in range(6):
        edit(version, user, ("EAST", "SOUTH", "JS")[number % 3], f"2027-{number + 1:02d}", 10**9 + number)
        states.append(store.digest(store.load(version)))
    who = {"plan_version": version, "actor": user, "scope": scope(user), "at": AT}
    for _ in range(2):
        for digest in reversed(states[:-1]):
            services.undo(**who)
            assert store.digest(store.load(version)) == digest
        with pytest.raises(NothingToUndo):
            services.undo(**who)
        for digest in states[1:]:
            services.redo(**who)
            assert store.digest(store.load(version)) == digest
        with pytest.raises(NothingToRedo):
            services.redo(**who)
    assert faults(fresh(version)) == []


def test_a_new_change_ends_what_could_be_done_again(company: Company) -> None:
    version, user = make_plan(company), company.operations
    who = {"plan_version": version, "actor": user, "scope": scope(user), "at": AT}
    edit(version, user, "EAST", YEAR, 6 * 10**9)
    first = store.digest(store.load(version))
    services.undo(**who)
    services.lock(**who, region="SOUTH", period=MONTH, product_line="", reason="不相干")
    services.redo(**who)
    assert store.digest(store.load(version)) == first, "a lock elsewhere does not end it"
    services.undo(**who)
    edit(version, user, "JS", YEAR, 4 * 10**9)
    with pytest.raises(NothingToRedo):
        services.redo(**who)
    services.undo(**who)
    services.redo(**who)
    assert store.load(version)[Axes.from_json(version.axes).block(Node("JS", YEAR))].sum() == 4 * 10**9


def test_doing_again_meets_a_lock(company: Company) -> None:
    version, user = make_plan(company), company.operations
    who = {"plan_version": version, "actor": user, "scope": scope(user), "at": AT}
    edit(version, user, "EAST", MONTH, 10**8)
    services.undo(**who)
    services.lock(**who, region="JS", period=MONTH, product_line="", reason="已谈定")
    with pytest.raises(Refusal, match="已锁定"):
        services.redo(**who)


def alter_reason(version: PlanVersion) -> None:
    Operation.objects.filter(plan_version=version, sequence=2).update(reason="别的原因")


def alter_patch(version: PlanVersion) -> None:
    one, two = Operation.objects.filter(plan_version=version, sequence__in=(1, 2)).order_by("sequence")
    Operation.objects.filter(pk=two.pk).update(patch=one.patch)


def damage_patch(version: PlanVersion) -> None:
    Operation.objects.filter(plan_version=version, sequence=2).update(patch=b"\x00\x01\x02nonsense")


def remove(version: PlanVersion) -> None:
    Operation.objects.filter(plan_version=version, sequence=2).delete()


def alter_cells(version: PlanVersion) -> None:
    cells = store.load(version)
    store.save(version, np.where(np.arange(cells.size) == 7, cells + 1, cells))


def damage_cells(version: PlanVersion) -> None:
    CellChunk.objects.filter(plan_version=version, layer="value").update(blob=b"\x01zzz")


def alter_total(version: PlanVersion) -> None:
    PlanVersion.objects.filter(pk=version.pk).update(total_fen=1)


@pytest.mark.parametrize(
    ("tamper", "code", "sequence"),
    [
        (alter_reason, "altered", 2),
        (alter_patch, "patch_altered", 2),
        (damage_patch, "patch_altered", 2),
        (remove, "missing", 2),
        (alter_cells, "cells_differ", None),
        (damage_cells, "cells_differ", None),
        (alter_total, "total_differs", None),
    ],
)
def test_tampering_is_named(
    company: Company, tamper: Callable[[PlanVersion], None], code: str, sequence: int | None
) -> None:
    version = make_plan(company)
    edit(version, company.operations, "EAST", YEAR, 6 * 10**9)
    edit(version, company.operations, "JS", QUARTER, 10**9)
    tamper(version)
    [fault] = faults(fresh(version))
    assert (fault.code, fault.sequence) == (code, sequence)
    if sequence is not None:
        with pytest.raises(LogBroken, match=f"第 {sequence} 次变更"):
            rebuilt(fresh(version))
        assert rebuilt(fresh(version), upto=1).sum() == int(
            Operation.objects.get(plan_version=version, sequence=1).detail["total_fen"]
        )
