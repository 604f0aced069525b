"""What to look at this morning: open alerts within reach, and the policy pack so far."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from quyu.apps.monitoring.choices import Severity
from quyu.apps.monitoring.selectors.inbox import Entry, entries, listed
from quyu.apps.targets.selectors.monitored import Watched, watched_rules
from quyu.platform.people.scope import Scope

ALERTS_SHOWN = 5
GRAVEST = ("danger", "warning", "ok", "info")
"""States of a rule in the order they are told."""


@dataclass(frozen=True)
class Alerts:
    """`counts`: (severity, open alerts) of those there are, gravest first; `first`: the gravest, without those below."""

    counts: tuple[tuple[Severity, int], ...]
    first: tuple[Entry, ...]

    @property
    def total(self) -> int:
        return sum(count for _severity, count in self.counts)


def alerts_for(scope: Scope, *, today: date) -> Alerts:
    """Everything open that the list of alerts shows."""
    found = entries(scope, today=today)
    by_severity = Counter(entry.alert.rule.severity for entry in listed(found))
    counts = ((severity, by_severity[severity]) for severity in Severity)
    return Alerts(tuple(pair for pair in counts if pair[1]), tuple(found[:ALERTS_SHOWN]))


@dataclass(frozen=True)
class Pack:
    """`told`: the rules with a figure, those missed first; `waiting`: how many have no data yet."""

    told: tuple[Watched, ...]
    waiting: int


def pack_for(scope: Scope, *, today: date) -> Pack:
    """The policy pack at the highest node within reach."""
    found = list(watched_rules(scope, today=today).values())
    told = [one for one in found if one.value is not None]
    told.sort(key=lambda one: GRAVEST.index(one.state))
    return Pack(tuple(told), len(found) - len(told))
