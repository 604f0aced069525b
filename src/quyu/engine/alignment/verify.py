"""An independent checker: reads only the problem and the plan, shares no code with the search.

Plain loops over plain lists, so that a reader can check the checker.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quyu.engine.alignment.arrays import Ints
from quyu.engine.alignment.problem import Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule the plan breaks: unassigned, unknown_territory, empty, pieces, lock, frozen, group or tolerance."""

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


def verify(problem: Problem, assignment: Ints | Sequence[int], *, links: Ints | None = None) -> Certificate:
    """Check a plan; `links` are virtual edges that may count as neighbours (islands)."""
    plan = [int(territory) for territory in assignment]
    count = problem.territory_count
    found = list(_membership(problem, plan))
    if any(violation.rule in ("unassigned", "unknown_territory") for violation in found):
        return Certificate(len(plan), count, math.nan, (), tuple(found))
    members: dict[int, list[int]] = defaultdict(list)
    for unit, territory in enumerate(plan):
        members[territory].append(unit)
    found += [Violation("empty", territory=j) for j in range(count) if not members[j]]
    found += _pieces(problem, plan, members, links)
    worst, outside = _balance(problem, members)
    return Certificate(len(plan), count, _objective(problem, members), worst, tuple(found + outside))


def _membership(problem: Problem, plan: list[int]) -> Iterable[Violation]:
    if len(plan) != problem.unit_count:
        yield Violation("unassigned", amount=problem.unit_count - len(plan))
        return
    home_of_group: dict[int, int] = {}
    for unit, territory in enumerate(plan):
        if territory < 0:
            yield Violation("unassigned", unit=unit)
        elif territory >= problem.territory_count:
            yield Violation("unknown_territory", territory=territory, unit=unit)
        if problem.locks is not None and problem.locks[unit] >= 0 and problem.locks[unit] != territory:
            yield Violation("lock", territory=territory, unit=unit)
        if problem.frozen and problem.current is not None:
            before = int(problem.current[unit])
            if before != territory and (before in problem.frozen or territory in problem.frozen):
                yield Violation("frozen", territory=territory, unit=unit)
        if problem.groups is not None and problem.groups[unit] >= 0:
            group = int(problem.groups[unit])
            if home_of_group.setdefault(group, territory) != territory:
                yield Violation("group", territory=territory, unit=unit)


def _pieces(
    problem: Problem, plan: list[int], members: dict[int, list[int]], links: Ints | None
) -> Iterable[Violation]:
    if problem.edges is None or not len(problem.edges):
        return
    near: dict[int, list[int]] = defaultdict(list)
    for pair in [*problem.edges.tolist(), *([] if links is None else links.tolist())]:
        near[pair[0]].append(pair[1])
        near[pair[1]].append(pair[0])
    for territory, units in sorted(members.items()):
        waiting = {unit for unit in units if unit in near}
        pieces = 0
        while waiting:
            pieces += 1
            stack = [waiting.pop()]
            while stack:
                for other in near[stack.pop()]:
                    if other in waiting and plan[other] == territory:
                        waiting.remove(other)
                        stack.append(other)
        if pieces > 1:
            yield Violation("pieces", territory=territory, amount=pieces)


def _balance(problem: Problem, members: dict[int, list[int]]) -> tuple[tuple[float, ...], list[Violation]]:
    worst, outside = [], []
    capacity = problem.capacities.tolist()
    for m, tolerance in enumerate(problem.tolerances.tolist()):
        column = problem.measures[:, m].tolist()
        total, most = math.fsum(column), 0.0
        for j in range(problem.territory_count):
            target = total * capacity[j] / problem.territory_count
            off = abs(math.fsum(column[unit] for unit in members[j]) / target - 1) if target > 0 else 0.0
            most = max(most, off)
            if off > tolerance + 1e-12:
                outside.append(Violation("tolerance", territory=j, amount=off))
        worst.append(most)
    return tuple(worst), outside


def _objective(problem: Problem, members: dict[int, list[int]]) -> float:
    parts = []
    column = problem.measures[:, 0].tolist()
    mean = math.fsum(column) / len(column)
    homes = problem.homes.tolist()
    for j, units in members.items():
        placed = [
            (column[i] / mean if mean > 0 else 1.0, float(problem.x[i]), float(problem.y[i]))
            for i in units
            if math.isfinite(problem.x[i]) and math.isfinite(problem.y[i])
        ]
        weight = math.fsum(w for w, _, _ in placed)
        cx, cy = homes[j]
        if math.isnan(cx):
            cx = math.fsum(w * x for w, x, _ in placed) / weight if weight > 0 else 0.0
            cy = math.fsum(w * y for w, _, y in placed) / weight if weight > 0 else 0.0
        parts += [w * ((x - cx) ** 2 + (y - cy) ** 2) for w, x, y in placed]
    return math.fsum(parts)
