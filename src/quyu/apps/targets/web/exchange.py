"""The grid as a workbook, out and back: export, a preview cell by cell, then one operation."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core import signing
from django.core.files import File
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.apps.targets import imports, services
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.export import workbook
from quyu.apps.targets.forms import WorkbookForm
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.node import others_of, others_text
from quyu.apps.targets.web.access import version_or_404
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "quyu.targets.workbook"
SHOWN = 500
PREVIEW_SECONDS = 3600


@guard.require("target", "export")
@require_GET
def export(request: GuardedRequest, pk: int) -> HttpResponse:
    """The workbook of what the reader may see."""
    version = version_or_404(request, pk)
    content = workbook(version, scope=request.scope, at=request.now)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{version}.xlsx')}"
    return response


@guard.require("target", "import")
@require_http_methods(["GET", "POST"])
def bring_back(request: GuardedRequest, pk: int) -> HttpResponse:
    """Choose a workbook; then see every difference before anything is written."""
    version = version_or_404(request, pk)
    if not policy.is_open("target", "import", version.state):
        messages.error(request, _("只有草稿可以导入。请先新建版本。"))
        return redirect("target-version", pk)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"version": version, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _preview(request, version, form.cleaned_data["file"])
        except Refusal as refusal:
            form.add_error("file", spoken(refusal))
    return render(request, "targets/import.html.jinja", context)


def _preview(request: GuardedRequest, version: PlanVersion, file: File[bytes]) -> dict[str, Any]:
    name = str(file.name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload.xlsx"
        with path.open("wb") as target:
            for piece in file.chunks():
                target.write(piece)
        axes = Axes.from_json(version.axes)
        content = imports.read(path, name=name, version_id=version.pk, axes=axes)
    compared = imports.compare(version, content, scope=request.scope, at=request.today)
    values = [[*_place(value.node), value.value_fen] for value in compared.values]
    proposal = {"version": version.pk, "row_version": compared.row_version, "file": name, "values": values}
    return {
        "compared": compared,
        "shown": compared.changes[:SHOWN],
        "file_name": name,
        "proposal": "" if compared.problems else signing.dumps(proposal, salt=SALT, compress=True),
    }


def _place(node: Node) -> tuple[str, str, str, str]:
    return node.region, node.period, node.product_line, others_text(node.others)


@guard.require("target", "import")
@require_POST
def apply(request: GuardedRequest, pk: int) -> HttpResponse:
    """Write exactly what the preview showed, as one operation."""
    version = version_or_404(request, pk)
    try:
        proposal = signing.loads(request.POST.get("proposal", ""), salt=SALT, max_age=PREVIEW_SECONDS)
    except signing.BadSignature:
        proposal = {}
    if proposal.get("version") != version.pk:
        messages.error(request, _("预览已过期，请重新选择文件。"))
        return redirect("target-import", pk)
    values = [
        services.NodeValue(Node(region, period, line, others_of(others)), fen)
        for region, period, line, others, fen in proposal["values"]
    ]
    try:
        services.apply_values(
            plan_version=version,
            values=values,
            source=proposal["file"],
            expected_version=proposal["row_version"],
            actor=request.user,
            scope=request.scope,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("target-import", pk)
    messages.success(request, _("已更新 %(count)s 处，可随时撤销。") % {"count": len(values)})
    return redirect("target-version", pk)
