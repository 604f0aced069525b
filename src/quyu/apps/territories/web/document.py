"""The PDF of a plan for the management meeting."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from quyu.apps.territories import selectors
from quyu.apps.territories.plan_document import TEMPLATE, content
from quyu.apps.territories.web.pages import visible_changes, visible_quality
from quyu.apps.territories.web.shapes import alignment_and_active, is_dated
from quyu.platform.documents.typesetting import typeset
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("alignment", "export")
@require_GET
def pdf(request: GuardedRequest, pk: int) -> HttpResponse:
    """Map, tables, moves and certificate of what the reader may see."""
    alignment, active = alignment_and_active(request, pk)
    reading = selectors.read(alignment, scope=request.scope, at=request.today)
    changes = [] if is_dated(alignment) else visible_changes(request, active, reading)
    seen = {territory.org_unit.name for territory in reading.seen.values()}
    data = content(
        alignment,
        changes,
        visible_quality(request, alignment, seen),
        scope=request.scope,
        at=request.today,
    )
    answer = HttpResponse(typeset(TEMPLATE, data), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, f"{alignment.name}.pdf")
    return answer
