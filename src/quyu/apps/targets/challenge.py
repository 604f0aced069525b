"""Is a target too high or too low? Growth on last year, share of the market's potential, and how it stands among its peers.

Outliers by the modified z value of Iglewicz and Hoaglin (1993): 0.6745 (x - median) / MAD; where the MAD
is zero, by Tukey's fences (quartiles and 1.5 times their distance). Formula page: docs/formulas/checks.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from quyu.kernel.rate import BP, apply_bp, growth_bp, ratio_bp

Verdict = Literal["fit", "high", "low", "unknown"]
Reason = Literal["growth", "potential", "peers"]
SCALE = 0.6745
FEWEST_PEERS = 5
"""With fewer peers nobody is an outlier."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Growth in basis points, share of potential in basis points, z in hundredths; None leaves a bound open."""

    lowest_growth_bp: int | None
    highest_growth_bp: int | None
    highest_potential_bp: int | None
    outlier: int | None


@dataclass(frozen=True, slots=True)
class Breach:
    """Which bound is broken and where it lies: basis points of growth or of potential."""

    reason: Reason
    side: Literal["high", "low"]
    limit_bp: int
    found_bp: int


@dataclass(frozen=True)
class Challenge:
    """The verdict on one target; `lower` and `upper` are the range proposed, in the measure's unit."""

    verdict: Verdict
    growth_bp: int | None
    potential_bp: int | None
    rank: int | None
    peers: int
    z: int | None
    breaches: tuple[Breach, ...]
    lower: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class Peers:
    """The growth of the regions a target is compared with, in basis points, and what lies inside the fences."""

    growths: tuple[int, ...]
    median_bp: int
    lowest_bp: int
    highest_bp: int
    spread: float


def peers_of(growths: Sequence[int], outlier: int | None) -> Peers | None:
    """The fences of a group; None where it is too small or nothing bounds it."""
    if len(growths) < FEWEST_PEERS or outlier is None:
        return None
    median = float(np.median(growths))
    spread = float(np.median(np.abs(np.array(growths) - median)))
    if spread > 0:
        reach = outlier / 100 * spread / SCALE
        low, high = median - reach, median + reach
    else:
        first, third = (float(value) for value in np.percentile(growths, [25, 75]))
        low, high = first - 1.5 * (third - first), third + 1.5 * (third - first)
    return Peers(tuple(growths), round(median), round(low), round(high), spread)


def challenge(
    value: int, *, before: int, potential: int, bounds: Bounds, peers: Peers | None, group: Sequence[int]
) -> Challenge:
    """The verdict on `value` against last year, the potential of the market (0: unknown) and its peers."""
    growth = growth_bp(value, before)
    penetration = ratio_bp(value, potential) if potential > 0 else None
    breaches = tuple(_breaches(growth, penetration, bounds, peers))
    lower, upper = _range(before, potential, bounds, peers)
    known = growth is not None or penetration is not None
    verdict: Verdict = breaches[0].side if breaches else "fit" if known else "unknown"
    rank = None if growth is None else 1 + sum(other > growth for other in group)
    z = None
    if growth is not None and peers is not None and peers.spread > 0:
        z = round(SCALE * (growth - peers.median_bp) / peers.spread * 100)
    return Challenge(verdict, growth, penetration, rank, len(group), z, breaches, lower, upper)


def _breaches(
    growth: int | None, penetration: int | None, bounds: Bounds, peers: Peers | None
) -> list[Breach]:
    found: list[Breach] = []
    if growth is not None:
        if bounds.highest_growth_bp is not None and growth > bounds.highest_growth_bp:
            found.append(Breach("growth", "high", bounds.highest_growth_bp, growth))
        if bounds.lowest_growth_bp is not None and growth < bounds.lowest_growth_bp:
            found.append(Breach("growth", "low", bounds.lowest_growth_bp, growth))
        if peers is not None and growth > peers.highest_bp:
            found.append(Breach("peers", "high", peers.highest_bp, growth))
        if peers is not None and growth < peers.lowest_bp:
            found.append(Breach("peers", "low", peers.lowest_bp, growth))
    limit = bounds.highest_potential_bp
    if penetration is not None and limit is not None and penetration > limit:
        found.append(Breach("potential", "high", limit, penetration))
    return found


def _range(before: int, potential: int, bounds: Bounds, peers: Peers | None) -> tuple[int | None, int | None]:
    """What keeps every bound; where they contradict each other, what keeps those of growth."""
    if before <= 0:
        cap = bounds.highest_potential_bp
        return None, apply_bp(potential, cap) if potential > 0 and cap is not None else None
    lows = [bounds.lowest_growth_bp] if bounds.lowest_growth_bp is not None else []
    highs = [bounds.highest_growth_bp] if bounds.highest_growth_bp is not None else []
    own = (_grown(before, max(lows, default=None)), _grown(before, min(highs, default=None)))
    if peers is not None:
        lows.append(peers.lowest_bp)
        highs.append(peers.highest_bp)
    lower, upper = _grown(before, max(lows, default=None)), _grown(before, min(highs, default=None))
    if potential > 0 and bounds.highest_potential_bp is not None:
        cap = apply_bp(potential, bounds.highest_potential_bp)
        upper = cap if upper is None else min(upper, cap)
    return own if lower is not None and upper is not None and lower > upper else (lower, upper)


def _grown(before: int, bp: int | None) -> int | None:
    return None if bp is None else apply_bp(before, BP + bp)


def bounds_from(thresholds: Mapping[str, int | None]) -> Bounds:
    """From the rows C1 to C4 of the pack; a rule that is off leaves its bound open."""
    return Bounds(*(thresholds.get(code) for code in ("C1", "C2", "C3", "C4")))
