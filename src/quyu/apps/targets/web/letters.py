"""Responsibility letters: everybody's own, those below a manager, accepting, contesting, the file and its check."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.targets import letter_document
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter
from quyu.apps.targets.selectors import letters as selectors
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.units import UnitsOverTime, moved_of
from quyu.apps.targets.services import changes, letters
from quyu.kernel.refusal import Refusal
from quyu.platform.documents.authority import SEAL_CODE
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.files.downloads import content_or_404
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.signin import proof

PAGE_SIZE = 50


def letter_or_404(request: GuardedRequest, pk: int) -> Letter:
    """A letter within reach."""
    return get_object_or_404(selectors.visible_letters(request.scope, request.today), pk=pk)


@guard.require("letter", "view")
@require_GET
def listing(request: GuardedRequest) -> HttpResponse:
    """The letters of a year (the newest, unless asked) within reach with their progress by unit; `state` narrows the list."""
    reached = selectors.visible_letters(request.scope, request.today)
    years = selectors.years_of(reached)
    asked = whole_number(request.GET.get("year"), 0)
    year = asked if asked in years else next(iter(years), request.today.year)
    reached = reached.filter(plan_version__plan__year=year)
    state = request.GET.get("state", "")
    shown = reached.filter(state=state) if state in LetterState.values else reached
    shown = shown.exclude(state=LetterState.REPLACED) if state != LetterState.REPLACED else shown
    context = {
        "page": Paginator(shown.order_by("due_on", "number"), PAGE_SIZE).get_page(request.GET.get("page")),
        "progress": selectors.progress(reached, request.today),
        "years": years,
        "year": year,
        "state": state,
        "states": LetterState.choices,
        "today": request.today,
    }
    return render(request, "targets/letters.html.jinja", context)


@guard.require("letter", "view")
@require_GET
def mine(request: GuardedRequest) -> HttpResponse:
    """The one letter of mine that is in force, or all that were addressed to me."""
    own = list(selectors.letters_of(request.user))
    standing = [letter for letter in own if letter.state != LetterState.REPLACED]
    if len(standing) == 1 and "all" not in request.GET:
        return redirect("letter", standing[0].pk)
    return render(request, "targets/my_letters.html.jinja", {"letters": own, "today": request.today})


@guard.require("letter", "view")
@require_GET
def detail(request: GuardedRequest, pk: int) -> HttpResponse:
    """What the letter asks, and the answer of the person it is addressed to."""
    letter = letter_or_404(request, pk)
    return render(request, "targets/letter.html.jinja", _context(request, letter))


def _context(request: GuardedRequest, letter: Letter) -> dict[str, object]:
    is_own = letter.person.user_id == request.user.pk
    is_open = policy.is_open("letter", "submit", letter.state)
    return {
        "letter": letter,
        "shown": letter_document.shown(letter),
        "version": letter.plan_version,
        "moved": _moved(request, letter),
        "may_answer": is_own and is_open and guard.may(request, "letter", "submit"),
        "may_export": guard.may(request, "letter", "export"),
        "ways": proof.ways_of(request.user) if is_own and is_open else None,
        "is_confirmed": proof.has_signed_on_again(request.session, request.user, now=request.now),
        "change": letter.changes.order_by("-pk").first() if letter.state == LetterState.CONTESTED else None,
        "is_overdue": letter.state == LetterState.ISSUED and letter.due_on < request.today,
    }


def _moved(request: GuardedRequest, letter: Letter) -> UnitsOverTime | None:
    """What went to or came from other units since: the letter keeps what was agreed."""
    version = letter.plan_version
    reach = reach_of(Axes.from_json(version.axes), request.scope, at=request.today)
    codes = [str(region["code"]) for region in letter.content["regions"]]
    return moved_of(version, codes, reach=reach, today=request.today)


@guard.require("letter", "export")
@require_GET
def file(request: GuardedRequest, pk: int) -> FileResponse:
    """The PDF: with the acceptance where there is one, else with the company's seal."""
    letter = letter_or_404(request, pk)
    stored = letter.signed or letters.sealed_file(letter=letter, at=request.now)
    content = content_or_404(stored)
    return FileResponse(content, as_attachment=True, filename=stored.name, content_type="application/pdf")


@guard.require("letter", "view")
@require_GET
def verify(request: GuardedRequest, pk: int) -> HttpResponse:
    """Signatures, fingerprints and figures, checked now."""
    letter = letter_or_404(request, pk)
    context = {"letter": letter, "check": check_letter(letter), "seal": SEAL_CODE}
    return render(request, "targets/letter_check.html.jinja", context)


@guard.require("letter", "submit")
@require_POST
def accept(request: GuardedRequest, pk: int) -> HttpResponse:
    """Sign one's own letter, with the password once more, or whatever else proves the account."""
    letter = letter_or_404(request, pk)
    is_proven = proof.has_signed_on_again(request.session, request.user, now=request.now)
    if not is_proven and (wait := proof.wait_before(request.user, now=request.now)):
        messages.error(request, _("尝试过于频繁，请 %(seconds)s 秒后再试。") % {"seconds": wait})
        return redirect("letter", pk)
    try:
        secret = request.POST.get("password", "")
        is_proven = is_proven or proof.is_proven(request.user, secret, now=request.now)
        letters.accept(letter=letter, actor=request.user, is_proven=is_proven, at=request.now)
    except Refusal as refusal:
        return _refused(request, letter, refusal)
    proof.forget_sign_on(request.session)
    messages.success(request, _("已接受并签署，签收文件可以下载。"))
    return redirect("letter", pk)


@guard.require("letter", "submit")
@require_POST
def contest(request: GuardedRequest, pk: int) -> HttpResponse:
    """Ask for another target, with the reason; a change request is opened for it."""
    letter = letter_or_404(request, pk)
    reason = request.POST.get("reason", "")
    try:
        changes.from_letter(letter=letter, actor=request.user, reason=reason, at=request.now)
    except Refusal as refusal:
        return _refused(request, letter, refusal)
    messages.success(request, _("已提交调整申请，负责人会与您沟通。"))
    return redirect("letter", pk)


def _refused(request: GuardedRequest, letter: Letter, refusal: Refusal) -> HttpResponse:
    messages.error(request, spoken(refusal))
    letter.refresh_from_db()
    context = _context(request, letter)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "targets/letter.html.jinja", context, status=status)
