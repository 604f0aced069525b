"""The rank of a node among its siblings by attainment, where the reader sees them all."""

from dataclasses import dataclass

from quyu.apps.performance.selectors.tree import Board


@dataclass(frozen=True)
class Rank:
    """1 is the best; equal attainments share a place."""

    place: int
    count: int


def rank_of(board: Board, region: str) -> Rank | None:
    """None without siblings, without a target, or where one of them is out of reach."""
    parent = board.axes.tree.parent(region)
    siblings = [] if parent is None else board.children(parent)
    own = board.standings[region].attainment_bp
    if own is None or len(siblings) < 2 or not all(board.covers(code) for code in siblings):
        return None
    rates = [board.standings[code].attainment_bp for code in siblings]
    known = [rate for rate in rates if rate is not None]
    return Rank(1 + sum(rate > own for rate in known), len(known))
