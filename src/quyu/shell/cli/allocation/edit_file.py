"""Reading EDIT.json: which node becomes what, and what holds meanwhile."""

from pathlib import Path

from quyu.engine.allocation import Dimension, Edit, Keep, Params, Spread
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.json_file import Fields, read_object, shown, whole
from quyu.shell.cli.allocation.problem_file import read_at
from quyu.shell.cli.language import _

KEYS = ("at", "value", "keep", "along", "spread")


def read_edit(path: Path, dimensions: tuple[Dimension, ...]) -> tuple[Edit, Params, tuple[str, ...]]:
    """The edit, how it spreads, and the keys that nobody asked for; raises BadInput."""
    fields = read_object(path)
    at = read_at(path, "at", dimensions, fields.get("at"))
    keep = Keep(_chosen(path, fields, "keep", tuple(Keep)) or Keep.NONE)
    spread = Spread(_chosen(path, fields, "spread", tuple(Spread)) or Spread.PROPORTIONAL)
    along = _chosen(path, fields, "along", tuple(dimension.name for dimension in dimensions))
    change = Edit(at, whole(path, "value", fields.get("value")), keep, along)
    return change, Params(spread), tuple(key for key in fields if key not in KEYS)


def _chosen(path: Path, fields: Fields, name: str, known: tuple[str, ...]) -> str | None:
    found = fields.get(name)
    if found is None or (isinstance(found, str) and found in known):
        return found
    raise BadInput(
        "bad_field",
        "{file} 的 {place} 只能是 {known}，现在是 {text}。",
        file=path.name,
        place=name,
        known=_("、").join(known),
        text=shown(found),
    )
