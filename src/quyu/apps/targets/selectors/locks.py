"""Locks as a mask over the cells. Locking a node keeps every cell below it (docs/decisions: locks).

A lock binds until it is lifted or, where it has one, until the day on which it expires.
"""

from datetime import date

import numpy as np

from quyu.apps.targets.axes import Axes, Mask, Node
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.node import others_of


def node_of(lock: Lock) -> Node:
    return Node(lock.region, lock.period, lock.product_line, others_of(lock.others))


def binding(version: PlanVersion, at: date) -> list[Lock]:
    """The locks that bind on a day, oldest first, with their owners."""
    locks = Lock.objects.filter(plan_version=version).exclude(expires_on__lte=at)
    return list(locks.select_related("owner").order_by("pk"))


def locked_cells(version: PlanVersion, axes: Axes, *, at: date) -> Mask:
    """True where a lock that binds on the day covers the cell; shape as the cells."""
    mask = np.zeros(axes.shape, np.bool_)
    for lock in binding(version, at):
        mask[axes.block(node_of(lock))] = True
    return mask


def locks_over(version: PlanVersion, axes: Axes, node: Node) -> list[Lock]:
    """The locks that share a cell with the node, expired ones too, oldest first."""
    locks = Lock.objects.filter(plan_version=version).select_related("owner").order_by("pk")
    return [lock for lock in locks if axes.overlap(node_of(lock), node)]
