"""The accounts as pages: list, one account with its roles, and the changes an administrator makes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import accounts, guard
from quyu.platform.people.choices import Role
from quyu.platform.people.forms import AccountForm, EndGrantForm, GrantForm
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import RoleGrant, User
from quyu.platform.people.web import attempt, decisions_of, say_errors

PAGE_SIZE = 50


def reached(request: GuardedRequest, pk: int) -> User:
    """Accounts belong to the whole company: who answers for a part of it sees none."""
    if not request.scope.is_everything:
        raise Http404
    return get_object_or_404(User.objects.select_related("person"), pk=pk)


@guard.require("user", "view")
def account_list(request: GuardedRequest) -> HttpResponse:
    """Every account with the roles it has today."""
    found = accounts.accounts(request.GET.get("q", ""))
    page = Paginator(found if request.scope.is_everything else found.none(), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "roles": accounts.roles_of(list(page.object_list), request.today),
        "query": request.GET.get("q", ""),
        "form": AccountForm(today=request.today) if guard.may(request, "user", "create") else None,
    }
    return render(request, "people/accounts.html.jinja", context)


@guard.require("user", "view")
def account_detail(request: GuardedRequest, pk: int) -> HttpResponse:
    return show(request, reached(request, pk))


def show(request: GuardedRequest, user: User, shown_once: str = "") -> HttpResponse:
    """One account; a new password is shown this once."""
    is_own = user.pk == request.user.pk
    may_give = guard.may(request, "grant", "create") and not is_own
    context = {
        "account": user,
        "password": shown_once,
        "seats": accounts.seats_of(user),
        "grants": accounts.grants_of(user),
        **decisions_of(user),
        "may_edit": guard.may(request, "user", "edit") and not is_own,
        "may_end": guard.may(request, "grant", "edit") and not is_own,
        "form": GrantForm(today=request.today) if may_give else None,
    }
    return render(request, "people/account.html.jinja", context)


@never_cache
@guard.require("user", "create")
@require_POST
def open_account(request: GuardedRequest) -> HttpResponse:
    form = AccountForm(request.POST, today=request.today)
    if not request.scope.is_everything:
        raise Http404
    if not form.is_valid():
        say_errors(request, form)
        return redirect("user-list")
    try:
        user, password = accounts.open_account(actor=request.user, at=request.now, **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("user-list")
    return show(request, user, password)


@never_cache
@guard.require("user", "edit")
@require_POST
def reset_password(request: GuardedRequest, pk: int) -> HttpResponse:
    user = reached(request, pk)
    try:
        password = accounts.reset_password(user=user, actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("user-detail", pk=pk)
    return show(request, user, password)


@guard.require("user", "edit")
@require_POST
def set_active(request: GuardedRequest, pk: int) -> HttpResponse:
    user = reached(request, pk)
    is_active = request.POST.get("is_active") == "1"
    attempt(
        request,
        lambda: accounts.set_active(user=user, is_active=is_active, actor=request.user, at=request.now),
    )
    return redirect("user-detail", pk=pk)


@guard.require("grant", "create")
@require_POST
def grant(request: GuardedRequest, pk: int) -> HttpResponse:
    user = reached(request, pk)
    form = GrantForm(request.POST, today=request.today)
    if form.is_valid():
        chosen = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        attempt(request, lambda: accounts.grant(user=user, actor=request.user, at=request.now, **chosen))
    else:
        say_errors(request, form)
    return redirect("user-detail", pk=pk)


@guard.require("grant", "edit")
@require_POST
def end_grant(request: GuardedRequest, pk: int, grant_id: int) -> HttpResponse:
    user = reached(request, pk)
    given = get_object_or_404(RoleGrant.objects.select_related("user", "org_unit"), pk=grant_id, user=user)
    form = EndGrantForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["valid_to"]
        attempt(
            request, lambda: accounts.end_grant(given=given, valid_to=day, actor=request.user, at=request.now)
        )
    else:
        say_errors(request, form)
    return redirect("user-detail", pk=pk)
