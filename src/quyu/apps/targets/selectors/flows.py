"""What alignments moved between territories since a version was made, and its cells by who holds them now."""

from datetime import date, datetime

import numpy as np
from django.utils import timezone

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.following import Share, held_cells, month_days, shares_of
from quyu.apps.targets.selectors.freezing import CALENDAR
from quyu.apps.targets.sums import Sums
from quyu.apps.territories.effects import Flow
from quyu.apps.territories.selectors.schedule import flows_dated

Shares = dict[str, tuple[Share, ...]]


def made_at(version: PlanVersion) -> datetime:
    """When its territories were taken: with the first version with the same axes that it was copied from."""
    first = version
    while first.based_on is not None and first.based_on.axes == version.axes:
        first = first.based_on
    return first.created_at


def flows_of(version: PlanVersion, *, before: date | None = None) -> list[Flow]:
    """The flows that move its targets: of alignments that began after it was made (and before a day).

    An alignment that was there already when the version was made, and holds from the start of its year, is the one it
    was planned on: restructuring comes before planning.
    """
    found = flows_dated(before=before) if version.may_follow else []
    if not found:
        return []
    made, start = made_at(version), CALENDAR.months(version.plan.year)[0].start
    day = timezone.localtime(made).date()
    return [flow for flow, created in found if flow.on > day and not (flow.on <= start and created <= made)]


def followed(axes: Axes, table: Sums, flows: list[Flow], *, on: date | None = None) -> dict[str, Sums]:
    """Holder -> (months, lines) of what it holds of the cube `table` by the days, or all as it stands on day `on`.

    Every cell is cut for itself, so each product line and month sums to what it was.
    """
    shares = shares_of(axes, flows)
    found: dict[str, Sums] = {}
    months = [month_days(code) for code in axes.months]
    for place, leaf in enumerate(axes.leaves):
        for holder, own in held_cells(table[place], shares[leaf], months, on=on).items():
            found.setdefault(holder, np.zeros(table.shape[1:], np.int64))
            found[holder] += own
    return found
