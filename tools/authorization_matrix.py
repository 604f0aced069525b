"""Runs the authorisation matrix in full: every page, operation and method x account x day x row, in two processes.

    python tools/authorization_matrix.py [--decisions 110000] [--workers 2] [--only TEXT]
    python tools/with_postgresql.py python tools/authorization_matrix.py

Each process builds its own world in its own database. Exit code 1 on any disagreement, on a route that no
topic fills, on a relation that was not met, and on fewer decisions than asked for (docs/howto/authorization-tests.md).
"""

import argparse
import multiprocessing
import os
import queue
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.authorization.scratch import scratch_site
from tests.authorization.tally import Result

SHOWN, ENOUGH = 60, 0.9
PATIENCE = 10  # seconds between looks at the workers


def worker(
    number: int, workers: int, decisions: int, only: str, answers: "multiprocessing.Queue[object]"
) -> None:
    """One share of the questions; sends its result, or the reason why there is none."""
    try:
        answers.put(share(number, workers, decisions, only))
    except BaseException as error:
        traceback.print_exc()
        answers.put(f"worker {number}: {type(error).__name__}: {error}")


def share(number: int, workers: int, decisions: int, only: str) -> object:
    """Build a site in a database of this process, ask, tell."""
    with scratch_site(f"matrix_{number}") as site:
        matrix = import_module("tests.authorization.matrix")
        topics = [topic for topic in matrix.all_topics() if only in topic.name]
        lost = [] if only else matrix.left_out(topics)
        result = matrix.run(site, matrix.draw(topics, site, decisions, (number, workers)))
        result.disagreements += lost if number == 0 else []
        return result


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--decisions", type=int, default=110_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="topics whose name contains this text")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    arguments = (chosen.workers, chosen.decisions, chosen.only, answers)
    workers = [context.Process(target=worker, args=(number, *arguments)) for number in range(chosen.workers)]
    for process in workers:
        process.start()
    found = answered(answers, workers)
    for process in workers:
        process.join()
    return report(found, chosen, time.perf_counter() - begun)


def answered(answers: "multiprocessing.Queue[object]", workers: list[Any]) -> list[object]:
    """What every worker found; a worker that died without a word is named instead of waited for."""
    found: list[object] = []
    while len(found) < len(workers):
        try:
            found.append(answers.get(timeout=PATIENCE))
        except queue.Empty:
            dead = [process for process in workers if process.exitcode not in (None, 0)]
            if len(found) + len(dead) == len(workers):
                return found + [f"{process.name} died with exit code {process.exitcode}" for process in dead]
    return found


def report(found: list[object], chosen: argparse.Namespace, seconds: float) -> int:
    """The figures, and what is wrong; 0 when nothing is."""
    total = Result()
    for answer in found:
        if isinstance(answer, Result):
            total.add(answer)
        else:
            total.disagreements.append(str(answer))
    engine = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    print(
        f"{total.decisions:,} decisions on {engine} in {seconds:.0f} s, {len(total.disagreements)} disagreements"
    )
    for title, counter in (
        ("relation", total.by_relation),
        ("answer", total.by_answer),
        ("day", total.by_day),
        ("role", total.by_role),
    ):
        print(f"by {title}: " + ", ".join(f"{name} {count:,}" for name, count in counter.most_common()))
    print(f"topics: {len(total.by_topic)}")
    for line in total.disagreements[:SHOWN]:
        print("  " + line)
    too_few = not chosen.only and total.decisions < chosen.decisions * ENOUGH
    if too_few:
        print(f"only {total.decisions:,} of {chosen.decisions:,} questions were found")
    return 1 if total.disagreements or too_few else 0


if __name__ == "__main__":
    sys.exit(main())
