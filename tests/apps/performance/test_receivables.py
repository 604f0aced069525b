"""What customers owe from imported orders, shipments and receipts: by node, as a metric, and in the policy pack."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.performance import receivables, services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.receivables import Ledger, ledger
from quyu.apps.performance.selectors import owing
from quyu.apps.performance.selectors.cuts import cut
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.tree import node_sums
from quyu.apps.targets.models import PolicyRule
from quyu.apps.targets.selectors.freezing import freeze
from quyu.apps.targets.selectors.monitored import watched_rules
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.test_bridge import sheet
from tests.apps.performance.test_measures_page import record_facts
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ORD7")]
EVERYTHING = Reach(is_everything=True, territory_codes=())


def receipt(number: str, day: date, fen: int, customer: str, order: str | None = None) -> dict[str, object]:
    return {
        "document_no": number, "line_no": "1", "received_on": day, "customer_code": customer,
        "amount_fen": fen, "order_no": order,
    }  # fmt: skip


def shipment(number: str, day: date, fen: int, customer: str, order: str | None = None) -> dict[str, object]:
    return {
        "document_no": number, "line_no": "1", "shipped_on": day, "customer_code": customer,
        "amount_fen": fen, "quantity_milli": 1_000, "order_no": order,
    }  # fmt: skip


@pytest.fixture
def paid(trading: Trading) -> Trading:
    """C1 has paid its oldest orders, C2 nothing, C3 more than it was sold; nobody's C9 paid for its one order."""
    record_facts(
        "receipt",
        [
            receipt("K1", date(2025, 9, 1), 700 * WAN, "C1"),
            receipt("K2", date(2026, 4, 1), 150 * WAN, "C1", "ORD-A3"),
            receipt("K3", date(2026, 6, 1), 45 * WAN, "C3"),
            receipt("K4", date(2026, 6, 14), 7 * WAN, "C9"),
        ],
        "a",
    )
    return trading


def the_ledger() -> Ledger:
    found = ledger()
    assert found is not None
    return found


def nodes(on: date) -> dict[str, owing.Owing]:
    axes = freeze(year=2026, at=on)
    own = owing.own_by_node(axes, the_ledger(), on, directory().unit_of_territory)
    return node_sums(axes, own, owing.Owing())


def test_without_a_day_of_delivery_orders_are_owed_from_the_day_they_were_ordered(paid: Trading) -> None:
    book = the_ledger()
    found = nodes(date(2026, 6, 14))
    root = freeze(year=2026, at=TODAY).tree.root

    assert (book.is_by_order, book.last) == (True, date(2026, 6, 14))
    whole = found[root]
    assert whole.owed == (1_000 - 700 + 50 + 300) * WAN
    assert whole.by_bucket == (50 * WAN, 0, 300 * WAN, 0, 300 * WAN), "ORD-A2 is left of 2025, A3 was named"
    assert whole.prepaid == 15 * WAN
    assert whole.delivered == (900 + 150 + 50 + 300 + 40 - 10 + 7) * WAN
    assert whole.days == 365
    assert whole.outstanding_days == round(650 / 1_437 * 365)
    assert whole.aged_bp == round(300 / 650 * 10_000)


def test_each_region_has_its_own_and_they_add_up(paid: Trading) -> None:
    axes = freeze(year=2026, at=TODAY)
    found = nodes(date(2026, 6, 14))

    names = {axes.name(code): one for code, one in found.items()}
    assert names["江苏"].owed == 650 * WAN
    assert (names["广东"].owed, names["广东"].outstanding_days) == (0, 0)
    assert names["广东"].prepaid == 15 * WAN
    for code in axes.regions:
        below = sum((found[child].net for child in axes.tree.children(code)), 0)
        assert axes.tree.is_leaf(code) or found[code].net == below
    assert found[axes.tree.root].net == (1_537 - 902) * WAN


def test_shipments_stand_for_orders_from_their_first_month_on(paid: Trading) -> None:
    shipped = [
        {**line("OLD", date(2026, 3, 1), 20 * WAN, customer="C2"), "shipped_on": date(2026, 3, 4)},
        {**line("LATE", date(2026, 4, 20), 5 * WAN, customer="C2"), "shipped_on": date(2026, 5, 2)},
    ]
    services.record_orders(
        order_lines(*shipped), file_name="s.csv", source_sha256="5" * 64, actor=None, at=AT
    )
    assert the_ledger().owed(date(2026, 6, 14)).items.by_customer().sum() == 25 * WAN, (
        "nothing else was shipped"
    )

    record_facts("shipment", [shipment("D1", date(2026, 5, 9), 8 * WAN, "C2", "LATE")], "s")
    found = the_ledger()
    items = found.owed(date(2026, 6, 14)).items
    assert [found.documents[number] for number in items.document] == ["OLD", "LATE"]
    assert items.amount.tolist() == [20 * WAN, 8 * WAN]


