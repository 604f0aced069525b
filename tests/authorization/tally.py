"""The count of decisions and what disagreed; plain data that processes hand to each other."""

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass
class Result:
    """How many decisions, of which sort, and every disagreement in words."""

    decisions: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)
    by_relation: Counter[str] = field(default_factory=Counter)
    by_answer: Counter[str] = field(default_factory=Counter)
    by_day: Counter[str] = field(default_factory=Counter)
    by_role: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        """Take the figures of another process in."""
        self.decisions += other.decisions
        self.disagreements += other.disagreements
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
