"""Shared credit: declared with the rules, whole for every customer, line and day, and never counted twice."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.customers import sales
from quyu.apps.customers.division import crediting, overlays, owning
from quyu.apps.customers.models import Customer, CustomerCredit, Overlay, OverlayShare, RuleSet
from quyu.apps.territories.models import Territory
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.catalog.models import ProductLine
from tests.apps.customers.division.conftest import Divided, publish, rule_set
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT


@pytest.fixture(autouse=True)
def bought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "_readers", [lambda _day: {("C1", "TEA"): 1_000_001, ("C3", "TEA"): 2}])


def declare(made: RuleSet, condition: Any, line: Any, *shares: tuple[Territory | None, int]) -> Overlay:
    return overlays.add(
        rule_set=made, name="专员", condition=condition, product_line=line,
        shares=[overlays.Share(*share) for share in shares], expected_version=made.version, actor=None,
    )  # fmt: skip


def said(**more: str | list[str]) -> dict[str, Any]:
    return {
        "name": "茶专员", "product_line": "TEA", "tier": ["a"], "owner_share": "70",
        "territory_1": "休食组", "share_1": "30", **more,
    }  # fmt: skip


@pytest.mark.capability("TER3")
def test_from_a_declared_overlay_to_shared_credit(divided: Divided) -> None:
    company = divided.site.company
    client = client_of(company.operations)
    made = rule_set()
    page = reverse("rule-set-overlays", args=[made.pk])
    add = reverse("rule-overlay-add", args=[made.pk])

    refused = client.post(add, said(share_1="20", version=str(made.version))).content.decode()
    assert "合计正好 100%；现在合计 90.00%" in refused
    assert not Overlay.objects.exists()

    assert client.post(add, said(version=str(made.version))).url == page
    shown = client.get(page).content.decode()
    assert "70.00%" in shown
    assert "(700002 分)" in shown
    assert "(300001 分)" in shown
    made.refresh_from_db()
    client.post(reverse("rule-set-submit", args=[made.pk]), {"version": made.version})
    approval = Approval.objects.get()
    assert approval.summary["overlays"] == 1
    approvals.approve(approval=approval, actor=company.director, at=AT)
    activate = reverse("rule-set-activate", args=[made.pk])
    client_of(company.director).post(activate, {"valid_from": "2026-07-01"})
    given_days = CustomerCredit.objects.values_list("customer__code", "product_line__code", "valid_from")
    assert set(given_days) == {("C1", "TEA", date(2026, 7, 1)), ("C3", "TEA", date(2026, 7, 1))}
    parts = crediting.credit_of(divided.customer("C1"), divided.tea, date(2026, 7, 1))
    assert [(p.territory.code, p.share_bp, p.is_accountable) for p in parts if p.territory] == [
        ("苏南", 7000, True), ("休食组", 3000, False),
    ]  # fmt: skip
    panel = client.get(reverse("customer-detail", kwargs={"pk": divided.customer("C1").pk})).content.decode()
    assert "茶专员" in panel


def test_an_old_page_submits_and_changes_nothing(divided: Divided) -> None:
    made = rule_set(({"tier": ["a"]}, None, divided.keys))
    client = client_of(divided.site.company.operations)
    overlay = declare(made, {}, None, (None, 5000), (divided.snacks, 5000))
    old = str(made.version - 1)
    client.post(reverse("rule-set-submit", args=[made.pk]), {"version": old})
    client.post(reverse("rule-overlay-remove", args=[made.pk]), {"overlay": overlay.pk, "version": old})
    client.post(reverse("rule-overlay-add", args=[made.pk]), said(version=old))
    assert RuleSet.objects.get().state == "draft"
    assert Overlay.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"owner_share": "100", "territory_1": "", "share_1": ""}, "至少选一个参与分成的销售区域"),
        ({"territory_1": ""}, "填了分成，请选销售区域"),
        ({"share_1": ""}, "选了销售区域，请填分成"),
        ({"share_1": "15", "territory_2": "休食组", "share_2": "15"}, "填了两次"),
        ({"share_1": "30.005"}, "2"),
        ({"place": "无此县"}, "找不到“无此县”"),
        ({"share_1": "-30"}, "0"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(divided: Divided, wrong: Any, told: str) -> None:
    made = rule_set()
    client = client_of(divided.site.company.operations)
    page = client.post(reverse("rule-overlay-add", args=[made.pk]), said(version=str(made.version), **wrong))
    assert page.status_code == 200
    assert told in page.content.decode()
    assert not Overlay.objects.exists()


def test_the_first_overlay_that_holds_goes_before(divided: Divided) -> None:
    made = rule_set()
    client = client_of(divided.site.company.operations)
    declare(made, {"tier": ["a"]}, None, (None, 5000), (divided.snacks, 5000))
    later = declare(made, {"customer": ["C1"]}, divided.tea, (None, 9000), (divided.keys, 1000))
    page = reverse("rule-set-overlays", args=[made.pk])
    assert "全被前面的叠加区域拿走" in client.get(page).content.decode()
    client.post(
        reverse("rule-overlay-move", args=[made.pk]),
        {"overlay": later.pk, "to": "1", "version": made.version},
    )
    assert "全被前面的叠加区域拿走" not in client.get(page).content.decode()


@pytest.mark.capability("ORG3", "TER3")
def test_the_database_keeps_shares_whole(divided: Divided) -> None:
    made = rule_set()
    overlay = declare(made, {"customer": ["C1"]}, divided.tea, (None, 6000), (divided.snacks, 4000))
    half = Overlay.objects.create(rule_set=made, position=9, name="半", condition={"customer": ["?"]})
    OverlayShare.objects.create(overlay=half, territory=divided.keys, share_bp=9_999)
    publish(made, TODAY, actor=divided.site.company.operations)
    row = CustomerCredit.objects.get()

    def refused(change: Any) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

    more = {"customer": row.customer, "product_line": divided.tea, "overlay": overlay}
    refused(lambda: CustomerCredit.objects.create(valid_from=TODAY + timedelta(9), **more))
    after = {"customer": divided.customer("C2"), "valid_from": TODAY}
    refused(lambda: CustomerCredit.objects.create(overlay=half, **after))
    refused(lambda: CustomerCredit.objects.filter(pk=row.pk).update(overlay=half))
    refused(lambda: OverlayShare.objects.filter(overlay=overlay, territory=None).update(share_bp=5_999))
    refused(lambda: OverlayShare.objects.filter(overlay=overlay, territory=None).delete())
    refused(lambda: OverlayShare.objects.create(overlay=overlay, territory=divided.keys, share_bp=1))
    assert CustomerCredit.objects.create(overlay=overlay, **after).pk


KEPT_BY_THE_DATABASE = {
    "sqlite": {
        "customer_territory_once_insert", "customer_territory_once_update",
        "customer_credit_once_insert", "customer_credit_once_update",
        "customer_credit_whole_insert", "customer_credit_whole_update",
        "overlay_share_fixed_insert", "overlay_share_fixed_update", "overlay_share_fixed_delete",
    },
    "postgresql": {
        "customer_territory_once", "customer_credit_once", "customer_credit_whole", "overlay_share_fixed",
    },
}  # fmt: skip
ASKED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger UNION SELECT conname FROM pg_constraint",
}


@pytest.mark.django_db
def test_after_all_migrations_the_database_still_keeps_days_apart() -> None:
    """A migration that makes a table anew on SQLite loses its triggers unless it creates them again."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED[connection.vendor])
        names = {row[0] for row in cursor.fetchall()}
    assert names >= KEPT_BY_THE_DATABASE[connection.vendor]