def test_an_import_taken_back_is_not_owed_and_no_money_at_all_is_no_figure(paid: Trading) -> None:
    batch = Batch.objects.get(kind="receipt")
    services.reverse(batch=batch, reason="重复", actor=None, at=AT)

    assert receivables.ledger() is None
    assert watched_rules(everything(), today=TODAY)["R3"].value is None


def test_the_metric_of_a_month_is_that_of_its_last_day(paid: Trading) -> None:
    days = date(2026, 1, 1), date(2026, 6, 15)
    found = cut("days_sales_outstanding", "month", "province", EVERYTHING, directory(), days=days)

    axes = freeze(year=2026, at=TODAY)
    for month, on in (("2026-04", date(2026, 4, 30)), ("2026-06", date(2026, 6, 14))):
        by_node = nodes(on)
        assert found.row_totals[month] == by_node[axes.tree.root].outstanding_days
        told = {axes.name(code): one.outstanding_days for code, one in by_node.items()}
        by_unit = {unit: days for (row, unit), days in found.cells.items() if row == month and unit}
        assert by_unit == {unit: told[unit] for unit in by_unit}
        assert "江苏" in by_unit
    old = cut("aged_share", "month", "province", EVERYTHING, directory(), days=days)
    assert old.row_totals["2026-06"] == round(300 / 650 * 10_000)


def test_the_rule_of_the_pack_is_watched_from_data(paid: Trading) -> None:
    PolicyRule.objects.filter(code="R3").update(threshold=100, level="region")
    found = watched_rules(everything(), today=TODAY)["R3"]

    assert (found.value, found.is_met) == (round(650 / 1_437 * 365), False)
    assert "江苏" in found.behind
    assert "广东" not in found.behind
    mine = watched_rules(scope_of(paid.company.boss, at=TODAY), today=TODAY)["R3"]
    assert (mine.name, mine.value) == ("江苏", round(650 / 1_400 * 365))


def test_levels_are_known_to_the_regions() -> None:
    assert set(owing.LEVELS) == {metric.id for metric in METRICS.values() if metric.is_level}


def test_the_page_adds_up_and_leads_to_every_document(paid: Trading) -> None:
    client = client_of(paid.company.director)
    text = client.get(reverse("performance-receivables")).text

    assert "截至 2026-06-14 日终" in text
    assert "应收从下单日期算起" in text
    for told in ("650.00", "165 天", "15.00", "苏南商贸", "ORD-A5"):
        assert told in text
    shown = f"期初净额 {fmt(1_000 - 700)} ＋ 发货 {fmt(537)} － 回款 {fmt(202)} ＝ 期末净额 {fmt(635)}"
    assert shown in text
    documents = client.get(reverse("performance-receivable", args=["C1"])).text
    assert "ORD-A2" in documents
    assert "3,000,000.00" in documents
    assert "ORD-A3" not in documents, "the receipt named it"
    earlier = client.get(reverse("performance-receivables") + "?on=2026-03-31").text
    assert "457.00" in earlier, "A2 left 300, A3 150, C9 7; C2 had ordered nothing yet"


def fmt(wan: int) -> str:
    return f"{wan:,.2f}"


def test_a_day_to_come_or_no_day_is_not_found_and_a_later_day_warns(paid: Trading) -> None:
    client = client_of(paid.company.director)
    assert client.get(reverse("performance-receivables") + "?on=2027-01-01").status_code == 404
    assert client.get(reverse("performance-receivables") + "?on=x").status_code == 404
    later = client.get(reverse("performance-receivables") + "?on=2026-06-15").text
    assert "回款只导入到 2026-06-14" in later


def test_a_reader_sees_his_own_part_and_no_other_customer(paid: Trading) -> None:
    company = paid.company
    mine = client_of(company.boss).get(reverse("performance-receivables")).text
    assert "苏南商贸" in mine
    assert f"{reverse('performance-receivables')}C9/" not in mine, (
        "a customer of others is neither named nor led to"
    )
    assert "粤东" not in mine
    for account, code, status in (
        (company.boss, "C1", 200),
        (company.boss, "C3", 404),
        (company.stranger, "C1", 403),
    ):
        page = client_of(account).get(reverse("performance-receivable", args=[code]))
        assert page.status_code == status, (account, code)
    root = freeze(year=2026, at=TODAY).tree.root
    above = client_of(company.boss).get(reverse("performance-receivables") + f"?region={root}")
    assert above.status_code == 404


