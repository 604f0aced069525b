"""Which engine sums, as a person writes it: `duckdb`, `postgresql://user@host/name`, `spark://host:7077`."""

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from quyu.kernel.refusal import Refusal

Kind = Literal["duckdb", "postgresql", "spark"]
SPELLINGS = {"postgres": "postgresql"}


class BadAddress(Refusal):
    def __init__(self, text: str) -> None:
        super().__init__(
            "bad_engine_address",
            "“{text}”不是计算引擎的地址，请写 duckdb、postgresql://用户:密码@主机:端口/库名 或 spark://主机:端口。",
            text=text,
        )


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is what connects; `shown` is it without the password."""

    kind: Kind
    url: str = ""

    @property
    def shown(self) -> str:
        if self.kind == "duckdb":
            return "duckdb"
        parts = urlsplit(self.url)
        who = f"{parts.username}@" if parts.username else ""
        place = f"{who}{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        return urlunsplit((self.kind, place, parts.path, "", ""))

    @property
    def written(self) -> str:
        """What `address` reads again."""
        return self.url or self.kind


DUCKDB = Address("duckdb")


def address(text: str) -> Address:
    """Raises BadAddress, which never repeats a password."""
    text = text.strip()
    if text in ("duckdb", "duckdb://"):
        return DUCKDB
    scheme, _sign, rest = text.partition("://")
    kind = SPELLINGS.get(scheme, scheme)
    found = next((one for one in get_args(Kind) if one == kind and kind != "duckdb"), None)
    try:
        parts = urlsplit(f"{kind}://{rest}")
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if found is None or not is_whole or (found == "spark" and parts.port is None):
        raise BadAddress(text if "@" not in text else f"{scheme}://…@{text.rpartition('@')[2]}")
    return Address(found, f"{kind}://{rest}")
