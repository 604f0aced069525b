"""Every change of a plan is a verb here: atomic, keyword-only, audited, refused with the numbers."""

from quyu.apps.targets.services.cells import NodeValue, apply_values, edit_cell
from quyu.apps.targets.services.drafting import draft_from_base, draft_from_basis, draft_from_history
from quyu.apps.targets.services.lifecycle import (
    SUBJECT_TYPE,
    come_into_force,
    on_approved,
    on_returned,
    publish,
    submit,
)
from quyu.apps.targets.services.locks import lock, unlock
from quyu.apps.targets.services.merging import Pick, merge
from quyu.apps.targets.services.plans import branch, create_plan, new_version
from quyu.apps.targets.services.undoing import redo, undo

__all__ = [
    "SUBJECT_TYPE",
    "NodeValue",
    "Pick",
    "apply_values",
    "branch",
    "come_into_force",
    "create_plan",
    "draft_from_base",
    "draft_from_basis",
    "draft_from_history",
    "edit_cell",
    "lock",
    "merge",
    "new_version",
    "on_approved",
    "on_returned",
    "publish",
    "redo",
    "submit",
    "undo",
    "unlock",
]
