"""For whom the lines of one batch count, for its receipt."""

import pyarrow as pa
from django.utils.translation import gettext as _

from quyu.apps.performance import bases, rollups
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.tallies import tallies
from quyu.apps.territories.models import Territory
from quyu.platform.facts import attribution, picking
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND


def by_territory(batch_id: int) -> dict[str, int]:
    """For which territories the lines of a batch count, in fen; empty while they are being attributed anew."""
    batch, state = Batch.objects.get(pk=batch_id), RollupState.objects.filter(pk=1).first()
    if batch.kind != ORDER_LINE_KIND:
        return _named(_of_another_kind(batch, state))
    path = attribution.path_of(batch, state.ownership_digest) if state is not None else None
    if path is None or not path.exists():
        return {}
    lines = picking.columns(batch, ["amount_fen"]).append_column(
        "code", attribution.read(path)["territory_code"]
    )
    return _named(lines)


def _of_another_kind(batch: Batch, state: RollupState | None) -> pa.Table:
    """Amounts and territories; nothing for what has no amount, or does not add up."""
    basis = bases.kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    counted = next((tally for tally in tallies() if tally.kind == batch.kind and tally.amount), None)
    if basis is None or counted is None:
        return pa.table({"amount_fen": pa.array([], pa.int64()), "code": pa.array([], pa.string())})
    lines = counted.columns(batch, rollups.SUMMED)
    codes = attribution.attribute_lines(lines, basis.ownership)["territory_code"]
    return lines.select(["amount_fen"]).append_column("code", codes)


def _named(lines: pa.Table) -> dict[str, int]:
    sums = lines.group_by("code").aggregate([("amount_fen", "sum")])
    names = dict(Territory.objects.values_list("code", "name"))
    totals: dict[str, int] = {}
    for code, fen in zip(sums["code"].to_pylist(), sums["amount_fen_sum"].to_pylist(), strict=True):
        name = names.get(code, code) if code else _("未归属")
        totals[name] = totals.get(name, 0) + fen
    return totals
