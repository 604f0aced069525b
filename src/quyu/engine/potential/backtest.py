"""How wrong the model is where it has not looked: whole neighbourhoods are held out in turn.

Markets beside each other resemble each other, so folds drawn at random would flatter the model; each fold is
made of blocks of the map instead (Roberts et al., Ecography 40, 2017). Beside it stands the naive model that
shares sales out by population, judged on the same folds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.potential.model import Floats, Sample, fit, mape, wape

FOLDS, BLOCKS_A_FOLD = 5, 4
MARGIN = 0.05
"""Less than this is no difference that the next year would show again."""


@dataclass(frozen=True)
class Fold:
    """One part held out: how many markets, and the weighted error of both models on it."""

    markets: int
    wape: float
    naive_wape: float


@dataclass(frozen=True)
class BackTest:
    """Errors over all folds together; `naive_*` of shares by population."""

    wape: float
    mape: float
    naive_wape: float
    naive_mape: float
    folds: tuple[Fold, ...]

    @property
    def is_better(self) -> bool:
        """Whether the model is clearly worth more than shares by population: its error is a twentieth less."""
        return self.wape < (1 - MARGIN) * self.naive_wape


def backtest(sample: Sample, folds: int = FOLDS) -> BackTest:
    """Learn without each fold in turn and predict it. Raises TooFewMarkets."""
    part = blocks(sample.places, folds * BLOCKS_A_FOLD) % folds
    said, naive = np.zeros(len(sample.sales)), np.zeros(len(sample.sales))
    told = []
    for number in range(folds):
        out = part == number
        if not out.any():
            continue
        known = sample.rows(~out)
        said[out] = fit(known).predict(sample.features[out])
        naive[out] = by_population(known, sample.features[out])
        sold = sample.sales[out]
        told.append(Fold(int(out.sum()), wape(sold, said[out]), wape(sold, naive[out])))
    sales = sample.sales
    return BackTest(wape(sales, said), mape(sales, said), wape(sales, naive), mape(sales, naive), tuple(told))


def by_population(known: Sample, features: Floats) -> Floats:
    """Sales a head of the known markets, times heads."""
    heads = known.features[:, known.people].sum()
    found: Floats = features[:, known.people] * (known.sales.sum() / heads if heads > 0 else 0.0)
    return found


def blocks(places: Floats, wanted: int) -> NDArray[np.int64]:
    """About so many blocks of the map, halved in turn along the longer side; unknown places lie at the middle."""
    known = np.where(
        np.isfinite(places), places, np.nanmean(places, axis=0) if np.isfinite(places).any() else 0.0
    )
    found = [np.arange(len(known))]
    while len(found) < min(wanted, max(len(known), 1)):
        largest = max(range(len(found)), key=lambda one: (len(found[one]), -one))
        here = found.pop(largest)
        axis = int(np.argmax(np.ptp(known[here], axis=0)))
        order = here[np.lexsort((here, known[here, axis]))]
        found += [order[: len(order) // 2], order[len(order) // 2 :]]
    block = np.empty(len(known), dtype=np.int64)
    for number, here in enumerate(sorted(found, key=lambda one: int(one.min()))):
        block[here] = number
    return block
