"""Keeping control totals: entered, taken out, both on record."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.monitoring.models import ControlTotal
from quyu.platform.audit import services as audit
from quyu.platform.facts.models import Batch
from quyu.platform.people.models import User


@transaction.atomic
def enter_total(
    *,
    source: str,
    batch: Batch | None,
    first_on: date,
    last_on: date,
    amount_fen: int,
    line_count: int | None,
    note: str,
    actor: User,
    at: datetime,
) -> ControlTotal:
    """What the source says it sent, in fen."""
    row = ControlTotal(
        source=source, batch=batch, first_on=first_on, last_on=last_on, amount_fen=amount_fen,
        line_count=line_count, note=note, created_by=actor, created_at=at,
    )  # fmt: skip
    audit.by(row, actor).save()
    detail = {"amount_fen": amount_fen, "line_count": line_count}
    audit.record(actor=actor, verb="control.enter", subject=row, label=str(row), detail=detail, at=at)
    return row


@transaction.atomic
def remove_total(*, row: ControlTotal, actor: User, at: datetime) -> None:
    """Entered by mistake; its history stays."""
    audit.record(actor=actor, verb="control.remove", subject=row, label=str(row), at=at)
    audit.by(row, actor).delete()
