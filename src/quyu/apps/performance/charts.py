"""ECharts options of the performance pages: data and axes; colours and fonts come from the page."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from quyu.apps.performance.selectors.series import Months

WAN = 1_000_000


def _wan(fen: int | None) -> float | None:
    return None if fen is None else round(fen / WAN, 2)


def months(found: Months) -> dict[str, Any]:
    """Bars of target and actual by month, a line for the year before; in 万元."""
    series = [
        {
            "id": "target",
            "name": _("目标"),
            "type": "bar",
            "data": [_wan(v) for v in found.target],
            "barGap": "10%",
        },
        {"id": "actual", "name": _("实绩"), "type": "bar", "data": [_wan(v) for v in found.actual]},
        {
            "id": "before",
            "name": _("上年"),
            "type": "line",
            "data": [_wan(v) for v in found.before],
            "symbol": "circle",
        },
    ]
    return _by_month(list(found.codes), series)


def two_years(year: int, now: Sequence[int], before: Sequence[int]) -> dict[str, Any]:
    """Bars of this year and the last by month; in 万元."""
    series = [
        {"id": "before", "name": str(year - 1), "type": "bar", "data": [_wan(fen) for fen in before]},
        {"id": "actual", "name": str(year), "type": "bar", "data": [_wan(fen) for fen in now]},
    ]
    return _by_month([f"{month:02d}" for month in range(1, 13)], series)


def _by_month(codes: list[str], series: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": [one["name"] for one in series], "top": 0},
        "grid": {"left": 8, "right": 8, "bottom": 4, "top": 56, "containLabel": True},
        "xAxis": {"type": "category", "data": codes},
        "yAxis": {"type": "value", "name": _("万元")},
        "series": series,
    }
