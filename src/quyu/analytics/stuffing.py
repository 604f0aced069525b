"""Whether dealers were stuffed (压货): bought well above what they sold on, with stock older and larger than is usual.

Stock counts as much only where both sides say so: days of stock are the lesser of cover (stock over what is sold on) and
age (how far back the latest purchases that make it up reach). A big purchase at the end raises cover alone, a quiet end of
a season age alone; goods that do not sell raise both. What cannot be judged says why and is never flagged.
All amounts are fen at the dealer's own price of sell-in. Page: docs/formulas/true-attainment.md.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
BP = 10_000
JUDGED, NO_COUNT, NO_SELL_THROUGH, NO_SELL_IN, NEW = "", "no_count", "no_sell_through", "no_sell_in", "new"
"""Why a dealer is not judged; the first that holds."""


@dataclass(frozen=True)
class Rules:
    """Thresholds, all stated on the formula page; `_bp` are basis points, `_days` days."""

    window: int = 6
    fewest_months: int = 3
    over_bp: int = 11_000
    cover_bp: int = 17_500
    fewest_peers: int = 8
    standard_days: int = 45
    least_days: int = 15
    most_days: int = 60
    late: int = 3
    history: int = 18
    fewest_dealers: int = 3
    share_bp: int = 2_500


RULES = Rules()


@dataclass(frozen=True)
class Dealings:
    """Shapes (dealers, months); `days` (months,). Stock is of the month end, where `is_counted`."""

    days: Int64
    sell_in: Int64
    sell_through: Int64
    stock: Int64
    is_reported: Flags
    is_counted: Flags


@dataclass(frozen=True)
class Flows:
    """Quantities and fen of sell-in as they were told: shapes (dealers, lines, months), flags (dealers, months)."""

    days: Int64
    bought: Int64
    paid: Int64
    sold: Int64
    stock: Int64
    is_reported: Flags
    is_counted: Flags

    def valued(self, at: int, rules: Rules = RULES) -> tuple[int, Dealings]:
        """The months that a judgement as of month `at` rests on, in fen, and which of these is the first of them.

        Nothing else goes into it, so that a month end is judged alike whatever is asked for.
        """
        first = max(at + 1 - rules.history, 0)
        bought, paid, sold, stock = (
            values[:, :, first : at + 1] for values in (self.bought, self.paid, self.sold, self.stock)
        )
        return first, Dealings(
            self.days[first : at + 1], paid.sum(axis=1), worth(sold, bought, paid), worth(stock, bought, paid),
            self.is_reported[:, first : at + 1], self.is_counted[:, first : at + 1],
        )  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """One value a dealer, shape (dealers,); meaningful where `reason` is empty.

    `at` is the month at whose end he was judged, `first` the one the window begins with; `opening` the stock before it, counted or reckoned back;
    `difference` counted less expected closing stock, 0 where the opening was reckoned.
    """

    at: Int64
    reason: NDArray[np.str_]
    first: Int64
    sell_in: Int64
    sell_through: Int64
    opening: Int64
    is_opening_counted: Flags
    closing: Int64
    difference: Int64
    stock_days: Int64
    normal_days: Int64
    is_stuffed: Flags
    excess: Int64

    @property
    def is_judged(self) -> Flags:
        flags: Flags = self.reason == JUDGED
        return flags


def worth(quantity: Int64, bought: Int64, paid: Int64) -> Int64:
    """(dealers, lines, months) quantities as (dealers, months) fen: each line at the dealer's own mean price, half up.

    `bought` and `paid` are quantity and fen of sell-in, same shape; a line he did not buy goes at the mean price of all.
    """
    count, fen = (_positive(values).sum(axis=2) for values in (bought, paid))
    is_unknown = (count == 0) | (fen == 0)
    count = np.where(is_unknown, count.sum(axis=0)[None], count)
    fen = np.where(is_unknown, np.where(count == 0, 0, fen.sum(axis=0)[None]), fen)
    fits = 2 * float(np.abs(quantity).max(initial=0)) * float(fen.max(initial=0)) < 2**62
    exact = np.int64 if fits and count.max(initial=0) < 2**61 else object
    divisor = np.maximum(count, 1).astype(exact)[:, :, None]
    values = (2 * quantity.astype(exact) * fen.astype(exact)[:, :, None] + divisor) // (2 * divisor)
    found: Int64 = values.sum(axis=1).astype(np.int64)
    return found


def _positive(values: Int64) -> Int64:
    kept: Int64 = np.clip(values, 0, None)
    return kept


def judge(dealings: Dealings, at: int, rules: Rules = RULES) -> Judgement:
    """Every dealer as of the end of month `at`, by the months before it of the same arrays."""
    length = _reported_run(dealings, at, rules.window)
    first = at + 1 - length
    bought, sold = (_between(values, first, at) for values in (dealings.sell_in, dealings.sell_through))
    closing = dealings.stock[:, at]
    rows = np.arange(len(closing))
    before = np.maximum(first - 1, 0)
    is_opening_counted = dealings.is_counted[rows, before] & (first > 0)
    opening = np.where(is_opening_counted, dealings.stock[rows, before], closing - bought + sold)
    reason = np.select(
        [
            ~dealings.is_counted[:, at],
            length < rules.fewest_months,
            bought <= 0,
            _first_purchase(dealings) >= first,
        ],
        [NO_COUNT, NO_SELL_THROUGH, NO_SELL_IN, NEW],
        JUDGED,
    )
    whole = np.concatenate([[0], np.cumsum(dealings.days)])
    days = whole[at + 1] - whole[first]
    stock_days = np.minimum(_cover(closing, sold, days), _age(dealings, at))
    peers = np.sort(stock_days[reason == JUDGED])
    normal = normal_days(peers, rules)
    is_stuffed = (
        (reason == JUDGED)
        & (bought * BP >= sold * rules.over_bp)
        & (stock_days * BP >= normal * rules.cover_bp)
    )
    usual = (2 * normal * sold + days) // np.maximum(2 * days, 1)
    return Judgement(
        np.full(len(closing), at), reason, first, bought, sold, opening, is_opening_counted, closing,
        closing - opening - bought + sold, stock_days, np.full(len(closing), normal), is_stuffed,
        np.where(is_stuffed, np.maximum(closing - usual, 0), 0),
    )  # fmt: skip


def judge_lately(flows: Flows, at: int, rules: Rules = RULES) -> Judgement:
    """Every dealer at the latest month end up to `at` that he can be judged at, of the last few; else why not at `at`."""
    found = _judged(flows, at, rules)
    for month in range(at - 1, max(at - rules.late, -1), -1):
        earlier = _judged(flows, month, rules)
        is_kept = found.is_judged | ~earlier.is_judged
        pairs = {one.name: (getattr(found, one.name), getattr(earlier, one.name)) for one in fields(found)}
        found = Judgement(**{name: np.where(is_kept, late, early) for name, (late, early) in pairs.items()})
    return found


def _judged(flows: Flows, at: int, rules: Rules) -> Judgement:
    """As of one month end, with months counted as in the flows."""
    offset, dealings = flows.valued(at, rules)
    found = judge(dealings, at - offset, rules)
    return replace(found, at=found.at + offset, first=found.first + offset)


def normal_days(peers: Int64, rules: Rules = RULES) -> int:
    """The median of all that were judged, within bounds; too few of them have the standard instead."""
    if len(peers) < rules.fewest_peers:
        return rules.standard_days
    ordered = np.sort(peers)
    median = int(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2
    return min(max(median, rules.least_days), rules.most_days)


def is_stuffed_area(stuffed: int, stuffed_fen: int, judged_fen: int, rules: Rules = RULES) -> bool:
    """Whether enough of what an area's judged dealers bought went to stuffed ones, and to how many of them."""
    return stuffed >= rules.fewest_dealers and stuffed_fen * BP >= judged_fen * rules.share_bp


