"""A unit too large for one territory: parts by customers that add up to it, kept as rules that own and attribute."""

import pytest
from django.urls import reverse

from quyu.apps.customers import sales
from quyu.apps.customers.division import owning, previewing, split_keeping, splitting, together
from quyu.apps.customers.models import Customer, RuleSet
from quyu.apps.territories import services
from quyu.apps.territories.selectors import standing as standings
from quyu.platform.audit.models import Decision
from tests.apps.customers.division.conftest import customer, publish, rule_set
from tests.people import TODAY, client_of

AMOUNTS = {"B1": 900_00, "B2": 800_00, "B3": 700_00, "B4": 600_00, "B5": 100_00}


@pytest.fixture
def heavy(divided, monkeypatch):
    """J11 sells 3,200 yuan by five customers and 50 by nobody; every other unit of 江苏 100."""
    standings._kept.clear()
    for code in AMOUNTS:
        customer(code, "J11")
    Customer.objects.filter(code="C1").delete()
    monkeypatch.setattr(
        sales, "year_before", lambda _day: {(code, "TEA"): fen for code, fen in AMOUNTS.items()}
    )
    monkeypatch.setattr(previewing.sales, "year_before", sales.year_before)
    values = dict.fromkeys(
        ("J12", "J13", "J14", "J21", "J22", "J23", "J24", "J31", "J32", "J33", "J34"), 10000
    )
    services.record_figures(
        measure="amount", values=values | {"J11": sum(AMOUNTS.values()) + 50_00, "JC": 0}, period_end=TODAY
    )
    services.record_figures(
        measure="customers", values=dict.fromkeys(values, 1) | {"J11": 5, "JC": 0}, period_end=TODAY
    )
    draft = services.create_draft(
        based_on=divided.site.active, name="草案", actor=divided.site.company.operations, at=TODAY
    )
    return divided, draft


def ask(heavy, do="try", name="operations", **fields):
    divided, draft = heavy
    url = reverse("alignment-split", args=[draft.pk])
    sent = {"unit": "J11", "side": ["苏北"], "do": do, **fields}
    return client_of(getattr(divided.site.company, name)).post(url, sent, follow=True)


def found(heavy):
    divided, draft = heavy
    return splitting.split(draft, divided.site.unit("J11"), [divided.site.company.subei], TODAY)


@pytest.mark.capability("TER6", "ORG3")
def test_the_parts_add_up_to_the_unit_and_bring_both_sides_nearer_to_the_mean(heavy):
    said = found(heavy)
    assert said.amount_fen == sum(part.amount_fen for part in said.parts) == sum(AMOUNTS.values()) + 50_00
    assert said.unnamed_fen == 50_00
    assert sum(part.customers for part in said.parts) == sum(p.customers_before for p in said.parts) == 5
    holder, other = said.parts
    assert holder.territory.code == "苏南"
    assert other.amount_before == 0
    for part in said.parts:
        amount = part.levels[0]
        assert abs(amount.after_bp) < abs(amount.before_bp)
        assert abs(amount.after_bp) <= amount.tolerance_bp
    assert sum(part.levels[0].before for part in said.parts) == sum(p.levels[0].after for p in said.parts)
    assert set(said.plan["苏北"]) == {move.code for move in said.moves}
    assert found(heavy).digest == said.digest


@pytest.mark.capability("TER6", "ORG3")
def test_kept_as_rules_every_customer_has_one_owner_and_the_rest_goes_with_the_map(heavy):
    divided, draft = heavy
    said = found(heavy)
    page = ask(heavy).content.decode()
    assert said.digest in page
    answer = ask(heavy, "keep", digest=said.digest).content.decode()
    assert "已按客户拆分" in answer
    [made] = split_keeping.rule_sets_of(draft)
    [rule] = made.rules.all()
    assert (rule.territory.code, rule.split_unit.code) == ("苏北", "J11")
    assert set(rule.condition["customer"]) == set(said.plan["苏北"])
    assert Decision.objects.filter(verb="split", subject_id=made.pk).exists()
    publish(made, TODAY, actor=divided.site.company.operations)
    for code in AMOUNTS:
        side = "苏北" if code in said.plan["苏北"] else "苏南"
        assert owning.owner_of(divided.customer(code), None, TODAY).territory.code == side
        assert owning.owner_of(divided.customer(code), divided.tea, TODAY).territory.code == side
    customer("B9", "J11")
    assert owning.owner_of(divided.customer("B9"), None, TODAY).territory.code == "苏南"
    faults = owning.faults(Customer.objects.filter(code__in=AMOUNTS), first=TODAY, last=None)
    assert [fault for fault in faults if fault.kind != owning.VACANT] == []


