"""指标 and 派生目标: the measures of a plan side by side, whether they agree, and what follows from them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import DerivedKind
from quyu.apps.targets.selectors.derived import derived as derived_targets
from quyu.apps.targets.selectors.measures import implied, measure_rows, missing_measures
from quyu.apps.targets.services.measures import add_by_rate, add_from_history
from quyu.apps.targets.services.rules import set_derived
from quyu.apps.targets.web.access import version_or_404
from quyu.apps.targets.web.setting_forms import DerivedForm, MeasureForm
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors

A_PAGE = 60


@guard.require("target", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """Every measure of the plan, and the margins and prices they imply per region."""
    version = version_or_404(request, pk)
    found = implied(version, request.scope, at=request.today)
    is_faulty = request.GET.get("only") == "faults"
    listed = [row for row in found if row.fault] if is_faulty else found
    offered, ratios = missing_measures(version)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-measures"),
        "rows": measure_rows(version, request.scope, at=request.today),
        "page": Paginator(listed, A_PAGE).get_page(request.GET.get("page")),
        "fault_count": sum(bool(row.fault) for row in found),
        "checked": len(found),
        "only_faults": is_faulty,
        "ratios": ratios,
        "form": MeasureForm(offered=offered) if offered and _may_add(request) else None,
    }
    return render(request, "targets/measures.html.jinja", context)


def _may_add(request: GuardedRequest) -> bool:
    return request.scope.is_everything and guard.may(request, "plan", "create")


@guard.require("plan", "create")
@require_POST
def add(request: GuardedRequest, pk: int) -> HttpResponse:
    """One more measure of the plan."""
    guard.require_everything(request)
    version = version_or_404(request, pk)
    offered, _ratios = missing_measures(version)
    form = MeasureForm(request.POST, offered=offered)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-measures", pk)
    given = form.cleaned_data
    try:
        if given["how"] == "history":
            made = add_from_history(
                plan_version=version, measure=given["measure"], total=given["total"], actor=request.user, at=request.now
            )  # fmt: skip
        else:
            made = add_by_rate(
                plan_version=version, measure=given["measure"], rate=given["rate"], actor=request.user, at=request.now
            )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("target-measures", pk)
    messages.success(request, _("已编制，各级合计逐一相等。"))
    return redirect("target-measures", made.pk)


@guard.require("target", "view")
@require_GET
def derived(request: GuardedRequest, pk: int) -> HttpResponse:
    """Per head, per customer, per outlet and by rate, checked both ways."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    found = derived_targets(version, axes, reach=reach, at=request.today)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-derived"),
        "derived": found,
        "page": Paginator(found.rows, A_PAGE).get_page(request.GET.get("page")),
        "form": DerivedForm() if _may_add(request) else None,
    }
    return render(request, "targets/derived.html.jinja", context)


@guard.require("plan", "create")
@require_POST
def set_rate(request: GuardedRequest, pk: int) -> HttpResponse:
    """The rate of a derived target."""
    guard.require_everything(request)
    version = version_or_404(request, pk)
    form = DerivedForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-derived", pk)
    kind, rate = DerivedKind(form.cleaned_data["kind"]), int(form.cleaned_data["rate"] * 100)
    attempt(
        request,
        lambda: set_derived(plan=version.plan, kind=kind, rate_bp=rate, actor=request.user, at=request.now),
    )
    return redirect("target-derived", pk)
