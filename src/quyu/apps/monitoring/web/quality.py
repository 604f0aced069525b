"""数据质量: what came in when, what is late, taken back, refused or missing, and whether the sums agree."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.monitoring.forms import ControlForm
from quyu.apps.monitoring.models import ControlTotal
from quyu.apps.monitoring.selectors import arrivals
from quyu.apps.monitoring.services import controls
from quyu.platform.calendar.selectors import work_calendar
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors

TOTALS_SHOWN = 50


@guard.require("actual", "view")
@require_GET
def quality_page(request: GuardedRequest) -> HttpResponse:
    """For who reads the figures of the whole company: data belong to nobody's region before they are attributed.

    Which files were refused is told to who may look at imports; the others read how many.
    """
    guard.require_everything(request)
    calendar, today = work_calendar(), request.today
    found = arrivals.streams(request.scope, today=today, calendar=calendar)
    odd = arrivals.odd_days(today=today, calendar=calendar)
    totals = ControlTotal.objects.select_related("batch", "created_by")[:TOTALS_SHOWN]
    may_enter = guard.may(request, "actual", "import")
    context = {
        "streams": found,
        "late": sum(bool(one.is_late) for one in found),
        "odd": odd,
        "shown": arrivals.SHOWN,
        "reversed": arrivals.reversed_batches(today=today),
        "refused": arrivals.refused(request.scope, today=today),
        "totals": arrivals.reconciled(totals),
        "form": ControlForm() if may_enter else None,
        "sees_imports": guard.may(request, "import", "view"),
        "may_import": guard.may(request, "import", "create"),
    }
    return render(request, "monitoring/quality.html.jinja", context)


@guard.require("actual", "import")
@require_POST
def enter_total(request: GuardedRequest) -> HttpResponse:
    """What the source says, beside what we have."""
    guard.require_everything(request)
    form = ControlForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("data-quality")
    row = controls.enter_total(**form.cleaned_data, actor=request.user, at=request.now)
    ours = arrivals.reconciled([row])[0]
    if ours.agrees:
        messages.success(request, _("一致：与来源的总数分文不差。"))
    else:
        messages.warning(request, _("不一致：差额见“与来源对账”。"))
    return redirect("data-quality")


@guard.require("actual", "import")
@require_POST
def remove_total(request: GuardedRequest, pk: int) -> HttpResponse:
    """Entered by mistake."""
    guard.require_everything(request)
    controls.remove_total(row=get_object_or_404(ControlTotal, pk=pk), actor=request.user, at=request.now)
    messages.success(request, _("已删除。"))
    return redirect("data-quality")
