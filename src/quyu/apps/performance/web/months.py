"""关账: the months whose figures are final, and the requests to open them again."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from quyu.apps.performance import closed
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import closing
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors


class MonthForm(forms.Form):
    """Which month, as it was shown, and why."""

    month = forms.RegexField(label=gettext_lazy("月份"), regex=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


@guard.require("calendar", "edit")
def months(request: GuardedRequest) -> HttpResponse:
    """Every month with its state; a closed month is closed for the whole company."""
    guard.require_everything(request)
    shown = closing.months(request.today)
    waiting = closed.waiting(month.row for month in shown if month.row is not None)
    return render(request, "months/list.html.jinja", {"months": shown, "waiting": waiting})


@guard.require("calendar", "edit")
@require_POST
def close(request: GuardedRequest) -> HttpResponse:
    """Make the figures of a month final."""
    return decide(request, is_closing=True)


@guard.require("calendar", "edit")
@require_POST
def reopen(request: GuardedRequest) -> HttpResponse:
    """Ask somebody else to open a month again."""
    return decide(request, is_closing=False)


def decide(request: GuardedRequest, *, is_closing: bool) -> HttpResponse:
    """Close the month of the form or ask to open it, and go back to the list."""
    guard.require_everything(request)
    form = MonthForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("months")
    given = form.cleaned_data
    month = date.fromisoformat(f"{given['month']}-01")
    try:
        if is_closing:
            closed.close(
                month, expected_version=given["version"], reason=given["reason"], actor=request.user,
                at=request.now, today=request.today,
            )  # fmt: skip
            messages.success(request, _("{month} 已关账。").format(month=given["month"]))
        else:
            closed.ask_to_reopen(month, reason=given["reason"], actor=request.user, at=request.now)
            asked = _("已申请重开 {month}，由他人审批后重开。")
            messages.success(request, asked.format(month=given["month"]))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("months")
