"""Erasing a person: pseudonym instead of name everywhere, every total as before, on record, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from quyu.apps.targets.models import Letter
from quyu.apps.targets.selectors.letters import letter_files
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import links
from quyu.platform.audit import services as audit
from quyu.platform.audit.personal import BLANK, DROP, NAME, STAYS
from quyu.platform.facts.renaming import Renaming, rename
from quyu.platform.files import clearing
from quyu.platform.files.models import StoredFile
from quyu.platform.imports.models import WrittenRow
from quyu.platform.jobs import liveness
from quyu.platform.people.models import User
from quyu.shell.backup import figures, making, postgresql, sqlite
from quyu.shell.personal import originals, sweep
from quyu.shell.personal.register import fields_treated, history_of
from quyu.shell.personal.subject import Subject, replacer_for
from quyu.shell.personal.wording import Replacer

FIGURED = ("facts_", "performance_", "targets_", "customers_customer", "people_person", "territories_")


class StillHere(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            "still_here",
            "{name} 还在职，个人信息为履行合同所必需，离职后才能删除。请先登记离职日。",
            name=name,
        )


class BackupRunning(Refusal):
    def __init__(self) -> None:
        super().__init__("backup_running", "正在备份，请等备份结束后再删除个人信息。")


class TotalsChanged(Refusal):
    """Never: erasure would have changed a total, and nothing was written."""

    def __init__(self, name: str) -> None:
        super().__init__("totals_changed", "删除会改变合计 {name}，已全部退回。请报告这个问题。", name=name)


class NoReasonGiven(Refusal):
    def __init__(self) -> None:
        super().__init__("no_erasure_reason", "请写明删除个人信息的原因。")


@dataclass(frozen=True)
class Erased:
    """What an erasure changed; `shared` are names left in texts because somebody else bears them too."""

    pseudonym: str
    rows: int
    entries: int
    files: int
    cleared: int
    batches: int
    shared: tuple[str, ...]


def erase(subject: Subject, *, reason: str, actor: User | None, at: datetime, today: date) -> Erased:
    """Replace the subject's values everywhere. Raises StillHere, BackupRunning or NoReasonGiven."""
    if not reason.strip():
        raise NoReasonGiven
    if subject.kind == "person" and (subject.row.left_on is None or subject.row.left_on > today):
        raise StillHere(str(subject.row))
    with no_backup_meanwhile(), transaction.atomic():
        replacer, shared = replacer_for(subject)
        before = totals()
        erased = _everywhere(subject, replacer, shared)
        left = sweep.clean_trail(replacer)
        audit.record(
            actor=actor, verb=links.ERASURE_VERB, subject=subject.row, label=replacer.pseudonym,
            detail={links.REDACTED: left, "rows": erased.rows, "files": erased.files + erased.cleared},
            reason=replacer.text(reason.strip()), at=at,
        )  # fmt: skip
        after = totals()
        if changed := [name for name in before if before[name] != after.get(name)]:
            raise TotalsChanged(changed[0])
    forget_free_pages()
    return replace(erased, entries=len(left))


@contextmanager
def no_backup_meanwhile() -> Iterator[None]:
    """Within the block a backup waits; raises BackupRunning when one is being made."""
    if liveness.is_working(making.LOCK):
        raise BackupRunning
    with liveness.working(making.LOCK):
        yield


def _everywhere(subject: Subject, replacer: Replacer, shared: tuple[str, ...]) -> Erased:
    batches = _rename_facts(subject, replacer)
    rows = _own_rows(subject, replacer) + sum(sweep.clean_texts(replacer).values())
    rows += sweep.clean_letters(replacer) + sweep.clean_operations(replacer)
    letters = clear_letters(subject)
    changed, cleared = clean_files(replacer)
    return Erased(replacer.pseudonym, rows, 0, changed, cleared + letters, batches, shared)


