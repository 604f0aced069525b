"""检查 and 规则: SMART per target in words, the policy pack asked of a version, and the repair of the strategic share."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import selectors
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import RuleKind
from quyu.apps.targets.models import PolicyRule
from quyu.apps.targets.rulebook import RULES
from quyu.apps.targets.selectors.checks import TargetCheck, checks, summary_of
from quyu.apps.targets.selectors.monitored import watched_rules
from quyu.apps.targets.selectors.rules import asked_rules
from quyu.apps.targets.services.rules import set_rule
from quyu.apps.targets.services.shares import repair_share
from quyu.apps.targets.web.access import offers, version_or_404
from quyu.apps.targets.web.setting_forms import RuleForm
from quyu.apps.targets.web.tabs import tabs
from quyu.kernel.measure import UNITS, format_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt, say_errors

A_PAGE = 40


@guard.require("target", "view")
@require_GET
def page(request: GuardedRequest, pk: int) -> HttpResponse:
    """Every target of the version within reach: pass or fail, with figures; by region, person and verdict."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    found = checks(version, axes, reach=reach, at=request.today)
    only, person, below = (request.GET.get(name, "") for name in ("only", "person", "region"))
    listed = [check for check in found if _is_asked(check, axes, only, person, below)]
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-checks"),
        "summary": summary_of(found),
        "page": Paginator(listed, A_PAGE).get_page(request.GET.get("page")),
        "only": only,
        "person": person,
        "region": below,
        "people": sorted({check.owner for check in found if check.owner}),
        "regions": [check for check in found if not check.is_leaf],
    }
    return render(request, "targets/checks.html.jinja", context)


def _is_asked(check: TargetCheck, axes: Axes, only: str, person: str, below: str) -> bool:
    if only == "failed" and check.is_met:
        return False
    if only in ("high", "low") and check.challenge.verdict != only:
        return False
    if person and check.owner != person:
        return False
    return not below or below in (check.region, *axes.tree.ancestors(check.region))


@guard.require("target", "view")
@require_GET
def rules(request: GuardedRequest, pk: int) -> HttpResponse:
    """The policy pack asked of this version; what is missing per region, and the button that repairs R1."""
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    reach = selectors.reach_of(axes, request.scope, at=request.today)
    context = {
        "version": version,
        "tabs": tabs(request, version, "target-rules"),
        "asked": asked_rules(version, axes, reach=reach, at=request.today),
        "may_repair": offers(request, version, "target", "edit"),
    }
    return render(request, "targets/rules.html.jinja", context)


@guard.require("target", "edit")
@require_POST
def repair(request: GuardedRequest, pk: int) -> HttpResponse:
    """Raise the strategic share of one region, or of all that lack it."""
    version = version_or_404(request, pk)
    region = request.POST.get("region", "")
    try:
        operation = repair_share(
            plan_version=version,
            regions=[region] if region else [],
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
            scope=request.scope,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("target-rules", pk)
    numbers = {
        "regions": len(operation.detail["regions"]),
        "moved": format_value(operation.detail["moved_fen"], "fen"),
    }
    said = (
        _("已补足 %(regions)s 个区域，共调整 %(moved)s 万元；各区域各月合计不变，可在目标表撤销。") % numbers
    )
    messages.success(request, said)
    return redirect("target-rules", pk)


@guard.require("plan", "view")
@require_GET
def pack(request: GuardedRequest) -> HttpResponse:
    """规则包: every rule with its threshold, its use, and where it stands so far within the reader's reach."""
    watched = {}
    if guard.may(request, "actual", "view"):
        reach = policy.narrow(guard.full_scope(request), "actual", "view")
        watched = watched_rules(reach, today=request.today)
    may_edit = request.scope.is_everything and guard.may(request, "plan", "create")
    rows = sorted(PolicyRule.objects.all(), key=lambda row: (row.code[0] != "R", int(row.code[1:])))
    shown = [
        {
            "row": row,
            "rule": RULES[row.code],
            "form": _rule_form(row) if may_edit else None,
            "watched": watched.get(row.code),
        }
        for row in rows
        if row.code in RULES
    ]
    context = {"rules": shown, "may_edit": may_edit, "check": RuleKind.CHECK}
    return render(request, "targets/pack.html.jinja", context)


def _rule_form(row: PolicyRule) -> RuleForm:
    unit = RULES[row.code].unit
    initial = {
        "kind": row.kind,
        "threshold": _plain(row.threshold, unit),
        "upper": _plain(row.upper, unit),
        "level": row.level,
        "is_on": row.is_on,
        "note": row.note,
        "version": row.version,
    }
    return RuleForm(initial=initial, rule=row, auto_id=f"{row.code}_%s")


def _plain(value: int | None, unit: str) -> str:
    """As typed: `30.00` stays readable as `30`."""
    if value is None:
        return ""
    text = format_value(value, unit).replace(",", "")
    return text.rstrip("0").rstrip(".") if UNITS[unit].places else text


@guard.require("plan", "create")
@require_POST
def configure(request: GuardedRequest, pk: int) -> HttpResponse:
    """Change one rule."""
    guard.require_everything(request)
    row = get_object_or_404(PolicyRule, pk=pk)
    form = RuleForm(request.POST, rule=row)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("target-pack")
    given = form.cleaned_data
    attempt(
        request,
        lambda: set_rule(
            rule=row, kind=given["kind"], threshold=given.get("threshold"), upper=given.get("upper"), level=given["level"],
            is_on=given["is_on"], note=given["note"], expected_version=given["version"], actor=request.user, at=request.now,
        ),
    )  # fmt: skip
    return redirect("target-pack")
