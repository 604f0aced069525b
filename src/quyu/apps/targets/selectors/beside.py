"""Figures beside the rows of the grid: last year, the plan in force, another measure of the same plan.

Another plan keeps its own tree; a row is found there by its codes, and where it is not, nothing is shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.sheet import Layers, View, exact, view_of
from quyu.apps.targets.selectors.versions import published_version, visible_versions
from quyu.apps.targets.selectors.ways import Int
from quyu.platform.people.scope import Scope

LAST_YEAR, PUBLISHED, MEASURE = "last_year", "published", "measure"
Figures = list[int | str | None]


def beside(
    layers: Layers, view: View, rows: Sequence[int], names: Sequence[str], *, scope: Scope, at: date
) -> Mapping[str, Figures]:
    """Of every figure asked for one number per row, None where there is none.

    What was asked for is always answered: a page asks again for what it has not got.
    """
    version = layers.version
    found: dict[str, Figures] = {}
    for name in names:
        kind, _colon, measure = name.partition(":")
        if kind == LAST_YEAR:
            found[name] = list(map(exact, _whole(view, layers.last_year, rows)))
            continue
        other = None
        if kind == PUBLISHED:
            other = published_version(version.plan.year, measure=version.plan.measure)
        elif kind == MEASURE:
            other = newest_of(version, measure, scope)
        found[name] = [None] * len(rows) if other is None else _elsewhere(other, view, rows, scope, at)
    return found


def newest_of(version: PlanVersion, measure: str, scope: Scope) -> PlanVersion | None:
    """The newest version this reader sees of the plan of the same name and year for another measure."""
    plan = version.plan
    versions = visible_versions(scope).filter(
        plan__year=plan.year, plan__name=plan.name, plan__measure=measure
    )
    found = versions.order_by("-number").values_list("pk", flat=True).first()
    return None if found is None else PlanVersion.objects.select_related("plan").get(pk=found)


def other_measures(version: PlanVersion, scope: Scope) -> list[str]:
    """The measures that plans of the same name and year have beside this one."""
    plan = version.plan
    versions = visible_versions(scope).filter(plan__year=plan.year, plan__name=plan.name)
    return sorted(set(versions.values_list("plan__measure", flat=True)) - {plan.measure})


def _elsewhere(other: PlanVersion, view: View, rows: Sequence[int], scope: Scope, at: date) -> Figures:
    axes = Axes.from_json(other.axes)
    reach = reach_of(axes, scope, at=at)
    there = view_of(axes, reach, {"rows": view.rows.name, "columns": view.columns.name})
    if there.rows.name != view.rows.name or there.columns.name != view.columns.name or not reach.tops:
        return [None] * len(rows)
    within = {name: code for name, code in view.within.items() if name in there.within}
    if any(code not in there.ways[name].numbers for name, code in within.items()):
        return [None] * len(rows)
    there = View(axes, there.ways, there.rows, there.columns, {**there.within, **within}, reach)
    codes = [view.rows.codes[number] for number in rows]
    known = [there.rows.numbers[code] for code in codes if code in there.rows.numbers]
    amounts = dict(zip(known, map(exact, _whole(there, Layers(other, axes, at).value, known)), strict=True))
    return [amounts.get(there.rows.numbers.get(code, -1)) for code in codes]


def _whole(view: View, cells: Int, rows: Sequence[int]) -> list[int]:
    if not rows:
        return []
    sums: list[int] = view.table(cells, rows, view.whole(view.columns)).sum(axis=1).tolist()
    return sums
