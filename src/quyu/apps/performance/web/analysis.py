"""多维分析: one metric by two dimensions, now or as known at the end of a past day."""

from collections.abc import Container

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS, Metric, line_metrics
from quyu.apps.performance.selectors import changes, cuts
from quyu.apps.performance.selectors.metric_days import dated_by
from quyu.apps.performance.selectors.past_names import directory_on
from quyu.apps.performance.unknown import why_unknown
from quyu.apps.performance.web import beside, exports
from quyu.apps.performance.web.asked import Asked, lines_asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import common, frame_asked, reach_of
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("actual", "view")
@or_empty
def analysis_page(request: GuardedRequest) -> HttpResponseBase:
    """The cut asked for, or its file; what is unknown says why and what to do."""
    metric = METRICS[_chosen(request, "metric", {known.id for known in line_metrics()}, "amount")]
    wanted = _asked(request, metric)
    day = wanted.known_on or request.today
    source = wanted.source if wanted.known_on else dated_by(metric)
    shown, region = frame_asked(request, source, wanted.known_on)
    names = directory_on(wanted.known_on)
    dimensions = cuts.dimensions_of(metric)
    row = _chosen(request, "row", dimensions, "province")
    across = "product_line" if "product_line" in dimensions else "month"
    column = _chosen(request, "column", dimensions, across)
    reach = reach_of(request, shown, [region], names)
    days = (shown.span.start, shown.span.cutoff)
    found = cuts.cut(metric.id, row, column, reach, names, days=days)
    compared = beside.compared(request, shown.span, source, today=day)
    pair = compared.pair
    changed = changes.changes_of(metric, found, days, pair, reach, names) if pair else None
    why = why_unknown(metric) if found.has_unknown or not found.rows else ""
    if "export" in request.GET:
        return exports.cut(request, found, metric.id, changed, known_on=wanted.known_on, why=why)
    context = {
        **common(request, shown, region),
        **beside.context(compared, shown.span, today=day),
        "asked": wanted,
        "changes": changed,
        "cut": found,
        "why": why,
        "metric": metric,
        "metrics": line_metrics(),
        "dimensions": dimensions.values(),
        "row": row,
        "column": column,
        "unnamed": _("未归属"),
        "may_import": guard.may(request, "import", "create"),
    }
    return render(request, "performance/analysis.html.jinja", context)


def _asked(request: GuardedRequest, metric: Metric) -> Asked:
    """The lines of a past day, where the metric is made of what is kept of it."""
    wanted = lines_asked(request)
    if wanted.known_on is None or cuts.is_kept(metric):
        return wanted
    told = _(
        "“%(metric)s”不能重现过去某一天所知：它用到的客户级别、战略产品、标准价、市场容量、应收和其他数据只有现在的一份。下面是现在所知的数；销售额、销量、订单、客户等指标可以按过去某天看。"
    ) % {"metric": metric.name}
    return Asked(note=told)


def _chosen(request: GuardedRequest, name: str, known: Container[str], default: str) -> str:
    wanted = str(request.GET.get(name, default))
    return wanted if wanted in known else default
