"""Reading EDIT.json: which node becomes what, what holds meanwhile, and what the shares follow.

`spread`, `like` and `profile` are additions of ours: by the current values, the base or equally; with the
profile of another node; with weights along one dimension.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quyu.engine.allocation import Dimension, Edit, Keep, Spread
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.json_file import Fields, read_object, shown, whole
from quyu.shell.cli.allocation.problem_file import read_at
from quyu.shell.cli.language import _

KEYS = ("at", "value", "keep", "along", "spread", "like", "profile")


@dataclass(frozen=True)
class Change:
    """One edit. `like`: the node whose profile is taken; `profile`: a dimension and weights along it."""

    path: Path
    edit: Edit
    spread: Spread
    like: Mapping[str, str] | None
    profile: tuple[str, Sequence[int] | Mapping[str, int]] | None
    ignored: tuple[str, ...]


def read_edit(path: Path, dimensions: tuple[Dimension, ...]) -> Change:
    """Raises BadInput naming the place in the file."""
    fields = read_object(path)
    at = read_at(path, "at", dimensions, fields.get("at"))
    keep = Keep(_chosen(path, fields, "keep", tuple(Keep)) or Keep.NONE)
    along = _chosen(path, fields, "along", tuple(dimension.name for dimension in dimensions))
    like = None if fields.get("like") is None else read_at(path, "like", dimensions, fields["like"])
    profile = _profile(path, fields.get("profile"), dimensions)
    follows_base = like is not None or profile is not None
    spread = _chosen(path, fields, "spread", tuple(Spread))
    if follows_base and spread not in (None, Spread.BASE):
        raise BadInput(
            "bad_field", "{file} 里写了 like 或 profile，spread 就只能是 base，请删去它。", file=path.name
        )
    return Change(
        path,
        Edit(at, whole(path, "value", fields.get("value")), keep, along),
        Spread.BASE if follows_base else Spread(spread or Spread.PROPORTIONAL),
        like,
        profile,
        tuple(key for key in fields if key not in KEYS),
    )


def _profile(
    path: Path, found: object, dimensions: tuple[Dimension, ...]
) -> tuple[str, Sequence[int] | Mapping[str, int]] | None:
    """{dimension: weights}, the weights in the order of the leaves or by their names."""
    if found is None:
        return None
    names = [dimension.name for dimension in dimensions]
    if not isinstance(found, dict) or len(found) != 1 or next(iter(found)) not in names:
        raise BadInput(
            "bad_field",
            "{file} 的 profile 应为一个维度和它的权重，如 period 与 12 个数，现在是 {text}。",
            file=path.name,
            text=shown(found),
        )
    name, weights = next(iter(found.items()))
    place = f"profile.{name}"
    if isinstance(weights, dict):
        return name, {leaf: whole(path, f"{place}.{leaf}", weight) for leaf, weight in weights.items()}
    if isinstance(weights, list):
        return name, [whole(path, f"{place}[{n}]", weight) for n, weight in enumerate(weights)]
    raise BadInput(
        "bad_field",
        "{file} 的 {place} 应为权重的列表，现在是 {text}。",
        file=path.name,
        place=place,
        text=shown(weights),
    )


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
