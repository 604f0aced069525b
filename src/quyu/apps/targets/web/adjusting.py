"""Changes of targets in force: list, request, evidence, analysis, approval; and the rules that propose them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.apps.targets import expressions, selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import ChangeState, EditRule, LetterState, Trigger
from quyu.apps.targets.models import ChangeEvidence, ChangeRule, Letter, PlanVersion, TargetChange
from quyu.apps.targets.selectors.changes import sees_change, visible_changes
from quyu.apps.targets.selectors.simulation import Simulation, first_open_month
from quyu.apps.targets.services import changes
from quyu.apps.targets.services.lifecycle import IN_LINE
from quyu.apps.targets.web.adjusting_forms import AnalysisForm, ChangeForm, EvidenceForm, RuleForm
from quyu.kernel.measure import format_value
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.files.downloads import ANY_KIND, content_or_404
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


def change_or_404(request: GuardedRequest, pk: int) -> TargetChange:
    """A change within reach."""
    rows = TargetChange.objects.select_related("plan_version__plan", "result", "letter__person", "created_by")
    found = get_object_or_404(rows, pk=pk)
    if not sees_change(found, request.scope, request.today):
        raise Http404
    return found


@guard.require("change", "view")
@require_GET
def listing(request: GuardedRequest) -> HttpResponse:
    """The changes within reach; `state` narrows the list."""
    state = request.GET.get("state", "")
    found = visible_changes(request.scope, request.today)
    shown = [change for change in found if state in ("", change.state)]
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "state": state,
        "states": ChangeState.choices,
        "may_create": guard.may(request, "change", "create"),
        "may_rule": _may_rule(request),
    }
    return render(request, "targets/changes.html.jinja", context)


def _may_rule(request: GuardedRequest) -> bool:
    scope = guard.full_scope(request)
    return policy.narrow(scope, "change", "publish").is_everything


@guard.require("change", "create")
@require_http_methods(["GET", "POST"])
def new(request: GuardedRequest) -> HttpResponse:
    """Ask for a change of a node of a version in force."""
    open_years = PlanVersion.objects.filter(state__in=IN_LINE, plan__year__gte=request.today.year)
    versions = open_years.select_related("plan").order_by("-plan__year", "-pk")
    chosen = whole_number(request.POST.get("version") or request.GET.get("version"), 0)
    version = versions.filter(pk=chosen).first() or versions.first()
    if version is None:
        return render(request, "targets/change_new.html.jinja", {"version": None, "versions": []})
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    first = first_open_month(axes, request.today)
    names = ("region", "period", "product_line", *(f"in_{dimension.code}" for dimension in axes.others))
    initial = {name: request.GET.get(name, "") for name in names}
    form = ChangeForm(request.POST or None, initial=initial, axes=axes, reach=reach, first_month=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = changes.open_change(
                plan_version=version,
                node=form.node(),
                title=given["title"],
                trigger=Trigger(given["trigger"]),
                reason=given["reason"],
                actor=request.user,
                at=request.now,
                scope=request.scope,
            )
        except Refusal as refusal:
            form.add_error(None, spoken(refusal))
        else:
            messages.success(request, _("已建立调整申请，请补充依据并分析。"))
            return redirect("target-change", made.pk)
    context = {"version": version, "versions": versions, "form": form}
    return render(request, "targets/change_new.html.jinja", context)


@guard.require("change", "view")
@require_GET
def detail(request: GuardedRequest, pk: int) -> HttpResponse:
    """The request with its evidence, its effects, its approval, and who has confirmed."""
    return _page(request, change_or_404(request, pk))


def _page(request: GuardedRequest, change: TargetChange, **forms: Any) -> HttpResponse:
    axes = Axes.from_json(change.plan_version.axes)
    is_editor = guard.may(request, "change", "edit") and policy.is_open("change", "edit", change.state)
    may_edit = is_editor and _reaches(request, change, axes)
    first, unit = first_open_month(axes, request.today), change.plan_version.plan.unit
    value = "" if change.value is None else _plain(change.value, unit.id)
    shown = {"value": value, "first_month": change.first_month, "rule": change.rule}
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    context = {
        "change": change,
        "label": axes.label(changes.node_of(change)),
        "evidence": change.evidence.select_related("file", "added_by"),
        "simulation": Simulation.from_json(change.analysis).within(axes, reach) if change.analysis else None,
        "shows_total": reach.is_everything,
        "unit": unit,
        "may_edit": may_edit,
        "may_submit": may_edit and guard.may(request, "change", "submit"),
        "evidence_form": EvidenceForm(),
        "analysis_form": AnalysisForm(initial=shown, axes=axes, first_month=first, unit=unit),
        "approval": Approval.objects.filter(subject_type=changes.SUBJECT_TYPE, subject_id=change.pk)
        .select_related("decided_by")
        .first(),
        "confirmations": _confirmations(change),
    }
    return render(request, "targets/change.html.jinja", context | forms)


def _plain(value: int, unit: str) -> str:
    """A value as a person types it, to the last unit."""
    text = f"{format_yuan(value)}元" if unit == "fen" else format_value(value, unit)
    return text.replace(",", "")


def _reaches(request: GuardedRequest, change: TargetChange, axes: Axes) -> bool:
    """Whether this person may work on the change: the node is his today too."""
    scope = policy.narrow(guard.full_scope(request), "change", "edit")
    reach = selectors.reach_of(axes, scope, at=request.today)
    is_today = reach.is_everything or change.region in reach.today
    return reach.covers(axes, change.region) and is_today


def _confirmations(change: TargetChange) -> list[Letter]:
    """The letters that the change brought: each tells whether its person has confirmed."""
    if change.result is None:
        return []
    rows = Letter.objects.filter(plan_version=change.result).select_related("person")
    return list(rows.exclude(state=LetterState.REPLACED).order_by("person__code"))


def _mine_or_404(request: GuardedRequest, pk: int) -> TargetChange:
    change = change_or_404(request, pk)
    if not _reaches(request, change, Axes.from_json(change.plan_version.axes)):
        raise Http404
    return change


@guard.require("change", "edit")
@require_POST
def evidence(request: GuardedRequest, pk: int) -> HttpResponse:
    """Add words or a file."""
    change = _mine_or_404(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, change, evidence_form=form)
    given = form.cleaned_data
    try:
        changes.add_evidence(
            change=change, text=given["text"], upload=given["file"], actor=request.user, at=request.now
        )
    except Refusal as refusal:
        form.add_error(None, spoken(refusal))
        return _page(request, change, evidence_form=form)
    return redirect("target-change", pk)


@guard.require("change", "edit")
@require_POST
def analyse(request: GuardedRequest, pk: int) -> HttpResponse:
    """Show what the change would do; the plan stays as it is."""
    change = _mine_or_404(request, pk)
    axes = Axes.from_json(change.plan_version.axes)
    first = first_open_month(axes, request.today)
    form = AnalysisForm(request.POST, axes=axes, first_month=first, unit=change.plan_version.plan.unit)
    if not form.is_valid():
        return _page(request, change, analysis_form=form)
    given = form.cleaned_data
    try:
        changes.analyse(
            change=change,
            value=_typed(change, axes, given["value"]),
            rule=EditRule(given["rule"]),
            first_month=given["first_month"],
            actor=request.user,
            at=request.now,
            expected_version=_seen(request),
        )
    except Refusal as refusal:
        form.add_error("value", spoken(refusal))
        return _page(request, change, analysis_form=form)
    return redirect("target-change", pk)


def _typed(change: TargetChange, axes: Axes, text: str) -> int:
    node = changes.node_of(change)
    current = int(store.load_shaped(change.plan_version, axes.shape)[axes.block(node)].sum())
    return expressions.typed(text, current=current, unit=change.plan_version.plan.unit.id)


def _seen(request: GuardedRequest) -> int | None:
    """The state of the request that the page showed."""
    shown = request.POST.get("row_version", "")
    return whole_number(shown, -1) if shown else None


@guard.require("change", "submit")
@require_POST
def submit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Hand the request to a second person."""
    change = _mine_or_404(request, pk)
    try:
        changes.submit(
            change=change,
            actor=request.user,
            at=request.now,
            note=request.POST.get("note", ""),
            expected_version=_seen(request),
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已提交，等待另一位有权限的人审批。"))
    return redirect("target-change", pk)


@guard.require("change", "edit")
@require_POST
def close(request: GuardedRequest, pk: int) -> HttpResponse:
    """Drop the request; it stays readable."""
    change = _mine_or_404(request, pk)
    try:
        changes.close(
            change=change,
            actor=request.user,
            reason=request.POST.get("note", "")[:500],
            at=request.now,
            expected_version=_seen(request),
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("target-change", pk)


@guard.require("change", "view")
@require_GET
def attachment(request: GuardedRequest, pk: int, evidence: int) -> FileResponse:
    """A file given as evidence, as it was given."""
    change = change_or_404(request, pk)
    row = get_object_or_404(ChangeEvidence, pk=evidence, change=change, file__isnull=False)
    assert row.file is not None
    return FileResponse(
        content_or_404(row.file), as_attachment=True, filename=row.file.name, content_type=ANY_KIND
    )


@guard.require("change", "publish")
@require_http_methods(["GET", "POST"])
def rules(request: GuardedRequest) -> HttpResponse:
    """The rules that watch the data; one is kept by its name."""
    guard.require_everything(request)
    existing = ChangeRule.objects.filter(pk=whole_number(request.GET.get("rule"), 0)).first()
    form = RuleForm(request.POST or None, instance=existing)
    if request.method == "POST" and form.is_valid():
        rule = existing or ChangeRule()
        for name, value in form.values().items():
            setattr(rule, name, value)
        if existing is None:
            rule.save()
        else:
            audit.save_checked(rule, expected_version=rule.version, actor=request.user)
        audit.record(
            actor=request.user, verb="change.rule", subject=rule, label=rule.name, at=request.now,
            detail={"limit_bp": rule.below_bp},
        )  # fmt: skip
        messages.success(request, _("规则已保存，每天运行一次。"))
        return redirect("change-rules")
    context = {"rules": ChangeRule.objects.order_by("name"), "form": form, "existing": existing}
    return render(request, "targets/change_rules.html.jinja", context)
