"""上下对照: top-down against bottom-up below one node, and a proposal to share the gap."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.round_forms import ShareForm
from quyu.apps.targets.selectors.gaps import ShareBy, gap_table
from quyu.apps.targets.selectors.rounds import open_round
from quyu.apps.targets.services.gaps import preview, share_gap
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.scope import Scope
from quyu.platform.people.web import say_errors


@guard.require("commitment", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The table of one node; with a method and a cap, also what sharing would do."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    found = open_round(version)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    inner = [code for code in axes.regions if reach.covers(axes, code) and not axes.tree.is_leaf(code)]
    region = request.GET.get("region") or next(iter(inner), "")
    if region and region not in inner:
        raise Http404
    may_share = (
        bool(found)
        and offers(request, version, "target", "edit")
        and guard.may(request, "commitment", "approve")
    )
    form = ShareForm(
        request.GET if "method" in request.GET else None, initial={"method": ShareBy.PROPORTION, "cap": 5}
    )
    proposal = None
    if found and region and form.is_bound and form.is_valid() and may_share:
        proposal = preview(
            plan_version=version, region=region, method=form.cleaned_data["method"], cap_bp=form.cleaned_data["cap"],
            scope=request.scope, at=request.now,
        )  # fmt: skip
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-gap"),
        "found": found,
        "region": region,
        "choices": [(code, axes.name(code), axes.depths[code]) for code in inner],
        "table": gap_table(found, axes, store.load(version), region) if found and region else None,
        "form": form,
        "may_share": may_share,
        "proposal": proposal,
        **measured(version),
    }
    return render(request, "targets/gap.html.jinja", context)


@guard.require("commitment", "approve")
@require_POST
def share(request: GuardedRequest, pk: int) -> HttpResponse:
    """Apply the proposal that was shown."""
    version = version_or_404(request, pk)
    region, form = request.POST.get("region", ""), ShareForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-gap", pk)
    try:
        share_gap(
            plan_version=version, region=region, method=form.cleaned_data["method"],
            cap_bp=form.cleaned_data["cap"], expected_version=whole_number(request.POST.get("version")),
            reason=_("协商后分担缺口"), actor=request.user, scope=_writing(request), at=request.now,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已应用：合计不变，可在目标表中撤销。"))
    return redirect(f"{reverse('target-gap', args=[pk])}?{urlencode({'region': region})}")


def _writing(request: GuardedRequest) -> Scope:
    """Sharing changes cells: the reach is that of who edits targets."""
    return guard.check(request, "target", "edit")
