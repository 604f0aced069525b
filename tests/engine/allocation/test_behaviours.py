"""The table of behaviours in docs/formulas/allocation.md, row by row, with the numbers printed there."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from quyu.engine.allocation import (
    Dimension,
    Edit,
    Infeasible,
    Interval,
    Keep,
    Kind,
    Params,
    Problem,
    Spread,
    Total,
    edit,
    explain,
    interval,
    solve,
)


def row_of(base: list[int], **fields: Any) -> Problem:
    """Cells a, b, c ... below one node."""
    names = "abcdefgh"[: len(base)]
    arrays = {name: np.array(value) for name, value in fields.items() if isinstance(value, list)}
    return Problem(
        (Dimension("cell", {"all": None, **dict.fromkeys(names, "all")}),),
        np.arange(len(base), dtype=np.int32).reshape(-1, 1),
        np.array(base),
        **{**fields, **arrays},
    )


@pytest.mark.capability("DEC12")
@pytest.mark.parametrize(
    ("base", "total", "fields", "answer"),
    [
        pytest.param([1, 1, 1], 100, {}, [34, 33, 33], id="ties go to the first"),
        pytest.param([0, 30, 10], 80, {}, [0, 60, 20], id="zero base gets nothing"),
        pytest.param([0, 0, 0], 10, {}, [4, 3, 3], id="all bases zero: equal"),
        pytest.param([-20, 30, 10], 80, {}, [0, 60, 20], id="negative base counts as zero"),
        pytest.param([50, -50, 0], 10, {}, [10, 0, 0], id="bases that cancel out"),
        pytest.param([10, 0, 0], 9, {"upper": [5, 10, 10]}, [5, 2, 2], id="zero base helps out last"),
        pytest.param(
            [1, 1, 2], 100, {"upper": [20, 90, 90]}, [20, 27, 53], id="capped, the rest in proportion"
        ),
        pytest.param([3, 4], 0, {}, [0, 0], id="total zero"),
        pytest.param(
            [3, 1], -40, {"lower": [-100, -100]}, [-30, -10], id="negative total with room below zero"
        ),
        pytest.param([1, 1], 1_050, {"unit": 100}, [550, 500], id="odd amount on the largest cell"),
        pytest.param(
            [1, 1],
            500,
            {"unit": 100, "lower": [120, 0], "upper": [150, 900]},
            [150, 350],
            id="bounds beat unit",
        ),
        pytest.param(
            [30, 30, 30, 40],
            100,
            {"locked": [True, True, False, False], "value": [5, 25, 0, 0]},
            [5, 25, 30, 40],
            id="months past are locked, the rest of the year makes it up",
        ),
    ],
)
def test_spread(base: list[int], total: int, fields: dict[str, Any], answer: list[int]) -> None:
    problem = row_of(base, **fields, totals=(Total({}, total),))

    assert solve(problem).values.tolist() == answer


@pytest.mark.parametrize(
    ("value", "fields", "change", "answer"),
    [
        pytest.param([10, 30], {}, Edit({}, 60), [15, 45], id="in proportion to what is there"),
        pytest.param([0, 0], {"base": [1, 3]}, Edit({}, 8), [2, 6], id="all zero now: by the base"),
        pytest.param([0, 0], {"base": [0, 0]}, Edit({}, 8), [4, 4], id="no base either: equal"),
        pytest.param(
            [100, -20],
            {"lower": [-50, -50]},
            Edit({}, 104),
            [120, -16],
            id="negative cell: the change by size",
        ),
        pytest.param(
            [50, -50], {"lower": [-100, -100]}, Edit({}, 10), [55, -45], id="cells that sum to zero: by size"
        ),
        pytest.param(
            [5, 25, 30, 40],
            {"locked": [True, True, False, False]},
            Edit({}, 107),
            [5, 25, 33, 44],
            id="a year edited after two months that are locked",
        ),
        pytest.param(
            [60, 30, 10], {}, Edit({"cell": "a"}, 80, Keep.TOTAL), [80, 15, 5], id="the others make it up"
        ),
        pytest.param(
            [60, 30, 10],
            {"locked": [False, True, False]},
            Edit({"cell": "a"}, 65, Keep.SIBLINGS),
            [65, 30, 5],
            id="locked cells do not make it up",
        ),
        pytest.param(
            [105, 55], {"unit": 10}, Edit({}, 190), [125, 65], id="the change is rounded, not the cell"
        ),
    ],
)
def test_edit(value: list[int], fields: dict[str, Any], change: Edit, answer: list[int]) -> None:
    base = fields.pop("base", [1] * len(value))
    problem = row_of(base, value=value, **fields)

    assert edit(problem, problem.current, change).values.tolist() == answer


def test_all_locked_is_refused_with_the_only_value_possible() -> None:
    problem = row_of([1, 1], value=[40, 20], locked=[True, True])

    with pytest.raises(Infeasible) as refusal:
        edit(problem, problem.current, Edit({}, 70))

    assert refusal.value.interval == Interval(60, 60)
    assert {each.kind for each in refusal.value.conflict} == {Kind.TOTAL, Kind.LOCK}
    assert edit(problem, problem.current, Edit({}, 60)).values.tolist() == [40, 20]


def test_a_new_cell_without_history_is_given_a_value_and_the_others_pay() -> None:
    problem = row_of([60, 40, 0], value=[60, 40, 0])

    result = edit(problem, problem.current, Edit({"cell": "c"}, 10, Keep.TOTAL))

    assert result.values.tolist() == [54, 36, 10]


def test_spreading_anew_by_base_or_equally() -> None:
    problem = row_of([1, 3], value=[10, 10])

    by_base = edit(problem, problem.current, Edit({}, 40), Params(Spread.BASE))
    equally = edit(problem, problem.current, Edit({}, 41), Params(Spread.EQUAL))

    assert (by_base.values.tolist(), equally.values.tolist()) == ([10, 30], [21, 20])


def test_a_node_without_cells_can_only_be_zero() -> None:
    dimension = Dimension("cell", {"all": None, "a": "all", "b": "all"})
    problem = Problem((dimension,), np.zeros((1, 1), np.int32), np.ones(1, np.int64))

    assert interval(problem, problem.current, {"cell": "b"}) == Interval(0, 0)
    with pytest.raises(Infeasible):
        solve(problem.with_totals((Total({"cell": "b"}, 5),)))


def test_a_negative_total_needs_room_below_zero() -> None:
    with pytest.raises(Infeasible) as refusal:
        solve(row_of([1, 1], totals=(Total({}, -1),)))

    assert refusal.value.interval == Interval(0, None)


def test_the_worked_example_of_an_explanation() -> None:
    problem = row_of([100, 100, 122], totals=(Total({}, 100),))

    why = explain(problem, solve(problem), 2)

    assert (why.value, why.share, why.remainder_rank) == (38, 378_881, 1)
    assert why.exact == Fraction(12_200, 322)
