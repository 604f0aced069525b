"""The certificate of a version: every node of the lattice summed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from quyu.engine import allocation
else:
    allocation = deferred("quyu.engine.allocation")


def certificate(version: PlanVersion) -> allocation.Certificate:
    """Nodes checked and violations, by the engine's independent check over the stored cells and total."""
    axes = Axes.from_json(version.axes)
    cells = store.load_shaped(version, axes.shape)
    total = allocation.Total({}, version.total_fen)
    problem = spreading.problem_of(axes, base=cells.clip(0), values=cells).with_totals((total,))
    return allocation.verify(problem, problem.current)
