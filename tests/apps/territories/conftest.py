"""江苏 and 广东 as a small grid of own units, so that tests need no map of China."""

from dataclasses import dataclass
from datetime import date

import pytest

from quyu.apps.territories import services
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour
from tests.people import START, TODAY, Company

BEFORE = date(2025, 12, 31)


@dataclass(frozen=True)
class Site:
    """`J11`..`J34`: 3 rows of 4 units for 江苏; `G11`, `G12` for 广东; `JC` is a city above row 1."""

    company: Company
    active: Alignment

    def unit(self, code: str) -> BasicUnit:
        return BasicUnit.objects.get(code=code)

    def territory_of(self, code: str, alignment: Alignment | None = None) -> Territory:
        return AlignmentUnit.objects.get(alignment=alignment or self.active, unit__code=code).territory


def make_units() -> dict[str, BasicUnit]:
    BasicUnit.objects.create(
        code="JC", name="甲市", level="city", city="甲市", longitude=119.0, latitude=32.0
    )
    cells = {(row, column): f"J{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3, 4)}
    cells |= {(9, 1): "G11", (9, 2): "G12"}
    units = {}
    for (row, column), code in cells.items():
        x, y = 118.0 + column, 33.0 - row
        unit = BasicUnit.objects.create(
            code=code,
            name=f"{code}县",
            level="county",
            parent_code="JC" if row == 1 else "",
            city="甲市" if row == 1 else f"{code}市",
            longitude=x,
            latitude=y,
        )
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        UnitBoundary.objects.create(
            unit=unit, geometry=f'{{"type":"Polygon","coordinates":[{ring}]}}', source="test"
        )
        units[code] = unit
    for (row, column), code in cells.items():
        for other in ((row + 1, column), (row, column + 1)):
            if other in cells:
                UnitNeighbour.objects.create(left=units[code], right=units[cells[other]])
    return units


@pytest.fixture
def site(company: Company) -> Site:
    """苏南 holds columns 1 and 2, 苏北 columns 3 and 4, 粤东 the two units of 广东; in force since 2024."""
    units = make_units()
    values = dict.fromkeys(units, 10000) | {"J11": 300_00, "JC": 50_00}
    services.record_figures(measure=FigureMeasure.AMOUNT, values=values, period_end=TODAY)
    services.record_figures(
        measure=FigureMeasure.CUSTOMERS, values=dict.fromkeys(values, 2), period_end=TODAY
    )
    active = Alignment.objects.create(
        name="现行", created_at="2024-01-01T00:00:00+08:00", method={"per_org_unit": True}
    )
    for code, unit in units.items():
        side = company.yuedong if code[0] == "G" else company.sunan if code[2] in "12" else company.subei
        AlignmentUnit.objects.create(alignment=active, unit=unit, territory=side)
    city = BasicUnit.objects.get(code="JC")
    AlignmentUnit.objects.create(alignment=active, unit=city, territory=company.sunan, part="coarser")
    services.activate(alignment=active, valid_from=START, actor=None, at=TODAY)
    active.refresh_from_db()
    return Site(company, active)
