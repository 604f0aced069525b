"""The two drawings of the document as SVG: the map of territories and the season by month."""

from collections.abc import Sequence
from html import escape

from quyu.kernel.money import format_wan
from quyu.shell.plan.figures import PlanFigures

PALETTE = (
    "#4e79a7",
    "#f28e2b",
    "#76b7b2",
    "#e15759",
    "#59a14f",
    "#edc948",
    "#b07aa1",
    "#9c755f",
    "#86bcb6",
    "#d4a6c8",
)
_FONT = 'font-family="Noto Sans SC, Noto Sans CJK SC"'


def territory_map(figures: PlanFigures) -> str:
    """Territories in colours of the palette, borders white; empty where no place was recognised."""
    if not figures.outlines:
        return ""
    shapes = [
        f'<path d="{path}" fill="{PALETTE[index % len(PALETTE)]}" fill-opacity="0.75" stroke="#fff" stroke-width="1.2"/>'
        for index, leaf in enumerate(figures.axes.leaves)
        if (path := figures.outlines.get(leaf))
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 760">{"".join(shapes)}</svg>'


def season(figures: PlanFigures) -> str:
    """Bars of the target by month beside the year before, and the actuals where there are any."""
    months = figures.axes.months
    series = [
        ("上年实绩", "#c9d6d8", figures.before.sum(axis=(0, 2)).tolist()),
        ("目标", "#0f6b7a", figures.target.sum(axis=(0, 2)).tolist()),
    ]
    if figures.actual is not None:
        series.append(("实绩", "#e08a2c", figures.actual.sum(axis=(0, 2)).tolist()))
    top = max(max(values) for _, _, values in series) or 1
    width, height, left = 900, 170, 10
    slot = (width - left) / len(months)
    bar = slot * 0.72 / len(series)
    parts = [_legend(series)]
    for m, month in enumerate(months):
        x = left + m * slot + slot * 0.14
        for k, (_, colour, values) in enumerate(series):
            tall = max(values[m], 0) / top * height
            parts.append(
                f'<rect x="{x + k * bar:.1f}" y="{24 + height - tall:.1f}" width="{bar * 0.92:.1f}" height="{tall:.1f}" fill="{colour}"/>'
            )
        parts.append(
            f'<text x="{x + slot * 0.36:.1f}" y="{height + 40}" font-size="12" text-anchor="middle" fill="#555" {_FONT}>{escape(month[-2:])}月</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 50}">{"".join(parts)}</svg>'
    )


def _legend(series: Sequence[tuple[str, str, list[int]]]) -> str:
    parts = []
    for k, (name, colour, values) in enumerate(series):
        x = 10 + k * 210
        parts.append(f'<rect x="{x}" y="2" width="12" height="12" fill="{colour}"/>')
        label = f"{name} {format_wan(sum(values))} 万元"
        parts.append(f'<text x="{x + 17}" y="13" font-size="12" fill="#444" {_FONT}>{escape(label)}</text>')
    return "".join(parts)
