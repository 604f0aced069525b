"""A back-test: the last year foretold from the years before, each way of dividing it among territories compared.

The error is the weighted absolute percentage error, sum |foretold - actual| / sum actual, over territories
and product lines on the months that have ended; each forecast is first scaled to the line's actual sum,
since the total of a plan is decided, not foretold. Weights are fitted by trying every blend in tenths.
"""

from dataclasses import dataclass, replace

import numpy as np

from quyu.apps.targets.services.baseline.blend import Sources, Weights, by_source, candidates
from quyu.apps.targets.services.baseline.festival import QUARTER
from quyu.apps.targets.services.baseline.season import season
from quyu.apps.targets.services.baseline.series import Floats, Series
from quyu.apps.targets.services.baseline.stages import Method, draft

BETTER_BY_BP = 10
"""A blend with less history must be better by this much, or it is not worth explaining."""


@dataclass(frozen=True)
class BackTest:
    """Errors in basis points: of the division among territories by source, and of the first three months with
    and without the festival on its date; `best` are the fitted weights. `months` of `year` were compared.
    """

    year: int
    months: int
    history_bp: int
    potential_bp: int | None
    plan_bp: int | None
    best: Weights
    best_bp: int
    season_bp: int
    unmoved_bp: int
    chosen_bp: int


def back_test(history: Series, sources: Sources, chosen: Weights) -> BackTest | None:
    """None where the window has no year before the last, or nothing was sold in either."""
    earlier = history.until(len(history.years) - 1)
    if not earlier.years or earlier.amounts.sum() <= 0:
        return None
    year, months = history.years[-1], history.closed
    actual = history.grouped(history.amounts[-1][:, :months])
    if actual.sum() <= 0:
        return None
    made = draft(earlier, Method(), target_year=year)
    ended = made.season[..., :months].sum(axis=-1)
    wanted = actual.sum(axis=-1)
    own = made.level * ended
    of_potential, of_plan = (way * ended for way in by_source(made.level, sources))

    def error(weights: Weights) -> int:
        blended = (weights.history * own + weights.potential * of_potential + weights.plan * of_plan) / 10_000
        return _wape(_to_sum(blended, wanted.sum(axis=0)), wanted)

    has_potential, has_plan = sources.potential is not None, sources.plan is not None
    best = Weights()
    for weights in candidates(potential=has_potential, plan=has_plan):
        if error(weights) + BETTER_BY_BP < error(best):
            best = weights
    monthly = actual.sum(axis=0)[:, :QUARTER]
    unmoved = replace(earlier, festivals={})
    return BackTest(
        year, months, error(Weights()),
        error(Weights(0, 10_000, 0)) if has_potential else None,
        error(Weights(0, 0, 10_000)) if has_plan else None,
        best, error(best), _seasonal(earlier, monthly, year), _seasonal(unmoved, monthly, year), error(chosen),
    )  # fmt: skip


def _seasonal(earlier: Series, actual: Floats, year: int) -> int:
    """The error of the months of each line, (lines, months), foretold by its season from the years before."""
    level = earlier.grouped(np.clip(earlier.amounts[-1], 0, None).sum(axis=1))
    foretold = (level[..., None] * season(earlier, year)).sum(axis=0)[:, : actual.shape[1]]
    return _wape(_to_sum(foretold.T, actual.sum(axis=1)), actual.T)


def _to_sum(values: Floats, wanted: Floats) -> Floats:
    """Each column scaled to the sum wanted; a column without values stays."""
    whole = values.sum(axis=0)
    scaled: Floats = values * np.divide(wanted, whole, out=np.ones_like(whole), where=whole > 0)
    return scaled


def _wape(foretold: Floats, actual: Floats) -> int:
    return round(float(np.abs(foretold - actual).sum() / max(np.abs(actual).sum(), 1)) * 10_000)
