"""What the choices so far would give: regions, product lines, months, new territories, in the measure's unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.services.baseline.series import MONTHS, Floats, Ints
from quyu.apps.targets.services.history.drafts import Prepared
from quyu.kernel.measure import UNITS, format_value
from quyu.kernel.rate import growth_bp

DEEPEST = 2
CLEANING = ("one_off", "new", "lost")


@dataclass(frozen=True)
class Row:
    """A region or product line: the completed last year, what cleaning changed, and the base of the new year."""

    code: str
    name: str
    depth: int
    history: str
    cleaning: str
    base: str
    growth_bp: int | None
    index_bp: int | None


@dataclass(frozen=True)
class Preview:
    """The base in sums; `unit` is the word for the numbers."""

    regions: tuple[Row, ...]
    lines: tuple[Row, ...]
    chart: dict[str, Any]
    unit: str
    base: int
    last_year: int
    cell_count: int


def preview(prepared: Prepared) -> Preview:
    """Sums of the prepared base."""
    series, past, made = prepared.past.series, prepared.past, prepared.made
    metric = METRICS[prepared.basis.measure]
    yearly = {name: series.grouped(part.sum(axis=1)) for name, part in _layers(prepared).items()}
    spans, axes = past.axes.spans, past.axes
    shown = [code for code in axes.regions if axes.depths[code] <= DEEPEST and not axes.tree.is_leaf(code)]
    by_region = {name: values.sum(axis=1) for name, values in yearly.items()}
    by_line = {name: values.sum(axis=0) for name, values in yearly.items()}
    level, potential = made.level.sum(axis=1), made.as_potential.sum(axis=1)
    has_potential = prepared.sources.potential is not None

    def index_of(place: slice) -> int | None:
        have, want = float(level[place].sum()), float(potential[place].sum())
        share = have / max(level.sum(), 1)
        return round(want / max(potential.sum(), 1) / share * 10_000) if has_potential and share > 0 else None

    regions = [
        _row(
            code,
            axes.name(code),
            axes.depths[code],
            by_region,
            slice(*spans[code]),
            metric.unit,
            index_of(slice(*spans[code])),
        )
        for code in shown
    ]
    lines = [
        _row(code, axes.line_name(code), 0, by_line, slice(number, number + 1), metric.unit, None)
        for number, code in enumerate(past.placing.lines)
    ]
    return Preview(
        tuple(regions), tuple(lines), _chart(prepared, metric.unit), metric.word or UNITS[metric.unit].word,
        int(made.cells.sum()), int(made.last_year.sum()), axes.size,
    )  # fmt: skip


def _layers(prepared: Prepared) -> dict[str, Ints]:
    made = prepared.made
    cleaning: Ints = sum((made.parts[name] for name in CLEANING), start=np.zeros_like(made.cells))
    return {"history": made.last_year, "cleaning": cleaning, "base": made.cells}


def _row(
    code: str, name: str, depth: int, sums: dict[str, Floats], place: slice, unit: str, index_bp: int | None
) -> Row:
    values = {layer: int(values[place].sum()) for layer, values in sums.items()}
    return Row(
        code, name, depth, format_value(values["history"], unit),
        format_value(values["cleaning"], unit) if values["cleaning"] else "",
        format_value(values["base"], unit), growth_bp(values["base"], values["history"]), index_bp,
    )  # fmt: skip


def _chart(prepared: Prepared, unit: str) -> dict[str, Any]:
    """Last year and base by month, in the displayed unit."""
    made, scale = prepared.made, UNITS[unit].scale

    def shown(cells: Ints) -> list[float]:
        return [round(value / scale, 2) for value in cells.sum(axis=0).tolist()]

    before = str(prepared.cleaned.years[-1])
    series = [
        {"id": "before", "name": _("%(year)s 年（清洗后）") % {"year": before}, "type": "bar",
         "data": shown(made.last_year + _layers(prepared)["cleaning"])},
        {"id": "base", "name": _("%(year)s 年基线") % {"year": prepared.basis.year}, "type": "line",
         "data": shown(made.cells)},
    ]  # fmt: skip
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": [one["name"] for one in series], "top": 0},
        "grid": {"left": 8, "right": 8, "bottom": 4, "top": 56, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{month:02d}" for month in range(1, MONTHS + 1)]},
        "yAxis": {"type": "value", "name": UNITS[unit].word},
        "series": series,
    }


@dataclass(frozen=True)
class Newcomer:
    """A territory or product line without history, and what it may be like: (code, name)."""

    code: str
    name: str
    is_line: bool
    sources: tuple[tuple[str, str], ...]


def newcomers(prepared: Prepared) -> Iterator[Newcomer]:
    """Territories and product lines of which nothing was ever sold in the window."""
    past, axes = prepared.past, prepared.past.axes
    sold = np.stack([past.series.grouped(year.sum(axis=1)) for year in past.series.amounts]).sum(axis=0)
    old = [code for number, code in enumerate(axes.leaves) if sold[number].sum() > 0]
    known = tuple((code, axes.name(code)) for code in old)
    for number in prepared.made.without_history:
        code = axes.leaves[number]
        yield Newcomer(code, axes.name(code).removeprefix(TERRITORY), False, known)
    lines = past.placing.lines
    of_line = sold.sum(axis=0)
    sources = tuple((code, axes.line_name(code)) for n, code in enumerate(lines) if of_line[n] > 0)
    for number, code in enumerate(lines):
        if of_line[number] <= 0:
            yield Newcomer(code, axes.line_name(code), True, sources)
