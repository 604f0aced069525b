"""The potential model with its errors, and the white space it shows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.market import field, services
from quyu.apps.market.forms import SpaceFilter
from quyu.apps.market.selectors import model_on, told_features
from quyu.apps.market.selectors import white_space as space
from quyu.apps.market.web.tabs import tabs
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50
YUAN = 100


@guard.require("market", "view")
def potential(request: GuardedRequest) -> HttpResponse:
    """What the model learnt and how wrong it is; the counties in reach with the highest potential."""
    model = model_on(request.today)
    may_fit = guard.may(request, "market", "edit") and guard.full_scope(request).is_everything
    places = field.places(request.scope, request.today)
    context = {
        "tabs": tabs("market-potential"),
        "model": model,
        "features": told_features(model) if model else [],
        "mine": sum(value for code, value in model.values.items() if code in places) if model else 0,
        "may_fit": may_fit,
    }
    return render(request, "market/potential.html.jinja", context)


@require_POST
@guard.require("market", "edit")
def fit(request: GuardedRequest) -> HttpResponse:
    """Learn anew from today's sales and facts."""
    guard.require_everything(request)
    try:
        model = services.fit_potential(actor=request.user, at=request.now)
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    else:
        messages.success(
            request, _("已按 %(count)s 个有销售的县重新建立潜力模型。") % {"count": model.report["markets"]}
        )
    return redirect("market-potential")


@guard.require("market", "view")
def white_space(request: GuardedRequest) -> HttpResponse:
    """Counties with potential that nobody works, most unwon first."""
    filters, rows = asked(request)
    context = {
        "tabs": tabs("white-space"),
        "filters": filters,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "count": len(rows),
        "unwon": sum(one.unwon for one in rows),
        "expected": sum(one.expected for one in rows),
        "model": model_on(request.today),
        "may_export": guard.may(request, "market", "export"),
        "query": request.GET.urlencode(),
    }
    return render(request, "market/white_space.html.jinja", context)


@guard.require("market", "export")
def export(request: GuardedRequest) -> FileResponse:
    """The same list as a workbook; money in yuan."""
    title, (_filters, rows) = _("空白市场"), asked(request)
    heads = [_("单元编码"), _("市"), _("区县"), _("区域"), _("销售区域"), _("市场潜力（元）"), _("近 12 个月（元）"), _("未实现潜力（元）"), _("客户数"), _("最近销售日"), _("预计首年（元）")]  # fmt: skip
    lines = (
        [
            one.unit.code, one.unit.city, one.unit.name, one.spot.org_unit_name, one.spot.territory_name,
            one.potential / YUAN, one.sold / YUAN, one.unwon / YUAN, one.customers, one.last_on, one.expected / YUAN,
        ]
        for one in rows
    )  # fmt: skip
    return FileResponse(spreadsheet.write(title, heads, lines), as_attachment=True, filename=f"{title}.xlsx")


def asked(request: GuardedRequest) -> tuple[SpaceFilter, list[space.Empty]]:
    """The filter and the counties it leaves, in reach."""
    filters = SpaceFilter(request.GET or None, field.places(request.scope, request.today).values())
    said = filters.said if filters.is_bound else {}
    rows = space.white_space(
        request.scope, request.today, days=said.get("days") or space.DAYS, org_unit=said.get("org_unit", "")
    )
    words = said.get("q", "").strip()
    return filters, [
        one for one in rows if words in one.unit.name or words in one.unit.code or words in one.unit.city
    ]
