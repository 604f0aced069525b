"""White space: counties with potential where nobody buys, or nobody has bought for a while, most unwon first."""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from quyu.apps.market import field
from quyu.apps.market.field import Spot
from quyu.apps.market.selectors.features import by_county
from quyu.apps.market.selectors.potential import potential
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import Scope

DAYS = 90


@dataclass(frozen=True)
class Empty:
    """A county nobody works: `why` is `no_customer`, `no_sale` (customers, nothing in a year) or `asleep`.

    `unwon` is potential less sales of twelve months; `expected` what a first full year may bring: potential times
    the part that the worked counties in reach have won in the middle (the median).
    """

    unit: BasicUnit
    spot: Spot
    potential: int
    sold: int
    customers: int
    last_on: date | None
    why: str
    expected: int

    @property
    def unwon(self) -> int:
        return max(self.potential - self.sold, 0)


def white_space(scope: Scope, at: date, *, days: int = DAYS, org_unit: str = "") -> list[Empty]:
    """The empty counties in reach, of one org unit if named."""
    places, model = field.places(scope, at), potential(at)
    sold, customers, last = by_county("amount"), by_county("customers"), field.last_served(at)
    inside = [
        code for code in places if code in model and not (org_unit and places[code].org_unit != org_unit)
    ]
    won = [min(sold[code] / model[code], 1.0) for code in places if sold.get(code) and model.get(code)]
    rate = median(won) if won else 0.0
    units = BasicUnit.objects.in_bulk(inside, field_name="code")
    since, found = at - timedelta(days=days), []
    for code in inside:
        why = reason(sold.get(code, 0), customers.get(code, 0), last.get(code), since)
        if why:
            found.append(
                Empty(
                    units[code], places[code], model[code], sold.get(code, 0), customers.get(code, 0),
                    last.get(code), why, round(model[code] * rate),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (-one.unwon, one.unit.code))


def reason(sold: int, customers: int, last_on: date | None, since: date) -> str:
    """Why a county counts as empty; nothing when somebody bought there lately."""
    if last_on is not None and last_on >= since:
        return ""
    if not customers and not sold:
        return "no_customer"
    return "asleep" if sold or last_on is not None else "no_sale"
