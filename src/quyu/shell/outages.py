"""What the machine below us lacks: room, the right to write, the database, or time; and what to do about it.

Whatever was being done has been rolled back: files are written whole and rows in one transaction.
"""

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from quyu.kernel.refusal import Refusal
from quyu.kernel.wording import spoken_word

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM)


def gettext_noop(message_id: str) -> str:
    """Marks a message id; Django's own reads settings, which the command line has not set when it loads this."""
    return message_id


@dataclass(frozen=True)
class Outage:
    """`heading` and `advice` are message ids; `status` is that of the page."""

    code: str
    status: int
    heading: str
    advice: str


DISK_FULL = Outage(
    "disk_full",
    507,
    gettext_noop("磁盘空间不足，没有保存"),
    gettext_noop("刚才的操作没有写入任何数据。请联系系统管理员清理数据目录所在的磁盘，然后再做一次。"),
)
READ_ONLY = Outage(
    "read_only",
    503,
    gettext_noop("数据目录或数据库现在只能读，没有保存"),
    gettext_noop("刚才的操作没有写入任何数据。请联系系统管理员检查磁盘和目录权限，然后再做一次。"),
)
BUSY = Outage(
    "busy",
    503,
    gettext_noop("系统正忙，没有保存"),
    gettext_noop(
        "同时写入的人太多，或有一项长任务正在写入；刚才的操作没有写入任何数据。请稍等几秒后再做一次。"
    ),
)
DATABASE_GONE = Outage(
    "database_gone",
    503,
    gettext_noop("数据库暂时不可用，没有保存"),
    gettext_noop("刚才的操作没有写入任何数据。请稍后再试；如果一直这样，请联系系统管理员检查数据库。"),
)
ENGINE, ENGINE_GONE = "engine_", gettext_noop("计算引擎没有给出结果，没有数字可以显示")
"""The codes of refusals of the engines that sum; the advice is what the refusal says."""
WORDS = (
    (("disk is full", "no space left", "disk full", "could not extend file"), DISK_FULL),
    (("readonly database", "read-only", "unable to open database file"), READ_ONLY),
    (("is locked", "deadlock detected", "lock timeout", "statement timeout", "too many clients"), BUSY),
)


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage behind an error, or None when the fault is ours."""
    for cause in _causes(error):
        if isinstance(cause, Refusal) and cause.code.startswith(ENGINE):
            said = spoken_word(cause.template).format(**cause.numbers)
            return Outage(cause.code, 503, ENGINE_GONE, said)
        if isinstance(cause, OSError) and cause.errno in NO_ROOM:
            return DISK_FULL
        if isinstance(cause, OSError) and cause.errno in NO_WRITING:
            return READ_ONLY
        if isinstance(cause, DatabaseError | InterfaceError | sqlite3.Error):
            text = str(cause).lower()
            known = next((outage for words, outage in WORDS if any(word in text for word in words)), None)
            if known is not None:
                return known
            is_gone = isinstance(cause, OperationalError | InterfaceError) or (
                isinstance(cause, ProgrammingError) and "does not exist" in text
            )
            return DATABASE_GONE if is_gone else None
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
