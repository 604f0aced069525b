"""Whether the process lives, and whether it can serve: for process managers and load balancers."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from quyu.platform.people import guard


@guard.public
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@guard.public
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and its tables are those of this version; 503 otherwise, with the reason."""
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return JsonResponse({"status": "database", "error": type(error).__name__}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations", "waiting": waiting}, status=503)
    return JsonResponse({"status": "ok"})
