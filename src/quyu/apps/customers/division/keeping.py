"""Keeps the dated rows of whose customer it is, and of who shares its credit, by the rules in force.

The past stays, the rest follows.

Rules look at attributes as they are today. A customer whose attributes change moves on the day this is run,
which is after every change of a customer and every import; a customer nobody has looked at yet counts from
the beginning of the rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import Max

from quyu.apps.customers.division import reading, rulings
from quyu.apps.customers.division.crediting import wanted_credit
from quyu.apps.customers.division.timeline import Span, continued
from quyu.apps.customers.models import Customer, CustomerClaim, CustomerCredit, CustomerTerritory, RuleSet
from quyu.platform.approvals.services import day

BATCH = 300
Key = tuple[int, int | None]
"""Customer and product line, by id; without a line: all lines that have no row of their own."""


@transaction.atomic
def keep(*, at: date | datetime, since: date | None = None) -> int:
    """Bring the rows up to the rules from `since` (today) on; how many customers changed.

    Rules that begin on a later day have their rows already, dated: nothing has to run on that day.
    """
    sets = list(RuleSet.objects.dated().select_for_update().order_by("valid_from"))
    if not sets and not CustomerClaim.objects.exclude(ruled_from=None).exists():
        return 0
    today = day(at)
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    start = today if since is None else min(since, today)
    newest = max((one.newest_customer for one in sets), default=last)
    begin = min((one.valid_from for one in sets if one.valid_from), default=start)
    look = Look(newest, begin, start)
    changed = brought_up(TERRITORIES, wanted_spans(sets), look)
    changed |= brought_up(CREDIT, wanted_credit(sets), look)
    RuleSet.objects.filter(pk__in=[one.pk for one in sets]).update(newest_customer=last)
    return len(changed)


def wanted_spans(sets: Iterable[RuleSet]) -> dict[Key, list[Span]]:
    """What the rules, each set over its own days, say about the customers as they are now; rulings go before."""
    known = reading.known_customers()
    found: dict[Key, list[Span]] = {}
    for one in sets:
        if one.valid_from is None:
            continue
        rows = reading.rules_of(one)
        for taken in reading.matched(rows, known).taken:
            rule = rows[taken.rule]
            key = (int(known.ids[taken.customer]), rule.product_line_id)
            found.setdefault(key, []).append(Span(one.valid_from, one.valid_to, rule.territory_id, rule.pk))
    return rulings.laid_over(found, rulings.owning())


@dataclass(frozen=True)
class Look:
    """A customer later than `newest` counts from `begin` on, any other from `start`."""

    newest: int
    begin: date
    start: date


class Row(Protocol):
    """A dated row of one customer and product line."""

    pk: Any
    customer_id: int
    product_line_id: int | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Kept:
    """The rows of one model, read as spans and written from them."""

    model: type[models.Model]
    span: Callable[[Any], Span]
    row: Callable[[Span], Row]

    @property
    def rows(self) -> models.QuerySet[Any]:
        return self.model._default_manager.all()


TERRITORIES = Kept(
    CustomerTerritory,
    lambda row: Span(row.valid_from, row.valid_to, row.territory_id, row.rule_id),
    lambda span: CustomerTerritory(territory_id=span.territory, rule_id=span.rule),
)
CREDIT = Kept(
    CustomerCredit,
    lambda row: Span(row.valid_from, row.valid_to, 0, row.overlay_id),
    lambda span: CustomerCredit(overlay_id=span.rule),
)


def brought_up(kept: Kept, wanted: Mapping[Key, list[Span]], look: Look) -> set[int]:
    """Write what the spans say, and keep what is past; which customers changed."""
    rows_of: dict[Key, list[Row]] = {}
    for row in kept.rows.order_by("valid_from"):
        rows_of.setdefault((row.customer_id, row.product_line_id), []).append(row)
    changes = Changes(kept)
    for key in sorted(rows_of.keys() | wanted.keys(), key=lambda key: (key[0], key[1] or 0)):
        rows = rows_of.get(key, [])
        first = look.begin if key[0] > look.newest else look.start
        changes.add(key, rows, continued([kept.span(row) for row in rows], wanted.get(key, []), since=first))
    changes.write()
    return changes.customers


class Changes:
    """What has to be written so that the rows say what they should."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.gone: list[int] = []
        self.ended: list[Row] = []
        self.made: list[Row] = []
        self.customers: set[int] = set()

    def add(self, key: Key, rows: list[Row], after: list[Span]) -> None:
        same = {(span.start, span.territory, span.rule): span for span in after}
        before = len(self.gone) + len(self.ended) + len(self.made)
        for row in rows:
            known = self.kept.span(row)
            span = same.pop((known.start, known.territory, known.rule), None)
            if span is None:
                self.gone.append(row.pk)
            elif span.end != row.valid_to:
                row.valid_to = span.end
                self.ended.append(row)
        for span in same.values():
            row = self.kept.row(span)
            row.customer_id, row.product_line_id = key
            row.valid_from, row.valid_to = span.start, span.end
            self.made.append(row)
        if len(self.gone) + len(self.ended) + len(self.made) > before:
            self.customers.add(key[0])

    def write(self) -> None:
        """What goes, goes first: so no two rows meet on a day, not even for a moment."""
        rows = self.kept.rows
        for first in range(0, len(self.gone), BATCH):
            rows.filter(pk__in=self.gone[first : first + BATCH]).delete()
        rows.bulk_update(self.ended, ["valid_to"], batch_size=BATCH)
        rows.bulk_create(self.made, batch_size=BATCH)
