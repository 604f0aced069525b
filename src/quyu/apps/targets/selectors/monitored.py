"""The policy pack watched on what has been achieved so far: a state for every rule, from the first day of the year on.

A rule is measured at the highest nodes a reader reaches and at the regions its level names below them. Rules without
facts say what is needed. Formula page: docs/formulas/checks.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from quyu.apps.targets.achieved import Figures, achieved_all
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PolicyRule
from quyu.apps.targets.rulebook import RULES, Rule
from quyu.apps.targets.selectors.freezing import CALENDAR, NothingToPlan, freeze
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.regions import counts_of
from quyu.apps.targets.selectors.rules import pack, regions_of
from quyu.apps.targets.selectors.versions import published_cells
from quyu.platform.geography.models import MarketFigure
from quyu.platform.people.scope import Scope

THIS_YEAR: Mapping[str, str] = {"R1": "strategic_share", "R2": "new_customer_share"}
"""Shares of the sales of the year so far."""
TWELVE_MONTHS: Mapping[str, str] = {
    "R3": "days_sales_outstanding",
    "R7": "lines_per_customer",
    "R9": "win_back_rate",
}
"""What a year of orders and receipts tells."""
GAINED: Mapping[str, str] = {"R4": "market_share"}
"""Shares whose gain on the same days of the year before is asked for, in percentage points."""
COUNTED = "R8"
NAMED = 5
"""How many regions that miss a rule are named."""


@dataclass(frozen=True)
class Watched:
    """One rule so far: `value` at the top `name`, what is required there, the regions below that miss it.

    `words` say over which days, or what is needed before anything can be said.
    """

    rule: Rule
    name: str
    value: int | None
    required: int | None
    behind: tuple[str, ...]
    asked: int
    words: str

    @property
    def is_met(self) -> bool | None:
        if self.value is None or self.required is None:
            return None
        return self.value >= self.required if self.rule.sense == "at_least" else self.value <= self.required

    @property
    def state(self) -> str:
        """A state of `ui.badge`."""
        if self.is_met is None:
            return "info"
        return "ok" if self.is_met and not self.behind else "danger" if not self.is_met else "warning"

    @property
    def label(self) -> str:
        if self.value is None:
            return _("尚无数据")
        if self.required is None:
            return _("只看数，没有阈值")
        if not self.is_met:
            return _("未达到")
        return _("有区域未达到") if self.behind else _("达到")

    @property
    def said(self) -> str:
        return self.rule.said(self.value)

    @property
    def named(self) -> tuple[str, ...]:
        """The first regions that miss it."""
        return self.behind[:NAMED]


def watched_rules(scope: Scope, *, today: date) -> dict[str, Watched]:
    """Rule code -> its state within the reach of a scope; empty without a tree to measure on or out of all reach."""
    year = CALENDAR.fiscal_year(today)
    try:
        published = published_cells(year, at=today)
        axes = published[1] if published else freeze(year=year, at=today)
    except NothingToPlan:
        return {}
    reach = reach_of(axes, scope, at=today)
    if not reach.tops:
        return {}
    figures = _figures(axes, today, year)
    return {row.code: _watched(row, axes, reach, figures, today) for row in pack() if row.is_on}


def _figures(axes: Axes, today: date, year: int) -> dict[str, Figures]:
    """Rule code -> value by region, of the rules that have facts."""
    stop = today + timedelta(1)
    first = CALENDAR.year(year).start
    found: dict[str, Figures] = {}
    for codes, start in ((THIS_YEAR, first), (TWELVE_MONTHS, _year_before(stop))):
        values = achieved_all(axes, list(codes.values()), start, stop)
        found |= {code: values[metric] for code, metric in codes.items() if metric in values}
    found |= _gains(axes, (first, stop))
    counts = counts_of(axes, today)
    return found | ({COUNTED: counts.new_a} if any(counts.customers.values()) else {})


def _gains(axes: Axes, days: tuple[date, date]) -> dict[str, Figures]:
    """What the shares gained on the same days of the year before, in basis points, where both years are known."""
    if not MarketFigure.objects.filter(measure="potential").exists():
        return {}
    earlier = (_year_before(days[0]), _year_before(days[1]))
    now = achieved_all(axes, list(GAINED.values()), *days)
    before = achieved_all(axes, list(GAINED.values()), *earlier)
    return {
        code: {
            node: value - before[metric][node]
            for node, value in now[metric].items()
            if node in before[metric]
        }
        for code, metric in GAINED.items()
        if metric in now and metric in before
    }


def _watched(
    row: PolicyRule, axes: Axes, reach: Reach, figures: Mapping[str, Figures], today: date
) -> Watched:
    rule, top = RULES[row.code], reach.tops[0]
    values = figures.get(row.code)
    if values is None or values.get(top) is None:
        needed = _("需要：%(data)s。") % {"data": rule.measured_by}
        return Watched(rule, axes.name(top), None, row.threshold, (), 0, needed)
    is_part = row.code == COUNTED and top != axes.tree.root
    required = None if is_part else row.threshold
    below = [code for code in regions_of(axes, row) if code not in reach.tops and reach.covers(axes, code)]
    known = [] if row.code == COUNTED else [(code, values[code]) for code in below if code in values]
    behind = tuple(axes.name(code) for code, value in known if _misses(rule, value, required))
    return Watched(rule, axes.name(top), values[top], required, behind, len(known), _days(row.code, today))


def _misses(rule: Rule, value: int, required: int | None) -> bool:
    if required is None:
        return False
    return value < required if rule.sense == "at_least" else value > required


def _days(code: str, today: date) -> str:
    if code in THIS_YEAR:
        return _("今年到 %(day)s") % {"day": today}
    if code in GAINED:
        return _("今年到 %(day)s，比上年同期") % {"day": today}
    return _("到 %(day)s 的 12 个月") % {"day": today}


def _year_before(day: date) -> date:
    """The same day a year earlier; 29 February becomes 1 March."""
    return date(day.year - 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
