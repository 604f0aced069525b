"""Neighbouring territories differ in colour, also after a step; what need not change keeps its colour."""

import itertools

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.territories import services
from quyu.apps.territories.selectors import colouring
from tests.people import TODAY, client_of


def grid(width, height):
    """Edges of a grid with diagonals: every unit touches eight."""
    spots = list(itertools.product(range(width), range(height)))
    number = {spot: index for index, spot in enumerate(spots)}
    steps = ((0, 1), (1, 0), (1, 1), (1, -1))
    near = [(number[x, y], number.get((x + a, y + b))) for x, y in spots for a, b in steps]
    return np.array([pair for pair in near if pair[1] is not None])


def clashes(place, edges, found):
    pairs = place[edges]
    return [
        tuple(pair) for pair in pairs[pairs[:, 0] != pairs[:, 1]].tolist() if found[pair[0]] == found[pair[1]]
    ]


@given(st.integers(0, 10_000), st.integers(2, 30))
@settings(deadline=None, max_examples=25)
def test_neighbours_differ_on_any_map_and_after_any_move(seed, sides):
    draw, edges = np.random.default_rng(seed), grid(12, 9)
    place = draw.integers(0, sides, 108)
    place = np.array([place[i - i % 3] for i in range(108)])
    started = colouring.colours(place, edges)
    if (
        max(len(near) for near in colouring.touching_territories(place, edges).values())
        < colouring.PALETTE_SIZE
    ):
        assert clashes(place, edges, started) == []
    after = place.copy()
    after[draw.integers(0, 108, 4)] = place[0]
    kept = colouring.colours(after, edges, started)
    fresh = colouring.colours(after, edges)
    assert len(clashes(after, edges, kept)) <= max(
        len(clashes(after, edges, fresh)), len(clashes(after, edges, started))
    )


def test_a_map_of_blocks_needs_few_colours_and_a_move_changes_one():
    edges = grid(12, 12)
    place = np.array([x // 3 * 4 + y // 3 for x in range(12) for y in range(12)])
    started = colouring.colours(place, edges)
    assert clashes(place, edges, started) == []
    other = next(side for side in range(16) if side not in (0, 1, 4, 5) and started[side] == started[0])
    after = place.copy()
    after[np.flatnonzero(place == 1)] = other
    found = colouring.colours(after, edges, started)
    assert clashes(after, edges, found) == []
    assert len([side for side in found if found[side] != started[side]]) == 1


@pytest.mark.capability("TER6")
def test_a_step_answers_with_colours_that_differ(site):
    draft = services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)
    client = client_of(site.company.operations)
    said = client.get(reverse("alignment-contents", args=[draft.pk])).json()
    before = {row["code"]: row["colour"] for row in said["territories"]}
    assert before["苏南"] != before["苏北"]
    sent = {"units": "J12", "territory": "苏北", "version": draft.version}
    step = client.post(
        reverse("alignment-move", args=[draft.pk]), sent, headers={"accept": "application/json"}
    ).json()
    assert {row["code"]: row["colour"] for row in step["territories"]} == before
