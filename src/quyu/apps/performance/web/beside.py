"""?compare= of the pages: the other period, or why it cannot stand beside the one in view."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from quyu.apps.performance.selectors.beside import Beside, Pair, beside, others, pair_of
from quyu.apps.performance.selectors.sources import Source
from quyu.apps.performance.selectors.span import Span
from quyu.apps.performance.selectors.tree import Board
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people.guard import GuardedRequest


@dataclass(frozen=True)
class Compared:
    """`note` says why there is no pair although one was asked for."""

    pair: Pair | None = None
    note: str = ""

    @property
    def said(self) -> dict[str, str]:
        """What a link must carry to compare the same."""
        return {"compare": self.pair.code} if self.pair else {}


def compared(request: GuardedRequest, span: Span, source: Source, *, today: date) -> Compared:
    """The pair of the period in view and of `?compare=`."""
    other = request.GET.get("compare", "").strip()
    if not other:
        return Compared()
    try:
        return Compared(pair_of(span, other, today=today, source=source))
    except Refusal as refusal:
        return Compared(note=spoken(refusal))


def choices(span: Span, today: date) -> list[str]:
    """The codes the form offers."""
    return [period.code for period in others(span, today=today)]


def of_board(request: GuardedRequest, shown: Board, *, today: date) -> tuple[Compared, Beside | None]:
    """What the board compares, and the figures."""
    found = compared(request, shown.span, shown.source, today=today)
    return found, beside(shown, found.pair) if found.pair else None


def context(found: Compared, span: Span, *, today: date) -> dict[str, Any]:
    return {"compared": found, "pair": found.pair, "comparable": choices(span, today)}
