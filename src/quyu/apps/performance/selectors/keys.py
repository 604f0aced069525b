"""By what rows of figures may be cut, and where in the region tree a row stands.

A cut is a partition: every amount belongs to exactly one row, so that rows add up to the whole. What a node
above the rows holds itself (closed territories, 未归属) is a row of that node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.performance.selectors.span import CALENDAR
from quyu.apps.performance.selectors.tree import Frame
from quyu.kernel.refusal import Refusal

KEYS: Mapping[str, Promise] = {
    "region": gettext_lazy("区域"),
    "territory": gettext_lazy("销售区域"),
    "month": gettext_lazy("月份"),
    "quarter": gettext_lazy("季度"),
    "product_line": gettext_lazy("产品线"),
    "channel": gettext_lazy("渠道"),
    "person": gettext_lazy("人员"),
}
PLACES, PERIODS = ("region", "territory"), ("month", "quarter")
CARRIED = ("product_line", "channel", "person")
"""What only the order lines themselves carry, day by day."""


class UnknownKey(Refusal):
    """Nothing can be cut by that word."""

    def __init__(self, word: str) -> None:
        super().__init__(
            "unknown_dimension",
            "不能按“{word}”分行；可用：{known}。",
            word=word,
            known="、".join(KEYS),
        )


class UnknownRegion(Refusal):
    """No node of the tree within reach has that code or name."""

    def __init__(self, region: str) -> None:
        super().__init__("unknown_region", "区域树中没有“{region}”，请写区域的编码或名称。", region=region)


def parse_keys(text: str) -> tuple[str, ...]:
    """`region,month` as keys, each once. Raises UnknownKey."""
    words = [word.strip() for word in text.replace("，", ",").split(",")]
    found = tuple(dict.fromkeys(word for word in words if word))
    for word in found:
        if word not in KEYS:
            raise UnknownKey(word)
    return found


def quarter_of(month: str) -> str:
    """`2026-04` -> `2026Q2`."""
    return CALENDAR.period_of(CALENDAR.parse(month).start, "quarter").code


@dataclass(frozen=True)
class Places:
    """The rows of a tree below `tops`; `level` 0 are the tops themselves, 1 the nodes below them."""

    frame: Frame
    tops: tuple[str, ...]
    level: int

    def covers(self, node: str) -> bool:
        return not {node, *self.frame.axes.tree.ancestors(node)}.isdisjoint(self.tops)

    def row_of(self, node: str) -> str:
        """The node in whose row an amount of `node` stands: at the level, or higher where the tree ends."""
        path = [node, *self.frame.axes.tree.ancestors(node)]
        below = path[: next(place for place, code in enumerate(path) if code in self.tops) + 1]
        return below[max(len(below) - 1 - self.level, 0)]

    def name(self, node: str, key: str) -> str:
        """What a row is called; a node above the rows stands for what it holds itself."""
        name = self.frame.axes.name(node)
        return (
            _("%(region)s（未归属或已停用的区域）") % {"region": name} if self.is_above(node, key) else name
        )

    def is_above(self, node: str, key: str) -> bool:
        """Whether a row is of a node above the rows: of what that node holds itself."""
        is_leaf = self.frame.axes.tree.is_leaf(node)
        return not is_leaf and (key == "territory" or self._depth(node) < self.level)

    def _depth(self, node: str) -> int:
        path = [node, *self.frame.axes.tree.ancestors(node)]
        return next(place for place, code in enumerate(path) if code in self.tops)


def places_below(frame: Frame, region: str = "", level: int | None = None) -> Places:
    """The rows below a node (by code or name), or below all that the reader reaches. Raises UnknownRegion."""
    tops: Sequence[str] = frame.reach.tops
    if region:
        names = {frame.axes.name(code): code for code in reversed(frame.axes.regions)}
        node = region if region in frame.axes.spans else names.get(region, "")
        if not node or not frame.covers(node):
            raise UnknownRegion(region)
        tops = (node,)
    is_one = len(tops) == 1 and not frame.axes.tree.is_leaf(tops[0])
    return Places(frame, tuple(tops), (1 if is_one else 0) if level is None else level)
