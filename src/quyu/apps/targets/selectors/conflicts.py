"""Why a value cannot be: the fewest locks that already forbid it, and what would make room.

Too small: the largest held amounts first are the smallest set that exceeds the value. Too large under
"the node above stays": the held amounts beside it, largest first, that leave too little of the total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from quyu.apps.targets import spreading
from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import Lock
from quyu.apps.targets.selectors.locks import node_of


@dataclass(frozen=True)
class Standing:
    """A lock and what it holds of the cells in question."""

    lock: Lock
    label: str
    held: int


@dataclass(frozen=True)
class Conflict:
    """What cannot hold together with the value: locks, and the rule where it takes part."""

    label: str
    value: int
    lower: int
    upper: int | None
    nearest: int
    locks: tuple[Standing, ...]
    kept_label: str
    kept: int | None
    """The node above that "keeps its total", where that is part of the conflict."""


def conflict_of(
    axes: Axes,
    cells: Cells,
    locked: Mask,
    locks: Sequence[Lock],
    *,
    node: Node,
    value: int,
    rule: EditRule,
) -> Conflict | None:
    """The smallest set that forbids the value; None where nothing does."""
    lower, upper = spreading.feasible(axes, cells, locked, node, rule)
    if value >= lower and (upper is None or value <= upper):
        return None
    outer = spreading.widest(axes, node, rule)
    inside = _mask(axes, cells, node)
    around = _mask(axes, cells, outer)
    takes_rule = False
    if value < lower:
        area, needed = inside, value
    elif bool((inside & ~locked).any()) and outer != node:
        area, needed, takes_rule = around & ~inside, int(cells[around].sum()) - value, True
    else:
        area, needed = inside, None
    if outer != node and bool((inside & ~locked).any()) and not bool((around & ~inside & ~locked).any()):
        area, needed, takes_rule = around & ~inside, None, True
    chosen = _fewest(list(_standing(axes, cells, locks, area)), needed)
    return Conflict(
        label=axes.label(node),
        value=value,
        lower=lower,
        upper=upper,
        nearest=lower if value < lower else (upper if upper is not None else value),
        locks=tuple(chosen),
        kept_label=axes.label(outer) if takes_rule else "",
        kept=int(cells[around].sum()) if takes_rule else None,
    )


def _mask(axes: Axes, cells: Cells, node: Node) -> Mask:
    mask = np.zeros(cells.shape, np.bool_)
    mask[axes.block(node)] = True
    return mask


def _standing(axes: Axes, cells: Cells, locks: Iterable[Lock], area: Mask) -> Iterable[Standing]:
    """Each lock with what it alone holds of the area: a cell counts for the first lock over it."""
    left = area.copy()
    for lock in locks:
        held = _mask(axes, cells, node_of(lock)) & left
        if held.any():
            left &= ~held
            yield Standing(lock, axes.label(node_of(lock)), int(cells[held].sum()))


def _fewest(standing: Sequence[Standing], needed: int | None) -> list[Standing]:
    """The largest first until they exceed what is needed; all of them where no amount decides."""
    if needed is None:
        return list(standing)
    chosen: list[Standing] = []
    total = 0
    for one in sorted(standing, key=lambda one: (-one.held, one.lock.pk)):
        if total > needed:
            break
        chosen.append(one)
        total += one.held
    return chosen
