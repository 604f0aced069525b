"""What a move would change, in a few milliseconds: for a manager who edits the plan on a map.

An `Index` is built once per plan and problem; each question then costs only the territories it touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from quyu.engine.alignment import diameter, figures, links
from quyu.engine.alignment.arrays import Floats, Ints
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.validation import InvalidProblem, plan_of, wishes


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a move may not be made: a rule, unit and territory.

    lock, frozen, group, apart, skill, moved, diameter or empty.
    """

    rule: str
    unit: int | None = None
    territory: int | None = None


@dataclass(frozen=True, eq=False)
class Move:
    """Units moved to one territory: figures of every territory touched, before and after.

    territories: those that give, in order, then the one that receives (last); the rows of loads and deviations
    (load / target - 1, per measure). pieces_after: in how many pieces each lies then. objective_change in km2.
    moved_weight_change: first measure outside its current territory. objections: empty when the move is allowed.
    """

    units: Ints
    territories: Ints
    loads_before: Floats
    loads_after: Floats
    deviation_before: Floats
    deviation_after: Floats
    pieces_before: Ints
    pieces_after: Ints
    objective_change: float
    moved_weight_change: float
    objections: tuple[Objection, ...]

    @property
    def is_allowed(self) -> bool:
        """No lock, frozen territory or other wish forbids it; balance and pieces are for the person to judge."""
        return not self.objections


