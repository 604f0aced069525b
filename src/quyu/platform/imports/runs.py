"""Import runs: the record of every try, and the steps a person takes from upload to receipt.

A run is previewed as often as the person changes the mapping, then confirmed once. The worker judges
the file again under the rights of that person and writes; the run's own state changes in the same
transaction as the data, so a run that says 已导入 is, and one whose worker died is not.

States: 已上传 -> 待确认 (a big file: 读取中 in between) -> 导入中 -> 已导入 | 未通过 | 中断; `cancel` ends
what is not finished yet as 已取消. While 读取中 and 导入中, `phase` (排队, 读取, 核对, 写入) and the fields
`progress_*` say how far the work is; None means not known yet.
"""

import functools
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from django.core.files.base import File
from django.db import OperationalError, transaction
from django.utils import timezone

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import spoken
from quyu.platform.files import services as files
from quyu.platform.files.models import StoredFile
from quyu.platform.imports import findings, kinds, pipeline, remembered
from quyu.platform.imports.choices import ImportPhase, ImportState
from quyu.platform.imports.kinds import Context, Receipt, RowError, Written
from quyu.platform.imports.models import ImportRun, WrittenRow
from quyu.platform.imports.pipeline import Prepared
from quyu.platform.imports.progress import SILENT, Progress, Tracker
from quyu.platform.jobs import liveness
from quyu.platform.jobs import services as jobs
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, everything, scope_of

CONFIRMABLE = (ImportState.PREVIEWED, ImportState.FAILED, ImportState.CANCELLED)
AT_WORK = (ImportState.READING, ImportState.RUNNING)
UNFINISHED = (*AT_WORK, ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED)
OPEN_STATES = (*CONFIRMABLE, ImportState.REJECTED)


class NotConfirmable(Refusal):
    def __init__(self, run: ImportRun) -> None:
        super().__init__(
            "not_confirmable", "这次导入的状态是“{state}”，不能再确认。", state=run.get_state_display()
        )


class StalePreview(Refusal):
    """Something was chosen after the preview which the person saw."""

    def __init__(self) -> None:
        super().__init__("stale_preview", "您看到的核对结果之后又有新的选择，请重新核对后再确认。")


class NotCancellable(Refusal):
    def __init__(self, run: ImportRun) -> None:
        super().__init__(
            "not_cancellable", "这次导入的状态是“{state}”，不能再取消。", state=run.get_state_display()
        )


class Stopped(Exception):
    """The run was cancelled while it was being worked on; nothing is written."""


class NotReversible(Refusal):
    def __init__(self) -> None:
        super().__init__("not_reversible", "这次导入不能撤销。")


def upload(
    *, kind: str, upload: "File[bytes]", actor: User, at: datetime, mends: ImportRun | None = None
) -> ImportRun:
    """Keep the file and open a run for it; the mended file of an earlier run goes on with what was chosen there."""
    stored = files.store(upload=upload, actor=actor, at=at)
    run = ImportRun(kind=kind, file=stored, created_by=actor, created_at=at, mends=mends)
    if mends is not None:
        needed = {column.name for column in kinds.kind(kind).columns if column.required}
        needed.update(name for group in kinds.kind(kind).alternatives for name in group)
        run.mapping = {name: text for name, text in mends.mapping.items() if text or name not in needed}
        kept = ("answers", "asked", "create", "sheet")
        run.options = {name: mends.options[name] for name in kept if name in mends.options}
    run.save()
    return run


def record_try(
    prepared: Prepared, receipt: Receipt | None, *, path: Path, at: datetime, is_only_checked: bool = False
) -> ImportRun:
    """Record an import made on the command line: accepted, refused, or left at a look at a file without fault."""
    context = prepared.context
    stored = files.store_path(path=path, actor=context.actor, at=at)
    run = ImportRun(
        kind=prepared.kind.id, file=stored, created_by=context.actor, created_at=at, finished_at=at
    )
    run.save()
    findings.keep(run, prepared)
    run.state = ImportState.CANCELLED if is_only_checked else ImportState.REJECTED
    if receipt:
        run.state = ImportState.ACCEPTED
        _fill_receipt(run, receipt)
    run.save()
    return run


def context_of(run: ImportRun, *, at: datetime, today: date) -> Context:
    """Who imports and what is allowed, with the rights of today."""
    stored: StoredFile = run.file
    kind = kinds.kind(run.kind)
    return Context(
        actor=run.created_by,
        scope=_scope(run.created_by, kind.resource, today),
        at=at,
        today=today,
        file_name=stored.name,
        source_sha256=stored.sha256,
        create=frozenset(run.options.get("create", [])),
        options={name: str(value) for name, value in run.options.items() if isinstance(value, str)},
    )


def _scope(user: User | None, resource: str, today: date, action: str = "import") -> Scope:
    return everything() if user is None else policy.narrow(scope_of(user, at=today), resource, action)


