"""What a planner chooses about the base of a plan, by codes, as it is kept with the version."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from quyu.apps.targets.sales import OrderKey
from quyu.apps.targets.services.baseline.blend import Weights
from quyu.apps.targets.services.baseline.cleaning import OneOffRule

TREND, TYPED, BY_REGION, BY_LINE = "trend", "typed", "region", "line"
YEARS_READ = 3


@dataclass(frozen=True)
class Exclusion:
    """An order to leave out, and why."""

    order: OrderKey
    reason: str


@dataclass(frozen=True)
class LikeOf:
    """A new territory (node code) or product line takes the profile of another, times a factor in basis points."""

    new: str
    source: str
    factor_bp: int = 10_000


@dataclass(frozen=True)
class Basis:
    """`growth_of` are basis points by code of a region or a line, `growth_bp` those of the rest; None is the trend.

    `potential` names the market measure of the potential index, "" for none.
    """

    year: int
    measure: str = "amount"
    years_back: int = YEARS_READ
    is_rolling: bool = False
    is_restated: bool = False
    rule: OneOffRule = field(default_factory=OneOffRule)
    excluded: tuple[Exclusion, ...] = ()
    takes_new: bool = False
    takes_lost: bool = False
    growth_by: str = TREND
    growth_bp: int | None = None
    growth_of: Mapping[str, int] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    potential: str = ""
    extras: tuple[str, ...] = ()
    likes: tuple[LikeOf, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What a version keeps in its method; excluded orders are rows of their own."""
        said = asdict(self)
        del said["excluded"]
        return said
