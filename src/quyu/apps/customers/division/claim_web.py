"""Claims on customers: the list with state and age, one claim with its answer and ruling."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.division import claiming
from quyu.apps.customers.division.claim_forms import AnswerForm, ClaimForm, DecisionForm
from quyu.apps.customers.models import Customer, CustomerClaim
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.scope import Scope
from quyu.platform.people.web import attempt, say_errors

PAGE_SIZE = 50


@guard.require("claim", "view")
def claims(request: GuardedRequest) -> HttpResponse:
    """The claims by or against my territories, with a form for a new one."""
    return list_of(request, new_form(request))


def list_of(request: GuardedRequest, form: ClaimForm | None) -> HttpResponse:
    rows = claiming.visible_to(request.scope, request.today)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "ages": {row.pk: ((row.decided_at or request.now) - row.claimed_at).days for row in page},
        "form": form,
        "reached": reached(request.scope, request),
        "open_count": rows.filter(decided_at=None).exclude(state="withdrawn").count(),
    }
    return render(request, "customers/claims.html.jinja", context)


def new_form(request: GuardedRequest) -> ClaimForm | None:
    if not guard.may(request, "claim", "create"):
        return None
    scope = guard.check(request, "claim", "create")
    start = {"customer": request.GET.get("customer", ""), "wanted_from": request.today}
    return ClaimForm(scope=scope, today=request.today, initial=start)


@require_POST
@guard.require("claim", "create")
def new(request: GuardedRequest) -> HttpResponse:
    """Claim a customer for a territory within reach."""
    form = ClaimForm(request.POST, scope=request.scope, today=request.today)
    if not form.is_valid():
        return list_of(request, form)
    said = form.cleaned_data
    try:
        made = claiming.claim(
            customer=said["customer"],
            line=said["product_line"],
            territory=said["territory"],
            reason=said["reason"],
            evidence=said["evidence"],
            wanted_from=said["wanted_from"],
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        form.add_error("customer", spoken(refusal))
        return list_of(request, form)
    messages.success(request, _("已提出认领，并通知了现在的负责人。"))
    return redirect("customer-claim", pk=made.pk)


@guard.require("claim", "view")
def claim_page(request: GuardedRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(claiming.visible_to(request.scope, request.today), pk=pk)
    return page_of(request, row, DecisionForm(initial={"since": max(row.wanted_from, request.today)}))


def page_of(request: GuardedRequest, row: CustomerClaim, form: DecisionForm) -> HttpResponse:
    seen = Customer.objects.visible_to(request.scope, request.today).filter(pk=row.customer_id).exists()
    context = {
        "row": row,
        "reached": reached(request.scope, request),
        "sees_customer": seen,
        "answer_form": AnswerForm() if row.is_open and may_answer(request, row) else None,
        "decision_form": form if row.is_open and may_decide(request, row) else None,
        "may_withdraw": row.is_open
        and row.claimed_by_id == request.user.pk
        and guard.may(request, "claim", "create"),
    }
    return render(request, "customers/claim.html.jinja", context)


def reached(scope: Scope, request: GuardedRequest) -> set[int] | None:
    """The territories whose names one may read; None for all."""
    if scope.is_everything:
        return None
    return set(Territory.objects.visible_to(scope, request.today).values_list("pk", flat=True))


def reaches(request: GuardedRequest, action: str, territory: Territory | None) -> bool:
    """Whether the account has the right over a territory; over none: only over the whole company."""
    scope = guard.check(request, "claim", action)
    if scope.is_everything:
        return True
    mine = Territory.objects.visible_to(scope, request.today)
    return territory is not None and mine.filter(pk=territory.pk).exists()


def may_answer(request: GuardedRequest, row: CustomerClaim) -> bool:
    """Who reaches the territory that has the customer, and did not claim it himself."""
    if not guard.may(request, "claim", "create") or row.claimed_by_id == request.user.pk:
        return False
    return reaches(request, "create", row.present)


def may_decide(request: GuardedRequest, row: CustomerClaim) -> bool:
    """Who is above both sides and is neither."""
    if not guard.may(request, "claim", "edit") or claiming.is_party(row, request.user, request.today):
        return False
    return reaches(request, "edit", row.territory) and (
        row.present is None or reaches(request, "edit", row.present)
    )


@require_POST
@guard.require("claim", "create")
def answer(request: GuardedRequest, pk: int) -> HttpResponse:
    row = found(request, pk, may_answer)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("customer-claim", pk=pk)
    attempt(
        request,
        lambda: claiming.answer(
            row=row,
            text=form.cleaned_data["answer"],
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        ),
        _("已答复。"),
    )
    return redirect("customer-claim", pk=pk)


@require_POST
@guard.require("claim", "create")
def withdraw(request: GuardedRequest, pk: int) -> HttpResponse:
    row = found(request, pk, lambda request, row: row.claimed_by_id == request.user.pk)
    attempt(
        request,
        lambda: claiming.withdraw(
            row=row,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        ),
        _("已撤回。"),
    )
    return redirect("customer-claim", pk=pk)


@require_POST
@guard.require("claim", "edit")
def decide(request: GuardedRequest, pk: int) -> HttpResponse:
    """Rule on it; what is refused stays in the form."""
    row = found(request, pk, may_decide)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return page_of(request, row, form)
    try:
        claiming.decide(
            row=row,
            ruling=form.ruling,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        if not row.is_open:
            messages.error(request, spoken(refusal))
            return redirect("customer-claim", pk=pk)
        form.add_error(None, spoken(refusal))
        return page_of(request, row, form)
    messages.success(request, _("已裁定。"))
    return redirect("customer-claim", pk=pk)


def found(
    request: GuardedRequest, pk: int, allowed: Callable[[GuardedRequest, CustomerClaim], bool]
) -> CustomerClaim:
    """A claim within reach (404) that one may do this to (403)."""
    row = get_object_or_404(claiming.visible_to(request.scope, request.today), pk=pk)
    if not allowed(request, row):
        raise PermissionDenied
    return row
