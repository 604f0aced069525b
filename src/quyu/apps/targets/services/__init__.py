"""Every change of a plan is a verb here: atomic, keyword-only, audited, refused with the numbers."""

from quyu.apps.targets.services.cells import NodeValue, apply_values, edit_cell, undo
from quyu.apps.targets.services.drafting import draft_from_history
from quyu.apps.targets.services.lifecycle import SUBJECT_TYPE, on_approved, on_returned, publish, submit
from quyu.apps.targets.services.locks import lock, unlock
from quyu.apps.targets.services.plans import create_plan, new_version

__all__ = [
    "SUBJECT_TYPE",
    "NodeValue",
    "apply_values",
    "create_plan",
    "draft_from_history",
    "edit_cell",
    "lock",
    "new_version",
    "on_approved",
    "on_returned",
    "publish",
    "submit",
    "undo",
    "unlock",
]
