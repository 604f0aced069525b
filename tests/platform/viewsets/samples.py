"""A few rows of every registered object, for the tests that try them all.

Their last fields differ from the defaults, so that a file which forgets a column is noticed.
A new viewset needs an entry here: how to make a row in 江苏 (`home`), one in 广东 (`away`, left out when
everybody sees every row), and a change that is valid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from quyu.apps.customers.models import Customer
from quyu.apps.monitoring.models import AlertRule
from quyu.apps.territories.models import Territory
from quyu.platform.audit.models import EditableRow
from quyu.platform.calendar.models import CalendarDay
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgUnit, Person, Position
from tests import factories
from tests.people import Company

Make = Callable[[Company, int], EditableRow]


@dataclass(frozen=True)
class Sample:
    """`owned`: the `home` row belongs to `owner` himself, and not to `colleague`."""

    home: Make
    change: tuple[str, str]
    away: Make | None = None
    owned: bool = False


def team(parent: OrgUnit, code: str) -> OrgUnit:
    unit = factories.org_unit(code, f"{parent.name}团队{code}", OrgKind.TEAM, parent=parent)
    OrgUnit.objects.filter(pk=unit.pk).update(sort_order=5)
    people.rebuild_closure()
    return unit


def seat(unit: OrgUnit, number: int) -> Position:
    return factories.position(unit, Role.SUPERVISOR, code=f"S-{unit.code}-{number}")


def employee(unit: OrgUnit, number: int) -> Person:
    made = Person.objects.create(
        code=f"N-{unit.code}-{number}",
        name=f"员工{number}",
        phone=f"138{number:08d}",
        joined_on=date(2025, 3, 1),
    )
    factories.assignment(made, seat(unit, 1000 + number))
    return made


def product(_company: Company, number: int) -> Product:
    line, _made = ProductLine.objects.get_or_create(code="L-1", defaults={"name": "饮料"})
    return Product.objects.create(
        code=f"SKU-{number:03d}",
        name=f"茶饮 {number}",
        line=line,
        price_fen=123_456 + number,
        is_strategic=True,
    )


def customer(territory: Territory, number: int) -> Customer:
    return Customer.objects.create(
        code=f"C-{territory.code}-{number}",
        name=f"客户{number}",
        phone=f"0512{number:08d}",
        territory_override=territory,
        closed_on=date(2027, 1, 1),
    )


def alert_rule(unit: OrgUnit, number: int) -> AlertRule:
    return AlertRule.objects.create(
        code=f"AR-{unit.code}-{number}",
        name=f"规则{number}",
        kind="threshold",
        metric="growth",
        stretch="month",
        level="team",
        org_unit=unit,
        side="above",
        limit=12,
        count=5,
        severity="low",
        due_days=9,
        advice="逐个看",
        is_active=False,
    )


SAMPLES: Mapping[type[EditableRow], Sample] = {
    OrgUnit: Sample(
        home=lambda company, number: team(company.jiangsu, f"T-JS-{number}"),
        away=lambda company, number: team(company.guangdong, f"T-GD-{number}"),
        change=("name", "新名称"),
    ),
    Position: Sample(
        home=lambda company, number: seat(company.jiangsu, number),
        away=lambda company, number: seat(company.guangdong, number),
        change=("name", "新岗位"),
    ),
    Person: Sample(
        home=lambda company, number: employee(company.jiangsu, number),
        away=lambda company, number: employee(company.guangdong, number),
        change=("name", "新姓名"),
    ),
    ProductLine: Sample(
        home=lambda _company, number: ProductLine.objects.create(
            code=f"PL-{number}", name=f"产品线{number}", is_strategic=True, sort_order=2
        ),
        change=("name", "新产品线"),
    ),
    Product: Sample(home=product, change=("price_fen", "99.50")),
    Channel: Sample(
        home=lambda _company, number: Channel.objects.create(
            code=f"CH-{number}", name=f"渠道{number}", sort_order=3
        ),
        change=("name", "新渠道"),
    ),
    CalendarDay: Sample(
        home=lambda _company, number: CalendarDay.objects.create(
            day=date(2026, 1, 1) + timedelta(days=number), is_working=False, name="假日", is_provisional=True
        ),
        change=("name", "调休"),
    ),
    Territory: Sample(
        home=lambda company, number: factories.territory(
            f"苏区{number}", company.jiangsu, owner=company.position("owner")
        ),
        away=lambda company, number: factories.territory(f"粤区{number}", company.guangdong),
        change=("name", "新区域"),
        owned=True,
    ),
    AlertRule: Sample(
        home=lambda company, number: alert_rule(company.jiangsu, number),
        away=lambda company, number: alert_rule(company.guangdong, number),
        change=("name", "新规则"),
    ),
    Customer: Sample(
        home=lambda company, number: customer(company.sunan, number),
        away=lambda company, number: customer(company.yuedong, number),
        change=("name", "新客户"),
        owned=True,
    ),
}
