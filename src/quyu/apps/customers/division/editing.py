"""A set of rules on its way: drafted, put in order, submitted, approved by a second person, in force from a day on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import F

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.division import copying, keeping, together
from quyu.apps.customers.division.matching import ATTRIBUTES
from quyu.apps.customers.models import Customer, Overlay, RuleSet, TerritoryRule
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.catalog.models import Channel, ProductLine
from quyu.platform.geography.models import BasicUnit
from quyu.platform.ownership import announce
from quyu.platform.people import policy
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, User

SUBJECT = "rule_set"
Condition = Mapping[str, Sequence[str]]
Ordered = TypeVar("Ordered", TerritoryRule, Overlay)
"""What stands in the order of a set."""


class RulesFixed(Refusal):
    """Only a draft can be changed, submitted once and put in force when approved."""


class NoRules(Refusal):
    """Nothing to approve."""


class UnknownValue(Refusal):
    """A condition names something that does not exist, or several things."""


class SameRule(Refusal):
    """Two rules with one condition and one product line: the later one could never take anybody."""


class NotAfterLast(Refusal):
    """Rules come into force after those they replace."""


@transaction.atomic
def create(*, name: str, based_on: RuleSet | None, actor: User | None, at: date | datetime) -> RuleSet:
    """An empty draft, or a copy of another set."""
    made: RuleSet = RuleSet.objects.create(
        name=name.strip()[:80], based_on=based_on, created_by=actor, created_at=audit.moment(at)
    )
    if based_on is not None:
        copying.copy(based_on, made)
    audit.record(actor=actor, verb="create", subject=made, label=made.name, at=at)
    return made


@transaction.atomic
def add_rule(
    *,
    rule_set: RuleSet,
    condition: Condition,
    product_line: ProductLine | None,
    territory: Territory,
    expected_version: int,
    actor: User | None,
) -> TerritoryRule:
    """A rule at the end of the draft."""
    draft = locked_draft(rule_set, expected_version)
    asked = known_values(condition)
    refuse_twin(draft, asked, product_line)
    last = draft.rules.order_by("position").last()
    made = TerritoryRule.objects.create(
        rule_set=draft,
        position=last.position + 1 if last else 1,
        condition=asked,
        product_line=product_line,
        territory=territory,
    )
    saved(draft, rule_set, actor)
    return made


@transaction.atomic
def remove(*, row: Ordered, expected_version: int, actor: User | None) -> None:
    """Take a rule or an overlay out of a draft; those behind it move up."""
    rule_set, rows = set_of(row), type(row).objects
    draft = locked_draft(rule_set, expected_version)
    rows.filter(pk=row.pk).delete()
    rows.filter(rule_set=draft, position__gt=row.position).update(position=F("position") - 1)
    saved(draft, rule_set, actor)


@transaction.atomic
def move(*, row: Ordered, to: int, expected_version: int, actor: User | None) -> None:
    """Put a rule or an overlay at a place in the order (from 1; beyond the end is the end)."""
    rule_set, rows = set_of(row), type(row).objects
    draft = locked_draft(rule_set, expected_version)
    order = list(rows.filter(rule_set=draft).exclude(pk=row.pk).order_by("position", "pk"))
    order.insert(max(0, to - 1), row)
    for position, one in enumerate(order, start=1):
        one.position = position
    rows.bulk_update(order, ["position"])
    saved(draft, rule_set, actor)


def set_of(row: TerritoryRule | Overlay) -> RuleSet:
    """The set a row stands in; the ruling on a claim stands in none and has no place in an order."""
    if row.rule_set is None:
        raise RuleSet.DoesNotExist
    return row.rule_set


def locked_draft(rule_set: RuleSet, expected_version: int, action: str = "edit") -> RuleSet:
    """The draft as it is now, locked; refused when it changed since it was read, or is no draft."""
    current = locked(rule_set, action)
    if current.version != expected_version:
        raise StaleSave(name=current.name, mine=f"v{expected_version}", theirs=f"v{current.version}")
    return current


def locked(rule_set: RuleSet, action: str) -> RuleSet:
    current: RuleSet = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    if not policy.is_open("alignment", action, current.state):
        raise RulesFixed(
            "rules_fixed",
            "{name} 的状态是“{state}”，不能这样做；要修改请另存为草案。",
            name=current.name,
            state=current.get_state_display(),
        )
    return current


def saved(draft: RuleSet, seen: RuleSet, actor: User | None) -> None:
    """One version on; the caller's object follows."""
    audit.save_checked(draft, expected_version=draft.version, actor=actor)
    seen.version = draft.version


def refuse_twin(draft: RuleSet, condition: Condition, line: ProductLine | None) -> None:
    for row in draft.rules.filter(product_line=line):
        if {name: sorted(values) for name, values in row.condition.items()} == condition:
            raise SameRule(
                "same_rule",
                "第 {position} 条已有同样的条件和产品线，后一条永远不会生效。",
                position=row.position,
            )


