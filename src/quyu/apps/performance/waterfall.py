"""A waterfall as an ECharts option: horizontal bars, so that names can be read on a phone."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

WAN = 1_000_000
TOTAL, GAIN, LOSS = "#64748b", "#0f766e", "#be123c"


def option(steps: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """`steps` are (name, fen): the first and the last are levels, what is between them leads from one to the other."""
    bars: list[dict[str, Any]] = []
    level, lowest = 0, _floor(steps)
    for number, (_name, fen) in enumerate(steps):
        is_level = number in (0, len(steps) - 1)
        begin, end = (lowest, fen) if is_level else (level, level + fen)
        level = end
        colour = TOTAL if is_level else GAIN if fen >= 0 else LOSS
        bars.append(_pieces(begin / WAN, end / WAN, colour, _said(fen, is_level)))
    names = ("floor", "up", "down")
    series = [
        {
            "type": "bar",
            "stack": "bridge",
            "silent": name == "floor",
            "data": [bar[name] for bar in bars],
            "barMaxWidth": 22,
        }
        for name in names
    ]
    series[0]["itemStyle"] = {"color": "transparent"}
    return {
        "tooltip": {"show": False},
        "grid": {"left": 8, "right": 72, "top": 24, "bottom": 4, "containLabel": True},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _fen in steps]},
        "xAxis": {
            "type": "value",
            "name": _("万元"),
            "position": "top",
            "splitNumber": 4,
            **({"min": lowest / WAN} if lowest else {}),
        },
        "series": series,
    }


def _floor(steps: Sequence[tuple[str, int]]) -> int:
    """Where the axis begins, in fen: below all levels by as much as they differ, 0 where that is not above it."""
    levels = list(accumulate(fen for _name, fen in steps[:-1]))
    low, high = min(levels), max(levels)
    room = low - max(high - low, 1) // 2
    step: int = 10 ** max(len(str(max(room, 1))) - 2, 0)
    return max(room // step * step, 0)


def _said(fen: int, is_level: bool) -> str:
    return f"{fen / WAN:,.1f}" if is_level else f"{fen / WAN:+,.1f}"


def _pieces(begin: float, end: float, colour: str, said: str) -> dict[str, Any]:
    """The invisible floor of a bar, and its parts above and below zero; the label stands on the outer one."""
    low, high = sorted((begin, end))
    floor = max(low, 0) or min(high, 0)
    up, down = max(high, 0) - max(low, 0), min(low, 0) - min(high, 0)
    label = {"show": True, "position": "right", "formatter": said, "color": "#475569"}
    look = {"itemStyle": {"color": colour}}
    return {
        "floor": round(floor, 4),
        "up": {"value": round(up, 4), **look, **({"label": label} if high > 0 or low == high else {})},
        "down": {
            "value": round(down, 4),
            **look,
            **({"label": {**label, "position": "left"}} if high <= 0 and low < high else {}),
        },
    }
