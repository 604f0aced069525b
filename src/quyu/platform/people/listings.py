"""Lists of people and customers that leave the product are on record, masked or not."""

from datetime import datetime

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User

MASKED, PLAIN = "list.export", "list.export_plain"


class NoReason(Refusal):
    """Personal data are shown for a purpose, which is on record."""

    def __init__(self) -> None:
        super().__init__("no_reason", "请写明查看或导出个人信息的原因。")


def record_export(title: str, *, actor: User, at: datetime) -> None:
    """A masked list was taken."""
    audit.record(actor=actor, verb=MASKED, subject=actor, label=title, at=at)


def record_plain_export(title: str, *, rows: int, reason: str, actor: User, at: datetime) -> None:
    """A list with personal data was taken; raises NoReason without one."""
    if not reason.strip():
        raise NoReason
    detail = {"rows": rows}
    audit.record(
        actor=actor, verb=PLAIN, subject=actor, label=title, detail=detail, reason=reason.strip(), at=at
    )
