"""Saved views: keep the question of a page under a name, list, open, rename, share, delete."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.performance.selectors.past_day import NotAPastDay, past_day
from quyu.apps.performance.web import kept
from quyu.apps.reports import selectors, services
from quyu.apps.reports.choices import Form, Rhythm
from quyu.apps.reports.sending import start_of
from quyu.kernel.period import NotAPeriod
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.notices.outbox import channels, usable
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import say_errors

IN_STRIP = 8


class SaveForm(forms.Form):
    """The name of a view, and how it behaves."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    moves = forms.BooleanField(
        label=gettext_lazy("期间随时间走：本季以后打开仍是当时的本季，上月仍是上月"), required=False
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("同事也能打开：每人只看到自己负责的范围"), required=False
    )


class ChangeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    is_shared = forms.BooleanField(required=False)


@guard.require("actual", "view")
@require_GET
def views_page(request: GuardedRequest) -> HttpResponse:
    """One's own views and those of colleagues."""
    rows = list(selectors.views_for(request.user))
    context = {
        "mine": [row for row in rows if row.owner_id == request.user.pk],
        "theirs": [row for row in rows if row.owner_id != request.user.pk],
        "pages": kept.PAGES,
        "links": request.user.shared_links.all(),
        "subscribed": selectors.subscriptions_of(request.user),
        "rhythms": Rhythm.choices,
        "forms": Form.choices,
        "ways": sorted(channels(), reverse=True),
        "usable": {row.channel for row in usable([request.user])},
        "sent_day": lambda row: start_of(row.rhythm, row.sent_for) - timedelta(1),
        "may_export": guard.may(request, "actual", "export"),
    }
    return render(request, "performance/views.html.jinja", context)


@guard.require("actual", "view")
@require_GET
def strip(request: GuardedRequest) -> HttpResponse:
    """The views one can open, as a row of links on the board."""
    rows = sorted(selectors.views_for(request.user), key=lambda row: row.owner_id != request.user.pk)
    context = {"views": rows[:IN_STRIP], "more": len(rows) - IN_STRIP}
    return render(request, "performance/views_strip.html.jinja", context)


@guard.require("actual", "view")
def save(request: GuardedRequest) -> HttpResponse:
    """Name the question of the page one comes from; 404 for a page or period that does not exist."""
    page = kept.PAGES.get(request.GET.get("from", ""))
    try:
        question = kept.question_of(page, request.GET, request.today) if page else {}
    except NotAPeriod as refusal:
        raise Http404(refusal) from refusal
    if page is None:
        raise Http404
    can_move = "as_of" not in question
    form = SaveForm(request.POST or None, initial={"moves": can_move})
    if not can_move:
        del form.fields["moves"]
    if request.method == "POST" and form.is_valid():
        given = {"moves": False, **form.cleaned_data}
        try:
            row = services.save_view(
                owner=request.user, page=page.id, question=question, today=request.today, **given
            )
        except Refusal as refusal:
            form.add_error("name", spoken(refusal))
        else:
            messages.success(request, _("已保存视图“%(name)s”。") % {"name": row.name})
            return redirect(kept.address(page, question))
    context = {"form": form, "page": page, "question": question, "back": kept.address(page, question)}
    return render(request, "performance/view_save.html.jinja", context, status=422 if form.errors else 200)


@guard.require("actual", "view")
@require_GET
def open_view(request: GuardedRequest, pk: int) -> HttpResponse:
    """The page of a view within the reader's reach: for today, or with `?on=` as known at the end of a past day."""
    row = get_object_or_404(selectors.views_for(request.user), pk=pk)
    page = kept.PAGES[row.page]
    try:
        day = past_day(request.GET["on"], request.today) if "on" in request.GET else None
    except NotAPastDay as refusal:
        raise Http404(refusal) from refusal
    question, is_narrowed = kept.opened_on(row, request.scope, day=day, today=request.today)
    if "export" in request.GET:
        wanted = request.GET["export"]
        question["export"] = wanted if wanted in page.files else "xlsx"
    if is_narrowed:
        messages.info(
            request, _("视图“%(name)s”的区域不在您负责的范围内，下面是您的范围。") % {"name": row.name}
        )
    return redirect(kept.address(page, question))


@guard.require("actual", "view")
@require_POST
def subscribe(request: GuardedRequest, pk: int) -> HttpResponse:
    """Be sent a view by the week or the month, or no longer."""
    row = get_object_or_404(selectors.views_for(request.user), pk=pk)
    rhythm, form = request.POST.get("rhythm", ""), request.POST.get("form", "")
    way = services.Way(
        by_mail="by_mail" in request.POST,
        by_bot="by_bot" in request.POST,
        form=Form(form) if form in kept.PAGES[row.page].files else Form.LINK,
    )
    services.subscribe(view=row, user=request.user, rhythm=rhythm, way=way, today=request.today)
    told = _("已订阅“%(name)s”。") if rhythm in Rhythm.values else _("已退订“%(name)s”。")
    messages.success(request, told % {"name": row.name})
    return redirect("views")


@guard.require("actual", "view")
@require_POST
def change(request: GuardedRequest, pk: int) -> HttpResponse:
    """Rename, share or no longer."""
    row = get_object_or_404(selectors.views_of(request.user), pk=pk)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("views")
    try:
        services.change_view(
            row=row, **form.cleaned_data, expected_version=whole_number(request.POST.get("version"))
        )
        messages.success(request, _("已保存。"))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("views")


@guard.require("actual", "view")
@require_POST
def delete(request: GuardedRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(selectors.views_of(request.user), pk=pk)
    services.delete_view(row=row)
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": row.name})
    return redirect("views")
