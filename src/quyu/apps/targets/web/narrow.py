"""The grid on a narrow screen: one node, what lies below it, and its columns, in plain tables."""

from quyu.apps.targets.dimension import REGION
from quyu.apps.targets.selectors.beside import beside
from quyu.apps.targets.selectors.sheet import Layers, View
from quyu.apps.targets.web.access import Json
from quyu.kernel.rate import growth_bp
from quyu.platform.people.guard import GuardedRequest

MOST = 200


def narrow(request: GuardedRequest, layers: Layers, view: View) -> Json:
    """The node named by `here` (the top without it), its children and its columns, with last year."""
    roots = view.roots(view.rows)
    here = request.GET.get("here", "")
    is_known = here in view.rows.numbers and (view.rows.name != REGION or view.reach.covers(view.axes, here))
    at = here if is_known else (roots[0] if len(roots) == 1 else "")
    below = view.rows.tree.children(at) if at else roots
    codes = ([at] if at else []) + list(below[:MOST])
    rows = [view.rows.numbers[code] for code in codes]
    columns = [code for code in view.columns.codes if _is_column(view, code)][:MOST]
    table = view.table(layers.value, rows, view.whole(view.columns)).sum(axis=1).tolist()
    figures = beside(layers, view, rows, ["last_year"], scope=request.scope, at=request.today)["last_year"]
    across = view.table(layers.value, rows[:1], [view.columns.numbers[code] for code in columns])[0].tolist()
    listed = [
        {
            "code": code,
            "name": view.rows.title(code),
            "note": view.rows.note(code),
            "has_more": bool(view.rows.tree.children(code)) and code != at,
            "value": now,
            "growth_bp": growth_bp(now, int(was or 0)),
        }
        for code, now, was in zip(codes, table, figures, strict=True)
    ]
    above = view.rows.tree.parent(at) if at and at not in roots else None
    return {
        "narrow_here": listed[0] if at else None,
        "narrow_rows": listed,
        "narrow_above": above,
        "narrow_columns": [
            {"code": code, "name": view.columns.title(code), "value": value}
            for code, value in zip(columns, across if at else [], strict=False)
        ],
        "narrow_column_root": view.roots(view.columns)[0],
    }


def _is_column(view: View, code: str) -> bool:
    """Leaves of a short tree; of a long one the level below the top."""
    roots = view.roots(view.columns)
    if len(view.columns.codes) <= MOST and view.columns.tree.is_leaf(code):
        return code in roots or not {*view.columns.tree.ancestors(code)}.isdisjoint(roots)
    return view.columns.tree.parent(code) in roots
