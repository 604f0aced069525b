"""Reads about territories and alignments."""

from quyu.apps.territories.selectors.alignments import (
    Owner,
    TerritoryLoad,
    active_alignment,
    alignments_of,
    figures,
    figures_date,
    loads,
    measure_of,
    owners_on,
    territories_of,
    territory_history,
    tolerance_of,
)
from quyu.apps.territories.selectors.changes import UnitChange, changes, summary, with_parts
from quyu.apps.territories.selectors.coverage import (
    AlignmentClash,
    OwnerFault,
    alignment_clashes,
    owner_faults,
    uncovered_units,
)
from quyu.apps.territories.selectors.frames import (
    common_days,
    days_left,
    owner_frame,
    table,
    unit_territory_frame,
)

__all__ = [
    "AlignmentClash",
    "Owner",
    "OwnerFault",
    "TerritoryLoad",
    "UnitChange",
    "active_alignment",
    "alignment_clashes",
    "alignments_of",
    "changes",
    "common_days",
    "days_left",
    "figures",
    "figures_date",
    "loads",
    "measure_of",
    "owner_faults",
    "owner_frame",
    "owners_on",
    "summary",
    "table",
    "territories_of",
    "territory_history",
    "tolerance_of",
    "uncovered_units",
    "unit_territory_frame",
    "with_parts",
]
