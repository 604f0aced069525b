"""What the overlays of a set would share if it were in force today: whom each catches, and who would get what.

Credit that a ruling on a claim shares today is out of reach of every overlay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quyu.apps.customers.division import crediting, reading, rulings
from quyu.apps.customers.division.previewing import SHOWN, Books, Bought
from quyu.apps.customers.models import Overlay, OverlayShare
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import owners_on
from quyu.kernel.rounding import largest_remainder
from quyu.platform.catalog.models import ProductLine


@dataclass(frozen=True)
class Sharing:
    """A share and its part of what the overlay catches, in fen."""

    share: OverlayShare
    amount_fen: int


@dataclass(frozen=True)
class OverlayView:
    """One overlay: whom it catches and for how much in the twelve months before, and who shares that.

    `ruled`: customers it would catch whose credit a ruling shares otherwise.
    `faults`: `empty` (nobody fulfils it), `shadowed` (earlier ones have all), `ended` and `vacant` (a territory
    that shares is not in force, or has nobody).
    """

    overlay: Overlay
    customers: int
    amount_fen: int
    parts: tuple[Sharing, ...]
    first: tuple[Bought, ...]
    ruled: int
    faults: tuple[str, ...]


def preview(rows: Sequence[Overlay], at: date) -> tuple[OverlayView, ...]:
    """The overlays in this order against the customers, the accountable territories and the sales of today."""
    if not rows:
        return ()
    known = reading.known_customers()
    spots = {int(pk): spot for spot, pk in enumerate(known.ids)}
    ruled, books = rulings.shared_on(at), Books.of_year_before(at)
    lines = dict(ProductLine.objects.values_list("pk", "code"))
    for customer, line in sorted((customer, line) for customer, line in ruled if line is not None):
        books.take(known.codes[spots[customer]], lines[line])
    today = (at, at + timedelta(1))
    found: dict[int, list[Bought]] = {row.pk: [] for row in rows}
    kept_away = dict.fromkeys(found, 0)
    for key, _days, row in crediting.caught(rows, known, today):
        if key in ruled:
            kept_away[row.pk] += 1
            continue
        spot = spots[key[0]]
        fen = books.take(known.codes[spot], reading.line_of(row))
        found[row.pk].append(Bought(known.codes[spot], known.names[spot], fen))
    alone = {row.pk: any(True for _ in crediting.caught([row], known, today)) for row in rows}
    named = {share.territory_id for row in rows for share in row.shares.all() if share.territory_id}
    seated = {pk for pk, owner in owners_on(named, at).items() if owner.person}
    return tuple(
        view_of(
            row,
            found[row.pk],
            kept_away[row.pk],
            faults_of(row, bool(found[row.pk] or kept_away[row.pk]), alone[row.pk], seated, at),
        )
        for row in rows
    )


def view_of(row: Overlay, bought: Sequence[Bought], ruled: int, faults: tuple[str, ...]) -> OverlayView:
    shares = list(row.shares.all())
    total = sum(one.amount_fen for one in bought)
    amounts = largest_remainder([share.share_bp for share in shares], total)
    largest = sorted(bought, key=lambda one: (-one.amount_fen, one.code))[:SHOWN]
    parts = tuple(Sharing(share, int(fen)) for share, fen in zip(shares, amounts, strict=True))
    return OverlayView(row, len(bought), total, parts, tuple(largest), ruled, faults)


def faults_of(row: Overlay, has_any: bool, holds: bool, seated: set[int], at: date) -> tuple[str, ...]:
    faults = [] if has_any else ["shadowed" if holds else "empty"]
    places: list[Territory] = [share.territory for share in row.shares.all() if share.territory]
    if any(
        place.valid_from > at or (place.valid_to is not None and place.valid_to <= at) for place in places
    ):
        faults.append("ended")
    if any(place.pk not in seated for place in places):
        faults.append("vacant")
    return tuple(faults)
