"""What the grid says: units of measures that are no money, and figures beside that are nowhere."""

import pytest

from quyu.apps.targets import expressions, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import Plan, PlanVersion
from quyu.engine.allocation.problem import LIMIT
from quyu.kernel.money import format_yuan
from tests.apps.targets.plans import edit, make_plan
from tests.apps.targets.test_grid import at, fen, get, post
from tests.people import Company


@pytest.fixture
def draft(company: Company) -> PlanVersion:
    return make_plan(company)


@pytest.mark.django_db
@pytest.mark.capability("TGT1")
def test_a_plan_in_pieces_speaks_of_pieces_everywhere(company: Company, draft: PlanVersion) -> None:
    Plan.objects.update(measure="quantity")
    node = at("T:苏南", "2027-01")
    now = post(company, "boss", draft, "cells", version=draft.version, **(node | {"value": "1.2万"}))
    assert fen(draft, "T:苏南", "2027-01") == 12_000_000
    version = now.json()["piece"]["version"]
    post(company, "boss", draft, "lock", reason="已签约", **node)
    stale = at("T:苏北", "2027-01", value="5")
    edit(draft, company.operations, "T:苏北", "2027-01", 3_000)

    said = [
        post(company, "boss", draft, "cells", version=version, **(node | {"value": "5"})).json()["message"],
        post(company, "boss", draft, "cells", version=draft.version, **stale).json()["message"],
        get(company, "boss", draft, "why", **node).content.decode(),
        get(company, "boss", draft, "outlook", **at("T:苏北", "2027-01", rule="total")).json()["sentence"],
        get(company, "boss", draft, "version").content.decode().split("grid-texts")[0],
    ]

    assert "不能改为 5 件：其中已锁定 12,000 件，可填范围为 12,000 件 至" in said[0]
    assert "现在是 3 件" in said[1]
    assert "12,000 件" in said[2]
    assert " 件，差额" in said[3]
    for text in said:
        assert " 元" not in text
        assert "万元" not in text
    refused = post(company, "boss", draft, "cells", version=version, **at("T:苏北", "2027-02", value="300元"))
    assert refused.status_code == 422
    assert refused.json()["code"] == "not_a_value"


@pytest.mark.django_db
@pytest.mark.capability("TGT1")
def test_a_plan_made_from_sales_by_a_price_names_its_base_in_money(
    company: Company, draft: PlanVersion
) -> None:
    Plan.objects.update(measure="quantity")
    PlanVersion.objects.update(method={"derived_from": "amount", "rate": 2_000})

    why = get(company, "boss", draft, "why", **at("T:苏南", "2027")).content.decode()

    assert "由“销售额”按比例推出，那时这里是 " in why
    base = store.load(draft, "base")[Axes.from_json(draft.axes).block(Node("T:苏南", "2027"))]
    assert f"{format_yuan(int(base.sum()))} 元" in why
    assert "基数由哪几部分" not in why


@pytest.mark.django_db
def test_a_figure_beside_that_is_nowhere_is_answered_all_the_same(
    company: Company, draft: PlanVersion
) -> None:
    piece = get(company, "boss", draft, "piece", r="0-9", c="0", side="published,measure:receipts").json()

    nothing = [None] * len(piece["rows"])
    assert piece["side"] == {"published": nothing, "measure:receipts": nothing}
    assert "生效版本" not in get(company, "boss", draft, "version").content.decode()


@pytest.mark.django_db
def test_a_number_that_no_division_can_carry_is_called_too_large(
    company: Company, draft: PlanVersion
) -> None:
    assert expressions.LARGEST == LIMIT
    for value in ("9000000000000", "99999999999999999999", "+100%"):
        Plan.objects.update(measure="amount")
        if value == "+100%":
            edit(draft, company.operations, "T:苏南", "2027-01", 6 * 10**17)
        refused = post(
            company, "boss", draft, "cells", version=PlanVersion.objects.get().version,
            **at("T:苏南", "2027-01", value=value),
        )  # fmt: skip
        assert (refused.status_code, refused.json()["code"]) == (422, "out_of_range")
