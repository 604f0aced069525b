"""Everything that changes territories and alignments."""

from quyu.apps.territories.services.background import enqueue_proposal
from quyu.apps.territories.services.deciding import (
    NoChange,
    NotAfterPrevious,
    NotApproved,
    NotCovered,
    activate,
    register_approval,
    submit,
)
from quyu.apps.territories.services.drafting import (
    MoveResult,
    NotADraft,
    NothingToUndo,
    UnitNotHere,
    create_draft,
    move_unit,
    undo_move,
)
from quyu.apps.territories.services.figures import record_figures
from quyu.apps.territories.services.moving import ThereAlready, come_due, move_territory
from quyu.apps.territories.services.owning import OwnedAlready, assign_owner
from quyu.apps.territories.services.proposing import NothingToDivide, TooManyTerritories, propose

__all__ = [
    "MoveResult",
    "NoChange",
    "NotADraft",
    "NotAfterPrevious",
    "NotApproved",
    "NotCovered",
    "NothingToDivide",
    "NothingToUndo",
    "OwnedAlready",
    "ThereAlready",
    "TooManyTerritories",
    "UnitNotHere",
    "activate",
    "assign_owner",
    "come_due",
    "create_draft",
    "enqueue_proposal",
    "move_territory",
    "move_unit",
    "propose",
    "record_figures",
    "register_approval",
    "submit",
    "undo_move",
]
