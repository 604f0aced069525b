"""Customers and rules when codes change: they keep the code they were recorded under, which lies in the new unit."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from quyu.apps.customers.models import Customer, Overlay, RuleSet, TerritoryRule
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.codes.followers import Succession, Touched
from quyu.platform.geography.codes.lines import Event
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User


class RuleByOldPlace(Refusal):
    """A rule takes customers by a place above that the new unit no longer lies in."""


class CustomerFollower:
    """Registered with the changes of codes."""

    def touched(self, event: Event, today: date) -> list[Touched]:
        del today
        count = Customer.objects.filter(unit__code__in=event.olds).count()
        rules = sum(bool(places & set(event.olds)) for places in places_of_rules())
        return [
            Touched(_("客户所在地"), count, _("登记的编码不改，随新单元归属和统计；以前各日的归属不变")),
            Touched(_("按地点划分客户的规则"), rules, _("照常有效：原单元在新单元之内")),
        ]

    def obstacle(self, event: Event, today: date) -> Refusal | None:
        """A rule in force that goes by a place above, when the new unit lies in another one."""
        del today
        parents = dict(BasicUnit.objects.order_by("code").values_list("code", "parent_code"))
        named = set().union(*places_of_rules()) if RuleSet.objects.dated().exists() else set()
        for line in event.lines:
            if not line.parent or line.old not in parents or line.old in named:
                continue
            left = set(above(parents[line.old], parents)) - set(above(line.parent, parents))
            if told := sorted(left & named):
                return RuleByOldPlace(
                    "rule_by_old_place",
                    "客户划分规则里写着 {place}，{unit} 变更后不再属于它，规则会漏掉那里的客户：请先在规则里加上 {unit}。",
                    place=told[0],
                    unit=line.old,
                )
        return None

    def follow(self, done: Succession, *, actor: User | None, at: datetime) -> Mapping[str, int]:
        """Nothing is written: the unit a customer is in has moved into the new one."""
        del done, actor, at
        return {}


def places_of_rules() -> Iterator[set[str]]:
    """The codes of places each rule and overlay names."""
    for rows in (TerritoryRule.objects.order_by("pk"), Overlay.objects.order_by("pk")):
        for condition in rows.values_list("condition", flat=True):
            if places := set(condition.get("place", ())):
                yield places


def above(code: str, parents: Mapping[str, str]) -> Iterable[str]:
    """A unit and those it lies in."""
    found: list[str] = []
    while code and code not in found:
        found.append(code)
        code = parents.get(code, "")
    return found
