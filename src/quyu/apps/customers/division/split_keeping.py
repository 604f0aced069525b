"""A split that was looked at, kept as rules in the draft of rules that goes with a draft of the alignment; or dropped."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from quyu.apps.customers.division import editing
from quyu.apps.customers.division.splitting import Split, split
from quyu.apps.customers.models import RuleSet, TerritoryRule
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import policy
from quyu.platform.people.models import User


class SplitMoved(Refusal):
    """Customers, sales or loads changed between the look and the confirmation."""


class NotOfADraft(Refusal):
    """Only a draft is changed."""


def rule_sets_of(alignment: Alignment) -> QuerySet[RuleSet]:
    """The sets of rules that split units of an alignment, newest first."""
    return RuleSet.objects.filter(alignment=alignment).order_by("-pk")


def splits_of(rule_set: RuleSet) -> list[TerritoryRule]:
    """The rules of a set that split units, by unit."""
    rows = TerritoryRule.objects.filter(rule_set=rule_set).exclude(split_unit=None)
    return list(rows.select_related("split_unit", "territory").order_by("split_unit__code", "position"))


@transaction.atomic
def keep(
    *,
    alignment: Alignment,
    unit: BasicUnit,
    others: Sequence[Territory],
    digest: str,
    name: str,
    actor: User,
    at: date | datetime,
    today: date,
) -> RuleSet:
    """Write the parts as rules behind all others, in place of an earlier split of the unit.

    Raises SplitMoved where the answer is another one now than that of `digest`.
    """
    current = Alignment.objects.select_for_update().get(pk=alignment.pk)
    refuse_fixed(current)
    found = split(current, unit, others, today)
    if found.digest != digest:
        raise SplitMoved(
            "split_moved", "打开页面之后，客户、订单或负荷有变化，没有写入。请核对新的结果，再采用。"
        )
    draft = draft_of(current, name=name, actor=actor, at=at, today=today)
    without(draft, unit)
    last = draft.rules.order_by("position").last()
    TerritoryRule.objects.bulk_create(rules_of(found, draft, others, last.position if last else 0))
    editing.saved(draft, draft, actor)
    detail = {
        "unit": unit.code,
        "customers": {code: len(codes) for code, codes in found.plan.items()},
        "moved": len(found.moves),
        "moved_fen": sum(move.amount_fen for move in found.moves),
    }
    audit.record(
        actor=actor, verb="split", subject=draft, label=f"{draft.name}：{unit.name}", detail=detail, at=at
    )
    return draft


@transaction.atomic
def drop(*, alignment: Alignment, unit: BasicUnit, actor: User, at: date | datetime) -> RuleSet | None:
    """Take the parts of a unit out of the draft of rules; the unit is whole again. None where it is not split."""
    current = Alignment.objects.select_for_update().get(pk=alignment.pk)
    refuse_fixed(current)
    draft = rule_sets_of(current).filter(state=AlignmentState.DRAFT).select_for_update().first()
    if draft is None or not without(draft, unit):
        return None
    editing.saved(draft, draft, actor)
    audit.record(actor=actor, verb="unsplit", subject=draft, label=f"{draft.name}：{unit.name}", at=at)
    return draft


def refuse_fixed(alignment: Alignment) -> None:
    if not policy.is_open("alignment", "edit", alignment.state):
        raise NotOfADraft(
            "not_of_a_draft",
            "{name} 的状态是“{state}”，不能拆分单元。",
            name=alignment.name,
            state=alignment.get_state_display(),
        )


def draft_of(alignment: Alignment, *, name: str, actor: User, at: date | datetime, today: date) -> RuleSet:
    """The draft of rules that goes with an alignment; a copy of the rules in force where there is none yet."""
    kept = rule_sets_of(alignment).filter(state=AlignmentState.DRAFT).select_for_update().first()
    if kept is not None:
        return kept
    in_force = RuleSet.objects.in_force(today).first()
    made = editing.create(name=name, based_on=in_force, actor=actor, at=at)
    made.alignment = alignment
    made.save(update_fields=["alignment"])
    return made


def without(draft: RuleSet, unit: BasicUnit) -> bool:
    """Take the rules of a split out and close the gaps in the order."""
    gone = TerritoryRule.objects.filter(rule_set=draft, split_unit=unit).delete()[0]
    rows = list(TerritoryRule.objects.filter(rule_set=draft).order_by("position", "pk"))
    for position, row in enumerate(rows, start=1):
        row.position = position
    TerritoryRule.objects.bulk_update(rows, ["position"])
    return bool(gone)


def rules_of(found: Split, draft: RuleSet, others: Sequence[Territory], last: int) -> list[TerritoryRule]:
    sides = {side.code: side for side in others}
    given = [(sides[code], codes) for code, codes in found.plan.items() if codes]
    return [
        TerritoryRule(
            rule_set=draft,
            position=position,
            condition={"customer": sorted(codes)},
            territory=side,
            split_unit=found.unit,
        )
        for position, (side, codes) in enumerate(given, start=last + 1)
    ]
