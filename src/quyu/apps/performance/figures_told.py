"""What each figure of the board means and how it is computed, for the page 这个数怎么来的."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.analytics.attainment import Standing
from quyu.analytics.landing import Landing
from quyu.apps.performance.selectors.span import Span


@dataclass(frozen=True)
class Facts:
    """All that a figure of the board is computed from."""

    standing: Standing
    span: Span
    landing: Landing | None


@dataclass(frozen=True)
class Figure:
    """`unit` is fen or bp; `of` are the figures it is computed from."""

    id: str
    name: str | Promise
    meaning: str | Promise
    formula: str | Promise
    unit: str
    value: Callable[[Facts], int | None]
    of: tuple[str, ...] = ()


FIGURES: dict[str, Figure] = {
    figure.id: figure
    for figure in (
        Figure("target", _("目标"), _("期间内各月目标之和，取自已发布的目标版本。"), _("各月目标之和"), "fen",
               lambda facts: facts.standing.target),
        Figure("expected", _("截至今日应达"), _("到截止日为止应完成的目标；进行中的月份按工作日摊开。"),
               _("已过完的月份之和 ＋ 当月目标 × 已过工作日 ÷ 当月工作日"), "fen", lambda facts: facts.standing.expected),
        Figure("actual", _("实绩"), _("期初到截止日的金额，退货为负，每一行算给归属的销售区域。"), _("每一行金额之和"), "fen",
               lambda facts: facts.standing.actual),
        Figure("before", _("上年同期"), _("上一年相同日期的金额。"), _("上一年相同日期每一行金额之和"), "fen",
               lambda facts: facts.standing.before),
        Figure("attainment", _("达成率"), _("实绩占整个期间目标的比例。"), _("实绩 ÷ 目标"), "bp",
               lambda facts: facts.standing.attainment_bp, ("actual", "target")),
        Figure("pace", _("对进度"), _("实绩与截至今日应达相比，100% 表示恰好跟上。"), _("实绩 ÷ 截至今日应达"), "bp",
               lambda facts: facts.standing.pace_bp, ("actual", "expected")),
        Figure("gap", _("与应达之差"), _("领先或落后于进度多少；负数是落后。"), _("实绩 − 截至今日应达"), "fen",
               lambda facts: facts.standing.gap, ("actual", "expected")),
        Figure("growth", _("同比"), _("与上一年相同日期相比的增长。"), _("（实绩 − 上年同期）÷ 上年同期"), "bp",
               lambda facts: facts.standing.growth_bp, ("actual", "before")),
        Figure("needed", _("之后每个工作日需要"), _("把剩下的差额摊到剩下的工作日，向上取整到分。"),
               _("（目标 − 实绩）÷ 剩余工作日"), "fen",
               lambda facts: facts.standing.needed_per_day(facts.span.working_days_left), ("target", "actual")),
        Figure("landing", _("预计落点"), _("照往年的季节，期末会到多少；区间来自同一方法在往年的误差。"),
               _("实绩 ＋ 实绩 × 往年剩余 ÷ 往年已过"), "fen",
               lambda facts: facts.landing.expected if facts.landing else None, ("actual",)),
    )
}  # fmt: skip
