"""A slow, exact allocation in Fraction arithmetic, written from the formula page and not from the engine.

It knows only plain lists. The factor comes from walking all breakpoints, the rounding from recursion
over paths; nothing is imported from the code it judges.
"""

from fractions import Fraction
from itertools import groupby

Path = tuple[str, ...]


def continuous(
    weights: list[int], lower: list[int], upper: list[int | None], amount: int
) -> list[Fraction] | None:
    """clip(factor * weight, lower, upper) with the sum exact; None where bounds forbid it."""
    if sum(lower) > amount or (None not in upper and sum(cap for cap in upper if cap is not None) < amount):
        return None

    def at(factor: Fraction) -> list[Fraction]:
        return [
            _clip(factor * weight, low, high) for weight, low, high in zip(weights, lower, upper, strict=True)
        ]

    edges = sorted(
        {
            Fraction(edge, weight)
            for weight, low, high in zip(weights, lower, upper, strict=True)
            for edge in (low, high)
            if weight > 0 and edge is not None
        }
    )
    if not any(weights):
        return continuous([1] * len(weights), lower, upper, amount)
    if not edges:
        edges = [Fraction(0)]
    probes = [edges[0] - 1, *edges, edges[-1] + 1]
    sums = [sum(at(probe)) for probe in probes]
    for left, right, below, above in zip(probes, probes[1:], sums, sums[1:], strict=False):
        if below <= amount <= above:
            step = (right - left) * (amount - below) / (above - below) if above > below else Fraction(0)
            return at(left + step)
    outer, sign = (probes[-1], 1) if amount > sums[-1] else (probes[0], -1)
    slope = sum(
        weight
        for weight, low, high in zip(weights, lower, upper, strict=True)
        if weight and (high is None if sign > 0 else False)
    )
    if slope:
        return at(outer + (amount - sums[-1]) / slope)
    held = [at(outer)[index] if weight else None for index, weight in enumerate(weights)]
    return continuous(
        [0 if weight else 1 for weight in weights],
        [low if fixed is None else int(fixed) for low, fixed in zip(lower, held, strict=True)],
        [high if fixed is None else int(fixed) for high, fixed in zip(upper, held, strict=True)],
        amount,
    )


def rounded(paths: list[Path], exact: list[Fraction], amount: int) -> list[int]:
    """Largest remainder from the root down, ties to the first; `paths` are sorted."""
    if len(paths) == 1:
        return [amount]
    if all(len(path) == 0 for path in paths):
        raise AssertionError("two cells on one path")
    groups = [list(group) for _, group in groupby(range(len(paths)), key=lambda index: paths[index][:1])]
    sums = [sum((exact[index] for index in group), Fraction(0)) for group in groups]
    parts = _largest_remainder(sums, amount)
    values: list[int] = []
    for group, part in zip(groups, parts, strict=True):
        values += rounded([paths[index][1:] for index in group], [exact[index] for index in group], part)
    return values


def _largest_remainder(exact: list[Fraction], amount: int) -> list[int]:
    floors = [value.numerator // value.denominator for value in exact]
    ranked = sorted(range(len(exact)), key=lambda index: (floors[index] - exact[index], index))
    for index in ranked[: amount - sum(floors)]:
        floors[index] += 1
    return floors


def _clip(value: Fraction, low: int, high: int | None) -> Fraction:
    value = max(value, Fraction(low))
    return value if high is None else min(value, Fraction(high))
