"""Indicators a company adds, changes, and takes back while nothing is known under them."""

from datetime import datetime

from django.db import transaction

from quyu.apps.market.models import Indicator
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.geography.models import MarketFigure
from quyu.platform.people.models import User


class IndicatorInUse(Refusal):
    """Values are kept under it; plans may have been balanced on them."""

    def __init__(self, row: Indicator, count: int) -> None:
        super().__init__(
            "indicator_in_use",
            "“{name}”已有 {count} 个数据，不能删除；可以改名，或不再导入这一列。",
            name=row.name,
            count=count,
        )


@transaction.atomic
def add_indicator(row: Indicator, *, actor: User | None, at: datetime) -> Indicator:
    """Keep a new indicator; from now on files may have a column for it."""
    row._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    row.save()
    audit.record(actor=actor, verb="create", subject=row, label=row.name, detail={"code": row.code}, at=at)
    return row


@transaction.atomic
def change_indicator(row: Indicator, *, expected_version: int, actor: User | None, at: datetime) -> Indicator:
    """Save what was changed; refused when somebody saved it since it was read. The code stays."""
    audit.save_checked(row, expected_version=expected_version, actor=actor)
    audit.record(
        actor=actor, verb="change_indicator", subject=row, label=row.name, detail={"code": row.code}, at=at
    )
    return row


@transaction.atomic
def remove_indicator(row: Indicator, *, expected_version: int, actor: User | None, at: datetime) -> None:
    """Take an indicator back that no value was ever kept under. Raises IndicatorInUse, StaleSave."""
    current = Indicator.objects.select_for_update().get(pk=row.pk)
    if current.version != expected_version:
        raise StaleSave(**audit.both_values(row, current))
    count = facts_of(current)
    if count:
        raise IndicatorInUse(current, count)
    audit.record(
        actor=actor,
        verb="remove_indicator",
        subject=current,
        label=current.name,
        detail={"code": current.code},
        at=at,
    )
    current.delete()


def facts_of(row: Indicator) -> int:
    """How many values are kept under it."""
    return MarketFigure.objects.filter(measure=row.code).count()