@pytest.mark.capability("TER6")
def test_split_again_or_dropped_leaves_the_other_rules_as_they_were(heavy):
    divided, draft = heavy
    own = publish(
        rule_set(({"industry": ["餐饮"]}, divided.snack, divided.snacks)),
        TODAY,
        actor=divided.site.company.operations,
    )
    ask(heavy, "keep", digest=found(heavy).digest)
    ask(heavy, "keep", digest=found(heavy).digest)
    [made] = split_keeping.rule_sets_of(draft)
    assert made.based_on == own
    rows = list(made.rules.order_by("position").values_list("position", "territory__code"))
    assert rows == [(1, "休食组"), (2, "苏北")]
    page = client_of(divided.site.company.operations).get(reverse("alignment-splits", args=[draft.pk]))
    assert "不拆了" in page.content.decode()
    url = reverse("alignment-split-drop", args=[draft.pk])
    client_of(divided.site.company.operations).post(url, {"unit": "J11"})
    assert [row.territory.code for row in made.rules.all()] == ["休食组"]
    assert Decision.objects.filter(verb="unsplit").count() == 1


def test_what_changed_since_is_refused_and_bad_questions_are_answered(heavy):
    _divided, draft = heavy
    digest = found(heavy).digest
    Customer.objects.filter(code="B5").update(closed_on=TODAY)
    assert "没有写入" in ask(heavy, "keep", digest=digest).content.decode()
    assert not RuleSet.objects.exists()
    assert "请至少选一个另外的销售区域" in ask(heavy, side=[]).content.decode()
    assert "能拆分的客户只有 0 家" in ask(heavy, unit="J12").content.decode()
    assert ask(heavy, unit="NOPE").status_code == 404
    type(draft).objects.filter(pk=draft.pk).update(state="submitted")
    assert "不能拆分单元" in ask(heavy, "keep", digest=found(heavy).digest).content.decode()
    assert not RuleSet.objects.exists()


def test_the_heavy_units_are_named_and_only_the_whole_company_splits(heavy):
    divided, draft = heavy
    url = reverse("alignment-splits", args=[draft.pk])
    page = client_of(divided.site.company.operations).get(url + "?q=J13").content.decode()
    assert "比一个区域还重" in page
    assert "J13县" in page
    first = splitting.heavy_units(draft)[0]
    assert (first.unit.code, first.is_over) == ("J11", True)
    map_page = client_of(divided.site.company.operations).get(reverse("alignment", args=[draft.pk]))
    assert url in map_page.content.decode()
    for name in ("boss", "owner", "stranger"):
        assert client_of(getattr(divided.site.company, name)).get(url).status_code == 403
        assert ask(heavy, "keep", name=name, digest=found(heavy).digest).status_code == 403
    assert not RuleSet.objects.exists()


@pytest.mark.capability("TER6", "TER9")
def test_rules_of_a_split_never_begin_before_their_map_and_are_not_forgotten_behind_it(heavy):
    divided, draft = heavy
    operations = divided.site.company.operations
    services.move_units(
        alignment=draft, units=[divided.site.unit("J13")], territory=divided.site.company.sunan,
        expected_version=draft.version, actor=operations, at=TODAY,
    )  # fmt: skip
    draft.refresh_from_db()
    assert "已按客户拆分" in ask(heavy, "keep", digest=found(heavy).digest).content.decode()
    [made] = split_keeping.rule_sets_of(draft)
    with pytest.raises(together.BeforeItsMap, match="请先给那个区域方案定生效日"):
        publish(made, TODAY, actor=operations)
    address = reverse("alignment", args=[draft.pk])
    assert "这个方案拆分了单元" not in client_of(operations).get(address).content.decode()
    type(draft).objects.filter(pk=draft.pk).update(state="approved")
    july = TODAY.replace(month=7)
    services.activate(alignment=draft, valid_from=july, actor=operations, at=TODAY)
    assert "这个方案拆分了单元" in client_of(operations).get(address).content.decode()
    assert "这个方案拆分了单元" not in client_of(divided.site.company.boss).get(address).content.decode()
    with pytest.raises(together.BeforeItsMap, match="不能早于它的生效日"):
        publish(made, TODAY, actor=operations)
    publish(made, july, actor=operations)
    assert "这个方案拆分了单元" not in client_of(operations).get(address).content.decode()
