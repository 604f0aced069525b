"""Rules that watch the data: what they find, that they propose once, and that they change no target."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from django.urls import reverse

from quyu.apps.targets import sales, store
from quyu.apps.targets.choices import ChangeSource, ChangeState
from quyu.apps.targets.models import ChangeRule, TargetChange
from quyu.apps.targets.selectors.following import month_days
from quyu.apps.targets.services import daily, proposals
from quyu.platform.notices.models import Notice
from tests.apps.targets.plans import make_plan, publish
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ1")]
APRIL = datetime(2027, 4, 10, 9, 30, tzinfo=UTC)


class Sold:
    """A reader that knows what each territory sold in each month."""

    def __init__(self, by_month: dict[tuple[str, int], int]) -> None:
        self.by_month = by_month

    def months(self, asked: sales.Asked) -> pa.Table:
        assert asked.years == (2027,)
        rows = [(code, "HA", 2027, month, fen) for (code, month), fen in self.by_month.items()]
        names = ("territory", "product_line", "year", "month", "value")
        return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


@pytest.fixture
def readers() -> Iterator[list[Any]]:
    kept = list(sales._readers)
    yield sales._readers
    sales._readers[:] = kept


def sell(readers: list[Any], company: Company, version: Any, shares: dict[str, tuple[int, int, int]]) -> None:
    """Percent of the target sold in January, February, March; every other territory meets its target."""
    cells = {}
    frame = proposals.store.load(version).reshape(-1, 12, 2).sum(axis=2)
    for place, code in enumerate(proposals.Axes.from_json(version.axes).leaves):
        plain = code.removeprefix("T:")
        for month in range(3):
            percent = shares.get(plain, (100, 100, 100))[month]
            cells[plain, month + 1] = int(frame[place, month]) * percent // 100
    readers[:] = [Sold(cells)]


def rule(below_bp: int = 7_000, months: int = 2) -> ChangeRule:
    return ChangeRule.objects.create(name="连续落后", below_bp=below_bp, months=months)


def test_two_months_below_propose_once_and_change_nothing(company: Company, readers: list[Any]) -> None:
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (100, 60, 69), company.subei.code: (60, 75, 60)})
    rule()
    digest = store.digest(store.load(version))

    (made,) = proposals.propose(at=APRIL)

    assert (made.region, made.source, made.state) == (
        f"T:{company.sunan.code}",
        ChangeSource.RULE,
        ChangeState.COLLECTING,
    )
    assert made.created_by is None
    assert "60.00%" in made.evidence.get().text or "59.99%" in made.evidence.get().text
    assert proposals.propose(at=APRIL) == []
    assert store.digest(store.load(version)) == digest
    assert Notice.objects.filter(user=company.boss, text__contains="数据规则").count() == 1


@pytest.mark.parametrize(
    ("below_bp", "months", "found"), [(6_000, 2, 0), (7_000, 3, 0), (7_000, 1, 2), (7_000, 2, 1)]
)
def test_the_bound_and_the_number_of_months_decide(
    company: Company, readers: list[Any], below_bp: int, months: int, found: int
) -> None:
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (100, 65, 65), company.subei.code: (60, 75, 60)})

    assert len(list(proposals.findings(version, rule(below_bp, months), today=date(2027, 4, 10)))) == found


def test_a_switched_off_rule_and_an_unfinished_month_propose_nothing(
    company: Company, readers: list[Any]
) -> None:
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (10, 10, 10)})
    watching = rule()

    assert list(proposals.findings(version, watching, today=date(2027, 2, 20))) == []
    ChangeRule.objects.update(is_on=False)
    assert proposals.propose(at=APRIL) == []


def test_nothing_is_proposed_for_a_year_that_is_over(company: Company, readers: list[Any]) -> None:
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (10, 10, 10)})
    rule()

    assert proposals.propose(at=datetime(2028, 1, 5, tzinfo=UTC)) == []


def test_a_dropped_proposal_comes_back_with_the_next_month_only(company: Company, readers: list[Any]) -> None:
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (10, 10, 10)})
    rule()
    proposals.propose(at=datetime(2027, 3, 5, tzinfo=UTC))
    TargetChange.objects.update(state=ChangeState.CLOSED)

    assert proposals.propose(at=datetime(2027, 3, 6, tzinfo=UTC)) == []
    assert len(proposals.propose(at=APRIL)) == 1


def test_the_daily_run_does_its_work_once(
    company: Company, readers: list[Any], settings: Any, tmp_path: Any
) -> None:
    settings.QUYU_HOME = tmp_path
    version = publish(company, make_plan(company))
    sell(readers, company, version, {company.sunan.code: (10, 10, 10)})
    rule()

    first, second = daily.run(at=APRIL), daily.run(at=APRIL)

    assert (first.proposed, second.proposed) == (1, 0)
    assert first.sealed == version.letters.count() > 0
    assert (second.sealed, second.reminded) == (0, 0)
    assert month_days("2027-12") == (date(2027, 12, 1), date(2028, 1, 1))


def test_rules_are_kept_on_their_page_by_who_answers_for_all(company: Company) -> None:
    client, url = client_of(company.operations), reverse("change-rules")
    assert "还没有数据规则" in client.get(url).content.decode()
    client.post(url, {"name": "落后", "trigger": "market", "below": "70.5", "months": "2", "is_on": "on"})
    kept = ChangeRule.objects.get()
    assert (kept.below_bp, kept.months, kept.is_on) == (7_050, 2, True)
    client.post(f"{url}?rule={kept.pk}", {"name": "落后", "trigger": "market", "below": "60", "months": "3"})
    kept.refresh_from_db()
    assert (kept.below_bp, kept.months, kept.is_on, kept.version) == (6_000, 3, False, 2)
    assert client_of(company.boss).get(url).status_code == 403
