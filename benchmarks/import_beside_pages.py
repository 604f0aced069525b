"""How long a page takes while the worker imports a million lines: p95 of the home page and of the list of imports.

`quyu serve` on SQLite, two web processes and its worker, in an empty directory. One person asks for both pages
in turn, again and again: first with nothing else going on, then while files of `--rows` lines are previewed and
imported one after the other. Every answer must be 200, every import accepted. Prints milliseconds.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

PAGES = ("/", "/imports/")
IDLE_ROUNDS = 100
PROGRAM = "from quyu.shell.cli.main import main; main()"


def asked(port: int, page: str, cookie: str) -> float:
    """Milliseconds until the whole page has arrived."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", page, headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{page} answered {answer.status}")
    return (time.perf_counter() - began) * 1000


def while_(is_going: Callable[[], bool], port: int, cookie: str) -> Iterator[tuple[str, float]]:
    while is_going():
        for page in PAGES:
            yield page, asked(port, page, cookie)


def figures(found: list[tuple[str, float]]) -> dict[str, dict[str, float]]:
    return {
        page: {
            "n": len(times),
            **{f"p{share}": round(float(np.percentile(times, share)), 1) for share in (50, 95, 100)},
        }
        for page in PAGES
        if (times := [taken for asked_page, taken in found if asked_page == page])
    }


def measure(folder: Path, port: int, rows: int, files: int) -> dict[str, object]:
    user = User.objects.create(username="ops")
    office = OrgUnit.objects.get(code="HQ")
    RoleGrant.objects.create(user=user, role="sales_operations", org_unit=office, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    cookie = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
    for _warm in range(20):
        for page in PAGES:
            asked(port, page, cookie)
    left = iter(range(IDLE_ROUNDS))
    idle = list(while_(lambda: next(left, None) is not None, port, cookie))
    busy, seconds = [], 0.0
    for number in range(files):
        path = folder / f"orders{number}.csv"
        company.write_csv(path, rows)
        path.write_text(path.read_text().replace("SO", f"S{number}-"))
        began = time.perf_counter()
        busy += list(imported(path, user, port, cookie))
        seconds += time.perf_counter() - began
    return {"idle": figures(idle), "importing": figures(busy), "seconds_a_file": round(seconds / files, 1)}


def imported(path: Path, user: "User", port: int, cookie: str) -> Iterator[tuple[str, float]]:
    """Put the file through the worker as its page does; the answers met meanwhile."""
    now = timezone.now()
    with path.open("rb") as file:
        run = runs.upload(kind="orders", upload=File(file, name=path.name), actor=user, at=now)
    tasks.preview(run, at=now, today=timezone.localdate(now))
    for step in ("reading", "running"):
        if step == "running":
            runs.confirm(run, partial=False, at=now)
            enqueue(tasks.execute, run=run.pk, at=now.isoformat(), today=timezone.localdate(now).isoformat())
        yield from while_(lambda: ImportRun.objects.get(pk=run.pk).state == step, port, cookie)  # noqa: B023
        run.refresh_from_db()
    if run.state != "accepted":
        raise SystemExit(f"{path.name}: {run.state} {run.errors[:3]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--port", type=int, default=8765)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"QUYU_HOME": home, "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from datetime import date

        import orders_company as company
        from django.core.files.base import File
        from django.core.management import call_command
        from django.test import Client
        from django.utils import timezone

        from quyu.platform.imports import runs, tasks
        from quyu.platform.imports.models import ImportRun
        from quyu.platform.jobs.services import enqueue
        from quyu.platform.people.models import OrgUnit, RoleGrant, User

        call_command("migrate", verbosity=0)
        company.load_master()
        command = [sys.executable, "-c", PROGRAM, "serve", "--port", str(arguments.port), "--workers", "2"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            try:
                time.sleep(15)
                found = measure(Path(home), arguments.port, arguments.rows, arguments.files)
            finally:
                server.terminate()
        print(json.dumps({"load": os.getloadavg(), **found}))
