"""Shared links: a board as known at the end of a day, under a watermark, for who reaches its region."""

from django.contrib import messages
from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quyu.apps.performance.web import kept
from quyu.apps.performance.web.asked import asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.pages import board_answer
from quyu.apps.performance.web.place import board_asked, region_asked
from quyu.apps.reports import services
from quyu.apps.reports.models import SharedLink
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ASIDE = ("export", "part")
"""What the board is asked for beside its question."""


@guard.require("actual", "view")
@require_POST
@or_empty
def share(request: GuardedRequest) -> HttpResponseBase:
    """Make the address of the board in view and lead to it; 404 for what cannot be seen."""
    given = request.POST.copy()
    given.setdefault("as_of", request.today.isoformat())
    request.GET = QueryDict(given.urlencode())
    wanted = asked(request)
    page = kept.PAGES["board"]
    if given.get("as") == "restated" or wanted.known_on is None:
        told = wanted.note or _("按今天归属重述的数随归属而变，不能固定成链接；请改用“按当时归属”。")
        messages.error(request, told)
        return redirect(reverse("performance"))
    shown = board_asked(request, wanted)
    question = {
        **kept.question_of(page, given, request.today),
        "region": region_asked(request, shown),
        "period": shown.span.period.code,
    }
    row = services.share(
        sharer=request.user, question=question, known_on=wanted.known_on,
        target=str(shown.version or ""), at=request.now,
    )  # fmt: skip
    return redirect("shared-link", row.token)


@guard.require("actual", "view")
@require_GET
@or_empty
def shared_page(request: GuardedRequest, token: str) -> HttpResponseBase:
    """The board of a link; 404 out of reach, and where the figures of then cannot be made again."""
    row = get_object_or_404(SharedLink.objects.select_related("sharer"), token=token)
    given = QueryDict(mutable=True)
    given.update({name: request.GET[name] for name in ASIDE if name in request.GET})
    given.update({**row.question, "as_of": row.known_on.isoformat()})
    request.GET = QueryDict(given.urlencode())
    if asked(request).known_on != row.known_on:
        raise Http404
    return board_answer(request, watermark=row)


@guard.require("actual", "view")
@require_POST
def end(request: GuardedRequest, pk: int) -> HttpResponseBase:
    """Take a link of one's own back."""
    row = get_object_or_404(SharedLink.objects.filter(sharer=request.user), pk=pk)
    services.end_link(row=row, actor=request.user, at=request.now)
    messages.success(request, _("链接已收回。"))
    return redirect("views")
