"""A node by month and by product line, from the month rollups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from quyu.analytics.attainment import Standing
from quyu.apps.performance.models import MonthRollup
from quyu.apps.performance.selectors.span import CALENDAR, year_before
from quyu.apps.performance.selectors.tree import Board, node_of_territory
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import ProductLine


@dataclass(frozen=True)
class Months:
    """Three parallel rows over the months of the year; `actual` is None for months without facts yet."""

    codes: tuple[str, ...]
    target: tuple[int, ...]
    actual: tuple[int | None, ...]
    before: tuple[int, ...]


def territory_ids(board: Board, region: str) -> list[int | None]:
    """The territories whose sales count below a node; None (未归属) belongs to the root."""
    below = {region, *board.axes.tree.descendants(region)}
    found: list[int | None] = [pk for pk, node in node_of_territory(board.axes).items() if node in below]
    return [*found, None] if region == board.axes.tree.root else found


def months(board: Board, region: str) -> Months:
    """Target, actual and the year before by month of the whole year."""
    year = int(board.axes.year)
    calendar = CALENDAR.months(year)
    inside = set(territory_ids(board, region))
    sums: dict[date, int] = {}
    rows = MonthRollup.objects.filter(month__gte=date(year - 1, 1, 1), month__lt=date(year + 1, 1, 1))
    for row in (
        rows.values("month", "territory").annotate(fen=Sum("amount_fen")).order_by("month", "territory")
    ):
        if row["territory"] in inside:
            sums[row["month"]] = sums.get(row["month"], 0) + row["fen"]
    first, stop = board.axes.spans[region]
    cells = board.cells
    reached = board.span.last_day
    return Months(
        codes=tuple(month.code for month in calendar),
        target=tuple(
            0 if cells is None else int(cells[first:stop, index].sum()) for index in range(len(calendar))
        ),
        actual=tuple(
            sums.get(month.start, 0) if reached and month.start <= reached else None for month in calendar
        ),
        before=tuple(sums.get(year_before(month.start), 0) for month in calendar),
    )


def lines(board: Board, region: str) -> list[tuple[str, str, Standing]]:
    """(code, name, standing) by product line; the year before counts whole months only."""
    span = board.span
    codes = span.month_codes()
    inside = set(territory_ids(board, region))
    done = _by_line(span.start, span.cutoff, inside)
    whole = [code for code in codes if CALENDAR.parse(code).end <= span.cutoff]
    before: dict[str | None, int] = {}
    if whole:
        start, end = CALENDAR.parse(whole[0]).start, CALENDAR.parse(whole[-1]).end
        before = _by_line(year_before(start), year_before(end), inside)
    first, stop = board.axes.spans[region]
    names = dict(ProductLine.objects.values_list("code", "name"))
    found: list[tuple[str, str, Standing]] = []
    for index, code in enumerate(board.axes.lines):
        targets = [(c, _cell(board, first, stop, c, index)) for c in codes]
        standing = Standing(
            sum(v for _, v in targets),
            sum(span.due(c, v) for c, v in targets),
            done.pop(code, 0),
            before.get(code, 0),
        )
        found.append((code, names.get(code, code), standing))
    found += [(c or "", names.get(c or "", ""), Standing(actual=v)) for c, v in done.items() if v]
    return found


def _cell(board: Board, first: int, stop: int, month: str, line: int) -> int:
    if board.cells is None or month not in board.axes.months:
        return 0
    return int(board.cells[first:stop, board.axes.months.index(month), line].sum())


def _by_line(start: date, end: date, inside: Iterable[int | None]) -> dict[str | None, int]:
    rows = MonthRollup.objects.filter(month__gte=start, month__lt=end).values(
        "product_line__code", "territory"
    )
    sums: dict[str | None, int] = {}
    wanted = set(inside)
    for row in rows.annotate(fen=Sum("amount_fen")).order_by("product_line__code", "territory"):
        if row["territory"] in wanted:
            sums[row["product_line__code"]] = sums.get(row["product_line__code"], 0) + row["fen"]
    return sums


def territory_codes(board: Board, region: str) -> list[str]:
    """Codes of the territories whose sales count below a node."""
    ids = [pk for pk in territory_ids(board, region) if pk is not None]
    return list(Territory.objects.filter(pk__in=ids).order_by("code").values_list("code", flat=True))
