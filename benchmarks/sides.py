"""Two sides of a comparison measured in turn within one run, by CPU seconds of all threads of this process."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def in_turn(
    sides: Mapping[str, Callable[[], Any]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """CPU seconds of each side in each round, and what it answered last. One round before is not counted."""
    answers = {name: work() for name, work in sides.items()}
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, work in sides.items():
            started = time.process_time()
            answers[name] = work()
            spent[name].append(time.process_time() - started)
    return spent, answers


def told(spent: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Median, least and most of each side."""
    return {
        name: [round(value, 3) for value in (statistics.median(values), min(values), max(values))]
        for name, values in spent.items()
    }
