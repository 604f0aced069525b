"""Several measures balanced at once, an index of weighted criteria, and what can be said before the search."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.market.models import Indicator
from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, AlignmentFigure, AlignmentUnit
from quyu.apps.territories.services import Criteria
from quyu.apps.territories.services.neighbourhood import reoptimised
from quyu.platform.geography.models import MarketFigure
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of

POPULATION = "market:population"
FORM = {"name": "多指标", "region": "JS"}


def know(site, indicator, values):
    for code, value in values.items():
        MarketFigure.objects.create(
            unit=site.unit(code), measure=indicator, as_of=date(2025, 12, 31), value=value, source="年鉴"
        )


@pytest.fixture
def people(site):
    """People live in the north: row 1 of the grid has ten times what row 3 has."""
    know(site, "population", {f"J{r}{c}": {1: 1000, 2: 400, 3: 100}[r] * 1000 for r in (1, 2, 3) for c in (1, 2, 3, 4)})  # fmt: skip


def propose(site, client, **fields):
    return client.post(reverse("alignment-propose"), {**FORM, **fields}, follow=True)


@pytest.mark.capability("TER5", "TER7")
def test_several_measures_are_balanced_at_once_each_within_its_tolerance(site, people):
    draft = services.propose(
        name="多指标",
        actor=None,
        at=TODAY,
        only=["JS"],
        criteria=Criteria(((POPULATION, 800), ("customers", 2000), ("units", 2000))),
    )

    [region] = draft.method["regions"]
    assert region["within_tolerance"] is True
    assert set(region["deviations_bp"]) == {POPULATION, "customers", "units"}
    assert region["deviations_bp"][POPULATION] <= 800
    assert region["deviations_bp"]["customers"] <= 2000
    assert region["deviations_bp"]["units"] <= 2000
    assert AlignmentFigure.objects.filter(alignment=draft, measure=POPULATION).count() == 12


@pytest.mark.capability("TER5")
def test_the_index_adds_shares_by_weight_and_is_balanced_itself(site, people):
    Indicator.objects.create(code="rivals", name="竞品店", kind="number", direction="less")
    know(site, "rivals", {"J11": 4000, "J12": 1000} | {f"J{r}{c}": 0 for r in (2, 3) for c in (1, 2, 3, 4)} | {"J13": 0, "J14": 0})  # fmt: skip
    look = services.look_ahead(
        criteria=Criteria(weights=((POPULATION, 6000), ("market:rivals", 4000))),
        only=["JS"],
        territories=None,
        max_moved=None,
        at=TODAY,
    )

    index = {one.unit.code: one.index for one in look.shares}
    people_total, rest_total = 4 * 1500, 11 * 4000 - 1000
    assert index["J11"] == round(1_000_000 * (0.6 * 1000 / people_total + 0))
    assert index["J12"] == round(1_000_000 * (0.6 * 1000 / people_total + 0.4 * 3000 / rest_total))
    assert index["J31"] == round(1_000_000 * (0.6 * 100 / people_total + 0.4 * 4000 / rest_total))
    assert abs(sum(index.values()) - 1_000_000) <= 12
    draft = services.propose(
        name="指数", actor=None, at=TODAY, only=["JS"],
        criteria=Criteria(weights=((POPULATION, 6000), ("market:rivals", 4000)), index_bp=1500),
    )  # fmt: skip
    assert draft.method["regions"][0]["deviations_bp"]["composite"] <= 1500
    assert [row["weight_bp"] for row in draft.method["weights"]] == [6000, 4000]


@pytest.mark.capability("TER5")
def test_the_form_shows_the_index_before_solving_and_the_draft_its_criteria(site, people):
    client = client_of(site.company.operations)
    fields = {"tolerance-units": 25, f"weight-{POPULATION}": 70, "weight-amount": 30, "index_tolerance": 20}

    looked = propose(site, client, do="check", **fields).content.decode()
    assert "没有发现达不到的要求" in looked
    assert "J11县" in looked
    assert not Alignment.objects.filter(name="多指标").exists()

    page = propose(site, client, do="make", **fields).content.decode()
    draft = Alignment.objects.get(name="多指标")
    assert [row["measure"] for row in draft.method["criteria"]] == ["composite", "units"]
    assert "综合指数的权重" in page
    assert "基本单元数（资源均分）（±25" in page
    copied = services.create_draft(based_on=draft, name="副本", actor=None, at=TODAY)
    assert AlignmentFigure.objects.filter(alignment=copied).count() == 13


@pytest.mark.capability("TER5")
def test_why_no_plan_can_be_is_said_on_the_form_by_name_and_may_be_overridden(site):
    client = client_of(site.company.operations)
    heavy = {"tolerance-amount": 1, "territories": 6}

    page = propose(site, client, do="make", **heavy).content.decode()
    assert "J11县" in page
    assert "知道达不到" in page
    assert not Alignment.objects.filter(name="多指标").exists()

    propose(site, client, do="make", anyway="on", **heavy)
    assert Alignment.objects.get(name="多指标").method["regions"][0]["within_tolerance"] is False


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "请至少选一个均衡指标"),
        ({"weight-amount": 60, "weight-customers": 30}, "权重合计是 90%"),
        ({"tolerance-amount": 0}, "大于或等于"),
    ],
)
def test_criteria_that_do_not_add_up_are_refused_in_words(site, fields, said):
    page = propose(site, client_of(site.company.operations), do="make", **fields).content.decode()

    assert said in page
    assert not Alignment.objects.filter(name="多指标").exists()


@pytest.mark.capability("TER5", "TER7")
def test_what_may_change_hands_is_limited(site, people):
    def moved(share):
        draft = services.propose(
            name=f"至多 {share}", actor=None, at=TODAY, only=["JS"], max_moved=share,
            criteria=Criteria(((POPULATION, 100), ("units", 5000))),
        )  # fmt: skip
        return draft.method["regions"][0]["moved_weight"], draft.method["max_moved_bp"]

    assert moved(0.0) == (0, 0)
    assert moved(0.1)[0] <= 0.1 * 6000 * 1000


@pytest.mark.capability("TER5", "TER7")
def test_a_selection_is_divided_anew_by_every_measure_of_the_draft(site, people):
    draft = services.propose(
        name="指数", actor=None, at=TODAY, only=["JS"], criteria=Criteria(((POPULATION, 1000), ("units", 2500))),
    )  # fmt: skip
    worse = [row.unit for row in AlignmentUnit.objects.filter(alignment=draft, territory=site.company.sunan)]
    away = next(unit for unit in worse if unit.code.startswith("J1"))
    services.move_units(
        alignment=draft, units=[away], territory=site.company.subei, expected_version=draft.version,
        actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    draft.refresh_from_db()

    def spread():
        rows = selectors.loads(draft, scope=everything(), at=TODAY)
        return max(abs(row.deviations_bp[POPULATION] or 0) for row in rows if row.territory.name != "粤东")

    assert spread() > 1000
    found = reoptimised(
        alignment=draft, codes=["J12", "J13"], keep=True,
        visible=[site.company.sunan.pk, site.company.subei.pk],
    )  # fmt: skip
    for code, territory in found.places.items():
        AlignmentUnit.objects.filter(alignment=draft, unit__code=code).update(territory=territory)
    assert spread() <= 1000


def test_a_draft_balanced_on_workload_alone_can_be_worked_on(site):
    services.record_figures(
        measure="workload", values={f"J{r}{c}": 60 for r in (1, 2, 3) for c in (1, 2, 3, 4)}, period_end=TODAY
    )
    draft = services.propose(
        name="工作量", actor=None, at=TODAY, only=["JS"], criteria=Criteria((("workload", 1000),))
    )

    assert draft.method["regions"][0]["deviation_bp"] <= 1000
    page = client_of(site.company.operations).get(reverse("alignment", args=[draft.pk]))
    assert "拜访工作量" in page.content.decode()
    reoptimised(
        alignment=draft, codes=["J12", "J13"], keep=True,
        visible=[site.company.sunan.pk, site.company.subei.pk],
    )  # fmt: skip


@pytest.mark.parametrize(("keep", "weight"), [("", 3.0), ("10", 10.0), ("0", 0.0)])
def test_a_proposal_keeps_the_current_plan_as_the_engine_does_unless_one_says_otherwise(site, keep, weight):
    fields = {"tolerance-amount": "20", "keep": keep, "do": "make"}
    propose(site, client_of(site.company.operations), **fields)
    assert Alignment.objects.get(name="多指标").method["disruption_bp"] == weight * 10_000
