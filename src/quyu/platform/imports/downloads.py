"""The files a person takes away from an import: the template to fill in, and the rows to mend."""

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404

from quyu.platform.files import services as files
from quyu.platform.imports import kinds, pipeline, rejected, selectors
from quyu.platform.imports import template as templates
from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import Sheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHOLE_FILE_BYTES = 8 << 20
"""Larger files are handed back by their rejected rows only: the whole of them is not read while somebody waits."""


@guard.require("import", "view")
def errors(request: GuardedRequest, pk: int) -> FileResponse:
    """The rows with errors in the columns of the person's own file, and why; `?rows=all`: all rows of it."""
    run = selectors.visible_runs(request.scope).filter(pk=pk).first()
    if run is None or run.kind not in {kind.id for kind in kinds.kinds()}:
        raise Http404
    if run.created_by_id != request.user.pk:
        raise PermissionDenied
    sheet = _whole(run) if request.GET.get("rows") == "all" else None
    name = f"{Path(run.file.name).stem}-{run.pk}.xlsx"
    return FileResponse(rejected.book(run, sheet), as_attachment=True, filename=name, content_type=XLSX)


def _whole(run: ImportRun) -> Sheet | None:
    """The file as it was read, unless it is too large or cannot be read."""
    if run.file.size > WHOLE_FILE_BYTES:
        return None
    name = run.preview.get("sheet_name") or None
    try:
        return pipeline.read(files.path_of(run.file), kinds.kind(run.kind), sheet_name=name)
    except FileRefused:
        return None


@guard.require("import", "create")
def template(request: GuardedRequest, kind: str) -> FileResponse:
    """An empty workbook with the headers of a kind, and what they mean."""
    known = {found.id: found for found in selectors.allowed_kinds(guard.full_scope(request))}
    if kind not in known:
        raise Http404
    name = f"{known[kind].label}.xlsx"
    return FileResponse(templates.book(known[kind]), as_attachment=True, filename=name, content_type=XLSX)
