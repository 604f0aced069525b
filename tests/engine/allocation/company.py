"""A small company to speak about in examples: three provinces in two areas, twelve months."""

from itertools import product

import numpy as np

from quyu.engine.allocation import Dimension, Problem, Total, solve

REGION = Dimension(
    "region",
    {"全国": None, "华东": "全国", "上海": "华东", "江苏": "华东", "华南": "全国", "广东": "华南"},
)
PERIOD = Dimension(
    "period",
    {
        "2027": None,
        **{f"Q{quarter}": "2027" for quarter in range(1, 5)},
        **{f"2027-{month:02}": f"Q{(month + 2) // 3}" for month in range(1, 13)},
    },
)
COORDINATES = np.array(list(product(range(3), range(12))), np.int32)
BASE = np.array([100 + 37 * ((row * 7) % 11) for row in range(36)], np.int64)


def solved(*, totals: tuple[Total, ...], locked: tuple[str, ...] = ()) -> Problem:
    """The company with totals spread (1,000,000 where none are given); provinces may be locked."""
    first = Problem((REGION, PERIOD), COORDINATES, BASE, totals=totals or (Total({}, 1_000_000),))
    mask = np.zeros(36, np.bool_)
    for province in locked:
        mask[first.rows({"region": province})] = True
    return Problem((REGION, PERIOD), COORDINATES, BASE, locked=mask, value=solve(first).values, totals=totals)
