"""When each customer bought for the first and the last time: what makes it new, kept or lost between two spans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.analytics.bridge import KEPT, LOST, NEW, Ints
from quyu.apps.performance.selectors.sold_lines import Days, Sold, day_numbers, number_of
from quyu.apps.performance.selectors.summing import Numbers, grouped
from quyu.apps.targets.remembered import Remembered

LOST_AFTER_MONTHS = 6
"""As in the baseline of a plan: no order for so long is a customer lost."""
KEPT_BUYERS = 1_000_000
DAY_BITS = 32


@dataclass(frozen=True)
class Buyers:
    """Code -> first and last day with more bought than returned, as Arrow numbers days."""

    days: Mapping[str, tuple[int, int]]

    def standings(self, codes: Sequence[str], before: Days, now: Days) -> Ints:
        """New: bought for the first time ever after the earlier span. Lost: no purchase for six months, none in the span."""
        end, cut = number_of(before[1]), number_of(min(now[0], months_before(now[1], LOST_AFTER_MONTHS)))
        found = np.full(len(codes), KEPT, np.int64)
        for place, code in enumerate(codes):
            if code in self.days:
                first, last = self.days[code]
                found[place] = NEW if first >= end else LOST if last < cut else KEPT
        return found


_KEPT: Remembered[Buyers] = Remembered(KEPT_BUYERS, lambda buyers: len(buyers.days) + 1)


def buyers(sold: Sold, stop: date) -> Buyers:
    """Of the lines before a day; kept in memory while the facts stay."""
    return _KEPT.get(repr((sold.facts, stop)).encode(), lambda: _read(sold, stop))


def _read(sold: Sold, stop: date) -> Buyers:
    codes = Numbers()
    keys, amounts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for lines in sold.bought(stop):
        customer = codes.column(lines["customer_code"])
        keys.append((customer << DAY_BITS) + day_numbers(lines) + 2 ** (DAY_BITS - 1))
        amounts.append(lines["amount_fen"].to_numpy())
    key, (amount,) = grouped(np.concatenate(keys), [np.concatenate(amounts)])
    key = key[amount > 0]
    customer, day = key >> DAY_BITS, (key & (2**DAY_BITS - 1)) - 2 ** (DAY_BITS - 1)
    first = np.flatnonzero(np.diff(customer, prepend=-1))
    last = np.append(first[1:], customer.size) - 1 if customer.size else first
    known = zip(customer[first].tolist(), day[first].tolist(), day[last].tolist(), strict=True)
    return Buyers({codes.texts[number]: (begin, end) for number, begin, end in known})


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the first of the next month where there is none."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)
