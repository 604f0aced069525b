"""The board as a request asks for it: for its page, its files and the mail that brings it."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from quyu.analytics.landing import Landing
from quyu.apps.performance.selectors.beside import Beside
from quyu.apps.performance.selectors.landing import landings
from quyu.apps.performance.selectors.tree import Board
from quyu.apps.performance.web import beside
from quyu.apps.performance.web.asked import BASIS_NAMES, Asked, asked
from quyu.apps.performance.web.beside import Compared
from quyu.apps.performance.web.place import board_asked, region_asked
from quyu.kernel.money import format_wan
from quyu.kernel.rate import format_bp
from quyu.platform.people.guard import GuardedRequest

NOTHING = "—"


@dataclass(frozen=True)
class Seen:
    """`day` is the day of a past report, or today; `other` the figures of the period beside, if one was asked for."""

    asked: Asked
    board: Board
    region: str
    day: date
    compared: Compared
    other: Beside | None

    @property
    def name(self) -> str:
        return self.board.axes.name(self.region)

    @property
    def period(self) -> str:
        return self.board.span.period.code

    def landings(self) -> dict[str, Landing | None]:
        return landings(self.board, today=self.day)


def seen(request: GuardedRequest) -> Seen:
    """Raises Nowhere, Http404."""
    wanted = asked(request)
    shown = board_asked(request, wanted)
    region = region_asked(request, shown)
    day = wanted.known_on or request.today
    compared, other = beside.of_board(request, shown, today=day)
    return Seen(wanted, shown, region, day, compared, other)


def headline(this: Seen, landing: Landing | None) -> list[tuple[str, str]]:
    """The figures of the node in view, labels with values, in the reader's language."""
    s = this.board.standings[this.region]
    reached = landing.attainment_bp(s.target) if landing else None
    return [
        (_("目标"), said_wan(s.target) if s.target else NOTHING),
        (_("实绩"), said_wan(s.actual)),
        (_("达成率"), said_bp(s.attainment_bp)),
        (_("与应达之差"), said_wan(s.gap) if s.target else NOTHING),
        (_("预计落点"), said_wan(landing.expected) if landing else NOTHING),
        (_("落点达成"), said_bp(reached)),
        (_("上年同期"), said_wan(s.before)),
        (_("同比"), said_bp(s.growth_bp)),
    ]


def said_wan(fen: int) -> str:
    return _("{amount} 万元").format(amount=format_wan(fen))


def said_bp(bp: int | None) -> str:
    return NOTHING if bp is None else format_bp(bp)


def known(this: Seen) -> str:
    """Up to which day this is what was known, and by which targets and dates of amounts."""
    basis = dict(BASIS_NAMES)[this.asked.basis]
    told = _("截至 {day} 所知 · 目标版本：{version} · 金额按{basis}")
    if this.asked.reading == "restated":
        told = _("截至 {day} 所知，按今天归属重述 · 目标版本：{version} · 金额按{basis}")
    version = this.board.version or _("没有发布的目标")
    return told.format(day=this.day.isoformat(), version=version, basis=basis)
