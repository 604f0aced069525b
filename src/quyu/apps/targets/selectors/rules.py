"""The policy pack asked of one version: what each rule demands per region, what is there, what is missing.

R1 is read from the cells of the plan. R2, R7 and R8 are targets: the plan cannot hold them, so they are
compared with the last twelve months of orders and of the customer file, and the gap is what the year has
to bring. The others are watched once their data exist. Formula page: docs/formulas/checks.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.achieved import Figures, achieved_all
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.choices import RuleKind, RuleLevel
from quyu.apps.targets.mixing import share_needed
from quyu.apps.targets.models import PlanVersion, PolicyRule
from quyu.apps.targets.rulebook import RULES, Rule
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.regions import counts_of, strategic_codes, strategic_mask, sums_of
from quyu.kernel.measure import say_value
from quyu.kernel.rate import BP, ratio_bp


@dataclass(frozen=True)
class Finding:
    """One rule at one region: `required` and `found` in the rule's unit, `missing` in `missing_unit`."""

    region: str
    name: str
    depth: int
    required: int
    found: int | None
    missing: int
    missing_unit: str
    is_met: bool | None
    repairable: bool = False

    @property
    def missing_said(self) -> str:
        return say_value(self.missing, self.missing_unit, "家" if self.missing_unit == "count" else "")


@dataclass(frozen=True)
class Asked:
    """A rule of the pack with what it found; `words` say why there is no finding."""

    row: PolicyRule
    rule: Rule
    findings: tuple[Finding, ...]
    words: str

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_met is False)

    @property
    def state(self) -> str:
        """A state of `ui.badge`."""
        if not self.row.is_on or not self.findings:
            return "info"
        return "danger" if self.broken else "ok"

    @property
    def state_label(self) -> str | Promise:
        if not self.row.is_on:
            return _("停用")
        if not self.findings:
            return _("监测") if self.row.kind == RuleKind.MONITORED else _("尚无数据")
        return (
            _(
                "%(count)s 处不足",
            )
            % {"count": len(self.broken)}
            if self.broken
            else _("满足")
        )


def pack() -> list[PolicyRule]:
    """The fourteen rules, in order."""
    rows = PolicyRule.objects.exclude(kind=RuleKind.CHECK)
    return sorted((row for row in rows if row.code in RULES), key=lambda row: int(row.code[1:]))


def asked_rules(version: PlanVersion, axes: Axes, *, reach: Reach, at: date) -> list[Asked]:
    """Every rule of the pack, asked of the regions this reader reaches."""
    rows = pack()
    facts = [_FACTS[row.code] for row in rows if row.code in _FACTS and _is_asked(row)]
    plan = _Plan(version, axes, at, facts)
    return [_asked(row, plan, reach) for row in rows]


def share_rule(measure: str, axes: Axes) -> PolicyRule | None:
    """R1, where it is asked of a plan: on, not only watched, of sales, with strategic products among those of the plan."""
    row = PolicyRule.objects.filter(code="R1", is_on=True).exclude(kind=RuleKind.MONITORED).first()
    return row if row is not None and measure == "amount" and strategic_codes(axes) else None


def binding_share(measure: str, axes: Axes) -> PolicyRule | None:
    """R1, where a first draft has to keep it."""
    row = share_rule(measure, axes)
    return row if row is not None and row.kind == RuleKind.CONSTRAINT else None


def share_findings(axes: Axes, cells: Cells, row: PolicyRule) -> list[Finding]:
    """R1 over all its regions: the strategic share of the plan itself; nothing without strategic products."""
    codes = strategic_codes(axes)
    if not codes:
        return []
    whole, part = sums_of(axes, cells), sums_of(axes, cells, strategic_mask(axes, codes))
    found = []
    for region in regions_of(axes, row):
        needed = share_needed(whole[region], row.threshold or 0)
        missing = max(needed - part[region], 0)
        found.append(
            Finding(
                region, axes.name(region), axes.depths[region], row.threshold or 0,
                ratio_bp(part[region], whole[region]), missing, "fen", not missing, bool(missing),
            )
        )  # fmt: skip
    return found


def regions_of(axes: Axes, row: PolicyRule) -> list[str]:
    """The nodes at which a rule is asked, in tree order."""
    if row.level == RuleLevel.WHOLE:
        return [axes.tree.root]
    is_territory = {code: code.startswith(TERRITORY) for code in axes.regions}
    if row.level == RuleLevel.TERRITORY:
        return [code for code in axes.regions if is_territory[code] or axes.tree.is_leaf(code)]
    return [code for code in axes.regions if not is_territory[code]]


