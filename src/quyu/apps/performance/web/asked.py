"""Which figures a page is asked for: as it was, restated to today, or as known at the end of a past day."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from quyu.apps.performance import services
from quyu.apps.performance.selectors.sources import AS_IT_WAS, AS_RESTATED, NothingRecorded, Source, past
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people.guard import GuardedRequest

READINGS = (("was", _("按当时归属")), ("restated", _("按今天归属重述")))


class NotAPastDay(Refusal):
    """The day of a past report has come already."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "not_a_past_day", "“{value}”不是今天或以前的日期，请写成 2026-06-30 的样子。", value=text
        )


@dataclass(frozen=True)
class Asked:
    """`known_on` is the day of a past report; `note` says why something else is shown than was asked for.

    `is_stale`: the restated figures must be made first.
    """

    reading: str = "was"
    source: Source = AS_IT_WAS
    known_on: date | None = None
    note: str = ""
    is_stale: bool = False


def asked(request: GuardedRequest) -> Asked:
    """The reading of `?as=` or the past day of `?as_of=`; 404 for what is no day, or one to come."""
    if text := request.GET.get("as_of", ""):
        return _past(_day(text, request.today))
    if request.GET.get("as") == "restated":
        if services.is_restated(today=request.today):
            return Asked("restated", AS_RESTATED)
        return Asked(is_stale=True)
    return Asked()


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404(NotAPastDay(text)) from error
    if day > today:
        raise Http404(NotAPastDay(text))
    return day


def _past(day: date) -> Asked:
    try:
        return Asked(source=past(day), known_on=day)
    except NothingRecorded as refusal:
        return Asked(note=spoken(refusal))
