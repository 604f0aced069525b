"""业绩分成: the accountable view beside the credit view, territory by territory; both have the same sum."""

from datetime import date

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render

from quyu.apps.performance.selectors import credits as credit
from quyu.apps.performance.selectors.span import CALENDAR, period_choices
from quyu.apps.territories.models import Territory
from quyu.kernel.period import NotAPeriod, Period
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("actual", "view")
def credit_page(request: GuardedRequest) -> HttpResponseBase:
    """The territories within reach; who sees the whole company sees that nothing is counted twice."""
    scope, today = request.scope, request.today
    period = period_of(request.GET.get("period", ""), today)
    split = credit.parts(period.start, period.end)
    found = credit.credited(period.start, period.end, split)
    territories = {row.code: row for row in Territory.objects.visible_to(scope, today)}
    seen = [row for code, row in found.items() if scope.is_everything or code in territories]
    year = CALENDAR.fiscal_year(period.start)
    context = {
        "period": period,
        "periods": period_choices(year),
        "years": [year - 1, year, year + 1],
        "year": year,
        "rows": [row for row in seen if row.given_fen or row.received_fen],
        "rest": [row for row in seen if not (row.given_fen or row.received_fen)],
        "total": sums(seen),
        "is_company": scope.is_everything,
        "names": {code: row.name for code, row in territories.items()},
        "overlays": [
            one
            for one in credit.by_overlay(split)
            if scope.is_everything or any(code in territories for code, _fen in one.parts)
        ],
    }
    return render(request, "performance/credit.html.jinja", context)


def period_of(code: str, today: date) -> Period:
    """The period asked for, this year by default; 404 for what is none."""
    try:
        return CALENDAR.parse(code or str(CALENDAR.fiscal_year(today)))
    except NotAPeriod as refusal:
        raise Http404(refusal) from refusal


def sums(rows: list[credit.Credited]) -> credit.Credited:
    return credit.Credited(
        "",
        sum(row.accountable_fen for row in rows),
        sum(row.given_fen for row in rows),
        sum(row.received_fen for row in rows),
    )
