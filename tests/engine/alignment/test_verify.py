import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from quyu.engine.alignment import Problem, equal_area_km, verify
from tests.engine.alignment.maps import grid

HALVES = np.repeat([0, 1], 8)


def rules(problem: Problem, plan: Sequence[int] | np.ndarray) -> list[str]:
    return [violation.rule for violation in verify(problem, plan).violations]


def test_a_fair_plan_passes() -> None:
    assert rules(grid(4, 4, 2), HALVES) == []


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        (np.repeat([0, -1], 8), "unassigned"),
        (HALVES[:-1], "unassigned"),
        (np.repeat([0, 2], 8), "unknown_territory"),
        (np.zeros(16, dtype=int), "empty"),
        (np.r_[1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0], "pieces"),
        (np.repeat([0, 1], [12, 4]), "tolerance"),
    ],
)
def test_each_fault_is_named(plan: np.ndarray, rule: str) -> None:
    assert rule in rules(grid(4, 4, 2), plan)


def test_broken_promises_are_named() -> None:
    locks, groups = np.full(16, -1), np.full(16, -1)
    locks[0] = 1
    groups[[0, 15]] = 3
    problem = grid(4, 4, 2, locks=locks, groups=groups, current=1 - HALVES)
    frozen = dataclasses.replace(grid(4, 4, 2, current=1 - HALVES), frozen=frozenset({0}))

    assert {"lock", "group"} <= set(rules(problem, HALVES))
    assert "frozen" in rules(frozen, HALVES)


def test_the_projection_keeps_areas() -> None:
    step = 0.5
    lon = np.asarray([100.0, 100 + step, 100 + step, 100.0, 130.0])
    for south in (20.0, 50.0):
        lat = np.asarray([south, south, south + step, south + step, 35.0])
        x, y = equal_area_km(lon, lat)

        area = 0.5 * abs(np.dot(x[:4], np.roll(y[:4], 1)) - np.dot(y[:4], np.roll(x[:4], 1)))
        band = np.sin(np.radians(south + step)) - np.sin(np.radians(south))
        assert area == pytest.approx(6371.0072**2 * np.radians(step) * band, rel=1e-3)
