"""What else says how much a territory can carry: the market of its units, and the plan of the year before."""

from collections import Counter
from datetime import date

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import PlanVersion
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.geography.choices import MarketMeasure
from quyu.platform.geography.models import MarketFigure
from quyu.platform.geography.selectors import market_figures

Floats = NDArray[np.float64]


def measures_with_figures(at: date) -> list[tuple[str, str]]:
    """The market measures of which there is a figure by the day: (code, name)."""
    there = set(MarketFigure.objects.filter(as_of__lte=at).values_list("measure", flat=True).distinct())
    return [(str(code), str(label)) for code, label in MarketMeasure.choices if code in there]


def potential_of(axes: Axes, measure: str, *, at: date) -> Floats:
    """The measure per territory in the order of the axes, over the units it has on the day; nan where none is known.

    A unit without a figure takes its part of the figure of the city or province above it, divided evenly
    among the units below that lack one.
    """
    placed = list(
        AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(at), part=UnitPart.BASE)
        .order_by("unit__code")
        .values_list("territory__code", "unit__code", "unit__parent_code")
    )
    known = market_figures(measure, at)
    lacking = Counter(parent for _territory, unit, parent in placed if unit not in known)
    place = {code.removeprefix(TERRITORY): number for number, code in enumerate(axes.leaves)}
    found = np.full(len(axes.leaves), np.nan)
    for territory, unit, parent in placed:
        figure = known.get(unit)
        value = float(figure) if figure is not None else known.get(parent, 0) / lacking[parent]
        if territory in place and (value or figure is not None):
            number = place[territory]
            found[number] = value if np.isnan(found[number]) else found[number] + value
    return found


def last_plan_of(year: int, measure: str) -> PlanVersion | None:
    """The plan of a year: the published version, else the newest approved or submitted one, else none."""
    versions = PlanVersion.objects.filter(plan__year=year, plan__measure=measure).select_related("plan")
    order = (VersionState.PUBLISHED, VersionState.APPROVED, VersionState.SUBMITTED)
    for state in order:
        if (found := versions.filter(state=state).order_by("-created_at", "-pk").first()) is not None:
            return found
    return None


def planned_by(axes: Axes, lines: tuple[str, ...], version: PlanVersion) -> Floats:
    """The targets of another version per territory and line of `axes`; nan where it knows neither."""
    theirs = Axes.from_json(version.axes)
    cells = store.load(version)
    sums = np.zeros((len(theirs.leaves), len(theirs.lines)))
    np.add.at(sums, (theirs.coordinate("region"), theirs.coordinate("product")), cells)
    found = np.full((len(axes.leaves), len(lines)), np.nan)
    ranges = theirs.product.ranges
    for number, line in enumerate(lines):
        if line not in ranges:
            continue
        of_line = sums[:, slice(*ranges[line])].sum(axis=1)
        for place, leaf in enumerate(axes.leaves):
            if leaf in theirs.region.index:
                found[place, number] = of_line[theirs.region.index[leaf]]
    return found
