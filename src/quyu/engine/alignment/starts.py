"""Where the search begins: parts cut by split lines and named after what is known, or the plan in force."""

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import centring, repair, seeds
from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.instance import Instance

LAPS = ((1.0, 4), (0.5, 12))
"""The part of the starts that goes on in each lap, and how often their centres move."""


def from_current(instance: Instance, preset: Ints, rng: np.random.Generator) -> Ints:
    """The plan in force, made legal: new units join a neighbour, new territories are split off the heaviest.

    preset: territory of units already settled (locked, frozen or without position), else -1.
    """
    assign = np.where(preset >= 0, preset, np.where(instance.placed, instance.current, -1)).astype(np.int32)
    if not (instance.placed & (assign >= 0) & ~instance.closed[assign]).any():
        return from_scratch(instance, preset, rng)
    return repair.legal(instance, assign, preset, rng)


def from_scratch(instance: Instance, preset: Ints, rng: np.random.Generator) -> Ints:
    """A legal plan from split lines, named so that homes and locked units are near the middle of their part."""
    fixed, closed = _reserve(instance, preset)
    open_to = np.flatnonzero(~closed)
    usable = instance.placed & ~((fixed >= 0) & closed[np.maximum(fixed, 0)])
    label, made = _parts(instance, usable, len(open_to), rng)
    where = np.flatnonzero(usable & (label >= 0))
    middle = seeds.centroids(instance.x[where], instance.y[where], instance.w[where], label[where], made)
    name = _names(_anchors(instance, fixed, closed), open_to, middle)
    assign = np.where(label >= 0, name[np.maximum(label, 0)], -1)
    return repair.legal(instance, np.where(fixed >= 0, fixed, assign).astype(np.int32), preset, rng)


def raced(
    instance: Instance, preset: Ints, count: int, rng: np.random.Generator, ended: Callable[[Ints], bool]
) -> list[Ints]:
    """The better half of `count` legal plans from split lines whose centres settled before.

    `ended` is asked before each step and shown the latest split lines; once it says so, what is there is the answer,
    those lines included: prices that did not settle leave some territories far too heavy.
    """
    free = np.flatnonzero(instance.placed & (preset < 0))
    field: list[centring.Diagram] = []
    for _ in range(count):
        lines = from_scratch(instance, preset, rng)
        if ended(lines):
            return [lines]
        field.append(centring.begin(instance, free, lines))
    for part, rounds in LAPS:
        field = sorted(field, key=lambda diagram: diagram.cost)[: max(round(count * part), 1)]
        for at, _round in product(range(len(field)), range(rounds)):
            if ended(lines):
                return [
                    lines,
                    *(repair.legal(instance, diagram.assignment, preset, rng) for diagram in field),
                ]
            field[at] = centring.settled(instance, free, field[at])
    return [repair.legal(instance, diagram.assignment, preset, rng) for diagram in field]


def _reserve(instance: Instance, preset: Ints) -> tuple[Ints, Bools]:
    """Give every unit too heavy for a territory one of its own, while free territories last."""
    fixed, closed = preset.copy(), instance.closed.copy()
    taken = set(preset[preset >= 0].tolist()) | set(np.flatnonzero(np.isfinite(instance.home[:, 0])).tolist())
    spare = [j for j in range(instance.territory_count) if j not in taken and not closed[j]]
    heavy = [i for i in instance.oversized if fixed[i] < 0 and instance.placed[i]]
    heavy.sort(key=lambda i: (-instance.share[i, 0], i))
    for i, j in zip(heavy, spare[: max(len(spare) - 1, 0)], strict=False):
        fixed[i] = j
        closed[j] = True
    return fixed, closed


def _parts(instance: Instance, usable: Bools, wanted: int, rng: np.random.Generator) -> tuple[Ints, int]:
    """A part per usable unit, else -1, and how many parts were made: each connected part of the map gets its own."""
    label, made = np.full(instance.count, -1, dtype=np.int32), 0
    for part, count in instance.parts:
        members = part[usable[part]]
        left = wanted if len(instance.parts) == 1 else count - (len(part) - len(members))
        left = min(left, len(members), wanted - made)
        if left <= 0:
            continue
        weight = instance.w[members] + 1e-9
        label[members] = made + seeds.split(instance.x[members], instance.y[members], weight, left, rng)
        made += left
    return label, made


def _anchors(instance: Instance, fixed: Ints, closed: Bools) -> Floats:
    """Where a territory is known to be, territories x 2 in km: its home, or the middle of its locked units."""
    anchor = instance.home.copy()
    locked = np.flatnonzero((fixed >= 0) & instance.placed & ~closed[np.maximum(fixed, 0)])
    if len(locked):
        x, y, w = instance.x[locked], instance.y[locked], instance.w[locked]
        bare = ~np.isfinite(anchor[:, 0])
        anchor[bare] = seeds.centroids(x, y, w, fixed[locked], len(anchor))[bare]
    return anchor


def _names(anchor: Floats, open_to: Ints, middle: Floats) -> Ints:
    """The territory of each part: anchored ones take the parts nearest to them, the others what is left."""
    name = np.full(max(len(middle), 1), -1, dtype=np.int32)
    anchored = open_to[np.isfinite(anchor[open_to, 0])]
    distance = ((anchor[anchored, None, :] - middle[None, :, :]) ** 2).sum(axis=2)
    rows, used = linear_sum_assignment(distance)
    name[used] = anchored[rows]
    loose = np.setdiff1d(open_to, anchored[rows])
    name[name < 0] = loose[: int((name < 0).sum())]
    return name
