"""How old what is owed is: buckets by days since delivery, days past the agreed term, days of sales outstanding."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

BUCKET_DAYS = (30, 60, 90, 180)
"""The last day of each bucket but the last, which has no end."""
NO_TERM = -1


def buckets(age: Ints) -> Ints:
    """The bucket (0 to 4) of each age in days; a delivery of the same day is 0 days old."""
    found: Ints = np.searchsorted(np.array(BUCKET_DAYS), age, side="left").astype(np.int64)
    return found


def days_overdue(age: Ints, term: Ints) -> Ints:
    """Days past the term of each item; 0 when not due yet, or without a term (`NO_TERM`)."""
    found: Ints = np.where(term >= 0, np.maximum(age - term, 0), 0)
    return found


def days_sales_outstanding(owed: int, delivered: int, days: int) -> int | None:
    """`owed / delivered x days`, whole days, half up; None where nothing (or less) was delivered in the days."""
    return (2 * owed * days + delivered) // (2 * delivered) if delivered > 0 else None
