"""SMART and challenge, asked of every target of a version and answered in words with the figures.

A target is a region at the whole year. Specific: it has a measure, a place and an owner. Measurable:
its measure has actuals. Attainable: `challenge`. Relevant: a line of strategy is linked to it or to a
node above. Time-bound: it is broken down into months. Formula page: docs/formulas/checks.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.analytics.metrics import METRICS, Metric
from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.challenge import (
    FEWEST_PEERS,
    Bounds,
    Breach,
    Challenge,
    Peers,
    bounds_from,
    challenge,
    peers_of,
)
from quyu.apps.targets.choices import RuleKind
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import Milestone, PlanVersion, PolicyRule, StrategyLink
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.regions import potential_sums, sums_of
from quyu.apps.targets.sums import leaf_sums, node_sums
from quyu.kernel.measure import say_value
from quyu.kernel.rate import format_bp, growth_bp

VERDICTS: Mapping[str, str | Promise] = {
    "fit": gettext_lazy("适中"),
    "high": gettext_lazy("偏高"),
    "low": gettext_lazy("偏低"),
    "unknown": gettext_lazy("无法判断"),
}


@dataclass(frozen=True)
class Criterion:
    """One letter of SMART: passed or not, and why in words."""

    letter: str
    name: str
    is_met: bool
    text: str


@dataclass(frozen=True)
class TargetCheck:
    """One target: its five criteria and the verdict on its height."""

    region: str
    name: str
    owner: str
    depth: int
    is_leaf: bool
    value: int
    unit: str
    word: str
    criteria: tuple[Criterion, ...]
    challenge: Challenge

    @property
    def said(self) -> str:
        return say_value(self.value, self.unit, self.word)

    @property
    def failed(self) -> tuple[Criterion, ...]:
        return tuple(criterion for criterion in self.criteria if not criterion.is_met)

    @property
    def is_met(self) -> bool:
        return not self.failed

    @property
    def verdict(self) -> str | Promise:
        return VERDICTS[self.challenge.verdict]

    @property
    def proposal(self) -> str:
        """The proposed range in words; empty where nothing bounds it."""
        low, high = self.challenge.lower, self.challenge.upper
        if low is None and high is None:
            return ""
        if low is None:
            return _("建议不高于 %(high)s") % {"high": say_value(high, self.unit, self.word)}
        if high is None:
            return _("建议不低于 %(low)s") % {"low": say_value(low, self.unit, self.word)}
        numbers = {"low": say_value(low, self.unit, self.word), "high": say_value(high, self.unit, self.word)}
        return _("建议 %(low)s 至 %(high)s") % numbers


@dataclass(frozen=True)
class Summary:
    """How many targets were checked, how many fail, and how many stand too high or too low."""

    checked: int
    failed: int
    high: int
    low: int


def checks(version: PlanVersion, axes: Axes, *, reach: Reach, at: date) -> list[TargetCheck]:
    """Every region this reader reaches, in tree order; nodes with nothing planned and nothing sold are left out."""
    facts = _Facts(version, axes, at)
    return [
        facts.check(code)
        for code in axes.regions
        if reach.covers(axes, code) and (facts.values[code] or facts.before[code])
    ]


def summary_of(found: Iterable[TargetCheck]) -> Summary:
    """For the approver and the head of the page."""
    listed = list(found)
    return Summary(
        checked=len(listed),
        failed=sum(not check.is_met for check in listed),
        high=sum(check.challenge.verdict == "high" for check in listed),
        low=sum(check.challenge.verdict == "low" for check in listed),
    )


def bounds() -> Bounds:
    """The bounds of the pack as configured."""
    rows = PolicyRule.objects.filter(kind=RuleKind.CHECK, is_on=True)
    return bounds_from(dict(rows.values_list("code", "threshold")))


class _Facts:
    """What all targets of a version are checked against, read once."""

    def __init__(self, version: PlanVersion, axes: Axes, at: date) -> None:
        self.version, self.axes = version, axes
        self.metric: Metric = METRICS[version.plan.measure]
        cells = store.load_shaped(version, axes.shape)
        self.values = sums_of(axes, cells)
        self.before = sums_of(axes, last_year_cells(version, axes))
        self.potential = potential_sums(axes, at) if version.plan.measure == "amount" else {}
        self.months = _months(axes, cells)
        self.bounds = bounds()
        self.groups = self._groups()
        links = StrategyLink.objects.filter(
            strategy__year=version.plan.year, measure=version.plan.measure
        ).select_related("strategy")
        self.links = {link.region: link.strategy.title for link in links}
        self.milestones: dict[str, int] = defaultdict(int)
        for region in Milestone.objects.filter(plan=version.plan).values_list("region", flat=True):
            self.milestones[region] += 1

    def _groups(self) -> dict[str, tuple[list[int], Peers | None]]:
        """For every node the growths of its peers (itself among them) and their fences."""
        growths = {
            code: growth
            for code in self.axes.regions
            if (growth := growth_bp(self.values[code], self.before[code])) is not None
        }
        by_parent: dict[str | None, list[int]] = defaultdict(list)
        by_depth: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for code, growth in growths.items():
            by_parent[self.axes.tree.parent(code)].append(growth)
            by_depth[self._level(code)].append(growth)
        fences: dict[int, Peers | None] = {}
        found: dict[str, tuple[list[int], Peers | None]] = {}
        for code in self.axes.regions:
            near = by_parent[self.axes.tree.parent(code)]
            group = near if len(near) >= FEWEST_PEERS else by_depth[self._level(code)]
            if id(group) not in fences:
                fences[id(group)] = peers_of(group, self.bounds.outlier)
            found[code] = (group, fences[id(group)])
        return found

    def _level(self, code: str) -> tuple[int, bool]:
        return self.axes.depths[code], code.startswith(TERRITORY)

    def check(self, code: str) -> TargetCheck:
        group, peers = self.groups[code]
        found = challenge(
            self.values[code], before=self.before[code], potential=self.potential.get(code, 0), bounds=self.bounds,
            peers=peers, group=group,
        )  # fmt: skip
        criteria = (
            self._specific(code),
            self._measurable(),
            self._attainable(code, found),
            self._relevant(code),
            self._time_bound(code),
        )
        return TargetCheck(
            code, self.axes.name(code), self.axes.owner_name(code), self.axes.depths[code],
            self.axes.tree.is_leaf(code), self.values[code], self.metric.unit, self.metric.word, criteria, found,
        )  # fmt: skip

    def _specific(self, code: str) -> Criterion:
        owner = self.axes.owner_name(code)
        words = {"measure": self.metric.name, "region": self.axes.name(code), "owner": owner}
        if owner:
            return Criterion("S", _("具体"), True, _("%(region)s的%(measure)s，由%(owner)s负责。") % words)
        return Criterion("S", _("具体"), False, _("%(region)s没有负责人，请先安排岗位或任职。") % words)

    def _measurable(self) -> Criterion:
        words = {"measure": self.metric.name}
        if self.metric.has_facts and not self.metric.is_of_orders:
            return Criterion("M", _("可衡量"), True, _("%(measure)s有导入的实绩可对照。") % words)
        if self.metric.has_facts:
            return Criterion("M", _("可衡量"), True, _("%(measure)s有订单实绩可对照。") % words)
        return Criterion(
            "M", _("可衡量"), False, _("%(measure)s尚无实绩数据来源，达成不能自动计算。") % words
        )

    def _attainable(self, code: str, found: Challenge) -> Criterion:
        if found.verdict == "unknown":
            text = _("没有上年实绩，也没有市场潜力，无法判断高低。")
            return Criterion("A", _("可实现"), False, text)
        said = [self._stand(code, found), *(_said(breach) for breach in found.breaches)]
        return Criterion("A", _("可实现"), not found.breaches, " ".join(part for part in said if part))

    def _stand(self, code: str, found: Challenge) -> str:
        parts = []
        if found.growth_bp is not None:
            parts.append(
                _("比上年 %(before)s 增长 %(growth)s，在 %(peers)s 个同级中列第 %(rank)s。")
                % {
                    "before": say_value(self.before[code], self.metric.unit, self.metric.word),
                    "growth": f"{found.growth_bp / 100:+.2f}%",
                    "peers": found.peers,
                    "rank": found.rank,
                }
            )
        if found.potential_bp is not None:
            parts.append(_("占市场潜力 %(share)s。") % {"share": format_bp(found.potential_bp)})
        return " ".join(parts)

    def _relevant(self, code: str) -> Criterion:
        for node in (code, *self.axes.tree.ancestors(code)):
            if node in self.links:
                words = {"strategy": self.links[node], "region": self.axes.name(node)}
                text = _("服务于战略“%(strategy)s”（关联在%(region)s）。") % words
                return Criterion("R", _("相关"), True, text)
        return Criterion("R", _("相关"), False, _("没有关联任何战略，请在“战略对齐”中关联。"))

    def _time_bound(self, code: str) -> Criterion:
        months, marks = self.months[code], self.milestones.get(code, 0)
        words = {"year": self.axes.year, "months": months, "all": len(self.axes.months), "marks": marks}
        if months == len(self.axes.months):
            text = _("%(year)s 年 %(all)s 个月都有目标，里程碑 %(marks)s 个。")
            return Criterion("T", _("有时限"), True, text % words)
        text = _("%(all)s 个期间中只有 %(months)s 个有目标，里程碑 %(marks)s 个。")
        return Criterion("T", _("有时限"), False, text % words)


def _months(axes: Axes, cells: Cells) -> dict[str, int]:
    """Region code -> how many periods have a target above zero."""
    table = node_sums(axes.region, leaf_sums(axes, cells, (REGION, PERIOD)))
    return dict(zip(axes.regions, (table > 0).sum(axis=1).tolist(), strict=True))


def _said(breach: Breach) -> str:
    """A broken bound in words."""
    words = {"limit": f"{breach.limit_bp / 100:+.2f}%", "found": f"{breach.found_bp / 100:+.2f}%"}
    if breach.reason == "potential":
        words = {"limit": format_bp(breach.limit_bp), "found": format_bp(breach.found_bp)}
        return _("偏高：占市场潜力 %(found)s，超过上限 %(limit)s。") % words
    if breach.reason == "peers":
        if breach.side == "high":
            return _("偏高：增长 %(found)s，与同级相比离群（同级上界 %(limit)s）。") % words
        return _("偏低：增长 %(found)s，与同级相比离群（同级下界 %(limit)s）。") % words
    if breach.side == "high":
        return _("偏高：增长 %(found)s，超过上限 %(limit)s。") % words
    return _("偏低：增长 %(found)s，低于下限 %(limit)s。") % words
