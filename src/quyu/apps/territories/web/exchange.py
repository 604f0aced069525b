"""A draft as a workbook, out and back: export, a preview of every territory touched, then one step."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files import File
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.apps.territories import imports, selectors
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.forms import NewFromWorkbookForm, WorkbookForm
from quyu.apps.territories.measures import Measure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.rearranging import rearranged
from quyu.apps.territories.selectors.what_if import Level, Touched
from quyu.apps.territories.services.rearranging import draft_from_places, rearrange
from quyu.apps.territories.web.preview import WARNINGS
from quyu.apps.territories.web.shapes import found_alignment
from quyu.apps.territories.web.told import steps_told
from quyu.apps.territories.workbook import workbook
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "quyu.territories.workbook"
SHOWN = 300
PREVIEW_SECONDS = 3600


@dataclass(frozen=True)
class MeasureRow:
    """One measure of one territory before and after, with the words of its balance."""

    measure: Measure
    before: Level
    after: Level
    words: tuple[str, str]
    balances: tuple[str, str]


@guard.require("alignment", "export")
@require_GET
def export(request: GuardedRequest, pk: int) -> HttpResponse:
    """The workbook of the units in reach."""
    alignment = found_alignment(request, pk)
    response = HttpResponse(workbook(alignment, scope=request.scope, at=request.today), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{alignment.name}.xlsx")
    return response


@guard.require("alignment", "edit")
@require_http_methods(["GET", "POST"])
def bring_back(request: GuardedRequest, pk: int) -> HttpResponse:
    """Choose a workbook; then see every territory touched before anything is written."""
    draft = get_object_or_404(Alignment, pk=pk)
    if not policy.is_open("alignment", "edit", draft.state):
        messages.error(request, _("只有草案可以从工作簿更新。请先另存为草案。"))
        return redirect("alignment", pk)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"alignment": draft, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _preview(request, draft, form.cleaned_data["file"])
        except Refusal as refusal:
            form.add_error("file", spoken(refusal))
    return render(request, "territories/exchange.html.jinja", context)


@guard.require("alignment", "edit")
@require_POST
def apply(request: GuardedRequest, pk: int) -> HttpResponse:
    """Write exactly what the preview showed, as one step that can be undone."""
    draft = get_object_or_404(Alignment, pk=pk)
    proposal = _proposal(request)
    if proposal.get("alignment") != draft.pk:
        messages.error(request, _("预览已过期，请重新选择文件。"))
        return redirect("alignment-import", pk)
    places = _places(request, draft, proposal["places"])
    try:
        rearrange(
            alignment=draft,
            places=places,
            source=proposal["file"],
            expected_version=proposal["version"],
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("alignment-import", pk)
    messages.success(request, _("已移动 %(count)s 个单元，可随时撤销。") % {"count": len(places)})
    return redirect("alignment", pk)


@guard.require("alignment", "create")
@require_http_methods(["GET", "POST"])
def new(request: GuardedRequest) -> HttpResponse:
    """A draft from a workbook: like the alignment in force, with the units where the file has them."""
    based_on = selectors.active_alignment(request.today)
    initial = {"name": _("区域划分草案 %(day)s") % {"day": request.today}}
    form = NewFromWorkbookForm(request.POST or None, request.FILES or None, initial=initial)
    context: dict[str, Any] = {"form": form, "based_on": based_on}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _preview(request, based_on, form.cleaned_data["file"], name=form.cleaned_data["name"])
        except Refusal as refusal:
            form.add_error("file", spoken(refusal))
    return render(request, "territories/exchange_new.html.jinja", context)


@guard.require("alignment", "create")
@require_POST
def create(request: GuardedRequest) -> HttpResponse:
    """Make the draft that the preview showed."""
    proposal, based_on = _proposal(request), selectors.active_alignment(request.today)
    if "name" not in proposal or proposal["alignment"] != (based_on.pk if based_on else None):
        messages.error(request, _("预览已过期，请重新选择文件。"))
        return redirect("alignment-from-workbook")
    places = _places(request, based_on, proposal["places"])
    added = _sides(request, proposal["added"])
    if added and not request.scope.is_everything:
        raise Http404
    try:
        draft = draft_from_places(
            name=proposal["name"],
            places=places,
            added=added,
            based_on=based_on,
            level=proposal["level"],
            source=proposal["file"],
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("alignment-from-workbook")
    messages.success(
        request, _("已新建草案，%(count)s 个单元按文件划分。") % {"count": len(places) + len(added)}
    )
    return redirect("alignment", draft.pk)


def _preview(
    request: GuardedRequest, alignment: Alignment | None, file: File[bytes], *, name: str = ""
) -> dict[str, Any]:
    """What the page shows of a file; `name` where it is to become a draft of its own."""
    content = _read(request, file)
    is_new = bool(name)
    compared = imports.compare(alignment, content, scope=request.scope, at=request.today, makes_draft=is_new)
    meanwhile = []
    if alignment is not None and compared.is_stale and content.stamp is not None:
        meanwhile = steps_told(request, alignment, content.stamp.version)
    touched = _touched(request, alignment, compared)
    proposal = {
        "reader": request.user.pk,
        "alignment": alignment.pk if alignment else None,
        "version": alignment.version if alignment else 0,
        "file": str(file.name)[:200],
        "places": {code: side.code for code, side in compared.places.items()},
        "added": {code: side.code for code, side in compared.added.items()},
        "level": alignment.level if alignment else _level(compared),
        **({"name": name} if is_new else {}),
    }
    is_open = not compared.problems and (compared.moves or (is_new and alignment is not None))
    return {
        "compared": compared,
        "shown": compared.moves[:SHOWN],
        "touched": touched,
        "meanwhile": meanwhile,
        "warnings": [text for row in touched for text in row["warnings"]],
        "file_name": str(file.name),
        "proposal": signing.dumps(proposal, salt=SALT, compress=True) if is_open else "",
    }


def _read(request: GuardedRequest, file: File[bytes]) -> imports.Content:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as target:
            for piece in file.chunks():
                target.write(piece)
        return imports.read(path, name=str(file.name), actor=request.user, at=request.now)


def _level(compared: imports.Comparison) -> str:
    levels = [move.unit.level for move in compared.moves]
    return max(sorted(set(levels)), key=levels.count) if levels else str(UnitLevel.COUNTY)


def _touched(
    request: GuardedRequest, alignment: Alignment | None, compared: imports.Comparison
) -> list[dict[str, Any]]:
    """Every territory touched, with each measure before and after and what would be torn apart."""
    if alignment is None or not compared.places:
        return []
    standing = selectors.standing_of(alignment)
    found = rearranged(standing, alignment, {code: side.pk for code, side in compared.places.items()})
    visible = Territory.objects.visible_to(request.scope, request.today)
    named = visible.filter(pk__in=[row.territory_id for row in found]).in_bulk()
    measures, balanced = selectors.measured_of(alignment), selectors.balanced_of(alignment)
    return [
        {
            "territory": named[row.territory_id],
            "row": row,
            "measures": [
                _measure(measure, before, after, selectors.tolerance_of(balanced, measure))
                for measure, before, after in zip(measures, row.before, row.after, strict=True)
            ],
            "warnings": _warnings(row, named[row.territory_id]),
        }
        for row in found
        if row.territory_id in named
    ]


def _measure(measure: Measure, before: Level, after: Level, tolerance: int) -> MeasureRow:
    balances = before.balance(tolerance), after.balance(tolerance)
    words = tuple(str(selectors.BALANCE_WORDS[balance]) for balance in balances)
    return MeasureRow(measure, before, after, (words[0], words[1]), balances)


def _warnings(row: Touched, territory: Territory) -> list[str]:
    said = {"territory": territory.name, "count": row.pieces[1]}
    if not row.units[1]:
        return [str(WARNINGS["empty"] % said)]
    if row.units[0] and row.pieces[1] > row.pieces[0]:
        return [str(WARNINGS["split"] % said)]
    return []


def _proposal(request: GuardedRequest) -> dict[str, Any]:
    """What a preview signed for this reader; empty when it is too old, or was shown to somebody else."""
    try:
        found: dict[str, Any] = signing.loads(
            request.POST.get("proposal", ""), salt=SALT, max_age=PREVIEW_SECONDS
        )
    except signing.BadSignature:
        return {}
    return found if found["reader"] == request.user.pk else {}


def _places(
    request: GuardedRequest, alignment: Alignment | None, codes: dict[str, str]
) -> dict[str, Territory]:
    """The territories of units the alignment holds; the units, too, are in reach where they are now."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code__in=codes)
    seen = rows.exclude(part=UnitPart.FINER).visible_to(request.scope, request.today).count()
    if seen < len(codes):
        raise Http404
    return _sides(request, codes)


def _sides(request: GuardedRequest, codes: dict[str, str]) -> dict[str, Territory]:
    """The territories of a proposal, all in reach; units that are gone since are no units."""
    visible = Territory.objects.visible_to(request.scope, request.today).filter(code__in=set(codes.values()))
    named = {side.code: side for side in visible}
    known = set(BasicUnit.objects.filter(code__in=codes).values_list("code", flat=True))
    if len(named) < len(set(codes.values())) or known != set(codes):
        raise Http404
    return {unit: named[side] for unit, side in codes.items()}
