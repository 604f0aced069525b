"""An independent checker: reads only the problem and the plan, shares no code with the search.

Plain loops over plain lists, so that a reader can check the checker.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Share

Row = tuple[int, int, float]
"""A unit, a territory, and the part of the unit that is there."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule the plan breaks.

    unassigned, unknown_territory, empty, pieces, lock, frozen, group, apart, skill, moved, diameter, share or tolerance.
    """

    rule: str
    territory: int | None = None
    unit: int | None = None
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was checked and what was found; objective in km2, deviation per measure as a fraction."""

    units_checked: int
    territories_checked: int
    objective: float
    deviation: tuple[float, ...]
    violations: tuple[Violation, ...]

    @property
    def is_legal(self) -> bool:
        """No rule broken; balance may still be out of tolerance."""
        return all(violation.rule == "tolerance" for violation in self.violations)


def verify(
    problem: Problem,
    assignment: Ints | Sequence[int],
    *,
    links: Ints | None = None,
    shares: Sequence[Share] = (),
) -> Certificate:
    """Check a plan; `links` are virtual edges that may count as neighbours (islands), `shares` the shared units."""
    plan = [int(territory) for territory in assignment]
    count = problem.territory_count
    found = list(_membership(problem, plan))
    if any(violation.rule in ("unassigned", "unknown_territory") for violation in found):
        return Certificate(len(plan), count, math.nan, (), tuple(found))
    found += _shares(problem, plan, shares)
    shared = {share.unit for share in shares}
    rows: list[Row] = [(unit, territory, 1.0) for unit, territory in enumerate(plan) if unit not in shared]
    rows += [(share.unit, share.territory, share.part) for share in shares]
    found += _wishes(problem, rows)
    members: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for unit, territory, part in rows:
        members[territory].append((unit, part))
    found += [Violation("empty", territory=j) for j in range(count) if not members[j]]
    found += _pieces(problem, members, links)
    found += _too_wide(problem, members)
    worst, outside = _balance(problem, members)
    return Certificate(len(plan), count, _objective(problem, members), worst, tuple(found + outside))


def _membership(problem: Problem, plan: list[int]) -> Iterable[Violation]:
    if len(plan) != problem.unit_count:
        yield Violation("unassigned", amount=problem.unit_count - len(plan))
        return
    for unit, territory in enumerate(plan):
        if territory < 0:
            yield Violation("unassigned", unit=unit)
        elif territory >= problem.territory_count:
            yield Violation("unknown_territory", territory=territory, unit=unit)


def _shares(problem: Problem, plan: list[int], shares: Sequence[Share]) -> Iterable[Violation]:
    """A shared unit must be splittable, whole in sum, and named after a territory that has a part of it."""
    parts: dict[int, list[Share]] = defaultdict(list)
    for share in shares:
        parts[share.unit].append(share)
    for unit, own in parts.items():
        total = math.fsum(share.part for share in own)
        places = [share.territory for share in own]
        known = all(0 <= place < problem.territory_count for place in places)
        may = problem.splittable is not None and bool(problem.splittable[unit])
        fair = all(share.part > 0 for share in own) and len(set(places)) == len(places)
        if not (known and may and fair and plan[unit] in places and abs(total - 1) <= 1e-9):
            yield Violation("share", unit=unit, amount=total)


def _wishes(problem: Problem, rows: list[Row]) -> Iterable[Violation]:
    """Locks, frozen territories, groups, units kept apart, skills and the most that may move."""
    home_of_group: dict[int, int] = {}
    places: dict[int, set[int]] = defaultdict(set)
    moved = []
    for unit, territory, part in rows:
        places[unit].add(territory)
        if problem.locks is not None and problem.locks[unit] >= 0 and problem.locks[unit] != territory:
            yield Violation("lock", territory=territory, unit=unit)
        before = -1 if problem.current is None else int(problem.current[unit])
        if (
            before != territory
            and problem.frozen
            and (before in problem.frozen or territory in problem.frozen)
        ):
            yield Violation("frozen", territory=territory, unit=unit)
        if before >= 0 and before != territory:
            moved.append(part * float(problem.measures[unit, 0]))
        if problem.groups is not None and problem.groups[unit] >= 0:
            group = int(problem.groups[unit])
            if home_of_group.setdefault(group, territory) != territory:
                yield Violation("group", territory=territory, unit=unit)
        if problem.needs is not None and not problem.needs[unit] <= _skills(problem, territory, unit):
            yield Violation("skill", territory=territory, unit=unit)
    for units in problem.apart:
        for number, unit in enumerate(units):
            for other in units[:number]:
                for territory in sorted(places[unit] & places[other]):
                    yield Violation("apart", territory=territory, unit=unit)
    if problem.max_moved is not None:
        total = math.fsum(problem.measures[:, 0].tolist())
        if math.fsum(moved) > problem.max_moved * total + 1e-9 * max(total, 1.0):
            yield Violation("moved", amount=math.fsum(moved))


