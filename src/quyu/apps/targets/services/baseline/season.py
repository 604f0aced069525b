"""The season of each territory and product line: shares of the months, leaning on its parents where it is thin.

A group's own mean shares weigh n / (n + 24), n = its months with sales; the rest is the season of the
line in the parent region, which falls back to the line in the whole company, then to the whole company.
"""

import numpy as np

from quyu.apps.targets.services.baseline.festival import on_target_dates, ways_of_lines
from quyu.apps.targets.services.baseline.series import MONTHS, Floats, Series

CREDIBLE_MONTHS = 24
"""Months of own history at which own and parent's season weigh the same."""


def season(history: Series, target_year: int) -> Floats:
    """Shares (territories, lines, 12), each summing to one, on the target year's festival."""
    amounts = np.stack([history.grouped(year) for year in history.amounts])
    dated = on_target_dates(history, amounts, ways_of_lines(history), target_year)
    summed = np.clip(dated, 0, None).sum(axis=0)
    everywhere = _shares(summed.sum(axis=(0, 1)), np.full(MONTHS, 1 / MONTHS))
    line = _shares(summed.sum(axis=0), np.broadcast_to(everywhere, summed.shape[1:]))
    regions = np.zeros((int(history.parents.max()) + 1, *summed.shape[1:]))
    np.add.at(regions, history.parents, summed)
    parent = _shares(regions, np.broadcast_to(line, regions.shape))[history.parents]
    months = (amounts > 0).sum(axis=(0, 3))[..., None]
    own_weight = months / (months + CREDIBLE_MONTHS)
    blended: Floats = own_weight * _shares(summed, parent) + (1 - own_weight) * parent
    return blended


def _shares(amounts: Floats, fallback: Floats) -> Floats:
    """Month shares along the last axis; where a year is empty, the fallback's."""
    whole = amounts.sum(axis=-1, keepdims=True)
    return np.where(whole > 0, amounts / np.where(whole > 0, whole, 1), fallback)
