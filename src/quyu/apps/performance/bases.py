"""What sums are derived from beside the facts: who owned what when, and where products and territories hang.

Each part is a frame, named by its digest and kept as a file beside the facts for ever, so that the sums of
any past moment can be made again.
"""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

from quyu.apps.performance import held
from quyu.apps.performance.contributions import Directory
from quyu.apps.performance.frames import kept
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.facts import attribution
from quyu.platform.people.models import Person


@dataclass(frozen=True)
class Basis:
    """`ownership` says for whom a line counts, `catalog` its product line and channel."""

    ownership: pa.Table
    catalog: pa.Table
    ownership_digest: str
    catalog_digest: str

    def restated(self, today: date) -> "Basis":
        """The claims of one day, for all time: today's structure applied to history."""
        frame = self.ownership
        begun = pc.fill_null(pc.less_equal(frame["valid_from"], pa.scalar(today)), True)
        lasting = pc.fill_null(pc.greater(frame["valid_to"], pa.scalar(today)), True)
        held = frame.filter(pc.and_(begun, lasting))
        for name in ("valid_from", "valid_to"):
            always = pa.nulls(held.num_rows, pa.date32())
            held = held.set_column(held.schema.get_field_index(name), name, always)
        return Basis(held, self.catalog, attribution.digest(held), self.catalog_digest)


def basis(ownership: pa.Table) -> Basis:
    """The ownership given, closed months as they keep it, and the catalog of now, with their fingerprints."""
    frame = held.over(ownership.select(attribution.OWNERSHIP.names).cast(attribution.OWNERSHIP))
    products = list(Product.objects.order_by("pk").values_list("code", "line_id"))
    channels = list(Channel.objects.order_by("pk").values_list("code", "pk"))
    catalog = pa.table(
        {
            "kind": pa.array(["product"] * len(products) + ["channel"] * len(channels), pa.string()),
            "code": pa.array([code for code, _ in products + channels], pa.string()),
            "id": pa.array([number for _, number in products + channels], pa.int64()),
        }
    )
    return Basis(frame, catalog, attribution.digest(frame), attribution.digest(catalog))


def regions() -> pa.Table:
    """The territories of now: code, id, and the org unit each hangs below."""
    rows = list(Territory.objects.order_by("pk").values_list("code", "pk", "org_unit__code"))
    return pa.table(
        {
            "code": pa.array([row[0] for row in rows], pa.string()),
            "id": pa.array([row[1] for row in rows], pa.int64()),
            "unit": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def directory(catalog: pa.Table) -> Directory:
    return Directory(_codes(Territory.objects), _codes(Person.objects), catalog)


def key(content_sha256: str, basis: Basis) -> tuple[str, ...]:
    """What the sums of a batch depend on."""
    names = directory(basis.catalog)
    digests = (attribution.digest(names.territory), attribution.digest(names.person))
    return (content_sha256, basis.ownership_digest, basis.catalog_digest, *digests)


def is_nameable(frame: pa.Table) -> bool:
    """Whether every territory and person of a frame still goes by its code there."""
    return all(
        pc.all(pc.is_in(frame[column].drop_null(), rows["code"]), min_count=0).as_py()
        for column, rows in (
            ("territory_code", _codes(Territory.objects)),
            ("person_code", _codes(Person.objects)),
        )
    )


def _codes(rows: "models.Manager[Territory] | models.Manager[Person]") -> pa.Table:
    pairs = list(rows.order_by("pk").values_list("code", "pk"))
    return pa.table(
        {
            "code": pa.array([c for c, _ in pairs], pa.string()),
            "id": pa.array([i for _, i in pairs], pa.int64()),
        }
    )


def kept_basis(ownership_digest: str, catalog_digest: str) -> Basis | None:
    """The frames some sums were made from."""
    ownership, catalog = kept(ownership_digest), kept(catalog_digest)
    if ownership is None or catalog is None:
        return None
    return Basis(ownership, catalog, ownership_digest, catalog_digest)


def ownership_in_force() -> pa.Table:
    """What the sums as they were are made of now; without a row before there are any."""
    state = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    basis = kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    return basis.ownership if basis is not None else attribution.OWNERSHIP.empty_table()
