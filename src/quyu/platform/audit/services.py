"""Writing the log of decisions, and saving a row only as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from quyu.platform.audit import chain
from quyu.platform.audit.models import LABEL_LENGTH, REASON_LENGTH, Decision, EditableRow, StaleSave
from quyu.platform.audit.selectors import tracked_fields, value_text
from quyu.platform.fields.values import listed

if TYPE_CHECKING:
    from quyu.platform.people.models import User

Row = TypeVar("Row", bound=EditableRow)
NOTHING: Mapping[str, object] = {}


@transaction.atomic
def record(
    *,
    actor: User | None,
    verb: str,
    subject: models.Model,
    label: str,
    detail: Mapping[str, object] = NOTHING,
    reason: str = "",
    at: date | datetime,
) -> Decision:
    """Append one decision to the chained log, in the transaction of the change it tells of."""
    decision = Decision(
        actor=actor,
        verb=verb,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_label=label[:LABEL_LENGTH],
        detail=chain.plain(detail),
        reason=reason[:REASON_LENGTH],
        at=moment(at),
    )
    return chain.append(decision, timezone.localdate(decision.at))


def moment(at: date | datetime) -> datetime:
    """A moment; a plain date is its first moment in the company's time zone."""
    if isinstance(at, datetime):
        return at if timezone.is_aware(at) else timezone.make_aware(at)
    return timezone.make_aware(datetime.combine(at, time.min))


@transaction.atomic
def save_checked(row: Row, *, expected_version: int, actor: User | None) -> Row:
    """Save a changed row if nobody saved it since `expected_version` was read; raises StaleSave."""
    current = type(row)._base_manager.select_for_update().get(pk=row.pk)
    if current.version != expected_version:
        raise StaleSave(**both_values(row, current))
    row.version = expected_version + 1
    by(row, actor).save()
    return row


def by(row: Row, actor: User | None) -> Row:
    """The row, whose next save or deletion its history ascribes to the actor."""
    row._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    return row


def both_values(row: EditableRow, current: EditableRow) -> dict[str, object]:
    """The fields in which what somebody wants to save differs from what is there now."""
    differing = [
        field
        for field in tracked_fields(type(row))
        if getattr(row, field.attname) != getattr(current, field.attname)
    ]
    if not differing:
        return {"name": str(row), "mine": f"v{row.version}", "theirs": f"v{current.version}"}
    return {
        "name": listed(gettext(str(field.verbose_name)) for field in differing),
        "mine": listed(value_text(row, field) for field in differing),
        "theirs": listed(value_text(current, field) for field in differing),
    }
