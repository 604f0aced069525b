"""Pages of personal data: one row shown for a reason, and a list exported for a reason."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.disclosure import services
from quyu.platform.fields import values
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard, listings, policy
from quyu.platform.people.caller import Caller
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.viewsets.viewset import REGISTRY, Viewset


def known(request: GuardedRequest, name: str, action: str) -> tuple[Viewset[Any], Caller]:
    """The object with personal fields, and the caller with the reach in which they may be had."""
    found = next(
        (viewset for viewset in REGISTRY.values() if viewset.name == name and viewset.personal), None
    )
    scope = guard.full_scope(request)
    if found is None or not policy.may_disclose(scope, found.resource, action):
        raise Http404
    reach = policy.disclosing(scope, found.resource, action)
    return found, Caller(request.user, reach, request.today, request.now)


@never_cache
@guard.require("personal", "view")
@require_POST
def show(request: GuardedRequest, name: str, pk: int) -> HttpResponse:
    """The personal fields of one row, once."""
    viewset, caller = known(request, name, "view")
    row = get_object_or_404(viewset.rows(caller), pk=pk)
    fields = viewset.seen(caller, viewset.personal)
    labels = [viewset.label(field) for field in fields]
    try:
        services.disclose(
            row=row, labels=labels, actor=request.user, reason=request.POST.get("reason", ""), at=request.now
        )
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return redirect(f"{viewset.name}-detail", pk=pk)
    context = {
        "row": row,
        "viewset": viewset,
        "facts": [(label, getattr(row, field)) for label, field in zip(labels, fields, strict=True)],
        "left": services.DAILY_LIMIT - services.shown_today(request.user, request.now),
    }
    return render(request, "disclosure/shown.html.jinja", context)


@never_cache
@guard.require("personal", "export")
@require_http_methods(["GET", "POST"])
def export(request: GuardedRequest, name: str) -> HttpResponseBase:
    """Ask for the reason, then the list as it is filtered, unmasked, with a last line that says who took it."""
    viewset, caller = known(request, name, "export")
    found = viewset.found(caller, request.GET.dict())
    count = found.count()
    context = {"viewset": viewset, "count": count}
    if request.method != "POST":
        return render(request, "disclosure/export.html.jinja", context)
    reason = request.POST.get("reason", "")
    try:
        listings.record_plain_export(
            viewset.title, rows=count, reason=reason, actor=request.user, at=request.now
        )
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return render(request, "disclosure/export.html.jinja", context)
    names = viewset.seen(caller, viewset.shown)

    def lines() -> Iterator[list[object]]:
        for row in found.iterator(chunk_size=1000):
            yield [values.cell(row, viewset.field(field)) for field in names]
        yield [watermark(request, reason)]

    book = spreadsheet.write(viewset.title, [viewset.label(field) for field in names], lines())
    return FileResponse(book, as_attachment=True, filename=f"{viewset.title}-{request.today}.xlsx")


def watermark(request: GuardedRequest, reason: str) -> str:
    """Who took the file, when and why."""
    return _("含个人信息，仅限内部使用：{name}（{account}）于 {at} 导出，原因：{reason}").format(
        name=request.user.get_full_name(),
        account=request.user.get_username(),
        at=timezone.localtime(request.now).strftime("%Y-%m-%d %H:%M"),
        reason=reason.strip(),
    )
