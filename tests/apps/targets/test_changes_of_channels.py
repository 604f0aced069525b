"""A change names a node of any dimension the version has, as the grid does: only its cells change."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from quyu.apps.targets import services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import ChangeState, EditRule, Trigger
from quyu.apps.targets.models import PlanVersion, TargetChange
from quyu.apps.targets.node import UnknownNode
from quyu.apps.targets.selectors import freeze
from quyu.apps.targets.services import changes
from quyu.platform.approvals import services as approvals
from quyu.platform.catalog.models import ProductLine
from tests.apps.targets.plans import AT, TOTAL, publish, scope
from tests.apps.targets.test_lattice import five
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ1", "ADJ2")]
MIDYEAR = datetime(2027, 4, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def version(company: Company, settings: Any, tmp_path: Path) -> PlanVersion:
    """In force, by channel and tier as well."""
    settings.QUYU_HOME = tmp_path
    ProductLine.objects.create(code="HA", name="家电")
    axes = Axes(2027, (*freeze(year=2027, at=TODAY).dimensions, *five().others))
    base = np.random.default_rng(5).integers(1, 900_000, axes.shape, dtype=np.int64)
    made = services.create_plan(
        name="2027", year=2027, base=base, total_fen=TOTAL, actor=company.operations, at=AT, axes=axes
    )
    return publish(company, made)


def leaf_of(version: PlanVersion) -> tuple[tuple[str, str], ...]:
    dimension = Axes.from_json(version.axes).others[0]
    return ((dimension.code, dimension.leaves[0]),)


def test_only_the_cells_of_the_node_change(company: Company, version: PlanVersion) -> None:
    axes = Axes.from_json(version.axes)
    node = Node("GD", "2027", "", leaf_of(version))
    before = store.load_shaped(version, axes.shape)
    change = changes.open_change(
        plan_version=version, node=node, title="渠道政策", trigger=Trigger.POLICY, reason="返利调整",
        actor=company.operations, at=MIDYEAR, scope=scope(company.operations),
    )  # fmt: skip
    changes.add_evidence(change=change, text="文件", upload=None, actor=company.operations, at=MIDYEAR)
    wanted = int(before[axes.block(node)].sum()) + 12_345
    changes.analyse(
        change=change, value=wanted, rule=EditRule.PUSH_UP, first_month="2027-05", actor=company.operations,
        at=MIDYEAR,
    )  # fmt: skip
    approval = changes.submit(change=change, actor=company.operations, at=MIDYEAR)

    approvals.approve(approval=approval, actor=company.director, at=MIDYEAR)

    change.refresh_from_db()
    assert change.state == ChangeState.APPLIED
    assert change.result is not None
    after = store.load_shaped(change.result, axes.shape)
    assert int(after[axes.block(node)].sum()) == wanted
    inside = np.zeros(axes.size, np.bool_)
    inside[axes.block(node)] = True
    assert (after[~inside] == before[~inside]).all()
    past = axes.coordinate("period") < 4
    assert (after[past] == before[past]).all()


def test_the_form_offers_every_dimension(company: Company, version: PlanVersion, settings: Any) -> None:
    settings.QUYU_TODAY = "2027-04-10"
    client = client_of(company.operations)
    address = reverse("target-change-new")
    ((code, leaf),) = leaf_of(version)
    asked = {
        "version": version.pk,
        "title": "渠道",
        "trigger": "policy",
        "region": "GD",
        "period": "2027",
        "product_line": "",
        f"in_{code}": leaf,
        "reason": "返利",
    }

    assert f'name="in_{code}"' in client.get(address).content.decode()
    assert client.post(address, {**asked, f"in_{code}": "没有"}).status_code == 200
    assert not TargetChange.objects.exists()
    assert client.post(address, asked).status_code == 302

    made = TargetChange.objects.get()
    assert changes.node_of(made) == Node("GD", "2027", "", ((code, leaf),))
    page = client.get(reverse("target-change", args=[made.pk])).content.decode()
    assert Axes.from_json(version.axes).label(changes.node_of(made)) in page


def test_an_unknown_node_is_refused(company: Company, version: PlanVersion) -> None:
    for others in ((("channel", "没有"),), (("nowhere", "x"),)):
        with pytest.raises(UnknownNode):
            changes.open_change(
                plan_version=version, node=Node("GD", "2027", "", others), title="x", trigger=Trigger.POLICY,
                reason="x", actor=company.operations, at=MIDYEAR,
            )  # fmt: skip
