"""The pages of an import: the list, upload, columns and questions, preview, progress, receipt, mending, undo."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields import values
from quyu.platform.fields.received import whole_number
from quyu.platform.imports import choosing, codes, kinds, questions, remembered, runs, selectors, tasks
from quyu.platform.imports import template as templates
from quyu.platform.imports.choices import ImportPhase, ImportState
from quyu.platform.imports.downloads import WHOLE_FILE_BYTES
from quyu.platform.imports.forms import RunFilter
from quyu.platform.imports.inspection import MAX_FILE_BYTES
from quyu.platform.imports.models import ImportRun
from quyu.platform.jobs.services import enqueue
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 30
MOST_MB = MAX_FILE_BYTES >> 20
PATIENCE_SECONDS = 15
"""After so long in the queue with nothing at work, the page says that the worker seems not to run."""


@guard.require("import", "view")
def runs_page(request: GuardedRequest) -> HttpResponse:
    """The imports within sight, newest first, as far as the filters let them through."""
    visible = selectors.visible_runs(request.scope)
    filters = RunFilter(request.GET, kinds=kinds.kinds(), runs=visible, me=request.user)
    context = {
        "page": Paginator(filters.found().defer("errors", "mapping"), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "labels": {kind.id: kind.label for kind in kinds.kinds()},
        "may_import": guard.may(request, "import", "create"),
        "filters": filters,
    }
    return render(request, "imports/list.html.jinja", context)


@guard.require("import", "create")
def new(request: GuardedRequest) -> HttpResponse:
    """Choose what to import and the file."""
    allowed = selectors.allowed_kinds(guard.full_scope(request))
    chosen = request.POST.get("kind") or request.GET.get("kind") or (allowed[0].id if allowed else "")
    if request.method != "POST":
        guides = [templates.guide(kind) for kind in allowed]
        return render(
            request, "imports/new.html.jinja", {"guides": guides, "chosen": chosen, "most": MOST_MB}
        )
    if chosen not in {kind.id for kind in allowed}:
        raise PermissionDenied
    run = _uploaded(request, chosen)
    return redirect("import-run", pk=run.pk) if run else redirect("import-new")


def _uploaded(request: GuardedRequest, kind: str, mended: ImportRun | None = None) -> ImportRun | None:
    """A run for the posted file, previewed or being read; None, with a message, when there is no such file."""
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > MAX_FILE_BYTES:
        messages.error(request, _("请选择一个不超过 {most} MB 的文件。").format(most=MOST_MB))
        return None
    run = runs.upload(kind=kind, upload=upload, actor=request.user, at=request.now, mends=mended)
    tasks.preview(run, at=request.now, today=request.today)
    return run


@guard.require("import", "view")
def run_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One import, at whatever step it is."""
    run = runs.settle(_run(request, pk), at=request.now)
    return render(request, "imports/run.html.jinja", _context(request, run))


def _run(request: GuardedRequest, pk: int) -> ImportRun:
    run = get_object_or_404(selectors.visible_runs(request.scope), pk=pk)
    if run.kind not in {kind.id for kind in kinds.kinds()}:
        raise Http404
    return run


def _own(request: GuardedRequest, pk: int) -> ImportRun:
    """A run on which this person may act: his own, of a kind he may import."""
    run = _run(request, pk)
    if run.created_by_id != request.user.pk:
        raise PermissionDenied
    guard.check(request, kinds.kind(run.kind).resource, "import")
    return run


