"""The last year foretold from the years before it, and the weights that would have been best."""

import numpy as np
import pytest

from quyu.apps.targets.services.baseline.back_test import back_test
from quyu.apps.targets.services.baseline.blend import Sources, Weights, candidates
from tests.apps.targets.baseline.series import history


def moving(shares: list[float]) -> np.ndarray:
    """Two years of two territories; in the second the whole is divided by `shares`."""
    amounts = np.full((2, 2, 12), 1_000_000)
    amounts[1] = np.rint(np.array(shares)[:, None] * 2_000_000)
    return amounts


@pytest.mark.capability("DEC7")
def test_the_weights_fitted_are_those_that_divided_the_last_year() -> None:
    potential = np.array([1.0, 4.0])  # history says 50 : 50, potential 20 : 80, the year went 38 : 62
    series = history(moving([0.38, 0.62]), territories=2, lines=1, festivals=False)

    found = back_test(series, Sources(potential=potential), Weights())

    assert found is not None
    assert found.best == Weights(6_000, 4_000, 0)
    assert found.best_bp < 10
    assert found.history_bp == pytest.approx(2_400, abs=5)
    assert found.potential_bp == pytest.approx(3_600, abs=5)
    assert found.plan_bp is None


def test_history_keeps_its_weight_where_nothing_is_better() -> None:
    series = history(moving([0.5, 0.5]), territories=2, lines=1, festivals=False)

    found = back_test(series, Sources(potential=np.array([1.0, 9.0])), Weights(0, 10_000, 0))

    assert found is not None
    assert found.best == Weights()
    assert found.history_bp == 0
    assert found.chosen_bp == found.potential_bp == pytest.approx(8_000, abs=5)


def test_one_year_cannot_be_tested() -> None:
    series = history(np.full((1, 2, 12), 100), territories=2, lines=1)

    assert back_test(series, Sources(), Weights()) is None


def test_every_blend_sums_to_the_whole() -> None:
    blends = list(candidates(potential=True, plan=True))

    assert len(blends) == 66
    assert all(each.history + each.potential + each.plan == 10_000 for each in blends)
    assert [each.history for each in candidates(potential=False, plan=False)] == [10_000]
