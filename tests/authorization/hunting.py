"""Makes one mistake after the other and sees whether the matrix notices."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.authorization import matrix
from tests.authorization.breaking import Fault
from tests.authorization.questions import Topic
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


def hunt(site: Site, faults: Iterable[Fault], tell: Callable[[Found], None] = lambda _: None) -> Iterator[Found]:
    """One focused run for each mistake, until the first disagreement."""
    topics = matrix.all_topics()
    for fault in faults:
        begun = time.perf_counter()
        asked = list(matrix.draw(focused(fault, topics), site, DECISIONS))
        asked.sort(key=lambda pair: matrix.order(f"{pair[0].name}{pair[1]}"))
        with fault.made():
            result = matrix.run(site, asked, stop_at=1)
        evidence = result.disagreements[0] if result.disagreements else ""
        found = Found(fault, result.decisions, time.perf_counter() - begun, evidence)
        tell(found)
        yield found
