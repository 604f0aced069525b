"""Brings what the demo company knows beside its orders in the way a user would: CSV files through the import."""

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow.csv as pacsv

from quyu.platform.imports import kinds, pipeline, runs
from quyu.platform.imports.kinds import Context, ImportKind
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything
from quyu.shell.demo.ledger import Ledger

PLANTED = "planted.json"


def bring_in(made: Ledger, folder: Path, *, actor: User, today: date, at: datetime) -> None:
    """Every file through the pipeline, strict; the runs and their receipts are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLANTED).write_text(json.dumps(made.planted, ensure_ascii=False, indent=1), encoding="utf-8")
    for command, table in made.files.items():
        path = folder / f"{command}-{today:%Y%m%d}.csv"
        pacsv.write_csv(table, path, pacsv.WriteOptions(quoting_style="needed"))
        context = Context(actor, everything(), at, today, path.name, pipeline.file_sha256(path))
        prepared = pipeline.prepare(path, _kind(command), context)
        receipt = pipeline.commit(prepared)
        runs.record_try(prepared, receipt, path=path, at=at)


def _kind(command: str) -> ImportKind:
    return next(kind for kind in kinds.kinds() if kind.command == command)
