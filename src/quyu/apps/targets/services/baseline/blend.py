"""A blend of shares: history, market potential and the last plan, with weights that are shown.

Each source says how the level of a product line is divided among the territories; the line's own sum
stays what history says, so a blend moves level between territories and never makes any. Territories
of which a source knows nothing keep their share of history in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quyu.apps.targets.services.baseline.series import Floats

STEP_BP = 1_000
"""Weights are fitted in tenths."""
WHOLE = 10_000


@dataclass(frozen=True)
class Weights:
    """Basis points that sum to 10,000."""

    history: int = WHOLE
    potential: int = 0
    plan: int = 0


@dataclass(frozen=True)
class Sources:
    """`potential` (territories,) and `plan` (territories, lines) in any unit; nan where unknown, None without any."""

    potential: Floats | None = None
    plan: Floats | None = None


def by_source(level: Floats, sources: Sources) -> tuple[Floats, Floats]:
    """The level (territories, lines) as potential and as the last plan would divide it."""
    potential = sources.potential
    as_potential = (
        level if potential is None else _divided(level, np.repeat(potential[:, None], level.shape[1], axis=1))
    )
    return as_potential, level if sources.plan is None else _divided(level, sources.plan)


def _divided(level: Floats, wanted: Floats) -> Floats:
    """What the known territories have of each line, divided as wanted; the others keep theirs."""
    is_known = np.isfinite(wanted) & (np.nan_to_num(wanted) >= 0)
    weight = np.where(is_known, np.nan_to_num(wanted), 0)
    pool, whole = np.where(is_known, level, 0).sum(axis=0), weight.sum(axis=0)
    usable = whole > 0
    share = np.divide(weight, whole, out=np.zeros_like(level), where=usable)
    return np.where(is_known & usable, share * pool, level)


def indices_bp(level: Floats, as_potential: Floats) -> list[int | None]:
    """Potential index of each territory: its share of potential over its share of history, 10,000 is even."""
    own, wanted = level.sum(axis=1), as_potential.sum(axis=1)
    return [
        round(float(want / have) * WHOLE) if have > 0 else None
        for have, want in zip(own.tolist(), wanted.tolist(), strict=True)
    ]


def candidates(*, potential: bool, plan: bool) -> Iterator[Weights]:
    """Every blend in tenths of the sources there are, most history first."""
    tenths = range(0, WHOLE + 1, STEP_BP)
    for history in reversed(tenths):
        for of_potential in tenths if potential else (0,):
            of_plan = WHOLE - history - of_potential
            if of_plan >= 0 and (plan or of_plan == 0):
                yield Weights(history, of_potential, of_plan)
