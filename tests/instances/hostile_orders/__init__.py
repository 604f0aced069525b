"""Order files as spreadsheets, ERP systems, tired people and attackers really make them, with what is owed to each.

Every file is made here, the same bytes each time; the totals are summed from the lines that went in, never
by the importer. `CASES` is the whole list.
"""

from tests.instances.hostile_orders import business, text, values, workbook
from tests.instances.hostile_orders.files import Case

CASES: tuple[Case, ...] = (*text.cases(), *values.cases(), *workbook.cases(), *business.cases())

__all__ = ["CASES", "Case"]
