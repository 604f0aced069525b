"""Where a target stands: attainment, expectation to date, pace, gap, needed run rate, growth.

All amounts are integers of the measure's unit, rates are basis points. Formula page:
docs/formulas/attainment.md.
"""

from dataclasses import dataclass

from quyu.kernel.rate import growth_bp, ratio_bp
from quyu.kernel.rounding import largest_remainder


@dataclass(frozen=True, slots=True)
class Standing:
    """One node (or slice) in one period.

    `target` is the whole period, `expected` the part of it due by now, `actual` what was done by now,
    `before` what was done by the same day of the year before.
    """

    target: int = 0
    expected: int = 0
    actual: int = 0
    before: int = 0

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(
            self.target + other.target,
            self.expected + other.expected,
            self.actual + other.actual,
            self.before + other.before,
        )

    @property
    def attainment_bp(self) -> int | None:
        """Actual / target of the whole period; None without a positive target."""
        return ratio_bp(self.actual, self.target) if self.target > 0 else None

    @property
    def pace_bp(self) -> int | None:
        """Actual / expected to date: 10,000 is exactly on time."""
        return ratio_bp(self.actual, self.expected) if self.expected > 0 else None

    @property
    def expected_bp(self) -> int | None:
        """Where attainment should stand by now: expected / target."""
        return ratio_bp(self.expected, self.target) if self.target > 0 else None

    @property
    def gap(self) -> int:
        """Actual less expected to date; negative is behind."""
        return self.actual - self.expected

    @property
    def growth_bp(self) -> int | None:
        """Growth on the same days of the year before."""
        return growth_bp(self.actual, self.before)

    def needed_per_day(self, working_days_left: int) -> int | None:
        """What each working day left must bring to reach the target; None when none are left."""
        missing = max(self.target - self.actual, 0)
        return -(-missing // working_days_left) if working_days_left > 0 else None


def due_by_now(month_target: int, *, working_days_gone: int, working_days: int) -> int:
    """The part of a month's target due after `working_days_gone` of its `working_days`, to the unit.

    The month is spread over its working days by largest remainder, so the parts of any cut add up to
    the whole. A month without working days is due at its end.
    """
    if working_days <= 0:
        return 0
    gone = min(working_days_gone, working_days)
    return int(largest_remainder([gone, working_days - gone], month_target)[0])
