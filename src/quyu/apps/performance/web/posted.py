"""A subscribed view as a letter: its page is asked for as its reader would, with his rights of the day it is sent."""

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from quyu.apps.performance import background
from quyu.apps.performance.web import kept
from quyu.apps.performance.web.nowhere import Nowhere
from quyu.apps.performance.web.seen import headline, known, seen
from quyu.apps.reports import selectors
from quyu.apps.reports.choices import Form
from quyu.apps.reports.models import SavedView
from quyu.platform.notices.choices import Channel
from quyu.platform.notices.letters import Attachment, Letter
from quyu.platform.notices.models import OutgoingMessage
from quyu.platform.notices.undelivered import Undelivered
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import User

MB = 1 << 20


class ViewGone(Undelivered):
    is_final = True

    def __init__(self) -> None:
        super().__init__("posted_view_gone", "视图已删除，或不再共享给您。")


class NoRight(Undelivered):
    is_final = True

    def __init__(self) -> None:
        super().__init__("posted_no_right", "您现在没有查看或导出这个视图的权限。")


class NothingThere(Undelivered):
    is_final = True

    def __init__(self) -> None:
        super().__init__(
            "posted_nothing_there", "这个视图现在没有可看的内容：区域或期间已经不在，或还没有数据。"
        )


class NotSummedYet(Undelivered):
    """The worker is about it; tried again."""

    def __init__(self) -> None:
        super().__init__("posted_not_summed", "这个口径的数正在后台重算，算完再发。")


def letter(message: OutgoingMessage, at: datetime) -> Letter:
    """The letter of a subscription. Raises Undelivered."""
    told, user = message.payload, message.user
    row = selectors.views_for(user).filter(pk=told["view"]).first()
    if row is None:
        raise ViewGone
    day, form = date.fromisoformat(told["day"]), told["form"]
    try:
        return _letter(row, user, day, form if message.route == Channel.MAIL else Form.LINK, at)
    except PermissionDenied as error:
        raise NoRight from error
    except (Nowhere, Http404) as error:
        raise NothingThere from error


def _letter(row: SavedView, user: User, day: date, form: str, at: datetime) -> Letter:
    request = _request(user, at)
    page = kept.PAGES[row.page]
    question, is_narrowed = kept.opened_on(row, request.scope, day=day, today=request.today)
    request.GET = QueryDict(urlencode(question))
    title = _("订阅“{name}”：截至 {day} 的数").format(name=row.name, day=day.isoformat())
    notes = [_("视图原来的区域不在您负责的范围内，这里是您的范围。")] if is_narrowed else []
    text, figures = title, list[tuple[str, str]]()
    if page.id == "board":
        text, figures, said = _board(request)
        notes += said
    else:
        told = (
            _("{page} {period}，截至 {day} 所知。")
            if "as_of" in question
            else _("{page} {period}，按发送时的数据。")
        )
        text = told.format(page=page.name, period=question["period"], day=day.isoformat())
    files, missing = _files(request, page, form)
    url = f"{reverse('view-open', args=[row.pk])}?on={day.isoformat()}"
    return Letter(title, text, url, figures, [*notes, *missing], files)


def _request(user: User, at: datetime) -> GuardedRequest:
    """A request as the reader's browser would make it; the right to see figures is asked first."""
    made = HttpRequest()
    made.method, made.user = "GET", user
    request: GuardedRequest = made  # type: ignore[assignment]
    request.today, request.now = timezone.localdate(at), at
    guard.admit(request, "actual", "view")
    return request


def _board(request: GuardedRequest) -> tuple[str, list[tuple[str, str]], list[str]]:
    """What the board says in its headline: the node and period, the figures, what must be known about them."""
    this = seen(request)
    if this.asked.is_stale:
        background.restate_later(request.today)
        raise NotSummedYet
    found = this.landings()
    notes = [known(this), *(note for note in (this.asked.note, this.compared.note) if note)]
    return f"{this.name} {this.period}", headline(this, found[this.region]), notes


def _files(request: GuardedRequest, page: kept.Page, form: str) -> tuple[list[Attachment], list[str]]:
    """The export of the page, or why it is not attached."""
    if form not in page.files:
        return [], []
    request.GET = QueryDict(urlencode({**request.GET.dict(), "export": form}))
    answer: HttpResponseBase = resolve(reverse(page.route)).func(request)
    name, file = getattr(answer, "filename", ""), getattr(answer, "file_to_stream", None)
    if file is None:
        raise NothingThere
    with file:  # to close the answer would end a request, and with it the connection to the database
        content = file.read()
    if len(content) > settings.MAIL_MB * MB:
        told = _("附件有 {size} MB，超过 {most} MB，没有附上；请打开链接，在页面上导出。")
        return [], [told.format(size=-(-len(content) // MB), most=settings.MAIL_MB)]
    return [Attachment(name, content, answer.headers["Content-Type"])], []
