import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel.tree import NotATree, Tree

random_parents = st.lists(st.integers(0, 1_000), min_size=0, max_size=40).map(
    lambda picks: {"n0": None} | {f"n{i + 1}": f"n{pick % (i + 1)}" for i, pick in enumerate(picks)}
)


@given(random_parents)
def test_closure_holds_each_node_with_all_above_it(parents: dict[str, str | None]) -> None:
    tree = Tree.from_parents(parents)

    pairs = {(above, below) for above, below, depth in tree.closure() if depth}
    assert pairs == {(above, node) for node in parents for above in tree.ancestors(node)}
    assert len(list(tree.closure())) == len(pairs) + len(parents)


@given(random_parents)
def test_preorder_visits_every_node_once_parents_first(parents: dict[str, str | None]) -> None:
    order = list(Tree.from_parents(parents).preorder())

    assert sorted(order) == sorted(parents)
    assert all(order.index(str(parent)) < order.index(node) for node, parent in parents.items() if parent)


@given(random_parents)
def test_leaves_below_the_children_are_the_leaves_below_the_node(parents: dict[str, str | None]) -> None:
    tree = Tree.from_parents(parents)

    for node in parents:
        below = [leaf for child in tree.children(node) for leaf in tree.leaves(child)]
        assert tree.leaves(node) == (below or [node])


@pytest.mark.parametrize(
    ("parents", "code"),
    [
        ({}, "not_one_root"),
        ({"a": None, "b": None}, "not_one_root"),
        ({"a": None, "b": "x"}, "unknown_parent"),
        ({"a": None, "b": "c", "c": "b"}, "cycle"),
    ],
)
def test_what_is_no_tree_is_refused(parents: dict[str, str | None], code: str) -> None:
    with pytest.raises(NotATree) as refused:
        Tree.from_parents(parents)

    assert refused.value.code == code
