"""Rows about targets; each file holds one subject."""

from quyu.apps.targets.models.plans import CellChunk, Lock, Operation, Plan, PlanVersion

__all__ = ["CellChunk", "Lock", "Operation", "Plan", "PlanVersion"]
