"""Indicators a company adds."""

from datetime import datetime

from django.db import transaction

from quyu.apps.market.models import Indicator
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


@transaction.atomic
def add_indicator(row: Indicator, *, actor: User | None, at: datetime) -> Indicator:
    """Keep a new indicator; from now on files may have a column for it."""
    row._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    row.save()
    audit.record(actor=actor, verb="create", subject=row, label=row.name, detail={"code": row.code}, at=at)
    return row
