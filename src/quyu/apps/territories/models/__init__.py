"""Territories: who works where, on which days.

An `Alignment` says which basic unit belongs to which territory from `valid_from` on; exactly one
alignment is in force on any day, so a unit has exactly one territory. `TerritoryOwner` says which
position is accountable for a territory on which days. A `TerritoryMove` says from which day on a
territory hangs below another org unit; `Territory.org_unit` is where it hangs today.
"""

from quyu.apps.territories.models.ability import Ability
from quyu.apps.territories.models.alignment import (
    Alignment,
    AlignmentQuerySet,
    AlignmentUnit,
    AlignmentUnitQuerySet,
)
from quyu.apps.territories.models.comment import AlignmentComment
from quyu.apps.territories.models.figure import AlignmentFigure, UnitFigure
from quyu.apps.territories.models.flow import AlignmentFlow
from quyu.apps.territories.models.territory import (
    Territory,
    TerritoryMove,
    TerritoryOwner,
    TerritoryQuerySet,
    within_reach,
)
from quyu.apps.territories.models.travel import TravelTime
from quyu.apps.territories.models.work import AlignmentEdit, AlignmentLock
from quyu.apps.territories.models.workload import WorkStandard

__all__ = [
    "Ability",
    "Alignment",
    "AlignmentComment",
    "AlignmentEdit",
    "AlignmentFigure",
    "AlignmentFlow",
    "AlignmentLock",
    "AlignmentQuerySet",
    "AlignmentUnit",
    "AlignmentUnitQuerySet",
    "Territory",
    "TerritoryMove",
    "TerritoryOwner",
    "TerritoryQuerySet",
    "TravelTime",
    "UnitFigure",
    "WorkStandard",
    "within_reach",
]