def prepare(run: ImportRun, *, at: datetime, today: date, progress: Tracker = SILENT) -> Prepared:
    """Judge the file under the mapping and the answers of the run, or those remembered for such files."""
    return pipeline.prepare(
        files.path_of(run.file),
        kinds.kind(run.kind),
        context_of(run, at=at, today=today),
        mapping=run.mapping or None,
        sheet_name=run.options.get("sheet") or None,
        answers=run.options.get("answers", {}),
        recall=functools.partial(remembered.recall, run.kind) if run.options.get("recall", True) else None,
        progress=progress,
    )


def preview(run: ImportRun, *, at: datetime, today: date) -> Prepared:
    """Judge the file and keep what was found on the run, unless the person chose anew meanwhile."""
    seen = run.version
    prepared = prepare(run, at=at, today=today, progress=_tracker(run))
    findings.keep(run, prepared)
    with transaction.atomic():
        if _is_held(run, version=seen):
            _rest(run, ImportState.PREVIEWED)
            run.version = seen + 1
            run.options = {**run.options, "unchecked": False}
            run.save()
    return prepared


def await_preview(run: ImportRun, *, at: datetime) -> ImportRun:
    """The file is too big to be judged while somebody waits: 读取中 until the worker has previewed it."""
    run.state, run.phase, run.progress_rows = ImportState.READING, ImportPhase.QUEUED, 0
    run.options = {**run.options, "queued_at": at.isoformat()}
    run.save(update_fields=["state", "phase", "progress_rows", "options"])
    return run


def _is_held(run: ImportRun, **same: int) -> bool:
    """Lock the run's row; False when it is no longer in the state in which the work on it began."""
    return bool(ImportRun.objects.select_for_update().filter(pk=run.pk, state=run.state, **same).first())


def _rest(run: ImportRun, state: ImportState) -> None:
    """The work on a run is over."""
    run.state, run.phase = state, ""
    run.progress_speed = run.progress_seconds_left = None


def _tracker(run: ImportRun) -> Tracker:
    """Progress on the run's row; silent for a file that is judged within a request."""
    if run.state not in AT_WORK:
        return SILENT
    at_work = ImportRun.objects.filter(pk=run.pk, state=run.state)

    def tell(progress: Progress) -> None:
        with suppress(OperationalError):  # another writer keeps SQLite busy: the next report will do
            at_work.update(
                phase=progress.phase,
                progress_rows=progress.rows,
                progress_total=progress.total,
                progress_speed=progress.speed,
                progress_seconds_left=progress.seconds_left,
            )

    return Tracker(tell)


@transaction.atomic
def confirm(run: ImportRun, *, partial: bool, at: datetime, version: int | None = None) -> ImportRun:
    """Hand the run to the worker, once; `version` is that of the preview the person saw."""
    run.refresh_from_db()
    if not run.preview or run.options.get("unchecked") or version not in (None, run.version):
        raise StalePreview
    options = {**run.options, "partial": partial, "queued_at": at.isoformat()}
    changed = ImportRun.objects.filter(pk=run.pk, state__in=CONFIRMABLE, version=run.version).update(
        state=ImportState.RUNNING,
        options=options,
        phase=ImportPhase.QUEUED,
        progress_rows=0,
        finished_at=None,
    )
    run.refresh_from_db()
    if not changed:
        raise NotConfirmable(run)
    if run.created_by is not None:
        remembered.remember(run, run.created_by, at)
    return run


def execute(run: ImportRun, *, at: datetime, today: date) -> ImportRun:
    """What the worker does: judge again, then write the data and the receipt in one transaction.

    Raises Stopped, with nothing written, when the run was cancelled meanwhile.
    """
    progress = _tracker(run)
    prepared = prepare(run, at=at, today=today, progress=progress)
    findings.keep(run, prepared)
    run.progress_rows = run.preview["file_rows"]
    run.finished_at = at
    progress.begin(ImportPhase.WRITING, total=run.progress_rows)
    try:
        rows = pipeline.stage(prepared, partial=bool(run.options.get("partial")))
        with transaction.atomic():
            if not _is_held(run):
                raise Stopped
            receipt = pipeline.write(prepared, rows)
            _rest(run, ImportState.ACCEPTED)
            _fill_receipt(run, receipt)
            run.save()
    except Refusal as refusal:
        run.state = ImportState.RUNNING
        reject(run, refusal.code, spoken(refusal))
    return run


@transaction.atomic
def reject(run: ImportRun, code: str, message: str) -> None:
    """未通过, with the errors of the file or else this one of the whole file; not if it was cancelled."""
    if not _is_held(run):
        return
    _rest(run, ImportState.REJECTED)
    if not run.errors:
        run.errors = [asdict(RowError(None, None, code, None, message))]
        run.error_count = 1
    run.save()


@transaction.atomic
def fail(run: ImportRun, message: str, *, at: datetime) -> None:
    """中断, with the reason; it can be confirmed again."""
    if _is_held(run):
        _rest(run, ImportState.FAILED)
        run.errors = [asdict(RowError(None, None, "failed", None, message))]
        run.error_count, run.finished_at = 1, at
        run.save()


