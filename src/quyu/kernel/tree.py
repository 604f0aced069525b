"""A rooted tree of codes: the region tree of one day, a period tree, a product tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quyu.kernel.refusal import Refusal


class NotATree(Refusal):
    """The parent links do not make one tree: no root, two roots, an orphan or a cycle."""


@dataclass(frozen=True, eq=False)
class Tree:
    """Immutable; children keep the order in which they were given."""

    root: str
    _parents: Mapping[str, str | None]
    _children: Mapping[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def from_parents(cls, parents: Mapping[str, str | None]) -> "Tree":
        """From child -> parent; exactly one node has None. Raises NotATree."""
        roots = [node for node, parent in parents.items() if parent is None]
        if len(roots) != 1:
            raise NotATree(
                "not_one_root",
                "一棵树只能有一个根节点，现在有 {count} 个：{roots}。",
                count=len(roots),
                roots="、".join(roots[:5]),
            )
        children: dict[str, list[str]] = {node: [] for node in parents}
        for node, parent in parents.items():
            if parent is not None and parent not in children:
                raise NotATree("unknown_parent", "{node} 的上级 {parent} 不存在。", node=node, parent=parent)
            if parent is not None:
                children[parent].append(node)
        tree = cls(roots[0], dict(parents), {node: tuple(below) for node, below in children.items()})
        reached = sum(1 for _ in tree.preorder())
        if reached != len(parents):
            lost = sorted(set(parents) - set(tree.preorder()))
            raise NotATree("cycle", "上下级关系成环：{nodes}。", nodes="、".join(lost[:5]))
        return tree

    def __contains__(self, node: object) -> bool:
        return node in self._parents

    def __len__(self) -> int:
        return len(self._parents)

    @property
    def parents(self) -> dict[str, str | None]:
        return dict(self._parents)

    def parent(self, node: str) -> str | None:
        return self._parents[node]

    def children(self, node: str) -> tuple[str, ...]:
        return self._children[node]

    def is_leaf(self, node: str) -> bool:
        return not self._children[node]

    def ancestors(self, node: str) -> list[str]:
        """From the parent up to the root."""
        chain: list[str] = []
        above = self._parents[node]
        while above is not None:
            chain.append(above)
            above = self._parents[above]
        return chain

    def depth(self, node: str) -> int:
        return len(self.ancestors(node))

    def preorder(self, node: str | None = None) -> Iterator[str]:
        """The node, then everything below it, parents before children."""
        stack = [self.root if node is None else node]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(reversed(self._children[here]))

    def descendants(self, node: str) -> list[str]:
        """Everything below the node, without it."""
        return list(self.preorder(node))[1:]

    def leaves(self, node: str | None = None) -> list[str]:
        return [below for below in self.preorder(node) if not self._children[below]]

    def closure(self) -> Iterator[tuple[str, str, int]]:
        """Every (ancestor, descendant, depth between them), each node with itself at depth 0."""
        for node in self.preorder():
            yield node, node, 0
            for depth, above in enumerate(self.ancestors(node), start=1):
                yield above, node, depth
