"""The operations that are killed: each is prepared, acted in a child, and then found to be old or new.

`outcome` tells which of the two the site is in and refuses anything between; `recover` does again what a
crash undid, as a person would.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quyu.apps.customers.models import Customer
from quyu.apps.customers.selectors import ownership_frame
from quyu.apps.performance import bases, services
from quyu.apps.performance.models import RollupState
from quyu.apps.targets import services as planning
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import PlanVersion
from quyu.apps.territories.models import Territory
from quyu.platform.approvals import services as approvals
from quyu.platform.facts.models import Batch
from quyu.platform.imports import runs
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from tests.integrity import company
from tests.people import TODAY
from tests.platform.facts.lines import AT

OLD, NEW = "old", "new"


@dataclass(frozen=True)
class Operation:
    """`prepare(round)` makes ready, `act` is what is killed."""

    prepare: Callable[[int], None]
    act: Callable[[int], None]
    outcome: Callable[[int], str]
    recover: Callable[[int], None]


def last_run() -> ImportRun:
    return ImportRun.objects.order_by("pk").last() or company.imported("first")


def import_prepare(number: int) -> None:
    company.confirmed(f"import-{number}")


def import_act(_number: int) -> None:
    runs.execute(last_run(), at=AT, today=TODAY)


def import_outcome(_number: int) -> str:
    run = runs.settle(last_run(), at=AT)
    batches = Batch.objects.filter(source_sha256=run.file.sha256, is_reversed=False).count()
    if run.state == ImportState.ACCEPTED:
        assert batches == 1, "an accepted import without its batch"
        assert run.batch is not None
        assert run.receipt["rows"] == company.LINES
        return NEW
    assert batches == 0, f"a batch whose import says {run.state}"
    assert run.state != ImportState.RUNNING or run.phase == "queued", (
        f"an import that nobody works on says {run.state}"
    )
    return OLD


def import_recover(_number: int) -> None:
    run = last_run()
    if run.state == ImportState.FAILED:
        runs.confirm(run, partial=False, at=AT)
    assert runs.execute(run, at=AT, today=TODAY).state == ImportState.ACCEPTED


def reversal_prepare(number: int) -> None:
    company.imported(f"reversal-{number}")


def reversal_act(_number: int) -> None:
    runs.undo(last_run(), reason="错文件", actor=company.operations(), at=AT)


def reversal_outcome(_number: int) -> str:
    run = last_run()
    assert run.batch is not None
    signs = {
        run.batch.is_reversed,
        Batch.objects.filter(reverses=run.batch).exists(),
        "undone" in run.receipt,
    }
    assert len(signs) == 1, "a reversal done by half"
    return NEW if signs.pop() else OLD


def publication_prepare(_number: int) -> None:
    standing = PlanVersion.objects.get(state=VersionState.PUBLISHED)
    version = planning.new_version(plan_version=standing, actor=company.operations(), at=AT)
    approval = planning.submit(plan_version=version, actor=company.operations(), at=AT)
    approvals.approve(approval=approval, actor=company.director(), at=AT)


def last_version() -> PlanVersion:
    return PlanVersion.objects.order_by("-pk")[0]


def publication_act(_number: int) -> None:
    planning.publish(plan_version=last_version(), actor=company.operations(), at=AT)


def publication_outcome(_number: int) -> str:
    last = last_version()
    published = list(PlanVersion.objects.filter(state=VersionState.PUBLISHED))
    assert len(published) == 1, f"{len(published)} versions are published"
    assert last.state in (VersionState.PUBLISHED, VersionState.APPROVED)
    return NEW if published[0].pk == last.pk else OLD


def rollup_prepare(number: int) -> None:
    """A customer moves, and nobody has told the rollups yet."""
    if not Batch.objects.exists():
        for first in range(4):
            company.imported(f"rollup-{first}")
    customer = Customer.objects.order_by("code")[number % company.CUSTOMERS]
    others = Territory.objects.exclude(pk=customer.territory_override_id).order_by("pk")
    Customer.objects.filter(pk=customer.pk).update(territory_override=others[number % others.count()])


def rollup_act(number: int) -> None:
    if number % 3 == 0:
        services.rebuild_rollups(at=AT)
    else:
        services.refresh_ownership(at=AT)


def rollup_outcome(_number: int) -> str:
    wanted = bases.basis(ownership_frame()).ownership_digest
    return NEW if RollupState.objects.get(pk=1).ownership_digest == wanted else OLD


OPERATIONS: Mapping[str, Operation] = {
    "import": Operation(import_prepare, import_act, import_outcome, import_recover),
    "reversal": Operation(reversal_prepare, reversal_act, reversal_outcome, reversal_act),
    "publication": Operation(publication_prepare, publication_act, publication_outcome, publication_act),
    "rollup": Operation(rollup_prepare, rollup_act, rollup_outcome, rollup_act),
}