def _context(request: GuardedRequest, run: ImportRun) -> dict[str, object]:
    kind, preview = kinds.kind(run.kind), run.preview
    by_region = sorted(preview.get("by_region", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    by_owner = sorted(selectors.by_owner(run).items(), key=lambda pair: (-pair[1], pair[0]))
    is_mine = run.created_by_id == request.user.pk
    is_open = is_mine and run.state in runs.OPEN_STATES and guard.may(request, kind.resource, "import")
    return {
        "run": run,
        "kind": kind,
        "preview": preview,
        "receipt": run.receipt,
        "is_mine": is_mine,
        "may_import": guard.may(request, "import", "create"),
        "is_open": is_open,
        "is_working": run.state in runs.AT_WORK,
        "queue": _queue(run, request.now),
        "percent": selectors.share_done(run),
        "is_unchecked": bool(run.options.get("unchecked")),
        "rows": selectors.mapping_rows(run) if preview.get("headers") else [],
        "missing": selectors.missing_columns(run),
        "questions": selectors.open_questions(run),
        "answers": selectors.answers(run),
        "known": remembered.of_run(run) if is_open and preview.get("recalled") else None,
        "creations": selectors.creations(run),
        "lacks_only_master": selectors.lacks_only_master(run),
        "earlier": selectors.earlier_run(run, request.scope)
        if "already_imported" in preview.get("error_codes", {})
        else None,
        "mended_by": run.mended_by.filter(created_by=request.user).order_by("pk").last(),
        "errors": selectors.shown_errors(run, request.user),
        "summary": [(codes.label(code), count) for code, count in preview.get("error_codes", {}).items()],
        "created": selectors.created(run),
        "most": MOST_MB,
        "has_whole_file": run.file.size <= WHOLE_FILE_BYTES and run.state != ImportState.ACCEPTED,
        "by_region": by_region[: selectors.SHOWN_REGIONS],
        "regions_left": by_region[selectors.SHOWN_REGIONS :],
        "by_owner": by_owner[: selectors.SHOWN_REGIONS],
        "owners_left": by_owner[selectors.SHOWN_REGIONS :],
        "by_month": list(preview.get("by_month", {}).items()),
        "may_confirm": is_open
        and run.state in runs.CONFIRMABLE
        and bool(preview)
        and not run.options.get("unchecked"),
        "may_cancel": is_mine and run.state in runs.UNFINISHED,
        "may_undo": runs.is_reversible(run) and guard.may(request, kind.resource, "delete"),
    }


def _queue(run: ImportRun, now: datetime) -> dict[str, object]:
    """Whether the run waits for the worker, behind how many, and whether the worker seems not to run at all."""
    if run.state not in runs.AT_WORK or run.phase != ImportPhase.QUEUED:
        return {"is_waiting": False}
    ahead = selectors.runs_ahead(run)
    is_stuck = ahead is None and (now - runs.queued_at(run)).total_seconds() > PATIENCE_SECONDS
    return {"is_waiting": True, "ahead": ahead or 0, "is_stuck": is_stuck}


@require_POST
@guard.require("import", "create")
def choose(request: GuardedRequest, pk: int) -> HttpResponse:
    """Keep another mapping, answer or permission to create, and judge the file again.

    The page sends every change at once with `keep`, so that nothing chosen is lost; the file is then judged
    when the person asks for it.
    """
    run = _own(request, pk)
    try:
        mapping, answers = _chosen(request, run)
        run = choosing.choose(
            run,
            mapping=mapping,
            answers=answers,
            create=request.POST.getlist("create"),
            sheet=answers.pop(questions.SHEET, "") or request.POST.get("sheet", ""),
        )
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return redirect("import-run", pk=pk)
    if request.POST.get("keep") and request.htmx:
        return render(request, "imports/verdict.html.jinja", _context(request, run))
    tasks.preview(run, at=request.now, today=request.today)
    return redirect("import-run", pk=pk)


def _chosen(request: GuardedRequest, run: ImportRun) -> tuple[dict[str, str], dict[str, str]]:
    """The columns and the answers by question of the form; `again` takes one answer back."""
    posted = request.POST
    mapping = {
        column.name: posted.get(f"column:{column.name}", "") for column in kinds.kind(run.kind).columns
    }
    given = {name.removeprefix("answer:"): posted[name] for name in posted if name.startswith("answer:")}
    answers = {name: value for name, value in given.items() if value and name != posted.get("again")}
    for name in [name for name in answers if name.startswith(questions.COLUMN)]:
        mapping[name.removeprefix(questions.COLUMN)] = answers.pop(name)
    return mapping, answers


@require_POST
@guard.require("import", "create")
def forget(request: GuardedRequest, pk: int) -> HttpResponse:
    """Judge the file afresh without what is remembered; `all` forgets it for later files too."""
    run = _own(request, pk)
    try:
        if request.POST.get("all") and remembered.forget(run):
            audit.record(
                actor=request.user, verb="forget_mapping", subject=run, label=run.file.name, at=request.now
            )
        run = choosing.start_over(run)
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return redirect("import-run", pk=pk)
    tasks.preview(run, at=request.now, today=request.today)
    return redirect("import-run", pk=pk)


@require_POST
@guard.require("import", "create")
def confirm(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand the import to the worker; pressed twice, it is done once."""
    run = _own(request, pk)
    seen = request.POST.get("version", "")
    try:
        runs.confirm(
            run,
            partial=request.POST.get("partial") == "1",
            at=request.now,
            version=whole_number(seen, -1) if seen else None,
        )
        enqueue(tasks.execute, run=run.pk, at=request.now.isoformat(), today=request.today.isoformat())
    except runs.NotConfirmable as refusal:
        if run.state not in (ImportState.RUNNING, ImportState.ACCEPTED):
            messages.error(request, values.spoken(refusal))
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
    return redirect("import-run", pk=pk)


@require_POST
@guard.require("import", "create")
def cancel(request: GuardedRequest, pk: int) -> HttpResponse:
    """End an import that has written nothing yet."""
    run = _own(request, pk)
    try:
        runs.cancel(run, actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
    return redirect("import-run", pk=pk)


@require_POST
@guard.require("import", "create")
def mend(request: GuardedRequest, pk: int) -> HttpResponse:
    """The mended file of an import with errors: a new import with the same kind, columns, answers and choices."""
    run = _own(request, pk)
    successor = _uploaded(request, run.kind, mended=run)
    return redirect("import-run", pk=successor.pk if successor else pk)


@guard.require("import", "view")
def progress(request: GuardedRequest, pk: int) -> HttpResponse:
    """The part of the page that asks again until the worker is done."""
    run = runs.settle(_run(request, pk), at=request.now)
    if run.state not in runs.AT_WORK:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "imports/progress.html.jinja", _context(request, run))


@require_POST
@guard.require("import", "view")
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take a whole import back, with a reason."""
    run = _run(request, pk)
    scope = guard.check(request, kinds.kind(run.kind).resource, "delete")
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("请写明撤销的原因。"))
        return redirect("import-run", pk=pk)
    try:
        receipt = runs.undo(
            run, reason=reason, actor=request.user, at=request.now, today=request.today, scope=scope
        )
        if "booked" in receipt.totals:
            messages.success(request, _("已撤销这次导入；属于已关账月份的行计入今天。"))
        else:
            messages.success(request, _("已撤销这次导入，一切恢复到导入之前。"))
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
    return redirect("import-run", pk=pk)
