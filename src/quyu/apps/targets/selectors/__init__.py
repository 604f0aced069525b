"""Reading plans: versions, the grid, the frame of cells, certificates, reasons and the log."""

from quyu.apps.targets.selectors.certificate import certificate
from quyu.apps.targets.selectors.freezing import freeze
from quyu.apps.targets.selectors.grid import Grid, GridRow, grid
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.versions import (
    TargetFrame,
    published_cells,
    published_version,
    target_frame,
    visible_versions,
)
from quyu.apps.targets.selectors.why import Why, why

__all__ = [
    "Grid",
    "GridRow",
    "Reach",
    "TargetFrame",
    "Why",
    "certificate",
    "freeze",
    "grid",
    "published_cells",
    "published_version",
    "reach_of",
    "target_frame",
    "visible_versions",
    "why",
]
