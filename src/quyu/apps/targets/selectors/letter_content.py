"""What a responsibility letter says: the figures of one person in a version, as plain integers.

A person answers for every node the version gives him; of a node and one below it only the upper counts,
so that nothing is counted twice. Who hands down more than he carries answers for what he carries: the hedges
at his node and below it are taken off in proportion to the cells, to the unit. Other measures of the same plan year stand beside where they are published.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import F

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.dimension import PERIOD, PRODUCT
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.hedges import Hedges, hedged_below, hedges_of
from quyu.apps.targets.selectors.seal import version_digest
from quyu.apps.targets.sharing import share
from quyu.apps.targets.sums import leaf_sums


@dataclass(frozen=True)
class Loaded:
    """A version with its axes, cells and hedges, read once for all letters."""

    version: PlanVersion
    axes: Axes
    cells: Cells
    hedges: Hedges

    @classmethod
    def of(cls, version: PlanVersion) -> "Loaded":
        axes = Axes.from_json(version.axes)
        return cls(version, axes, store.load_shaped(version, axes.shape), hedges_of(version))


def measures_of(version: PlanVersion) -> list[Loaded]:
    """The version itself, then the published versions of the same plan year for other measures."""
    others = PlanVersion.objects.filter(
        plan__year=version.plan.year,
        plan__name=version.plan.name,
        state__in=(VersionState.PUBLISHED, VersionState.SCHEDULED),
    ).exclude(plan__measure=version.plan.measure)
    found = others.select_related("plan").order_by(F("effective_from").asc(nulls_first=True), "pk")
    latest = {row.plan.measure: row for row in found}
    return [Loaded.of(version), *(Loaded.of(latest[measure]) for measure in sorted(latest))]


def regions_by_person(axes: Axes) -> dict[str, tuple[str, ...]]:
    """Code of a person -> the highest nodes he answers for, in tree order."""
    owned: dict[str, list[str]] = {}
    for code in axes.regions:
        person = axes.owners.get(code, {}).get("person")
        if person:
            mine = owned.setdefault(str(person), [])
            if set(mine).isdisjoint(axes.tree.ancestors(code)):
                mine.append(code)
    return {person: tuple(codes) for person, codes in owned.items()}


def content_of(loaded: list[Loaded], person: str, regions: tuple[str, ...]) -> dict[str, Any]:
    """The letter of one person; amounts in the unit of their measure."""
    first = loaded[0]
    version, axes = first.version, first.axes
    start, first_day = version.effective_from, date.fromisoformat(f"{axes.months[0][:7]}-01")
    return {
        "company": axes.name(axes.tree.root),
        "plan": version.plan.name,
        "year": version.plan.year,
        "version": version.number,
        "person": person,
        "positions": sorted({str(axes.owners[code].get("position", "")) for code in regions}),
        "regions": [{"code": code, "name": axes.name(code)} for code in regions],
        "effective_from": max(start or first_day, first_day).isoformat(),
        "effective_to": _last_day(axes).isoformat(),
        "measures": [part for each in loaded if (part := _figures(each, regions)) is not None],
        "certificate": version_digest(version, first.cells),
    }


def _figures(loaded: Loaded, regions: tuple[str, ...]) -> dict[str, Any] | None:
    """Totals by region, month, quarter and product line; None where the version has none of the regions."""
    axes = loaded.axes
    known = [code for code in regions if code in axes.spans]
    if not known:
        return None
    metric = METRICS.get(loaded.version.plan.measure)
    by_region = [_carried(loaded, code) for code in known]
    table = np.sum(by_region, axis=0)
    by_month = table.sum(axis=1)
    return {
        "measure": loaded.version.plan.measure,
        "name": metric.name_zh if metric else loaded.version.plan.measure,
        "unit": metric.unit if metric else "fen",
        "total": int(table.sum()),
        "regions": {code: int(found.sum()) for code, found in zip(known, by_region, strict=True)},
        "months": dict(zip(axes.months, (int(value) for value in by_month), strict=True)),
        "periods": [_period(axes, by_month, code) for code in axes.periods if code not in axes.months],
        "lines": [
            {"code": code, "name": axes.line_name(code), "total": int(value)}
            for code, value in zip(axes.lines, table.sum(axis=0), strict=True)
        ],
    }


def _carried(loaded: Loaded, region: str) -> Any:
    """Months x product lines of what a node carries: its cells without what it, and those below, added on top."""
    axes = loaded.axes
    table = leaf_sums(axes, loaded.cells, (PERIOD, PRODUCT), within=Node(region, axes.root.period))
    added = hedged_below(axes, loaded.hedges, region)
    if not added:
        return table
    room = table.clip(0).ravel().tolist()
    return table - np.reshape(share(added, weights=room, room=room), table.shape)


def _period(axes: Axes, by_month: Any, code: str) -> dict[str, Any]:
    start, stop = axes.periods[code]
    return {"code": code, "start": start, "stop": stop, "total": int(by_month[start:stop].sum())}


def _last_day(axes: Axes) -> date:
    """The first day after the year: the year is half-open, like every span of days."""
    last = date.fromisoformat(f"{axes.months[-1][:7]}-01")
    return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text of a letter."""
    said = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def same_targets(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two letters ask the same of a person: then the first goes on."""
    return list(_asked(one)) == list(_asked(other))


def _asked(content: Mapping[str, Any]) -> Iterator[Any]:
    for part in content["measures"]:
        yield part["measure"], part["regions"], part["months"], part["lines"]
