"""Which units stand above each leaf of a version on which days: the tree of every day, not only of the frozen one.

A version keeps the tree of the day it was made. Territories and units go elsewhere since, from a day on; days
on which the organisation does not say where a leaf hangs follow the version.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.territories.selectors import Place, places_by_territory
from quyu.platform.people.models import OrgLink

Chain = tuple[str, ...]
"""Codes of the units above a leaf, the nearest first, the root last."""


@dataclass(frozen=True)
class Stay:
    """A leaf hung below `chain` on the days from `first` on and no longer on `stop`."""

    first: date
    stop: date
    chain: Chain


def stays_of(axes: Axes, others: Iterable[str] = ()) -> dict[str, list[Stay]]:
    """Leaf -> its stays in order of time; they leave no day out. `others` are territories the version does not have."""
    links, places = _links(), places_by_territory()
    above: dict[str, list[Stay]] = {}
    found = {}
    for leaf in (*axes.leaves, *others):
        known = []
        for first, stop, unit in _places(leaf, links, places):
            if unit not in above:
                above[unit] = list(_upwards(unit, axes.tree.root, links))
            known += [
                Stay(max(first, stay.first), min(stop, stay.stop), stay.chain)
                for stay in above[unit]
                if max(first, stay.first) < min(stop, stay.stop)
            ]
        frozen = tuple(axes.tree.ancestors(leaf)) if leaf in axes.spans else (axes.tree.root,)
        found[leaf] = _whole(known, frozen)
    return found


def _links() -> dict[str, list[Place]]:
    links: dict[str, list[Place]] = defaultdict(list)
    rows = OrgLink.objects.values_list("unit__code", "valid_from", "valid_to", "parent__code")
    for unit, first, stop, parent in rows.order_by("valid_from"):
        links[unit].append((first, stop or date.max, parent))
    return links


def _places(leaf: str, links: Mapping[str, list[Place]], places: Mapping[str, list[Place]]) -> list[Place]:
    """Directly below which unit a leaf hung; a version without territories has units as leaves."""
    if leaf.startswith(TERRITORY):
        return places.get(leaf.removeprefix(TERRITORY), [])
    return links.get(leaf, [])


def _upwards(unit: str, root: str, links: Mapping[str, list[Place]]) -> Iterator[Stay]:
    """The unit and all above it, on the days on which that way leads to the root."""
    waiting = [Stay(date.min, date.max, (unit,))]
    while waiting:
        stay = waiting.pop()
        if stay.chain[-1] == root:
            yield stay
            continue
        for first, stop, parent in links.get(stay.chain[-1], ()):
            start, end = max(first, stay.first), min(stop, stay.stop)
            if start < end and parent not in stay.chain:
                waiting.append(Stay(start, end, (*stay.chain, parent)))


def _whole(known: list[Stay], frozen: Chain) -> list[Stay]:
    """The gaps filled with the tree of the version, and stays of one chain that touch made one."""
    found: list[Stay] = []
    day = date.min
    for stay in [*sorted(known, key=lambda stay: stay.first), Stay(date.max, date.max, frozen)]:
        pieces = [Stay(day, stay.first, frozen)] if day < stay.first else []
        for piece in [*pieces, stay]:
            if found and found[-1].chain == piece.chain:
                found[-1] = Stay(found[-1].first, piece.stop, piece.chain)
            elif piece.first < piece.stop:
                found.append(piece)
        day = stay.stop
    return found
