"""Overlays of a draft are declared with a share each, 10,000 basis points together; they are put in order like rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction

from quyu.apps.customers.division import editing
from quyu.apps.customers.division.reading import TERRITORY, WHOLE_BP
from quyu.apps.customers.models import Overlay, OverlayShare, RuleSet
from quyu.apps.territories.models import Territory
from quyu.kernel.rate import format_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.models import User


class NotTheWhole(Refusal):
    """Shares are positive and sum to 10,000 basis points."""


class SharedTwice(Refusal):
    """A territory has one share of an overlay."""


class NobodyBeside(Refusal):
    """An overlay without another territory shares nothing."""


class UnknownTerritory(Refusal):
    """A condition names a territory that does not exist."""


@dataclass(frozen=True)
class Share:
    """In basis points; without a territory: of whoever is accountable."""

    territory: Territory | None
    share_bp: int


@transaction.atomic
def add(
    *,
    rule_set: RuleSet,
    name: str,
    condition: editing.Condition,
    product_line: ProductLine | None,
    shares: Sequence[Share],
    expected_version: int,
    actor: User | None,
) -> Overlay:
    """One more overlay at the end of the draft; earlier ones go first."""
    draft = editing.locked_draft(rule_set, expected_version)
    asked = known_values(condition)
    refuse_shares(shares)
    last = draft.overlays.order_by("position").last()
    made = Overlay.objects.create(
        rule_set=draft,
        position=last.position + 1 if last else 1,
        name=name.strip()[:80],
        condition=asked,
        product_line=product_line,
    )
    put_shares(made, shares)
    editing.saved(draft, rule_set, actor)
    return made


def put_shares(overlay: Overlay, shares: Iterable[Share]) -> None:
    OverlayShare.objects.bulk_create(
        OverlayShare(overlay=overlay, territory=share.territory, share_bp=share.share_bp) for share in shares
    )


def refuse_shares(shares: Sequence[Share]) -> None:
    """Raises what is wrong with them, in words of per cent."""
    total = sum(share.share_bp for share in shares)
    if total != WHOLE_BP or any(share.share_bp <= 0 for share in shares):
        raise NotTheWhole(
            "not_the_whole",
            "各方分成须大于 0，合计正好 100%；现在合计 {total}。",
            total=format_bp(total),
        )
    if not any(share.territory for share in shares):
        raise NobodyBeside("nobody_beside", "请至少选一个参与分成的销售区域。")
    names = sorted(share.territory.name for share in shares if share.territory)
    for one, other in pairwise(names):
        if one == other:
            raise SharedTwice("shared_twice", "“{name}”填了两次，请合成一行。", name=one)


def known_values(condition: editing.Condition) -> dict[str, list[str]]:
    """As for a rule, with the codes of the accountable territories."""
    found = editing.known_values(condition)
    codes = sorted({code.strip() for code in condition.get(TERRITORY, ()) if code.strip()})
    if codes:
        known = set(Territory.objects.filter(code__in=codes).values_list("code", flat=True))
        for code in codes:
            if code not in known:
                raise UnknownTerritory(
                    "unknown_territory", "找不到销售区域“{value}”。", value=code, attribute="among"
                )
        found[TERRITORY] = codes
    return found
