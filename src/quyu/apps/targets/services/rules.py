"""Configuring the policy pack, and the rates of derived targets."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.targets.choices import DerivedKind, RuleKind, RuleLevel
from quyu.apps.targets.models import DerivedTarget, Plan, PolicyRule
from quyu.apps.targets.rulebook import RULES
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


class KindNotOffered(Refusal):
    """Not every rule can bind a plan."""

    def __init__(self, code: str, kind: str) -> None:
        super().__init__("kind_not_offered", "规则 {rule} 不能用作“{kind}”。", rule=code, kind=kind)


class BadRate(Refusal):
    def __init__(self) -> None:
        super().__init__("bad_rate", "比例必须在 0 到 100% 之间。")


@transaction.atomic
def set_rule(
    *,
    rule: PolicyRule,
    kind: RuleKind,
    threshold: int | None,
    upper: int | None,
    level: RuleLevel,
    is_on: bool,
    note: str,
    expected_version: int,
    actor: User,
    at: date | datetime,
) -> PolicyRule:
    """Change a rule of the pack; threshold and upper in the rule's unit. Raises KindNotOffered, StaleSave."""
    if kind not in RULES[rule.code].kinds:
        raise KindNotOffered(rule.code, str(kind.label))
    before = {"kind": rule.kind, "threshold": rule.threshold, "upper": rule.upper, "is_on": rule.is_on}
    rule.kind, rule.threshold, rule.upper = kind, threshold, upper
    rule.level, rule.is_on, rule.note = level, is_on, note
    audit.save_checked(rule, expected_version=expected_version, actor=actor)
    detail = {"before": before, "kind": kind, "threshold": threshold, "upper": upper, "is_on": is_on}
    audit.record(actor=actor, verb="rule.set", subject=rule, label=rule.code, detail=detail, at=at)
    return rule


@transaction.atomic
def set_derived(
    *, plan: Plan, kind: DerivedKind, rate_bp: int, actor: User, at: date | datetime
) -> DerivedTarget | None:
    """The rate of a derived target of a plan; zero takes it away. Raises BadRate."""
    if not 0 <= rate_bp <= 10_000:
        raise BadRate
    standing = DerivedTarget.objects.select_for_update().filter(plan=plan, kind=kind).first()
    detail = {"kind": kind, "rate_bp": rate_bp}
    audit.record(actor=actor, verb="derived.set", subject=plan, label=str(plan), detail=detail, at=at)
    if not rate_bp:
        if standing is not None:
            standing.delete()
        return None
    if standing is None:
        return DerivedTarget.objects.create(plan=plan, kind=kind, rate_bp=rate_bp)
    standing.rate_bp = rate_bp
    return audit.save_checked(standing, expected_version=standing.version, actor=actor)
