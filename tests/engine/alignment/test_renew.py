"""Renewing a plan part by part: never worse, always legal, and only the part asked for changes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import instance, renew, verify
from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.instance import Instance
from quyu.engine.alignment.pack import preset
from quyu.engine.alignment.search import Plan, Schedule, Search, Watch
from quyu.engine.alignment.starts import from_scratch
from tests.engine.alignment.maps import scattered


def plan_of(work: Instance, assign: Ints) -> Plan:
    """A plan with its figures summed afresh."""
    return Search(work, np.zeros(work.count), assign).plan()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(60, 200), st.integers(2, 14), st.integers(1, 2))
def test_renewing_never_makes_a_plan_worse_or_breaks_it(
    seed: int, count: int, territories: int, measures: int
) -> None:
    problem = scattered(count, territories, seed=seed, measures=measures)
    work, rng = instance.build(problem), np.random.default_rng(seed)
    before = plan_of(work, from_scratch(work, preset(work), rng))

    after = renew.renew(work, np.zeros(work.count), before, 500, rng, Watch(None, 1))

    assert after.key <= before.key
    assert after.key == plan_of(work, after.assignment).key
    assert verify(problem, after.assignment[work.unit]).is_legal


def test_a_poor_plan_becomes_much_more_compact() -> None:
    work, rng = instance.build(scattered(300, 12, tolerance=0.3)), np.random.default_rng(1)
    before = plan_of(work, from_scratch(work, preset(work), rng))

    after = renew.renew(work, np.zeros(work.count), before, 3000, rng, Watch(None, 1))

    assert after.cost < 0.9 * before.cost


def test_only_the_chosen_territories_change() -> None:
    work, rng = instance.build(scattered(300, 12, tolerance=0.3)), np.random.default_rng(1)
    before = plan_of(work, from_scratch(work, preset(work), rng))
    chosen = np.asarray([0, 1])
    hot = Schedule(hot=1.0, chunks=10, steps_per_unit=2000)

    after = renew.refine(work, np.zeros(work.count), before, chosen, hot, rng)

    outside = ~np.isin(before.assignment, chosen)
    assert (after.assignment[outside] == before.assignment[outside]).all()
    assert (after.assignment != before.assignment).any()
