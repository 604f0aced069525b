"""How hard to look, and how a caller watches the search and ends it."""

from dataclasses import dataclass
from typing import Literal, Protocol

OBJECTIVES = ("balance", "compactness", "disruption")
STEPS, LEAST_STEPS, MOST_STEPS = 8000, 3_000_000, 100_000_000
"""Trials per unit, and trials in all, of a fast search."""


@dataclass(frozen=True, slots=True)
class Params:
    """Settings of one search; the defaults suit a few thousand units.

    effort: "fast" for work at the screen, "long" for the final plan (about eight times the work).
    disruption: what moving a unit away from its current territory costs, as a multiple of the mean squared
    distance inside a territory (0: the current plan is ignored, except for the names of the territories).
    steps_per_unit and starts: replace what the effort implies.
    priority: objectives to be made as good as they get one after another, of balance, compactness and disruption;
    without it balance within the tolerance comes first, then compactness and disruption by weight.
    finish: whether small maps end with the best plan for its own centres and its proof, or with one in balance where
    the search found none, which takes seconds.
    """

    effort: Literal["fast", "long"] = "fast"
    disruption: float = 3.0
    steps_per_unit: int | None = None
    starts: int | None = None
    finish: bool = True
    priority: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.effort not in ("fast", "long"):
            raise ValueError(f"unknown effort {self.effort!r}")
        if set(self.priority) - set(OBJECTIVES) or len(set(self.priority)) < len(self.priority):
            raise ValueError(f"priority names each of {OBJECTIVES} at most once, not {self.priority}")
        if self.disruption < 0:
            raise ValueError("disruption must not be negative")
        if self.steps_per_unit is not None and self.steps_per_unit < 0:
            raise ValueError("steps_per_unit must not be negative")
        if self.starts is not None and self.starts < 1:
            raise ValueError("at least one start is needed")

    def trials_per_unit(self, count: int) -> int:
        """Trials per unit of a whole search: what was asked for, or what the number of units allows."""
        steps = self.steps_per_unit
        if steps is None:
            steps = min(max(STEPS, LEAST_STEPS // count), MOST_STEPS // count, 5 * STEPS)
            steps *= 8 if self.effort == "long" else 1
        return steps


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the search is: part done in [0, 1], best objective so far (km2) and whether it is within tolerance."""

    stage: str
    done: float
    objective: float
    is_within_tolerance: bool


class Stop(Protocol):
    """Asked now and then during a search; True ends it with the best plan so far."""

    def __call__(self, progress: Progress, /) -> bool: ...


class Asked:
    """Passes progress on, and once the caller wants to end says so without asking again."""

    def __init__(self, stop: Stop) -> None:
        self.stop, self.ended = stop, False

    def __call__(self, progress: Progress, /) -> bool:
        self.ended = self.ended or self.stop(progress)
        return self.ended


def never(_progress: Progress, /) -> bool:
    """For a caller who lets every search come to its end."""
    return False
