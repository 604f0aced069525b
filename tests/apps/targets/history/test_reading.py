"""History read by any coordinates, cleaned of what the orders say, and laid on the cells of a plan."""

from datetime import date

import numpy as np
import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services as performance
from quyu.apps.targets import sales, selectors, services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import RuleKind
from quyu.apps.targets.models import ExcludedOrder, Operation, PlanVersion, PolicyRule
from quyu.apps.targets.selectors.measures import implied
from quyu.apps.targets.selectors.rebuilding import rebuilt
from quyu.apps.targets.selectors.regions import potential_sums, strategic_codes
from quyu.apps.targets.selectors.rules import share_findings
from quyu.apps.targets.services.baseline.blend import Weights
from quyu.apps.targets.services.baseline.series import NoHistory
from quyu.apps.targets.services.baseline.stages import PARTS
from quyu.apps.targets.services.drafting import NoReason, NotOneOff
from quyu.apps.targets.services.history import cleaning, drafts
from quyu.apps.targets.services.history.basis import BY_LINE, BY_REGION, TYPED, Basis, Exclusion
from quyu.apps.targets.services.history.drafts import Prepared, UnknownGrowth
from quyu.apps.targets.services.measures import add_by_rate
from quyu.apps.targets.sums import leaf_sums
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.geography.models import BasicUnit, MarketFigure
from tests import factories
from tests.apps.targets.history.conftest import MONTHLY, PROJECT, TODAY, YUAN
from tests.apps.targets.plans import AT, scope
from tests.people import START, Company, client_of
from tests.platform.facts.lines import line, order_lines

pytestmark = pytest.mark.django_db
FLAT = {"growth_by": TYPED, "growth_bp": 0}
PROJECT_KEY = sales.OrderKey("PROJECT-1", "C1", "TEA")


def prepare(**chosen: object) -> Prepared:
    return drafts.prepare(Basis(2027, **{**FLAT, **chosen}), at=TODAY)  # type: ignore[arg-type]


def made(company: Company, basis: Basis, total: int | None = None) -> PlanVersion:
    return services.draft_from_basis(basis=basis, name="2027", total=total, actor=company.operations, at=AT)


@pytest.mark.capability("TGT4")
@pytest.mark.parametrize("is_restated", [False, True])
def test_returns_are_netted_and_open_months_estimated(selling: Company, is_restated: bool) -> None:
    prepared = prepare(is_restated=is_restated)

    parts = {name: int(cells.sum()) for name, cells in prepared.parts().items()}
    sold = 5 * sum(MONTHLY.values()) + PROJECT + 3 * 20_000 * YUAN - 10_000 * YUAN
    assert parts["recorded"] == sold
    before = 5 * sum(MONTHLY.values())
    open_before = 7 * sum(MONTHLY.values()) + 3 * 20_000 * YUAN
    assert parts["open"] == pytest.approx(open_before * sold / before, abs=100)
    assert prepared.cleaned.closed == 5
    assert prepared.cleaned.years == (2024, 2025, 2026)


@pytest.mark.parametrize(
    ("year", "at", "last", "closed"),
    [
        (2028, TODAY, 2026, 5),  # the year before it has not begun
        (2026, TODAY, 2025, 12),
        (2027, date(2026, 1, 20), 2025, 12),  # no month of the year before it has ended
        (2027, date(2027, 3, 10), 2026, 5),  # nothing was imported after May
        (2028, date(2027, 3, 10), 2026, 5),
    ],
)
def test_the_last_year_is_one_that_was_sold_in(
    selling: Company, year: int, at: date, last: int, closed: int
) -> None:
    history = drafts.prepare(Basis(year, **FLAT), at=at).past.series  # type: ignore[arg-type]

    assert (history.years[-1], history.closed) == (last, closed)


@pytest.mark.parametrize(
    ("year", "at", "code", "said"),
    [
        (2031, date(2030, 11, 1), "history_too_old", "如 2027 年"),
        (2024, TODAY, "history_missing", "在 2024 年"),
    ],
)
def test_a_year_without_history_is_told_which_years_have_one(
    selling: Company, year: int, at: date, code: str, said: str
) -> None:
    with pytest.raises(NoHistory, match=said) as refused:
        drafts.prepare(Basis(year), at=at)
    assert refused.value.code == code


