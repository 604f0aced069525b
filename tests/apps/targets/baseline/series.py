"""Small histories: territories under two regions, product lines, one or more series a group."""

from datetime import date

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from quyu.apps.targets.services.baseline.series import Series

FESTIVALS = {
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
}
TARGET = 2027


def history(
    amounts: np.ndarray,
    *,
    territories: int,
    lines: int,
    per_group: int = 1,
    closed: int = 12,
    festivals: bool = True,
) -> Series:
    """`amounts` (years, series, 12), the last year 2026; series go through territories, then lines, then copies."""
    years = tuple(range(TARGET - amounts.shape[0], TARGET))
    return Series(
        years=years,
        amounts=amounts,
        territory=np.repeat(np.arange(territories), lines * per_group),
        line=np.tile(np.repeat(np.arange(lines), per_group), territories),
        parents=np.arange(territories) % 2,
        line_count=lines,
        closed=closed,
        festivals=FESTIVALS if festivals else {},
    )


@st.composite
def histories(draw: st.DrawFn) -> Series:
    """Any amounts, returns among them, with at least one sale."""
    years, territories, lines, per_group = (draw(st.integers(1, most)) for most in (4, 4, 3, 2))
    shape = (years, territories * lines * per_group, 12)
    amounts = draw(arrays.arrays(np.int64, shape, elements=st.integers(-1_000, 10_000_000), fill=st.just(0)))
    amounts[-1, 0] = 5_000_000
    return history(
        amounts, territories=territories, lines=lines, per_group=per_group, closed=draw(st.integers(1, 12))
    )
