"""Two families: whether demands can be split so that inside each family they only nest.

Demands that cross must go into different families, so the graph of crossings has to be bipartite. Two
laminar families make a network matrix, for which integers exist whenever fractions do; with three that
cross each other, the question is NP-complete.

Source: J. Edmonds, "Submodular functions, matroids, and certain polyhedra" (1970).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def components(crosses: NDArray[np.bool_]) -> tuple[list[list[tuple[int, int]]], tuple[int, ...]]:
    """The connected parts of the crossings as (number, colour), and an odd circle if there is one."""
    colour: dict[int, int] = {}
    above: dict[int, int] = {}
    found = []
    for start in range(len(crosses)):
        if start in colour:
            continue
        colour[start] = 0
        part = [start]
        for number in part:
            for other in np.flatnonzero(crosses[number]).tolist():
                if other not in colour:
                    colour[other] = 1 - colour[number]
                    above[other] = number
                    part.append(other)
                elif colour[other] == colour[number]:
                    return [], _circle(above, number, other)
        found.append([(number, colour[number]) for number in part])
    return found, ()


def _circle(above: dict[int, int], one: int, other: int) -> tuple[int, ...]:
    paths: list[list[int]] = []
    for start in (one, other):
        path = [start]
        while path[-1] in above:
            path.append(above[path[-1]])
        paths.append(path)
    first, second = paths
    joint = next(number for number in first if number in second)
    return (*first[: first.index(joint) + 1], *reversed(second[: second.index(joint)]))


def coloured(parts: Sequence[Sequence[tuple[int, int]]], likes: Sequence[tuple[int, int]]) -> list[int]:
    """The family of each demand; `likes[demand]` is what it gains in the first and in the second."""
    family = [0] * len(likes)
    for part in parts:
        straight = sum(likes[number][colour] for number, colour in part)
        turned = sum(likes[number][1 - colour] for number, colour in part)
        for number, colour in part:
            family[number] = colour if straight >= turned else 1 - colour
    return family
