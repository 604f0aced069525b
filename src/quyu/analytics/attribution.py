"""Whose a line is on its day and what the lines add up to, as expressions that every engine answers alike.

The claims come as one table a kind, the strongest kind first; a line counts for the first kind that holds on its
`ordered_on`, ranges being half-open, and a kind has at most one claim a key and day. Tables and columns go in by name
(`quyu.analytics.engines`), integers come out. Formula page: docs/formulas/attainment.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quyu.analytics.engines.session import LINES_NAME
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
else:
    ibis = deferred("ibis")

LINES = {
    "ordered_on": "date",
    "customer_code": "string",
    "product_code": "string",
    "channel_code": "string",
    "place_code": "string",
    "quantity_milli": "int64",
    "amount_fen": "int64",
    "sign": "int64",
}
CODES = {"code": "string", "id": "int64"}
PRODUCTS, CHANNELS, APART, TREE = "engine_product", "engine_channel", "engine_apart", "engine_tree"


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """`column` of a line is looked up; `by_line`: together with the product line, of the lines claimed apart."""

    name: str
    column: str
    by_line: bool = False

    @property
    def table(self) -> str:
        return f"engine_claim_{self.name}"

    @property
    def columns(self) -> dict[str, str]:
        """Of its table, all named after the kind so that joins never meet two of one name."""
        line = {f"{self.name}_line": "string"} if self.by_line else {}
        return {
            f"{self.name}_key": "string",
            **line,
            f"{self.name}_from": "date",
            f"{self.name}_to": "date",
            f"{self.name}_territory": "int64",
            f"{self.name}_person": "int64",
        }


KINDS = (
    ClaimKind("named", "customer_code"),
    ClaimKind("line", "customer_code", by_line=True),
    ClaimKind("ruled", "customer_code"),
    ClaimKind("place", "place_code"),
    ClaimKind("own", "customer_code"),
)
"""The strongest first."""


def attributed(kinds: Sequence[ClaimKind]) -> Any:
    """Every line once, with the ids it counts for: `territory`, `person`, `line` and `channel`, null where unknown.

    `kinds` are those of which there are claims, in the order of KINDS.
    """
    lines = ibis.table(LINES, name=LINES_NAME)
    if any(kind.by_line for kind in kinds):
        apart = ibis.table({"apart_product": "string", "apart_line": "string"}, name=APART)
        lines = lines.left_join(apart, lines.product_code == apart.apart_product)
    for kind in kinds:
        claims = ibis.table(kind.columns, name=kind.table)
        holds = [
            lines[kind.column] == claims[f"{kind.name}_key"],
            lines.ordered_on >= claims[f"{kind.name}_from"],
            lines.ordered_on < claims[f"{kind.name}_to"],
        ]
        if kind.by_line:
            holds.append(lines.apart_line == claims[f"{kind.name}_line"])
        lines = lines.left_join(claims, holds)
    return lines.mutate(territory=_first(lines, kinds, "territory"), person=_first(lines, kinds, "person"))


def _first(lines: Any, kinds: Sequence[ClaimKind], what: str) -> Any:
    """Of the first kind that holds, even if that is null: a seat may be vacant."""
    found = ibis.null("int64")
    for kind in reversed(kinds):
        found = lines[f"{kind.name}_from"].notnull().ifelse(lines[f"{kind.name}_{what}"], found)
    return found


def by_month(lines: Any) -> Any:
    """month x territory x person x product line x channel: fen, thousandths, lines."""
    products = ibis.table({"product": "string", "line": "int64"}, name=PRODUCTS)
    channels = ibis.table({"channel_key": "string", "channel": "int64"}, name=CHANNELS)
    named = lines.left_join(products, lines.product_code == products["product"])
    named = named.left_join(channels, named.channel_code == channels.channel_key)
    month = ibis.date(named.ordered_on.year(), named.ordered_on.month(), 1).name("month")
    return named.group_by([month, "territory", "person", "line", "channel"]).aggregate(
        amount_fen=named.amount_fen.sum(),
        quantity_milli=named.quantity_milli.sum(),
        line_count=named.sign.sum(),
    )


def by_day(lines: Any) -> Any:
    """day x territory: fen, lines."""
    return lines.group_by([lines.ordered_on.name("day"), "territory"]).aggregate(
        amount_fen=lines.amount_fen.sum(), line_count=lines.sign.sum()
    )


def by_node(months: Any) -> Any:
    """node of the region tree x month x product line x channel: fen, thousandths and lines of all territories below.

    TREE has a row (ancestor, place) for every territory and node above it, itself included. Lines of no territory
    are in none of them.
    """
    tree = ibis.table({"ancestor": "string", "place": "int64"}, name=TREE)
    below = months.inner_join(tree, months.territory == tree.place)
    return below.group_by(["ancestor", "month", "line", "channel"]).aggregate(
        amount_fen=below.amount_fen.sum(),
        quantity_milli=below.quantity_milli.sum(),
        line_count=below.line_count.sum(),
    )