def _skills(problem: Problem, territory: int, unit: int) -> frozenset[str]:
    """What the seat can do; territories without seats take any unit."""
    if isinstance(problem.territories, int):
        return problem.needs[unit] if problem.needs is not None else frozenset()
    return problem.territories[territory].skills


def _pieces(
    problem: Problem, members: dict[int, list[tuple[int, float]]], links: Ints | None
) -> Iterable[Violation]:
    if problem.edges is None or not len(problem.edges):
        return
    near: dict[int, list[int]] = defaultdict(list)
    for pair in [*problem.edges.tolist(), *([] if links is None else links.tolist())]:
        near[pair[0]].append(pair[1])
        near[pair[1]].append(pair[0])
    for territory, units in sorted(members.items()):
        waiting = {unit for unit, _ in units if unit in near}
        pieces = 0
        while waiting:
            pieces += 1
            stack = [waiting.pop()]
            while stack:
                for other in near[stack.pop()]:
                    if other in waiting:
                        waiting.remove(other)
                        stack.append(other)
        if pieces > 1:
            yield Violation("pieces", territory=territory, amount=pieces)


def _too_wide(problem: Problem, members: dict[int, list[tuple[int, float]]]) -> Iterable[Violation]:
    """Every pair of units of a territory lies within the cap."""
    if problem.max_diameter is None:
        return
    for territory, units in sorted(members.items()):
        places = {(float(problem.x[unit]), float(problem.y[unit])) for unit, _ in units}
        corners = _corners(sorted(place for place in places if all(map(math.isfinite, place))))
        widest = max((math.dist(a, b) for a in corners for b in corners), default=0.0)
        if widest > problem.max_diameter * (1 + 1e-9):
            yield Violation("diameter", territory=territory, amount=widest)


def _corners(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places that no line between others passes outside of (Andrew 1979): the two farthest are among them."""
    found: list[tuple[float, float]] = []
    for way in (places, places[::-1]):
        chain: list[tuple[float, float]] = []
        for x, y in way:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        found += chain
    return found


def _balance(
    problem: Problem, members: dict[int, list[tuple[int, float]]]
) -> tuple[tuple[float, ...], list[Violation]]:
    worst, outside = [], []
    count = problem.territory_count
    seats = (
        [1.0] * count if isinstance(problem.territories, int) else [s.capacity for s in problem.territories]
    )
    for m, tolerance in enumerate(problem.tolerances.tolist()):
        column = problem.measures[:, m].tolist()
        total, most = math.fsum(column), 0.0
        for j in range(count):
            target = total * seats[j] / math.fsum(seats)
            if problem.target is not None:
                target = float(problem.target[j, m])
            load = math.fsum(column[unit] * part for unit, part in members[j])
            off = abs(load / target - 1) if target > 0 else 0.0
            most = max(most, off)
            if off > tolerance + 1e-12:
                outside.append(Violation("tolerance", territory=j, amount=off))
        worst.append(most)
    return tuple(worst), outside


def _objective(problem: Problem, members: dict[int, list[tuple[int, float]]]) -> float:
    parts = []
    column = problem.measures[:, 0].tolist()
    mean = math.fsum(column) / len(column)
    homes = problem.homes.tolist()
    for j, units in members.items():
        placed = [
            (part * (column[i] / mean if mean > 0 else 1.0), float(problem.x[i]), float(problem.y[i]))
            for i, part in units
            if math.isfinite(problem.x[i]) and math.isfinite(problem.y[i])
        ]
        weight = math.fsum(w for w, _, _ in placed)
        cx, cy = homes[j]
        if math.isnan(cx):
            cx = math.fsum(w * x for w, x, _ in placed) / weight if weight > 0 else 0.0
            cy = math.fsum(w * y for w, _, y in placed) / weight if weight > 0 else 0.0
        parts += [w * ((x - cx) ** 2 + (y - cy) ** 2) for w, x, y in placed]
    return math.fsum(parts)
