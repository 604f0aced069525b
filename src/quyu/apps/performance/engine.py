"""All batches at once by the engine the company has chosen, and proof that nothing was lost on the way.

Unless another engine was chosen, they are walked through in this process (`walked`). A few lines are summed by
`contributions`, as every small change is. All give the same integers, and the sums of all batches are held against the
manifest before anybody sees them.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from quyu.analytics import attribution as expressions
from quyu.analytics import claims
from quyu.analytics.engines.address import DUCKDB, Address, address
from quyu.analytics.engines.opening import opened
from quyu.analytics.engines.session import LineFile, Session
from quyu.apps.performance import walked
from quyu.apps.performance.contributions import DAY_WIDTH, MONTH_WIDTH, Contribution, Directory
from quyu.apps.performance.sums import Sums
from quyu.apps.performance.walked import Whose
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch

FEW_LINES = 200_000
"""Fewer are summed before an engine, or compiled code, has started."""


class EngineDisagrees(Refusal):
    """The sums of an engine are not those of the manifest; they are thrown away."""

    def __init__(self, engine: str, found: tuple[int, int, int], wanted: tuple[int, int, int]) -> None:
        super().__init__(
            "engine_disagrees",
            "计算引擎 {engine} 的合计（{rows} 行，{fen} 分）与数据批次的合计（{wanted_rows} 行，{wanted_fen} 分）不符，结果没有采用。"
            "请核对引擎能读到全部数据文件，或用 quyu config engine duckdb 改在本机计算。",
            engine=engine,
            rows=found[2],
            fen=found[0],
            wanted_rows=wanted[2],
            wanted_fen=wanted[0],
        )


def chosen() -> Address:
    """The engine of this site: what `choose` wrote, else DuckDB."""
    path = _choice()
    return address(path.read_text(encoding="utf-8")) if path.exists() else DUCKDB


def choose(where: Address) -> str:
    """Connect, let the engine add two numbers, and keep it. Returns its name and version."""
    version = tried(where)
    path = _choice()
    path.touch(mode=0o600)  # an address may hold a password
    path.write_text(where.written, encoding="utf-8")
    return version


def tried(where: Address) -> str:
    """Name and version of an engine that answers. Raises EngineUnreachable, EngineMissing or EngineDisagrees."""
    with opened(where, shared=_shared()) as session:
        session.lines([])
        for name, table in _empty_catalog().items():
            session.frame(name, table)
        session.rows(expressions.by_month(expressions.attributed([])))
        return session.version


def is_worthwhile(batches: Sequence[Batch]) -> bool:
    """Whether an engine is asked: for many lines, or wherever another than DuckDB was chosen."""
    return chosen() != DUCKDB or is_many(batches)


def is_many(batches: Sequence[Batch]) -> bool:
    """Whether compiled code is worth its start."""
    return sum(batch.row_count for batch in batches) > FEW_LINES


def summed(batches: Sequence[Batch], whose: Whose, names: Directory) -> Contribution:
    """What the batches add up to under an ownership.

    Raises EngineUnreachable, EngineMissing, EngineDisagrees or OwnershipOverlap.
    """
    where = chosen()
    tables = walked.sums(batches, whose, names) if where == DUCKDB else asked(where, batches, whose, names)
    _prove(where, batches, *tables)
    return contribution_of(*tables)


def contribution_of(months: pa.Table, days: pa.Table) -> Contribution:
    """The answer of an engine or a walk as what is added to rollups."""
    return Contribution(_sums(months, MONTH_WIDTH), _sums(days, DAY_WIDTH))


def asked(
    where: Address, batches: Sequence[Batch], whose: Whose, names: Directory
) -> tuple[pa.Table, pa.Table]:
    """The sums by month and by day, by the expressions of an engine."""
    with opened(where, shared=_shared()) as session:
        session.lines([LineFile(store.path_of(batch), batch.content_sha256, batch.sign) for batch in batches])
        lines = expressions.attributed(register(session, whose.ownership, names))
        return session.rows(expressions.by_month(lines)), session.rows(expressions.by_day(lines))


def register(session: Session, ownership: pa.Table, names: Directory) -> list[expressions.ClaimKind]:
    """Claims, products and channels; returns the kinds of claims there are."""
    kinds = claims.register(session, ownership, walked.KEYS, territory=names.territory, person=names.person)
    kind = names.catalog["kind"]
    products = names.catalog.filter(pc.equal(kind, "product"))
    claims.register_catalog(session, products, names.catalog.filter(pc.equal(kind, "channel")))
    return kinds


def _prove(where: Address, batches: Sequence[Batch], months: pa.Table, days: pa.Table) -> None:
    wanted = (
        sum(batch.amount_fen for batch in batches),
        sum(batch.quantity_milli for batch in batches),
        sum(batch.row_count * batch.sign for batch in batches),
    )
    amount, quantity, lines = (
        pc.sum(months[name]).as_py() or 0 for name in ("amount_fen", "quantity_milli", "line_count")
    )
    by_day = (pc.sum(days["amount_fen"]).as_py() or 0, quantity, pc.sum(days["line_count"]).as_py() or 0)
    for found in ((amount, quantity, lines), by_day):
        if found != wanted:
            raise EngineDisagrees(where.shown, found, wanted)


def _sums(table: pa.Table, width: int) -> Sums:
    """Keys and values as columns; the day as ISO text; without what came to nothing."""
    values = [table[name] for name in table.column_names[width:]]
    holds = pc.not_equal(values[0], 0)
    for value in values[1:]:
        holds = pc.or_(holds, pc.not_equal(value, 0))
    kept = table.filter(holds)
    first, *others = kept.columns
    return Sums(width, [column.to_pylist() for column in (first.cast(pa.string()), *others)])


def _empty_catalog() -> dict[str, pa.Table]:
    products = pa.schema([("product", pa.string()), ("line", pa.int64())])
    channels = pa.schema([("channel_key", pa.string()), ("channel", pa.int64())])
    return {expressions.PRODUCTS: products.empty_table(), expressions.CHANNELS: channels.empty_table()}


def _choice() -> Path:
    return Path(settings.QUYU_HOME) / "engine"


def _shared() -> Path:
    """Where a cluster sees what this process writes."""
    return store.root() / "engine"
