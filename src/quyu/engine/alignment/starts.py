"""Where the search begins: the best of several balanced power diagrams, or the plan in force."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from quyu.engine.alignment import power, repair, seeds
from quyu.engine.alignment.arrays import Bools, Floats, Ints
from quyu.engine.alignment.instance import Instance

ROUNDS = 40


def from_current(instance: Instance, preset: Ints, rng: np.random.Generator) -> Ints:
    """The plan in force, made legal: new units join a neighbour, new territories are split off the heaviest."""
    assign = np.where(preset >= 0, preset, np.where(instance.placed, instance.current, -1)).astype(np.int32)
    return repair.legal(instance, assign, np.zeros(instance.territory_count), rng)


def from_scratch(instance: Instance, preset: Ints, tries: int, rng: np.random.Generator) -> list[Ints]:
    """Legal plans grown from split lines and balanced diagrams, the most compact diagram first.

    preset: territory of units already settled (locked, frozen or without position), else -1.
    """
    fixed, closed = _reserve(instance, preset)
    target = _targets(instance, fixed, closed)
    found = []
    for _ in range(tries):
        label, centre = _seed_centres(instance, fixed, closed, rng)
        scale = _local_scale(instance, label, centre)
        found.append(power.diagram(instance, centre, fixed, closed, target, scale, ROUNDS))
    found.sort(key=lambda diagram: diagram.cost)
    plans = []
    for diagram in found:
        assign = np.where(preset >= 0, preset, diagram.assignment).astype(np.int32)
        plans.append(repair.legal(instance, assign, diagram.price, rng))
    return plans


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


def _targets(instance: Instance, fixed: Ints, closed: Bools) -> Floats:
    """Weight wanted of each open territory: its part of what the closed ones leave, less what has no position."""
    settled = np.where(fixed >= 0, closed[np.maximum(fixed, 0)], False)
    weight = float(instance.w[~settled].sum())
    open_capacity = np.where(closed, 0.0, instance.capacity)
    target = weight * open_capacity / max(float(open_capacity.sum()), 1e-12)
    bare = ~instance.placed & (fixed >= 0)
    target = target - np.bincount(fixed[bare], weights=instance.w[bare], minlength=len(target))
    floor: Floats = np.maximum(target, 1e-6 * instance.mean_weight)
    return floor


def _seed_centres(
    instance: Instance, fixed: Ints, closed: Bools, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """A part per unit and a centre per territory, anchored where homes and locks say so."""
    inside_closed = np.where(fixed >= 0, closed[np.maximum(fixed, 0)], False)
    usable = instance.placed & ~inside_closed
    open_to = np.flatnonzero(~closed)
    label, made = np.zeros(instance.count, dtype=np.int32), 0
    for members, wanted in _shares(instance, usable, len(open_to)):
        part = seeds.split(instance.x[members], instance.y[members], instance.w[members] + 1e-9, wanted, rng)
        label[members] = part + made
        made += wanted
    where = np.flatnonzero(usable)
    lines = seeds.centroids(
        instance.x[where], instance.y[where], instance.w[where], label[where], max(made, 1)
    )
    centre = np.zeros((instance.territory_count, 2))
    anchor = _anchors(instance, fixed, closed)
    anchored = np.flatnonzero(np.isfinite(anchor[:, 0]) & ~closed)
    loose = np.setdiff1d(open_to, anchored)
    distance = ((anchor[anchored, None, :] - lines[None, :, :]) ** 2).sum(axis=2)
    _, used = linear_sum_assignment(np.where(np.isfinite(distance), distance, 1e18))
    centre[anchored] = anchor[anchored]
    centre[loose] = np.delete(lines, used, axis=0)[: len(loose)]
    return label, centre


def _shares(instance: Instance, usable: Bools, wanted: int) -> list[tuple[Ints, int]]:
    """Usable units of each connected part with the number of territories left for it."""
    if len(instance.parts) <= 1:
        members = np.flatnonzero(usable).astype(np.int32)
        return [(members, min(wanted, len(members)))] if len(members) else []
    shares = []
    for part, count in instance.parts:
        members = part[usable[part]]
        left = min(count - (len(part) - len(members)), len(members))
        if left > 0:
            shares.append((members, left))
    return shares


def _anchors(instance: Instance, fixed: Ints, closed: Bools) -> Floats:
    anchor = instance.home.copy()
    locked = np.flatnonzero((fixed >= 0) & instance.placed & ~closed[np.maximum(fixed, 0)])
    if len(locked):
        centre = seeds.centroids(
            instance.x[locked], instance.y[locked], instance.w[locked], fixed[locked], len(anchor)
        )
        bare = ~np.isfinite(anchor[:, 0])
        anchor[bare] = centre[bare]
    return anchor


def _local_scale(instance: Instance, label: Ints, centre: Floats) -> Floats:
    """Mean squared radius of the part around each unit, in km2."""
    count = int(label.max()) + 1
    middle = seeds.centroids(instance.x, instance.y, instance.w, label, count)[label]
    squared = (instance.x - middle[:, 0]) ** 2 + (instance.y - middle[:, 1]) ** 2
    weight = instance.w + 1e-9
    mean = np.bincount(label, weights=weight * squared, minlength=count)
    mean /= np.maximum(np.bincount(label, weights=weight, minlength=count), 1e-12)
    scale: Floats = np.maximum(mean, max(1e-4 * float(mean.max()), 1e-9))[label]
    return scale
