"""Rounds of: prepare an operation, kill it at a random moment or at a chosen step, look at what is left.

Imported once the site is open. The parent has loaded everything a child will need, so that a child is killed
while it works and not while it starts.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet
from django.test import Client

from tests.integrity import company, invariants
from tests.integrity.operations import NEW, OLD, OPERATIONS
from tests.integrity.site import finished, forked, in_child
from tests.integrity.tripwire import stretched

LOADED = (duckdb, pyarrow.parquet)
SAMPLES = 2
STARTED = b"!"
AT_THE_END = sys.maxsize


def build() -> None:
    """The company that every operation works on."""
    in_child(company.build)


def rounds(operation: str, count: int, *, points: int, seed: int, home: Path) -> Iterator[dict[str, Any]]:
    """`points` of the rounds die at steps spread evenly over the operation, the others at random moments."""
    duration, steps = calibrate(operation, home)
    print(f"{operation}: {duration:.3f} s in {steps} steps", file=sys.stderr)
    chance = random.Random(seed)
    in_child(partial(ready, operation, 0, home))
    for number in range(count):
        fatal = step_of(number, points, steps) if number < points else None
        moment = chance.choice([chance.uniform(0, duration), chance.uniform(0.7 * duration, 1.8 * duration)])
        kill(operation, number, fatal, moment)
        killed = time.monotonic()
        in_child(partial(look, operation, number, home))
        found = json.loads((home / "found.json").read_text())
        yield found | {
            "round": number,
            "killed_at": ("the end" if fatal == AT_THE_END else f"step {fatal}")
            if fatal
            else f"{moment:.3f} s",
            "restart_s": round(found["ready_at"] - killed, 3),
        }


def step_of(number: int, points: int, steps: int) -> int:
    """The first step, then evenly on, and for the last point the end: how many steps there are depends on the clock,
    for progress is told by time."""
    return AT_THE_END if number == points - 1 else 1 + number * (steps - 1) // max(points - 1, 1)


def calibrate(operation: str, home: Path) -> tuple[float, int]:
    """How long an unharmed operation takes in a new child (s), and in how many steps."""
    pace = home / "pace.json"

    def measure(number: int) -> None:
        with stretched(None) as wire:
            started = time.monotonic()
            OPERATIONS[operation].act(number)
            taken = time.monotonic() - started
        pace.write_text(json.dumps([taken, wire.count]))

    found: list[list[float]] = []
    for number in range(-SAMPLES, 0):
        in_child(partial(OPERATIONS[operation].prepare, number))
        in_child(partial(measure, number))
        found.append(json.loads(pace.read_text()))
    return max(taken for taken, _ in found), int(found[-1][1])


def kill(operation: str, number: int, fatal: int | None, moment: float) -> None:
    """Run the operation in a child and see it dead: at step `fatal`, else `moment` seconds after its start."""
    reading, telling = os.pipe()

    def act() -> None:
        if fatal is None:
            os.write(telling, STARTED)
            OPERATIONS[operation].act(number)
            return
        with stretched(fatal):
            OPERATIONS[operation].act(number)
        os.kill(os.getpid(), signal.SIGKILL)

    child = forked(act)
    os.close(telling)
    if fatal is None:
        os.read(reading, 1)
        time.sleep(moment)
        os.killpg(child, signal.SIGKILL)
    os.close(reading)
    code = finished(child)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the operation itself failed with {code}")


def look(operation: str, number: int, home: Path) -> None:
    """In a fresh process: the site answers, the state is old or new, nothing is broken, work goes on."""
    wait_until_ready()
    ready_at = time.monotonic()
    found: dict[str, Any] = {"ready_at": ready_at, "faults": []}
    checked = OPERATIONS[operation].outcome
    try:
        found["state"] = checked(number)
    except AssertionError as error:
        found |= {"state": "between", "faults": [str(error)]}
    before = (home / "fingerprint").read_text()
    if found["state"] == OLD and invariants.fingerprint() != before:
        found["faults"].append("the state is neither the old one nor the new one")
    if found["state"] == NEW and invariants.fingerprint() == before:
        found["faults"].append("the new state is the old one")
    found["faults"] += invariants.faults()
    if found["state"] == OLD:
        OPERATIONS[operation].recover(number)
        if checked(number) != NEW:
            found["faults"].append("done again, it is still not done")
    ready(operation, number + 1, home)
    (home / "found.json").write_text(json.dumps(found))


def wait_until_ready() -> None:
    """The site answers 200 at /readyz."""
    deadline = time.monotonic() + 30
    while Client(SERVER_NAME="localhost").get("/readyz").status_code != 200:
        if time.monotonic() > deadline:
            raise TimeoutError("the site is not ready after 30 s")
        time.sleep(0.05)


def ready(operation: str, number: int, home: Path) -> None:
    """Make the next round ready and remember how things stand."""
    OPERATIONS[operation].prepare(number)
    (home / "fingerprint").write_text(invariants.fingerprint())
