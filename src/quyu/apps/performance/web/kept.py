"""The pages whose question can be kept, and how a kept question is opened by whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import frame
from quyu.apps.reports.models import SavedView
from quyu.apps.reports.question import as_of
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.platform.people.scope import Scope

LONGEST = 100


@dataclass(frozen=True)
class Page:
    """`keeps`: the parameters that make up its question; `files`: what it is exported as."""

    id: str
    route: str
    name: str | Promise
    keeps: tuple[str, ...]
    files: tuple[str, ...] = ("xlsx",)


PAGES: Mapping[str, Page] = {
    page.id: page
    for page in (
        Page("board", "performance", _("业绩"), ("region", "period", "compare", "basis", "as", "as_of"), ("xlsx", "pdf")),
        Page(
            "analysis", "performance-analysis", _("多维分析"), ("region", "period", "compare", "row", "column", "metric", "as_of")
        ),
        Page("customers", "performance-customers", _("客户"), ("region", "period", "sort", "q", "as_of")),
        Page("bridge", "performance-bridge", _("差异分析"), ("region", "period", "by", "against", "bar", "basis", "as_of")),
    )
}  # fmt: skip


def question_of(page: Page, given: QueryDict, today: date) -> dict[str, str]:
    """What a page was asked for, with the year in view where no period was named. Raises NotAPeriod."""
    told = {name: str(given.get(name, "")).strip()[:LONGEST] for name in page.keeps}
    found = {name: value for name, value in told.items() if value}
    found.setdefault("period", str(CALENDAR.fiscal_year(today)))
    for name in ("period", "compare"):
        if name in found:
            CALENDAR.parse(found[name])
    return found


def opened(row: SavedView, scope: Scope, *, today: date) -> tuple[dict[str, str], bool]:
    """The question for the reader on a day, and whether its region is out of reach and was left out."""
    question = as_of(row.question, since=row.saved_on, today=today) if row.moves else dict(row.question)
    region = question.get("region")
    if region and not _reaches(question["period"], region, scope, today):
        return {name: value for name, value in question.items() if name != "region"}, True
    return question, False


def opened_on(row: SavedView, scope: Scope, *, day: date | None, today: date) -> tuple[dict[str, str], bool]:
    """As `opened`, where a day is given as known at its end, as far as the page can tell that."""
    question, is_narrowed = opened(row, scope, today=day or today)
    if day and "as_of" in PAGES[row.page].keeps and question.get("as") != "restated":
        question.setdefault("as_of", day.isoformat())
    return question, is_narrowed


def address(page: Page, question: Mapping[str, str]) -> str:
    return f"{reverse(page.route)}?{urlencode(question)}"


def _reaches(period: str, region: str, scope: Scope, today: date) -> bool:
    try:
        return frame(span_of(CALENDAR.parse(period), today=today), scope, today=today).covers(region)
    except NothingToPlan:
        return False
