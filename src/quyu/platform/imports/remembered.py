"""What a person confirmed for files of one source: the mapping and the answers, proposed again next time.

A source is known by its headers (`recognition.header_digest`). What is remembered is shown on the page with
who confirmed it and when, and can be changed for this file or forgotten for all.
"""

from collections.abc import Mapping
from datetime import datetime

from quyu.platform.imports.models import ImportRun, RememberedMapping
from quyu.platform.imports.recognition import header_digest
from quyu.platform.imports.sheet import Sheet
from quyu.platform.people.models import User

Recalled = tuple[Mapping[str, str], Mapping[str, str]]


def recall(kind: str, sheet: Sheet) -> Recalled | None:
    """Mapping and answers for files with these headers, if anybody has confirmed some."""
    known = RememberedMapping.objects.filter(kind=kind, header_digest=header_digest(sheet)).first()
    return (known.mapping, known.answers) if known else None


def of_run(run: ImportRun) -> RememberedMapping | None:
    """What is remembered about files like that of the run."""
    rows = RememberedMapping.objects.select_related("confirmed_by")
    return rows.filter(kind=run.kind, header_digest=run.preview.get("header_digest", "")).first()


def remember(run: ImportRun, person: User, at: datetime) -> None:
    """Keep the mapping and the answers under which the run is confirmed."""
    digest = run.preview.get("header_digest")
    if not digest or not run.mapping:
        return
    RememberedMapping.objects.update_or_create(
        kind=run.kind,
        header_digest=digest,
        defaults={
            "mapping": run.mapping,
            "answers": run.options.get("answers", {}),
            "confirmed_by": person,
            "confirmed_at": at,
        },
    )


def forget(run: ImportRun) -> bool:
    """Remove what is remembered about files like that of the run; whether there was anything."""
    count, _by_model = RememberedMapping.objects.filter(
        kind=run.kind, header_digest=run.preview.get("header_digest", "")
    ).delete()
    return count > 0
