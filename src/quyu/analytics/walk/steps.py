"""The walk itself: one line after the other, its claim, its month and what is added where."""

import numpy as np
from numpy.typing import NDArray

from quyu.analytics.walk.groups import Cells, placed
from quyu.kernel.compiled import compiled

Codes = NDArray[np.int32]
Measure = NDArray[np.int64]
NONE = -1
DAY_ZERO = 719_468
"""Days of the calendar before 1970, so that no key is negative."""
TABLE_START, TABLE_DAYS = -25_567, 73_049
"""The days whose months are looked up: from 1900 to 2100."""
BLOCK = 512
"""Lines whose places are found one after the other before anything is added, so that memory is asked for many at once."""


@compiled
def found(first: Codes, start: Codes, end: Codes, slot: int, day: int) -> int:
    """The claim of a slot that holds on the day, or NONE."""
    low, high = first[slot], first[slot + 1]
    while low < high:
        middle = (low + high) // 2
        if start[middle] <= day:
            low = middle + 1
        else:
            high = middle
    low -= 1
    return low if low >= first[slot] and day < end[low] else NONE


@compiled
def claimed(
    day: Codes,
    buyer: tuple[Codes, Codes],
    spot: tuple[Codes, Codes],
    product: tuple[Codes, Codes],
    first: Codes,
    start: Codes,
    end: Codes,
    is_used: NDArray[np.bool_],
    customers: int,
    place_slot: int,
    into: Codes,
) -> None:
    """The claim of each line, NONE where nobody does: the strongest kind that holds on its day.

    Customer, place and product come as the code of each line and the number of each code: of customers and places
    that of the claims, of products that of the product line claimed apart.
    """
    for line in range(len(day)):
        on, who, held = day[line], buyer[1][buyer[0][line]], NONE
        if who >= 0 and is_used[0]:
            held = found(first, start, end, who, on)
        if held < 0 and who >= 0 and is_used[1]:
            apart = product[1][product[0][line]]
            if apart >= 0:
                held = found(first, start, end, (3 + apart) * customers + who, on)
        if held < 0 and who >= 0 and is_used[2]:
            held = found(first, start, end, customers + who, on)
        if held < 0 and is_used[3]:
            at = spot[1][spot[0][line]]
            if at >= 0:
                held = found(first, start, end, place_slot + at, on)
        if held < 0 and who >= 0 and is_used[4]:
            held = found(first, start, end, 2 * customers + who, on)
        into[line] = held


@compiled
def month_of(day: int) -> int:
    """Months since the year 0 of a day since 1970: the calendar of Gregory, counted from March."""
    shifted = day + DAY_ZERO
    era = shifted // 146_097
    rest = shifted - era * 146_097
    year = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    return (year + era * 400) * 12 + month + 2


@compiled
def months_of(days: int) -> Codes:
    """The month of each of so many days from TABLE_START on."""
    found = np.empty(days, np.int32)
    for day in range(days):
        found[day] = month_of(day + TABLE_START)
    return found


@compiled
def added(
    day: Codes,
    territory: tuple[Codes, Codes],
    person: tuple[Codes, Codes],
    product: tuple[Codes, Codes],
    channel: tuple[Codes, Codes],
    amount: Measure,
    quantity: Measure,
    sign: int,
    sizes: tuple[int, int, int, int],
    month_table: Codes,
    months: Cells,
    month_shift: np.uint64,
    days: Cells,
    day_shift: np.uint64,
) -> tuple[int, int, float, float]:
    """Add every line to its month and day; how many keys were new in each, and the size of what was added.

    Territory, person, product line and channel come as the code of each line and the number of each code, `sizes`
    tells how many numbers of each there are; `month_table` are the `months_of` days. Months hold fen, thousandths and lines; days fen and lines.
    """
    territories, people, lines, channels = sizes
    new_months, new_days = 0, 0
    amounts, quantities = 0.0, 0.0
    month_keys, day_keys = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for begin in range(0, len(day), BLOCK):
        size = min(BLOCK, len(day) - begin)
        for at in range(size):
            row = begin + at
            where = territory[1][territory[0][row]]
            known = day[row] - TABLE_START
            is_known = 0 <= known < len(month_table)
            month = month_table[known] if is_known else month_of(day[row])
            key = (month * territories + where) * people + person[1][person[0][row]]
            month_keys[at] = (key * lines + product[1][product[0][row]]) * channels + channel[1][
                channel[0][row]
            ]
            day_keys[at] = (day[row] + DAY_ZERO) * territories + where
        new_months += placed(months, month_shift, month_keys, size)
        new_days += placed(days, day_shift, day_keys, size)
        for at in range(size):
            row = begin + at
            spot = month_keys[at]
            months[spot, 1] += amount[row]
            months[spot, 2] += quantity[row]
            months[spot, 3] += sign
            spot = day_keys[at]
            days[spot, 1] += amount[row]
            days[spot, 2] += sign
            amounts += abs(float(amount[row]))
            quantities += abs(float(quantity[row]))
    return new_months, new_days, amounts, quantities
