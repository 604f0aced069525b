"""Open customers that belong to no territory, each with the one it is proposed for, taken on when somebody says so.

In this order: the territory of the place its address names with certainty; the one proposed for its unit, where
the alignment in force leaves that out; the one of its group (the same dealer's account, or the same name but for a
branch in brackets); where nothing is known, the territory with the fewest customers. A place found is written as
the location, so that the customer goes with the map from then on; else the territory is named for the customer.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.customers import selectors
from quyu.apps.customers.models import Customer, CustomerTerritory, DealerAccess
from quyu.apps.customers.services import save_all
from quyu.apps.territories import services as territories
from quyu.apps.territories.models import AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment, common_days, territories_of
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.ownership import announce
from quyu.platform.people.models import User, in_force

PLACE, UNIT, GROUP, FEWEST = "place", "unit", "group", "fewest"
"""Why a territory is proposed."""
BRANCH = re.compile(r"[（(［\[].*?[)）］\]]")
LEAST = 4
"""Shorter names do not make a group."""


class AdoptionMoved(Refusal):
    """Customers, places or owners changed since the proposal was shown."""


@dataclass(frozen=True)
class Adoption:
    """A customer, the territory proposed, why, and what speaks for it: a place, or a member of its group.

    `unit` is written as the customer's location; without one the territory is named for it.
    """

    customer: Customer
    territory: Territory
    why: str
    told: str
    unit: BasicUnit | None = None

    @property
    def line(self) -> str:
        """What was shown, for the way back."""
        return f"{self.customer.code}\t{self.customer.version}\t{self.territory.code}"


def adrift(at: date) -> list[Customer]:
    """Open customers without any territory on a day, by code."""
    active = active_alignment(at)
    placed = AlignmentUnit.objects.filter(alignment=active).values("unit")
    ruled = CustomerTerritory.objects.in_force(at).filter(product_line=None).values("customer")
    rows = Customer.objects.filter(territory_override=None).exclude(pk__in=ruled).exclude(closed_on__lte=at)
    return list(rows.exclude(unit__in=placed).select_related("unit").order_by("code"))


def adoptions(at: date) -> list[Adoption]:
    """Every customer adrift with its proposal, in the order of codes; none before an alignment is in force."""
    active, lost = active_alignment(at), adrift(at)
    if active is None or not lost:
        return []
    held = Held(at, lost)
    return [found for customer in lost if (found := held.proposed(customer)) is not None]


class Held:
    """Who holds which place, which group and how many customers, with what was proposed so far."""

    def __init__(self, at: date, lost: Iterable[Customer]) -> None:
        active = active_alignment(at)
        if active is None:
            raise ValueError("nobody holds anything before an alignment is in force")
        lost = list(lost)
        self.territories = {row.code: row for row in territories_of(active)}
        codes = {row.pk: row.code for row in self.territories.values()}
        rows = AlignmentUnit.objects.filter(alignment=active).values_list("unit__code", "territory_id")
        self.place = {unit: codes[side] for unit, side in rows}
        bare = {customer.unit_id for customer in lost if customer.unit_id}
        offered = territories.vacancies(active, at) if bare else []
        self.offered = {row.unit.pk: row.options[0].territory for row in offered if row.options}
        self.owner = owners(at)
        self.groups = Groups(at, self.owner)
        self.counts = Counter(dict.fromkeys(self.territories, 0))
        self.counts.update(side for side in self.owner.values() if side in self.territories)
        texts = [(None, None, None, customer.address or None) for customer in lost if not customer.unit_id]
        found = geography.place_many(texts)
        self.read = {text[3]: code for text, code in zip(texts, found, strict=True) if text[3]}
        named = BasicUnit.objects.filter(code__in={code for code in found if code})
        self.units = {unit.code: unit for unit in named}

    def proposed(self, customer: Customer) -> Adoption | None:
        found = self.best(customer)
        if found is not None:
            self.counts[found.territory.code] += 1
        return found

    def best(self, customer: Customer) -> Adoption | None:
        code = None if customer.unit_id else self.read.get(customer.address)
        if code in self.place:
            unit = self.units[code]
            return Adoption(customer, self.territories[self.place[code]], PLACE, unit.name, unit)
        offered = self.offered.get(customer.unit_id) if customer.unit_id else None
        if offered is not None and customer.unit is not None:
            return Adoption(customer, offered, UNIT, customer.unit.name)
        group = self.groups.of(customer)
        if group is not None and group[0] in self.territories:
            return Adoption(customer, self.territories[group[0]], GROUP, group[1])
        if not self.counts:
            return None
        fewest = min(self.counts, key=lambda side: (self.counts[side], side))
        return Adoption(customer, self.territories[fewest], FEWEST, str(self.counts[fewest]))


def owners(at: date) -> dict[str, str]:
    """Customer code -> code of the territory that has it on a day, whole or all lines that are not given apart."""
    today = (at, date.fromordinal(at.toordinal() + 1))
    return {
        code: claim[2]
        for (code, line), claim in selectors.line_claims()
        if not line and common_days(today, claim[:2]) is not None
    }


class Groups:
    """Customers that belong together, and which territory has most of each group."""

    def __init__(self, at: date, owner: Mapping[str, str]) -> None:
        self.owner = owner
        self.names: dict[str, list[tuple[str, str]]] = {}
        rows = Customer.objects.exclude(closed_on__lte=at).order_by("code")
        for code, name in rows.values_list("code", "name"):
            self.names.setdefault(stem(name), []).append((code, name))
        self.dealers: dict[int, list[tuple[str, str]]] = {}
        self.accounts: dict[str, list[int]] = {}
        links = DealerAccess.objects.filter(in_force(at)).order_by("customer__code", "pk")
        for user, code, name in links.values_list("user_id", "customer__code", "customer__name"):
            self.dealers.setdefault(user, []).append((code, name))
            self.accounts.setdefault(code, []).append(user)

    def of(self, customer: Customer) -> tuple[str, str] | None:
        """Territory code, and the name of a member that belongs to it; None for who stands alone."""
        linked = [one for user in self.accounts.get(customer.code, ()) for one in self.dealers[user]]
        alike = self.names.get(stem(customer.name), []) if len(stem(customer.name)) >= LEAST else []
        for members in (linked, alike):
            sides = Counter(self.owner[code] for code, _name in members if code in self.owner)
            if sides:
                best = min(sides, key=lambda side: (-sides[side], side))
                named = next(name for code, name in members if self.owner.get(code) == best)
                return best, named
        return None


def stem(name: str) -> str:
    """The name without what stands in brackets, which is a branch or a town."""
    return "".join(BRANCH.sub("", name).split())


@transaction.atomic
def adopt(
    *, lines: Collection[str], allowed: Collection[str], actor: User, at: date | datetime, today: date
) -> int:
    """Take on what was shown (`Adoption.line`), as far as it is still what would be proposed; how many.

    `allowed` are codes of the territories the actor may give to. Each customer has its row in the history.
    """
    now = {row.line: row for row in adoptions(today)}
    chosen = [now[line] for line in dict.fromkeys(lines) if line in now]
    if (
        not chosen
        or len(chosen) < len(set(lines))
        or any(row.territory.code not in allowed for row in chosen)
    ):
        raise AdoptionMoved(
            "adoption_moved", "打开页面之后，客户或归属有变化，没有写入。请核对新的建议，再采用。"
        )
    placed = [row for row in chosen if row.unit is not None]
    named = [row for row in chosen if row.unit is None]
    for row in placed:
        row.customer.unit = row.unit
    for row in named:
        row.customer.territory_override = row.territory
    save_all([row.customer for row in placed], ["unit"], actor, "采用建议的所在地")
    save_all([row.customer for row in named], ["territory_override"], actor, "采用建议的销售区域")
    for row in chosen:
        audit.record(
            actor=actor,
            verb="adopt",
            subject=row.customer,
            label=row.customer.name,
            detail={
                "territory": row.territory.code,
                "why": row.why,
                "unit": row.unit.code if row.unit else "",
            },
            at=at,
        )
    announce(at)
    return len(chosen)
