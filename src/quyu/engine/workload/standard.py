"""What a visit takes and how one travels: the numbers a company sets for itself."""

import math
from dataclasses import dataclass

from quyu.kernel.refusal import Refusal


class InvalidStandard(Refusal):
    """A standard with numbers that make no sense."""


@dataclass(frozen=True, slots=True)
class Travel:
    """detour: road over straight line. speed_kmh: mean speed on the road. stops: customers visited on one trip."""

    detour: float = 1.3
    speed_kmh: float = 40.0
    stops: int = 5

    def __post_init__(self) -> None:
        sound = math.isfinite(self.detour) and math.isfinite(self.speed_kmh)
        if not (sound and self.detour >= 1 and self.speed_kmh > 0 and self.stops >= 1):
            raise InvalidStandard(
                "bad_travel", "绕行系数不能小于 1，车速要大于 0，每趟拜访家数至少为 1；请更正"
            )

    def minutes(self, km: float) -> float:
        """Minutes for a straight line of so many km."""
        return 60 * self.detour * km / self.speed_kmh


@dataclass(frozen=True, slots=True)
class Standard:
    """Visits a year and minutes a visit, one of each per customer class, and how one travels."""

    visits: tuple[int, ...]
    minutes: tuple[int, ...]
    travel: Travel = Travel()

    def __post_init__(self) -> None:
        if len(self.visits) != len(self.minutes):
            raise InvalidStandard("classes_differ", "每个客户分级都要有拜访次数和每次分钟数")
        if min((*self.visits, *self.minutes), default=0) < 0:
            raise InvalidStandard("negative_standard", "拜访次数和每次分钟数不能为负，请更正")
