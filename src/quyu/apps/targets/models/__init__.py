"""Rows about targets; each file holds one subject."""

from quyu.apps.targets.models.baseline import ExcludedOrder, PlanDraft
from quyu.apps.targets.models.changes import ChangeEvidence, ChangeRule, TargetChange
from quyu.apps.targets.models.comments import CellComment
from quyu.apps.targets.models.credit import CreditSplit
from quyu.apps.targets.models.derived import DerivedTarget
from quyu.apps.targets.models.letters import Letter
from quyu.apps.targets.models.milestones import Milestone, MilestoneAlarm
from quyu.apps.targets.models.negotiation import Commitment, Evidence, Minutes, NegotiationMove
from quyu.apps.targets.models.plans import CellChunk, LatticeChunk, Lock, Operation, Plan, PlanVersion
from quyu.apps.targets.models.rounds import Handover, Round, RoundBand
from quyu.apps.targets.models.rules import PolicyRule
from quyu.apps.targets.models.strategy import StrategyLine, StrategyLink

__all__ = [
    "CellChunk",
    "CellComment",
    "ChangeEvidence",
    "ChangeRule",
    "Commitment",
    "CreditSplit",
    "DerivedTarget",
    "Evidence",
    "ExcludedOrder",
    "Handover",
    "LatticeChunk",
    "Letter",
    "Lock",
    "Milestone",
    "MilestoneAlarm",
    "Minutes",
    "NegotiationMove",
    "Operation",
    "Plan",
    "PlanDraft",
    "PlanVersion",
    "PolicyRule",
    "Round",
    "RoundBand",
    "StrategyLine",
    "StrategyLink",
    "TargetChange",
]
