"""What the checks say of a whole version, in a few numbers: for the approver."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import Answer
from quyu.apps.targets.models import Handover, PlanVersion, Round
from quyu.apps.targets.selectors.alignment import orphans_of
from quyu.apps.targets.selectors.checks import Summary, checks, summary_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.rounds import HANDED
from quyu.apps.targets.selectors.rules import asked_rules


@dataclass(frozen=True)
class Verdict:
    """The targets checked, the codes of the rules that are broken somewhere, the targets no strategy asks for.

    `unanswered` and `countered` are the nodes of the newest round still without an answer, or without an end.
    """

    summary: Summary
    rules_broken: tuple[str, ...]
    orphans: int
    unanswered: int
    countered: int


def verdict(version: PlanVersion, axes: Axes, *, reach: Reach, at: date) -> Verdict:
    """All checks of a version within reach."""
    asked = asked_rules(version, axes, reach=reach, at=at)
    found = Round.objects.filter(plan_version=version).order_by("-pk").first()
    answers = Counter(Handover.objects.filter(round=found, state__in=HANDED).values_list("answer", flat=True))
    return Verdict(
        summary=summary_of(checks(version, axes, reach=reach, at=at)),
        rules_broken=tuple(rule.row.code for rule in asked if rule.broken),
        orphans=len(orphans_of(version, reach)),
        unanswered=answers[Answer.PENDING] + answers[Answer.PROPOSED],
        countered=answers[Answer.COUNTERED],
    )
