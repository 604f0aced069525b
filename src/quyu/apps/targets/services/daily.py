"""What the targets do once a day: versions come into force, letters are sealed, people reminded, changes proposed.

Each step finds its own work and leaves what was done; running it twice a day changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter
from quyu.apps.targets.services import letters, lifecycle, milestones, proposals


@dataclass(frozen=True)
class Done:
    """How many of each."""

    in_force: int
    sealed: int
    reminded: int
    proposed: int
    milestones: int


def run(*, at: datetime) -> Done:
    """All steps, each in its own transaction."""
    return Done(
        in_force=len(lifecycle.come_into_force(at=at)),
        sealed=seal_waiting(at=at),
        reminded=letters.remind(at=at),
        proposed=len(proposals.propose(at=at)),
        milestones=milestones.tell_milestones(at=at),
    )


def seal_waiting(*, at: datetime) -> int:
    """Seal the letters nobody has opened yet."""
    waiting = Letter.objects.filter(sealed=None).exclude(state=LetterState.REPLACED)
    found = list(waiting.order_by("pk"))
    for letter in found:
        letters.sealed_file(letter=letter, at=at)
    return len(found)
