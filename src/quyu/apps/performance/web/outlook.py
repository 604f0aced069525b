"""What the board and the home page add to a standing: where it will land, and the rank among its siblings."""

from datetime import date
from typing import Any

from quyu.apps.performance.selectors.landing import landings
from quyu.apps.performance.selectors.peers import rank_of
from quyu.apps.performance.selectors.tree import Board


def outlook(shown: Board, region: str, *, today: date) -> dict[str, Any]:
    """The landing of a node and of those right below, and the rank."""
    found = landings(shown, today=today)
    return {
        "landing": found[region],
        "landings": {code: found[code] for code in shown.children(region)},
        "rank": rank_of(shown, region),
        "has_landings": any(found[code] is not None for code in shown.children(region)),
    }
