"""One question about a period, answered in rows: which metric, cut by what, in which reading, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from quyu.analytics.metrics import METRICS, Metric, NothingMeasured
from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.selectors.beside import Pair, pair_of
from quyu.apps.performance.selectors.cuts import OF_PRODUCTS, dimensions_of
from quyu.apps.performance.selectors.keys import CARRIED, KEYS, PERIODS, UnknownRegion, places_below
from quyu.apps.performance.selectors.measured import Question, from_lines, over
from quyu.apps.performance.selectors.metric_days import dated_by
from quyu.apps.performance.selectors.rows import Table, from_board, from_months, table
from quyu.apps.performance.selectors.series import reach_below
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source
from quyu.apps.performance.selectors.span import CALENDAR, Span, span_of
from quyu.apps.performance.selectors.tree import Frame, frame
from quyu.apps.targets.axes import Cells
from quyu.kernel.period import Period
from quyu.kernel.refusal import Refusal
from quyu.platform.people.scope import Scope

Given = Mapping[tuple[str, str], int]
"""(region code or name, month code) -> target, in place of a published plan."""


class UnknownMetric(Refusal):
    """The registry has no metric of that id."""

    def __init__(self, metric: str) -> None:
        super().__init__(
            "unknown_metric", "没有指标“{metric}”；可用：{known}。", metric=metric, known="、".join(METRICS)
        )


class NotCutInThisReading(Refusal):
    """Only amounts by region, period and product line are kept on other bases, restated and of past days."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            "not_in_this_reading",
            "“{wanted}”只有按下单、按当时归属、截至今天的数；按发货、按回款、重述和过去某日的数只有销售额，可按区域、月份、季度、产品线分行。",
            wanted=wanted,
        )


class NotForProducts(Refusal):
    """A rate whose facts are for no product, or for no channel."""

    def __init__(self, metric: str, key: str) -> None:
        super().__init__(
            "not_for_products",
            "“{metric}”不能按“{key}”分行：它的数据里没有这一项，请去掉这一分行。",
            metric=metric,
            key=key,
        )


class NoWeeks(Refusal):
    """Targets are set by month, so that a week has none."""

    def __init__(self, period: str) -> None:
        super().__init__(
            "no_weeks", "目标按月编制，“{period}”这样的周没有目标，请写年、季度或月份。", period=period
        )


class NoTargetsByLine(Refusal):
    """A file of targets has none by product line or person."""

    def __init__(self, key: str) -> None:
        super().__init__("no_targets_by_line", "目标文件没有按“{key}”的目标，请去掉这一分行。", key=key)


class NoPeriodsAcross(Refusal):
    """Months of one period are not those of another."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "no_periods_across",
            "比较两个期间时不能按“{key}”分行，请去掉这一分行，或直接比较两个{key}。",
            key=KEYS[key],
        )


class NobodysReach(Refusal):
    """The account answers for no part of the tree."""

    def __init__(self) -> None:
        super().__init__("nothing_in_reach", "这个账号不负责任何区域，没有可看的业绩。")


@dataclass(frozen=True)
class Asked:
    """`known_on` is the day of a past report; `given` replaces the plan; `region` and `level` choose the rows."""

    period: str
    by: tuple[str, ...] = ()
    metric: str = "amount"
    source: Source = AS_IT_WAS
    known_on: date | None = None
    region: str = ""
    level: int | None = None
    given: Given | None = None
    compare: str = ""
    """The code of another period beside it."""


def period_of(code: str) -> Period:
    """A year, quarter or month. Raises NotAPeriod, NoWeeks."""
    period = CALENDAR.parse(code.strip())
    if period.kind == "week":
        raise NoWeeks(code)
    return period


def attain(asked: Asked, scope: Scope, *, today: date) -> Table:
    """The rows. Raises the refusals above, NothingToPlan, UnknownRegion, NothingMeasured."""
    metric = _metric(asked.metric)
    is_plain = asked.source is AS_IT_WAS and asked.known_on is None
    carried = [key for key in asked.by if key in CARRIED]
    nowhere = [key for key in carried if key in OF_PRODUCTS and key not in dimensions_of(metric)]
    if nowhere and not metric.is_additive:
        raise NotForProducts(metric.name, nowhere[0])
    if asked.given is not None and carried:
        raise NoTargetsByLine(carried[0])
    from_sums = metric.id == "amount" and not (carried if is_plain else set(carried) - {"product_line"})
    if not from_sums and not is_plain:
        raise NotCutInThisReading(metric.name if metric.id != "amount" else carried[-1])
    source = dated_by(metric) if is_plain else asked.source
    day = asked.known_on or today
    span = span_of(period_of(asked.period), today=day, source=source)
    pair = _pair(asked, span, day, source) if asked.compare else None
    seen = _frame(asked, span, scope, metric, today)
    places = places_below(seen, asked.region, asked.level)
    if not places.tops:
        raise NobodysReach
    if not metric.has_facts and seen.version is None and asked.given is None:
        raise NothingMeasured(metric.name_zh)
    names = directory()
    labels = _labels(names, seen)
    if from_sums:
        read = from_months if carried else from_board
        rows, whole = read(places, span, asked.by, asked.source), None
        if pair:
            rows.comparable, rows.other = (
                None
                if carried and not one.ends_with_month
                else read(places, one, asked.by, asked.source).actual
                for one in (pair.now, pair.then)
            )
    else:
        question = Question(
            places, span, metric, asked.by, reach_below(seen, scope, places.tops, names), names
        )
        rows, whole = from_lines(question)
        if pair and metric.has_facts:
            found = over(question, (pair.now, pair.then))
            (rows.comparable, whole.comparable), (rows.other, whole.other) = found
    return table(places, span, metric, asked.by, rows, names=labels, whole=whole, pair=pair)


def _pair(asked: Asked, span: Span, day: date, source: Source) -> Pair:
    across = [key for key in asked.by if key in PERIODS]
    if across:
        raise NoPeriodsAcross(across[0])
    period_of(asked.compare)
    return pair_of(span, asked.compare, today=day, source=source)


def _metric(text: str) -> Metric:
    if text not in METRICS:
        raise UnknownMetric(text)
    return METRICS[text]


def _frame(asked: Asked, span: Span, scope: Scope, metric: Metric, today: date) -> Frame:
    seen = frame(
        span,
        scope,
        today=today,
        known_on=asked.known_on,
        is_restated=asked.source.is_restated,
        measure=metric.id,
    )
    if asked.given is None:
        return seen
    return replace(seen, cells=None, version=None, beside=_given(seen, asked.given))


def _given(seen: Frame, given: Given) -> dict[str, Cells]:
    """Targets of a file as cells of the nodes they are for; months of other years are left out."""
    axes = seen.axes
    names = {axes.name(code): code for code in reversed(axes.regions)}
    found: dict[str, Cells] = {}
    for (region, month), value in given.items():
        node = region if region in axes.spans else names.get(region, "")
        if not node:
            raise UnknownRegion(region)
        own = found.setdefault(node, np.zeros((len(axes.months), len(axes.lines)), np.int64))
        if month in axes.months:
            own[axes.months.index(month), 0] += value
    return found


def _labels(names: Directory, seen: Frame) -> Mapping[str, Mapping[str, str]]:
    """Key -> code -> name, for the keys that are no places; nobody is 未归属."""
    return {kind: {code: name for code, name, _extra in names.of(kind)} for kind in ("channel", "person")} | {
        "product_line": {code: seen.axes.line_name(code) for code in seen.axes.lines}
    }
