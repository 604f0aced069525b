"""Pages of rules: the sets, one set with the preview of what each rule takes, and the check of coverage."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.customers.division import alarm, editing, ordering, owning, previewing, reading
from quyu.apps.customers.division.forms import CoverageForm, NameForm, PublishForm, RuleForm
from quyu.apps.customers.division.tabs import tabs_of
from quyu.apps.customers.division.wording import conditions
from quyu.apps.customers.models import Customer, RuleSet, TerritoryRule
from quyu.apps.territories.models import Alignment, Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import ProductLine
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors

PAGE_SIZE, TOLD = 50, 20


@guard.require("alignment", "view")
def rule_sets(request: GuardedRequest) -> HttpResponse:
    """All sets of rules, newest first."""
    guard.require_everything(request)
    rows = RuleSet.objects.select_related("created_by", "based_on").annotate(rule_count=Count("rules"))
    context = {
        "page": Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "may_create": guard.may(request, "alignment", "create"),
        "form": NameForm(initial={"name": _("划分规则 %(day)s") % {"day": request.today}}),
    }
    return render(request, "customers/rule_sets.html.jinja", context)


@require_POST
@guard.require("alignment", "create")
def create(request: GuardedRequest) -> HttpResponse:
    """An empty draft, or a copy of the set named by `based_on`."""
    guard.require_everything(request)
    form, source = NameForm(request.POST), whole_number(request.POST.get("based_on"))
    based_on = get_object_or_404(RuleSet, pk=source) if source else None
    if not form.is_valid():
        say_errors(request, form)
        return redirect("rule-sets")
    made = editing.create(
        name=form.cleaned_data["name"], based_on=based_on, actor=request.user, at=request.now
    )
    return redirect("rule-set", pk=made.pk)


@guard.require("alignment", "view")
def rule_set(request: GuardedRequest, pk: int) -> HttpResponse:
    guard.require_everything(request)
    return page_of(request, get_object_or_404(RuleSet, pk=pk), RuleForm(today=request.today))


def page_of(
    request: GuardedRequest, row: RuleSet, form: RuleForm, tried: TerritoryRule | None = None
) -> HttpResponse:
    """The rules of a set with their preview; `tried` is a rule that is not kept, at their end."""
    rules = reading.rules_of(row)
    shown = previewing.preview([*rules, tried] if tried else rules, request.today)
    is_draft = policy.is_open("alignment", "edit", row.state)
    may = {
        action: guard.may(request, "alignment", action) for action in ("create", "edit", "submit", "publish")
    }
    context: dict[str, Any] = {
        "row": row,
        "tabs": tabs_of(row, "rules"),
        "preview": shown,
        "kept": [(view, conditions(view.rule.condition)) for view in shown.rules[: len(rules)]],
        "tried": (shown.rules[-1], conditions(tried.condition)) if tried else None,
        "territories": dict(Territory.objects.order_by("code").values_list("code", "name")),
        "is_draft": is_draft,
        "may": may,
        "is_approved": policy.is_open("alignment", "publish", row.state),
        "form": form if is_draft and may["edit"] else None,
        "publish_form": PublishForm(initial={"valid_from": day_of(row) or request.today}),
    }
    return render(request, "customers/rule_set.html.jinja", context)


def day_of(row: RuleSet) -> date | None:
    """The day on which the alignment comes into force whose units the rules split."""
    goes_with: Alignment | None = row.alignment
    return None if goes_with is None else goes_with.valid_from or goes_with.planned_from


@require_POST
@guard.require("alignment", "edit")
def add(request: GuardedRequest, pk: int) -> HttpResponse:
    """Keep one more rule at the end, or only show what it would take (`do=try`)."""
    guard.require_everything(request)
    row = get_object_or_404(RuleSet, pk=pk)
    form = RuleForm(request.POST, today=request.today)
    if not form.is_valid():
        return page_of(request, row, form)
    line: ProductLine | None = form.cleaned_data["product_line"]
    territory: Territory = form.cleaned_data["territory"]
    try:
        if request.POST.get("do") == "try":
            condition = editing.known_values(form.condition)
            tried = TerritoryRule(rule_set=row, condition=condition, product_line=line, territory=territory)
            return page_of(request, row, form, tried)
        editing.add_rule(
            rule_set=row,
            condition=form.condition,
            product_line=line,
            territory=territory,
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
        )
    except Refusal as refusal:
        field = str(refusal.numbers.get("attribute", "")) or None
        form.add_error(field, spoken(refusal))
        return page_of(request, row, form)
    messages.success(request, _("已加入规则。"))
    return redirect("rule-set", pk=pk)


@require_POST
@guard.require("alignment", "edit")
def move(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put a rule at another place in the order."""
    ordering.move(request, found_rule(request, pk))
    return redirect("rule-set", pk=pk)


