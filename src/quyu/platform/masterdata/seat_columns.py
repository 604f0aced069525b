"""Columns of a file of people that put them on a seat from a day on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from quyu.kernel.refusal import Refusal
from quyu.platform.imports.kinds import Column
from quyu.platform.people import policy
from quyu.platform.people import services as people
from quyu.platform.people.models import Assignment, Person, Position
from quyu.platform.viewsets.viewset import Caller

Record = Mapping[str, Any]


class SeatUnknown(Refusal):
    """The code names no seat the importer may fill."""

    column = "position_code"

    def __init__(self, code: str) -> None:
        super().__init__("unknown_position", "没有编码为“{seat}”的岗位，或它不在您的范围内。", seat=code)


class SeatColumns:
    """岗位编码 with 任职日期 (else the day of joining, else today) and 任职截止; the same seat again changes nothing."""

    columns = (
        Column("position_code", _("岗位编码"), ("岗位", "职位编码", "Position Code", "Position")),
        Column("seat_from", _("任职日期"), ("任职起", "到岗日期", "Seat From"), "date"),
        Column("seat_to", _("任职截止"), ("任职止", "离岗日期", "Seat To"), "date"),
    )

    def given(
        self, records: Sequence[Record], known: Mapping[Any, Person], caller: Caller
    ) -> Sequence[Mapping[str, str] | Refusal]:
        """Refuses unknown seats before anything is written."""
        del known
        wanted = {record["position_code"] for record in records if record.get("position_code")}
        visible: set[str] = set()
        if policy.allows(caller.scope, "position", "edit"):
            seats = Position.objects.visible_to(caller.scope, caller.at).filter(code__in=wanted)
            visible = set(seats.values_list("code", flat=True))
        return [
            SeatUnknown(code) if (code := record.get("position_code")) and code not in visible else {}
            for record in records
        ]

    def after(self, row: Person, record: Record, caller: Caller) -> Sequence[models.Model]:
        """Put the person on the seat, unless there already; raises what the seat refuses."""
        code = record.get("position_code")
        if not code:
            return ()
        start = record.get("seat_from") or row.joined_on or caller.at
        seat = Position.objects.visible_to(caller.scope, caller.at).get(code=code)
        if Assignment.objects.in_force(start).filter(person=row, position=seat).exists():
            return ()
        made = people.assign(
            person=row,
            position=seat,
            valid_from=start,
            valid_to=record.get("seat_to"),
            actor=caller.user,
            at=caller.now,
        )
        return (made,)
