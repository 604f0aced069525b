"""Locks as a mask over the cells. Locking a node keeps every cell below it (docs/decisions: locks)."""

import numpy as np

from quyu.apps.targets.axes import Axes, Mask, Node
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.node import others_of


def node_of(lock: Lock) -> Node:
    return Node(lock.region, lock.period, lock.product_line, others_of(lock.others))


def locked_cells(version: PlanVersion, axes: Axes) -> Mask:
    """True where a lock covers the cell; shape as the cells."""
    mask = np.zeros(axes.shape, np.bool_)
    for lock in Lock.objects.filter(plan_version=version):
        mask[axes.block(node_of(lock))] = True
    return mask


def locks_over(version: PlanVersion, axes: Axes, node: Node) -> list[Lock]:
    """The locks that share a cell with the node, oldest first."""
    locks = Lock.objects.filter(plan_version=version).select_related("owner").order_by("pk")
    return [lock for lock in locks if axes.overlap(node_of(lock), node)]
