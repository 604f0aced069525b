"""Making plans and versions: a total broken down over the frozen axes, a copy to work on, a scenario beside."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import CreditSplit, Lock, Plan, PlanVersion
from quyu.apps.targets.selectors.log import last_sequence
from quyu.apps.targets.services.operations import record
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


class PlanExists(Refusal):
    def __init__(self, name: str, year: int) -> None:
        super().__init__("plan_exists", "{year} 年已有名为“{name}”的目标方案。", name=name, year=year)


class ScenarioExists(Refusal):
    """Two scenarios of a plan never share a name."""

    def __init__(self, name: str) -> None:
        super().__init__("scenario_exists", "本方案已有名为“{name}”的场景，请换一个名称。", name=name)


class ScenarioUnnamed(Refusal):
    """A scenario says what it is and what it is for."""

    def __init__(self) -> None:
        super().__init__("scenario_unnamed", "请填写场景的名称和用途。")


@transaction.atomic
def create_plan(
    *,
    name: str,
    year: int,
    base: Cells,
    total_fen: int,
    actor: User | None,
    at: date | datetime,
    axes: Mapping[str, Any] | Axes,
    last_year: Cells | None = None,
    method: Mapping[str, Any] | None = None,
    measure: str = "amount",
) -> PlanVersion:
    """A new plan whose first draft spreads `total_fen` over all cells in proportion to `base`.

    `base` and `last_year` (shown beside the targets; the base itself where it is not given) are fen,
    in canonical order, or one full array of all dimensions. Raises WrongShape.
    """
    frozen = axes if isinstance(axes, Axes) else Axes.from_json({"year": year, **axes})
    base = frozen.flat(base)
    last_year = None if last_year is None else frozen.flat(last_year)
    if Plan.objects.filter(year=year, measure=measure, name=name).exists():
        raise PlanExists(name, year)
    plan = Plan.objects.create(
        name=name, year=year, measure=measure, created_by=actor, created_at=audit.moment(at)
    )
    version = PlanVersion.objects.create(
        plan=plan, number=1, axes=frozen.to_json(), method=dict(method or {}), created_at=audit.moment(at)
    )
    store.keep_coordinates(frozen)
    store.save(version, base, store.BASE)
    if last_year is not None:
        store.save(version, last_year, store.LAST_YEAR)
    cells = spreading.initial(frozen, base, total_fen)
    empty = cells * 0
    store.save(version, empty)
    record(
        version,
        kind="create",
        detail={"total_fen": total_fen},
        reason="",
        actor=actor,
        at=at,
        before=empty,
        after=cells,
    )
    return version


@transaction.atomic
def new_version(*, plan_version: PlanVersion, actor: User | None, at: date | datetime) -> PlanVersion:
    """A draft that starts as a copy of any version, with its locks and shares; the original stays as it is."""
    return _copied(plan_version, "copy", "", "", actor, at)


@transaction.atomic
def branch(
    *, plan_version: PlanVersion, name: str, purpose: str, actor: User | None, at: date | datetime
) -> PlanVersion:
    """A scenario: a draft of its own, named, that starts where any version stands."""
    named, why = name.strip(), purpose.strip()
    if not named or not why:
        raise ScenarioUnnamed
    if PlanVersion.objects.filter(plan=plan_version.plan_id, scenario=named).exists():
        raise ScenarioExists(named)
    return _copied(plan_version, "branch", named, why, actor, at)


def _copied(
    plan_version: PlanVersion,
    kind: str,
    scenario: str,
    purpose: str,
    actor: User | None,
    at: date | datetime,
) -> PlanVersion:
    """The operation that makes the copy says at which operation of the source it stood."""
    source = PlanVersion.objects.select_related("plan").get(pk=plan_version.pk)
    # Serialises the numbering: two people pressing the button get two numbers.
    Plan.objects.select_for_update().get(pk=source.plan_id)
    number = PlanVersion.objects.filter(plan=source.plan).aggregate(last=Max("number"))["last"] + 1
    version = PlanVersion.objects.create(
        plan=source.plan,
        number=number,
        state=VersionState.DRAFT,
        based_on=source,
        scenario=scenario,
        purpose=purpose,
        axes=source.axes,
        method=source.method,
        created_at=audit.moment(at),
    )
    store.copy_layers(source, version, without=[store.VALUE])
    cells = store.load(source)
    empty = cells * 0
    store.save(version, empty)
    _copy_locks(source, version)
    _copy_splits(source, version)
    detail: dict[str, Any] = {"based_on": source.number, "sequence": last_sequence(source)}
    if scenario:
        detail["scenario"] = scenario
    record(version, kind=kind, detail=detail, reason=purpose, actor=actor, at=at, before=empty, after=cells)
    return version


def _copy_locks(source: PlanVersion, version: PlanVersion) -> None:
    for standing in Lock.objects.filter(plan_version=source).order_by("pk"):
        Lock.objects.create(
            plan_version=version,
            region=standing.region,
            period=standing.period,
            product_line=standing.product_line,
            others=standing.others,
            owner=standing.owner,
            reason=standing.reason,
            created_at=standing.created_at,
            expires_on=standing.expires_on,
        )


def _copy_splits(source: PlanVersion, version: PlanVersion) -> None:
    for split in CreditSplit.objects.filter(plan_version=source).order_by("pk"):
        CreditSplit.objects.create(
            plan_version=version,
            region=split.region,
            period=split.period,
            person_id=split.person_id,
            share_bp=split.share_bp,
            reason=split.reason,
        )