class _Plan:
    """What the rules read of a version and of `facts`, the metrics they compare it with, each once."""

    def __init__(self, version: PlanVersion, axes: Axes, at: date, facts: Sequence[str]) -> None:
        self.version, self.axes, self.at = version, axes, at
        self.cells = store.load_shaped(version, axes.shape)
        self.whole = sums_of(axes, self.cells)
        self.facts = facts

    @cached_property
    def last_year(self) -> Mapping[str, Figures]:
        """The metrics per region over the year before the plan's, as far as it is over; else over twelve whole months."""
        first = date(self.axes.year - 1, 1, 1)
        stop = min(date(self.axes.year, 1, 1), self.at + timedelta(1))
        if stop <= first:
            stop = date(self.at.year, self.at.month, 1)
            first = date(stop.year - 1, stop.month, 1)
        return achieved_all(self.axes, self.facts, first, stop)


def _is_asked(row: PolicyRule) -> bool:
    return row.is_on and row.kind != RuleKind.MONITORED


def _asked(row: PolicyRule, plan: _Plan, reach: Reach) -> Asked:
    rule = RULES[row.code]
    if not row.is_on:
        return Asked(row, rule, (), _("已停用，不检查。"))
    if not _is_asked(row) or row.code not in _ASKED:
        words = _("监测规则：用%(data)s。") if rule.has_data else _("尚无数据源，需要：%(data)s。")
        return Asked(row, rule, (), words % {"data": rule.measured_by})
    if plan.version.plan.measure != "amount":
        return Asked(row, rule, (), _("本规则按销售额方案检查。"))
    found = tuple(f for f in _ASKED[row.code](row, plan) if reach.covers(plan.axes, f.region))
    words = "" if found else _("尚无数据：%(data)s。") % {"data": rule.measured_by}
    return Asked(row, rule, found, words)


def _strategic(row: PolicyRule, plan: _Plan) -> Iterator[Finding]:
    yield from share_findings(plan.axes, plan.cells, row)


def _new_customers(row: PolicyRule, plan: _Plan) -> Iterator[Finding]:
    """The part of the target that new customers must bring, against what they brought."""
    shares = plan.last_year.get(_FACTS["R2"])
    if shares is None:
        return
    for region in regions_of(plan.axes, row):
        share, threshold = shares.get(region), row.threshold or 0
        whole = plan.whole[region]
        missing = 0 if share is None else max(share_needed(whole, threshold) - whole * share // BP, 0)
        met = None if share is None else share >= threshold
        yield _finding(plan.axes, region, threshold, share, missing if met is False else 0, "fen", met)


def _lines_bought(row: PolicyRule, plan: _Plan) -> Iterator[Finding]:
    bought = plan.last_year.get(_FACTS["R7"])
    if bought is None:
        return
    for region in regions_of(plan.axes, row):
        found, threshold = bought.get(region), row.threshold or 0
        met = None if found is None else found >= threshold
        missing = max(threshold - found, 0) if found is not None else 0
        yield _finding(plan.axes, region, threshold, found, missing, "ratio", met)


def _new_a_customers(row: PolicyRule, plan: _Plan) -> Iterator[Finding]:
    """The company's number, and of every region its part by its target (largest part at the root)."""
    counts, threshold = counts_of(plan.axes, plan.at), row.threshold or 0
    whole = plan.whole[plan.axes.tree.root]
    if not any(counts.customers.values()):
        return
    for region in regions_of(plan.axes, row):
        needed = threshold if region == plan.axes.tree.root else _part(threshold, plan.whole[region], whole)
        found = counts.new_a[region]
        yield _finding(plan.axes, region, needed, found, max(needed - found, 0), "count", found >= needed)


def _part(number: int, part: int, whole: int) -> int:
    return -(-number * part // whole) if whole > 0 else 0


def _finding(
    axes: Axes, region: str, required: int, found: int | None, missing: int, unit: str, met: bool | None
) -> Finding:
    return Finding(region, axes.name(region), axes.depths[region], required, found, missing, unit, met)


_ASKED: Mapping[str, Callable[[PolicyRule, _Plan], Iterator[Finding]]] = {
    "R1": _strategic,
    "R2": _new_customers,
    "R7": _lines_bought,
    "R8": _new_a_customers,
}
_FACTS: Mapping[str, str] = {"R2": "new_customer_share", "R7": "lines_per_customer"}
"""The metric each of these is measured by."""