def test_sales_outside_every_territory_are_not_said_to_be_missing(selling: Company) -> None:
    Customer.objects.update(territory_override=None)
    performance.refresh_ownership(at=AT)

    with pytest.raises(NoHistory, match="销售区域") as refused:
        prepare()
    assert refused.value.code == "history_unplaced"

    client = client_of(selling.operations)
    client.post(reverse("target-create"), {"name": "2027", "year": "2027", "measure": "amount", "go": "next"})
    page = client.get(reverse("target-create-step", args=["history"])).content.decode()
    assert "去划分销售区域" in page
    assert "去导入订单" not in page


@pytest.mark.capability("TGT4")
def test_the_project_is_found_and_left_out_with_a_reason(selling: Company) -> None:
    found = cleaning.proposals(Basis(2027), prepare().past)

    assert [proposal.key for proposal in found] == [PROJECT_KEY]
    assert found[0].order.customer_median == MONTHLY["C1"]
    assert found[0].multiple == 9

    version = made(selling, Basis(2027, excluded=(Exclusion(PROJECT_KEY, "工程团购，明年没有"),), **FLAT))  # type: ignore[arg-type]

    row = ExcludedOrder.objects.get()
    assert (row.order_no, row.value, row.reason) == ("PROJECT-1", PROJECT, "工程团购，明年没有")
    assert row.excluded_by == selling.operations
    assert store.load(version, "one_off").min() == -PROJECT


def test_an_order_is_left_out_only_with_a_reason_and_only_by_the_rule(selling: Company) -> None:
    with pytest.raises(NoReason):
        made(selling, Basis(2027, excluded=(Exclusion(PROJECT_KEY, " "),)))
    usual = sales.OrderKey("C1-202604", "C1", "TEA")
    with pytest.raises(NotOneOff):
        made(selling, Basis(2027, excluded=(Exclusion(usual, "不想要"),)))
    assert not PlanVersion.objects.exists()


def test_new_and_lost_customers_are_told_and_counted(selling: Company) -> None:
    prepared = prepare(takes_new=True, takes_lost=True)

    assert prepared.turnover is not None
    assert (prepared.turnover.new_count, prepared.turnover.lost_count) == (1, 1)
    parts = {name: int(cells.sum()) for name, cells in prepared.parts().items()}
    assert parts["new"] == 2 * 20_000 * YUAN
    assert parts["lost"] == pytest.approx(-3 * 20_000 * YUAN * prepared.made.pace, abs=100)


def test_an_order_that_was_taken_back_makes_no_customer_an_old_one(selling: Company) -> None:
    mistake = order_lines(line("C4-WRONG", date(2024, 2, 1), 20_000 * YUAN, customer="C4"))
    batch = performance.record_orders(mistake, file_name="b.csv", source_sha256="b" * 64, actor=None, at=AT)
    performance.reverse(batch=batch, reason="日期有误", actor=None, at=AT)

    prepared = prepare(takes_new=True)

    assert prepared.turnover is not None
    assert prepared.turnover.new_count == 1


@pytest.mark.capability("TGT4")
def test_what_a_version_keeps_adds_up_in_every_cell(selling: Company) -> None:
    basis = Basis(
        2027, takes_new=True, extras=("channel", "tier"), growth_by=BY_LINE, growth_of={"SNACK": 2_000}
    )

    version = made(selling, basis, total=123_456_789)

    base = store.load(version, store.BASE)
    assert np.array_equal(sum(store.load(version, part) for part in PARTS), base)
    assert store.load(version).sum() == 123_456_789
    assert selectors.certificate(version).violations == 0


