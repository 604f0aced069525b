"""Keeps the dated rows of whose customer it is by the rules in force: the past stays, the rest follows.

Rules look at attributes as they are today. A customer whose attributes change moves on the day this is run,
which is after every change of a customer and every import; a customer nobody has looked at yet counts from
the beginning of the rules.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from quyu.apps.customers.division import reading
from quyu.apps.customers.division.timeline import Span, continued
from quyu.apps.customers.models import Customer, CustomerTerritory, RuleSet
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
    if not sets:
        return 0
    today = day(at)
    start = today if since is None else min(since, today)
    newest = max(one.newest_customer for one in sets)
    begin = min(one.valid_from for one in sets if one.valid_from)
    wanted = wanted_spans(sets)
    kept: dict[Key, list[CustomerTerritory]] = {}
    for row in CustomerTerritory.objects.order_by("valid_from"):
        kept.setdefault((row.customer_id, row.product_line_id), []).append(row)
    changes = Changes()
    for key in sorted(kept.keys() | wanted.keys(), key=lambda key: (key[0], key[1] or 0)):
        rows = kept.get(key, [])
        first = begin if key[0] > newest else start
        changes.add(key, rows, continued([span_of(row) for row in rows], wanted.get(key, []), since=first))
    changes.write()
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    RuleSet.objects.filter(pk__in=[one.pk for one in sets]).update(newest_customer=last)
    return len(changes.customers)


def wanted_spans(sets: Iterable[RuleSet]) -> dict[Key, list[Span]]:
    """What the rules, each set over its own days, say about the customers as they are now."""
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
    return found


def span_of(row: CustomerTerritory) -> Span:
    return Span(row.valid_from, row.valid_to, row.territory_id, row.rule_id)


class Changes:
    """What has to be written so that the rows say what they should."""

    def __init__(self) -> None:
        self.gone: list[int] = []
        self.ended: list[CustomerTerritory] = []
        self.made: list[CustomerTerritory] = []
        self.customers: set[int] = set()

    def add(self, key: Key, rows: list[CustomerTerritory], after: list[Span]) -> None:
        same = {(span.start, span.territory, span.rule): span for span in after}
        before = len(self.gone) + len(self.ended) + len(self.made)
        for row in rows:
            span = same.pop((row.valid_from, row.territory_id, row.rule_id), None)
            if span is None:
                self.gone.append(row.pk)
            elif span.end != row.valid_to:
                row.valid_to = span.end
                self.ended.append(row)
        for span in same.values():
            row = CustomerTerritory(customer_id=key[0], product_line_id=key[1], territory_id=span.territory)
            row.rule_id, row.valid_from, row.valid_to = span.rule, span.start, span.end
            self.made.append(row)
        if len(self.gone) + len(self.ended) + len(self.made) > before:
            self.customers.add(key[0])

    def write(self) -> None:
        """What goes, goes first: so no two rows meet on a day, not even for a moment."""
        for first in range(0, len(self.gone), BATCH):
            CustomerTerritory.objects.filter(pk__in=self.gone[first : first + BATCH]).delete()
        CustomerTerritory.objects.bulk_update(self.ended, ["valid_to"], batch_size=BATCH)
        CustomerTerritory.objects.bulk_create(self.made, batch_size=BATCH)
