"""What an engine can be asked: to know lines and frames by name, and to answer an expression over them.

Expressions are Ibis over unbound tables; each engine is given the SQL of its dialect and runs it itself. What comes
back has the types of the expression: integers are integers, and a sum past 64 bits is an error of the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from quyu.kernel.refusal import Refusal

LINES_NAME = "engine_line"
LINE_COLUMNS = {
    "ordered_on": pa.date32(),
    "customer_code": pa.string(),
    "product_code": pa.string(),
    "channel_code": pa.string(),
    "place_code": pa.string(),
    "quantity_milli": pa.int64(),
    "amount_fen": pa.int64(),
}
SIGN = "sign"


@dataclass(frozen=True, slots=True)
class LineFile:
    """A batch of lines: a Parquet file that never changes, its name for ever (`digest`), and what each line counts."""

    path: Path
    digest: str
    sign: int


class Session(Protocol):
    """One engine, connected."""

    @property
    def version(self) -> str:
        """Name and version, for people."""

    def lines(self, files: Sequence[LineFile]) -> None:
        """Let `LINES_NAME` be the lines of these files: LINE_COLUMNS (null where a file lacks one) and the sign."""

    def frame(self, name: str, table: pa.Table) -> None:
        """Let `name` be this table."""

    def rows(self, expression: Any) -> pa.Table:
        """The answer to an Ibis expression, typed as it is."""


class EngineUnreachable(Refusal):
    """Nothing was summed and nothing changed; the same work can be asked for again."""

    def __init__(self, shown: str, reason: object) -> None:
        super().__init__(
            "engine_unreachable",
            "计算引擎 {engine} 没有完成计算：{reason}。数据没有改变；引擎恢复后重做即可，或用 quyu config engine duckdb 改在本机计算。",
            engine=shown,
            reason=first_line(reason),
        )


class EngineMissing(Refusal):
    """The programs of an engine are not installed on this machine."""


class PysparkMissing(EngineMissing):
    def __init__(self, shown: str) -> None:
        super().__init__(
            "engine_without_pyspark",
            "不能使用计算引擎 {engine}：没有安装 pyspark，请运行 pip install 'quyu[spark]'。",
            engine=shown,
        )


class JavaMissing(EngineMissing):
    def __init__(self, shown: str) -> None:
        super().__init__(
            "engine_without_java",
            "不能使用计算引擎 {engine}：没有 Java，请安装 Java 17（apt install openjdk-17-jre-headless）。",
            engine=shown,
        )


def first_line(reason: object) -> str:
    """What an error says first, short enough for a page."""
    text = str(reason).strip().splitlines()
    return (text[0] if text else type(reason).__name__)[:300]