@pytest.mark.capability("DEC4", "DEC6")
def test_cells_are_what_was_sold_and_one_for_every_territory_and_line(selling: Company) -> None:
    axes = prepare(extras=("channel", "tier")).past.axes

    sold = {("苏南", "TEA"): {("DIST", "a"), ("KA", "b"), ("*", "b")}, ("苏北", "SNACK"): {("DIST", "b")}}
    for (name, product_line), wanted in sold.items():
        block = axes.block(Node(f"T:{Territory.objects.get(name=name).code}", "2027-01", product_line))
        found = {
            tuple(axes.cell(int(place)).others[n][1] for n in (0, 1)) for place in np.arange(axes.size)[block]
        }
        assert wanted <= found
    cells = {(cell.region, cell.product_line) for cell in (axes.cell(place) for place in range(axes.size))}
    assert len(cells) == 3 * 2


@pytest.mark.capability("DEC5", "DEC6")
def test_products_and_key_accounts_are_dimensions_too(selling: Company) -> None:
    axes = prepare(extras=("product", "customer")).past.axes

    assert set(axes.product.leaves) == {"P:P1", "P:P2"}
    assert axes.line_name("P:P1") == "茶饮料一号"
    assert axes.dimension("customer").leaves == ("C3", "*")
    block = axes.block(Node(axes.tree.root, "2027", "TEA", (("customer", "C3"),)))
    base = prepare(extras=("product", "customer"))
    assert base.past.cells(base.made.cells)[block].sum() == pytest.approx(
        12 * MONTHLY["C3"] * base.made.pace, rel=0.6
    )


@pytest.mark.capability("DEC7")
def test_potential_moves_level_between_territories(selling: Company) -> None:
    alignment = Alignment.objects.create(
        name="现行", state=AlignmentState.ACTIVE, valid_from=START, created_at=AT
    )
    for number, (territory, value) in enumerate(((selling.sunan, 1_000), (selling.subei, 3_000))):
        unit = BasicUnit.objects.create(code=f"U{number}", name=f"县{number}", level="county")
        AlignmentUnit.objects.create(alignment=alignment, unit=unit, territory=territory)
        MarketFigure.objects.create(unit=unit, measure="potential", as_of=TODAY, value=value)

    prepared = prepare(weights=Weights(0, 10_000, 0), potential="potential")

    by_territory = prepared.past.series.grouped(prepared.made.cells.sum(axis=1))
    names = [prepared.past.axes.name(code) for code in prepared.past.axes.leaves]
    south, north = (by_territory[names.index(name)].sum() for name in ("苏南", "苏北"))
    assert north / south == pytest.approx(3, rel=1e-3)
    assert prepared.index_bp[names.index("苏南")] < 10_000 < prepared.index_bp[names.index("苏北")]  # type: ignore[operator]
    whole = potential_sums(prepared.past.axes, TODAY)
    assert whole["JS"] == 4_000
    assert whole["GD"] == whole["HQ"] == 0, "nobody knows that of 粤东"


@pytest.mark.capability("TGT10")
def test_products_of_a_plan_are_strategic_by_themselves_or_by_their_line(selling: Company) -> None:
    Product.objects.filter(code="P2").update(is_strategic=True)
    by_line, by_product = (prepare(extras=extras).past.axes for extras in ((), ("product",)))

    assert strategic_codes(by_line) == frozenset()
    assert strategic_codes(by_product) == {"P:P2"}
    ProductLine.objects.filter(code="TEA").update(is_strategic=True)
    assert strategic_codes(by_line) == {"TEA"}
    assert strategic_codes(by_product) == {"P:P1", "P:P2"}


def test_growth_of_a_region_holds_below_it_and_nowhere_else(selling: Company) -> None:
    plain, grown = prepare(), prepare(growth_by=BY_REGION, growth_bp=0, growth_of={"JS": 1_000})

    factors = [
        float(one / other)
        for one, other in zip(
            grown.past.series.grouped(grown.made.cells).sum(axis=(1, 2)),
            plain.past.series.grouped(plain.made.cells).sum(axis=(1, 2)),
            strict=True,
        )
    ]
    is_below = [grown.past.axes.tree.parent(code) == "JS" for code in grown.past.axes.leaves]
    assert factors == pytest.approx([1.1 if below else 1.0 for below in is_below], rel=1e-6)
    with pytest.raises(UnknownGrowth):
        prepare(growth_by=BY_REGION, growth_of={"NOWHERE": 1})


