"""Making a plan step by step: each page asks, shows what the answers give, and keeps them for the next."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from quyu.apps.targets import services
from quyu.apps.targets.services.history import cleaning, drafts
from quyu.apps.targets.services.history.drafts import Prepared
from quyu.apps.targets.wizard import answers as keeping
from quyu.apps.targets.wizard.answers import STEPS, Answers
from quyu.apps.targets.wizard.contexts import PAGES, order_id
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

BACK, LOOK, FIT = "back", "look", "fit"


@guard.require("plan", "create")
@require_http_methods(["GET", "POST"])
def start(request: GuardedRequest) -> HttpResponse:
    """The first step: name, year and measure."""
    return _step(request, STEPS[0])


@guard.require("plan", "create")
@require_http_methods(["GET", "POST"])
def step(request: GuardedRequest, name: str) -> HttpResponse:
    """A later step."""
    if name not in STEPS[1:]:
        raise Http404
    return _step(request, name)


@guard.require("plan", "create")
@require_POST
def again(request: GuardedRequest) -> HttpResponse:
    """Forget the answers and begin anew."""
    guard.require_everything(request)
    keeping.clear(request.user)
    return redirect("target-create")


def _step(request: GuardedRequest, name: str) -> HttpResponse:
    guard.require_everything(request)
    answers = keeping.load(request.user, request.today)
    if request.method == "POST":
        return _posted(request, name, answers)
    return _shown(request, name, answers, status=200)


def _posted(request: GuardedRequest, name: str, answers: Answers) -> HttpResponse:
    """Going back keeps even what is not right yet; going on asks for it to be right."""
    go = request.POST.get("go", "")
    if name == "create":
        return _shown_before(request, name) if go == BACK else _made(request, answers)
    said = keeping.posted(request.POST)
    answers = keeping.save(request.user, answers, name, said, at=request.now)
    if name == "history":
        answers, complaint = _exclusions(request, answers)
        if complaint and go not in (BACK, LOOK):
            return _shown(request, name, answers, status=422)
    if go == BACK:
        return _shown_before(request, name)
    if not answers.form(name).is_valid():
        return _shown(request, name, answers, status=422)
    if go == FIT:
        _take_fitted(request, answers, said)
    return redirect(_url(name if go in (LOOK, FIT) else STEPS[STEPS.index(name) + 1]))


def _url(name: str) -> str:
    return reverse("target-create") if name == STEPS[0] else reverse("target-create-step", args=[name])


def _shown_before(_request: GuardedRequest, name: str) -> HttpResponse:
    return redirect(_url(STEPS[STEPS.index(name) - 1]))


def _shown(request: GuardedRequest, name: str, answers: Answers, *, status: int) -> HttpResponse:
    """The page of a step; a history that cannot be read is said in its place."""
    if name != STEPS[0] and (earlier := _first_wrong(answers, name)):
        messages.warning(request, _("请先完成这一步。"))
        return redirect(_url(earlier))
    prepared: Prepared | None = None
    refused: Refusal | None = None
    if name != STEPS[0]:
        try:
            prepared = drafts.prepare(keeping.basis_of(answers), at=request.today)
        except Refusal as refusal:
            refused = refusal
    page = PAGES[name]
    context = {
        "step": name,
        "steps": [_("年度与指标"), _("历史口径"), _("权重与增长"), _("维度"), _("总目标"), _("生成")],
        "number": STEPS.index(name),
        "form": None if name == "create" else answers.form(name),
        "refused": spoken(refused) if refused else "",
        "refused_code": refused.code if refused else "",
        "is_begun": bool(answers.given),
        **page.context(answers, prepared),
    }
    return render(request, page.template, context, status=status)


def _first_wrong(answers: Answers, name: str) -> str | None:
    wrong = answers.first_invalid()
    return wrong if wrong is not None and STEPS.index(wrong) < STEPS.index(name) else None


def _exclusions(request: GuardedRequest, answers: Answers) -> tuple[Answers, bool]:
    """Keep which of the proposed orders were ticked, with their reasons; whether a reason is missing."""
    try:
        prepared = drafts.prepare(keeping.basis_of(answers), at=request.today)
        found = cleaning.proposals(prepared.basis, prepared.past)
    except Refusal:
        return answers, False
    ticked = set(request.POST.getlist("exclude"))
    rows = [
        {
            "order_no": one.order.order_no,
            "customer": one.order.customer,
            "line": one.order.line,
            "reason": request.POST.get(f"reason-{order_id(one)}", "").strip()[:200],
        }
        for one in found
        if order_id(one) in ticked
    ]
    kept = keeping.save(request.user, answers, "excluded", rows, at=request.now)
    return kept, any(not row["reason"] for row in rows)


def _take_fitted(request: GuardedRequest, answers: Answers, said: dict[str, Any]) -> None:
    """Put the weights that the back-test found into the form."""
    try:
        tested = drafts.prepare(keeping.basis_of(answers), at=request.today).test
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return
    if tested is None:
        messages.warning(request, _("历史不足两年，无法回测，权重未改。"))
        return
    parts = {
        "weight_history": tested.best.history,
        "weight_potential": tested.best.potential,
        "weight_plan": tested.best.plan,
    }
    fitted = said | {field: str(bp // 100) for field, bp in parts.items()}
    keeping.save(request.user, answers, "weights", fitted, at=request.now)
    messages.success(
        request,
        _("已按 %(year)s 年回测取误差最小的权重：%(error)s。")
        % {"year": tested.year, "error": f"{tested.best_bp / 100:.1f}%"},
    )


def _made(request: GuardedRequest, answers: Answers) -> HttpResponse:
    """The plan, as answered, if the answers are still those that were shown."""
    if not answers.given:
        messages.warning(request, _("没有编制中的方案，可能已经生成，请看下方的列表。"))
        return redirect("targets")
    if (wrong := answers.first_invalid()) is not None:
        messages.warning(request, _("请先完成这一步。"))
        return redirect(_url(wrong))
    if request.POST.get("seen") != answers.stamp:
        messages.warning(request, _("填写的内容在别处改过，请核对后再生成。"))
        return redirect(_url("create"))
    try:
        prepared = drafts.prepare(keeping.basis_of(answers), at=request.today)
        version = services.draft_from_base(
            prepared=prepared,
            name=keeping.name_of(answers),
            total=keeping.total_of(answers, prepared.made),
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect(_url("create"))
    keeping.clear(request.user)
    messages.success(request, _("初稿已生成，各级合计逐级相等。"))
    return redirect("target-version", version.pk)
