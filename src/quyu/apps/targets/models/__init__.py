"""Rows about targets; each file holds one subject."""

from quyu.apps.targets.models.changes import ChangeEvidence, ChangeRule, TargetChange
from quyu.apps.targets.models.letters import Letter
from quyu.apps.targets.models.plans import CellChunk, Lock, Operation, Plan, PlanVersion

__all__ = [
    "CellChunk",
    "ChangeEvidence",
    "ChangeRule",
    "Letter",
    "Lock",
    "Operation",
    "Plan",
    "PlanVersion",
    "TargetChange",
]
