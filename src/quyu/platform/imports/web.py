"""The pages of an import: upload, mapping and preview, progress, receipt, errors, undo."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.files import spreadsheet
from quyu.platform.imports import kinds, runs, selectors, tasks
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.jobs.services import enqueue
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 30
MAX_UPLOAD = 400 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@guard.require("import", "view")
def runs_page(request: GuardedRequest) -> HttpResponse:
    """Every import within sight, newest first."""
    page = Paginator(selectors.visible_runs(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {kind.id: kind.label for kind in kinds.kinds()}
    may_import = guard.may(request, "import", "create")
    return render(
        request, "imports/list.html.jinja", {"page": page, "labels": labels, "may_import": may_import}
    )


@guard.require("import", "create")
def new(request: GuardedRequest) -> HttpResponse:
    """Choose what to import and the file."""
    allowed = selectors.allowed_kinds(guard.full_scope(request))
    chosen = request.POST.get("kind") or request.GET.get("kind") or (allowed[0].id if allowed else "")
    if request.method != "POST":
        return render(request, "imports/new.html.jinja", {"kinds": allowed, "chosen": chosen})
    if chosen not in {kind.id for kind in allowed}:
        raise PermissionDenied
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > MAX_UPLOAD:
        messages.error(request, _("请选择一个不超过 400 MB 的文件。"))
        return redirect("import-new")
    run = runs.upload(kind=chosen, upload=upload, actor=request.user, at=request.now)
    runs.preview(run, at=request.now, today=request.today)
    return redirect("import-run", pk=run.pk)


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
    kind = kinds.kind(run.kind)
    preview = run.preview
    by_region = sorted(preview.get("by_region", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    is_mine = run.created_by_id == request.user.pk
    undoable = (
        kind.undo is not None
        and run.state == ImportState.ACCEPTED
        and run.batch_id
        and "undone" not in run.receipt
    )
    return {
        "run": run,
        "kind": kind,
        "preview": preview,
        "receipt": run.receipt,
        "rows": selectors.mapping_rows(run) if preview.get("headers") else [],
        "questions": selectors.date_questions(run),
        "creatable": selectors.creatable(run),
        "errors": run.errors[: selectors.SHOWN_ERRORS],
        "by_region": by_region[: selectors.SHOWN_REGIONS],
        "by_month": list(preview.get("by_month", {}).items()),
        "is_open": is_mine and run.state in (ImportState.PREVIEWED, ImportState.FAILED),
        "may_undo": bool(undoable) and guard.may(request, kind.resource, "delete"),
    }


@require_POST
@guard.require("import", "create")
def choose(request: GuardedRequest, pk: int) -> HttpResponse:
    """Another mapping, an answer or a permission to create: judge the file again."""
    run = _own(request, pk)
    if run.state not in (ImportState.PREVIEWED, ImportState.FAILED):
        messages.error(request, str(runs.NotConfirmable(run)))
        return redirect("import-run", pk=pk)
    columns = {column.name for column in kinds.kind(run.kind).columns}
    run = runs.choose(
        run,
        mapping={name: request.POST.get(f"column:{name}", "") for name in columns},
        answers={
            name: request.POST.get(name, "")
            for name in request.POST
            if name.startswith(("order:", "unit:")) and request.POST.get(name)
        },
        create=request.POST.getlist("create"),
        sheet=request.POST.get("sheet", ""),
    )
    runs.preview(run, at=request.now, today=request.today)
    return redirect("import-run", pk=pk)


@require_POST
@guard.require("import", "create")
def confirm(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand the import to the worker."""
    run = _own(request, pk)
    try:
        runs.confirm(run, partial=request.POST.get("partial") == "1", at=request.now)
        enqueue(tasks.execute, run=run.pk, at=request.now.isoformat(), today=request.today.isoformat())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("import-run", pk=pk)


@guard.require("import", "view")
def progress(request: GuardedRequest, pk: int) -> HttpResponse:
    """The part of the page that asks again until the worker is done."""
    run = runs.settle(_run(request, pk), at=request.now)
    if run.state != ImportState.RUNNING:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "imports/progress.html.jinja", {"run": run})


@guard.require("import", "view")
def errors(request: GuardedRequest, pk: int) -> FileResponse:
    """Every error of the file as a workbook."""
    run = _run(request, pk)
    prepared = runs.prepare(run, at=request.now, today=request.today)
    headers = [_("行"), _("列"), _("代码"), _("内容"), _("原因")]
    book = spreadsheet.write(_("错误"), headers, selectors.error_rows(prepared.errors))
    return FileResponse(book, as_attachment=True, filename=f"errors-{run.pk}.xlsx", content_type=XLSX)


@guard.require("import", "create")
def template(request: GuardedRequest, kind: str) -> FileResponse:
    """An empty workbook with the headers of a kind."""
    known = {found.id: found for found in selectors.allowed_kinds(guard.full_scope(request))}
    if kind not in known:
        raise Http404
    headers = [str(column.label) for column in known[kind].columns]
    book = spreadsheet.write(str(known[kind].label), headers, [])
    return FileResponse(book, as_attachment=True, filename=f"{kind}.xlsx", content_type=XLSX)


@require_POST
@guard.require("import", "view")
def undo(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take a whole import back, with a reason."""
    run = _run(request, pk)
    guard.check(request, kinds.kind(run.kind).resource, "delete")
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("请写明撤销的原因。"))
        return redirect("import-run", pk=pk)
    try:
        runs.undo(run, reason=reason, actor=request.user, at=request.now)
        messages.success(request, _("已撤销这次导入，所有合计都已恢复。"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("import-run", pk=pk)
