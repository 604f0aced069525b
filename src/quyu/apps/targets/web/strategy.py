"""战略对齐: the lines of strategy of a year with the sums of their targets, and the orphans of both sides."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Plan, StrategyLine, StrategyLink
from quyu.apps.targets.selectors.alignment import aligned, counting_versions
from quyu.apps.targets.services.strategy import link_target, remove_strategy, save_strategy, unlink_target
from quyu.apps.targets.web.setting_forms import LinkForm, StrategyForm
from quyu.platform.fields.received import whole_number
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors


@guard.require("strategy", "view")
@require_GET
def page(request: GuardedRequest) -> HttpResponse:
    """One year of strategy against its targets."""
    year = _year(request)
    found = aligned(year, scope=request.scope, at=request.today)
    may_edit = request.scope.is_everything and guard.may(request, "strategy", "edit")
    context = {
        "year": year,
        "years": _years(year),
        "aligned": found,
        "covered": [(METRICS[measure].name, bp) for measure, bp in found.covered_bp.items()],
        "may_edit": may_edit,
        "form": StrategyForm(year=year) if may_edit else None,
        "link_form": _link_form(request, year) if may_edit and found.rows else None,
    }
    return render(request, "targets/strategy.html.jinja", context)


def _year(request: GuardedRequest) -> int:
    asked = request.GET.get("year", "")
    if asked.isdecimal() and 2000 <= int(asked) <= 2100:
        return int(asked)
    last = Plan.objects.order_by("-year").values_list("year", flat=True).first()
    return last or request.today.year


def _years(year: int) -> list[int]:
    known = {
        *Plan.objects.values_list("year", flat=True),
        *StrategyLine.objects.values_list("year", flat=True),
    }
    return sorted({*known, year}, reverse=True)


def _link_form(request: GuardedRequest, year: int, data: Any = None) -> LinkForm | None:
    versions = counting_versions(year, request.scope)
    if not versions:
        return None
    axes = Axes.from_json(versions[0].axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    initial = {name: request.GET.get(name, "") for name in ("measure", "region", "product_line")}
    return LinkForm(data, initial=initial, year=year, axes=axes, reach=reach)


@guard.require("strategy", "create")
@require_POST
def create(request: GuardedRequest) -> HttpResponse:
    """A new line of strategy."""
    guard.require_everything(request)
    year = whole_number(request.POST.get("year")) or request.today.year
    form = StrategyForm(request.POST, year=year)
    if not form.is_valid():
        say_errors(request, form)
        return _back(year)
    line = form.save(commit=False)
    line.year = year
    attempt(request, lambda: save_strategy(line=line, actor=request.user, at=request.now), _("已添加。"))
    return _back(year)


@guard.require("strategy", "edit")
@require_http_methods(["GET", "POST"])
def edit(request: GuardedRequest, pk: int) -> HttpResponse:
    """Change a line of strategy."""
    guard.require_everything(request)
    line = get_object_or_404(StrategyLine, pk=pk)
    form = StrategyForm(request.POST or None, instance=line, year=line.year)
    if request.method == "POST":
        if form.is_valid():
            seen = whole_number(request.POST.get("version"))
            changed = form.save(commit=False)
            attempt(
                request,
                lambda: save_strategy(
                    line=changed, actor=request.user, at=request.now, expected_version=seen
                ),
            )
            return _back(line.year)
        say_errors(request, form)
    return render(request, "targets/strategy_edit.html.jinja", {"line": line, "form": form})


@guard.require("strategy", "delete")
@require_POST
def delete(request: GuardedRequest, pk: int) -> HttpResponse:
    """Remove a line of strategy and its links."""
    guard.require_everything(request)
    line = get_object_or_404(StrategyLine, pk=pk)
    attempt(request, lambda: remove_strategy(line=line, actor=request.user, at=request.now), _("已删除。"))
    return _back(line.year)


@guard.require("strategy", "edit")
@require_POST
def link(request: GuardedRequest) -> HttpResponse:
    """Link a target to a line of strategy."""
    guard.require_everything(request)
    year = whole_number(request.POST.get("year")) or request.today.year
    form = _link_form(request, year, request.POST)
    if form is None or not form.is_valid():
        if form is not None:
            say_errors(request, form)
        return _back(year)
    given = form.cleaned_data
    attempt(
        request,
        lambda: link_target(
            line=given["strategy"], measure=given["measure"], region=given["region"],
            product_line=given["product_line"], actor=request.user, at=request.now,
        ),
        _("已关联。"),
    )  # fmt: skip
    return _back(year)


@guard.require("strategy", "edit")
@require_POST
def unlink(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take a link back."""
    guard.require_everything(request)
    found = get_object_or_404(StrategyLink.objects.select_related("strategy"), pk=pk)
    attempt(request, lambda: unlink_target(link=found, actor=request.user, at=request.now), _("已取消关联。"))
    return _back(found.strategy.year)


def _back(year: int) -> HttpResponse:
    return redirect(f"{reverse('strategy')}?year={year}")