@require_POST
@guard.require("alignment", "edit")
def remove(request: GuardedRequest, pk: int) -> HttpResponse:
    ordering.remove(request, found_rule(request, pk), _("已删除规则。"))
    return redirect("rule-set", pk=pk)


def found_rule(request: GuardedRequest, pk: int) -> TerritoryRule:
    return ordering.found(request, TerritoryRule.objects.filter(rule_set=pk), "rule")


@require_POST
@guard.require("alignment", "submit")
def submit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Ask a second person, with what each rule takes."""
    guard.require_everything(request)
    row = get_object_or_404(RuleSet, pk=pk)
    try:
        approval = editing.submit(
            rule_set=row,
            expected_version=whole_number(request.POST.get("version")),
            url=reverse("rule-set", args=[pk]),
            summary=summary(row, previewing.preview(reading.rules_of(row), request.today)),
            actor=request.user,
            note=request.POST.get("note", ""),
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("rule-set", pk=pk)
    messages.success(request, _("已提交审批。"))
    return redirect("approval", pk=approval.pk)


def summary(row: RuleSet, shown: previewing.Preview) -> dict[str, object]:
    """The preview in a few numbers, for who approves."""
    moved = [(view, losing) for view in shown.rules for losing in view.losing]
    moved.sort(key=lambda pair: -pair[1].amount_fen)
    names = dict(Territory.objects.values_list("code", "name"))
    return {
        "overlays": row.overlays.count(),
        "customers": sum(losing.customers for _view, losing in moved),
        "moved_fen": sum(losing.amount_fen for _view, losing in moved),
        "moves": [
            {
                "from_territory": names.get(losing.territory, ""),
                "to_territory": view.rule.territory.name,
                "customers": losing.customers,
                "moved_fen": losing.amount_fen,
            }
            for view, losing in moved[:TOLD]
        ],
    }


@require_POST
@guard.require("alignment", "publish")
def activate(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put approved rules in force; they divide the whole company."""
    guard.require_everything(request)
    row, form = get_object_or_404(RuleSet, pk=pk), PublishForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("rule-set", pk=pk)
    day = form.cleaned_data["valid_from"]
    attempt(
        request,
        lambda: editing.activate(rule_set=row, valid_from=day, actor=request.user, at=request.now),
        _("方案将于 %(day)s 生效。") % {"day": day},
    )
    return redirect("rule-set", pk=pk)


@guard.require("claim", "view")
def coverage(request: GuardedRequest) -> HttpResponse:
    """Customers and product lines that have nobody, or two, on some of the days asked for."""
    scope, at = request.scope, request.today
    form = CoverageForm(request.GET or None, today=at)
    first, last = form.days
    customers = Customer.objects.visible_to(scope, at).order_by("code")
    groups = owning.grouped(owning.faults(customers, first=first, last=last))
    reached = Territory.objects.visible_to(scope, at).values_list("code", flat=True)
    context = {
        "form": form,
        "first": first,
        "last": last,
        "page": Paginator(groups, PAGE_SIZE).get_page(request.GET.get("page")),
        "checked": customers.count(),
        "counts": {
            kind: count_of(groups, kind) for kind in (owning.NO_TERRITORY, owning.VACANT, owning.DOUBLE)
        },
        "reached": None if scope.is_everything else set(reached),
        "territories": dict(Territory.objects.values_list("code", "name")),
        "pages": dict(Territory.objects.values_list("code", "pk")),
        "raised": {
            (row.kind, row.territory, row.product_line): row.raised_at for row in alarm.seen_by(scope, at)
        },
        "may_place": guard.may(request, "alignment", "view") and scope.is_everything,
        "lines": dict(ProductLine.objects.values_list("code", "name")),
    }
    return render(request, "customers/coverage.html.jinja", context)


def count_of(groups: list[owning.FaultGroup], kind: str) -> int:
    """How many different customers have a fault of a kind."""
    return len({customer.pk for group in groups if group.kind == kind for customer in group.customers})