def _reported_run(dealings: Dealings, at: int, most: int) -> Int64:
    """Months in a row with sell-through reported, up to the month."""
    length = np.zeros(len(dealings.stock), np.int64)
    is_running = np.ones(len(dealings.stock), bool)
    for month in range(at, max(at - most, -1), -1):
        is_running &= dealings.is_reported[:, month]
        length += is_running
    return length


def _between(values: Int64, first: Int64, at: int) -> Int64:
    """Row sums from each row's own first month to the last."""
    whole = np.concatenate([np.zeros((len(values), 1), np.int64), np.cumsum(values, axis=1)], axis=1)
    found: Int64 = whole[:, at + 1] - whole[np.arange(len(values)), first]
    return found


def _first_purchase(dealings: Dealings) -> Int64:
    is_bought = dealings.sell_in > 0
    found: Int64 = np.where(is_bought.any(axis=1), is_bought.argmax(axis=1), is_bought.shape[1])
    return found


def _cover(closing: Int64, sold: Int64, days: Int64) -> Int64:
    """Days that the stock lasts at the pace of the window, rounded down; without end where nothing was sold."""
    lasting: Int64 = np.where(sold > 0, closing * days // np.maximum(sold, 1), np.iinfo(np.int64).max)
    return lasting


def _age(dealings: Dealings, at: int) -> Int64:
    """Days back to the oldest of the latest purchases that make up the stock, rounded down in each month."""
    left = dealings.stock[:, at].copy()
    age = np.zeros(len(left), np.int64)
    for month in range(at, -1, -1):
        got = _positive(dealings.sell_in[:, month])
        used = np.minimum(left, got)
        days = dealings.days[month]
        age += np.where(left <= 0, 0, np.where(left >= got, days, days * used // np.maximum(got, 1)))
        left = left - used
    return age
