"""The certificate finds seeded faults; the explanation reproduces the number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.allocation import Edit, Kind, Problem, Share, Total, edit, explain, solve, verify
from tests.engine.allocation import cases, company


def test_every_published_node_is_counted() -> None:
    problem = company.solved(totals=(Total({}, 1_000),))

    certificate = verify(problem, problem.current)

    regions, periods = len(company.REGION.parents), len(company.PERIOD.parents)
    assert (certificate.nodes_checked, certificate.violations) == (regions * periods, 0)


def test_seeded_faults_are_found() -> None:
    problem = company.solved(totals=(Total({}, 1_000_000),), locked=("上海",))
    wrong = problem.current.copy()
    wrong[0] += 1

    certificate = verify(problem, wrong, published=(Total({"region": "广东"}, 1),))

    assert [each.kind for each in certificate.broken] == [Kind.LOCK, Kind.TOTAL, Kind.TOTAL]


def test_a_share_is_told_in_basis_points_as_it_is_asked_for() -> None:
    plain = company.solved(totals=(Total({}, 1_000_000),))
    share = Share({"region": "华东"}, {"period": "Q1"}, 9_000)
    part, whole = (int(plain.current[plain.rows(at)].sum()) for at in ({**share.at, **share.of}, share.at))

    (broken,) = verify(plain.with_cells(plain.base, shares=(share,)), plain.current).broken

    assert (broken.kind, broken.value) == (Kind.SHARE, part * 10_000 // whole)


@settings(max_examples=100, deadline=None)
@given(cases.problems(units=(1, 100), bounded=False), st.integers(0, 10**8), st.data())
def test_the_explanation_of_a_free_cell_is_its_value_rounded(
    problem: Problem, amount: int, data: st.DataObject
) -> None:
    held = int(problem.current[problem.locked].sum()) if problem.locked is not None else 0
    problem = problem.with_totals((Total({}, held + amount * problem.unit),))
    if problem.locked is not None and problem.locked.all():
        return
    result = solve(problem)
    row = data.draw(st.integers(0, problem.size - 1))

    why = explain(problem, result, row)

    assert why.value == result.values[row]
    if why.exact is not None:
        assert abs(why.value - why.exact) < problem.unit
    else:
        assert why.bound_by is Kind.LOCK


def test_remainders_are_ranked_among_siblings() -> None:
    problem = company.solved(totals=(Total({}, 1_000),))
    result = solve(problem)
    quarter = np.arange(36)[problem.rows({"region": "上海", "period": "Q1"})]

    whys = [explain(problem, result, int(row)) for row in quarter]

    assert sorted(why.remainder_rank or 0 for why in whys) == [1, 2, 3]
    lifted = [why for why in whys if why.exact is not None and why.value > why.exact]
    lowered = [why for why in whys if why.exact is not None and why.value < why.exact]
    assert all((a.remainder_rank or 0) < (b.remainder_rank or 0) for a in lifted for b in lowered)


def test_an_edit_explains_bounds_and_what_it_left_alone() -> None:
    before = company.solved(totals=(Total({}, 1_000_000),))
    problem = Problem(
        before.dimensions,
        before.coordinates,
        before.base,
        upper=before.current + 5,
        value=before.current,
    )
    at = {"region": "上海"}
    limit = int(before.current[problem.rows(at)].sum()) + 12 * 5

    result = edit(problem, problem.current, Edit(at, limit))

    touched, untouched = explain(problem, result, 0), explain(problem, result, 35)
    assert (touched.bound_by, touched.before) == (Kind.UPPER, before.current[0])
    assert (untouched.asked_by, untouched.value) == (None, before.current[35])


def test_the_divergence_is_zero_in_proportion_and_positive_elsewhere() -> None:
    problem = company.solved(totals=(Total({}, int(company.BASE.sum())),))

    assert solve(problem).divergence == pytest.approx(0, abs=1e-12)
    assert edit(problem, problem.current, Edit({"region": "上海"}, 1)).divergence > 0.1
