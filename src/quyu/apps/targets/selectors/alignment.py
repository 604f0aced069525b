"""Strategy against targets: what each line of strategy adds up to, which targets serve none, which lines have none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Mask, Node, UnknownNode
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import PlanVersion, StrategyLine, StrategyLink
from quyu.apps.targets.selectors.milestones import name_of
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.apps.targets.selectors.regions import sums_of
from quyu.apps.targets.selectors.versions import visible_versions
from quyu.kernel.measure import say_value
from quyu.platform.people.scope import Scope

ORPHANS_SHOWN = 50


@dataclass(frozen=True)
class Linked:
    """One link with the sum of its target in the version that counts; None where the node is not there or out of reach."""

    link: StrategyLink
    label: str
    measure: str
    value: int | None
    said: str


@dataclass
class StrategyRow:
    """A line of strategy with its depth and links; `orphan` says why it has no target."""

    line: StrategyLine
    depth: int
    links: list[Linked] = field(default_factory=list)
    orphan: str = ""

    @property
    def owner(self) -> str:
        return name_of(self.line.owner) if self.line.owner else ""


@dataclass(frozen=True)
class OrphanTarget:
    """The largest node no part of which serves a line of strategy."""

    measure: str
    measure_name: str
    label: str
    region: str
    product_line: str
    said: str


@dataclass(frozen=True)
class Aligned:
    """The page: strategy lines in tree order, orphan targets, and the version each measure is read from."""

    rows: tuple[StrategyRow, ...]
    orphans: tuple[OrphanTarget, ...]
    versions: tuple[PlanVersion, ...]
    covered_bp: dict[str, int]


def counting_versions(year: int, scope: Scope) -> list[PlanVersion]:
    """Of every measure the version in force, else the newest one visible."""
    found: dict[str, PlanVersion] = {}
    visible = visible_versions(scope).filter(plan__year=year)
    versions = PlanVersion.objects.select_related("plan").filter(pk__in=visible.values("pk"))
    for version in versions.order_by("-created_at", "-pk"):
        standing = found.get(version.plan.measure)
        if standing is None or (
            version.state == VersionState.PUBLISHED and standing.state != VersionState.PUBLISHED
        ):
            found[version.plan.measure] = version
    return [found[measure] for measure in sorted(found, key=lambda m: (m != "amount", m))]


def aligned(year: int, *, scope: Scope, at: date) -> Aligned:
    """Everything the page 战略对齐 shows to this reader."""
    targets = {
        version.plan.measure: _target(version, scope, at) for version in counting_versions(year, scope)
    }
    links: dict[int, list[StrategyLink]] = {}
    for link in StrategyLink.objects.filter(strategy__year=year):
        links.setdefault(link.strategy_id, []).append(link)
    rows = []
    for line, depth in tree_of(year):
        row = StrategyRow(line, depth, [_linked(link, targets) for link in links.get(line.pk, [])])
        rows.append(row)
    for row in rows:
        if not row.links and not any(links.get(child.pk) for child in _below(row.line, rows)):
            row.orphan = _("没有关联目标")
        elif row.links and all(linked.value is None for linked in row.links):
            row.orphan = _("关联的目标不在任何方案中，或不在您的范围内")
    for found in (link for below in links.values() for link in below):
        if found.measure in targets:
            targets[found.measure].cover(found)
    orphans = [orphan for target in targets.values() for orphan in target.orphans()]
    return Aligned(
        tuple(rows),
        tuple(orphans[:ORPHANS_SHOWN]),
        tuple(target.version for target in targets.values()),
        {measure: target.covered_bp() for measure, target in targets.items()},
    )


def orphans_of(version: PlanVersion, reach: Reach) -> list[OrphanTarget]:
    """The targets of one version within reach that serve no line of strategy."""
    target = _Target(version, reach)
    plan = version.plan
    for link in StrategyLink.objects.filter(strategy__year=plan.year, measure=plan.measure):
        target.cover(link)
    return list(target.orphans())


def tree_of(year: int) -> list[tuple[StrategyLine, int]]:
    """The lines of a year in tree order with their depth."""
    below: dict[int | None, list[StrategyLine]] = {}
    lines = list(StrategyLine.objects.filter(year=year).select_related("owner__person"))
    known = {line.pk for line in lines}
    for line in lines:
        below.setdefault(line.parent_id if line.parent_id in known else None, []).append(line)
    found: list[tuple[StrategyLine, int]] = []
    waiting = [(line, 0) for line in reversed(below.get(None, []))]
    while waiting:
        line, depth = waiting.pop()
        found.append((line, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(line.pk, []))]
    return found


def _below(line: StrategyLine, rows: list[StrategyRow]) -> list[StrategyLine]:
    inside, found = {line.pk}, []
    for row in rows:
        if row.line.parent_id in inside:
            inside.add(row.line.pk)
            found.append(row.line)
    return found


def _linked(link: StrategyLink, targets: "dict[str, _Target]") -> Linked:
    metric = METRICS[link.measure]
    target = targets.get(link.measure)
    if target is None:
        label = _("没有%(measure)s方案") % {"measure": metric.name}
        return Linked(link, label, metric.name, None, "—")
    value = target.value(link)
    label = target.label(link)
    return Linked(link, label, metric.name, value, say_value(value, metric.unit, metric.word))


def _target(version: PlanVersion, scope: Scope, at: date) -> "_Target":
    return _Target(version, reach_of(Axes.from_json(version.axes), scope, at=at))


class _Target:
    """One measure's version: sums of linked nodes, and which cells no link covers."""

    def __init__(self, version: PlanVersion, reach: Reach) -> None:
        self.version, self.axes, self.reach = version, Axes.from_json(version.axes), reach
        self.cells: Cells = store.load_shaped(version, self.axes.shape)
        self.covered: Mask = np.zeros(self.axes.size, np.bool_)

    def _node(self, link: StrategyLink) -> Node:
        return Node(link.region, self.axes.root.period, link.product_line)

    def value(self, link: StrategyLink) -> int | None:
        if not self.reach.covers(self.axes, link.region):
            return None
        try:
            return int(self.cells[self.axes.block(self._node(link))].sum())
        except UnknownNode:
            return None

    def label(self, link: StrategyLink) -> str:
        if not self.reach.covers(self.axes, link.region):
            return _("范围之外的区域") if link.region in self.axes.spans else link.region
        return self.axes.label(self._node(link))

    def cover(self, link: StrategyLink) -> None:
        try:
            self.covered[self.axes.block(self._node(link))] = True
        except UnknownNode:
            return

    def covered_bp(self) -> int:
        """How much of what the reader reaches serves a line of strategy."""
        inside = self._inside()
        whole = int(self.cells[inside].sum())
        return int(self.cells[inside & self.covered].sum()) * 10_000 // whole if whole > 0 else 0

    def _inside(self) -> Mask:
        inside = np.zeros(self.axes.size, np.bool_)
        for top in self.reach.tops:
            inside[self.axes.block(Node(top, self.axes.root.period))] = True
        return inside

    def orphans(self) -> Iterator[OrphanTarget]:
        """The largest uncovered nodes: a region, or where only some product lines are covered, a line of it."""
        whole, done = sums_of(self.axes, self.cells), sums_of(self.axes, self.cells, self.covered)
        lines = {
            code: sums_of(self.axes, self.cells, self._line(code) & ~self.covered) for code in self.axes.lines
        }
        waiting = list(reversed(self.reach.tops))
        while waiting:
            region = waiting.pop()
            if whole[region] == done[region]:
                continue
            children = self.axes.tree.children(region)
            if done[region] == 0:
                yield self._orphan(region, "", whole[region])
            elif not children or self._same_lines(region, children, lines):
                for code in self.axes.lines:
                    if lines[code][region]:
                        yield self._orphan(region, code, lines[code][region])
            else:
                waiting += reversed(children)

    def _same_lines(self, region: str, children: tuple[str, ...], lines: dict[str, dict[str, int]]) -> bool:
        """Whether a line uncovered here is wholly uncovered in every child: then the region itself is named."""
        for code, left in lines.items():
            if left[region] and left[region] != int(self.cells[self._block(region, code)].sum()):
                return False
        return bool(children)

    def _block(self, region: str, line: str) -> Mask:
        block = self.axes.block(Node(region, self.axes.root.period, line))
        mask = np.zeros(self.axes.size, np.bool_)
        mask[block] = True
        return mask

    def _line(self, code: str) -> Mask:
        return self._block(self.axes.tree.root, code)

    def _orphan(self, region: str, line: str, value: int) -> OrphanTarget:
        metric = METRICS[self.version.plan.measure]
        node = Node(region, self.axes.root.period, line)
        said = say_value(value, metric.unit, metric.word)
        return OrphanTarget(metric.id, metric.name, self.axes.label(node), region, line, said)
