"""Which figures a page is asked for: as it was, restated to today, or as known at the end of a past day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from quyu.apps.performance import services
from quyu.apps.performance.selectors.by_basis import (
    BASES,
    DELIVERY,
    RECEIPT,
    Basis,
    NothingCounted,
    NothingRecorded,
    NotSummed,
    basis,
)
from quyu.apps.performance.selectors.past_day import NotAPastDay, past_day
from quyu.apps.performance.selectors.sold_lines import LineBasis, NoLines
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source
from quyu.platform.fields.values import spoken
from quyu.platform.people.guard import GuardedRequest

READINGS = (("was", _("按当时归属")), ("restated", _("按今天归属重述")))
BASIS_NAMES: tuple[tuple[Basis, str | Promise], ...] = (
    ("order", _("下单")),
    ("delivery", _("发货")),
    ("cash", _("回款")),
)
ROWS_OF: dict[Basis, str] = {"order": RECEIPT, "delivery": DELIVERY, "cash": RECEIPT}
"""What 其他数据 opens with: the rows behind the basis, where they are not the order lines themselves."""


NOT_RESTATED = _("按今天归属重述只在业绩页有：这一页的每一行算给当时负责的人。下面是“按当时归属”的数。")
ORDERED_ONLY = _("这一页数的是订单行，只按下单；发货和回款的每一行请看“其他数据”。")


@dataclass(frozen=True)
class Asked:
    """`known_on` is the day of a past report; `note` says why something else is shown than was asked for.

    `is_stale`: the figures asked for must be made first.
    """

    reading: str = "was"
    source: Source = AS_IT_WAS
    known_on: date | None = None
    note: str = ""
    is_stale: bool = False
    basis: Basis = "order"

    @property
    def has_lines(self) -> bool:
        """Whether the lines behind the figures can be compared day by day, as 差异分析 does."""
        return self.basis != "cash" and self.reading == "was"

    @property
    def said(self) -> dict[str, str]:
        """What a link must carry to show the same figures."""
        said: dict[str, str] = {"basis": self.basis} if self.basis != "order" else {}
        said |= {"as": self.reading} if self.reading != "was" else {}
        return said | ({"as_of": self.known_on.isoformat()} if self.known_on else {})

    @property
    def carried(self) -> str:
        """The same, to stand behind other parameters of an address."""
        return f"&{urlencode(self.said)}" if self.said else ""


def asked(request: GuardedRequest) -> Asked:
    """The basis of `?basis=` in the reading of `?as=` or at the past day of `?as_of=`.

    404 for what is no day, or one to come.
    """
    text, is_restated = request.GET.get("as_of", ""), request.GET.get("as") == "restated"
    day = _day(text, request.today) if text else None
    name: Basis = next((name for name in BASES if name == request.GET.get("basis")), "order")
    if is_restated and day is None and not services.is_restated(today=request.today):
        return Asked(is_stale=True)
    try:
        source = basis(name, today=request.today, is_restated=is_restated, as_of=day)
    except NotSummed:
        return Asked(is_stale=True)
    except (NothingCounted, NothingRecorded) as refusal:
        return Asked(note=spoken(refusal))
    reading = "restated" if is_restated and day is None else "was"
    return Asked(reading, source, known_on=day, basis=name)


def line_basis(name: Basis) -> LineBasis:
    """The basis of the lines behind one; cash, which has none, is told by orders."""
    return "delivery" if name == "delivery" else "order"


def lines_asked(request: GuardedRequest, *, offered: Sequence[Basis] = ("order",)) -> Asked:
    """For a page made of lines as it was: one of the bases offered, now or at the past day of `?as_of=`.

    A basis or reading the page does not have is answered with orders as it was, and a note. 404 as `asked`.
    """
    text, name = request.GET.get("as_of", ""), request.GET.get("basis", "")
    day, note = _day(text, request.today) if text else None, ""
    if request.GET.get("as") == "restated":
        note = str(NOT_RESTATED)
    if name == "cash" and "delivery" in offered:
        note = spoken(NoLines())
    elif name in BASES and name not in offered:
        note = str(ORDERED_ONLY)
    chosen: Basis = next((known for known in offered if known == name), "order")
    try:
        source = basis(chosen, today=request.today, as_of=day)
    except (NotSummed, NothingCounted, NothingRecorded) as refusal:
        return Asked(note=spoken(refusal))
    return Asked(source=source, known_on=day, basis=chosen, note=note)


def _day(text: str, today: date) -> date:
    try:
        return past_day(text, today)
    except NotAPastDay as refusal:
        raise Http404(refusal) from refusal
