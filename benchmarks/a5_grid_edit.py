"""Goal A5: from Enter on a changed number to the repainted, saved grid, in a real browser.

A scratch company with one draft of 1e5 and one of 1e6 leaves (region x month x product line), made by the
services, served by `quyu serve`, edited in headless Chromium: a number is typed over a cell and Enter pressed; the
clock stops two frames after the answer (which is sent after the transaction) has been painted. The edits go over
every level: one territory in one month, a province in a quarter, the whole company in the year. Milliseconds of
wall time, p50 and p95 by level of the row and of all together; the wanted p95 are 300 ms and 1 s.

    python benchmarks/a5_grid_edit.py [--leaves 100000 1000000] [--edits 40] [--pause 1.0]
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
from with_postgresql import spare_port  # noqa: E402

WANTED_MS = {100_000: 300, 1_000_000: 1_000}
SHAPES = {100_000: (8, 6, 8, 24), 1_000_000: (12, 10, 25, 28)}
"""Areas, provinces in each, territories in each, product lines; twelve months."""
AT = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
CLOCK = """
document.addEventListener("keydown", (event) => { if (event.key === "Enter") window.pressed = performance.now(); }, true);
document.body.addEventListener("targets:changed", () =>
  requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); })));
"""


def make_plans(leaves: list[int]) -> tuple[dict[int, int], str]:
    """The drafts by their number of leaves, and the session of an account that may edit them all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quyu.shell.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from quyu.apps.targets import services  # noqa: PLC0415
    from tests.people import build_company  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    company = build_company()
    plans = {}
    for count in leaves:
        axes = synthetic_axes(*SHAPES[count])
        base = np.random.default_rng(7).integers(0, 5_000_000, axes.shape, dtype=np.int64)
        version = services.create_plan(
            name=f"{count}",
            year=2027,
            base=base,
            total_fen=int(base.sum()) * 11 // 10,
            actor=company.operations,
            at=AT,
            axes=axes,
        )
        plans[count] = version.pk
    client = Client()
    client.force_login(company.operations)
    return plans, client.cookies["sessionid"].value


def synthetic_axes(areas: int, provinces: int, territories: int, lines: int):  # type: ignore[no-untyped-def]
    from quyu.apps.targets.axes import Axes  # noqa: PLC0415
    from quyu.apps.targets.dimension import (  # noqa: PLC0415
        month_dimension,
        product_dimension,
        region_dimension,
    )
    from quyu.kernel.tree import Tree  # noqa: PLC0415

    parents: dict[str, str | None] = {"HQ": None}
    for area in range(areas):
        parents[f"A{area}"] = "HQ"
        for province in range(provinces):
            parents[f"P{area}-{province}"] = f"A{area}"
            for territory in range(territories):
                parents[f"T:{area}-{province}-{territory}"] = f"P{area}-{province}"
    months = [f"2027-{month:02d}" for month in range(1, 13)]
    return Axes(
        2027,
        (
            region_dimension(Tree.from_parents(parents), {}, {}),
            month_dimension(2027, months),
            product_dimension({f"L{line}": f"产品线{line}" for line in range(lines)}),
        ),
    )


def measure(page: Page, edits: int, pause: float, seed: int) -> dict[str, list[float]]:
    """Milliseconds of each edit by the level of its row."""
    page.evaluate(CLOCK)
    for code in ("A0", "P0-0"):
        row = page.locator(f'.sheet-row[data-code="{code}"]')
        if row.get_attribute("aria-expanded") == "false":
            row.locator(".sheet-name").click()
            page.wait_for_timeout(500)
    page.wait_for_timeout(1_500)
    choose = random.Random(seed)  # nosec B311
    rows = ["HQ", "A0", "P0-0", "T:0-0-0", "T:0-0-1", "T:0-0-3"]
    columns = ["2027", "2027Q1", "2027-01", "2027-02", "2027-03"]
    taken: dict[str, list[float]] = defaultdict(list)
    for number in range(edits + 2):
        row, column = choose.choice(rows), choose.choice(columns)
        page.evaluate("window.painted = 0")
        page.locator("#grid").evaluate("grid => { grid.scrollTop = 0; }")
        page.locator(f'.sheet-cell[data-row="{row}"][data-column="{column}"]').click()
        page.keyboard.type(choose.choice(["+1.5%", "-1.2%", "+0.7%"]))
        page.keyboard.press("Enter")
        while not page.evaluate("window.painted"):
            page.wait_for_timeout(20)
        if number >= 2:  # the first two load code
            taken[row[0]].append(page.evaluate("window.painted - window.pressed"))
        page.wait_for_timeout(int(pause * 1_000))
    return taken


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def summed_up(taken: dict[str, list[float]]) -> dict[str, object]:
    every = [one for some in taken.values() for one in some]
    names = {"H": "company", "A": "area", "P": "province", "T": "territory"}
    levels = {names[level]: round(statistics.median(some)) for level, some in sorted(taken.items())}
    return {
        "edits": len(every),
        "p50_ms": round(statistics.median(every)),
        "p95_ms": round(percentile(every, 0.95)),
        "worst_ms": round(max(every)),
        "median_ms_by_level": levels,
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leaves", type=int, nargs="+", default=list(SHAPES))
    asked.add_argument("--edits", type=int, default=40)
    asked.add_argument("--pause", type=float, default=1.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"QUYU_HOME": home, "DJANGO_ALLOW_ASYNC_UNSAFE": "true", "QUYU_TODAY": "2026-06-15"}
        plans, session = make_plans(given.leaves)
        port = spare_port()
        command = [str(Path(sys.executable).parent / "quyu"), "serve", "--port", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # nosec B603
        try:
            found = in_browser(f"http://127.0.0.1:{port}", session, plans, given.edits, given.pause)
        finally:
            server.terminate()
            server.wait(30)
    ok = all(found[count]["p95_ms"] <= WANTED_MS[count] for count in plans)  # type: ignore[operator]
    value = {str(count): one["p95_ms"] for count, one in found.items()}
    print(json.dumps({"goal": "A5", "value": value, "bound": WANTED_MS, "ok": ok, "parts": found}))
    return 0 if ok else 1


def in_browser(
    address: str, session: str, plans: dict[int, int], edits: int, pause: float
) -> dict[int, dict[str, object]]:
    """The figures by number of leaves."""
    wait_for(address)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        found = {}
        for count, pk in plans.items():
            page = context.new_page()
            started = time.perf_counter()
            page.goto(f"{address}/targets/{pk}/")
            page.wait_for_selector(".sheet-cell")
            opened = time.perf_counter() - started
            found[count] = summed_up(measure(page, edits, pause, seed=count)) | {
                "open_ms": round(opened * 1_000)
            }
            page.close()
        browser.close()
    return found


def wait_for(address: str) -> None:
    for _attempt in range(240):
        try:
            urllib.request.urlopen(address, timeout=2)  # nosec B310
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the site did not start")


if __name__ == "__main__":
    raise SystemExit(main())
