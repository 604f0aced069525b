"""People at work while a backup is made: imports, uploads and edits without end, each one transaction.

Run as a program on a scratch site until it is killed. Every import writes facts, rollups, an upload and
an audit entry; every edit a row, its history and an audit entry: what `inspect` finds must agree.
"""

import json
import sys
from datetime import date, timedelta

import django

VERB = "edit_under_load"


def prepare() -> None:
    make_tables()
    build_company()


def work(seed: int, times: int = 1_000_000) -> None:
    for number in range(1, times + 1):
        name = f"{seed}-{number}"
        rows = [
            line(f"{name}-{i}", date(2026, 1, 1) + timedelta(i % 90), i + 1, customer=f"C{i % 7}")
            for i in range(60)
        ]
        with transaction.atomic():
            files.store(upload=ContentFile(name.encode(), name), actor=None, at=AT)
            performance.record_orders(
                order_lines(*rows), file_name=name, source_sha256=f"{name:>064}", actor=None, at=AT
            )
        for person in Person.objects.order_by("pk")[: 1 + number % 3]:
            with transaction.atomic():
                fresh = Person.objects.select_for_update().get(pk=person.pk)
                fresh.phone = f"138{number:08d}"
                audit.save_checked(fresh, expected_version=fresh.version, actor=None)
                audit.record(actor=None, verb=VERB, subject=fresh, label=fresh.code, at=AT)


def inspect() -> dict[str, object]:
    """Pairs of figures from places that were written in one transaction; all pairs must be equal."""
    verdict = chain.verify_chain()
    batches = store.batches()
    months = MonthRollup.objects.aggregate(amount=Sum("amount_fen"), lines=Sum("line_count"))
    lines = [store.read(batch) for batch in batches]
    edits = Person.objects.aggregate(edits=Sum("version") - Count("pk"))["edits"]
    uploads = StoredFile.objects.all()
    return {
        "entries": verdict.checked,
        "batches": len(batches),
        "pairs": {
            "imports": [len(batches), Decision.objects.filter(verb="import").count()],
            "uploads": [len(batches), sum(files.path_of(file).is_file() for file in uploads)],
            "amount": [sum(batch.amount_fen for batch in batches), months["amount"] or 0],
            "facts": [sum(sum(table["amount_fen"].to_pylist()) for table in lines), months["amount"] or 0],
            "lines": [sum(table.num_rows for table in lines), months["lines"] or 0],
            "edits": [edits, Decision.objects.filter(verb=VERB).count()],
            "findings": [0, len(verdict.findings)],
        },
    }


if __name__ == "__main__":
    django.setup()
    from django.core.files.base import ContentFile
    from django.db import transaction
    from django.db.models import Count, Sum

    from quyu.apps.performance import services as performance
    from quyu.apps.performance.models import MonthRollup
    from quyu.platform.audit import chain
    from quyu.platform.audit import services as audit
    from quyu.platform.audit.models import Decision
    from quyu.platform.facts import store
    from quyu.platform.files import services as files
    from quyu.platform.files.models import StoredFile
    from quyu.platform.people.models import Person
    from tests.migrated import make_tables
    from tests.people import build_company
    from tests.platform.facts.lines import AT, line, order_lines

    {
        "prepare": prepare,
        "fill": lambda: work(0, 5),
        "work": lambda: work(int(sys.argv[2])),
        "inspect": lambda: print(json.dumps(inspect())),
    }[sys.argv[1]]()
