"""What the caller may choose about the method."""

from dataclasses import dataclass
from enum import StrEnum


class Spread(StrEnum):
    """What the shares of the free cells follow."""

    PROPORTIONAL = "proportional"
    """A spread follows the base; an edit follows the current values, so nothing else is disturbed."""
    BASE = "base"
    """Follow the base, also in an edit: clear what is there and spread again."""
    EQUAL = "equal"
    """Every free cell the same, as far as bounds allow."""


@dataclass(frozen=True, slots=True)
class Params:
    """`spread`: what shares follow (of an edit, below the node). `conflict_limit`: longest list of conflicts in a refusal."""

    spread: Spread = Spread.PROPORTIONAL
    conflict_limit: int = 20
