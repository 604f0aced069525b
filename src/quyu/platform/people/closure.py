"""Every (ancestor, descendant) pair of a dated tree, with the days on which it held.

A pair holds on the days on which every link of the path between them holds: walking up from a unit,
the range narrows at each link. Ranges of one pair that touch are joined, so the result is canonical.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from quyu.kernel.refusal import Refusal

ALWAYS = date.min
OPEN = date.max


class Link(NamedTuple):
    """`unit` reports to `parent` on [start, end); `OPEN` for no end."""

    unit: int
    start: date
    end: date
    parent: int


class Pair(NamedTuple):
    """`descendant` is `depth` levels below `ancestor` on [start, end)."""

    ancestor: int
    descendant: int
    depth: int
    start: date
    end: date


class TwoParents(Refusal):
    """A unit may report to one parent at a time."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("two_parents", "组织 {unit} 在 {day} 有两个上级。", **numbers)


class CircularOrganisation(Refusal):
    """A unit cannot be below itself."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("circular_organisation", "组织 {unit} 从 {day} 起会成为自己的下级。", **numbers)


def pairs_of(names: Mapping[int, str], links: Iterable[Link]) -> list[Pair]:
    """The closure of dated links over the named units, sorted; refuses two parents on one day and circles."""
    upward = links_by_unit(names, links)
    return [pair for unit in sorted(names) for pair in joined(walk_up(unit, names, upward))]


def links_by_unit(names: Mapping[int, str], links: Iterable[Link]) -> dict[int, list[Link]]:
    """Each unit's links in order of time, without overlap."""
    upward: dict[int, list[Link]] = defaultdict(list)
    for link in sorted(links):
        earlier = upward[link.unit]
        if earlier and earlier[-1].end > link.start:
            raise TwoParents(unit=names[link.unit], day=link.start)
        earlier.append(link)
    return upward


def walk_up(unit: int, names: Mapping[int, str], upward: Mapping[int, list[Link]]) -> Iterator[Pair]:
    """The pairs in which `unit` is the descendant, one per path and range."""
    waiting = [Pair(unit, unit, 0, ALWAYS, OPEN)]
    while waiting:
        pair = waiting.pop()
        yield pair
        for link in upward.get(pair.ancestor, ()):
            start, end = max(pair.start, link.start), min(pair.end, link.end)
            if start < end:
                if pair.depth == len(names):
                    raise CircularOrganisation(unit=names[link.unit], day=start)
                waiting.append(Pair(link.parent, unit, pair.depth + 1, start, end))


def joined(pairs: Iterable[Pair]) -> list[Pair]:
    """Ranges of the same pair and depth that touch, made one."""
    result: list[Pair] = []
    for pair in sorted(pairs):
        if result and result[-1][:3] == pair[:3] and result[-1].end == pair.start:
            result[-1] = result[-1]._replace(end=pair.end)
        else:
            result.append(pair)
    return result
