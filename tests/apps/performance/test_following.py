"""Whatever changes for whom an order line counts, through whichever door: the rollups follow by themselves."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.models import MonthRollup
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.imports import pipeline
from quyu.platform.people.models import Assignment
from quyu.platform.viewsets.viewset import REGISTRY
from tests import factories
from tests.apps.performance.conftest import Trading
from tests.apps.performance.test_rollups import rollups
from tests.people import client_of
from tests.platform.facts.lines import AT
from tests.platform.viewsets.surface import file_of, judged, patch, post

Committed = Callable[..., AbstractContextManager[Any]]
pytestmark = pytest.mark.capability("MON1", "PLT5")


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Committed) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def changed_and_whole(before: tuple[list[Any], list[Any]]) -> bool:
    """The rollups are no longer what they were, and are what a rebuild makes."""
    by_delta = rollups()
    services.rebuild_rollups(at=AT)
    return by_delta != before and by_delta == rollups()


def amount_of(territory: Territory) -> int:
    return sum(MonthRollup.objects.filter(territory=territory).values_list("amount_fen", flat=True))


def test_a_customer_named_for_another_territory_by_form(
    trading: Trading, committed: Callable[[], AbstractContextManager[Any]]
) -> None:
    before, subei = rollups(), amount_of(trading.company.subei)
    customer = Customer.objects.get(code="C1")

    with committed():
        post(
            client_of(trading.company.operations), REGISTRY[Customer], customer,
            territory_override=trading.company.subei.code,
        )  # fmt: skip

    assert amount_of(trading.company.subei) > subei
    assert amount_of(trading.company.sunan) == 0
    assert changed_and_whole(before)


def test_a_customer_named_for_another_territory_by_api(
    trading: Trading, committed: Callable[[], AbstractContextManager[Any]]
) -> None:
    before, viewset = rollups(), REGISTRY[Customer]
    client = client_of(trading.company.operations)

    with committed():
        answer = patch(client, viewset, Customer.objects.get(code="C9"), territory_override="苏北")

    assert answer.status_code == 200
    assert changed_and_whole(before)


def test_customers_named_for_other_territories_by_import_are_told_once(
    trading: Trading, tmp_path: Path, committed: Callable[[], AbstractContextManager[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before, viewset = rollups(), REGISTRY[Customer]
    lines = [{"code": code, "territory_override": "粤东"} for code in ("C1", "C2")]
    refreshed: list[object] = []
    refresh = services.refresh_ownership
    monkeypatch.setattr(services, "refresh_ownership", lambda *, at: (refreshed.append(at), refresh(at=at)))

    with committed():
        pipeline.commit(judged(viewset, trading.company.operations, file_of(tmp_path, viewset, *lines)))

    assert len(refreshed) == 1
    assert changed_and_whole(before)


def test_a_product_moved_to_another_line(
    trading: Trading, committed: Callable[[], AbstractContextManager[Any]]
) -> None:
    before, snack = rollups(), ProductLine.objects.get(code="SNACK")
    client = client_of(trading.company.operations)

    with committed():
        patch(client, REGISTRY[Product], Product.objects.get(code="P1"), line="SNACK")

    assert not MonthRollup.objects.exclude(product_line=snack).exists()
    assert changed_and_whole(before)


def test_a_seat_that_changes_hands_on_the_organisation_pages(
    trading: Trading, committed: Callable[[], AbstractContextManager[Any]]
) -> None:
    before, seat = rollups(), trading.company.position("owner")
    sitting = Assignment.objects.get(position=seat)
    newcomer, client = factories.person("新人"), client_of(trading.company.operations)

    with committed():
        client.post(
            reverse("org-assignment-end", args=[sitting.pk]),
            {"valid_to": "2026-04-01", "version": sitting.version},
        )
    assert changed_and_whole(before)
    vacant = rollups()
    with committed():
        client.post(
            reverse("org-position-assign", args=[seat.pk]),
            {"person": newcomer.code, "valid_from": "2026-04-01"},
        )

    assert MonthRollup.objects.get(month=date(2026, 6, 1), territory=trading.company.sunan).person == newcomer
    assert changed_and_whole(vacant)


def test_a_person_whose_number_changes_keeps_the_lines(
    trading: Trading, committed: Callable[[], AbstractContextManager[Any]]
) -> None:
    before, person = rollups(), trading.company.person("owner")

    with committed():
        patch(client_of(trading.company.operations), REGISTRY[type(person)], person, code="E-renamed")

    assert rollups() == before
    services.rebuild_rollups(at=AT)
    assert rollups() == before
