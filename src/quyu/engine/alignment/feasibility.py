"""Can any plan meet the tolerance? Asked before the search, in milliseconds, and answered with who stands in the way.

Every entry of `impossible` is a proof: no plan can keep all the wishes. That nothing is found is no promise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np

from quyu.engine.alignment import diameter, figures, links, reasons, splitting
from quyu.engine.alignment.arrays import Bools, Floats, Ints, column_sums, sums
from quyu.engine.alignment.problem import Problem
from quyu.engine.alignment.result import Reason
from quyu.engine.alignment.validation import wishes

SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Feasibility:
    """What makes the problem impossible as it stands, and what a person should know before solving it."""

    impossible: tuple[Reason, ...]
    warnings: tuple[Reason, ...]

    @property
    def is_possible(self) -> bool:
        """No proof was found that the wishes cannot be met together."""
        return not self.impossible


def check(problem: Problem) -> Feasibility:
    """Look for proofs that no plan meets the tolerance, and for what will make it hard."""
    facts = Facts(problem)
    wide = diameter.check(problem)
    impossible = (*_heavy(facts), *_bound(facts), *_few(facts), *_steps(facts), *_cut_off(facts), *wide)
    more = (*_locks_apart(facts), *_skills(facts), *_moves(facts))
    return Feasibility((*impossible, *more), (*_coarse(facts), *_islands(facts), *_empty(facts)))


@dataclass(frozen=True, eq=False)
class Facts:
    """The problem with its bands, and with groups counted as one unit."""

    problem: Problem

    @cached_property
    def lower(self) -> Floats:
        """Least load of each territory and measure; 0 where none is asked for."""
        problem = self.problem
        least: Floats = problem.targets * np.maximum(1 - problem.tolerances, 0.0)
        return least

    @cached_property
    def upper(self) -> Floats:
        """Most load of each territory and measure; infinite for an empty measure."""
        problem = self.problem
        used = (problem.measures.sum(axis=0) > 0) & (problem.targets > 0)
        return np.where(used, problem.targets * (1 + problem.tolerances), np.inf)

    @cached_property
    def group(self) -> Ints:
        """The number of the group of each unit; units in no group have one of their own."""
        own = np.arange(self.problem.unit_count)
        if self.problem.groups is None:
            return own
        given = self.problem.groups
        return np.unique(np.where(given >= 0, given, own + int(given.max()) + 1), return_inverse=True)[
            1
        ].ravel()

    @cached_property
    def load(self) -> Floats:
        """Measures of each group."""
        return column_sums(self.group, self.problem.measures, int(self.group.max()) + 1)

    @cached_property
    def first(self) -> Ints:
        """One unit of each group."""
        return np.unique(self.group, return_index=True)[1]

    @cached_property
    def wanted(self) -> Ints:
        """The territory each unit is bound to, its group followed, else -1."""
        bound = np.full(len(self.load), -1, dtype=np.int64)
        np.maximum.at(bound, self.group, wishes(self.problem))
        found: Ints = bound[self.group]
        return found

    @cached_property
    def open_to(self) -> Ints:
        """Territories that are not frozen."""
        return np.setdiff1d(np.arange(self.problem.territory_count), list(self.problem.frozen))

    @cached_property
    def whole(self) -> Bools:
        """Groups that cannot be cut: all but single splittable units."""
        shared = self.problem.splittable
        if shared is None:
            return np.ones(len(self.load), dtype=np.bool_)
        alone = np.bincount(self.group) == 1
        held = np.zeros(self.problem.unit_count, dtype=np.bool_)
        held[[unit for units in self.problem.apart for unit in units]] = True
        return np.asarray(~(alone & shared[self.first] & ~held[self.first]))


def _heavy(facts: Facts) -> Iterator[Reason]:
    """Units and groups heavier than any territory may be."""
    most = facts.upper.max(axis=0)
    size = np.bincount(facts.group)
    for group, measure in np.argwhere((facts.load > most * (1 + SLACK)) & facts.whole[:, None]).tolist():
        unit = int(facts.first[group])
        multiple = float(facts.load[group, measure] / facts.problem.targets[:, measure].max())
        if size[group] == 1:
            yield reasons.oversized(unit, measure, multiple)
            continue
        yield Reason(
            "oversized_group",
            "与单元 {unit} 要在一起的 {count} 个单元合起来是区域应有量的 {multiple:.2f} 倍，须先拆开",
            {"unit": unit, "count": int(size[group]), "multiple": multiple},
            unit=unit,
            measure=measure,
        )


def _bound(facts: Facts) -> Iterator[Reason]:
    """Locks that overload a territory, frozen territories out of balance, and a rest that cannot fit."""
    problem = facts.problem
    held = facts.wanted >= 0
    load = column_sums(facts.wanted[held], problem.measures[held], problem.territory_count)
    for j, measure in np.argwhere(load > facts.upper * (1 + SLACK)).tolist():
        yield Reason(
            "frozen_too_heavy" if j in problem.frozen else "locks_too_heavy",
            "区域 {territory} 已冻结，指标 {measure} 比应有量多 {over:.1%}，超出公差"
            if j in problem.frozen
            else "锁定给区域 {territory} 的单元，指标 {measure} 已比应有量多 {over:.1%}，超出公差",
            {
                "territory": j,
                "measure": measure + 1,
                "over": float(load[j, measure] / problem.targets[j, measure] - 1),
            },
            territory=j,
            measure=measure,
        )
    for j in sorted(problem.frozen):
        for measure in np.flatnonzero(load[j] < facts.lower[j] * (1 - SLACK)).tolist():
            yield Reason(
                "frozen_too_light",
                "区域 {territory} 已冻结，指标 {measure} 比应有量少 {under:.1%}，超出公差",
                {
                    "territory": j,
                    "measure": measure + 1,
                    "under": float(1 - load[j, measure] / problem.targets[j, measure]),
                },
                territory=j,
                measure=measure,
            )
    free = problem.measures[~held].sum(axis=0)
    least = np.maximum(facts.lower - load, 0.0)[facts.open_to].sum(axis=0)
    most = np.maximum(facts.upper - load, 0.0)[facts.open_to].sum(axis=0)
    for measure in np.flatnonzero((free < least * (1 - SLACK)) | (free > most * (1 + SLACK))).tolist():
        short = bool(free[measure] < least[measure] * (1 - SLACK))
        yield Reason(
            "rest_does_not_fit",
            "锁定和冻结之后，其余单元的指标 {measure} 共 {free:.6g}，其余区域在公差内至少要 {least:.6g}"
            if short
            else "锁定和冻结之后，其余单元的指标 {measure} 共 {free:.6g}，其余区域在公差内至多容 {most:.6g}",
            {
                "measure": measure + 1,
                "free": float(free[measure]),
                "least": float(least[measure]),
                "most": float(most[measure]),
            },
            measure=measure,
        )


def _few(facts: Facts) -> Iterator[Reason]:
    """Fewer units that carry anything than territories that must carry something."""
    for measure in range(facts.load.shape[1]):
        needed = int((facts.lower[:, measure] > 0).sum())
        carrying = int((facts.load[:, measure] > 0).sum())
        if (
            facts.load[:, measure].any()
            and carrying < needed
            and facts.whole[facts.load[:, measure] > 0].all()
        ):
            yield Reason(
                "few_units",
                "指标 {measure} 只有 {carrying} 个单元不为零，不够 {needed} 个区域各分到一些",
                {"measure": measure + 1, "carrying": carrying, "needed": needed},
                measure=measure,
            )


def _steps(facts: Facts) -> Iterator[Reason]:
    """Whole numbers with a common step: some territory may have no multiple of it inside its band."""
    if not facts.whole.all():
        return
    for measure, column in enumerate(facts.load.T):
        if not column.any() or (column != np.rint(column)).any() or column.max() > 2**53:
            continue
        step = gcd(*(int(value) for value in np.unique(column)))
        low = np.ceil(facts.lower[:, measure] / step * (1 - SLACK)) * step
        high = np.floor(facts.upper[:, measure] / step * (1 + SLACK)) * step
        none = np.flatnonzero(low > high)
        total = float(column.sum())
        if len(none) or not low.sum() <= total <= high.sum():
            j = int(none[0]) if len(none) else int(np.argmin(high - low))
            yield Reason(
                "coarse_steps",
                "指标 {measure} 总以 {step} 为步长，区域 {territory} 在公差内要 {low:.6g} 到 {high:.6g}，凑不出来；请放宽公差或减少区域",
                {
                    "measure": measure + 1,
                    "step": step,
                    "territory": j,
                    "low": float(facts.lower[j, measure]),
                    "high": float(facts.upper[j, measure]),
                },
                territory=j,
                measure=measure,
            )


def _pieces(problem: Problem, inside: Bools) -> Ints:
    """The connected piece of each unit inside, -1 outside."""
    edges = links.NO_EDGES if problem.edges is None else problem.edges
    number = np.full(problem.unit_count, -1, dtype=np.int64)
    number[inside] = np.arange(int(inside.sum()))
    pair = number[edges]
    label = np.full(problem.unit_count, -1, dtype=np.int64)
    label[inside] = links.pieces(int(inside.sum()), pair[(pair >= 0).all(axis=1)])
    return label


def _cut_off(facts: Facts) -> Iterator[Reason]:
    """Land between frozen territories that cannot hold a whole number of the others."""
    problem = facts.problem
    if not problem.frozen or problem.edges is None or not len(facts.open_to):
        return
    free = ~np.isin(facts.wanted, list(problem.frozen))
    if not free.any():
        return
    label, sea = _pieces(problem, free), _pieces(problem, np.ones(problem.unit_count, dtype=np.bool_))
    load = column_sums(label[free], problem.measures[free], int(label.max()) + 1)
    lonely = _holds_none(facts, column_sums(sea, problem.measures, int(sea.max()) + 1))
    for piece in np.flatnonzero(_holds_none(facts, load, facts.open_to)).tolist():
        unit = int(np.flatnonzero(label == piece)[0])
        if lonely[sea[unit]] or (sea == sea[unit]).sum() == (label == piece).sum():
            continue
        yield Reason(
            "cut_off",
            "冻结的区域把单元 {unit} 等 {count} 个围住，那里容不下整数个区域；请解除其中一个冻结",
            {"unit": unit, "count": int((label == piece).sum())},
            unit=unit,
        )


def _holds_none(facts: Facts, load: Floats, among: Ints | None = None) -> Bools:
    """Pieces whose load fits no whole number of territories; `among` only these."""
    among = np.arange(facts.problem.territory_count) if among is None else among
    upper, lower = facts.upper[among].max(axis=0), facts.lower[among].min(axis=0)
    used = np.isfinite(upper)
    fewest = np.ceil(load[:, used] / upper[used] * (1 - SLACK)).max(axis=1, initial=1.0)
    used &= lower > 0
    most = np.floor(load[:, used] / lower[used] * (1 + SLACK)).min(axis=1, initial=float(len(among)))
    return np.asarray(fewest > most)


def _locks_apart(facts: Facts) -> Iterator[Reason]:
    """Units locked to one territory that no way joins, for others are locked between them."""
    problem = facts.problem
    if problem.edges is None or not len(problem.edges):
        return
    sea = _pieces(problem, np.ones(problem.unit_count, dtype=np.bool_))
    for territory in np.unique(facts.wanted[facts.wanted >= 0]).tolist():
        own = facts.wanted == territory
        passable = own if territory in problem.frozen else own | (facts.wanted < 0)
        label = _pieces(problem, passable)
        where = np.flatnonzero(own)
        other = where[(label[where] != label[where[0]]) & (sea[where] == sea[where[0]])]
        if len(other):
            yield Reason(
                "locks_not_connected",
                "区域 {territory} 的单元 {unit} 与 {other} 之间都锁定给了别的区域，连不成一片",
                {"territory": territory, "unit": int(where[0]), "other": int(other[0])},
                territory=territory,
                unit=int(other[0]),
            )


def _skills(facts: Facts) -> Iterator[Reason]:
    """Skills asked for by more load than the seats that have them may carry."""
    problem = facts.problem
    if problem.needs is None or isinstance(problem.territories, int):
        return
    for skill in sorted(frozenset[str]().union(*problem.needs)):
        asks = np.asarray([skill in needed for needed in problem.needs])
        able = np.asarray([skill in seat.skills for seat in problem.territories])
        load, most = problem.measures[asks].sum(axis=0), facts.upper[able].sum(axis=0)
        for measure in np.flatnonzero(load > most * (1 + SLACK)).tolist():
            yield Reason(
                "skill_overloaded",
                "需要技能“{skill}”的单元指标 {measure} 共 {load:.6g}，会的 {seats} 个岗位至多承担 {most:.6g}",
                {
                    "skill": skill,
                    "measure": measure + 1,
                    "load": float(load[measure]),
                    "seats": int(able.sum()),
                    "most": float(most[measure]),
                },
                measure=measure,
            )


def _moves(facts: Facts) -> Iterator[Reason]:
    """A cap on moves below the weight that has to leave overloaded territories, or to enter those too light."""
    problem = facts.problem
    if problem.max_moved is None or problem.current is None:
        return
    known = problem.current >= 0
    weight = problem.measures[:, 0]
    load = sums(problem.current[known], weight[known], problem.territory_count)
    over = np.maximum(load - facts.upper[:, 0], 0.0)
    under = np.maximum(facts.lower[:, 0] - load, 0.0)
    needed, total = (
        max(float(over.sum()), float(under.sum()) - float(weight[~known].sum())),
        float(weight.sum()),
    )
    if needed > problem.max_moved * total * (1 + SLACK):
        worst = int(np.argmax(over if over.any() else under))
        yield Reason(
            "max_moved_too_small",
            "要回到公差内至少得移动 {needed:.1%} 的份额（首先是区域 {territory}），变动上限只有 {most:.1%}",
            {"needed": needed / total, "territory": worst, "most": problem.max_moved},
            territory=worst,
        )


def _coarse(facts: Facts) -> Iterator[Reason]:
    """Units wider than the band: the search may not find a place for each of them."""
    heavy = np.flatnonzero(splitting.coarse(facts.problem) & facts.whole[facts.group])
    if len(heavy) and facts.problem.territory_count > 1:
        share = facts.problem.measures[heavy] / np.maximum(facts.problem.targets.min(axis=0), 1e-300)
        worst = int(heavy[int(np.argmax(share.max(axis=1)))])
        yield Reason(
            "coarse_units",
            "{count} 个单元大于公差带的宽度（最大的是 {unit}，为区域应有量的 {multiple:.0%}），可能凑不平；能拆的请标为可拆分",
            {"count": len(heavy), "unit": worst, "multiple": float(share.max())},
            unit=worst,
        )


def _islands(facts: Facts) -> Iterator[Reason]:
    """Pieces of the map that cannot stand alone and will be joined to their nearest neighbour."""
    problem = facts.problem
    if problem.edges is not None and len(problem.edges):
        label = _pieces(problem, np.ones(problem.unit_count, dtype=np.bool_))
        load = column_sums(label, problem.measures, int(label.max()) + 1)
        lonely = np.flatnonzero(_holds_none(facts, load)) if len(load) > 1 else ()
        if len(lonely):
            smallest = min(lonely, key=lambda piece: (load[piece, 0], piece))
            unit = int(np.flatnonzero(label == smallest)[0])
            template = "邻接图分成 {pieces} 片，其中 {count} 片各自容不下整数个区域（如单元 {unit} 所在的一片），将就近连到别处"
            numbers = {"pieces": len(load), "count": len(lonely), "unit": unit}
            yield Reason("not_connected", template, numbers, unit=unit)
    bare = np.flatnonzero(~figures.known_places(problem))
    if len(bare):
        yield reasons.bare_units(bare)


def _empty(facts: Facts) -> Iterator[Reason]:
    """Measures that are zero everywhere and cannot be balanced."""
    for measure in np.flatnonzero(facts.load.sum(axis=0) == 0).tolist():
        yield Reason(
            "empty_measure", "指标 {measure} 全是零，无从均衡", {"measure": measure + 1}, measure=measure
        )
