"""A Spark cluster: master and workers read the same files, so the data directory must be shared with them.

Needs the optional package (`pip install 'quyu[spark]'`) and Java 17. Frames are written beside the facts for as long
as the session lasts. Whatever goes wrong there, a cluster that is gone included, ends in EngineUnreachable.
"""

from __future__ import annotations

import importlib.util
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quyu.analytics.engines.address import Address
from quyu.analytics.engines.session import (
    LINE_COLUMNS,
    LINES_NAME,
    SIGN,
    EngineUnreachable,
    JavaMissing,
    LineFile,
    PysparkMissing,
)
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import ibis
    import pyarrow.parquet as pq
    import pyspark.sql as pyspark_sql
else:
    ibis = deferred("ibis")
    pq = deferred("pyarrow.parquet")
    pyspark_sql = deferred("pyspark.sql")

_one_at_a_time = Lock()
LOOK, WORKERLESS = 2.0, 60.0
"""Seconds between looks for workers, and without any until the work is given up."""
PATIENCE = 5.0
"""Seconds until a master that does not answer counts as gone: Spark itself asks for a minute."""
TYPES = {pa.date32(): "DATE", pa.string(): "STRING", pa.int64(): "BIGINT"}
SETTINGS = {
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.task.maxFailures": "2",
}


class SparkSession:
    def __init__(self, session: Any, scratch: Path) -> None:
        self.session, self.scratch = session, scratch

    @property
    def version(self) -> str:
        return f"Spark {self.session.version}"

    def lines(self, files: Sequence[LineFile]) -> None:
        schema = ", ".join(f"{name} {TYPES[kind]}" for name, kind in LINE_COLUMNS.items())
        parts = []
        for sign in sorted({file.sign for file in files}):
            paths = [file.path.as_uri() for file in files if file.sign == sign]
            read = self.session.read.schema(schema).parquet(*paths)
            parts.append(read.selectExpr("*", f"CAST({sign} AS BIGINT) AS {SIGN}"))
        if not parts:
            parts = [self.session.createDataFrame([], f"{schema}, {SIGN} BIGINT")]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.unionAll(part)
        whole.createOrReplaceTempView(LINES_NAME)

    def frame(self, name: str, table: pa.Table) -> None:
        path = self.scratch / f"{name}.parquet"
        pq.write_table(table, path)
        self.session.read.parquet(path.as_uri()).createOrReplaceTempView(name)

    def rows(self, expression: Any) -> pa.Table:
        schema = expression.schema().to_pyarrow()
        return self.session.sql(ibis.to_sql(expression, dialect="pyspark")).toArrow().cast(schema)


@contextmanager
def spark_session(where: Address, shared: Path) -> Iterator[SparkSession]:
    """`shared` is a directory that the workers see too."""
    if importlib.util.find_spec("pyspark") is None:
        raise PysparkMissing(where.shown)
    if shutil.which("java") is None:
        raise JavaMissing(where.shown)
    _answering(where)
    shared.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time:
        scratch = Path(mkdtemp(prefix="spark-", dir=shared))
        scratch.chmod(0o755)
        try:
            with _reasons(where), _session(where) as session, _watched(session):
                yield SparkSession(session, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _reasons(where: Address) -> Iterator[None]:
    """Whatever Java or pyspark say becomes EngineUnreachable."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("py4j", "pyspark")):
            raise
        raise EngineUnreachable(where.shown, cause(error)) from error


@contextmanager
def _session(where: Address) -> Iterator[Any]:
    """An application of the cluster, which has its cores back at the end; Java itself ends with this process."""
    builder = pyspark_sql.SparkSession.builder.master(where.url).appName("quyu")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("OFF")
        yield session
    finally:
        session.stop()


@contextmanager
def _watched(session: Any) -> Iterator[None]:
    """Spark waits for ever for workers; here nobody does."""
    ended, context = Event(), session.sparkContext

    def watch() -> None:
        alone = 0.0
        while not ended.wait(LOOK):
            is_alone = context._jsc.sc().getExecutorMemoryStatus().size() <= 1  # the driver itself counts
            alone = alone + LOOK if is_alone else 0.0
            if alone >= WORKERLESS:
                context.cancelAllJobs()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def cause(error: Exception) -> str:
    """What Java said, without the address of the call."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line.removeprefix(": ") for line in said if line.startswith(": ")), said[0] if said else "")


def _answering(where: Address) -> None:
    host, _sign, port = where.url.removeprefix("spark://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=PATIENCE):
            return
    except OSError as error:
        raise EngineUnreachable(where.shown, error) from error
