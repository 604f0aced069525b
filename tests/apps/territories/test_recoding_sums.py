"""Over random chains of changes every sum stays, at every level; what was in force before stays row by row."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.customers.models import Customer
from quyu.apps.customers.selectors import ownership_frame
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors import active_alignment, read, standing_of
from quyu.apps.territories.selectors.alignments import sums
from quyu.kernel.refusal import Refusal
from quyu.platform.facts.attribution import attribute_lines
from quyu.platform.geography.codes.applying import apply
from quyu.platform.geography.models import BasicUnit, CodeChange, MarketFigure
from quyu.platform.geography.selectors import division, market_figures
from quyu.platform.people.scope import everything
from tests.apps.territories.conftest import Site
from tests.people import START, TODAY

pytestmark = [pytest.mark.capability("B7")]
AT = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
COUNTIES = [f"J{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3, 4)]


def drawn(data: st.DataObject, day: date, fresh: "count[int]") -> list[CodeChange]:
    """One event of a day over units there are; contradictory ones among them too."""
    live = list(division("county").order_by("code").values_list("code", flat=True))
    kind = data.draw(st.sampled_from(["renamed", "upgraded", "merged", "absorbed", "split", "parted"]))
    first, second = data.draw(st.sampled_from(live)), data.draw(st.sampled_from(live))
    new, other = f"N{next(fresh)}", f"N{next(fresh)}"
    share = data.draw(st.integers(1, 9_999))
    lines = {
        "renamed": [(first, new, 10_000)],
        "upgraded": [(first, new, 10_000)],
        "merged": [(first, new, 10_000), (second, new, 10_000)],
        "absorbed": [(first, second, 10_000)],
        "split": [(first, new, share), (first, other, 10_000 - share)],
        "parted": [(first, first, share), (first, new, 10_000 - share)],
    }[kind]
    word = {"absorbed": "merged", "parted": "split"}.get(kind, kind)
    return [
        CodeChange.objects.create(
            old_code=a, new_code=b, share_bp=s, kind=word, effective_on=day, recorded_at=AT, source="测试",
            new_name="" if b in live else f"{b}区",
        )
        for a, b, s in dict.fromkeys(lines)
    ]  # fmt: skip


def told() -> dict[str, object]:
    """Every sum there is: by territory of the alignment in force, over the country, by owner of each day."""
    active = active_alignment(TODAY + timedelta(days=400))
    assert active is not None
    standing, reading = standing_of(active), read(active, scope=everything(), at=TODAY)
    by_side = {int(pk): row.tolist() for pk, row in zip(standing.territories, standing.loads, strict=True)}
    regions: dict[int, int] = defaultdict(int)
    for side in reading.territories:
        regions[side.org_unit_id] += reading.sums[side.pk]["amount"]
    figures = market_figures("population", TODAY + timedelta(days=400))
    live = set(division("county").values_list("code", flat=True))
    days = [START, date(2025, 7, 1), TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=400)]
    codes = [(code, day) for code in COUNTIES for day in days]
    lines = pa.table(
        {
            "customer_code": [f"C{code}" for code, _day in codes],
            "place_code": pa.array([code if code[1] != "2" else None for code, _day in codes], pa.string()),
            "ordered_on": pa.array([day for _code, day in codes], pa.date32()),
        }
    )
    return {
        "sums": {side: dict(sorted(values.items())) for side, values in sorted(sums(active).items())},
        "loads": by_side,
        "regions": dict(regions),
        "people": sum(value for code, value in figures.items() if code in live),
        "owners": attribute_lines(lines, ownership_frame()).to_pylist(),
    }


def history(pk: int) -> list[tuple[str, int, str]]:
    rows = AlignmentUnit.objects.filter(alignment=pk, unit__code__in=[*COUNTIES, "JC", "G11", "G12"])
    return list(rows.order_by("unit__code").values_list("unit__code", "territory_id", "part"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_sum_stays_over_a_chain_of_changes(site: Site, data: st.DataObject) -> None:
    with transaction.atomic():
        for number, code in enumerate(COUNTIES):
            Customer.objects.create(code=f"C{code}", name=code, unit=site.unit(code))
            MarketFigure.objects.create(
                unit=site.unit(code),
                measure="population",
                as_of=START,
                value=1_000 * number + 7,
                source="年鉴",
            )
        before, past, fresh = told(), history(site.active.pk), count(1)
        followed = 0
        for step in range(data.draw(st.integers(1, 5))):
            at = AT + timedelta(days=30 * step + 1)
            followed += is_followed(drawn(data, at.date(), fresh), at)
            assert told() == before
        assert history(site.active.pk) == past
        assert Alignment.objects.count() == 1 + followed
        transaction.set_rollback(True)
    assert BasicUnit.objects.filter(retired_on=None).count() == 15


def is_followed(rows: list[CodeChange], at: datetime) -> bool:
    """Whether the event could be followed; if not, for a reason that is known, and it is taken out."""
    try:
        return bool(apply(pk=rows[0].pk, actor=None, at=at).is_news)
    except Refusal as refusal:
        if refusal.code not in {"two_territories", "merges_nothing", "nothing_changes", "other_level"}:
            raise
    CodeChange.objects.filter(applied_on=None).delete()
    return False
