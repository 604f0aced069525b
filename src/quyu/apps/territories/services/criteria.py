"""By what a region is divided: several measures, each with its tolerance, and an index of weighted criteria.

The index of a unit is the sum over its criteria of weight x share, where the share is the unit's part of the
region's total. Of a criterion where less is better (outlets of competitors) the distance from the highest value
is shared out instead. So the index of a region sums to one million, whatever the units of its criteria.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.measures import COMPOSITE, Measure
from quyu.apps.territories.selectors.criteria import known_measures
from quyu.kernel.refusal import Refusal

Floats = NDArray[np.float64]
WHOLE_BP, INDEX = 10_000, 1_000_000
MOST = 5
"""Measures balanced at once: with more, no plan of a real map meets them all."""


class BadCriteria(Refusal):
    """Criteria that say nothing, contradict each other, or do not add up."""


@dataclass(frozen=True)
class Criteria:
    """`balanced`: measure -> tolerance (bp), the first weighs compactness. `weights`: measure -> weight (bp) in the index.

    With weights the index itself is balanced first, within `index_bp`.
    """

    balanced: tuple[tuple[str, int], ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    index_bp: int = 1_000

    @property
    def columns(self) -> tuple[tuple[str, int], ...]:
        """Every measure that is balanced, with its tolerance, in the order the engine gets them."""
        index = ((str(COMPOSITE), self.index_bp),) if self.weights else ()
        return (*index, *self.balanced)

    @property
    def needed(self) -> tuple[str, ...]:
        """The measures whose values are asked for."""
        return tuple(dict.fromkeys(code for code, _ in (*self.balanced, *self.weights)))

    def told(self) -> dict[str, object]:
        """As an alignment keeps it."""
        known = known_measures()
        rows = [
            {"measure": code, "label": str(known[code].label), "tolerance_bp": tolerance}
            for code, tolerance in self.columns
        ]
        weights = [
            {"measure": code, "label": str(known[code].label), "weight_bp": weight}
            for code, weight in self.weights
        ]
        return {"criteria": rows, "weights": weights}


def checked(criteria: Criteria) -> Criteria:
    """The criteria, or a refusal that says what is wrong with them."""
    known = known_measures()
    lost = [code for code in criteria.needed if code not in known]
    if lost:
        raise BadCriteria("unknown_measure", "没有“{measure}”这个指标，请重新选择。", measure=lost[0])
    if not criteria.columns:
        raise BadCriteria("nothing_balanced", "请至少选一个均衡指标：给它填允许偏差，或填写综合指数的权重。")
    if len(criteria.columns) > MOST:
        raise BadCriteria(
            "too_many_measures",
            "一次最多均衡 {most} 个指标，现在有 {count} 个；请把次要的并入综合指数。",
            most=MOST,
            count=len(criteria.columns),
        )
    total = sum(weight for _, weight in criteria.weights)
    if criteria.weights and total != WHOLE_BP:
        raise BadCriteria(
            "weights_do_not_add_up",
            "综合指数的权重合计是 {total}%，必须等于 100%。",
            total=f"{total / 100:g}",
        )
    for code, _ in criteria.balanced:
        if known[code].is_share:
            raise BadCriteria(
                "no_sum",
                "“{measure}”不能相加，没有区域合计可言；请把它放进综合指数。",
                measure=known[code].label,
            )
    return criteria


def index_of(criteria: Criteria, columns: Mapping[str, Floats]) -> Floats:
    """The index of each unit from the values of its criteria; a criterion without any value counts for nothing."""
    known = known_measures()
    parts = [weight / WHOLE_BP * share(columns[code], known[code]) for code, weight in criteria.weights]
    total: Floats = np.sum(parts, axis=0)
    return total * INDEX


def share(values: Floats, measure: Measure) -> Floats:
    """Each unit's part of the whole, in [0, 1]."""
    kept = values.max(initial=0.0) - values if measure.is_less_better else values
    total = float(kept.sum())
    found: Floats = kept / total if total > 0 else np.full(len(values), 1 / max(len(values), 1))
    return found


def matrix(criteria: Criteria, columns: Mapping[str, Floats]) -> Floats:
    """Units x balanced measures."""
    given = {**columns, str(COMPOSITE): index_of(criteria, columns)} if criteria.weights else columns
    found: Floats = np.column_stack([given[code] for code, _ in criteria.columns])
    return found
