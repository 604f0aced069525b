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
    "territories.AlignmentUnit", "customers.Customer", "customers.DealerAccess", "customers.RuleSet", "catalog.Product",
    "catalog.ProductLine", "catalog.Channel", "calendar.CalendarDay", "geography.BasicUnit", "files.StoredFile",
    "targets.Plan", "targets.PlanVersion", "targets.Lock", "targets.CellComment", "facts.Batch", "notices.Notice", "signin.ApiToken", "imports.ImportRun",
    "approvals.Approval", "audit.Decision", "targets.StrategyLine", "targets.StrategyLink", "targets.Milestone",
    "targets.PolicyRule", "targets.Letter", "targets.TargetChange", "targets.ChangeEvidence", "targets.ExcludedOrder",
    "targets.Round", "targets.Handover", "targets.NegotiationMove", "targets.Evidence", "targets.Minutes",
    "monitoring.AlertRule", "monitoring.Alert", "monitoring.AlertAct", "monitoring.ControlTotal", "monitoring.Meeting", "monitoring.Promise",
    "monitoring.PdcaCard", "monitoring.CardTask", "monitoring.CardTaskReport", "monitoring.PromiseReport",
)  # fmt: skip


class Raw:
    """Rows by table and number; for every mark the field it was first written in, for every row its marks by column."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {}
        for label in TABLES:
            rows = apps.get_model(label)._base_manager.values()
            self.tables[label.partition(".")[2].lower()] = {row["id"]: row for row in rows}
        self.marks: dict[str, tuple[str, int, str]] = {}
        self.marks_of: dict[tuple[str, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for table, rows in self.tables.items():
            for pk, row in rows.items():
                for column, value in row.items():
                    for mark in MARK.findall(str(value)):
                        self.marks.setdefault(mark, (table, pk, column))
                        self.marks_of[table, pk][column].add(mark)

    def __getitem__(self, table: str) -> Rows:
        return self.tables[table]

    def mark(self, table: str, pk: int | None, column: str) -> str:
        """The mark in one field; a word nobody wrote where there is none."""
        return min(self.marks_of[table, pk or 0][column], default="kqz00000")


def marks_in(text: str) -> set[str]:
    """Every mark that occurs in a text."""
    return set(MARK.findall(text))
