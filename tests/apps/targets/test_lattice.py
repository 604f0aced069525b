"""Cells over any number of dimensions, sparse or full, against sums made one cell at a time."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.axes import Axes, Node, UnknownNode, WrongShape
from quyu.apps.targets.dimension import (
    CHANNEL,
    TIER,
    Dimension,
    month_dimension,
    product_dimension,
    region_dimension,
)
from quyu.apps.targets.models import LatticeChunk, PlanVersion
from quyu.apps.targets.packing import pack, unpack
from quyu.apps.targets.sums import cube, leaf_sums, placed, region_sums, sums
from quyu.kernel.tree import Tree
from quyu.platform.catalog.models import ProductLine
from tests.apps.targets.plans import AT, scope
from tests.people import Company

REGIONS = {"HQ": None, "E": "HQ", "T:1": "E", "T:2": "E", "S": "HQ", "T:3": "S"}
CHANNELS = {"*": None, "线上": "*", "线下": "*", "商超": "线下", "便利": "线下"}
TIERS = {"全部": None, "A": "全部", "B": "全部"}


def five() -> Axes:
    """3 regions x 6 months x 2 lines x 3 channels x 2 tiers."""
    months = [f"2027-{month:02d}" for month in range(1, 7)]
    return Axes(
        2027,
        (
            region_dimension(Tree.from_parents(REGIONS), {"E": "华东"}, {}),
            month_dimension(2027, months),
            product_dimension({"HA": "家电", "FD": "食品"}),
            Dimension(CHANNEL, "渠道", Tree.from_parents(CHANNELS)),
            Dimension(TIER, "客户等级", Tree.from_parents(TIERS), {"A": "重点"}),
        ),
    )


def some_of(axes: Axes, seed: int, part: float) -> Axes:
    """The same dimensions with a random part of the cells, never none."""
    rows = axes.coordinates[np.random.default_rng(seed).random(axes.size) < part]
    return axes.with_cells(rows if len(rows) else axes.coordinates[:1])


def plainly(axes: Axes, cells: np.ndarray, node: Node) -> int:
    """The sum below a node, cell by cell, by the ancestors of its codes."""
    wanted, total = axes.codes(node), 0
    for place in range(axes.size):
        codes = axes.codes(axes.cell(place))
        total += int(cells[place]) * all(
            want in (code, *dimension.tree.ancestors(code))
            for dimension, code, want in zip(axes.dimensions, codes, wanted, strict=True)
        )
    return total


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**31), st.sampled_from([0.0, 0.3, 0.9, 1.0]), st.data())
def test_the_cells_below_any_node_are_found(seed: int, part: float, data: st.DataObject) -> None:
    axes = some_of(five(), seed, part)
    cells = np.random.default_rng(seed).integers(-9, 10**12, axes.shape)
    node = axes.node([data.draw(st.sampled_from(dimension.nodes)) for dimension in axes.dimensions])
    assert int(cells[axes.block(node)].sum()) == plainly(axes, cells, node)
    assert axes.count(node) == cells[axes.block(node)].size


@pytest.mark.parametrize("part", [0.2, 1.0])
def test_tables_of_sums_agree_with_the_nodes(part: float) -> None:
    axes = some_of(five(), 5, part)
    cells = np.random.default_rng(5).integers(0, 10**15, axes.shape)
    within = axes.node(["E", "2027", "*", "线下", "全部"])
    table = sums(axes, cells, rows=TIER, columns="period", within=within)
    for (row, tier), (column, period) in product(
        enumerate(axes.dimension(TIER).nodes), enumerate(axes.period.nodes)
    ):
        node = Node("E", period, "", tuple(sorted({CHANNEL: "线下", TIER: tier}.items() - {(TIER, "全部")})))
        assert table[row, column] == cells[axes.block(node)].sum()
    assert region_sums(axes, cells).tolist() == [
        int(cells[axes.block(Node(code, "2027"))].sum()) for code in axes.regions
    ]
    assert cube(axes, cells).shape == (3, 6, 2)
    flipped = leaf_sums(axes, cells, ("product", "region"))
    assert (flipped == cube(axes, cells).sum(axis=1).T).all()


def test_the_stored_form_comes_back_with_its_cells(db: None) -> None:
    axes = some_of(five(), 3, 0.4)
    store.keep_coordinates(axes)
    store.keep_coordinates(axes)
    again = Axes.from_json(axes.to_json())
    assert again is not axes
    assert (again.coordinates == axes.coordinates).all()
    assert [d.to_json() for d in again.dimensions] == [d.to_json() for d in axes.dimensions]
    assert Axes.from_json(axes.to_json()) is again, "the same content is read once"
    LatticeChunk.objects.update(blob=pack(np.arange(axes.size * 5)))
    lost = Axes.from_json({**axes.to_json(), "note": 1})
    with pytest.raises(Exception, match="缺失或已损坏"):
        lost.coordinates  # noqa: B018


def test_versions_stored_before_there_were_dimensions_are_read() -> None:
    months = [f"2027-{month:02d}" for month in range(1, 13)]
    axes = Axes.from_json(
        {
            "year": 2027, "regions": REGIONS, "order": list(REGIONS), "months": months, "product_lines": ["HA", "FD"],
            "names": {"E": "华东"}, "line_names": {"HA": "家电"}, "owners": {"T:1": {"name": "王伟"}},
        }
    )  # fmt: skip
    dense = np.arange(3 * 12 * 2).reshape(3, 12, 2)
    assert axes.flat(dense)[axes.block(Node("E", "2027Q1", "HA"))].sum() == dense[:2, :3, 0].sum()
    assert axes.label(Node("E", "2027Q1", "HA")) == "华东 · 2027Q1 · 家电"
    assert (axes.owner_name("T:1"), axes.months, axes.lines) == ("王伟", tuple(months), ("HA", "FD"))
    with pytest.raises(WrongShape):
        axes.flat(dense[:2])


@pytest.mark.parametrize(
    "node",
    [Node("X", "2027"), Node("HQ", "2028"), Node("HQ", "2027", "ZZ"), Node("HQ", "2027", "", ((CHANNEL, "ZZ"),)),
     Node("HQ", "2027", "", (("person", "1"),))],
)  # fmt: skip
def test_a_node_that_is_not_there_is_refused(node: Node) -> None:
    with pytest.raises(UnknownNode):
        five().block(node)


def test_cells_of_other_axes_are_placed_by_their_codes() -> None:
    mine, theirs = some_of(five(), 1, 0.5), some_of(five(), 2, 0.5)
    cells = np.random.default_rng(2).integers(1, 99, theirs.shape)
    found = placed(mine, theirs, cells)
    there = {theirs.cell(place): int(value) for place, value in enumerate(cells)}
    assert found.tolist() == [there.get(mine.cell(place), 0) for place in range(mine.size)]


def test_any_array_packs_and_comes_back() -> None:
    for values in ([], [0], [-1, 2**62, -(2**62)], list(range(-500, 500))):
        array = np.array(values, np.int64)
        assert unpack(pack(array)).tolist() == values


def test_a_plan_with_channels_and_tiers_is_edited_locked_and_undone(company: Company) -> None:
    """The whole way on a sparse lattice of five dimensions, with the organisation of the company."""
    user = company.operations
    three = frozen()
    axes = Axes(2027, (*three.dimensions, *five().others))
    axes = some_of(axes, 9, 0.5)
    base = np.random.default_rng(9).integers(1, 10**6, axes.shape)
    version = services.create_plan(
        name="五维", year=2027, base=base, total_fen=987_654_321, actor=user, at=AT, axes=axes
    )
    top = axes.root.region
    first = store.load(version)
    locked = Node(top, "2027Q1", "", ((CHANNEL, "线下"),))
    services.lock(
        plan_version=version, region=top, period="2027Q1", product_line="", others=locked.others, reason="已承诺",
        actor=user, scope=scope(user), at=AT,
    )  # fmt: skip
    node = Node(top, "2027", "HA", ((CHANNEL, "商超"), (TIER, "A")))
    version.refresh_from_db()
    services.edit_cell(
        plan_version=version, region=top, period="2027", product_line="HA", others=node.others, value_fen=123_456_789,
        rule="total", reason="重点客户", expected_version=version.version, actor=user, scope=scope(user), at=AT,
    )  # fmt: skip
    cells = store.load(version)
    assert cells[axes.block(node)].sum() == 123_456_789
    assert cells.sum() == 987_654_321, "the siblings gave what the node took"
    assert (cells[axes.block(locked)] == first[axes.block(locked)]).all()
    assert selectors.certificate(PlanVersion.objects.get(pk=version.pk)).violations == 0
    family = axes.family_of(node)
    assert family is not None
    assert (
        family.dimension == "region"
        or cells[axes.block(family.parent)].sum() == first[axes.block(family.parent)].sum()
    )
    services.undo(plan_version=version, actor=user, scope=scope(user), at=AT)
    assert store.digest(store.load(version)) == store.digest(first)
    copied = services.new_version(plan_version=version, actor=user, at=AT)
    assert store.digest(store.load(copied)) == store.digest(first)
    assert LatticeChunk.objects.count() == 1, "a copy shares which cells there are"


def frozen() -> Axes:
    for code, line in (("HA", "家电"), ("FD", "食品")):
        ProductLine.objects.get_or_create(code=code, defaults={"name": line})
    return selectors.freeze(year=2027, at=AT.date())
