"""Whether the process lives, and whether it can serve: for process managers and load balancers."""

import errno
import uuid
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from quyu.platform.people import guard

BLOCK = 64 * 1024  # bytes


@guard.public
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@guard.public
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, its tables are those of this version, the data directory takes a file.

    503 otherwise, with the reason.
    """
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Error as error:
        return JsonResponse({"status": "database", "error": type(error).__name__}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations", "waiting": waiting}, status=503)
    try:
        try_disk(Path(settings.QUYU_HOME))
    except OSError as error:
        return JsonResponse(
            {"status": "disk", "error": errno.errorcode.get(error.errno or 0, "")}, status=503
        )
    return JsonResponse({"status": "ok"})


def try_disk(folder: Path) -> None:
    """Write a block to the disk and take it away again. Raises OSError."""
    probe = folder / f".ready-{uuid.uuid4().hex}.tmp"
    try:
        probe.write_bytes(bytes(BLOCK))
    finally:
        probe.unlink(missing_ok=True)