DAYS = [TODAY + timedelta(day) for day in range(-3, 16)]
LINES = (None, "TEA", "SNACK")
conditions = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True),
        "customer": st.lists(st.sampled_from(["C1", "C2", "C3"]), min_size=1, max_size=2, unique=True),
        "territory": st.lists(
            st.sampled_from(["苏南", "苏北", "重客组"]), min_size=1, max_size=2, unique=True
        ),
    },
)
declared = st.lists(st.tuples(conditions, st.sampled_from(LINES), st.integers(0, 9_999)), max_size=4)
ruled = st.lists(st.tuples(st.just({"tier": ["a"]}), st.sampled_from(LINES)), max_size=1)
programs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), ruled, declared), min_size=1, max_size=3)


@pytest.mark.capability("TER3", "ORG3")
@given(program=programs)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_credit_is_whole_and_follows_the_first_overlay(divided: Divided, program: list[Any]) -> None:
    save = transaction.savepoint()
    try:
        assert_whole(divided, program)
    finally:
        transaction.savepoint_rollback(save)


def assert_whole(divided: Divided, program: list[Any]) -> None:
    """An oracle in loops over single days says which overlay holds; shares sum to the whole everywhere."""
    lines = {None: None, "TEA": divided.tea, "SNACK": divided.snack}
    today = TODAY
    sets: list[tuple[date, list[Any]]] = []
    for later, ahead, rules, made_of in program:
        today += timedelta(later)
        start = today + timedelta(ahead)
        if sets and start <= sets[-1][0]:
            continue
        made = rule_set(*((c, lines[n], divided.keys) for c, n in rules))
        for condition, line, bp in made_of:
            shares = [(divided.snacks, 10_000 - bp), *([(None, bp)] if bp else [])]
            declare(made, condition, lines[line], *shares)
        publish(made, start, actor=divided.site.company.operations, at=today)
        sets.append((start, made_of))
    for row in Customer.objects.select_related("unit"):
        for name, line in lines.items():
            for day in DAYS:
                begun = [overlay for start, overlay in sets if start <= day]
                parts = crediting.credit_of(row, line, day)
                told = first_share(row, line, day, begun[-1] if begun else [])
                assert sum(part.share_bp for part in parts) == 10_000, (row.code, name, day)
                mine = sum(part.share_bp for part in parts if part.is_accountable)
                assert mine == (10_000 if told is None else told), (row.code, name, day)


def first_share(row: Customer, line: ProductLine | None, day: date, made_of: list[Any]) -> int | None:
    """The share of the accountable one by the first overlay that holds; None without any."""
    for condition, of_line, bp in made_of:
        accountable = owning.territory_of(row, line if of_line else None, day)[0]
        has: dict[str, set[Any]] = {
            "tier": {row.tier},
            "customer": {row.code},
            "territory": {getattr(accountable, "code", None)},
        }
        if of_line in (None, line and line.code) and all(
            has[name] & set(allowed) for name, allowed in condition.items()
        ):
            return int(bp)
    return None
