"""Proposing, moving, approving and activating alignments."""

from datetime import date, timedelta

import pytest

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.services import OwnSubmission
from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything, scope_of
from tests.people import START, TODAY

NEXT_YEAR = date(2027, 1, 1)


def load_of(alignment, name):
    loads = selectors.loads(alignment, scope=everything(), at=TODAY)
    return next(load for load in loads if load.territory.name == name)


def draft_of(site):
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def move(site, draft, unit, territory, **options):
    draft.refresh_from_db()
    return services.move_units(
        alignment=draft,
        units=[site.unit(unit)],
        territory=territory,
        expected_version=draft.version,
        actor=site.company.operations,
        at=TODAY,
        **options,
    )


def proposal(site, **options):
    return services.propose(
        name="提案",
        measure=selectors.figures_by_code("amount"),
        actor=site.company.operations,
        at=TODAY,
        **options,
    )


@pytest.mark.capability("TER7")
def test_a_proposal_is_balanced_contiguous_and_says_how_good_it_is(site):
    draft = proposal(site, only=["JS"], tolerance=0.1)
    [region] = draft.method["regions"]
    assert (region["name"], region["territories"], region["contiguous"]) == ("江苏", 2, True)
    assert region["within_tolerance"] is True
    assert region["deviation_bp"] <= 1_000
    assert region["gap_bp"] >= 0
    assert draft.state == "draft"
    assert site.active.state == "active"
    assert {load_of(draft, "苏南").balance, load_of(draft, "苏北").balance} == {"ok"}


def test_a_proposal_places_every_unit_once_and_leaves_other_regions_alone(site):
    draft = proposal(site, only=["JS"])
    placed = AlignmentUnit.objects.filter(alignment=draft)
    assert set(placed.values_list("unit__code", flat=True)) == set(
        BasicUnit.objects.values_list("code", flat=True)
    )
    assert site.territory_of("G11", draft) == site.company.yuedong


def test_a_proposal_makes_territories_that_are_missing(site):
    draft = proposal(site, only=["JS"], territories={"JS": 3})
    names = set(selectors.territories_of(draft).filter(org_unit__code="JS").values_list("name", flat=True))
    assert {"苏南", "苏北"} < names
    assert len(names) == 3


def test_regions_may_be_given_by_any_level_and_a_total_is_shared_out(site):
    draft = proposal(
        site, regions={"JS": ["JC", "J21", "J22", "J31"], "GD": ["G11", "G12"]}, territories=4, tolerance=0.5
    )
    counts = {region["org_unit"]: region["territories"] for region in draft.method["regions"]}
    assert counts == {"JS": 3, "GD": 1}


def test_the_same_seed_gives_the_same_proposal(site):
    one, two = (proposal(site, only=["JS"], seed=7) for _ in range(2))
    places = [
        list(
            AlignmentUnit.objects.filter(alignment=a)
            .order_by("unit__code")
            .values_list("unit__code", "territory")
        )
        for a in (one, two)
    ]
    assert places[0] == places[1]


def test_more_territories_than_units_are_refused_with_the_numbers(site):
    with pytest.raises(services.TooManyTerritories, match="江苏 有 12 个基本单元，不能划分为 13"):
        proposal(site, only=["JS"], territories={"JS": 13})
    assert Alignment.objects.count() == 1


@pytest.mark.capability("TER6")
def test_a_move_changes_both_territories_at_once(site):
    draft = draft_of(site)
    before = load_of(draft, "苏南").amount_fen, load_of(draft, "苏北").amount_fen
    result = move(site, draft, "J12", site.company.subei)
    assert (load_of(draft, "苏南").amount_fen, load_of(draft, "苏北").amount_fen) == (
        before[0] - 100_00,
        before[1] + 100_00,
    )
    assert result.warnings == {}
    assert site.territory_of("J12") == site.company.sunan


def test_a_move_that_tears_a_territory_apart_is_said(site):
    draft = draft_of(site)
    assert move(site, draft, "J11", site.company.subei).warnings == {site.company.subei.pk: "apart"}
    draft = draft_of(site)
    assert move(site, draft, "J12", site.company.subei).warnings == {}
    draft = draft_of(site)
    move(site, draft, "J21", site.company.subei)
    assert move(site, draft, "J22", site.company.subei).warnings == {site.company.sunan.pk: "split"}


def test_undo_takes_back_the_last_move_and_keeps_it_in_the_log(site):
    draft = draft_of(site)
    move(site, draft, "J12", site.company.subei)
    draft.refresh_from_db()
    services.undo(alignment=draft, expected_version=draft.version, actor=None, at=TODAY)
    assert site.territory_of("J12", draft) == site.company.sunan
    assert list(draft.edits.values_list("kind", flat=True)) == ["move", "undo"]
    draft.refresh_from_db()
    with pytest.raises(services.NothingToUndo):
        services.undo(alignment=draft, expected_version=draft.version, actor=None, at=TODAY)


