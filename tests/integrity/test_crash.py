"""A process killed at any step of an import, a reversal, a publication or a rollup leaves the old state or the new one."""

import pytest

from tests.integrity.program import results_of


@pytest.mark.capability("PLT4", "PLT5")
def test_kill_at_any_step_leaves_old_or_new() -> None:
    results = results_of("crash", "--operation", "all", "--rounds", "3", "--points", "3", timeout=900)

    assert [result["operation"] for result in results] == ["import", "reversal", "publication", "rollup"]
    for result in results:
        assert result["faults"] == 0
        # killed at the first step, in the middle, and at the end
        assert result["states"] == {"old": 2, "new": 1}


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["import", "reversal", "publication", "rollup"])
def test_two_hundred_kills_leave_old_or_new(operation: str) -> None:
    (result,) = results_of("crash", "--operation", operation, "--rounds", "200", timeout=1200)

    assert (result["rounds"], result["faults"]) == (200, 0)
