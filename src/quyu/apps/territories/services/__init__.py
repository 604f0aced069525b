"""Everything that changes territories and alignments."""

from quyu.apps.territories.services.background import enqueue_proposal
from quyu.apps.territories.services.criteria import BadCriteria, Criteria
from quyu.apps.territories.services.deciding import (
    NoChange,
    NotAfterPrevious,
    NotApproved,
    NotCovered,
    activate,
    register_approval,
    submit,
)
from quyu.apps.territories.services.drafting import NotADraft, create_draft
from quyu.apps.territories.services.editing import (
    EditResult,
    Locked,
    NothingToRedo,
    NothingToUndo,
    UnitNotHere,
    move_units,
    place_units,
    redo,
    set_locks,
    undo,
)
from quyu.apps.territories.services.figures import record_figures
from quyu.apps.territories.services.moving import ThereAlready, come_due, move_territory
from quyu.apps.territories.services.neighbourhood import (
    NothingToImprove,
    Rearrangement,
    TooManyAtOnce,
    reoptimised,
)
from quyu.apps.territories.services.owning import OwnedAlready, assign_owner
from quyu.apps.territories.services.placing import PlacedAlready, place_missing
from quyu.apps.territories.services.proposing import (
    NothingToDivide,
    Outlook,
    TooManyTerritories,
    look_ahead,
    propose,
)
from quyu.apps.territories.services.vacancies import Option, Shift, Vacancy, vacancies, within_reach

__all__ = [
    "BadCriteria",
    "Criteria",
    "EditResult",
    "Locked",
    "NoChange",
    "NotADraft",
    "NotAfterPrevious",
    "NotApproved",
    "NotCovered",
    "NothingToDivide",
    "NothingToImprove",
    "NothingToRedo",
    "NothingToUndo",
    "Option",
    "Outlook",
    "OwnedAlready",
    "PlacedAlready",
    "Rearrangement",
    "Shift",
    "ThereAlready",
    "TooManyAtOnce",
    "TooManyTerritories",
    "UnitNotHere",
    "Vacancy",
    "activate",
    "assign_owner",
    "come_due",
    "create_draft",
    "enqueue_proposal",
    "look_ahead",
    "move_territory",
    "move_units",
    "place_missing",
    "place_units",
    "propose",
    "record_figures",
    "redo",
    "register_approval",
    "reoptimised",
    "set_locks",
    "submit",
    "undo",
    "vacancies",
    "within_reach",
]
