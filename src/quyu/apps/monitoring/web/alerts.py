"""预警: what is bad within reach, what was done about it, and whether it helped."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.monitoring.choices import AlertState, Severity
from quyu.apps.monitoring.models import Alert, AlertRule
from quyu.apps.monitoring.selectors import inbox
from quyu.apps.monitoring.services import handling, judging
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.selectors import holder_of

A_PAGE = 50


@guard.require("alert", "view")
@require_GET
def alerts_page(request: GuardedRequest) -> HttpResponse:
    """The inbox: by state and severity, gravest first."""
    asked = {name: request.GET.get(name, "") for name in ("state", "severity", "under")}
    under = whole_number(asked["under"]) if asked["under"] else None
    found = inbox.entries(
        request.scope, today=request.today, state=asked["state"], severity=asked["severity"], under=under
    )
    own = inbox.to_act_on(guard.full_scope(request).position_ids, request.today)
    every = inbox.listed(found)
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "states": AlertState.choices,
        "severities": Severity.choices,
        "own": len(own),
        "red": sum(entry.alert.rule.severity == Severity.HIGH for entry in every),
        "late": sum(entry.is_late for entry in every),
        "has_rules": AlertRule.objects.filter(is_active=True).exists(),
        "may_look": may_look(request),
        "may_define": guard.may(request, "alert_rule", "view"),
    }
    return render(request, "monitoring/alerts.html.jinja", context)


def may_look(request: GuardedRequest) -> bool:
    return guard.may(request, "alert_rule", "create") and request.scope.is_everything


@guard.require("alert_rule", "create")
@require_POST
def look(request: GuardedRequest) -> HttpResponse:
    """Judge all rules at once, instead of waiting for the day's work."""
    guard.require_everything(request)
    count = judging.look(at=request.now)
    told = ngettext(
        "已按今天的数据判断，新出现 %(count)s 条预警。",
        "已按今天的数据判断，新出现 %(count)s 条预警。",
        count,
    )
    messages.success(request, told % {"count": count})
    return redirect("alerts")


@guard.require("alert", "view")
@require_GET
def alert_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """One alert: its figure then and now, what to do, what was done."""
    row = _found(request, pk)
    holders = holder_of([seat for seat in (row.owner_id, row.superior_id) if seat], request.today)
    visible = inbox.seen(request.scope, request.today)
    may_act = guard.may(request, "alert", "edit")
    context = {
        "alert": row,
        "state": row.state(request.today),
        "is_late": row.is_late(request.today),
        "holder": holders.get(row.owner_id or 0),
        "superior_holder": holders.get(row.superior_id or 0),
        "acts": row.acts.select_related("actor"),
        "below": visible.filter(parent=row)[:A_PAGE],
        "above": visible.filter(below=row).first(),
        "earlier": visible.filter(rule=row.rule, org_unit=row.org_unit_id, territory=row.territory_id)
        .exclude(pk=row.pk)
        .exclude(acted_on=None)[:5],
        "may_act": may_act,
        "card": row.cards.first(),
        "may_open": may_act and row.closed_on is None and not row.cards.unfinished().exists(),
        "last": request.today + handling.LONGEST,
    }
    return render(request, "monitoring/alert.html.jinja", context)


@guard.require("alert", "edit")
@require_POST
def note_act(request: GuardedRequest, pk: int) -> HttpResponse:
    """Note what was done."""
    row = _found(request, pk)
    try:
        handling.note_act(
            alert=row,
            text=request.POST.get("text", ""),
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已记下。指标恢复后自动关闭，并留下前后的数。"))
    return redirect("alert", pk)


@guard.require("alert", "edit")
@require_POST
def snooze(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put it off to a day."""
    row = _found(request, pk)
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        until = None
    try:
        handling.snooze(
            alert=row,
            until=until,
            text=request.POST.get("text", ""),
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(request, _("已延后。到那天还没有恢复，会再次提醒。"))
    return redirect("alert", pk)


def _found(request: GuardedRequest, pk: int) -> Alert:
    return get_object_or_404(inbox.seen(request.scope, request.today).select_related("superior"), pk=pk)
