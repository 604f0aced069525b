"""What was seen in outlets below a node: goods of a dealer where he has no business, prices below guide.

A sighting counts where it was seen; a reader is told of those in his part of the tree, and of goods of his own dealers
seen elsewhere. A dealer has business where he is answered for that day, and where his purchases of a year counted or were delivered to.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.sightings import Found, Sighting, disorders, diversions
from quyu.apps.performance.dealings import (
    ATTRIBUTED,
    delivered,
    has_any,
    months_earlier,
    owned,
    rows_of,
)
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.outlet_rows import PRICES, observed
from quyu.apps.performance.selectors.tree import Board, node_of
from quyu.apps.performance.tallies import turn_to_shipments

YEAR = 12
READ = ("ordered_on", "customer_code", "product_code", "place_code", "quantity_milli", "amount_fen")


@dataclass(frozen=True)
class Outlets:
    """The findings, the most sightings first, of `seen` sightings; the rest says what some of them lacked."""

    diversions: list[Found]
    disorders: list[Found]
    seen: int = 0
    sourceless: int = 0
    placeless: int = 0
    guideless: int = 0


def outlets(shown: Board, names: Directory, region: str) -> Outlets:
    """What was seen in the period that concerns the part of the tree below a node."""
    if not has_any(PRICES):
        return Outlets([], [])
    below = {region, *shown.axes.tree.descendants(region)}
    days = (shown.span.start, shown.span.period.end)
    lines = rows_of(observed(), days, READ)
    node = _Nodes(shown, names)
    places, owners = _places(lines), _owners(lines)
    home = _home(lines, places, owners, shown)
    sightings = [
        Sighting(
            row["ordered_on"], row["customer_code"] or "", row["product_code"] or "", place,
            node.above(place) if place else "", row["amount_fen"], row["quantity_milli"] or None,
        )
        for row, place in zip(lines.to_pylist(), places, strict=True)
    ]  # fmt: skip
    mine = [
        one
        for one, place, owner in zip(sightings, places, owners, strict=True)
        if node.of(place) in below or (owner and node.of(owner) in below)
    ]
    local = [one for one in mine if node.of(one.place) in below]
    return Outlets(
        diversions(mine, home),
        disorders(local, home),
        len(mine),
        sum(not one.source for one in mine),
        sum(not one.place for one in mine),
        sum(one.guide is None for one in mine),
    )


class _Nodes:
    """Territories in the tree of a board."""

    def __init__(self, shown: Board, names: Directory) -> None:
        self._axes, self._units = shown.axes, names.unit_of_territory

    def of(self, territory: str) -> str:
        return node_of(self._axes, territory or None, self._units.get(territory))

    def above(self, territory: str) -> str:
        """The region a territory hangs below."""
        node = self.of(territory)
        if not self._axes.tree.is_leaf(node):
            return node
        return next(iter(self._axes.tree.ancestors(node)), node)


def _places(lines: pa.Table) -> list[str]:
    """The territory each row happened in, whoever its customer is."""
    nobody = pa.nulls(lines.num_rows, pa.string())
    claimed = lines.set_column(lines.schema.get_field_index("customer_code"), "customer_code", nobody)
    return owned(claimed.select(ATTRIBUTED))


def _owners(lines: pa.Table) -> list[str]:
    """The territory that answered for the dealer of each sighting on its day."""
    nowhere = pa.nulls(lines.num_rows, pa.string())
    spot = lines.schema.get_field_index("place_code")
    return owned(lines.set_column(spot, "place_code", nowhere).select(ATTRIBUTED))


def _home(
    lines: pa.Table, places: Sequence[str], owners: Sequence[str], shown: Board
) -> dict[str, frozenset[str]]:
    """Where each dealer has business; purchases are read only of those seen elsewhere."""
    found: dict[str, set[str]] = defaultdict(set)
    sources = [code or "" for code in lines["customer_code"].to_pylist()]
    for source, owner in zip(sources, owners, strict=True):
        if owner:
            found[source].add(owner)
    away = {
        source
        for source, place in zip(sources, places, strict=True)
        if source in found and place and place not in found[source]
    }
    first = months_earlier(shown.span.start, YEAR)
    for table in delivered((first, shown.span.period.end), turn_to_shipments(), ATTRIBUTED) if away else ():
        bought = table.filter(pc.is_in(table["customer_code"], pa.array(sorted(away), pa.string())))
        for source, *known in zip(
            bought["customer_code"].to_pylist(), owned(bought), _places(bought), strict=True
        ):
            found[source] |= {territory for territory in known if territory}
    return {source: frozenset(known) for source, known in found.items()}
