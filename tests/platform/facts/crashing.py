"""Kills an import at random moments and looks at what is left. Run as a program; prints one JSON line a round.

One process loads everything and forks: a writer that imports file after file until it is killed, then an
inspector that compares files, manifest and rollups.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import django
from django.conf import settings
from django.core.management import call_command


def write_for_ever(seed: int, told: int) -> None:
    for number in range(10_000):
        rows = [
            line(f"{seed}-{number}-{i}", date(2026, 1, 1) + timedelta(i % 90), i + 1, customer=f"C{i % 7}")
            for i in range(500)
        ]
        sha256 = f"{seed:032d}{number:032d}"
        services.record_orders(order_lines(*rows), file_name="a.csv", source_sha256=sha256, actor=None, at=AT)
        os.write(told, b".")


def inspect() -> dict[str, object]:
    batches = store.batches()
    whole = all(
        durable.sha256(store.path_of(batch).read_bytes()) == batch.content_sha256 for batch in batches
    )
    swept = store.sweep(grace=timedelta(0))
    files = len(list((store.root() / "order_line").glob("*"))) if batches else 0
    months = MonthRollup.objects.aggregate(amount=Sum("amount_fen"), lines=Sum("line_count"))
    days = DayRollup.objects.aggregate(amount=Sum("amount_fen"), lines=Sum("line_count"))
    state = RollupState.objects.filter(pk=1).values_list("last_batch", flat=True).first() or 0
    return {
        "batches": len(batches),
        "files": files,
        "files_whole": whole,
        "swept": swept,
        "manifest": [sum(batch.amount_fen for batch in batches), sum(batch.row_count for batch in batches)],
        "months": [months["amount"] or 0, months["lines"] or 0],
        "days": [days["amount"] or 0, days["lines"] or 0],
        "is_current": state == (batches[-1].pk if batches else 0),
    }


def in_child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        connection.close()
        try:
            work()
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    return pid


def main(rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(rounds):
        reading, telling = os.pipe()
        writer = in_child(partial(write_for_ever, number, telling))
        os.close(telling)
        started = time.monotonic()
        os.read(reading, 1)
        time.sleep(chance.uniform(0, 2 * (time.monotonic() - started)))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        os.close(reading)
        os.waitpid(in_child(lambda: print(json.dumps(inspect()), flush=True)), 0)


if __name__ == "__main__":
    settings.MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in settings.INSTALLED_APPS}
    django.setup()
    from django.db import connection
    from django.db.models import Sum

    from quyu.apps.performance import services
    from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState
    from quyu.platform.facts import durable, store
    from tests.platform.facts.lines import AT, line, order_lines

    call_command("migrate", run_syncdb=True, verbosity=0)
    connection.close()
    main(int(sys.argv[1]), int(sys.argv[2]))
