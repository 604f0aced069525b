"""What the checks say of a whole version, in a few numbers: for the approver."""

from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.alignment import orphans_of
from quyu.apps.targets.selectors.checks import Summary, checks, summary_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.rules import asked_rules


@dataclass(frozen=True)
class Verdict:
    """The targets checked, the codes of the rules that are broken somewhere, and the targets no strategy asks for."""

    summary: Summary
    rules_broken: tuple[str, ...]
    orphans: int


def verdict(version: PlanVersion, axes: Axes, *, reach: Reach, at: date) -> Verdict:
    """All checks of a version within reach."""
    asked = asked_rules(version, axes, reach=reach, at=at)
    return Verdict(
        summary=summary_of(checks(version, axes, reach=reach, at=at)),
        rules_broken=tuple(rule.row.code for rule in asked if rule.broken),
        orphans=len(orphans_of(version, reach)),
    )
