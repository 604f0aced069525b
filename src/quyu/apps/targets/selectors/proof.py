"""The certificate of a version in full: what was summed and compared again, and every place that does not fit.

Cells are summed by the engine's independent check; log, cells and total are replayed from nothing; locks
are looked for in the log; letters are compared with the cells. Nothing here is shared with what made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter, Lock, Operation, PlanVersion
from quyu.apps.targets.packing import Damaged
from quyu.apps.targets.selectors.hedges import hedges_of
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.selectors.letter_content import Loaded
from quyu.apps.targets.selectors.locks import node_of
from quyu.apps.targets.selectors.rebuilding import LogBroken, rebuilt
from quyu.apps.targets.selectors.rules import pack, share_findings
from quyu.apps.targets.selectors.seal import version_digest
from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    from quyu.engine import allocation
else:
    allocation = deferred("quyu.engine.allocation")

MOST_PLACES = 20
STRATEGIC_SHARE = "R1"


@dataclass(frozen=True)
class Flaw:
    """Something that does not fit: `kind` is cells, log, total, node, lock or letter; `place` names where."""

    kind: str
    place: str
    message: str


@dataclass(frozen=True)
class Proof:
    """What was checked, how often, and what was found; `shares_missed` are required shares not reached."""

    version: PlanVersion
    digest: str
    cells: int
    nodes: int
    operations: int
    locks: int
    shares: int
    letters: int
    flaws: tuple[Flaw, ...]
    shares_missed: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.flaws

    def to_json(self) -> dict[str, Any]:
        """For the command line and programs."""
        counts = ("cells", "nodes", "operations", "locks", "shares", "letters")
        return {
            "plan": self.version.plan.name,
            "version": self.version.number,
            "state": self.version.state,
            "intact": self.is_good,
            "digest": self.digest,
            **{name: getattr(self, name) for name in counts},
            "flaws": [{"kind": f.kind, "place": f.place, "message": f.message} for f in self.flaws],
            "shares_missed": list(self.shares_missed),
        }


def proof(version: PlanVersion) -> Proof:
    """Everything of one version checked now."""
    axes = Axes.from_json(version.axes)
    flaws: list[Flaw] = []
    cells = _stored(version, axes, flaws)
    logged = _logged(version, flaws)
    if logged is not None:
        flaws += _differences(axes, logged, cells)
    certificate = _certificate(version, axes, cells, logged)
    flaws += [_broken(version, axes, conflict) for conflict in certificate.broken[:MOST_PLACES]]
    locks = list(Lock.objects.filter(plan_version=version).order_by("pk"))
    flaws += _locks(version, axes, locks)
    letters = Letter.objects.filter(plan_version=version).exclude(state=LetterState.REPLACED)
    checked = list(letters.select_related("person", "sealed", "signed", "plan_version__plan"))
    digest = version_digest(version, cells)
    flaws += _letters(Loaded(version, axes, cells, hedges_of(version)), checked, digest)
    shares, missed = _shares(axes, cells)
    return Proof(
        version=version,
        digest=digest,
        cells=cells.size,
        nodes=certificate.nodes_checked,
        operations=Operation.objects.filter(plan_version=version).count(),
        locks=len(locks),
        shares=shares,
        letters=len(checked),
        flaws=tuple(flaws),
        shares_missed=missed,
    )


def _stored(version: PlanVersion, axes: Axes, flaws: list[Flaw]) -> Cells:
    try:
        return store.load_shaped(version, axes.shape)
    except (Damaged, ValueError):
        flaws.append(Flaw("cells", "—", _("保存的数据块已损坏，无法读出。")))
        return np.zeros(axes.shape, np.int64)


def _logged(version: PlanVersion, flaws: list[Flaw]) -> Cells | None:
    """The cells the log leads to; None, and the flaw, where it is broken."""
    try:
        return rebuilt(version)
    except LogBroken as refusal:
        place = _("第 %(n)s 次变更") % {"n": refusal.fault.sequence}
        flaws.append(Flaw("log", place, refusal.fault.message))
        return None


def _differences(axes: Axes, logged: Cells, cells: Cells) -> Iterator[Flaw]:
    for place in np.flatnonzero(logged != cells)[:MOST_PLACES]:
        numbers = {"logged": f"{int(logged[place]):,}", "stored": f"{int(cells[place]):,}"}
        message = _("变更记录推出 %(logged)s，保存的是 %(stored)s。") % numbers
        yield Flaw("cells", axes.label(axes.cell(int(place))), message)


def _certificate(
    version: PlanVersion, axes: Axes, cells: Cells, logged: Cells | None
) -> allocation.Certificate:
    total = allocation.Total({}, version.total_fen)
    before = cells if logged is None else logged
    problem = spreading.problem_of(axes, base=cells.clip(0), values=before).with_totals((total,))
    return allocation.verify(problem, cells)


def _broken(version: PlanVersion, axes: Axes, conflict: allocation.Conflict) -> Flaw:
    codes = [conflict.at.get(d.code, d.root) for d in axes.dimensions]
    place = axes.label(axes.node(codes))
    if conflict.kind == allocation.Kind.TOTAL and not conflict.at:
        message = _("总目标登记为 %(total)s，各单元之和为 %(found)s。")
        numbers = {"total": f"{version.total_fen:,}", "found": f"{conflict.value:,}"}
        return Flaw("total", place, message % numbers)
    return Flaw("node", place, _("此处为 %(value)s，与约束不符。") % {"value": f"{conflict.value:,}"})


def _locks(version: PlanVersion, axes: Axes, locks: list[Lock]) -> Iterator[Flaw]:
    """No change after a lock touched what it holds, as long as it held."""
    if not locks:
        return
    rows = Operation.objects.filter(plan_version=version).order_by("sequence")
    since = {lock.pk: _locked_at(rows, lock) for lock in locks}
    for row in rows.exclude(kind__in=("create", "copy", "branch", "lock", "unlock")).iterator(chunk_size=50):
        if row.patch is None:
            continue
        touched = store.touched(bytes(row.patch))
        for lock in locks:
            is_held = lock.binds_on(timezone.localdate(row.at))
            if since[lock.pk] < row.sequence and is_held and touched[axes.block(node_of(lock))].any():
                message = _("第 %(n)s 次变更改动了锁定的单元。") % {"n": row.sequence}
                yield Flaw("lock", axes.label(node_of(lock)), message)


def _locked_at(rows: Any, lock: Lock) -> int:
    node = node_of(lock).to_json()
    made = [row.sequence for row in rows.filter(kind="lock").defer("patch") if _is_at(row, node)]
    return max(made, default=1)


def _is_at(row: Operation, node: dict[str, Any]) -> bool:
    return all(row.detail.get(name) == value for name, value in node.items())


def _letters(loaded: Loaded, letters: list[Letter], digest: str) -> Iterator[Flaw]:
    for letter in letters:
        found = check_letter(letter, loaded)
        place = f"{letter.number} {letter.person.name}"
        yield from (Flaw("letter", place, message) for message in found.findings)
        if letter.content["certificate"] != digest:
            yield Flaw("letter", place, _("责任书上的目标版本指纹与现在算出的不同。"))


def _shares(axes: Axes, cells: Cells) -> tuple[int, tuple[str, ...]]:
    """Required shares that bind a plan: how many regions were asked, and those below."""
    rows = [row for row in pack() if row.code == STRATEGIC_SHARE and row.is_on]
    found = [finding for row in rows for finding in share_findings(axes, cells, row)]
    return len(found), tuple(finding.name for finding in found if finding.is_met is False)
