"""Units that no territory holds: who is proposed for each and why, taken one by one or all, and taken back."""

import pytest
from django.urls import reverse

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import AlignmentUnit, UnitFigure
from quyu.platform.geography.models import BasicUnit, UnitBoundary, UnitNeighbour
from tests.people import TODAY, client_of


@pytest.fixture
def draft(site):
    """The two units in the middle belong to nobody: J22 touches 苏南 alone, J23 苏北 and, once J22 is placed, 苏南."""
    made = services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)
    AlignmentUnit.objects.filter(alignment=made, unit__code__in=["J22", "J23"]).delete()
    return made


def proposed(draft):
    rows = services.vacancies(draft, TODAY)
    return {row.unit.code: (row.options[0].territory.code, row.options[0].why) for row in rows if row.options}


def places(draft):
    return dict(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", "territory__code"))


def accept(site, draft, name="operations", **fields):
    draft.refresh_from_db()
    url = reverse("alignment-unassigned-accept", args=[draft.pk])
    return client_of(getattr(site.company, name)).post(url, {"version": draft.version, **fields})


@pytest.mark.capability("TER6", "TER4")
def test_the_neighbour_that_stays_in_balance_is_proposed_and_each_proposal_counts_for_the_next(site, draft):
    assert proposed(draft) == {"J22": ("苏南", "border"), "J23": ("苏北", "border")}
    AlignmentUnit.objects.filter(alignment=draft, unit__code="J13").delete()
    UnitFigure.objects.filter(unit__code="J14", measure="amount").update(value=20_000_00)
    found = proposed(draft)
    assert (found["J13"], found["J23"]) == (("苏南", "border"), ("苏南", "border"))
    UnitFigure.objects.filter(unit__code="J23", measure="amount").update(value=30_000_00)
    found = proposed(draft)
    assert (found["J23"], found["J13"]) == (("苏北", "border"), ("苏南", "border"))
    UnitFigure.objects.filter(unit__code="J22", measure="amount").update(value=40_000_00)
    rows = {row.unit.code: row for row in services.vacancies(draft, TODAY)}
    [shift] = rows["J22"].options[0].shifts
    assert shift.is_over
    assert (shift.after_bp or 0) > (shift.before_bp or 0)


@pytest.mark.capability("TER6")
def test_units_without_border_go_to_the_nearest_and_those_above_and_below_follow(site, draft):
    far = BasicUnit.objects.create(code="S1", name="嵊岛县", level="county", longitude=125.5, latitude=30.0)
    nowhere = BasicUnit.objects.create(code="N1", name="无名县", level="county")
    finer = BasicUnit.objects.create(code="J111", name="城关镇", level="other", parent_code="J11")
    city = BasicUnit.objects.create(code="KC", name="乙市", level="city", city="乙市")
    BasicUnit.objects.filter(code__in=["J31", "J32", "J33"]).update(parent_code="KC")
    services.record_figures(
        measure="customers", values=dict.fromkeys(("J111", "KC", "J22"), 1), period_end=TODAY
    )
    found = proposed(draft)
    assert found["S1"] == ("苏北", "nearest")
    assert nowhere.code not in found
    assert found["J111"] == ("苏南", "within")
    assert found["KC"] == ("苏南", "most")
    rows = {row.unit.code: row for row in services.vacancies(draft, TODAY)}
    assert rows["N1"].options == ()
    assert rows["S1"].options[0].kilometres > 0
    assert {str(rows[unit.code].part) for unit in (finer, city, far)} == {"finer", "coarser", "base"}


@pytest.mark.capability("TER6")
def test_a_reason_names_the_unit_it_rests_on_and_says_when_that_one_is_only_proposed(site, draft):
    BasicUnit.objects.create(code="S1", name="近岛县", level="county", longitude=125.5, latitude=30.0)
    BasicUnit.objects.create(code="S2", name="远岛县", level="county", longitude=125.6, latitude=30.0)
    options = {row.unit.code: row.options[0] for row in services.vacancies(draft, TODAY)}
    near, far = options["S1"], options["S2"]
    assert (near.via.code in places(draft), near.foreseen) == (True, 0)
    assert (far.via.code, far.foreseen, far.kilometres) == ("S1", 1, 10)
    said = client_of(site.company.operations).get(reverse("alignment-unassigned", args=[draft.pk]) + "?all=1")
    assert "最近的是近岛县，10 公里（也是刚建议归它的）" in said.content.decode()


@pytest.mark.capability("TER6")
def test_a_long_list_comes_in_pages_and_all_of_it_is_taken_at_once(site, draft):
    for number in range(30):
        BasicUnit.objects.create(
            code=f"S{number:02}", name=f"岛{number:02}县", level="county", longitude=125.5, latitude=30.0
        )
    url = reverse("alignment-unassigned", args=[draft.pk])
    reader = client_of(site.company.operations)
    pages = [reader.get(url, {"all": "1", "page": page}).content.decode() for page in (1, 2)]
    assert [page.count('name="unit"') for page in pages] == [20, 12]
    accept(site, draft, places="\n".join(f"{code}\t{side}" for code, (side, _why) in proposed(draft).items()))
    assert proposed(draft) == {}


@pytest.mark.capability("TER6")
def test_a_unit_is_taken_in_and_the_step_is_undone_and_redone_exactly(site, draft):
    before = places(draft)
    page = client_of(site.company.operations).get(reverse("alignment-unassigned", args=[draft.pk]))
    assert "J22县" in page.content.decode()
    accept(site, draft, unit="J22", territory="苏北")
    assert places(draft) == before | {"J22": "苏北"}
    draft.refresh_from_db()
    said = selectors.standing_of(draft)
    assert said.spot_of["J22"] is not None
    url = reverse("alignment-undo", args=[draft.pk])
    json = client_of(site.company.operations).post(
        url, {"version": draft.version}, HTTP_ACCEPT="application/json"
    )
    assert json.json()["is_redrawn"] is True
    assert places(draft) == before
    draft.refresh_from_db()
    services.redo(alignment=draft, expected_version=draft.version, actor=site.company.operations, at=TODAY)
    assert places(draft) == before | {"J22": "苏北"}
    draft.refresh_from_db()
    assert "J22" in selectors.standing_of(draft).spot_of


@pytest.mark.capability("TER6")
def test_all_at_once_closes_the_gap_that_forbids_submitting(site, draft):
    services.move_units(
        alignment=draft, units=[site.unit("J13")], territory=site.company.sunan, expected_version=draft.version,
        actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    draft.refresh_from_db()
    with pytest.raises(services.NotCovered):
        services.submit(alignment=draft, url="/", actor=site.company.operations, at=TODAY)
    lines = "\n".join(f"{code}\t{side}" for code, (side, _why) in proposed(draft).items())
    accept(site, draft, places=lines)
    assert proposed(draft) == {}
    assert {places(draft)[code] for code in ("J22", "J23")} <= {"苏南", "苏北"}
    page = client_of(site.company.operations).get(reverse("alignment-unassigned", args=[draft.pk]))
    assert "没有未分配的单元" in page.content.decode()


def test_what_lies_out_of_reach_is_neither_shown_nor_taken(site, draft):
    url = reverse("alignment-unassigned", args=[draft.pk])
    assert "J22县" in client_of(site.company.boss).get(url).content.decode()
    assert "J22县" not in client_of(site.company.neighbour).get(url).content.decode()
    assert client_of(site.company.stranger).get(url).status_code == 403
    before = places(draft)
    assert accept(site, draft, "neighbour", unit="J22", territory="苏北").status_code == 404
    accept(site, draft, "neighbour", unit="J22", territory="粤东")
    assert places(draft) == before
    accept(site, draft, "boss", unit="J22", territory="苏南")
    assert places(draft)["J22"] == "苏南"


def test_placed_twice_locked_or_stale_changes_nothing(site, draft):
    accept(site, draft, unit="J22", territory="苏北")
    before = places(draft)
    accept(site, draft, unit="J22", territory="苏南")
    draft.refresh_from_db()
    services.set_locks(
        alignment=draft, territories=[site.company.subei], is_locked=True, expected_version=draft.version,
        actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    assert proposed(draft)["J23"] == ("苏南", "nearest")
    accept(site, draft, unit="J23", territory="苏北")
    draft.refresh_from_db()
    accept(site, draft, unit="J23", territory="苏南", version=draft.version - 1)
    assert places(draft) == before


def test_the_map_and_the_check_of_responsibility_lead_there(site, draft):
    link = reverse("alignment-unassigned", args=[draft.pk])
    reader = client_of(site.company.operations)
    assert link in reader.get(reverse("alignment", args=[draft.pk])).content.decode()
    assert link not in reader.get(reverse("alignment", args=[site.active.pk])).content.decode()
    UnitNeighbour.objects.filter(left__code="J24").delete()
    UnitBoundary.objects.filter(unit__code="J24").delete()
    AlignmentUnit.objects.filter(alignment=site.active, unit__code="J24").delete()
    seen = reader.get(reverse("territory-coverage")).content.decode()
    assert reverse("alignment-unassigned", args=[site.active.pk]) in seen
    said = reader.get(reverse("alignment-unassigned", args=[site.active.pk])).content.decode()
    assert "另存为草案" in said
