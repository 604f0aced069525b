"""Targets given by hand, for a company without a published plan: region, month, target."""

from pathlib import Path

from quyu.analytics.metrics import Metric
from quyu.apps.performance.selectors.attain import Given
from quyu.apps.performance.selectors.span import CALENDAR
from quyu.kernel.measure import parse_value
from quyu.kernel.money import parse_fen
from quyu.kernel.period import NotAPeriod
from quyu.kernel.refusal import Refusal
from quyu.shell.cli.alignment.table import read_table
from quyu.shell.cli.language import _

COLUMNS = ("region", "month", "target")


def read_targets(path: Path, metric: Metric) -> Given:
    """(region, month) -> target in fen (written in yuan), or in the unit of the metric. Raises BadInput."""
    table = read_table(path, COLUMNS)
    regions, months, texts = (table.columns[name] for name in COLUMNS)
    odd = [row for row, text in enumerate(months) if not _is_month(text)]
    if odd:
        raise table.refuse("not_a_month", "month", odd, _("请写成 2026-03 的样子。"))
    found: dict[tuple[str, str], int] = {}
    wrong, twice = [], []
    for row, key in enumerate(zip(regions, months, strict=True)):
        value = _value(texts[row], metric)
        if value is None:
            wrong.append(row)
        elif key in found:
            twice.append(row)
        else:
            found[key] = value
    if wrong:
        raise table.refuse("not_a_number", "target", wrong, _("应为数字，如 1200000 或 120万。"))
    if twice:
        raise table.refuse("target_twice", "region", twice, _("同一区域同一月份只能有一行，请合并。"))
    return found


def _is_month(text: str) -> bool:
    try:
        return CALENDAR.parse(text).kind == "month"
    except NotAPeriod:
        return False


def _value(text: str, metric: Metric) -> int | None:
    try:
        return parse_fen(text) if metric.is_money else parse_value(text, metric.unit)
    except Refusal:
        return None
