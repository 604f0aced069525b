"""The approval inbox: what waits for me, what I submitted, everything within reach; and one decision."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry, selectors, services
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 30
TABS = ("todo", "mine", "all")


@guard.require("approval", "view")
def approvals(request: GuardedRequest) -> HttpResponse:
    """The inbox; the tab decides which approvals."""
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    page = Paginator(selectors.inbox(request.scope, tab=tab), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "approvals/list.html.jinja", {"page": page, "tab": tab, "kinds": registry.labels()}
    )


@guard.require("approval", "view")
def approval(request: GuardedRequest, pk: int) -> HttpResponse:
    """One approval: what is asked, by whom, the figures; the buttons of those who may decide."""
    found = get_object_or_404(
        Approval.objects.visible_to(request.scope).select_related(*selectors.RELATED), pk=pk
    )
    entries, tables = selectors.summary_parts(found.summary)
    is_open = found.state == ApprovalState.SUBMITTED
    is_own = found.submitted_by_id == request.user.pk
    context = {
        "approval": found,
        "shown": registry.shown_of(found, scope=request.scope, at=request.today),
        "kind": registry.labels().get(found.subject_type, found.subject_type),
        "entries": entries,
        "tables": tables,
        "may_decide": is_open and not is_own and selectors.may_decide(request.scope, found),
        "may_withdraw": is_open and is_own and guard.may(request, "approval", "submit"),
    }
    return render(request, "approvals/detail.html.jinja", context)


def decide(request: GuardedRequest, pk: int, action: Callable[..., Approval], text: str) -> HttpResponse:
    """One posted decision; a refusal is said on the approval's page."""
    found = get_object_or_404(
        Approval.objects.visible_to(request.scope).select_related(*selectors.RELATED), pk=pk
    )
    version = request.POST.get("version", "")
    try:
        action(
            approval=found,
            actor=request.user,
            note=request.POST.get("note", ""),
            at=request.now,
            expected_version=whole_number(version, -1) if version else None,
        )
        messages.success(request, text)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("approval", pk=pk)


@guard.require("approval", "approve")
@require_POST
def approve(request: GuardedRequest, pk: int) -> HttpResponse:
    return decide(request, pk, services.approve, _("已通过。"))


@guard.require("approval", "approve")
@require_POST
def reject(request: GuardedRequest, pk: int) -> HttpResponse:
    return decide(request, pk, services.reject, _("已驳回。"))


@guard.require("approval", "submit")
@require_POST
def withdraw(request: GuardedRequest, pk: int) -> HttpResponse:
    return decide(request, pk, services.withdraw, _("已撤回。"))