@pytest.mark.capability("TGT1")
@pytest.mark.parametrize(("measure", "recorded"), [("quantity", 5 * 3 * 1_000 + 5_000), ("new_customers", 1)])
def test_other_measures_are_read_from_the_same_orders(selling: Company, measure: str, recorded: int) -> None:
    prepared = prepare(measure=measure)

    assert prepared.parts()["recorded"].sum() == recorded


def test_measures_that_count_customers_have_no_product_lines(selling: Company) -> None:
    prepared = prepare(measure="new_customers")

    assert prepared.past.axes.lines == ("*",)
    version = services.draft_from_history(
        name="新客", year=2027, measure="new_customers", total_fen=30, actor=selling.operations, at=AT
    )
    assert store.load(version).sum() == 30


def test_a_new_territory_is_planned_from_its_neighbours(selling: Company) -> None:
    factories.territory("苏中", selling.jiangsu, valid_from=START)

    prepared = prepare()

    names = [prepared.past.axes.name(code) for code in prepared.past.axes.leaves]
    assert names.index("苏中") in prepared.made.without_history
    assert prepared.past.series.grouped(prepared.made.cells)[names.index("苏中")].sum() > 0


@pytest.mark.capability("TGT1")
@pytest.mark.parametrize("extras", [(), ("channel", "product")])
def test_a_measure_by_rate_has_the_last_year_that_its_plan_has(
    selling: Company, extras: tuple[str, ...]
) -> None:
    version = made(selling, Basis(2027, extras=extras))

    quantity = add_by_rate(
        plan_version=version, measure="quantity", rate=8_800, actor=selling.operations, at=AT
    )

    own = drafts.prepare(Basis(2027, measure="quantity", extras=extras), at=TODAY)
    assert store.load(quantity, store.LAST_YEAR).sum() == own.made.last_year.sum() > 0
    whole = implied(version, scope(selling.operations), at=TODAY)[0]
    assert whole.before == pytest.approx(
        store.load(version, store.LAST_YEAR).sum() * 1_000 / own.made.last_year.sum(), abs=1
    )


@pytest.mark.capability("TGT10", "B14")
@pytest.mark.parametrize("extras", [(), ("channel", "product")])
def test_a_first_draft_keeps_the_required_share_of_strategic_products(
    selling: Company, extras: tuple[str, ...]
) -> None:
    ProductLine.objects.filter(code="SNACK").update(is_strategic=True)
    PolicyRule.objects.filter(code="R1").update(threshold=4_000)

    version = made(selling, Basis(2027, extras=extras))

    axes, rule = Axes.from_json(version.axes), PolicyRule.objects.get(code="R1")
    assert list(Operation.objects.order_by("sequence").values_list("kind", flat=True)) == ["create", "share"]
    after, first = store.load(version), rebuilt(version, upto=1)
    raised = {finding.region for finding in share_findings(axes, first, rule) if finding.missing}
    left = set(Operation.objects.get(kind="share").detail.get("out_of_reach", ()))
    assert raised > left, "regions were short, and most could be raised"
    assert {one.region for one in share_findings(axes, after, rule) if one.missing} == left
    by_month = [leaf_sums(axes, cells, ("region", "period")) for cells in (first, after)]
    assert np.array_equal(*by_month), "every territory keeps its months"
    assert np.array_equal(rebuilt(version), after)


@pytest.mark.capability("TGT10")
def test_a_rule_that_is_no_constraint_leaves_the_draft_as_it_is(selling: Company) -> None:
    ProductLine.objects.filter(code="SNACK").update(is_strategic=True)
    PolicyRule.objects.filter(code="R1").update(threshold=9_000, kind=RuleKind.TARGET)

    made(selling, Basis(2027))

    assert [operation.kind for operation in Operation.objects.all()] == ["create"]
