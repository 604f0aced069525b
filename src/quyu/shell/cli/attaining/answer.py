"""The rows of `quyu attain` as a table for people, as JSON and as CSV for programs."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from quyu.apps.performance.selectors.keys import KEYS
from quyu.apps.performance.selectors.rows import Row, Table
from quyu.kernel.measure import format_value
from quyu.kernel.rate import format_bp
from quyu.shell.cli.language import _
from quyu.shell.cli.wording import columns

RATES = ("attainment_bp", "pace_bp", "growth_bp")
VALUES = ("target", "expected", "actual", "before")
COMPARED = ("comparable", "other", "change")
GAP = "  "


@dataclass(frozen=True)
class Answer:
    """A table with what it was asked for; `notes` are what a reader should know."""

    table: Table
    basis: str
    reading: str
    known_on: date | None
    plan: str
    notes: tuple[str, ...]

    @property
    def _suffix(self) -> str:
        return "_fen" if self.table.metric.is_money else ""

    def to_json(self) -> dict[str, object]:
        """One document; values are integers of `unit`, rates basis points, null where there is none."""
        shown = self.table
        return {
            "period": shown.span.period.code,
            "metric": shown.metric.id,
            "unit": shown.metric.unit,
            "basis": self.basis,
            "reading": self.reading,
            "as_of": self.known_on.isoformat() if self.known_on else None,
            "data_to": shown.span.last_day.isoformat() if shown.span.last_day else None,
            "time_elapsed_bp": shown.span.elapsed_bp,
            "plan": self.plan or None,
            **self._pair,
            "by": list(shown.by),
            "rows": [
                {
                    "keys": dict(zip(shown.by, row.keys, strict=True)),
                    "names": dict(zip(shown.by, row.names, strict=True)),
                    **self._figures(row),
                }
                for row in shown.rows
            ],
            "total": self._figures(shown.whole),
            "notes": list(self.notes),
        }

    def to_csv(self) -> str:
        """The keys, their names and the figures of `to_json`, one row a line; blank where there is none."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [f"{key}_name" for key in self.table.by]
        writer.writerow([*self.table.by, *names, *self._figures(self.table.whole)])
        for row in self.table.rows:
            cells = (*row.keys, *row.names)
            writer.writerow([*map(_plain, cells), *self._figures(row).values()])
        return text.getvalue()

    def _figures(self, row: Row) -> dict[str, int | None]:
        names = (*VALUES, *COMPARED) if self.table.pair else VALUES
        rates = (*RATES, "change_bp") if self.table.pair else RATES
        values = {f"{name}{self._suffix}": getattr(row, name) for name in names}
        return values | {name: getattr(row, name) for name in rates}

    @property
    def _pair(self) -> dict[str, object]:
        """The days that are compared, the last ones included."""
        pair = self.table.pair
        if pair is None:
            return {}
        days = [
            [span.start.isoformat(), span.last_day.isoformat() if span.last_day else None]
            for span in (pair.now, pair.then)
        ]
        return {"compare": pair.code, "compared_days": days[0], "other_days": days[1]}

    def told(self) -> Iterator[str]:
        """The table in words, with its whole."""
        shown = self.table
        unit = shown.metric.measured_in.word
        last = shown.span.last_day
        yield _("{period} · {metric}（{unit}）· {reading} · 数据截至 {day} · 目标：{plan}").format(
            period=shown.span.period.code,
            metric=shown.metric.name,
            unit=unit,
            reading=self.reading_said,
            day=last or _("尚无"),
            plan=self.plan or _("无"),
        )
        heads = [
            *(str(KEYS[key]) for key in shown.by),
            _("目标"),
            _("实绩"),
            _("达成率"),
            _("对进度"),
            _("同比"),
        ]
        if shown.pair:
            heads += [*([_("可比实绩")] if shown.pair.is_held else []), shown.pair.code, _("变化")]
        body = [[*row.names, *self._said(row)] for row in shown.rows]
        if shown.by:
            body.append([_("合计"), *[""] * (len(shown.by) - 1), *self._said(shown.whole)])
        else:
            body = [self._said(shown.whole)]
        yield from aligned([heads, *body], texts=len(shown.by))
        yield from (f"· {note}" for note in self.notes)

    @property
    def reading_said(self) -> str:
        basis = {"order": _("按下单"), "delivery": _("按发货"), "cash": _("按回款")}[self.basis]
        reading = {"was": _("按当时归属"), "restated": _("按今天归属重述")}[self.reading]
        return " · ".join((basis, reading, *([str(self.known_on)] if self.known_on else [])))

    def _said(self, row: Row) -> list[str]:
        unit = self.table.metric.unit
        rates = [getattr(row, name) for name in RATES]
        values = [format_value(value, unit) for value in (row.target, row.actual)]
        told = [*values, *("—" if rate is None else format_bp(rate) for rate in rates)]
        pair = self.table.pair
        if pair:
            told += [format_value(row.comparable, unit)] if pair.is_held else []
            told += [
                format_value(row.other, unit),
                "—" if row.change_bp is None else format_bp(row.change_bp),
            ]
        return told


def aligned(rows: Sequence[Sequence[str]], *, texts: int) -> Iterator[str]:
    """The first `texts` columns to the left, figures to the right; a Chinese character takes two columns."""
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - columns(cell))
            cells.append(cell + space if place < texts else space + cell)
        yield GAP.join(cells).rstrip()


def _plain(cell: str) -> str:
    """A name that a spreadsheet would take for a formula is written behind an apostrophe."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
