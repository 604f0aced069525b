"""Rows about targets; each file holds one subject."""

from quyu.apps.targets.models.changes import ChangeEvidence, ChangeRule, TargetChange
from quyu.apps.targets.models.derived import DerivedTarget
from quyu.apps.targets.models.letters import Letter
from quyu.apps.targets.models.milestones import Milestone, MilestoneAlarm
from quyu.apps.targets.models.plans import CellChunk, Lock, Operation, Plan, PlanVersion
from quyu.apps.targets.models.rules import PolicyRule
from quyu.apps.targets.models.strategy import StrategyLine, StrategyLink

__all__ = [
    "CellChunk",
    "ChangeEvidence",
    "ChangeRule",
    "DerivedTarget",
    "Letter",
    "Lock",
    "Milestone",
    "MilestoneAlarm",
    "Operation",
    "Plan",
    "PlanVersion",
    "PolicyRule",
    "StrategyLine",
    "StrategyLink",
    "TargetChange",
]
