"""The variance bridge: what was sold in one span, less what was sold in an earlier one, told by causes to the fen.

An account is a customer in a territory; quantities are added only among the products of one product line of one
account. Every cause is computed per account and product, and rounded there once (`_in_whole_fen`), so that the bars
of any set of accounts are plain sums: a node's are those of its children, a customer's those of its products.
Sources: the price, volume (sales-quantity) and sales-mix variances of C. T. Horngren, S. M. Datar, M. V. Rajan,
*Cost Accounting: A Managerial Emphasis*, chapter 14; the rounding is Hamilton's. Page: docs/formulas/bridge.md.
"""

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
KEPT, NEW, LOST = 0, 1, 2
"""What a customer is in the comparison."""
CAUSES = ("moves", "calendar", "new", "lost", "price", "volume", "mix", "other")
"""In the order in which they are shown."""
COMPARABLE = 1_000
"""Quantities that differ by more than this factor are of different units, and say nothing about a price."""
SAFE = 2.0**61
"""Products below this stay in 64 bits with room to add four of them."""


@dataclass(frozen=True)
class Accounts:
    """Parallel columns, one row for each product of an account; amounts in fen, quantities in thousandths.

    `group` numbers the (account, product line) a row belongs to, from 0. `standing` is KEPT, NEW or LOST. What was
    sold and what came back are apart: `returned_*` are the negative lines.
    """

    group: Ints
    standing: Ints
    sold_before: Ints
    sold_now: Ints
    quantity_before: Ints
    quantity_now: Ints
    returned_before: Ints
    returned_now: Ints

    @property
    def change(self) -> Ints:
        """What the causes add up to, row by row."""
        change: Ints = self.sold_now + self.returned_now - self.sold_before - self.returned_before
        return change


@dataclass(frozen=True)
class Worth:
    """What the days of the two spans are worth, in working days (or any one unit); both above zero, or no effect."""

    before: int
    now: int


def causes(accounts: Accounts, worth: Worth) -> dict[str, Ints]:
    """Cause -> fen by row; row by row they add up to the change. `moves` are told by `moved`, here they are 0."""
    is_kept = accounts.standing == KEPT
    sold = np.where(is_kept, accounts.sold_now - accounts.sold_before, 0)
    size = int(accounts.group.max()) + 1 if accounts.group.size else 0
    quantities = [
        _summed(accounts.group, np.where(is_kept, column, 0), size)[accounts.group]
        for column in (accounts.quantity_before, accounts.quantity_now)
    ]
    base = _summed(accounts.group, np.where(is_kept, accounts.sold_before, 0), size)[accounts.group]
    is_measured = is_kept & (quantities[0] > 0) & (quantities[1] >= 0)
    is_measured &= quantities[1] <= COMPARABLE * quantities[0]
    found = {cause: np.zeros(accounts.group.size, np.int64) for cause in CAUSES}
    found["new"] = np.where(accounts.standing == NEW, accounts.change, 0)
    found["lost"] = np.where(accounts.standing == LOST, accounts.change, 0)
    found["other"] = np.where(is_kept, accounts.returned_now - accounts.returned_before, 0)
    is_fresh = is_kept & ~is_measured & (base == 0)
    found["volume"] = np.where(is_fresh, sold, 0)
    found["other"] += np.where(is_kept & ~is_measured & (base != 0), sold, 0)
    rows = np.flatnonzero(is_measured)
    shares = _measured(accounts, quantities, worth, rows)
    for cause, values in zip(("calendar", "volume", "price", "mix"), shares, strict=True):
        found[cause][rows] += values
    return found


def moved(*, before: Ints, now: Ints, was_inside: NDArray[np.bool_], is_inside: NDArray[np.bool_]) -> Ints:
    """What a node gained by moves, by row: last year's sales that count for it today less those that did then,
    and this year's that counted for it less those that would today.
    """
    by_row: Ints = (is_inside.astype(np.int64) - was_inside.astype(np.int64)) * (before - now)
    return by_row


def _summed(group: Ints, values: Ints, size: int) -> Ints:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, group, values)
    return sums


def _measured(accounts: Accounts, quantities: list[Ints], worth: Worth, rows: Ints) -> list[Ints]:
    """Calendar, volume, price and mix of the rows that have a quantity to compare with."""
    common = int(np.gcd.reduce(np.concatenate([accounts.quantity_before, accounts.quantity_now, [0]]))) or 1
    columns = {
        "a0": accounts.sold_before, "a1": accounts.sold_now,
        "q0": accounts.quantity_before // common, "q1": accounts.quantity_now // common,
        "g0": quantities[0] // common, "g1": quantities[1] // common,
    }  # fmt: skip
    columns = {name: column[rows] for name, column in columns.items()}
    days = (worth.before, worth.now) if worth.before > 0 and worth.now > 0 else (1, 1)
    shrink = gcd(*days)
    w0, w1 = days[0] // shrink, days[1] // shrink
    largest = {name: np.abs(column.astype(np.float64)) for name, column in columns.items()}
    amount = np.maximum(largest["a0"], largest["a1"])
    deepest = np.maximum(largest["q0"], largest["q1"]) + 1
    width = np.maximum(largest["g0"], largest["g1"]) + 1
    fits = amount * deepest * width * max(w0, w1) < SAFE / 8
    found = [np.zeros(rows.size, np.int64) for _ in range(4)]
    for chosen, kind in ((fits, np.int64), (~fits, object)):
        if chosen.any():
            parts = _in_whole_fen({n: c[chosen].astype(kind) for n, c in columns.items()}, w0, w1)
            for column, values in zip(found, parts, strict=True):
                column[chosen] = values.astype(np.int64)
    return found


def _in_whole_fen(columns: dict[str, NDArray[Any]], w0: int, w1: int) -> list[NDArray[Any]]:
    """The four parts of each row over one denominator, in whole fen by largest remainder.

    Calendar is the old sales times the change in days; volume the old sales times what the quantity of the line
    changed beyond that; price the new quantity times the change of price, for what was sold in both; mix the rest.
    The only place where the bridge rounds. Ties go to the earlier part.
    """
    a0, a1, q0, q1, g0, g1 = (columns[name] for name in ("a0", "a1", "q0", "q1", "g0", "g1"))
    has_price = (q0 > 0) & (q1 > 0) & (q1 <= COMPARABLE * q0)
    of_price = np.where(has_price, q0, 1)
    below = w0 * g0 * of_price
    change = a1 - a0
    parts = [
        a0 * (w1 - w0) * g0 * of_price,
        a0 * (g1 * w0 - w1 * g0) * of_price,
        np.where(has_price, a1 * q0 - a0 * q1, 0) * (w0 * g0),
    ]
    parts.append(change * below - parts[0] - parts[1] - parts[2])
    whole = [part // below for part in parts]
    rest = np.stack([part % below for part in parts])
    missing = change - whole[0] - whole[1] - whole[2] - whole[3]
    order = np.argsort(-rest, axis=0, kind="stable")
    for rank in range(len(parts) - 1):
        chosen = np.where(missing > rank, order[rank], -1)
        for number in range(len(parts)):
            whole[number] = whole[number] + (chosen == number)
    return whole
