"""What must hold of a site at every moment, whatever was killed; and a fingerprint of its business state."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Model, QuerySet, Sum

from quyu.apps.performance import services
from quyu.apps.performance.contributions import Contribution
from quyu.apps.performance.models import (
    DayRollup,
    MonthRollup,
    RestatedDay,
    RollupState,
    TallyDay,
    TerritoryMonth,
    Watermark,
)
from quyu.apps.performance.rollup_rows import AS_WAS, DAY_NAMES, MONTH_NAMES, RESTATED, TOTAL_NAMES
from quyu.apps.performance.selectors.sources import sums_at
from quyu.apps.targets import store as cells
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import CellChunk, Operation, PlanVersion
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import chain
from quyu.platform.facts import attribution, durable, store
from quyu.platform.facts.models import Batch
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from tests.integrity import company


def faults() -> list[str]:
    """What does not hold, in words."""
    return [*files(), *sums(), *plans(), *imports(), *audit()]


def files() -> Iterator[str]:
    """Every batch has its whole file and its attribution; after tidying up there is nothing else."""
    state = RollupState.objects.filter(pk=1).first()
    for batch in store.batches():
        path = store.path_of(batch)
        if not path.exists() or durable.sha256(path.read_bytes()) != batch.content_sha256:
            yield f"the file of batch {batch.pk} is missing or damaged"
        if state is None or not attribution.path_of(batch, state.ownership_digest).exists():
            yield f"batch {batch.pk} has no attribution"
    services.tidy(grace=timedelta(0))
    known = {store.path_of(batch) for batch in store.batches()}
    stray = [path for path in (store.root() / "order_line").glob("*") if path not in known]
    stray += store.root().rglob(f"*{durable.TEMPORARY_SUFFIX}")
    stray += (company.home() / "files").rglob("*.tmp")
    yield from (f"{path} belongs to nothing" for path in stray)
    folders = [path.name for path in (store.root() / attribution.FOLDER).glob("*")]
    if state is not None and set(folders) - {state.ownership_digest}:
        yield f"{len(folders)} attributions are kept, one is in use"


def sums() -> Iterator[str]:
    """Manifest, months and days agree, and the rollups are what the facts add up to, row by row."""
    manifest = Batch.objects.aggregate(fen=Sum("amount_fen"), milli=Sum("quantity_milli"))
    months = MonthRollup.objects.aggregate(fen=Sum("amount_fen"), milli=Sum("quantity_milli"))
    days = DayRollup.objects.aggregate(fen=Sum("amount_fen"))
    if (manifest["fen"] or 0) != (months["fen"] or 0) or (months["fen"] or 0) != (days["fen"] or 0):
        yield f"fen: manifest {manifest}, months {months}, days {days}"
    if (manifest["milli"] or 0) != (months["milli"] or 0):
        yield f"thousandths: manifest {manifest}, months {months}"
    mark, state = Watermark.objects.order_by("pk").last(), RollupState.objects.filter(pk=1).first()
    if mark is None or state is None:
        if Batch.objects.exists():
            yield "facts without rollups"
        return
    newest = Batch.objects.order_by("pk").last()
    if not mark.last_batch == state.last_batch == (newest.pk if newest else 0):
        yield f"rollups stand at batch {state.last_batch}, the watermark at {mark.last_batch}"
    made = sums_at(mark)
    if stored(MonthRollup.objects.all(), MONTH_NAMES) != expected(made, "months"):
        yield "the months are not what a rebuild gives"
    if stored(DayRollup.objects.all(), DAY_NAMES) != expected(made, "days"):
        yield "the days are not what a rebuild gives"
    for name in months_of_days():
        yield f"the sums by territory and month of {name} are not those of its days"


def months_of_days() -> list[str]:
    """The sums by territory and month of each set of rollups that are not those of its days."""
    sets = [(AS_WAS.name, DayRollup.objects.all()), (RESTATED.name, RestatedDay.objects.all())]
    names = TallyDay.objects.order_by().values_list("tally", flat=True).distinct()
    sets += [(name, TallyDay.objects.filter(tally=name)) for name in names]
    wrong = set(TerritoryMonth.objects.values_list("rollup", flat=True)) - {name for name, _rows in sets}
    for name, rows in sets:
        wanted: dict[tuple[date, int | None], list[int]] = {}
        for day, territory, fen, lines in rows.values_list(*DAY_NAMES):
            known = wanted.setdefault((day.replace(day=1), territory), [0, 0])
            known[:] = known[0] + fen, known[1] + lines
        own = TerritoryMonth.objects.filter(rollup=name).values_list(*TOTAL_NAMES)
        if sorted(map(repr, own)) != sorted(repr((*k, *v)) for k, v in wanted.items() if any(v)):
            wrong.add(name)
    return sorted(wrong)


def stored(rows: QuerySet[Any], names: tuple[str, ...]) -> list[str]:
    return sorted(repr((row[0].isoformat(), *row[1:])) for row in rows.values_list(*names))


def expected(made: Contribution, part: str) -> list[str]:
    found = getattr(made, part).by_key
    return sorted(repr((*key, *values)) for key, values in found.items() if any(values))


def plans() -> Iterator[str]:
    """One version in force; totals are those of the cells; the log of each version is whole."""
    published = PlanVersion.objects.filter(state=VersionState.PUBLISHED)
    if published.count() != 1:
        yield f"{published.count()} versions are in force"
    for version in PlanVersion.objects.order_by("-pk")[:3]:
        held = cells.load(version)
        last = Operation.objects.filter(plan_version=version).order_by("-sequence").first()
        if version.total_fen != int(np.sum(held)):
            yield f"{version} says {version.total_fen}, its cells {int(np.sum(held))}"
        if last is None or last.detail["cells"] != cells.digest(held):
            yield f"{version}: the last operation tells of other cells"
    waiting = Approval.objects.filter(state="submitted").values_list("subject_id", flat=True)
    submitted = PlanVersion.objects.filter(state=VersionState.SUBMITTED).values_list("pk", flat=True)
    if set(waiting) != set(submitted):
        yield "approvals and versions disagree"


def imports() -> Iterator[str]:
    """Accepted runs and batches go one to one."""
    accepted = ImportRun.objects.filter(state=ImportState.ACCEPTED).values_list("batch_id", flat=True)
    batches = Batch.objects.filter(reverses=None).values_list("pk", flat=True)
    if sorted(accepted, key=str) != sorted(batches, key=str):
        yield f"accepted imports {sorted(accepted, key=str)} and batches {sorted(batches)} disagree"


def audit() -> Iterator[str]:
    """The chain of decisions is whole, and each batch has its entry."""
    found = chain.verify_chain()
    if not found.is_intact:
        yield f"the audit chain is broken: {found}"


def fingerprint() -> str:
    """Equal before and after exactly when nothing of the business has changed."""
    digest = hashlib.sha256()
    for rows, names in (
        (Batch.objects.all(), ("pk", "content_sha256", "is_reversed", "reverses_id", "amount_fen")),
        (MonthRollup.objects.all(), MONTH_NAMES),
        (DayRollup.objects.all(), DAY_NAMES),
        (TerritoryMonth.objects.filter(rollup=AS_WAS.name), TOTAL_NAMES),
        (RollupState.objects.all(), ("pk", "last_batch", "ownership_digest", "catalog_digest", "rebuilt_at")),
        (Watermark.objects.all(), ("pk", "last_batch", "ownership_digest")),
        (PlanVersion.objects.all(), ("pk", "state", "version", "total_fen", "published_at")),
        (CellChunk.objects.all(), ("plan_version_id", "layer", "index", "blob")),
        (Approval.objects.all(), ("pk", "state", "version")),
    ):
        digest.update("\n".join(_texts(rows, names)).encode())
    digest.update(str(chain.ChainHead.objects.values_list()).encode())
    return digest.hexdigest()


def _texts(rows: QuerySet[Model], names: tuple[str, ...]) -> list[str]:
    return sorted(
        repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows.values_list(*names)
    )
