"""The targets of people in a version: as they answered for the territories day by day, and as they do today.

Both readings cut the same cells and sum to the same total; a move of people changes who carries a target,
never the target itself. Units of the map that went to another territory take their share of it to who answers
there: what a territory holds is that of every page (`following`), and only then cut among its people, by days or
as it was agreed for the month, in both readings.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.models import CreditSplit, PlanVersion
from quyu.apps.targets.recut import VACANT, Held, days_held
from quyu.apps.targets.selectors.flows import flows_of
from quyu.apps.targets.selectors.following import Share, cut, held_cells, month_days, shares_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.staffing import splits_of
from quyu.apps.targets.sums import cube
from quyu.apps.territories.models import TerritoryOwner
from quyu.kernel.rounding import largest_remainder
from quyu.platform.people.models import Assignment

FAR = date(9999, 1, 1)
ONE = Fraction(1)


@dataclass(frozen=True)
class PersonTarget:
    """`as_was` and `restated` by month; `code` is empty for targets nobody answers for."""

    code: str
    name: str
    territories: tuple[str, ...]
    as_was: tuple[int, ...]
    restated: tuple[int, ...]

    @property
    def as_was_total(self) -> int:
        return sum(self.as_was)

    @property
    def restated_total(self) -> int:
        return sum(self.restated)


def people_targets(version: PlanVersion, *, reach: Reach, today: date) -> list[PersonTarget]:
    """Every person with a target in a territory within reach, by code; the vacancy last."""
    axes = Axes.from_json(version.axes)
    table = cube(axes, store.load_shaped(version, axes.shape))
    spans, names = _spans()
    split, shares_by_leaf = splits_of(version), shares_of(axes, flows_of(version))
    days = [month_days(code) for code in axes.months]
    was: dict[str, list[int]] = defaultdict(lambda: [0] * len(axes.months))
    now: dict[str, list[int]] = defaultdict(lambda: [0] * len(axes.months))
    places: dict[str, set[str]] = defaultdict(set)
    for place, leaf in enumerate(axes.leaves):
        if not reach.covers(axes, leaf):
            continue
        for counted, on in ((was, None), (now, today)):
            held = held_cells(table[place], shares_by_leaf[leaf], days, on=on)
            for holder, own in held.items():
                shares = [share for share in shares_by_leaf[leaf] if share.holder == holder]
                seats = spans.get(holder, [])
                for month, value in enumerate(own.sum(axis=1).tolist()):
                    agreed = [row for row in split.get(holder, ()) if row.period == axes.months[month]]
                    names |= {row.person.code: row.person.name for row in agreed}
                    seated = _in_month(shares, seats, days[month]) if on is None else {_on(seats, on): ONE}
                    for who, part in (_shares(value, agreed) or cut(value, seated)).items():
                        counted[who][month] += part
                        places[who].add(axes.name(leaf))
    people = sorted(set(was) | set(now), key=lambda who: (who == VACANT, who))
    return [
        PersonTarget(who, names.get(who, ""), tuple(sorted(places[who])), tuple(was[who]), tuple(now[who]))
        for who in people
    ]


def _shares(value: int, agreed: Sequence[CreditSplit]) -> dict[str, int]:
    """Who carries how much of a month where shares were agreed; they sum to the value exactly."""
    parts = largest_remainder([row.share_bp for row in agreed], value).tolist() if agreed else []
    return {row.person.code: part for row, part in zip(agreed, parts, strict=True)}


def _in_month(
    shares: Iterable[Share], seats: Sequence[Held], month: tuple[date, date]
) -> dict[str, Fraction]:
    """Who answered for a territory on how many days of a month, counted by the part of a leaf it held (`shares`)."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for share in shares:
        days = max(share.first, month[0]), min(share.stop, month[1])
        if days[0] < days[1]:
            for who, count in days_held(days, seats).items():
                found[who] += share.part * count
    return found


def _on(held: list[Held], day: date) -> str:
    owners = [span for span in held if span.first <= day and (span.stop is None or day < span.stop)]
    return owners[-1].who if owners else VACANT


def _spans() -> tuple[dict[str, list[Held]], dict[str, str]]:
    """Territory -> who sat on the position that answered for it, when; and the names of the people."""
    seats: dict[int, list[Assignment]] = defaultdict(list)
    for seat in Assignment.objects.select_related("person").order_by("valid_from", "pk"):
        seats[seat.position_id].append(seat)
    spans: dict[str, list[Held]] = defaultdict(list)
    names: dict[str, str] = {}
    for row in TerritoryOwner.objects.select_related("territory").order_by("valid_from", "pk"):
        for seat in seats.get(row.position_id, []):
            ends = [day for day in (row.valid_to, seat.valid_to, seat.person.left_on) if day]
            first, stop = max(row.valid_from, seat.valid_from), min(ends, default=None)
            if first < (stop or FAR):
                spans[TERRITORY + row.territory.code].append(Held(seat.person.code, first, stop))
                names[seat.person.code] = seat.person.name
    return spans, names