@transaction.atomic
def cancel(run: ImportRun, *, actor: User, at: datetime) -> ImportRun:
    """End a run that has written nothing yet as 已取消; the worker's process for it is killed within a second.

    Raises NotCancellable when it is finished already: an import that is written is undone, not cancelled.
    """
    changed = ImportRun.objects.filter(pk=run.pk, state__in=UNFINISHED).update(
        state=ImportState.CANCELLED, phase="", progress_seconds_left=None, finished_at=at
    )
    run.refresh_from_db()
    if not changed:
        raise NotCancellable(run)
    audit.record(actor=actor, verb="cancel_import", subject=run, label=run.file.name, at=at)
    return run


def _fill_receipt(run: ImportRun, receipt: Receipt) -> None:
    run.receipt = {"rows": receipt.rows, **receipt.totals}
    run.batch_id = receipt.batch_id
    WrittenRow.objects.bulk_create(
        [
            WrittenRow(run=run, model=w.model, key=w.key, row_version=w.version, before=w.before, line=w.line)
            for w in receipt.written
        ],
        batch_size=500,
    )


def lock_name(run: ImportRun) -> str:
    return f"import-{run.pk}"


def worker_lock_name(run: ImportRun) -> str:
    """Held by the worker for as long as it watches over the process that holds `lock_name`."""
    return f"import-{run.pk}-worker"


def queued_at(run: ImportRun) -> datetime:
    """Since when the run waits for the worker."""
    return datetime.fromisoformat(run.options.get("queued_at") or run.created_at.isoformat())


def settle(run: ImportRun, *, at: datetime) -> ImportRun:
    """A run whose worker took it and is gone becomes 中断; nothing was written, it can be started again."""
    if run.state in AT_WORK and _is_lost(run, at):
        ImportRun.objects.filter(pk=run.pk, state__in=AT_WORK).update(
            state=ImportState.FAILED, phase="", finished_at=at
        )
        run.refresh_from_db()
    return run


def _is_lost(run: ImportRun, at: datetime) -> bool:
    """Nobody works on the run, and no job is left that would begin."""
    if liveness.is_working(lock_name(run)) or liveness.is_working(worker_lock_name(run)):
        return False
    if run.phase != ImportPhase.QUEUED:
        return True
    is_patient = at - queued_at(run) <= jobs.GRACE
    return not is_patient and not jobs.is_on_its_way("quyu.platform.imports.tasks.", run=run.pk)


def is_reversible(run: ImportRun) -> bool:
    """Whether the run wrote something that can be taken back and has not been."""
    if run.state != ImportState.ACCEPTED or "undone" in run.receipt:
        return False
    kind = kinds.kind(run.kind)
    if run.batch_id is not None:
        return kind.undo is not None
    return kind.take_back is not None and run.written.exists()


@transaction.atomic
def undo(
    run: ImportRun,
    *,
    reason: str,
    actor: User | None,
    at: datetime,
    today: date | None = None,
    scope: Scope | None = None,
) -> Receipt:
    """Take back what the run wrote, by the means of its kind and within the reach of `actor`'s right to delete.

    Orders by a batch of reversed lines; other objects by restoring what the rows held, in a run of its own.
    Raises NotReversible, or the refusal of the kind naming the rows that were changed or are used since.
    """
    run = ImportRun.objects.select_for_update().select_related("file").get(pk=run.pk)
    kind = kinds.kind(run.kind)
    if not is_reversible(run):
        raise NotReversible
    if run.batch_id is not None and kind.undo is not None:
        receipt = kind.undo(run.batch_id, reason, actor, at)
        told: dict[str, object] = {"batch": receipt.batch_id}
        told |= {name: receipt.totals[name] for name in ("booked_on", "booked") if name in receipt.totals}
    elif kind.take_back is not None:
        day = today or timezone.localdate(at)
        reach = scope or _scope(actor, kind.resource, day, "delete")
        context = Context(actor, reach, at, day, run.file.name, run.file.sha256)
        receipt = kind.take_back([_written(row) for row in run.written.all()], context)
        told = {"run": _reversal(run, receipt, reason, actor, at).pk}
    run.receipt = {
        **run.receipt,
        "undone": {**told, "reason": reason, "by": actor.get_full_name() if actor else ""},
    }
    run.save(update_fields=["receipt"])
    audit.record(actor=actor, verb="undo_import", subject=run, label=run.file.name, reason=reason, at=at)
    return receipt


def _written(row: WrittenRow) -> Written:
    return Written(row.model, row.key, row.row_version, row.before, row.line)


def _reversal(run: ImportRun, receipt: Receipt, reason: str, actor: User | None, at: datetime) -> ImportRun:
    """The record of taking objects back: a run of its own, which cannot be taken back itself."""
    return ImportRun.objects.create(
        kind=run.kind,
        file=run.file,
        state=ImportState.ACCEPTED,
        created_by=actor,
        created_at=at,
        finished_at=at,
        receipt={"rows": receipt.rows, **receipt.totals, "reverses": run.pk, "reason": reason},
    )
