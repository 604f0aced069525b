"""Sales as a sum of non-negative parts: so many yuan a person, so many a yuan of retail sales.

Poisson regression with identity link and non-negative coefficients, by iteratively reweighted least squares
(McCullagh and Nelder, Generalized Linear Models, 1989, 2.5); each step is a non-negative least squares problem
(Lawson and Hanson, Solving Least Squares Problems, 1974, 23). Parts add up to the prediction exactly, and none is
negative: every number can be told as what it is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from quyu.kernel.refusal import Refusal

Floats = NDArray[np.float64]

FEWEST = 20
"""Markets with sales that a model is learnt from; with fewer its error cannot be told."""
ROUNDS, RIDGE, FLOOR = 25, 0.01, 0.01


class TooFewMarkets(Refusal):
    """There is too little to learn from."""

    def __init__(self, found: int, needed: int = FEWEST) -> None:
        super().__init__(
            "too_few_markets",
            "有销售又有市场数据的县只有 {found} 个，至少要 {needed} 个才能建立潜力模型。",
            found=found,
            needed=needed,
        )


@dataclass(frozen=True, eq=False)
class Sample:
    """Markets to learn from: features (markets x features, not negative), sales, km on a plane (NaN: unknown).

    people: the column that the naive model shares sales out by.
    """

    features: Floats
    sales: Floats
    places: Floats
    people: int = 0

    def __post_init__(self) -> None:
        if not (len(self.features) == len(self.sales) == len(self.places)):
            raise ValueError("features, sales and places must have one row for each market")
        if not np.isfinite(self.features).all() or (self.features < 0).any() or (self.sales < 0).any():
            raise ValueError("features and sales must be finite and not negative")

    def rows(self, chosen: NDArray[np.bool_]) -> "Sample":
        """Some of the markets."""
        return Sample(self.features[chosen], self.sales[chosen], self.places[chosen], self.people)


@dataclass(frozen=True, eq=False)
class Model:
    """`coefficients`: sales for each unit of each feature, none negative."""

    coefficients: Floats

    def parts(self, features: Floats) -> Floats:
        """What each feature adds, markets x features."""
        found: Floats = np.atleast_2d(features) * self.coefficients
        return found

    def predict(self, features: Floats) -> Floats:
        """The sum of the parts."""
        found: Floats = self.parts(features).sum(axis=1)
        return found


def fit(sample: Sample, ridge: float = RIDGE) -> Model:
    """Learn the coefficients. Raises TooFewMarkets."""
    if len(sample.sales) < FEWEST or not sample.sales.any():
        raise TooFewMarkets(int((sample.sales > 0).sum()))
    scale = sample.features.mean(axis=0)
    scale[scale <= 0] = 1.0
    x, y = sample.features / scale, sample.sales / sample.sales.mean()
    found = np.full(x.shape[1], 1 / x.shape[1])
    for _round in range(ROUNDS):
        weight = 1 / np.maximum(x @ found, FLOOR)
        newer = weighted_step(x, y, weight, ridge)
        is_settled = np.abs(newer - found).max(initial=0.0) < 1e-9
        found = newer
        if is_settled:
            break
    return Model(found * sample.sales.mean() / scale)


def weighted_step(x: Floats, y: Floats, weight: Floats, ridge: float) -> Floats:
    """The b >= 0 that makes sum w (y - x b)^2 + ridge n |b|^2 least."""
    root = np.sqrt(weight)
    pull = np.sqrt(ridge * len(y)) * np.eye(x.shape[1])
    found: Floats = nnls(np.vstack([x * root[:, None], pull]), np.append(y * root, np.zeros(x.shape[1])))[0]
    return found


def wape(sales: Sequence[float] | Floats, predicted: Sequence[float] | Floats) -> float:
    """Sum of absolute errors over the sum of sales."""
    actual, said = np.asarray(sales, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    return float(np.abs(actual - said).sum() / max(actual.sum(), 1e-300))


def mape(sales: Sequence[float] | Floats, predicted: Sequence[float] | Floats) -> float:
    """Mean absolute error in parts of the sales, over markets with sales."""
    actual, said = np.asarray(sales, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    sold = actual > 0
    return float((np.abs(actual - said)[sold] / actual[sold]).mean()) if sold.any() else 0.0
