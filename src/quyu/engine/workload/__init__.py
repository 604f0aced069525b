"""Workload: how many minutes a year the customers of each unit take, visits and travel, and what a person can do.

See docs/formulas/workload.md for the formulas and their sources.
"""

from quyu.engine.workload.distance import great_circle_km
from quyu.engine.workload.minutes import Workload, capacity_minutes, workload
from quyu.engine.workload.standard import InvalidStandard, Standard, Travel

__all__ = [
    "InvalidStandard",
    "Standard",
    "Travel",
    "Workload",
    "capacity_minutes",
    "great_circle_km",
    "workload",
]
