"""Writes the master data of the demo company: organisation, staff, catalog, customers."""

from datetime import date, timedelta

from quyu.apps.customers.models import Customer
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import services as people
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person, Position
from quyu.shell.demo import company
from quyu.shell.demo.market import County, Market, area_of_province
from quyu.shell.demo.staff import Staff

FOUNDED_YEARS_AGO = 5


def counties() -> list[County]:
    """The counties of the provinces in which the company sells."""
    rows = (
        BasicUnit.objects.filter(level=UnitLevel.COUNTY)
        .order_by("code")
        .values_list("code", "name", "province")
    )
    found = [(code, name, province, area_of_province(province)) for code, name, province in rows]
    return [County(code, name, province, area[0]) for code, name, province, area in found if area]


def write_organisation(staff: Staff, *, first_day: date) -> None:
    founded = first_day - timedelta(days=365 * FOUNDED_YEARS_AGO)
    units = {
        code: OrgUnit(code=code, name=name, kind=kind, sort_order=order)
        for order, (code, name, kind, _parent) in enumerate(staff.units)
    }
    OrgUnit.objects.bulk_create(units.values())
    OrgLink.objects.bulk_create(
        OrgLink(unit=units[code], parent=units[parent], valid_from=founded)
        for code, _name, _kind, parent in staff.units
        if parent
    )
    people.rebuild_closure()
    positions = {
        seat.code: Position(
            code=seat.code, name=seat.name, org_unit=units[seat.org_unit], role=seat.role, valid_from=founded
        )
        for seat in staff.seats
    }
    Position.objects.bulk_create(positions.values())
    persons = {
        one.code: Person(
            code=one.code,
            name=one.name,
            phone=f"1{3800000000 + int(one.code[1:]) * 7919}",
            joined_on=one.joined_on,
            left_on=one.left_on,
        )
        for one in staff.employees
    }
    Person.objects.bulk_create(persons.values())
    Assignment.objects.bulk_create(
        Assignment(person=persons[s.employee], position=positions[s.seat], valid_from=s.start, valid_to=s.end)
        for s in staff.sittings
    )


def write_catalog() -> None:
    for order, (code, name) in enumerate(company.CHANNELS):
        Channel.objects.create(code=code, name=name, sort_order=order)
    for order, line in enumerate(company.LINES):
        row = ProductLine.objects.create(
            code=line.code, name=line.name, is_strategic=line.is_strategic, sort_order=order
        )
        Product.objects.bulk_create(
            Product(
                code=f"{line.code}-{n:02d}",
                name=name,
                line=row,
                price_fen=price,
                is_strategic=line.is_strategic,
            )
            for n, (name, price) in enumerate(line.products, start=1)
        )


def write_customers(market: Market) -> None:
    units = BasicUnit.objects.in_bulk({county.code for county in market.counties}, field_name="code")
    channels = {channel.code: channel for channel in Channel.objects.all()}
    Customer.objects.bulk_create(
        (
            Customer(
                code=market.codes[n],
                name=market.names[n],
                kind=market.kinds[n],
                channel=channels[market.channels[n]],
                unit=units[market.counties[n].code],
                contact=f"{company.SURNAMES[n * 7 % len(company.SURNAMES)]}经理",
                phone=f"100{n * 7919 % 100_000_000:08d}",  # a prefix that no operator has
                address=f"{units[market.counties[n].code].name}人民路{n % 300 + 1}号",
                payment_days=market.payment_days(n),
                opened_on=market.opened_on[n],
                closed_on=market.closed_on[n],
            )
            for n in range(len(market.codes))
        ),
        batch_size=1000,
    )
