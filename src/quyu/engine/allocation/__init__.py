"""Breaking a number down exactly: spread, edit, feasible interval, explanation, certificate.

    problem = Problem(dimensions, coordinates, base, totals=(Total({}, 1_000_000),))
    result = solve(problem)
    result = edit(problem, result.values, Edit({"region": "上海"}, 300_000, Keep.TOTAL))

Only leaf cells are stored, so every total is a sum and every sum is exact. See docs/formulas/allocation.md.
"""

from quyu.engine.allocation.bearing import Edit, Keep
from quyu.engine.allocation.closeness import Closeness, closeness
from quyu.engine.allocation.dimension import Dimension, UnknownNode
from quyu.engine.allocation.edit import edit
from quyu.engine.allocation.explain import Why, explain
from quyu.engine.allocation.infeasible import Conflict, CrossingTotals, Infeasible, Interval, Kind
from quyu.engine.allocation.interval import interval
from quyu.engine.allocation.lattice import DuplicateCell
from quyu.engine.allocation.params import Params, Spread
from quyu.engine.allocation.problem import UNBOUNDED, BadProblem, Bound, Problem, Share, Total
from quyu.engine.allocation.reasons import BOUND_BY, Reasons, reasons
from quyu.engine.allocation.result import Result
from quyu.engine.allocation.solve import Stopped, solve
from quyu.engine.allocation.verbs import BadVerb, equal, growth, like, rounded, seasonal, weighted
from quyu.engine.allocation.verify import Certificate, verify

__all__ = [
    "BOUND_BY",
    "UNBOUNDED",
    "BadProblem",
    "BadVerb",
    "Bound",
    "Certificate",
    "Closeness",
    "Conflict",
    "CrossingTotals",
    "Dimension",
    "DuplicateCell",
    "Edit",
    "Infeasible",
    "Interval",
    "Keep",
    "Kind",
    "Params",
    "Problem",
    "Reasons",
    "Result",
    "Share",
    "Spread",
    "Stopped",
    "Total",
    "UnknownNode",
    "Why",
    "closeness",
    "edit",
    "equal",
    "explain",
    "growth",
    "interval",
    "like",
    "reasons",
    "rounded",
    "seasonal",
    "solve",
    "verify",
    "weighted",
]
