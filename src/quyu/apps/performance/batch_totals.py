"""For whom the lines of one batch count, for its receipt."""

from django.utils.translation import gettext as _

from quyu.apps.performance.models import RollupState
from quyu.apps.territories.models import Territory
from quyu.platform.facts import attribution, picking
from quyu.platform.facts.models import Batch


def by_territory(batch_id: int) -> dict[str, int]:
    """For which territories the lines of a batch count, in fen; empty while they are being attributed anew."""
    batch, state = Batch.objects.get(pk=batch_id), RollupState.objects.filter(pk=1).first()
    path = attribution.path_of(batch, state.ownership_digest) if state is not None else None
    if path is None or not path.exists():
        return {}
    lines = picking.columns(batch, ["amount_fen"]).append_column(
        "code", attribution.read(path)["territory_code"]
    )
    sums = lines.group_by("code").aggregate([("amount_fen", "sum")])
    names = dict(Territory.objects.values_list("code", "name"))
    totals: dict[str, int] = {}
    for code, fen in zip(sums["code"].to_pylist(), sums["amount_fen_sum"].to_pylist(), strict=True):
        name = names.get(code, code) if code else _("未归属")
        totals[name] = totals.get(name, 0) + fen
    return totals
