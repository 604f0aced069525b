"""Many processes at the same rows at the same moment: nothing is lost, nothing happens twice, nobody starves."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet
from django.db.models import F

from quyu.apps.targets import services as planning
from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule, VersionState
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.territories.models import Territory
from quyu.kernel.measure import UNITS
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.facts.models import Batch
from quyu.platform.imports import runs
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import OrgUnit, Position
from quyu.platform.people.scope import everything
from tests.integrity import company, invariants
from tests.integrity.site import finished, forked, in_child
from tests.people import TODAY
from tests.platform.facts.lines import AT

LOADED = (duckdb, pyarrow.parquet)
HOT = 5
HEAD_START = 0.5  # seconds until all children are there


def build() -> None:
    """The company, and a draft to write in."""

    def make() -> None:
        company.build()
        planning.new_version(plan_version=PlanVersion.objects.get(), actor=company.operations(), at=AT)

    in_child(make)
    warm()


def warm() -> None:
    """Compile the spreading once, before anybody forks: a child compiles for seconds."""
    months = tuple(f"2026-{month:02d}" for month in range(1, 13))
    axes = Axes.from_json(
        {"regions": {"R": None, "A": "R", "B": "R"}, "months": months, "product_lines": ["L"]}
    )
    held = np.arange(24, dtype=np.int64).reshape(axes.shape)
    for value in (5, 999):
        spreading.spread(
            axes, held, weights=lambda: held, locked=held < 0, node=Node("A", "2026-02", "L"),
            value_fen=value, rule=EditRule("none"), unit=UNITS["fen"],
        )  # fmt: skip


def together(writers: int, work: Callable[[int], Any], home: Path) -> list[Any]:
    """What each of so many processes made of the same moment."""
    begin = time.monotonic() + HEAD_START + 0.02 * writers

    def one(number: int) -> None:
        company.operations()
        time.sleep(max(0.0, begin - time.monotonic()))
        (home / f"writer-{number}.json").write_text(json.dumps(work(number)))

    children = [forked(partial(one, number)) for number in range(writers)]
    codes = [finished(child, patience=600) for child in children]
    if any(codes):
        raise RuntimeError(f"writers ended with {codes}")
    return [json.loads((home / f"writer-{number}.json").read_text()) for number in range(writers)]


def found_in_child(look: Callable[[], Any], home: Path) -> Any:
    in_child(lambda: (home / "found.json").write_text(json.dumps(look())))
    return json.loads((home / "found.json").read_text())


def writing(seconds: float, save: Callable[[int], bool]) -> dict[str, Any]:
    """Save hot row after hot row until the time is over; a stale save is tried again, as a person would."""
    counts, slowest, refused, turn = Counter[int](), 0.0, 0, 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        row, started = turn % HOT, time.monotonic()
        if save(row):
            counts[row] += 1
            turn += 1
        else:
            refused += 1
        slowest = max(slowest, time.monotonic() - started)
    return {"counts": [counts[row] for row in range(HOT)], "slowest": slowest, "refused": refused}


def draft() -> PlanVersion:
    return PlanVersion.objects.get(state=VersionState.DRAFT)


def hot_nodes(axes: Axes) -> list[Node]:
    return [Node(axes.leaves[i % 3], axes.months[i], axes.lines[i % 2]) for i in range(HOT)]


def cell_value(version: PlanVersion, axes: Axes, node: Node) -> int:
    return int(store.load_shaped(version, axes.shape)[axes.block(node)].sum())


def raise_cell(row: int) -> bool:
    """Read a cell as the grid shows it, and save one fen more."""
    version = draft()
    axes = Axes.from_json(version.axes)
    node = hot_nodes(axes)[row]
    try:
        planning.edit_cell(
            plan_version=version,
            region=node.region,
            period=node.period,
            product_line=node.product_line,
            value_fen=cell_value(version, axes, node) + 1,
            rule="none",
            reason="",
            expected_version=version.version,
            actor=company.operations(),
            scope=everything(),
            at=AT,
        )
    except StaleSave:
        return False
    return True


def cells(writers: int, seconds: float, home: Path) -> dict[str, Any]:
    """Hot cells of one draft: each must hold exactly what was saved into it."""

    def values() -> list[int]:
        version = draft()
        axes = Axes.from_json(version.axes)
        return [cell_value(version, axes, node) for node in hot_nodes(axes)]

    before = found_in_child(values, home)
    told = together(writers, lambda _: writing(seconds, raise_cell), home)
    after = found_in_child(values, home)
    return _judged("cells", before, after, told) | {"faults": found_in_child(invariants.faults, home)}


def hot_rows() -> list[Territory | OrgUnit | Position]:
    """Rows of several objects that people edit by form: territories, units, a seat."""
    return [
        *Territory.objects.order_by("pk")[:2],
        *OrgUnit.objects.order_by("pk")[:2],
        Position.objects.all()[0],
    ]


def raise_row(row: int) -> bool:
    """Read a row as a form shows it, and save the next number as its name."""
    seen = hot_rows()[row]
    seen.name = str(int(seen.name) + 1)
    try:
        audit.save_checked(seen, expected_version=seen.version, actor=company.operations())
    except StaleSave:
        return False
    return True


def rows(writers: int, seconds: float, home: Path) -> dict[str, Any]:
    """Hot rows of several objects: each must have counted every save."""

    def start() -> None:
        for row in hot_rows():
            type(row)._base_manager.filter(pk=row.pk).update(name="0", version=F("version") + 1)

    in_child(start)
    told = together(writers, lambda _: writing(seconds, raise_row), home)
    after = found_in_child(lambda: [int(row.name) for row in hot_rows()], home)
    return _judged("rows", [0] * HOT, after, told) | {"faults": []}


def _judged(name: str, before: list[int], after: list[int], told: list[dict[str, Any]]) -> dict[str, Any]:
    saved = [sum(one["counts"][row] for one in told) for row in range(HOT)]
    lost = [saved[row] - (after[row] - before[row]) for row in range(HOT)]
    return {
        "what": name,
        "saves": sum(saved),
        "stale": sum(one["refused"] for one in told),
        "lost": sum(map(abs, lost)),
        "slowest_s": round(max(one["slowest"] for one in told), 3),
        "least_saves": min(sum(one["counts"]) for one in told),
    }


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return "done"


def approve_once(_: int) -> str:
    approval = Approval.objects.order_by("-pk")[0]
    return code_of(lambda: approvals.approve(approval=approval, actor=company.director(), at=AT))


def submit_once(_: int) -> str:
    version = PlanVersion.objects.order_by("-pk")[0]
    return code_of(lambda: planning.submit(plan_version=version, actor=company.operations(), at=AT))


def publish_once(_: int) -> str:
    version = PlanVersion.objects.order_by("-pk")[0]
    return code_of(lambda: planning.publish(plan_version=version, actor=company.operations(), at=AT))


def confirm_once(_: int) -> str:
    run = ImportRun.objects.order_by("-pk")[0]
    return code_of(lambda: runs.confirm(run, partial=False, at=AT))


def import_once(number: int) -> str:
    """The same file, uploaded by everybody; each run is carried out by its own worker."""
    run = runs.upload(kind="orders", upload=company.upload_of("same"), actor=company.operations(), at=AT)
    runs.preview(run, at=AT, today=TODAY)
    runs.confirm(run, partial=False, at=AT)
    run = runs.execute(run, at=AT, today=TODAY)
    return "done" if run.state == ImportState.ACCEPTED and run.receipt["rows"] else "refused"


def undo_once(_: int) -> str:
    run = ImportRun.objects.filter(state=ImportState.ACCEPTED).order_by("-pk")[0]
    return code_of(lambda: runs.undo(run, reason="错文件", actor=company.operations(), at=AT))


def new_version() -> None:
    standing = PlanVersion.objects.get(state=VersionState.PUBLISHED)
    planning.new_version(plan_version=standing, actor=company.operations(), at=AT)


def clear_draft() -> None:
    PlanVersion.objects.filter(state=VersionState.DRAFT).delete()
    new_version()


ONCE: Mapping[str, tuple[Callable[[], object], Callable[[int], str]]] = {
    "confirm": (lambda: _previewed("confirm"), confirm_once),
    "import": (lambda: None, import_once),
    "undo": (lambda: None, undo_once),
    "submit": (clear_draft, submit_once),
    "approve": (lambda: None, approve_once),
    "publish": (lambda: None, publish_once),
}


def _previewed(seed: str) -> None:
    runs.preview(company.uploaded(seed), at=AT, today=TODAY)


def once(writers: int, home: Path) -> list[dict[str, Any]]:
    """The same request from so many people at once has one effect; the others are told so."""
    results = []
    for name, (prepare, act) in ONCE.items():
        in_child(prepare)
        before = found_in_child(effects, home)
        answers = Counter(together(writers, act, home))
        after = found_in_child(effects, home)
        results.append(
            {
                "what": name,
                "answers": dict(answers),
                "effects": {key: after[key] - before[key] for key in after if after[key] != before[key]},
                "faults": [*found_in_child(invariants.faults, home), *_counted(name, answers)],
            }
        )
    return results


def rivals(home: Path) -> dict[str, Any]:
    """Two plans of one year, both approved, published at the same moment: one is in force in the end."""

    def prepare() -> None:
        clear_draft()
        for version in (PlanVersion.objects.order_by("-pk")[0], company.draft_plan("2026 乙")):
            approval = planning.submit(plan_version=version, actor=company.operations(), at=AT)
            approvals.approve(approval=approval, actor=company.director(), at=AT)

    in_child(prepare)
    versions = found_in_child(
        lambda: list(
            PlanVersion.objects.filter(state=VersionState.APPROVED)
            .order_by("pk")
            .values_list("pk", flat=True)
        ),
        home,
    )

    def one(number: int) -> str:
        version = PlanVersion.objects.get(pk=versions[number])
        return code_of(lambda: planning.publish(plan_version=version, actor=company.operations(), at=AT))

    answers = Counter(together(len(versions), one, home))
    return {"what": "rivals", "answers": dict(answers), "faults": found_in_child(invariants.faults, home)}


def _counted(name: str, answers: Counter[str]) -> list[str]:
    return [] if answers["done"] == 1 else [f"{name}: {answers['done']} of the same requests had an effect"]


def effects() -> dict[str, int]:
    """What happened so far, counted."""
    return {
        "batches": Batch.objects.count(),
        "published": PlanVersion.objects.filter(published_at__isnull=False).count(),
        "approvals": Approval.objects.count(),
        "running": ImportRun.objects.filter(state=ImportState.RUNNING).count(),
        "operations": Operation.objects.count(),
        **{f"said {verb}": Decision.objects.filter(verb=verb).count() for verb in
           ("import", "reverse", "undo_import", "submit", "approve", "target.publish")},
    }  # fmt: skip
