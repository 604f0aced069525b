"""What the page of a map offers beside the map itself: levels above the territories, hot spots, customers."""

from collections.abc import Sequence
from typing import Any

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.coverage import uncovered_count
from quyu.platform.panels import panels_of
from quyu.platform.people import guard
from quyu.platform.people.caller import Caller
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import OrgUnit

HOT = 5
"""How many territories the list of hot spots names."""


def map_context(
    request: GuardedRequest, alignment: Alignment, rows: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """`tiers`: the kinds of org units that lie wholly within reach; `hot`: who is furthest out of the band;
    `loose`: units without territory, those with customers and the others; `panels`: what other apps have to tell.
    """
    kinds = set(OrgUnit.objects.visible_to(request.scope).values_list("kind", flat=True))
    out = [row for row in rows if row["balance"] in ("heavy", "light")]
    caller = Caller(request.user, request.scope, request.today, request.now)
    return {
        "panels": panels_of(alignment, caller),
        "tiers": [(kind, OrgKind(kind).label) for kind in selectors.TIERS if kind in kinds],
        "hot": sorted(out, key=lambda row: -selectors.strain(row["deviation_bp"], row["tolerance_bp"]))[:HOT],
        "loose": uncovered_count(alignment) if guard.may(request, "alignment", "view") else (0, 0),
        "sees_everything": request.scope.is_everything,
        "may_redraw": request.scope.is_everything and guard.may(request, "territory", "import"),
        "sees_customers": guard.may(request, "customer", "view"),
    }
