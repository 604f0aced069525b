"""Makes one mistake after the other and sees whether the matrix notices."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.authorization import matrix
from tests.authorization.breaking import Fault
from tests.authorization.questions import Case, Topic, judge
from tests.authorization.site import Site

DECISIONS = 1500
"""How long a focused run looks before it gives up."""


@dataclass(frozen=True)
class Found:
    """What the matrix said of one mistake; empty when it said nothing."""

    fault: Fault
    decisions: int
    seconds: float
    evidence: str


def focused(fault: Fault, topics: Iterable[Topic]) -> list[Topic]:
    """The topics in which the mistake should show."""
    return [topic for topic in topics if any(word in topic.name for word in fault.focus)]


def hunt(site: Site, faults: Iterable[Fault]) -> Iterator[Found]:
    """One focused run for each mistake, until a decision comes out wrong that is right without the mistake."""
    topics = matrix.all_topics()
    for fault in faults:
        begun = time.perf_counter()
        asked = list(matrix.draw(focused(fault, topics), site, DECISIONS))
        asked.sort(key=lambda pair: matrix.order(f"{pair[0].name}{pair[1]}"))
        decisions, evidence = search(site, fault, asked)
        yield Found(fault, decisions, time.perf_counter() - begun, evidence)


def search(site: Site, fault: Fault, asked: Iterable[tuple[Topic, Case]]) -> tuple[int, str]:
    """How many decisions it took, and the first that only the mistake can explain."""
    decisions = 0
    with fault.made():
        wrong = []
        for topic, case in asked:
            decisions += 1
            if said := judge(topic, site, case):
                wrong = [(topic, case, said[0])]
                break
    for topic, case, said in wrong:
        if judge(topic, site, case):
            return decisions, ""
        return decisions, f"{topic.name} as {case.account} on {case.day} about {case.pk}: {said}"
    return decisions, ""
