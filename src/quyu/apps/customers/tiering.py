"""A, B or C: the largest customers that together make 70 % of sales, those up to 90 %, and the rest.

Pareto (ABC) classification by cumulative share. A customer near a limit keeps its class: to rise it must
clear the limit by five points, to fall it must miss it by five (hysteresis), so that nobody flips every month.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.customers.choices import CustomerTier

A_LIMIT, B_LIMIT = 7_000, 9_000
"""Cumulative shares in basis points."""
BAND = 500
"""Points of hysteresis, in basis points."""


@dataclass(frozen=True)
class Ranking:
    """A customer's place: share of the total sold to larger customers, in basis points, and the new tier."""

    before_bp: int
    tier: CustomerTier


def cumulative_before(amounts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each amount (fen), the share of the total held by larger ones, in basis points; ties by position."""
    sold = np.maximum(amounts, 0)
    order = np.argsort(-sold, kind="stable")
    running = np.concatenate([[0], np.cumsum(sold[order])[:-1]])
    total = max(int(sold.sum()), 1)
    before = np.empty(len(sold), dtype=np.int64)
    before[order] = [int(value) * 10_000 // total for value in running]
    return before


def tier_of(amount: int, before_bp: int, current: str) -> CustomerTier:
    """The class of one customer, given the one it has."""
    if amount <= 0:
        return CustomerTier.PROSPECT if current == CustomerTier.PROSPECT else CustomerTier.C
    a_limit, b_limit = A_LIMIT, B_LIMIT
    if current == CustomerTier.A:
        a_limit += BAND
    elif current == CustomerTier.B:
        a_limit, b_limit = A_LIMIT - BAND, B_LIMIT + BAND
    elif current == CustomerTier.C:
        a_limit, b_limit = A_LIMIT - BAND, B_LIMIT - BAND
    if before_bp < a_limit:
        return CustomerTier.A
    return CustomerTier.B if before_bp < b_limit else CustomerTier.C


def rank(amounts: Sequence[int], current: Sequence[str]) -> list[Ranking]:
    """The new class of every customer."""
    before = cumulative_before(np.asarray(amounts, dtype=np.int64)).tolist()
    return [
        Ranking(share, tier_of(amount, share, tier))
        for amount, share, tier in zip(amounts, before, current, strict=True)
    ]
