"""Reading PROBLEM.json: the trees, the unit, and what must hold at which nodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quyu.engine.allocation import Bound, Dimension, Share, Total
from quyu.kernel.tree import NotATree
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.json_file import Fields, read_object, shown, whole
from quyu.shell.cli.language import _

CELL_COLUMNS = ("base", "lower", "upper", "value", "lock")
KEYS = ("unit", "dimensions", "cells", "totals", "bounds", "shares", "crossing")
TREE_LIMIT = 120
"""Levels of all dimensions together; the engine numbers them in one byte."""


@dataclass(frozen=True)
class Question:
    """What PROBLEM.json says; `cells` is the file of the cells. `ignored` are keys nobody asked for."""

    path: Path
    dimensions: tuple[Dimension, ...]
    cells: Path
    unit: int
    totals: tuple[Total, ...]
    bounds: tuple[Bound, ...]
    shares: tuple[Share, ...]
    crossing: tuple[str, str] | None
    ignored: tuple[str, ...]


def read_question(path: Path) -> Question:
    """Raises BadInput naming the place in the file."""
    fields = read_object(path)
    dimensions = _dimensions(path, fields)
    cells = fields.get("cells")
    if not isinstance(cells, str) or not cells:
        raise _wrong(path, "cells", _("应为单元格文件的路径"), cells)
    return Question(
        path,
        dimensions,
        path.parent / cells,
        _unit(path, fields),
        tuple(_total(path, place, dimensions, item) for place, item in _items(path, fields, "totals")),
        tuple(_bound(path, place, dimensions, item) for place, item in _items(path, fields, "bounds")),
        tuple(_share(path, place, dimensions, item) for place, item in _items(path, fields, "shares")),
        _crossing(path, dimensions, fields.get("crossing")),
        tuple(key for key in fields if key not in KEYS),
    )


def read_at(path: Path, place: str, dimensions: tuple[Dimension, ...], found: object) -> Mapping[str, str]:
    """A node of the lattice: dimension -> node; a dimension left out means its root."""
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _wrong(path, place, _("应为“维度: 节点”的对象"), found)
    known = {dimension.name: dimension for dimension in dimensions}
    for name, node in found.items():
        if name not in known:
            raise BadInput(
                "unknown_dimension",
                "{file} 的 {place} 里没有维度“{dimension}”，只有：{known}。",
                file=path.name,
                place=place,
                dimension=name,
                known=_("、").join(known),
            )
        if not isinstance(node, str) or node not in known[name].parents:
            raise BadInput(
                "unknown_node",
                "{file} 的 {place}.{dimension}：维度“{dimension}”中没有节点 {node}。请改成 dimensions 里的节点，或先加上它。",
                file=path.name,
                place=place,
                dimension=name,
                node=shown(node),
            )
    return dict(found)


def _unit(path: Path, fields: Fields) -> int:
    unit = whole(path, "unit", fields.get("unit", 1))
    if unit < 1:
        raise BadInput(
            "bad_unit",
            "{file} 的 unit 应为正整数，现在是 {unit}。不取整请写 1。",
            file=path.name,
            unit=unit,
        )
    return unit


def _dimensions(path: Path, fields: Fields) -> tuple[Dimension, ...]:
    found = fields.get("dimensions")
    if not isinstance(found, dict) or not found:
        raise _wrong(path, "dimensions", _("应为维度名称加一棵树的对象，至少一个维度"), found)
    dimensions = tuple(_dimension(path, name, parents) for name, parents in found.items())
    if sum(dimension.height for dimension in dimensions) > TREE_LIMIT:
        raise BadInput(
            "too_deep", "{file} 各维度层级之和不能超过 {limit}。", file=path.name, limit=TREE_LIMIT
        )
    return dimensions


def _dimension(path: Path, name: str, parents: object) -> Dimension:
    place = f"dimensions.{name}"
    if not name.strip() or name in CELL_COLUMNS:
        raise _wrong(path, "dimensions", _("维度名称不能为空，也不能与数据列同名"), name)
    if not isinstance(parents, dict) or not parents:
        raise _wrong(path, place, _("应为“节点: 上级”的对象，根的上级写 null"), parents)
    for node, parent in parents.items():
        if not node.strip() or not (parent is None or isinstance(parent, str)):
            raise _wrong(path, f"{place}.{node}", _("上级应为节点名称，根的上级写 null"), parent)
    try:
        return Dimension(name, parents)
    except NotATree as fault:
        raise BadInput(
            fault.code,
            "{file} 的维度“{dimension}”不是一棵树：{why}",
            file=path.name,
            dimension=name,
            why=_(fault.template).format(**fault.numbers),
        ) from None


def _items(path: Path, fields: Fields, name: str) -> list[tuple[str, Fields]]:
    """The entries of a list with the name of each place."""
    found = fields.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _wrong(path, name, _("应为方括号中的列表"), found)
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise _wrong(path, f"{name}[{number}]", _("应为花括号中的对象"), item)
    return [(f"{name}[{number}]", item) for number, item in enumerate(found)]


def _total(path: Path, place: str, dimensions: tuple[Dimension, ...], item: Fields) -> Total:
    at = read_at(path, f"{place}.at", dimensions, item.get("at"))
    return Total(at, whole(path, f"{place}.value", item.get("value")))


def _bound(path: Path, place: str, dimensions: tuple[Dimension, ...], item: Fields) -> Bound:
    at = read_at(path, f"{place}.at", dimensions, item.get("at"))
    lower, upper = (
        None if item.get(side) is None else whole(path, f"{place}.{side}", item[side])
        for side in ("lower", "upper")
    )
    if lower is not None and upper is not None and lower > upper:
        raise BadInput(
            "empty_bounds",
            "{file} 的 {place}：下限 {lower} 大于上限 {upper}，请改其中一个。",
            file=path.name,
            place=place,
            lower=lower,
            upper=upper,
        )
    return Bound(at, lower, upper)


def _share(path: Path, place: str, dimensions: tuple[Dimension, ...], item: Fields) -> Share:
    at = read_at(path, f"{place}.at", dimensions, item.get("at"))
    of = read_at(path, f"{place}.of", dimensions, item.get("of"))
    if not of:
        raise _wrong(path, f"{place}.of", _("应写明哪一部分，如“产品: 战略”"), item.get("of"))
    least = whole(path, f"{place}.at_least_bp", item.get("at_least_bp"))
    if not 0 <= least <= 10_000:
        raise _wrong(path, f"{place}.at_least_bp", _("应为 0 至 10000（万分之几）"), least)
    for dimension in dimensions:
        if dimension.name in at and dimension.name in of:
            outer, inner = dimension.range_of(at[dimension.name]), dimension.range_of(of[dimension.name])
            if not (outer[0] <= inner[0] and inner[1] <= outer[1]):
                raise _wrong(path, f"{place}.of", _("不在 at 的节点之内"), of[dimension.name])
    return Share(at, of, least)


def _crossing(path: Path, dimensions: tuple[Dimension, ...], found: object) -> tuple[str, str] | None:
    if found is None:
        return None
    names = {dimension.name for dimension in dimensions}
    if not isinstance(found, list) or len(found) != 2 or found[0] == found[1]:
        raise _wrong(path, "crossing", _("应为两个不同的维度"), found)
    if not all(isinstance(name, str) and name in names for name in found):
        raise _wrong(path, "crossing", _("只能写 dimensions 里的维度"), found)
    return found[0], found[1]


def _wrong(path: Path, place: str, why: str, found: object) -> BadInput:
    return BadInput(
        "bad_field",
        "{file} 的 {place} {why}，现在是 {text}。",
        file=path.name,
        place=place,
        why=why,
        text=shown(found),
    )
