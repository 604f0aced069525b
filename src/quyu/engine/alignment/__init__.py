"""Territory alignment: balanced, compact and contiguous territories, with a certificate of how good they are."""

from quyu.engine.alignment.feasibility import Feasibility, check
from quyu.engine.alignment.params import Params, Progress, Stop
from quyu.engine.alignment.pareto import Compromise, pareto
from quyu.engine.alignment.people import Person, Placement, Staffing, StaffWeights
from quyu.engine.alignment.problem import Problem, Seat
from quyu.engine.alignment.projection import equal_area_km, middle
from quyu.engine.alignment.reoptimising import Reoptimised, reoptimise
from quyu.engine.alignment.result import Reason, Result, Share
from quyu.engine.alignment.rounds import solve_in_rounds
from quyu.engine.alignment.seating import SeatCount, seats_needed
from quyu.engine.alignment.solve import solve
from quyu.engine.alignment.staffing import assign_people
from quyu.engine.alignment.tolerance import needed_tolerance
from quyu.engine.alignment.validation import InvalidProblem
from quyu.engine.alignment.verify import Certificate, Violation, verify
from quyu.engine.alignment.what_if import Index, Move, Objection, index, what_if

__all__ = [
    "Certificate",
    "Compromise",
    "Feasibility",
    "Index",
    "InvalidProblem",
    "Move",
    "Objection",
    "Params",
    "Person",
    "Placement",
    "Problem",
    "Progress",
    "Reason",
    "Reoptimised",
    "Result",
    "Seat",
    "SeatCount",
    "Share",
    "StaffWeights",
    "Staffing",
    "Stop",
    "Violation",
    "assign_people",
    "check",
    "equal_area_km",
    "index",
    "middle",
    "needed_tolerance",
    "pareto",
    "reoptimise",
    "seats_needed",
    "solve",
    "solve_in_rounds",
    "verify",
    "what_if",
]
