"""An ownership frame as the tables of claims that `quyu.analytics.attribution` speaks of: ids for codes, no open range."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.attribution import APART, CHANNELS, KINDS, PRODUCTS, ClaimKind
from quyu.analytics.engines.session import Session
from quyu.kernel.refusal import Refusal

EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True)
class Named:
    """How the keys of a frame tell their kind: the prefix, and the sign between a line and its customer."""

    prefixes: Mapping[str, str]
    product: str
    between: str


class OwnershipOverlap(Refusal):
    """Two claims of one kind and key on one day: a line would count twice."""

    def __init__(self, customer: str) -> None:
        super().__init__(
            "ownership_overlap", "客户 {customer} 在同一天属于两个销售区域，请先更正归属。", customer=customer
        )


def register(
    session: Session, ownership: pa.Table, names: Named, *, territory: pa.Table, person: pa.Table
) -> list[ClaimKind]:
    """Give the engine the claims of each kind; return the kinds there are. `territory` and `person` are (code, id)."""
    keys = ownership["customer_code"].cast(pa.string())
    rest = pc.invert(pc.starts_with(keys, names.product))
    found = []
    for kind in KINDS:
        prefix = names.prefixes.get(kind.name)
        if prefix is None:
            continue
        is_kind = pc.starts_with(keys, prefix)
        rest = pc.and_(rest, pc.invert(is_kind))
        if _put(session, kind, ownership.filter(is_kind), len(prefix), names.between, territory, person):
            found.append(kind)
    own = KINDS[-1]
    if _put(session, own, ownership.filter(rest), 0, names.between, territory, person):
        found.append(own)
    if any(kind.by_line for kind in found):
        session.frame(APART, _apart(keys.filter(pc.starts_with(keys, names.product)), names))
    return found


def register_catalog(session: Session, products: pa.Table, channels: pa.Table) -> None:
    """Tables of (code, id): a product leads to its product line."""
    session.frame(PRODUCTS, pa.table({"product": products["code"], "line": products["id"]}))
    session.frame(CHANNELS, pa.table({"channel_key": channels["code"], "channel": channels["id"]}))


def _put(
    session: Session,
    kind: ClaimKind,
    rows: pa.Table,
    prefix: int,
    between: str,
    territory: pa.Table,
    person: pa.Table,
) -> bool:
    if not rows.num_rows:
        return False
    texts = pc.utf8_slice_codeunits(rows["customer_code"].cast(pa.string()), start=prefix)
    columns = {}
    if kind.by_line:
        parts = pc.split_pattern(texts, between, max_splits=1)
        columns[f"{kind.name}_line"] = pc.list_element(parts, 0)
        texts = pc.list_element(parts, 1)
    columns |= {
        f"{kind.name}_key": texts,
        f"{kind.name}_from": pc.fill_null(rows["valid_from"], EARLIEST),
        f"{kind.name}_to": pc.fill_null(rows["valid_to"], LATEST),
        f"{kind.name}_territory": _ids(rows["territory_code"], territory),
        f"{kind.name}_person": _ids(rows["person_code"], person),
    }
    session.frame(kind.table, pa.table({name: columns[name] for name in kind.columns}).combine_chunks())
    return True


def _ids(codes: pa.ChunkedArray, known: pa.Table) -> pa.ChunkedArray:
    spots = pc.index_in(codes.cast(pa.string()), value_set=known["code"].combine_chunks().cast(pa.string()))
    return known["id"].cast(pa.int64()).take(spots)


def _apart(told: pa.ChunkedArray, names: Named) -> pa.Table:
    pairs = [text.removeprefix(names.product).rpartition(names.between) for text in told.to_pylist()]
    lines = {product: line for product, _sign, line in pairs}
    return pa.table(
        {
            "apart_product": pa.array(list(lines), pa.string()),
            "apart_line": pa.array(list(lines.values()), pa.string()),
        }
    )