def test_what_is_exported_is_what_is_shown(paid: Trading) -> None:
    client = client_of(paid.company.director)
    nodes_told = sheet(client.get(reverse("performance-receivables") + "?export=nodes"))
    assert nodes_told[1][2] == 6_500_000
    assert sum(nodes_told[1][3:8]) == 6_500_000  # type: ignore[arg-type]
    debtors = sheet(client.get(reverse("performance-receivables") + "?export=debtors"))
    assert [row[0] for row in debtors[1:]] == ["C1", "C2"]
    assert [row[2] for row in debtors[1:]] == [3_500_000, 3_000_000]
    documents = sheet(client.get(reverse("performance-receivable", args=["C1"]) + "?export=xlsx"))
    assert [(row[0], row[4]) for row in documents[1:]] == [("ORD-A2", 3_000_000), ("ORD-A4", 500_000)]


def test_without_receipts_the_page_tells_how_to_import_them(trading: Trading) -> None:
    for name, arguments in (("performance-receivables", []), ("performance-receivable", ["C1"])):
        page = client_of(trading.company.director).get(reverse(name, args=arguments))
        assert page.status_code == 200
        assert "quyu import receipts" in page.text


def test_receipts_that_begin_long_after_the_deliveries_are_told(trading: Trading) -> None:
    """What was paid before is not on file, so too much seems to be owed."""
    client, address = client_of(trading.company.director), reverse("performance-receivables")
    record_facts("receipt", [receipt("K1", date(2026, 6, 1), WAN, "C1")], "a")

    text = client.get(address).text
    assert "回款不全" in text
    assert "回款从 2026-06-01 起才有" in text

    soon = the_ledger().first + timedelta(receivables.LONGEST_WAIT)
    record_facts("receipt", [receipt("K0", soon, WAN, "C1")], "b")
    assert "回款不全" not in client.get(address).text


@pytest.fixture
def termed(paid: Trading) -> Trading:
    """C1 has 60 days, C2 none agreed, C3 pays at once."""
    for code, days in (("C1", 60), ("C3", 0)):
        Customer.objects.filter(code=code).update(payment_days=days)
    return paid


def test_what_is_past_its_term_is_overdue_by_node_and_nothing_is_guessed(termed: Trading) -> None:
    """ORD-A2 of 300 is 348 days old, ORD-A4 of 50 two days; C2's 300 have no term."""
    axes = freeze(year=2026, at=TODAY)
    names = {axes.name(code): one for code, one in nodes(date(2026, 6, 14)).items()}

    whole = names["江苏"]
    assert (whole.overdue, whole.termed, whole.untermed) == (300 * WAN, 350 * WAN, 300 * WAN)
    assert (whole.longest, whole.overdue_bp) == (348 - 60, round(300 / 350 * 10_000))
    assert (names["苏北"].overdue, names["苏北"].overdue_bp) == (0, None)
    assert names["广东"].overdue_bp is None, "nothing is owed"
    found = cut(
        "overdue_share", "month", "province", EVERYTHING, directory(),
        days=(date(2026, 6, 1), date(2026, 6, 15)),
    )  # fmt: skip
    assert found.row_totals["2026-06"] == whole.overdue_bp
    Customer.objects.update(payment_days=None)
    assert nodes(date(2026, 6, 14))[axes.tree.root].overdue_bp is None


def test_pages_and_files_tell_what_is_overdue_and_who_has_no_term(termed: Trading) -> None:
    client = client_of(termed.company.director)
    address = reverse("performance-receivables")

    text = client.get(address).text
    assert "逾期率 85.71%，最长 288 天" in text
    assert "另有 300.00 万元应收的客户没有填账期" in text
    told = sheet(client.get(address + "?export=nodes"))[1]
    assert told[-4:] == [3_000_000, 0.8571, 288, 3_000_000]
    debtors = {row[0]: row[-3:] for row in sheet(client.get(address + "?export=debtors"))[1:]}
    assert debtors == {"C1": [60, 3_000_000, 288], "C2": ["", "", ""]}
    one = reverse("performance-receivable", args=["C1"])
    assert "账期 60 天，最长逾期 288 天" in client.get(one).text
    documents = {row[0]: row[-1] for row in sheet(client.get(one + "?export=xlsx"))[1:]}
    assert documents == {"ORD-A2": 288, "ORD-A4": 0}
    none = client.get(reverse("performance-receivable", args=["C2"])).text
    assert "客户档案里没有填账期，不判断逾期" in none
    Customer.objects.update(payment_days=None)
    assert "欠款的客户都没有填账期，不判断逾期" in client.get(address).text
