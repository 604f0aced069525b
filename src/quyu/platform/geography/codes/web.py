"""区划变更: what waits, what was applied, a line that was wrong taken out."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.platform.audit import services as audit
from quyu.platform.geography.codes.lines import line_of
from quyu.platform.geography.codes.waiting import applied, names_of, waiting
from quyu.platform.geography.models import CodeChange
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


@guard.require("alignment", "view")
def changes(request: GuardedRequest) -> HttpResponse:
    """Events that wait and lines that were applied; codes are those of the whole company."""
    guard.require_everything(request)
    waits, done = waiting(request.today), applied()
    lines = [line for one in waits for line in one.event.lines]
    context = {
        "waits": waits,
        "names": names_of([*lines, *map(line_of, done)]),
        "page": Paginator(done, PAGE_SIZE).get_page(request.GET.get("page")),
        "ready": sum(one.obstacle is None for one in waits),
        "may_import": guard.may(request, "territory", "import"),
    }
    return render(request, "geography/codes.html.jinja", context)


@require_POST
@guard.require("territory", "import")
def remove(request: GuardedRequest, pk: int) -> HttpResponse:
    """Take out a line that waits; one that was applied stays."""
    guard.require_everything(request)
    with transaction.atomic():
        row = CodeChange.objects.select_for_update().filter(pk=pk, applied_on=None).first()
        if row is None:
            raise Http404
        audit.record(
            actor=request.user, verb="codes.remove", subject=row, label=str(row), at=request.now,
            detail={"effective_on": row.effective_on.isoformat(), "source": row.source},
        )  # fmt: skip
        row.delete()
    messages.success(request, _("已移除变更 %(change)s。") % {"change": row})
    return redirect("code-changes")
