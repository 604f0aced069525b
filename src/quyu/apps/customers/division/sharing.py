"""What the overlays of a set would share if it were in force today: whom each catches, and who would get what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quyu.apps.customers.division import crediting, reading
from quyu.apps.customers.division.previewing import SHOWN, Books, Bought
from quyu.apps.customers.models import Overlay, OverlayShare
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import owners_on
from quyu.kernel.rounding import largest_remainder


@dataclass(frozen=True)
class Sharing:
    """A share and its part of what the overlay catches, in fen."""

    share: OverlayShare
    amount_fen: int


@dataclass(frozen=True)
class OverlayView:
    """One overlay: whom it catches and for how much in the twelve months before, and who shares that.

    `faults`: `empty` (nobody fulfils it), `shadowed` (earlier ones have all), `ended` and `vacant` (a territory
    that shares is not in force, or has nobody).
    """

    overlay: Overlay
    customers: int
    amount_fen: int
    parts: tuple[Sharing, ...]
    first: tuple[Bought, ...]
    faults: tuple[str, ...]


def preview(rows: Sequence[Overlay], at: date) -> tuple[OverlayView, ...]:
    """The overlays in this order against the customers, the accountable territories and the sales of today."""
    if not rows:
        return ()
    known = reading.known_customers()
    spots = {int(pk): spot for spot, pk in enumerate(known.ids)}
    books = Books.of_year_before(at)
    today = (at, at + timedelta(1))
    found: dict[int, list[Bought]] = {row.pk: [] for row in rows}
    for (customer, _line), _days, row in crediting.caught(rows, known, today):
        spot = spots[customer]
        fen = books.take(known.codes[spot], reading.line_of(row))
        found[row.pk].append(Bought(known.codes[spot], known.names[spot], fen))
    alone = {row.pk: any(True for _ in crediting.caught([row], known, today)) for row in rows}
    named = {share.territory_id for row in rows for share in row.shares.all() if share.territory_id}
    seated = {pk for pk, owner in owners_on(named, at).items() if owner.person}
    return tuple(
        view_of(row, found[row.pk], faults_of(row, bool(found[row.pk]), alone[row.pk], seated, at))
        for row in rows
    )


def view_of(row: Overlay, bought: Sequence[Bought], faults: tuple[str, ...]) -> OverlayView:
    shares = list(row.shares.all())
    total = sum(one.amount_fen for one in bought)
    amounts = largest_remainder([share.share_bp for share in shares], total)
    largest = sorted(bought, key=lambda one: (-one.amount_fen, one.code))[:SHOWN]
    parts = tuple(Sharing(share, int(fen)) for share, fen in zip(shares, amounts, strict=True))
    return OverlayView(row, len(bought), total, parts, tuple(largest), faults)


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
