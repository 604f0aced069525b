"""Writers at the same moment: the chain never forks, a decision is taken once.

SQLite admits one writer at a time (IMMEDIATE transactions), and its in-memory test database cannot be
shared by threads; so these run on PostgreSQL, where row locks must do the work.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry
from quyu.platform.approvals import services as approvals
from quyu.platform.audit import chain, services
from quyu.platform.audit.models import Decision
from quyu.platform.audit.trail import Verification
from tests.people import TODAY, build_company

WRITERS = 4

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.vendor, reason="row locks are PostgreSQL's"),
]


def all_at_once(work: Callable[[int], str]) -> list[str]:
    """Run the work in several threads that start together; each closes its own connection."""
    together = Barrier(WRITERS)

    def one(number: int) -> str:
        together.wait(timeout=10)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


@pytest.mark.capability("ADJ6")
def test_simultaneous_decisions_make_one_chain() -> None:
    company = build_company()

    def write(number: int) -> str:
        for _ in range(5):
            services.record(
                actor=None, verb="import", subject=company.east, label=f"{number}", detail={}, at=TODAY
            )
        return "written"

    all_at_once(write)

    assert chain.verify_chain() == Verification(checked=5 * WRITERS)


def test_simultaneous_approvals_have_one_effect() -> None:
    company = build_company()
    registry.register("proposal", on_approved=registry.nothing_to_do)
    approval = approvals.submit(
        subject_type="proposal",
        subject_id=1,
        label="方案",
        url="/",
        org_unit=company.jiangsu,
        summary={},
        actor=company.boss,
        at=TODAY,
    )

    def decide(number: int) -> str:
        actor = company.director if number % 2 else company.operations
        try:
            approvals.approve(approval=approval, actor=actor, at=TODAY)
        except Refusal as refusal:
            return refusal.code
        return "approved"

    outcomes = all_at_once(decide)

    assert sorted(outcomes) == ["already_decided"] * (WRITERS - 1) + ["approved"]
    assert Decision.objects.filter(verb="approve").count() == 1
    registry.unregister("proposal")
