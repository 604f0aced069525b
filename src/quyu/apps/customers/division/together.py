"""Rules that split units of an alignment keep step with it: not before its map, and not forgotten behind it."""

from datetime import date

from django.db.models import QuerySet

from quyu.apps.customers.models import RuleSet
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors import active_alignment, changes
from quyu.kernel.refusal import Refusal
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people import policy

DECIDED = (AlignmentState.APPROVED, AlignmentState.ACTIVE)


class BeforeItsMap(Refusal):
    """The rules share out units of an alignment that does not divide the company yet."""


def refuse_before_its_map(rule_set: RuleSet, valid_from: date, today: date) -> None:
    """Rules that split units begin with their alignment or after it; one that moves nothing has no day of its own."""
    goes_with: Alignment | None = rule_set.alignment
    if goes_with is None or not rule_set.rules.exclude(split_unit=None).exists():
        return
    if goes_with.valid_from is None and changes(goes_with, active_alignment(today)):
        raise BeforeItsMap(
            "map_not_dated",
            "这些规则拆分了“{name}”里的单元：请先给那个区域方案定生效日，再让规则同一天生效。",
            name=goes_with.name,
        )
    if goes_with.valid_from is not None and valid_from < goes_with.valid_from:
        raise BeforeItsMap(
            "before_its_map",
            "这些规则拆分了“{name}”里的单元，不能早于它的生效日 {day}。",
            name=goes_with.name,
            day=goes_with.valid_from,
        )


def left_behind() -> QuerySet[RuleSet]:
    """Rules that split units of an alignment that is approved or dated, while they are not in force themselves."""
    rows = RuleSet.objects.filter(alignment__state__in=DECIDED, rules__split_unit__isnull=False)
    return rows.exclude(state__in=(AlignmentState.ACTIVE, AlignmentState.RETIRED)).distinct().order_by("pk")


def panel(alignment: Alignment, reader: Reader) -> Panel | None:
    """On the page of an approved or dated alignment: its rules that have not come as far."""
    if alignment.state not in DECIDED or not reader.scope.is_everything:
        return None
    if not policy.allows(reader.scope, "alignment", "view"):
        return None
    rows = list(left_behind().filter(alignment=alignment))
    return Panel("customers/rules_left_behind.html.jinja", {"rows": rows}) if rows else None


def register() -> None:
    """Called once when the app is loaded."""
    register_panel(Alignment, panel)
