"""Whose amounts are whose: order lines by the territory of their day, cells of plans, figures of places, prices."""

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps

if TYPE_CHECKING:
    from tests.authorization.oracle import Oracle
    from tests.authorization.raw import Raw
    from tests.authorization.world import World


class Line(NamedTuple):
    """One order line as it was ordered; numbers of rows, and the territory for which it counts."""

    order_no: str
    day: date
    fen: int
    customer: int
    product: int
    territory: int | None


def lines_of(world: "World", raw: "Raw", oracle: "Oracle") -> list[Line]:
    """Every order line with the territory its customer belonged to on that day."""
    customers = {row["code"]: row for row in raw["customer"].values()}
    products = {row["code"]: pk for pk, row in raw["product"].items()}
    return [
        Line(
            order_no=str(row["order_no"]),
            day=row["ordered_on"],
            fen=row["amount_fen"],
            customer=customers[row["customer_code"]]["id"],
            product=products[row["product_code"]],
            territory=oracle.territory_counting(customers[row["customer_code"]], row["ordered_on"]),
        )
        for row in world.sold
    ]


def owners_of_amounts(world: "World", raw: "Raw", lines: list[Line]) -> dict[int, tuple[object, ...]]:
    """Fen -> (kind, numbers of the rows it belongs to)."""
    owners: dict[int, tuple[object, ...]] = {}
    codes = {row["code"]: pk for pk, row in raw["territory"].items()}
    for line in lines:
        owners[line.fen] = ("line", line.territory, line.customer)
    for fen, code in world.planned.items():
        owners[fen] = ("cell", codes[code])
    held: dict[int, set[int]] = defaultdict(set)
    for row in raw["alignmentunit"].values():
        held[row["unit_id"]].add(row["territory_id"])
    for row in apps.get_model("territories.UnitFigure")._base_manager.filter(measure="amount").values():
        owners[row["value"]] = ("figure", *sorted(held[row["unit_id"]]))
    for row in raw["product"].values():
        owners[row["price_fen"]] = ("price",)
    return owners
