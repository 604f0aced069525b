"""The approver sees in the approval what moves, from whom to whom, and says unit by unit why not."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.territories import services
from quyu.apps.territories.measures import POTENTIAL
from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentFigure, TerritoryOwner
from quyu.apps.territories.selectors.affected import Affected
from quyu.apps.territories.selectors.approval import show, sums_of
from quyu.platform.approvals.models import Approval
from quyu.platform.people.scope import everything
from tests.apps.targets.plans import make_plan, publish
from tests.apps.targets.test_units_take_targets import draft_with
from tests.apps.territories.conftest import Site
from tests.people import TODAY, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("TER9")]


def submitted(site: Site, moves: dict[str, str]) -> Approval:
    """As the operations submit it on its page, meant for 16 March."""
    draft = draft_with(site, moves)
    found = client_of(site.company.operations).post(
        reverse("alignment-submit", args=[draft.pk]), {"note": "均衡", "planned_from": "2027-03-16"}
    )
    assert found.status_code == 302
    return Approval.objects.get(subject_id=draft.pk)


def test_the_approval_shows_owner_before_and_after_targets_maps_and_sums(site: Site) -> None:
    publish(site.company, make_plan(site.company))
    approval = submitted(site, {"J11": "subei"})
    page = client_of(site.company.director).get(reverse("approval", args=[approval.pk])).content.decode()
    assert page.count("data-compare-map") == 2
    assert "J11县" in page
    assert "2027-03-16" in page
    for name in ("owner", "colleague"):
        assert site.company.person(name).name in page
    assert "调整前后目标合计一分不差" in page
    assert "不相等" not in page
    assert page.count("相等</span>") == 3  # units, amount, customers
    assert 'name="reason-J11"' in page


def test_who_submitted_sees_the_diff_and_no_reasons_to_fill_in(site: Site) -> None:
    approval = submitted(site, {"J11": "subei"})
    page = client_of(site.company.operations).get(reverse("approval", args=[approval.pk])).content.decode()
    assert "J11县" in page
    assert 'name="reason-J11"' not in page


def test_reasons_stay_on_their_units_and_the_draft_comes_back(site: Site) -> None:
    approval = submitted(site, {"J11": "subei", "J21": "subei"})
    client = client_of(site.company.director)
    url = reverse("alignment-reject", args=[approval.subject_id])
    client.post(
        url, {"version": approval.version, "reason-J11": "客户关系在苏南", "reason-J21": " ", "note": ""}
    )
    approval.refresh_from_db()
    assert approval.state == "rejected"
    [said] = AlignmentComment.objects.all()
    assert (said.unit.code, said.text, said.rejects) == ("J11", "客户关系在苏南", True)
    assert Alignment.objects.get(pk=approval.subject_id).state == "draft"


@pytest.mark.parametrize(
    "form", [{}, {"reason-J11": "  "}, {"reason-X99": "没有"}, {"reason-J11": "好", "version": "99"}]
)
def test_nothing_is_rejected_without_a_reason_for_a_unit_of_it(site: Site, form: dict[str, str]) -> None:
    approval = submitted(site, {"J11": "subei"})
    url = reverse("alignment-reject", args=[approval.subject_id])
    client_of(site.company.director).post(url, {"version": approval.version, **form})
    approval.refresh_from_db()
    assert approval.state == "submitted"
    assert not AlignmentComment.objects.exists()


def test_who_submitted_cannot_reject_and_others_find_nothing(site: Site) -> None:
    approval = submitted(site, {"J11": "subei"})
    url = reverse("alignment-reject", args=[approval.subject_id])
    client_of(site.company.operations).post(url, {"version": approval.version, "reason-J11": "不"})
    approval.refresh_from_db()
    assert approval.state == "submitted"
    assert client_of(site.company.neighbour).post(url, {"reason-J11": "不"}).status_code == 404


def test_a_day_that_is_none_is_said_and_nothing_submitted(site: Site) -> None:
    draft = draft_with(site, {"J11": "subei"})
    url = reverse("alignment-submit", args=[draft.pk])
    client_of(site.company.operations).post(url, {"planned_from": "明年"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_what_came_into_force_keeps_what_it_moved_whatever_is_sold_later(site: Site) -> None:
    draft = draft_with(site, {"J11": "subei"})
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    services.activate(alignment=draft, valid_from=date(2027, 3, 16), actor=site.company.operations, at=TODAY)
    services.record_figures(measure="amount", values={"J11": 1}, period_end=TODAY)
    [flow] = draft.flows.all()
    assert (flow.source, flow.target, flow.part, flow.whole) == (
        site.company.sunan, site.company.subei, 300_00, 850_00,
    )  # fmt: skip
    assert (flow.units, flow.customers) == (1, 2)


def people_in(approval: Approval) -> dict[str, Affected]:
    shown = show(approval, scope=everything(), at=TODAY)
    assert shown is not None
    return {row.person.name if row.person else "空缺": row for row in shown.context["people"]}


def test_everybody_concerned_has_target_and_customers_before_and_after(site: Site) -> None:
    publish(site.company, make_plan(site.company))
    approval = submitted(site, {"J11": "subei"})
    shown = show(approval, scope=everything(), at=TODAY)
    assert shown is not None
    effect = shown.context["difference"].effect
    found = people_in(approval)
    owner, colleague = (site.company.person(name) for name in ("owner", "colleague"))
    assert set(found) == {owner.name, colleague.name}
    for person, side, gained, lost in ((owner, "苏南", 0, 2), (colleague, "苏北", 2, 0)):
        row, change = found[person.name], effect.changes[side]
        assert (row.before, row.after, row.gained, row.lost) == (change.before, change.after, gained, lost)
        assert row.delta_bp == round(change.delta * 10_000 / change.before)
    assert sum(row.delta for row in found.values()) == 0
    page = client_of(site.company.director).get(reverse("approval", args=[approval.pk])).text
    assert "对每个人的影响" in page
    assert f"{found[owner.name].delta_bp / 100:.2f}%" in page


def test_what_stays_with_the_same_person_is_no_customer_moved(site: Site) -> None:
    """Both territories answered for by one seat: the target moves between them, nobody loses a customer."""
    owned = TerritoryOwner.objects.get(territory=site.company.sunan, valid_to=None)
    TerritoryOwner.objects.filter(territory=site.company.subei).update(position=owned.position)
    publish(site.company, make_plan(site.company))
    approval = submitted(site, {"J11": "subei"})
    assert people_in(approval) == {}
    page = client_of(site.company.director).get(reverse("approval", args=[approval.pk])).text
    assert "没有人受影响" in page


def test_a_vacant_territory_is_named_by_itself(site: Site) -> None:
    TerritoryOwner.objects.filter(territory=site.company.subei).delete()
    found = people_in(submitted(site, {"J11": "subei"}))
    assert [side.code for side in found["空缺"].territories] == ["苏北"]
    assert (found["空缺"].gained, found["空缺"].before, found["空缺"].delta_bp) == (2, 0, None)


def test_the_sums_name_every_measure_and_compare_what_both_alignments_keep(site: Site) -> None:
    draft = draft_with(site, {"J11": "subei"})
    before = Alignment.objects.in_force(TODAY).get()
    kept = [(draft, "composite", 7), (draft, POTENTIAL, 900_000_00), (before, POTENTIAL, 900_000_00)]
    AlignmentFigure.objects.bulk_create(
        AlignmentFigure(alignment=one, unit=site.unit("J11"), measure=measure, value=value)
        for one, measure, value in kept
    )
    for one in (draft, before):
        Alignment.objects.filter(pk=one.pk).update(
            method={**one.method, "criteria": [{"measure": "amount"}, {"measure": str(POTENTIAL)}]}
        )
    draft.refresh_from_db()
    before.refresh_from_db()
    rows = {str(row.measure): row for row in sums_of(draft, before, TODAY)}
    assert list(rows) == ["amount", "customers", "units", "potential"]
    assert all(row.before == row.after and not row.is_revised for row in rows.values())
    client = client_of(site.company.operations)
    client.post(reverse("alignment-submit", args=[draft.pk]), {"note": "", "planned_from": "2027-03-16"})
    approval = Approval.objects.get(subject_id=draft.pk)
    page = client.get(reverse("approval", args=[approval.pk])).text
    assert str(POTENTIAL.label) in page
    assert page.count("相等</span>") == 4
    AlignmentFigure.objects.filter(alignment=draft, measure=POTENTIAL).update(value=1)
    page = client.get(reverse("approval", args=[approval.pk])).text
    assert "数据已更新" in page
    assert "不相等" not in page
