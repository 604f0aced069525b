"""Alignments follow changes of codes: territories keep what they have, the past stays, drafts go on."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.customers.selectors import ownership_frame
from quyu.apps.territories import services
from quyu.apps.territories.models import Alignment, AlignmentLock, AlignmentUnit
from quyu.apps.territories.selectors import active_alignment, next_undo, read
from quyu.apps.territories.selectors.alignments import sums
from quyu.kernel.refusal import Refusal
from quyu.platform.facts.attribution import attribute_lines
from quyu.platform.geography.codes.applying import apply
from quyu.platform.geography.models import BasicUnit, CodeChange, UnitBoundary, UnitNeighbour
from quyu.platform.people.scope import everything
from tests.apps.territories.conftest import Site
from tests.people import START, TODAY, client_of

pytestmark = [pytest.mark.capability("B7", "TER1")]
AT = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 3, 1)


def change(old: str, new: str, kind: str, **said: Any) -> CodeChange:
    given = {"effective_on": DAY, "new_name": f"{new}区", "source": "测试"} | said
    return CodeChange.objects.create(old_code=old, new_code=new, kind=kind, recorded_at=AT, **given)


def applied(row: CodeChange, at: datetime = AT) -> Any:
    return apply(pk=row.pk, actor=None, at=at)


def place(alignment: Alignment) -> dict[str, tuple[str, str]]:
    rows = AlignmentUnit.objects.filter(alignment=alignment).order_by("unit__code")
    return {
        code: (side, part) for code, side, part in rows.values_list("unit__code", "territory__code", "part")
    }


def near(code: str) -> set[str]:
    pairs = UnitNeighbour.objects.values_list("left__code", "right__code")
    return {other for pair in pairs if code in pair for other in pair} - {code}


def lines(codes: list[str], days: list[date]) -> pa.Table:
    rows = [(code, day) for code in codes for day in days]
    return pa.table(
        {
            "customer_code": pa.array(["none"] * len(rows), pa.string()),
            "place_code": pa.array([row[0] for row in rows], pa.string()),
            "ordered_on": pa.array([row[1] for row in rows], pa.date32()),
        }
    )


def owners(codes: list[str], days: list[date]) -> list[str | None]:
    found: list[str | None] = attribute_lines(lines(codes, days), ownership_frame())[
        "territory_code"
    ].to_pylist()
    return found


def test_a_new_code_takes_the_place_and_the_past_stays(site: Site) -> None:
    before, days = place(site.active), [START, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=9)]
    total, owned = sums(site.active), owners(["J21", "J22"], days)

    assert applied(change("J21", "K21", "upgraded")).is_news

    heir = active_alignment(TODAY)
    assert heir is not None
    assert (heir.based_on, heir.valid_from, heir.name) == (site.active, TODAY, "现行（2026-06-15 区划变更）")
    old = Alignment.objects.get(pk=site.active.pk)
    assert (old.state, old.valid_to) == ("retired", TODAY)
    after = place(heir)
    side = before["J21"][0]
    assert after == before | {"K21": (side, "base"), "J21": (side, "finer")}
    assert place(old) == before | {"K21": (side, "finer")}
    assert sums(heir) == total
    assert owners(["J21", "J22"], days) == owned
    assert owners(["K21"], days) == owners(["J21"], days)
    unit = BasicUnit.objects.get(code="K21")
    gone = BasicUnit.objects.get(code="J21")
    assert (unit.name, unit.level, unit.retired_on) == ("K21区", "county", None)
    assert (gone.retired_on, gone.parent_code) == (TODAY, "K21")
    assert near("K21") == {"J11", "J22", "J31"}


def test_the_second_time_nothing_happens(site: Site) -> None:
    row = change("J21", "K21", "renamed")
    applied(row)
    count = [table.objects.count() for table in (Alignment, AlignmentUnit, BasicUnit, UnitNeighbour)]

    assert not applied(row).is_news
    assert count == [table.objects.count() for table in (Alignment, AlignmentUnit, BasicUnit, UnitNeighbour)]


def test_merged_units_touch_what_either_touched_and_are_drawn_as_one(site: Site) -> None:
    applied_one = change("J21", "K21", "merged")
    change("J31", "K21", "merged")
    total = sums(site.active)

    applied(applied_one)

    assert near("K21") - {"J21", "J31"} == {"J11", "J22", "J32"}
    heir = active_alignment(TODAY)
    assert heir is not None
    assert sums(heir) == total
    reading = read(heir, scope=everything(), at=TODAY)
    sides = {side.pk: side.unit_count for side in reading.territories}
    assert sides[site.company.sunan.pk] == 5
    assert '"Polygon"' in UnitBoundary.objects.get(unit__code="K21").geometry
    assert BasicUnit.objects.filter(retired_on=None, code__in=["J21", "J31"]).count() == 0


def test_a_merger_across_territories_is_refused_by_name(site: Site) -> None:
    row = change("J12", "K12", "merged")
    change("J13", "K12", "merged")

    with pytest.raises(Refusal, match=r"J12县 与 J13县 在“现行”里分属“苏南”和“苏北”"):
        applied(row)

    assert BasicUnit.objects.filter(code="K12").count() == 0
    assert Alignment.objects.count() == 1


def test_a_part_goes_to_a_new_unit_without_boundary(site: Site) -> None:
    row = change("J21", "J21", "split", share_bp=6000, new_name="")
    change("J21", "K21", "split", share_bp=4000)
    total = sums(site.active)

    applied(row)

    heir = active_alignment(TODAY)
    assert heir is not None
    assert place(heir)["K21"] == place(heir)["J21"] == (site.company.sunan.code, "base")
    assert sums(heir) == total
    assert near("K21") == {"J11", "J21", "J22", "J31"}
    assert not UnitBoundary.objects.filter(unit__code="K21").exists()
    page = client_of(site.company.operations)
    assert page.get(f"/territories/alignments/{heir.pk}/").status_code == 200


def test_a_draft_follows_with_its_locks_and_forgets_its_steps(site: Site) -> None:
    draft = services.create_draft(based_on=site.active, name="草案", actor=None, at=TODAY)
    unit = site.unit("J21")
    services.move_units(
        alignment=draft,
        units=[unit],
        territory=site.company.subei,
        expected_version=draft.version,
        actor=None,
        at=AT,
    )
    draft.refresh_from_db()
    services.set_locks(
        alignment=draft, units=[unit], is_locked=True, expected_version=draft.version, actor=None, at=AT
    )
    draft.refresh_from_db()
    version = draft.version

    applied(change("J21", "K21", "renamed"))

    draft.refresh_from_db()
    assert draft.version == version + 1
    assert place(draft)["K21"] == (site.company.subei.code, "base")
    assert place(draft)["J21"] == (site.company.subei.code, "finer")
    assert list(AlignmentLock.objects.filter(alignment=draft).values_list("unit__code", flat=True)) == ["K21"]
    assert next_undo(draft) is None


def test_a_customer_keeps_its_code_and_its_territory_on_every_day(site: Site) -> None:
    Customer.objects.create(code="C1", name="客户", unit=site.unit("J21"))
    days = [START, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=30)]

    def frame() -> list[Any]:
        table = pa.table({"customer_code": ["C1"] * len(days), "ordered_on": pa.array(days, pa.date32())})
        return attribute_lines(table, ownership_frame()).to_pylist()  # type: ignore[no-any-return]

    before = frame()
    applied(change("J21", "K21", "upgraded"))
    assert frame() == before
    applied(change("K21", "L21", "renamed"), AT + timedelta(days=1))
    assert frame() == before
    assert BasicUnit.objects.get(code="J21").parent_code == "L21"
    Customer.objects.update(unit=BasicUnit.objects.get(code="L21"))
    assert frame() == before
    assert client_of(site.company.owner).get("/customers/").content.decode().count("C1") > 0


def test_the_preview_says_whether_another_version_begins_today(site: Site) -> None:
    first, second = change("J21", "K21", "upgraded"), change("J22", "K22", "upgraded")
    reader = client_of(site.company.operations)

    def said(row: CodeChange) -> str:
        return reader.get(reverse("code-change", args=[row.pk])).content.decode()

    assert "今天起按新编码另立一版" in said(first)
    applied(first)
    assert "不另立一版" in said(second)
    before = Alignment.objects.count()
    applied(second)
    assert Alignment.objects.count() == before
