"""One's notices: list, open, mark read."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from quyu.platform.notices import selectors, services
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 30


@guard.require("notice", "view")
def notices(request: GuardedRequest) -> HttpResponse:
    """What I was told, newest first; unread ones marked."""
    page = Paginator(selectors.notices_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "notices/list.html.jinja", {"page": page})


@guard.require("notice", "edit")
@require_POST
def open_notice(request: GuardedRequest, pk: int) -> HttpResponse:
    """Marks one notice read and goes where it points."""
    notice = get_object_or_404(selectors.notices_of(request.user), pk=pk)
    services.mark_read(user=request.user, notice_id=pk, at=request.now)
    is_ours = url_has_allowed_host_and_scheme(notice.url, None)
    return redirect(notice.url if notice.url and is_ours else "notices")


@guard.require("notice", "edit")
@require_POST
def mark_all_read(request: GuardedRequest) -> HttpResponse:
    services.mark_read(user=request.user, at=request.now)
    return redirect("notices")
