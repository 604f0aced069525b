"""The tables as plain dictionaries: all that the oracle knows. Read once, before the first request."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.apps import apps

Row = Mapping[str, Any]
Rows = Mapping[int, Row]
MARK = re.compile(r"kqz\d{5}|1399\d{7}")
TABLES = (
    "people.User", "people.OrgUnit", "people.OrgLink", "people.Person", "people.Position", "people.Assignment",
    "people.RoleGrant", "territories.Territory", "territories.TerritoryOwner", "territories.Alignment",
    "territories.AlignmentUnit", "customers.Customer", "customers.DealerAccess", "catalog.Product",
    "catalog.ProductLine", "catalog.Channel", "calendar.CalendarDay", "geography.BasicUnit", "approvals.Approval",
    "imports.ImportRun", "files.StoredFile", "notices.Notice", "targets.Plan", "targets.PlanVersion", "targets.Lock",
    "audit.Decision", "facts.Batch",
)  # fmt: skip


class Raw:
    """Rows by table and number, and for every mark the (table, number, column) it was written in."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {}
        for label in TABLES:
            try:
                rows = apps.get_model(label)._base_manager.values()
            except LookupError:
                rows = []
            self.tables[label.partition(".")[2].lower()] = {row["id"]: row for row in rows}
        self.marks: dict[str, tuple[str, int, str]] = {}
        self.marks_of: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
        for table, rows in self.tables.items():
            for pk, row in rows.items():
                for column, value in row.items():
                    for mark in MARK.findall(str(value)):
                        if mark not in self.marks:
                            self.marks[mark] = (table, pk, column)
                            self.marks_of[table, pk][column] = mark

    def __getitem__(self, table: str) -> Rows:
        return self.tables[table]

    def with_mark(self, mark: str) -> int:
        """The number of the row in which a mark was written."""
        return self.marks[mark][1]


def marks_in(text: str) -> set[str]:
    """Every mark that occurs in a text."""
    return set(MARK.findall(text))
