"""Order files as spreadsheets, ERP systems, tired people and attackers really make them, with what is owed to each.

Every file is made here, the same bytes each time; the totals are summed from the lines that went in, never
by the importer. `FAMILIES` makes them, family by family.
"""

from collections.abc import Callable, Iterator, Mapping

from tests.instances.hostile_orders import archives, business, text, values, workbook
from tests.instances.hostile_orders.files import Case

FAMILIES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "encodings": text.encodings,
    "separators": text.separators,
    "reports": text.reports,
    "headings": text.headings,
    "other_names": text.other_names,
    "broken": text.broken,
    "other_types": text.other_types,
    "amounts": values.amounts,
    "unreadable": values.unreadable,
    "units": values.units,
    "dates": values.dates,
    "identifiers": values.identifiers,
    "cells": workbook.cells,
    "odd_cells": workbook.odd_cells,
    "layouts": workbook.layouts,
    "sheets": workbook.sheets,
    "archives": archives.archives,
    "forbidden": archives.forbidden,
    "names": business.names,
    "calendar": business.calendar,
    "repeats": business.repeats,
    "scope": business.scope,
}

__all__ = ["FAMILIES", "Case"]
