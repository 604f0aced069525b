"""A first draft of next year from the months of past years: level x season, with the Spring Festival moved.

Pure arithmetic over arrays; the result is an estimate that serves as weights, so it may be rounded
cell by cell. Formula page: docs/formulas/baseline.md.
"""

from quyu.apps.targets.services.baseline.dense import Baseline, History, baseline, fill_open_months
from quyu.apps.targets.services.baseline.festival import shift_festival
from quyu.apps.targets.services.baseline.growth import trend_bp
from quyu.apps.targets.services.baseline.series import NoHistory

__all__ = [
    "Baseline",
    "History",
    "NoHistory",
    "baseline",
    "fill_open_months",
    "shift_festival",
    "trend_bp",
]
