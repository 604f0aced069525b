"""The alarm: raised after the months of the rule, told once, cleared; the smallest repair and its draft; reach."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from quyu.apps.drift import recording, repairing, selectors, services
from quyu.apps.drift.models import DriftAlarm, DriftRule, MonthlyFigure
from quyu.apps.territories import services as territories
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors import loads
from quyu.apps.territories.services import Criteria
from quyu.platform.geography.models import MarketFigure
from quyu.platform.notices.models import Notice
from quyu.platform.people.scope import everything
from tests.apps.territories.conftest import Site, make_units, site  # noqa: F401
from tests.apps.territories.test_criteria import POPULATION, know
from tests.people import TODAY, client_of

AT = datetime(TODAY.year, TODAY.month, TODAY.day, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.capability("TER10")


@pytest.fixture
def sales(monkeypatch):
    """What the units sold, by the day up to which it is counted; J12 grows heavy last month."""

    def unit_amounts(stop):
        heavy = stop > (TODAY.replace(day=1) - timedelta(20))
        return {f"J{r}{c}": 100_00 for r in (1, 2, 3) for c in (1, 2, 3, 4)} | {
            "J12": 400_00 if heavy else 100_00
        }

    monkeypatch.setattr(recording, "unit_amounts", unit_amounts)
    values = unit_amounts(TODAY)
    territories.record_figures(measure=FigureMeasure.AMOUNT, values=values, period_end=TODAY)
    territories.record_figures(
        measure=FigureMeasure.CUSTOMERS, values=dict.fromkeys(values, 2), period_end=TODAY
    )
    return unit_amounts


def drift_of(site, measure=FigureMeasure.AMOUNT):  # noqa: F811
    found = selectors.drifts(site.active, at=TODAY, rule=selectors.rule())
    return next(one for one in found if one.measure == measure)


def test_the_past_is_counted_month_by_month_and_adds_up(site, sales):  # noqa: F811
    recording.record(TODAY, site.active)
    months = recording.months_before(TODAY)
    assert len(months) == 12
    assert months[-1] == date(TODAY.year, TODAY.month, 1)
    for month, after in zip(months, [*months[1:], TODAY], strict=True):
        kept = MonthlyFigure.objects.filter(measure="amount", month=month).values_list("unit__code", "value")
        assert dict(kept) == sales(after)
    assert set(MonthlyFigure.objects.filter(measure="customers").values_list("month", flat=True)) == {
        months[-1]
    }
    recording.record(TODAY, site.active)
    assert MonthlyFigure.objects.filter(measure="amount", month=months[0]).count() == 12


def test_an_alarm_is_raised_after_the_months_of_the_rule_and_told_once(site, sales):  # noqa: F811
    assert services.look(at=AT) == 1
    row = drift_of(site)
    assert row.state == "alarm"
    assert row.months_out == 2
    assert abs(row.now_bp) == round((900 - 750) / 750 * 10_000)
    alarm = DriftAlarm.objects.get()
    assert (alarm.measure, alarm.cleared_at, alarm.since) == ("amount", None, row.since)
    told = Notice.objects.filter(text__startswith="失衡预警")
    assert set(told.values_list("user", flat=True)) >= {site.company.operations.pk, site.company.boss.pk}
    count = told.count()
    assert services.look(at=AT + timedelta(1)) == 0
    assert told.count() == count


def test_an_alarm_is_cleared_when_the_balance_is_back(site, sales, monkeypatch):  # noqa: F811
    services.look(at=AT)
    MonthlyFigure.objects.filter(unit__code="J12").update(value=100_00)
    monkeypatch.setattr(services, "record", lambda *_said: None)
    assert services.look(at=AT + timedelta(1)) == 0
    assert DriftAlarm.objects.get().cleared_at is not None


def test_the_rule_of_the_company_decides(site, sales):  # noqa: F811
    client = client_of(site.company.operations)
    url = reverse("territory-drift-rule")
    answer = client.post(url, {"threshold": "15", "months": "3", "low_yield": "60", "version": "1"})
    assert answer.status_code == 302
    assert not DriftAlarm.objects.exists()
    assert drift_of(site).state == "watch"
    client.post(url, {"threshold": "15", "months": "2", "low_yield": "60", "version": "1"})
    assert DriftAlarm.objects.count() == 1
    client.post(url, {"threshold": "90", "months": "1", "low_yield": "60", "version": "1"})
    assert DriftRule.objects.get().threshold == 15
    client.post(url, {"threshold": "0", "months": "1", "low_yield": "60", "version": "2"})
    assert DriftRule.objects.get().threshold == 15
    assert client_of(site.company.boss).post(url, {"threshold": "20"}).status_code == 403


def test_the_smallest_repair_moves_little_and_mends_it(site, sales):  # noqa: F811
    services.look(at=AT)
    unit = site.company.sunan.org_unit
    repair = repairing.smallest_repair(site.active, unit)
    assert repair.is_within
    assert len(repair.places) == 1
    assert repair.moved[0] == 100_00
    assert all(row.pieces[1] == 1 for row in repair.touched)
    page = client_of(site.company.operations).get(
        reverse("territory-drift-unit", args=[unit.code]), {"repair": "1"}
    )
    assert "最小的修复" in page.text
    before = dict(AlignmentUnit.objects.filter(alignment=site.active).values_list("unit__code", "territory"))
    done = client_of(site.company.operations).post(reverse("territory-drift-repair", args=[unit.code]))
    draft = Alignment.objects.get(state="draft")
    assert done.url == reverse("alignment", args=[draft.pk])
    after = dict(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", "territory"))
    assert {code: after[code] for code in repair.places} == repair.places
    assert {code for code in after if after[code] != before[code]} == set(repair.places)
    worst = max(abs(load.deviation_bp or 0) for load in loads(draft, scope=everything(), at=TODAY))
    assert worst <= 1000
    assert draft.edits.count() == 1


def test_what_yields_little_is_listed(site, sales):  # noqa: F811
    recording.record(TODAY, site.active)
    low = selectors.low_yield(site.active, at=TODAY, rule=selectors.rule())
    assert [row.territory.code for row in low] == ["粤东"]
    assert "粤东" in client_of(site.company.operations).get(reverse("territory-drift")).text


def test_each_reader_sees_the_units_he_manages(site, sales):  # noqa: F811
    services.look(at=AT)
    company = site.company
    unit = company.sunan.org_unit
    boss = client_of(company.boss).get(reverse("territory-drift")).text
    assert unit.name in boss
    assert "粤东" not in boss
    assert client_of(company.owner).get(reverse("territory-drift-unit", args=[unit.code])).status_code in (
        403,
        404,
    )
    other = company.yuedong.org_unit
    assert client_of(company.boss).get(reverse("territory-drift-unit", args=[other.code])).status_code == 404


def test_what_need_not_move_stays(site, sales):  # noqa: F811
    """Units that weigh nothing cost nothing to move: the repair leaves them where they are."""
    for code in ("J21", "J31", "J24", "J34"):
        site.unit(code).figures.all().delete()
    repair = repairing.smallest_repair(site.active, site.company.sunan.org_unit)
    assert not set(repair.places) & {"J21", "J31", "J24", "J34"}
    assert repair.is_within
    assert len(repair.places) <= 2


def test_the_repair_mends_the_measure_that_the_alignment_balances(site, sales):  # noqa: F811
    """Balanced on workload alone: sales, which are balanced, must not take the moves back."""
    grid = [f"J{r}{c}" for r in (1, 2, 3) for c in (1, 2, 3, 4)]
    territories.record_figures(measure="amount", values=dict.fromkeys(grid, 100_00), period_end=TODAY)
    heavy = dict.fromkeys(grid, 60) | {"J12": 240}
    territories.record_figures(measure="workload", values=heavy, period_end=TODAY)
    site.active.method = {"criteria": [{"measure": "workload", "tolerance_bp": 1_000}]}
    site.active.save()
    unit = site.company.sunan.org_unit
    assert repairing.smallest_repair(site.active, unit).is_within
    url = reverse("territory-drift-unit", args=[unit.code])
    page = client_of(site.company.operations).get(url, {"repair": "1"}).text
    assert "按拜访工作量（分钟）" in page
    client_of(site.company.operations).post(reverse("territory-drift-repair", args=[unit.code]))
    draft = Alignment.objects.get(state="draft")
    draft.method = site.active.method
    deviations = [row.deviation_bp for row in loads(draft, scope=everything(), at=TODAY)]
    assert max(abs(deviation) for deviation in deviations if deviation is not None) <= 1_000


def test_every_measure_the_plan_was_balanced_by_is_watched_within_its_own_tolerance(site, sales):  # noqa: F811
    """Inhabitants and an index of two criteria: read as known today, alarmed by the tolerance of the plan."""
    grid = [f"J{r}{c}" for r in (1, 2, 3) for c in (1, 2, 3, 4)]
    know(site, "population", dict.fromkeys(grid, 1000))
    know(site, "gdp", dict.fromkeys(grid, 500))
    draft = territories.propose(
        name="多指标", actor=None, at=TODAY,
        criteria=Criteria(((POPULATION, 500), ("customers", 4_000)), (("market:gdp", 5_000), ("amount", 5_000)), 2_000),
    )  # fmt: skip
    site.active.method = draft.method
    site.active.save()
    draft.delete()
    services.look(at=AT)
    found = {one.kept_as: one for one in drifts_of(site)}
    index = f"composite:{site.active.pk}"
    assert {key: one.limit_bp for key, one in found.items()} == {
        "amount": 1_500, "customers": 4_000, index: 2_000, POPULATION: 500,
    }  # fmt: skip
    assert found[POPULATION].now_bp == 0
    kept = MonthlyFigure.objects.filter(measure=index, unit__code__startswith="J").values_list("value")
    assert abs(sum(value for (value,) in kept) - 1_000_000) <= len(grid)
    sold = {code: sales(TODAY)[code] for code in grid}
    expected = round((1 / 12 + sold["J12"] / sum(sold.values())) / 2 * 1_000_000)
    assert MonthlyFigure.objects.get(measure=index, unit__code="J12").value == expected

    MarketFigure.objects.filter(unit__code="J11", measure="population").update(value=1800)
    services.set_rule(threshold=15, months=1, low_yield=50, expected_version=1, actor=site.company.operations, at=AT)  # fmt: skip
    services.look(at=AT)
    assert {one.kept_as: one.now_bp for one in drifts_of(site)}[POPULATION] in (625, -625)
    alarms = DriftAlarm.objects.filter(cleared_at=None, org_unit=site.company.sunan.org_unit)
    assert set(alarms.values_list("measure", flat=True)) == {"amount", POPULATION}
    page = client_of(site.company.operations).get(reverse("territory-drift")).text
    assert "±5.00%" in page
    assert "±15.00%" in page


def drifts_of(site):  # noqa: F811
    found = selectors.drifts(site.active, at=TODAY, rule=selectors.rule())
    return [one for one in found if one.org_unit == site.company.sunan.org_unit]
