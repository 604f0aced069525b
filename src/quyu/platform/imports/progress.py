"""How far an import is, told while it runs: phase, rows, rows per second, seconds left.

Whoever reads, checks or writes calls `begin` and `rows`; the tracker passes a `Progress` on at most twice a
second. Durations come from a monotonic timer: the date and time of day play no part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from quyu.platform.imports.choices import ImportPhase

INTERVAL_SECONDS = 0.5
STARTS = {ImportPhase.READING: 0.0, ImportPhase.CHECKING: 0.55, ImportPhase.WRITING: 0.8}
"""The share of the whole work that lies before each phase, measured on files of a million rows."""
ENDS = {ImportPhase.READING: 0.55, ImportPhase.CHECKING: 0.8, ImportPhase.WRITING: 1.0}


@dataclass(frozen=True)
class Progress:
    """`total`, `speed` (rows per second) and `seconds_left` are None while unknown."""

    phase: ImportPhase
    rows: int = 0
    total: int | None = None
    speed: int | None = None
    seconds_left: int | None = None


class Tracker:
    """Counts the rows of each phase and works out speed and time left."""

    def __init__(self, tell: Callable[[Progress], None] | None = None) -> None:
        self._tell = tell
        self._began = self._told = monotonic()
        self._phase: ImportPhase = ImportPhase.READING
        self._rows = 0
        self._total: int | None = None

    def begin(self, phase: ImportPhase, *, total: int | None = None) -> None:
        """Enter a phase; `total` rows, where that is known, else as many as before."""
        self._phase, self._total = phase, self._total if total is None else total
        self._rows = 0 if phase == ImportPhase.READING else self._rows
        self._pass_on()

    def rows(self, done: int) -> None:
        """So many rows have gone through the phase."""
        self._rows = done
        if monotonic() - self._told >= INTERVAL_SECONDS:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._tell is not None:
            self._told = monotonic()
            self._tell(self._now())

    def _now(self) -> Progress:
        spent = monotonic() - self._began
        speed = int(self._rows / spent) if self._rows and spent > 0 else None
        return Progress(self._phase, self._rows, self._total, speed, self._left(spent))

    def _left(self, spent: float) -> int | None:
        within = (
            min(self._rows / self._total, 1.0) if self._total and self._phase == ImportPhase.READING else 0.0
        )
        start, end = STARTS[self._phase], ENDS[self._phase]
        share = start + within * (end - start)
        return round(spent * (1 - share) / share) if share > 0 else None


SILENT = Tracker()
