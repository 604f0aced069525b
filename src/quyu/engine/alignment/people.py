"""People for territories: who they are, where they were placed, and the reasons in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from quyu.engine.alignment.arrays import Floats
from quyu.engine.alignment.result import Reason


@dataclass(frozen=True, slots=True)
class Person:
    """Home in km (NaN: anywhere), capacity as a part of a mean territory load, ability (more is better), skills."""

    x: float = math.nan
    y: float = math.nan
    capacity: float = 1.0
    ability: float = 0.0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffWeights:
    """How much each aspect counts; each is between 0 (ideal) and 1 for a pair.

    distance: mean km to the units over the longest of all pairs. capacity: |load - capacity|, at most 1. ability:
    difference of the ranks of ability and potential. relations: part of the weight not served by the person today.
    skills: part of the weight with needs that the person cannot serve.
    """

    distance: float = 1.0
    capacity: float = 1.0
    ability: float = 0.5
    relations: float = 1.0
    skills: float = 3.0

    def sum_of(self, aspects: Mapping[str, Floats]) -> Floats:
        """The weighted sum of the aspects."""
        parts = [getattr(self, each.name) * aspects[each.name] for each in fields(self)]
        total: Floats = np.sum(parts, axis=0)
        return total


@dataclass(frozen=True, slots=True)
class Placement:
    """A territory and its person (None: vacant). load: over the mean; kept: part served by the person today.

    second: who would fit next best by himself. lacking: skills asked for that the person has not.
    """

    territory: int
    person: int | None
    second: int | None
    cost: float
    distance_km: float
    load: float
    kept: float
    lacking: frozenset[str]
    reasons: tuple[Reason, ...] = ()

    def with_reasons(self, reasons: tuple[Reason, ...]) -> "Placement":
        """The same with its reasons."""
        return replace(self, reasons=reasons)


@dataclass(frozen=True, slots=True)
class Staffing:
    """A placement per territory, the people without one, and the total cost.

    costs: of every pair, people x territories; infinite where a pair is ruled out.
    """

    placements: tuple[Placement, ...]
    unplaced: tuple[int, ...]
    cost: float
    costs: Floats = field(repr=False, compare=False)

    def alternatives(self, territory: int, most: int = 3) -> list[tuple[int, float]]:
        """Who else could have the territory and what his pair costs, the cheapest first."""
        column = self.costs[:, territory]
        order = np.argsort(column, kind="stable").tolist()
        person = self.placements[territory].person
        return [(p, float(column[p])) for p in order if p != person and math.isfinite(column[p])][:most]

    def wish(self, person: int) -> tuple[int, float] | None:
        """The territory that would suit a person best by himself, and its cost; None when all are ruled out."""
        row = self.costs[person]
        best = int(np.argmin(row))
        return (best, float(row[best])) if math.isfinite(row[best]) else None


def reasons_of(
    found: Placement, people: Sequence[Person], distance: Floats, kept: Floats, potential: Floats
) -> tuple[Reason, ...]:
    """Why this person, beside the second choice; numbers `person` and `second` are indices."""
    j = found.territory
    if found.person is None:
        return (_reason("vacant", "区域 {territory} 暂时没有合适的人", {}, j),)
    person, p, reasons = people[found.person], found.person, list[Reason]()
    if math.isfinite(person.x):
        template = "家到区域 {territory} 的单元平均 {km:.0f} 公里"
        reasons.append(_reason("distance", template, {"km": found.distance_km}, j))
    if kept.any():
        template = "区域 {territory} 的 {kept:.0%} 现在就由他负责"
        reasons.append(_reason("relations", template, {"kept": found.kept}, j))
    template = "区域 {territory} 的负荷是平均的 {load:.0%}，他的能力是 {capacity:.0%}"
    reasons.append(_reason("capacity", template, {"load": found.load, "capacity": person.capacity}, j))
    if len({one.ability for one in people}) > 1:
        below = sum(one.ability < person.ability for one in people)
        top = float(np.mean(potential >= potential[j]))
        numbers: dict[str, float | int | str] = {"below": below, "top": top}
        template = "能力高过 {below} 人，区域 {territory} 的潜力排在前 {top:.0%}"
        reasons.append(_reason("ability", template, numbers, j))
    if found.lacking:
        words: dict[str, float | int | str] = {"skills": "、".join(sorted(found.lacking))}
        reasons.append(_reason("lacks_skill", "区域 {territory} 需要“{skills}”，他还不会", words, j))
    if found.second is not None:
        numbers = {
            "second": found.second,
            "km": float(distance[found.second, j]),
            "kept": float(kept[found.second, j]),
        }
        template = "其次是 {second}：平均 {km:.0f} 公里，现在负责 {kept:.0%}"
        reasons.append(_reason("second", template, numbers, j))
    return tuple(replace(reason, numbers={**reason.numbers, "person": p}) for reason in reasons)


def _reason(code: str, template: str, numbers: dict[str, float | int | str], territory: int) -> Reason:
    return Reason(code, template, {**numbers, "territory": territory}, territory=territory)