@dataclass(frozen=True, eq=False)
class Index:
    """A plan made ready for questions."""

    problem: Problem
    assignment: Ints
    links: Ints

    @cached_property
    def edges_of(self) -> tuple[Ints, Ints]:
        """Neighbour lists: where those of each unit begin, and the neighbours."""
        known = links.NO_EDGES if self.problem.edges is None else self.problem.edges
        edges = np.vstack([known, self.links])
        both = np.vstack([edges, edges[:, ::-1]])
        both = both[np.argsort(both[:, 0], kind="stable")]
        return np.searchsorted(both[:, 0], np.arange(self.problem.unit_count + 1)), both[:, 1]

    @cached_property
    def middle(self) -> Floats:
        """The mean of the known positions: sums of squares around it lose no digits."""
        known = figures.known_places(self.problem)
        if not known.any():
            return np.zeros(2)
        return np.asarray([self.problem.x[known].mean(), self.problem.y[known].mean()])

    @cached_property
    def terms(self) -> Floats:
        """Weight, weighted x, y and squared distance from the middle are sums of these, per unit."""
        known = figures.known_places(self.problem)
        w = np.where(known, self.problem.weights, 0.0)
        x = np.where(known, self.problem.x - self.middle[0], 0.0)
        y = np.where(known, self.problem.y - self.middle[1], 0.0)
        return np.column_stack([w, w * x, w * y, w * (x * x + y * y)])

    @cached_property
    def bound(self) -> Ints:
        """The territory each unit is bound to, else -1."""
        return wishes(self.problem)

    @cached_property
    def targets(self) -> Floats:
        """What each territory should carry."""
        return self.problem.targets

    @cached_property
    def homes(self) -> Floats:
        """Fixed centres, from the middle."""
        return self.problem.homes - self.middle

    @cached_property
    def total(self) -> float:
        """The sum of the first measure."""
        return float(self.problem.measures[:, 0].sum())

    def moved(self, units: Ints | Sequence[int], territory: int) -> "Index":
        """The index of the plan with these units moved; what is known of the problem is kept."""
        after = self.assignment.copy()
        after[np.asarray(units, dtype=np.int64)] = territory
        index = replace(self, assignment=after)
        for name in ("edges_of", "middle", "terms", "bound", "targets", "homes", "total"):
            if name in self.__dict__:
                index.__dict__[name] = self.__dict__[name]
        return index

    def ask(self, units: Ints | Sequence[int], territory: int) -> Move:
        """The figures of every territory touched if these units went to that territory."""
        chosen = self._chosen(units, territory)
        before = self.assignment
        leaving = chosen[before[chosen] != territory]
        touched = np.r_[np.unique(before[leaving]), territory].astype(np.int64)
        after = before.copy()
        after[leaving] = territory
        members = [(np.flatnonzero(before == j), np.flatnonzero(after == j)) for j in touched]
        measures, target = self.problem.measures, self.targets[touched]
        loads = [np.stack([measures[pair[side]].sum(axis=0) for pair in members]) for side in (0, 1)]
        pieces = [
            np.asarray([self._pieces(plan, pair[side]) for pair in members])
            for side, plan in ((0, before), (1, after))
        ]
        shape = [
            sum(self._moment(pair[side], int(j)) for pair, j in zip(members, touched, strict=True))
            for side in (0, 1)
        ]
        safe = np.where(target > 0, target, 1.0)
        return Move(
            units=chosen,
            territories=touched,
            loads_before=loads[0],
            loads_after=loads[1],
            deviation_before=np.where(target > 0, loads[0] / safe - 1.0, 0.0),
            deviation_after=np.where(target > 0, loads[1] / safe - 1.0, 0.0),
            pieces_before=pieces[0],
            pieces_after=pieces[1],
            objective_change=shape[1] - shape[0],
            moved_weight_change=self._away(after, leaving) - self._away(before, leaving),
            objections=tuple(self._objections(leaving, territory, after, touched)),
        )

    def _chosen(self, units: Ints | Sequence[int], territory: int) -> Ints:
        chosen = np.unique(np.asarray(units, dtype=np.int64))
        if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < self.problem.unit_count:
            raise InvalidProblem("bad_unit", "要移动的单元 {unit} 不存在", unit=int(chosen[-1]))
        if not 0 <= territory < self.problem.territory_count:
            raise InvalidProblem("bad_receiver", "要移入的区域 {territory} 不存在", territory=territory)
        return chosen

    def _moment(self, members: Ints, territory: int) -> float:
        """Sum of w |x - centre|^2 of a territory, km2."""
        w, wx, wy, square = self.terms[members].sum(axis=0).tolist()
        hx, hy = self.homes[territory].tolist()
        if np.isfinite(hx):
            return float(square - 2 * (hx * wx + hy * wy) + w * (hx * hx + hy * hy))
        return float(square - (wx * wx + wy * wy) / w) if w > 0 else 0.0

    def _pieces(self, plan: Ints, members: Ints) -> int:
        """In how many pieces the members lie; units without neighbours do not count where others have some."""
        first, neighbour = self.edges_of
        count = first[members + 1] - first[members]
        touched = members[count > 0]
        if not len(touched):
            return min(len(members), 1)
        count = count[count > 0]
        source = np.repeat(np.arange(len(touched)), count)
        offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        other = neighbour[np.repeat(first[touched], count) + offset]
        inside = plan[other] == plan[touched[0]]
        pair = np.column_stack([source[inside], np.searchsorted(touched, other[inside])])
        return int(links.pieces(len(touched), pair).max()) + 1

    def _away(self, plan: Ints, units: Ints) -> float:
        current = self.problem.current
        if current is None:
            return 0.0
        away = units[(current[units] >= 0) & (plan[units] != current[units])]
        return float(self.problem.measures[away, 0].sum())

    def _objections(self, leaving: Ints, territory: int, after: Ints, touched: Ints) -> list[Objection]:
        problem, found = self.problem, list[Objection]()
        held = leaving[(self.bound[leaving] >= 0) & (self.bound[leaving] != territory)]
        for unit in held.tolist():
            home = int(self.bound[unit])
            found.append(Objection("frozen" if home in problem.frozen else "lock", unit, home))
        if territory in problem.frozen and problem.current is not None:
            entering = leaving[problem.current[leaving] != territory]
            found += [Objection("frozen", unit, territory) for unit in entering.tolist()]
        empty = [j for j in touched[:-1].tolist() if not (after == j).any()]
        found += [Objection("empty", None, j) for j in empty]
        if problem.groups is not None:
            for unit in leaving[problem.groups[leaving] >= 0].tolist():
                if (after[problem.groups == problem.groups[unit]] != territory).any():
                    found.append(Objection("group", unit, territory))
        arrived = set(leaving.tolist())
        for units in problem.apart:
            here = [unit for unit in units if after[unit] == territory]
            if len(here) > 1:
                found += [Objection("apart", unit, territory) for unit in here if unit in arrived]
        if problem.needs is not None and not isinstance(problem.territories, int):
            skills = problem.territories[territory].skills
            lacking = [unit for unit in leaving.tolist() if not problem.needs[unit] <= skills]
            found += [Objection("skill", unit, territory) for unit in lacking]
        return [*found, *self._cap(leaving, after), *self._too_wide(leaving, territory, after)]

    def _cap(self, leaving: Ints, after: Ints) -> list[Objection]:
        """The cap on what moves, where this move goes beyond it."""
        most = self.problem.max_moved
        if most is None or self._away(after, leaving) <= self._away(self.assignment, leaving):
            return []
        moved = self._away(after, np.arange(self.problem.unit_count))
        return [Objection("moved")] if moved > most * self.total * (1 + 1e-9) else []

    def _too_wide(self, arrived: Ints, territory: int, after: Ints) -> list[Objection]:
        """The cap on the diameter, where the units that arrive make the territory wider than it."""
        most = self.problem.max_diameter
        if most is None or not len(arrived):
            return []
        before, then = (
            float(
                diameter.diameters(self.problem.x[own], self.problem.y[own], np.zeros(len(own), np.int64), 1)[
                    0
                ]
            )
            for own in (np.flatnonzero(plan == territory) for plan in (self.assignment, after))
        )
        return [Objection("diameter", None, territory)] if then > max(most * (1 + 1e-9), before) else []


def index(problem: Problem, assignment: Ints | Sequence[int], *, links: Ints | None = None) -> Index:
    """Make a plan ready for questions; `links` are virtual edges that count as neighbours (islands)."""
    virtual = np.empty((0, 2), dtype=np.int32) if links is None else np.asarray(links).reshape(-1, 2)
    return Index(problem, plan_of(problem, assignment), virtual)


def what_if(
    problem: Problem,
    assignment: Ints | Sequence[int] | Index,
    units: int | Ints | Sequence[int],
    territory: int,
    *,
    links: Ints | None = None,
) -> Move:
    """The figures if these units went to that territory; the plan itself is not changed.

    Pass an `Index` instead of the assignment to ask many questions of one plan.
    """
    ready = assignment if isinstance(assignment, Index) else index(problem, assignment, links=links)
    return ready.ask([units] if isinstance(units, int | np.integer) else units, territory)