def known_values(condition: Condition) -> dict[str, list[str]]:
    """The condition with codes for names, sorted; raises UnknownValue for what does not exist."""
    choices = {
        "kind": {code: code for code in CustomerKind.values},
        "tier": {code: code for code in CustomerTier.values},
    }
    found: dict[str, list[str]] = {}
    for name in ATTRIBUTES:
        values = [value.strip() for value in condition.get(name, ()) if value.strip()]
        if not values:
            continue
        if name == "industry":
            codes = {value: value for value in values}
        elif name in choices:
            codes = choices[name]
        else:
            codes = codes_of(name, values)
        missing = [value for value in values if value not in codes]
        if missing:
            raise UnknownValue(
                "unknown_value", "找不到“{value}”，或有几个同名；请填编码。", value=missing[0], attribute=name
            )
        found[name] = sorted({codes[value] for value in values})
    return found


def codes_of(name: str, values: Sequence[str]) -> dict[str, str]:
    """Code of each value that is a code, or the name of exactly one."""
    rows = {"customer": Customer.objects, "channel": Channel.objects, "place": BasicUnit.objects}[name]
    by_name: dict[str, list[str]] = {}
    for code, word in rows.filter(name__in=values).values_list("code", "name"):
        by_name.setdefault(word, []).append(code)
    found = {word: codes[0] for word, codes in by_name.items() if len(codes) == 1}
    coded = rows.filter(code__in=values).values_list("code", flat=True)
    return found | {code: code for code in coded}


@transaction.atomic
def submit(
    *,
    rule_set: RuleSet,
    expected_version: int,
    url: str,
    summary: Mapping[str, object],
    actor: User,
    note: str,
    at: date | datetime,
) -> Approval:
    """Ask somebody for the whole company; `summary` says what the rules take from whom.

    Only what was read is submitted. An empty set gives every customer back to the map; it needs rules in
    force that it ends.
    """
    draft = locked_draft(rule_set, expected_version, "submit")
    is_empty = not draft.rules.exists() and not draft.overlays.exists()
    if is_empty and not RuleSet.objects.dated().exists():
        raise NoRules("no_rules", "{name} 还没有规则，无法提交。", name=draft.name)
    draft.state = AlignmentState.SUBMITTED
    audit.save_checked(draft, expected_version=draft.version, actor=actor)
    return approvals.submit(
        subject_type=SUBJECT,
        subject_id=draft.pk,
        label=draft.name,
        url=url,
        org_unit=OrgUnit.objects.get(kind=OrgKind.HEAD_OFFICE),
        summary=summary,
        actor=actor,
        note=note,
        at=at,
    )


def set_state(approval: Approval, state: AlignmentState, actor: User) -> None:
    row = RuleSet.objects.select_for_update().get(pk=approval.subject_id)
    row.state = state
    audit.save_checked(row, expected_version=row.version, actor=actor)


def on_approved(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    set_state(approval, AlignmentState.APPROVED, actor)


def back_to_draft(approval: Approval, *, actor: User, at: datetime) -> None:  # noqa: ARG001
    set_state(approval, AlignmentState.DRAFT, actor)


def register_approval() -> None:
    """Called once when the app is loaded."""
    registry.register(
        SUBJECT,
        label="划分规则方案",
        on_approved=on_approved,
        on_rejected=back_to_draft,
        on_withdrawn=back_to_draft,
    )


@transaction.atomic
def activate(*, rule_set: RuleSet, valid_from: date, actor: User, at: date | datetime) -> RuleSet:
    """Put approved rules in force from a day on: those before end there, and every customer is dated anew."""
    current = locked(rule_set, "publish")
    together.refuse_before_its_map(current, valid_from, approvals.day(at))
    previous = RuleSet.objects.dated().select_for_update().order_by("-valid_from").first()
    if previous is not None:
        if previous.valid_from is not None and valid_from <= previous.valid_from:
            raise NotAfterLast(
                "not_after_last",
                "生效日 {day} 必须晚于“{name}”的生效日 {previous}。",
                day=valid_from,
                name=previous.name,
                previous=previous.valid_from,
            )
        previous.state, previous.valid_to = AlignmentState.RETIRED, valid_from
        audit.save_checked(previous, expected_version=previous.version, actor=actor)
    current.state, current.valid_from = AlignmentState.ACTIVE, valid_from
    audit.save_checked(current, expected_version=current.version, actor=actor)
    changed = keeping.keep(at=at, since=valid_from)
    audit.record(
        actor=actor,
        verb="activate",
        subject=current,
        label=current.name,
        detail={"valid_from": valid_from.isoformat(), "customers": changed},
        at=at,
    )
    announce(at)
    return current
