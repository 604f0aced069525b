"""Which limit holds for an account on a day."""

from dataclasses import dataclass
from datetime import date

from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.models import LimitRule
from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Limit:
    """What one role may do alone: a share of the value in basis points, an amount in fen; None: not limited so."""

    role: Role
    max_bp: int | None
    max_fen: int | None

    def admits(self, before_fen: int, after_fen: int) -> bool:
        """Whether the shift keeps to both bounds, to the fen."""
        shift = abs(after_fen - before_fen)
        within_rate = self.max_bp is None or shift * 10_000 <= abs(before_fen) * self.max_bp
        return within_rate and (self.max_fen is None or shift <= self.max_fen)


def limits_for(scope: Scope, kind: LimitKind, *, resource: str, action: str, at: date) -> tuple[Limit, ...]:
    """The limits of the roles that carry the right; none when one of these roles has no limit on that day.

    Who has several limits may use any of them.
    """
    carrying = scope.roles & policy.roles_with(resource, action)
    rules = LimitRule.objects.in_force(at).filter(kind=kind, role__in=carrying).order_by("role")
    found = {rule.role: Limit(Role(rule.role), rule.max_bp, rule.max_fen) for rule in rules}
    return tuple(found.values()) if carrying <= set(found) else ()
