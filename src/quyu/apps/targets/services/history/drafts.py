"""A basis carried out: history read, cleaned, tested and turned into the base of every cell of a plan."""

from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np

from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.potential import last_plan_of, planned_by, potential_of
from quyu.apps.targets.services.baseline.back_test import BackTest, back_test
from quyu.apps.targets.services.baseline.blend import Sources, indices_bp
from quyu.apps.targets.services.baseline.cleaning import Turnover, without
from quyu.apps.targets.services.baseline.festival import ways_of_lines
from quyu.apps.targets.services.baseline.growth import Growth, trend_bp, trends_bp
from quyu.apps.targets.services.baseline.level import Like, Likes, completed, pace_of
from quyu.apps.targets.services.baseline.series import Ints, Series
from quyu.apps.targets.services.baseline.stages import Draft, Method, draft
from quyu.apps.targets.services.history import cleaning, reading
from quyu.apps.targets.services.history.basis import BY_LINE, BY_REGION, Basis
from quyu.apps.targets.services.history.reading import Past
from quyu.kernel.refusal import Refusal


class UnknownGrowth(Refusal):
    """A growth rate was given for a region or line that the plan does not have."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "unknown_growth", "增长率所指的“{node}”不在组织或产品线中，请刷新页面后重填。", node=code
        )


@dataclass(frozen=True)
class Prepared:
    """Everything about the base of a plan that is yet to be made; `cleaned` is the history the draft saw."""

    basis: Basis
    past: Past
    cleaned: Series
    made: Draft
    turnover: Turnover | None
    test: BackTest | None
    last_plan: PlanVersion | None
    sources: Sources

    @property
    def index_bp(self) -> list[int | None]:
        """Potential index of each territory; all None without a potential."""
        if self.sources.potential is None:
            return [None] * self.past.series.territory_count
        return indices_bp(self.made.level, self.made.as_potential)

    def parts(self) -> dict[str, Ints]:
        """The parts of the base in the order of the cells."""
        return {name: self.past.cells(part) for name, part in self.made.parts.items()}


def prepare(basis: Basis, *, at: date) -> Prepared:
    """The base by the basis. Raises NoHistory, UnknownGrowth and what reading raises."""
    past = reading.read(basis, at=at)
    removed = cleaning.excluded(basis, past)
    is_cleaning_customers = basis.takes_new or basis.takes_lost
    turnover = cleaning.changed_customers(basis, past) if is_cleaning_customers else None
    cleaned = _cleaned(past.series, removed, is_rolling=basis.is_rolling)
    plan = last_plan_of(basis.year - 1, basis.measure)
    sources = Sources(
        potential_of(past.axes, basis.potential, at=at) if basis.potential else None,
        planned_by(past.axes, past.placing.lines, plan) if plan else None,
    )
    method = Method(
        growth=growth_of(basis, past, cleaned),
        weights=basis.weights,
        sources=sources,
        likes=_likes(basis, past),
        excluded=removed,
        turnover=turnover,
        takes_new=basis.takes_new,
        takes_lost=basis.takes_lost,
        is_rolling=basis.is_rolling,
    )
    made = draft(past.series, method, target_year=basis.year)
    test = back_test(cleaned, sources, basis.weights)
    return Prepared(basis, past, cleaned, made, turnover, test, plan, sources)


def _cleaned(history: Series, removed: cleaning.Excluded, *, is_rolling: bool) -> Series:
    amounts = without(history.amounts, removed)
    pace = 1.0 if is_rolling else pace_of(amounts, history.closed)
    last = completed(amounts, history.closed, pace=pace)
    return replace(history, amounts=np.concatenate([amounts[:-1], last[None]]))


def growth_of(basis: Basis, past: Past, cleaned: Series) -> Growth:
    """What was chosen, as numbers of territories and lines. A rate of a region holds for all below it."""
    company = trend_bp(cleaned.amounts) if basis.growth_bp is None else basis.growth_bp
    if basis.growth_by == BY_LINE:
        numbers = {line: number for number, line in enumerate(past.placing.lines)}
        for code in basis.growth_of:
            if code not in numbers:
                raise UnknownGrowth(code)
        return Growth(company, lines={numbers[code]: bp for code, bp in basis.growth_of.items()})
    territories: dict[int, int] = {}
    if basis.growth_by == BY_REGION:
        spans = past.axes.spans
        for code in sorted(basis.growth_of, key=lambda code: past.axes.depths.get(code, 0)):
            if code not in spans:
                raise UnknownGrowth(code)
            territories |= dict.fromkeys(range(*spans[code]), basis.growth_of[code])
    return Growth(company, territories=territories)


def trends_of_regions(prepared: Prepared, regions: list[str]) -> dict[str, int]:
    """The trend of each region, shrunk to the company's, in basis points."""
    series = prepared.cleaned
    yearly = np.stack([series.grouped(year.sum(axis=1)).sum(axis=1) for year in series.amounts])
    spans = prepared.past.axes.spans
    totals = np.stack([yearly[:, slice(*spans[code])].sum(axis=1) for code in regions], axis=1)
    return dict(zip(regions, trends_bp(totals.astype(np.int64), trend_bp(series.amounts)), strict=True))


def trends_of_lines(prepared: Prepared) -> dict[str, int]:
    """The trend of each product line, shrunk to the company's, in basis points."""
    series = prepared.cleaned
    totals = np.stack([series.grouped(year.sum(axis=1)).sum(axis=0) for year in series.amounts])
    trends = trends_bp(totals.astype(np.int64), trend_bp(series.amounts))
    return dict(zip(prepared.past.placing.lines, trends, strict=True))


def _likes(basis: Basis, past: Past) -> Likes:
    regions = past.axes.region.index
    lines = {line: number for number, line in enumerate(past.placing.lines)}
    territories: dict[int, Like] = {}
    of_lines: dict[int, Like] = {}
    for like in basis.likes:
        for index, found in ((regions, territories), (lines, of_lines)):
            if like.new in index and like.source in index:
                found[index[like.new]] = (index[like.source], like.factor_bp)
    return Likes(territories, of_lines)


def festival_shift_days(prepared: Prepared) -> int:
    """How many days later the festival falls than in the last year of history; 0 where nothing follows it."""
    cleaned = prepared.cleaned
    if not any(way.follows for way in ways_of_lines(cleaned)):
        return 0
    return cleaned.days_later(cleaned.years[-1], prepared.basis.year)


def said(test: BackTest) -> dict[str, object]:
    """A back-test as a version keeps it."""
    return asdict(test)
