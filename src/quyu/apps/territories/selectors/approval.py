"""What an approver of an alignment sees: the map before and after, what moves from whom to whom, whose target changes."""

from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.measures import UNITS, Measure
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.affected import affected
from quyu.apps.territories.selectors.alignments import loads
from quyu.apps.territories.selectors.criteria import known_measures
from quyu.apps.territories.selectors.reading import Reading, read
from quyu.apps.territories.selectors.scenarios import difference
from quyu.apps.territories.selectors.schedule import effective_of, in_force_before
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.approvals.models import Approval
from quyu.platform.approvals.registry import Shown
from quyu.platform.audit import entries
from quyu.platform.people import policy
from quyu.platform.people.scope import Scope, everything

SHOWN = 500
"""So many moved units are listed."""


@dataclass(frozen=True)
class Sum:
    """A measure over all territories before and after; `is_revised`: the units themselves weigh otherwise now."""

    measure: Measure
    before: int
    after: int
    is_revised: bool


def show(approval: Approval, *, scope: Scope, at: date) -> Shown | None:
    """Of a waiting or approved alignment; what was sent back may have changed since, there the summary speaks."""
    if approval.state not in (ApprovalState.SUBMITTED, ApprovalState.APPROVED):
        return None
    alignment = Alignment.objects.filter(pk=approval.subject_id).exclude(state=AlignmentState.DRAFT).first()
    if alignment is None or not policy.allows(scope, "alignment", "view"):
        return None
    day = effective_of(alignment, at)
    before = in_force_before(alignment, day)
    if before is None:
        return None
    with_targets = policy.allows(scope, "target", "view")
    new, old = (read(one, scope=scope, at=at) for one in (alignment, before))
    moved = difference(new, before, scope=scope, at=at, effective=day, with_targets=with_targets)
    before_loads = {load.territory.code: load for load in loads(before, scope=scope, at=at, reading=old)}
    after_loads = {load.territory.code: load for load in loads(alignment, scope=scope, at=at, reading=new)}
    context = {
        "replaces": entries.label("moves"),
        "alignment": alignment,
        "before": before,
        "day": day,
        "is_waiting": approval.state == ApprovalState.SUBMITTED,
        "difference": moved,
        "people": affected(moved, before_loads, after_loads),
        "before_loads": before_loads,
        "after_loads": after_loads,
        "may_see_targets": with_targets,
        "same_level": before.level == alignment.level,
        "sums": sums_of(alignment, before, at) if scope.is_everything else None,
        "listed": SHOWN,
    }
    return Shown("territories/approval_diff.html.jinja", context, "compare")


def sums_of(alignment: Alignment, before: Alignment, at: date) -> list[Sum]:
    """Every measure both tell of, over all territories before and after: a move of units changes none."""
    new, old = (read(one, scope=everything(), at=at) for one in (alignment, before))
    after, earlier = totals(new), totals(old)
    known = known_measures()
    found = [
        Sum(known[code], earlier[code], after[code], new.figures.get(code) != old.figures.get(code))
        for code in known
        if code in after and code in earlier
    ]
    return [row for row in found if row.before or row.after]


def totals(reading: Reading) -> dict[str, int]:
    found: dict[str, int] = {str(UNITS): sum(territory.unit_count for territory in reading.territories)}
    for own in reading.sums.values():
        for measure, value in own.items():
            found[measure] = found.get(measure, 0) + value
    return found