def test_a_stale_move_is_refused(site):
    draft = draft_of(site)
    seen = draft.version
    move(site, draft, "J12", site.company.subei)
    with pytest.raises(StaleSave):
        services.move_units(
            alignment=draft,
            units=[site.unit("J22")],
            territory=site.company.subei,
            expected_version=seen,
            actor=None,
            at=TODAY,
        )
    assert site.territory_of("J22", draft) == site.company.sunan


def test_only_drafts_can_be_changed(site):
    with pytest.raises(services.NotADraft, match="生效"):
        move(site, site.active, "J12", site.company.subei)


@pytest.mark.capability("TER9")
def test_the_way_to_approval_with_the_diff_then_in_force_from_a_day_on(site):
    company, draft = site.company, draft_of(site)
    move(site, draft, "J12", company.subei)
    draft.refresh_from_db()
    approval = services.submit(alignment=draft, url="/x/", actor=company.operations, at=TODAY)
    assert approval.summary["moved_units"] == 1
    assert approval.summary["customers"] == 2
    assert approval.summary["moves"] == [
        {"unit": "J12县", "from_territory": "苏南", "to_territory": "苏北", "customers": 2}
    ]
    assert approval.org_unit == company.jiangsu
    with pytest.raises(OwnSubmission):
        approvals.approve(approval=approval, actor=company.operations, at=TODAY)
    approvals.approve(approval=approval, actor=company.director, at=TODAY)
    draft.refresh_from_db()
    assert draft.state == "approved"
    services.activate(alignment=draft, valid_from=NEXT_YEAR, actor=company.director, at=TODAY)
    assert selectors.active_alignment(NEXT_YEAR - timedelta(days=1)) == site.active
    assert selectors.active_alignment(NEXT_YEAR) == draft
    assert Decision.objects.filter(verb="activate", subject_label="草案").get().detail["moved_units"] == 1


def test_a_rejected_draft_can_be_worked_on_again(site):
    draft = draft_of(site)
    move(site, draft, "J12", site.company.subei)
    draft.refresh_from_db()
    approval = services.submit(alignment=draft, url="", actor=site.company.operations, at=TODAY)
    approvals.reject(approval=approval, actor=site.company.director, note="再议", at=TODAY)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_draft_without_change_is_not_submitted(site):
    with pytest.raises(services.NoChange):
        services.submit(alignment=draft_of(site), url="", actor=site.company.operations, at=TODAY)


def test_an_unapproved_alignment_does_not_come_into_force(site):
    with pytest.raises(services.NotApproved):
        services.activate(alignment=draft_of(site), valid_from=NEXT_YEAR, actor=None, at=TODAY)


def test_an_alignment_must_begin_after_the_one_it_replaces(site):
    draft = draft_of(site)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    with pytest.raises(services.NotAfterPrevious, match="2024-01-01"):
        services.activate(alignment=draft, valid_from=START, actor=None, at=TODAY)


def test_customers_without_a_territory_keep_an_alignment_from_coming_into_force(site):
    draft = draft_of(site)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    AlignmentUnit.objects.filter(alignment=draft, unit__code="G12").delete()
    with pytest.raises(services.NotCovered, match="1 个有客户的单元没有销售区域，例如 G12县"):
        services.activate(alignment=draft, valid_from=NEXT_YEAR, actor=None, at=TODAY)


def test_a_territory_left_out_ends_with_its_last_alignment(site):
    draft = proposal(site, only=["JS"], territories={"JS": 1}, tolerance=0.5)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    services.activate(alignment=draft, valid_from=NEXT_YEAR, actor=None, at=TODAY)
    ended = Territory.objects.get(valid_to__isnull=False)
    assert (ended.org_unit.code, ended.valid_to) == ("JS", NEXT_YEAR)


def test_everybody_sees_the_same_deviation_of_a_territory(site):
    for name in ("owner", "boss", "operations"):
        scope = scope_of(getattr(site.company, name), at=TODAY)
        loads = selectors.loads(site.active, scope=scope, at=TODAY)
        assert [load.deviation_bp for load in loads if load.territory.name == "苏南"] == [1_724]


def test_figures_of_an_earlier_day_never_replace_newer_ones(site):
    earlier, later = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    before = selectors.figures_by_code("amount")
    assert services.record_figures(measure="amount", values={"J11": 1}, period_end=earlier) == 0
    assert selectors.figures_by_code("amount") == before
    assert services.record_figures(measure="amount", values={"J11": 1}, period_end=later) == 1
    assert selectors.figures_by_code("amount") == {"J11": 1.0}
