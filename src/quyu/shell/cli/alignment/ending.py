"""When the search ends early: the time asked for is over, or somebody pressed Ctrl-C once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time
from types import FrameType

from quyu.engine import alignment

PER_PAIR, PER_UNIT, AT_LEAST = 1.4e-7, 6e-5, 0.05
"""CPU seconds after the search asked last: its last step, lower bound, checking and writing; measured with 36,821 units, 300 territories."""


MOST_LOADING = 5.0
"""CPU seconds that the start of the program took, counted in; more were spent by whoever called this as a part."""


class Ending:
    """Asked by the search now and then; says yes in time for what comes after it, and remembers why."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds, self.cpu = seconds, 0.0
        self.began = perf_counter() - min(process_time(), MOST_LOADING)
        self.after = AT_LEAST
        self.why = ""

    def expect(self, units: int, territories: int) -> None:
        """How much is to be done after the search."""
        self.after = AT_LEAST + PER_UNIT * units + PER_PAIR * units * territories

    def _left(self, seconds: float) -> float:
        """Seconds for the search."""
        return seconds - min(self.after * self._crowded(), seconds / 2) - self._passed()

    def _passed(self) -> float:
        return perf_counter() - self.began

    def _crowded(self) -> float:
        """Seconds on the clock per CPU second."""
        return max(self._passed() / max(process_time() - self.cpu, 1e-3), 1.0)

    def __call__(self, _progress: alignment.Progress, /) -> bool:
        is_over = self.seconds is not None and self._left(self.seconds) <= 0
        self.why = self.why or ("time" if is_over else "")
        return bool(self.why)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within it, the first Ctrl-C ends the search with the best plan so far, and the next one everything."""

        def interrupt(_number: int, _frame: FrameType | None) -> None:
            self.why = "interrupt"
            signal.signal(signal.SIGINT, before)

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
