"""What orders and targets say about the map."""

from datetime import date

import pytest

from quyu.apps.customers.models import Customer
from quyu.apps.performance import map_layers
from quyu.apps.performance.figures import refresh_unit_amounts
from quyu.apps.territories import thematic
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything
from tests.people import TODAY

WAN = 1_000_000


@pytest.mark.capability("TER6")
def test_growth_compares_twelve_months_with_the_twelve_before(trading):
    unit = BasicUnit.objects.create(code="J11", name="J11县", level="county")
    Customer.objects.filter(code="C1").update(unit=unit, territory_override=None)
    refresh_unit_amounts(TODAY)
    found = map_layers.growth(everything(), TODAY)
    assert (found.values, found.base) == ({"J11": 1100 * WAN}, {"J11": 100 * WAN})
    refresh_unit_amounts(date(2027, 2, 1))
    found = map_layers.growth(everything(), TODAY)
    assert (found.values, found.base) == ({"J11": 200 * WAN}, {"J11": 1000 * WAN})


@pytest.mark.capability("TER6")
def test_attainment_compares_what_was_done_with_what_was_due(trading):
    offer = next(offer for offer in thematic.offers() if offer.id == "attainment")
    assert offer.exists(TODAY)
    assert not offer.exists(date(2031, 1, 1))
    found = offer.make(everything(), TODAY)
    assert found.values == {"苏南": 200 * WAN, "苏北": 300 * WAN, "粤东": 30 * WAN}
    assert all(0 < due < trading.total for due in found.base.values())
