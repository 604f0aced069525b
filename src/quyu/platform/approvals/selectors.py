"""Reading approvals: the inbox of a person, and the summary of one in rows and columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import entries
from quyu.platform.fields.values import listed
from quyu.platform.people import policy
from quyu.platform.people.scope import Scope

RELATED = ("org_unit", "submitted_by", "decided_by")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a summary; `kind` is amount, rate, link or text."""

    label: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class SummaryTable:
    title: str
    headers: tuple[Entry, ...]
    rows: tuple[tuple[Entry, ...], ...]


def inbox(scope: Scope, *, tab: str) -> QuerySet[Approval]:
    """`todo`: waiting for me; `mine`: submitted by me; `all`: everything within reach."""
    if tab == "mine":
        return Approval.objects.filter(submitted_by=scope.user_id).select_related(*RELATED)
    if tab == "todo":
        return waiting_for(scope).select_related(*RELATED)
    return Approval.objects.visible_to(scope).select_related(*RELATED)


def waiting_for(scope: Scope) -> QuerySet[Approval]:
    """The open approvals this person may decide, oldest first."""
    reach = policy.narrow(scope, "approval", "approve")
    waiting = Approval.objects.filter(state=ApprovalState.SUBMITTED).exclude(submitted_by=scope.user_id)
    if not reach.is_everything:
        waiting = waiting.filter(org_unit__in=reach.org_unit_ids)
    return waiting.order_by("submitted_at", "pk")


def may_decide(scope: Scope, approval: Approval) -> bool:
    """Whether the right to approve reaches the approval's org unit, and somebody else submitted it."""
    reach = policy.narrow(scope, "approval", "approve")
    return reach.covers(approval.org_unit_id) and approval.submitted_by_id != scope.user_id


def entry(name: str, value: Any) -> Entry:
    """A value with its label and its kind, both known by the name."""
    said = entries.text(name, value) if isinstance(value, str) else value
    return Entry(entries.label(name), entries.kind(name), said)


def summary_parts(summary: Mapping[str, Any]) -> tuple[list[Entry], list[SummaryTable]]:
    """Single values, and one table per list of records; a record alone is a table of one row."""
    singles, tables = [], []
    for name, value in summary.items():
        records = [value] if isinstance(value, Mapping) else value
        if isinstance(records, list) and records and all(isinstance(record, Mapping) for record in records):
            columns = list(dict.fromkeys(key for record in records for key in record))
            tables.append(
                SummaryTable(
                    title=entries.label(name),
                    headers=tuple(entry(column, None) for column in columns),
                    rows=tuple(tuple(entry(c, record.get(c)) for c in columns) for record in records),
                )
            )
        elif isinstance(value, list):
            singles.append(entry(name, listed(value)))
        else:
            singles.append(entry(name, value))
    return singles, tables
