"""What the pages of rules and of overlays share: one of a set is found, put at another place, or taken out."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from quyu.apps.customers.division import editing
from quyu.apps.customers.division.editing import Ordered
from quyu.platform.fields.received import whole_number
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.web import attempt


def found(request: GuardedRequest, rows: QuerySet[Ordered], name: str) -> Ordered:
    """The one of a set that the form names; only for those who see the whole company."""
    guard.require_everything(request)
    return get_object_or_404(rows, pk=whole_number(request.POST.get(name)))


def move(request: GuardedRequest, row: Ordered) -> None:
    attempt(
        request,
        lambda: editing.move(
            row=row,
            to=whole_number(request.POST.get("to")),
            expected_version=whole_number(request.POST.get("version")),
            actor=request.user,
        ),
        _("顺序已更新。"),
    )


def remove(request: GuardedRequest, row: Ordered, said: str) -> None:
    version = whole_number(request.POST.get("version"))
    attempt(request, lambda: editing.remove(row=row, expected_version=version, actor=request.user), said)
