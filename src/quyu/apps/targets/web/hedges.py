"""加码与缓冲: what each level carries, hands down and keeps as a hedge; for who edits targets there or above."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.round_forms import UpliftForm
from quyu.apps.targets.selectors.hedges import HedgeRow, hedge_rows
from quyu.apps.targets.services.hedging import preview_uplift, set_uplift
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors


def _rows(request: GuardedRequest, version: PlanVersion) -> list[HedgeRow]:
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    return list(hedge_rows(version, axes, store.load(version), reach))


@guard.require("target", "edit")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The levels within reach; with an uplift asked for, also what it would do."""
    version = version_or_404(request, pk)
    rows = _rows(request, version)
    may_edit = offers(request, version, "target", "edit") and bool(rows)
    is_asked = "uplift" in request.GET
    form = UpliftForm(
        request.GET if is_asked else None,
        regions=[(row.region, row.name) for row in rows],
        initial={"uplift": 3, "cap": 5},
    )
    planned = None
    if may_edit and is_asked and form.is_valid():
        given = form.cleaned_data
        try:
            planned = preview_uplift(
                plan_version=version, region=given["region"], uplift_bp=given["uplift"], cap_bp=given["cap"],
                scope=request.scope, at=request.now,
            )  # fmt: skip
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-uplift"),
        "rows": rows,
        "hedged": sum(row.hedge_fen for row in rows),
        "form": form if may_edit else None,
        "planned": planned,
        **measured(version),
    }
    return render(request, "targets/uplift.html.jinja", context)


@guard.require("target", "edit")
@require_POST
def apply(request: GuardedRequest, pk: int) -> HttpResponse:
    """Set the hedge that was shown."""
    version = version_or_404(request, pk)
    form = UpliftForm(request.POST, regions=[(row.region, row.name) for row in _rows(request, version)])
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-uplift", pk)
    given = form.cleaned_data
    try:
        set_uplift(
            plan_version=version, region=given["region"], uplift_bp=given["uplift"], cap_bp=given["cap"],
            reason=given["reason"], expected_version=whole_number(request.POST.get("version")),
            actor=request.user, scope=request.scope, at=request.now,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已设定：承接目标不变，下达合计增加，可在目标表中撤销。"))
    return redirect("target-uplift", pk)
