"""会议纪要: taken in a round, shown with its decisions, and taken away as PDF."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Minutes
from quyu.apps.targets.round_forms import MinutesForm
from quyu.apps.targets.selectors.negotiating import decisions_in, minutes_of
from quyu.apps.targets.selectors.rounds import open_round
from quyu.apps.targets.services.minutes import take_minutes
from quyu.apps.targets.web.access import version_or_404
from quyu.apps.targets.web.measured import measured
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.documents.typesetting import typeset
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

TEMPLATE = Path(__file__).with_name("minutes.typ")


@guard.require("commitment", "approve")
@require_http_methods(["GET", "POST"])
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """The minutes of all rounds within reach, and in an open one new ones."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    found = open_round(version)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    form = MinutesForm(request.POST or None, today=request.today)
    if request.method == "POST" and found is not None and form.is_valid():
        try:
            made = take_minutes(
                found=found, actor=request.user, scope=request.scope, at=request.now, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(None, spoken(refusal))
        else:
            messages.success(request, _("纪要已保存，决定已自动列入。"))
            return redirect("minutes", made.pk)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-round"),
        "found": found,
        "rows": minutes_of(version, axes, reach),
        "form": form if found else None,
    }
    return render(request, "targets/minutes_list.html.jinja", context)


def _found(request: GuardedRequest, pk: int) -> tuple[Minutes, Axes]:
    row = get_object_or_404(Minutes.objects.select_related("round__plan_version__plan", "made_by"), pk=pk)
    axes = Axes.from_json(row.round.plan_version.axes)
    if not selectors.reach_of(axes, request.scope, at=request.today).covers(axes, row.region):
        raise Http404
    return row, axes


@guard.require("commitment", "view")
@require_GET
def show(request: GuardedRequest, pk: int) -> HttpResponse:
    """One set of minutes with the decisions up to it."""
    row, axes = _found(request, pk)
    context = {
        "row": row,
        "name": axes.name(row.region),
        "decisions": list(decisions_in(row.round, axes, row.region, upto=row.made_at)),
        "may_export": guard.may(request, "commitment", "export"),
        **measured(row.round.plan_version),
    }
    return render(request, "targets/minutes.html.jinja", context)


@guard.require("commitment", "export")
@require_GET
def pdf(request: GuardedRequest, pk: int) -> HttpResponse:
    """The same as a document."""
    row, axes = _found(request, pk)
    answer = HttpResponse(typeset(TEMPLATE, _content(row, axes)), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, f"{row.title}-{row.held_on}.pdf")
    return answer


def _content(row: Minutes, axes: Axes) -> dict[str, Any]:
    """Everything the template shows, already formatted."""
    version = row.round.plan_version
    say = measured(version)["say"]
    return {
        "title": row.title,
        "facts": [
            [_("目标版本"), str(version)],
            [_("轮次"), row.round.title],
            [_("范围"), axes.name(row.region)],
            [_("会议日期"), row.held_on.isoformat()],
            [_("记录人"), row.made_by.get_full_name()],
        ],
        "text": row.text.splitlines(),
        "decisions_title": _("决定"),
        "head": [_("时间"), _("区域"), _("动作"), _("数"), _("说明"), _("人员")],
        "decisions": [
            [
                timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M"), line.region, str(line.kind),
                say(line.number_fen), line.text, line.person,
            ]
            for line in decisions_in(row.round, axes, row.region, upto=row.made_at)
        ],
        "none": _("没有决定。"),
    }  # fmt: skip