def totals() -> dict[str, int]:
    """Every sum of every measure in the database, and the rows of what figures are read from."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            columns = sqlite.columns_of(connection.connection)
        else:
            columns = postgresql.columns_of(cursor)
        kept = {name: columns[name] for name in columns if name.startswith(FIGURED)}
        found: dict[str, Any] = figures.measure(cursor, kept)
    return {**found["sums"], **found["rows"]}


def _own_rows(subject: Subject, replacer: Replacer) -> int:
    """The subject's own row, its history and the account."""
    rows = [(type(subject.row), subject.row.pk)]
    if subject.user is not None:
        rows.append((User, subject.user.pk))
        _close(subject.user)
    count = 0
    for model, pk in rows:
        changes = _blanked(model, subject, replacer)
        count += model._base_manager.filter(pk=pk).update(**changes)
        count += _undoing(model, pk, changes)
        for past in history_of(model):
            count += past._base_manager.filter(id=pk).update(**changes)
    return count


def _undoing(model: type[models.Model], pk: int, changes: dict[str, Any]) -> int:
    """What imports replaced in the row, kept for taking them back: taken back, they bring no old value."""
    count = 0
    for written in WrittenRow.objects.filter(model=model._meta.label_lower, key=pk, before__isnull=False):
        said = {name: changes.get(name, value) for name, value in (written.before or {}).items()}
        if said != written.before:
            count += WrittenRow.objects.filter(pk=written.pk).update(before=said)
    return count


def _blanked(model: type[models.Model], subject: Subject, replacer: Replacer) -> dict[str, Any]:
    names = fields_treated(NAME).get(model, ())
    changes: dict[str, Any] = dict.fromkeys(fields_treated(BLANK).get(model, ()), "")
    if subject.kind == "person" or subject.row.name in subject.names:
        changes |= dict.fromkeys(names, replacer.pseudonym)
    return changes


def _close(user: User) -> None:
    """The account can no longer be used; what only served it goes."""
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(is_active=False, password=user.password)
    for model in fields_treated(DROP):
        model._base_manager.filter(user=user).delete()


def _rename_facts(subject: Subject, replacer: Replacer) -> int:
    """A code that is the name itself becomes the pseudonym, and so do names within words; how many batches changed."""
    model, codes = type(subject.row), {}
    if "code" in fields_treated(STAYS).get(model, ("code",)) and replacer.occurs(subject.code):
        new = codes[subject.code] = replacer.text(subject.code)
        model._base_manager.filter(pk=subject.row.pk).update(code=new)
        for past in history_of(model):
            past._base_manager.filter(id=subject.row.pk).update(code=new)
    return rename(Renaming(codes, replacer.values, replacer.text))


def clear_letters(subject: Subject) -> int:
    """The files of the person's own letters: a signed PDF cannot be rewritten. Their fingerprints stay."""
    own = Letter.objects.filter(person=subject.row) if subject.kind == "person" else Letter.objects.none()
    files = StoredFile.objects.filter(pk__in=letter_files(own)).exclude(path="")
    paths = list(files.values_list("path", flat=True))
    for path in paths:
        clearing.replace_content(path, None)
    return len(paths)


def clean_files(replacer: Replacer) -> tuple[int, int]:
    """Every upload and every kept row of an import: (rewritten, cleared)."""
    root = Path(settings.QUYU_HOME) / "files"
    changed = cleared = 0
    for path in (
        StoredFile.objects.exclude(path="").order_by("path").values_list("path", flat=True).distinct()
    ):
        content = (root / path).read_bytes()
        said = originals.cleaned(content, replacer)
        if said is not content:
            clearing.replace_content(path, said)
            changed, cleared = changed + (said is not None), cleared + (said is None)
    for file in sorted((root / "rejected").rglob("*")) if (root / "rejected").is_dir() else ():
        content = file.read_bytes() if file.is_file() else b""
        said = originals.cleaned(content, replacer) if content else content
        if said is None:
            transaction.on_commit(partial(file.unlink, missing_ok=True))
            cleared += 1
        elif said is not content:
            transaction.on_commit(partial(originals.replace_file, file, said))
            changed += 1
    return changed, cleared


def forget_free_pages() -> None:
    """SQLite keeps old values in free pages and in its log until both are written anew."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
