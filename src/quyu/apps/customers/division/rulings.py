"""Rulings on claims as spans: each is the rule or the overlay of one customer, stronger than every set of rules."""

from collections.abc import Iterable, Mapping
from datetime import date

from quyu.apps.customers.division.timeline import Span, layered, one_after_the_other
from quyu.apps.customers.models import CustomerClaim, Overlay, TerritoryRule

Key = tuple[int, int | None]
"""Customer and product line, by id; without a line: all lines that have no row of their own."""
Spans = dict[Key, list[Span]]


def owning() -> Spans:
    """The customers that rulings gave to their claimants."""
    rows = (
        TerritoryRule.objects.exclude(claim=None).select_related("claim").order_by("claim__decided_at", "pk")
    )
    return spans((row.claim, row.territory_id, row.pk) for row in rows)


def given_on(day: date) -> set[Key]:
    """What rulings give to their claimants on a day: no rule reaches it then."""
    return on(day, owning())


def shared_on(day: date) -> set[Key]:
    """Whose credit rulings share on a day: no overlay of a set reaches it then."""
    return on(day, sharing())


def on(day: date, found: Spans) -> set[Key]:
    return {
        key
        for key, mine in found.items()
        if any(span.start <= day and (span.end is None or day < span.end) for span in mine)
    }


def sharing() -> Spans:
    """The customers whose credit rulings share."""
    rows = Overlay.objects.exclude(claim=None).select_related("claim").order_by("claim__decided_at", "pk")
    return spans((row.claim, 0, row.pk) for row in rows)


def spans(rows: Iterable[tuple[CustomerClaim | None, int, int]]) -> Spans:
    """In the order of the rulings, a later one before an earlier."""
    found: Spans = {}
    for claim, territory, rule in rows:
        if claim is not None and claim.ruled_from is not None:
            span = Span(claim.ruled_from, claim.ruled_to, territory, rule)
            found.setdefault((claim.customer_id, claim.product_line_id), []).append(span)
    return {key: one_after_the_other(mine) for key, mine in found.items()}


def laid_over(below: Mapping[Key, list[Span]], above: Spans) -> Spans:
    """What sets of rules say, and rulings before them."""
    return dict(below) | {key: layered(below.get(key, []), mine) for key, mine in above.items()}
