"""Reads about territories and alignments."""

from quyu.apps.territories.selectors.alignments import (
    BALANCE_WORDS,
    Owner,
    TerritoryLoad,
    active_alignment,
    alignments_of,
    figures,
    figures_by_code,
    figures_date,
    load_row,
    loads,
    owners_on,
    pair_in_force,
    territories_of,
    territory_history,
)
from quyu.apps.territories.selectors.changes import UnitChange, changes, gathered, places_of, summary
from quyu.apps.territories.selectors.colouring import draft_colours, read_colours
from quyu.apps.territories.selectors.coverage import (
    AlignmentClash,
    OwnerFault,
    alignment_clashes,
    owner_faults,
    uncovered_units,
)
from quyu.apps.territories.selectors.criteria import Balanced, balanced_of, measured_of, tolerance_of
from quyu.apps.territories.selectors.edits import (
    NAMED,
    Step,
    locked,
    next_redo,
    next_undo,
    steps_since,
    steps_that_stand,
)
from quyu.apps.territories.selectors.frames import (
    common_days,
    days_left,
    owner_frame,
    table,
    unit_territory_frame,
)
from quyu.apps.territories.selectors.layers import Layer
from quyu.apps.territories.selectors.maps import (
    UnitRow,
    base_units_by_territory,
    unit_rows,
)
from quyu.apps.territories.selectors.measures import Offered, offered, unit_values
from quyu.apps.territories.selectors.pieces import torn
from quyu.apps.territories.selectors.places import (
    Place,
    moves_of,
    org_units_on,
    places_by_territory,
    unit_on,
)
from quyu.apps.territories.selectors.reading import Reading, read
from quyu.apps.territories.selectors.standing import Standing, standing_of
from quyu.apps.territories.selectors.tiers import TIERS, TierLoad, tier_loads
from quyu.apps.territories.selectors.what_if import (
    Level,
    Touched,
    WhatIf,
    compared,
    levels_of,
    nearby,
    what_if,
)

__all__ = [
    "BALANCE_WORDS",
    "NAMED",
    "TIERS",
    "AlignmentClash",
    "Balanced",
    "Layer",
    "Level",
    "Offered",
    "Owner",
    "OwnerFault",
    "Place",
    "Reading",
    "Standing",
    "Step",
    "TerritoryLoad",
    "TierLoad",
    "Touched",
    "UnitChange",
    "UnitRow",
    "WhatIf",
    "active_alignment",
    "alignment_clashes",
    "alignments_of",
    "balanced_of",
    "base_units_by_territory",
    "changes",
    "common_days",
    "compared",
    "days_left",
    "draft_colours",
    "figures",
    "figures_by_code",
    "figures_date",
    "gathered",
    "levels_of",
    "load_row",
    "loads",
    "locked",
    "measured_of",
    "moves_of",
    "nearby",
    "next_redo",
    "next_undo",
    "offered",
    "org_units_on",
    "owner_faults",
    "owner_frame",
    "owners_on",
    "pair_in_force",
    "places_by_territory",
    "places_of",
    "read",
    "read_colours",
    "standing_of",
    "steps_since",
    "steps_that_stand",
    "summary",
    "table",
    "territories_of",
    "territory_history",
    "tier_loads",
    "tolerance_of",
    "torn",
    "uncovered_units",
    "unit_on",
    "unit_rows",
    "unit_territory_frame",
    "unit_values",
    "what_if",
]
