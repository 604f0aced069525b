"""The axes of a new plan, taken from the organisation, territories and product lines of one day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.dimension import month_dimension, product_dimension, region_dimension
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.apps.territories.selectors import org_units_on
from quyu.kernel.period import FiscalCalendar
from quyu.kernel.refusal import Refusal
from quyu.kernel.tree import Tree
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people import selectors as people
from quyu.platform.people.choices import Role
from quyu.platform.people.models import OrgUnit

MANAGERS = frozenset({Role.SALES_DIRECTOR, Role.AREA_MANAGER, Role.PROVINCE_MANAGER, Role.SUPERVISOR})
CALENDAR = FiscalCalendar()


class NothingToPlan(Refusal):
    """A plan needs at least one product line."""

    def __init__(self) -> None:
        super().__init__("nothing_to_plan", "还没有产品线。请先导入产品或订单，再编制目标。")


def freeze(*, year: int, at: date, calendar: FiscalCalendar = CALENDAR) -> Axes:
    """Region tree with territories as leaves, months of the fiscal year, lines and owners, as of a day.

    Units without a territory below them are left out, unless there are no territories at all.
    """
    lines = list(ProductLine.objects.order_by("sort_order", "code").values_list("code", "name"))
    if not lines:
        raise NothingToPlan
    territories = list(Territory.objects.in_force(at).order_by("code"))
    tree = people.region_tree(at=at)
    units = {unit.code: unit for unit in OrgUnit.objects.filter(code__in=list(tree.preorder()))}
    names = {code: unit.name for code, unit in units.items()}
    names |= {TERRITORY + territory.code: territory.name for territory in territories}
    owners = _managers(units, at) | _owners(at)
    return Axes(
        year,
        (
            region_dimension(_with_territories(tree, territories, at), names, owners),
            month_dimension(year, [month.code for month in calendar.months(year)]),
            product_dimension(dict(lines)),
        ),
    )


def _with_territories(tree: Tree, territories: list[Territory], at: date) -> Tree:
    below: dict[str, list[str]] = defaultdict(list)
    unit_of = org_units_on(territories, at)
    for territory in territories:
        below[unit_of[territory.code]].append(TERRITORY + territory.code)
    alive = {code for unit in below if unit in tree for code in (unit, *tree.ancestors(unit))}
    parents: dict[str, str | None] = {}
    for code in tree.preorder():
        if code in alive or not alive:
            parents[code] = tree.parent(code)
            parents |= dict.fromkeys(below[code], code)
    return Tree.from_parents(parents)


def _owners(at: date) -> dict[str, Mapping[str, Any]]:
    owned = TerritoryOwner.objects.in_force(at).select_related("territory", "position").order_by("pk")
    holders = people.holder_of([row.position_id for row in owned], at)
    owners: dict[str, Mapping[str, Any]] = {}
    for row in owned:
        person = holders.get(row.position_id)
        owners[TERRITORY + row.territory.code] = {
            "position": row.position.code,
            "person": person.code if person else None,
            "name": person.name if person else "",
        }
    return owners


def _managers(units: Mapping[str, OrgUnit], at: date) -> dict[str, Mapping[str, Any]]:
    """The manager of each unit: the first seat of a managing role."""
    seats = people.seats_by_unit({unit.pk for unit in units.values()}, at)
    owners: dict[str, Mapping[str, Any]] = {}
    for code, unit in units.items():
        managing = [seat for seat in seats.get(unit.pk, []) if seat.position.role in MANAGERS]
        if managing:
            holder = managing[0].holder
            owners[code] = {
                "position": managing[0].position.code,
                "person": holder.code if holder else None,
                "name": holder.name if holder else "",
            }
    return owners
