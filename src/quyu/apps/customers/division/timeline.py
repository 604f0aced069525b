"""Dated rows of one customer and product line: what is past stays, what is to come is as the rules say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from quyu.apps.territories.selectors import days_left


@dataclass(frozen=True, order=True)
class Span:
    """On `[start, end)` the customer (or its product line) belongs to `territory`, by `rule` (both ids).

    Of shared credit: no territory (0), and the overlay for a rule.
    """

    start: date
    end: date | None
    territory: int
    rule: int


def continued(kept: Sequence[Span], wanted: Sequence[Span], *, since: date) -> list[Span]:
    """`kept` before `since` and `wanted` from then on; neither overlaps itself, nor does the result.

    A kept span that goes on the same way is prolonged, not cut at `since`.
    """
    found = [
        Span(
            span.start, since if span.end is None or span.end > since else span.end, span.territory, span.rule
        )
        for span in sorted(kept)
        if span.start < since
    ]
    for span in sorted(wanted):
        if span.end is not None and span.end <= since:
            continue
        start = max(span.start, since)
        last = found[-1] if found else None
        if last and last.end == start and (last.territory, last.rule) == (span.territory, span.rule):
            found[-1] = Span(last.start, span.end, span.territory, span.rule)
        else:
            found.append(Span(start, span.end, span.territory, span.rule))
    return found


def layered(below: Sequence[Span], above: Sequence[Span]) -> list[Span]:
    """The spans above, and those below on the days they leave; neither overlaps itself."""
    taken = [(span.start, span.end) for span in above]
    left = [
        replace(span, start=start, end=end)
        for span in below
        for start, end in days_left((span.start, span.end), taken)
    ]
    return sorted([*above, *left], key=lambda span: span.start)


def one_after_the_other(spans: Sequence[Span]) -> list[Span]:
    """Spans in the order in which they were decided: a later one takes the days of those before."""
    found: list[Span] = []
    for span in spans:
        found = layered(found, [span])
    return found
