"""What is known of the counties in reach: a table with gaps filled visibly, one county, the indicators."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from quyu.apps.market import services
from quyu.apps.market.forms import IndicatorForm, PlaceFilter
from quyu.apps.market.imports import other_words
from quyu.apps.market.selectors import indicators as known_indicators
from quyu.apps.market.selectors import model_on, parts_of
from quyu.apps.market.selectors.quality import PARTS, County, Market
from quyu.apps.market.selectors.quality import market as read_market
from quyu.apps.market.web.tabs import tabs
from quyu.kernel.measure import UNITS
from quyu.platform.files import spreadsheet
from quyu.platform.geography.models import MarketFigure
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50


@guard.require("market", "view")
def market(request: GuardedRequest) -> HttpResponse:
    """Every county in reach with its facts, what is estimated marked so, and a quality score."""
    whole = read_market(request.scope, request.today)
    filters = PlaceFilter(request.GET, (one.spot for one in whole.counties))
    rows = narrowed(whole.counties, filters)
    scores = [one.score for one in whole.counties]
    context = {
        "tabs": tabs("market"),
        "known": whole.known,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "filters": filters,
        "has_counties": bool(whole.counties),
        "mean_score": round(sum(scores) / len(scores)) if scores else None,
        "gaps": sum(bool(cell.how) for one in whole.counties for cell in one.cells.values()),
        "facts": sum(not cell.how for one in whole.counties for cell in one.cells.values()),
        "odd": sum(cell.is_odd or cell.is_apart for one in whole.counties for cell in one.cells.values()),
        "may_import": guard.may(request, "market", "import"),
        "may_export": guard.may(request, "market", "export"),
    }
    return render(request, "market/market.html.jinja", context)


def narrowed(counties: tuple[County, ...], filters: PlaceFilter) -> list[County]:
    """Those the filter asks for."""
    words, unit = filters.said.get("q", "").strip(), filters.said.get("org_unit", "")
    return [
        one
        for one in counties
        if (not unit or one.spot.org_unit == unit)
        and (not words or words in one.unit.name or words in one.unit.code or words in one.unit.city)
    ]


@guard.require("market", "view")
def county(request: GuardedRequest, code: str) -> HttpResponse:
    """One county: every fact with source and day, what is estimated and how, why its potential is what it is."""
    whole = read_market(request.scope, request.today, only=[code])
    if not whole.counties:
        raise Http404
    one, model = whole.counties[0], model_on(request.today)
    history = MarketFigure.objects.filter(unit=one.unit, as_of__lte=request.today)
    context = {
        "tabs": tabs("market"),
        "county": one,
        "known": whole.known,
        "lost": [(name, one.lost[name]) for name in PARTS],
        "history": history.select_related("recorded_by").order_by("measure", "-as_of"),
        "labels": {known.code: known for known in known_indicators()},
        "model": model,
        "parts": parts_of(model, code) if model else [],
        "potential": model.values.get(code) if model else None,
    }
    return render(request, "market/county.html.jinja", context)


@guard.require("market", "view")
def indicators(request: GuardedRequest) -> HttpResponse:
    """Every indicator; those who keep the market add one for the whole company."""
    may_add = guard.may(request, "market", "create") and guard.full_scope(request).is_everything
    form = IndicatorForm(request.POST or None, taken=other_words())
    if request.method == "POST":
        guard.check(request, "market", "create")
        guard.require_everything(request)
        if form.is_valid():
            row = services.add_indicator(form.save(commit=False), actor=request.user, at=request.now)
            messages.success(
                request, _("已增加指标“%(name)s”，导入文件可以有这一列了。") % {"name": row.name}
            )
            return redirect("market-indicators")
    context = {
        "tabs": tabs("market-indicators"),
        "known": known_indicators(),
        "form": form,
        "may_add": may_add,
        "may_change": guard.may(request, "market", "edit") and guard.full_scope(request).is_everything,
    }
    return render(request, "market/indicators.html.jinja", context)


@guard.require("market", "export")
def export(request: GuardedRequest) -> FileResponse:
    """The facts of the counties in reach as a long sheet that can be imported again; estimates in a column of their own."""
    title = _("市场数据")
    heads = [
        _("单元编码"),
        _("市"),
        _("区县"),
        _("指标"),
        _("数值"),
        _("数据日期"),
        _("来源"),
        _("估算值"),
        _("估算方法"),
        _("质量分"),
    ]
    rows = told(read_market(request.scope, request.today))
    return FileResponse(spreadsheet.write(title, heads, rows), as_attachment=True, filename=f"{title}.xlsx")


def told(whole: Market) -> Iterator[list[object]]:
    """One row for each county and indicator; money in yuan."""
    for one in whole.counties:
        for known in whole.known:
            cell = one.cells.get(known.code)
            if cell is None:
                continue
            scale = 100 if known.unit in ("fen", "yuan") else UNITS[known.unit].scale
            value = cell.value / scale
            said = (
                [None, None, None, value, cell.how_said]
                if cell.how
                else [value, cell.as_of, cell.source, None, None]
            )
            yield [one.unit.code, one.unit.city, one.unit.name, str(known.label), *said, one.score]
