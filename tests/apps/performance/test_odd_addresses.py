"""Questions written by hand into the addresses of the pages of figures: a message or a default, never a failure."""

import pytest

from tests.apps.performance.conftest import Trading
from tests.apps.performance.conftest import again as trading
from tests.people import client_of

__all__ = ["trading"]

pytestmark = pytest.mark.django_db
PAGES = (
    "", "bridge/", "facts/", "credit/", "true/", "true/C1/", "receivables/", "receivables/C1/", "why/", "customers/",
    "customers/C1/", "analysis/", "views/", "views/strip/", "views/new/?from=analysis", "tiers/",
)  # fmt: skip
QUESTIONS = (
    "region=不存在", "region=%00", "region=T:", "period=2026-13", "period=2026-13-45", "period=0000", "period=9999",
    "period=2026Q9", "period=%F0%9F%92%A9", "period=1", "page=99999999999999999999", "page=-1", "page=x", "as_of=2026-13-45",
    "as_of=0001-01-01", "as_of=9999-12-31", "as_of=2026-06-15&as=restated&basis=cash", "basis=<b>&as=x", "basis=delivery",
    "metric=__class__&row=x&column=%27", "metric=receipts&row=product&column=channel", "row=month&column=month",
    "by=x&bar=x&against=x", "bar=price&by=line&odd=1&page=0", "compare=2026", "compare=x&period=2026Q1", "compare=9999",
    "sort=amount;drop&q=%25%27", "on=2026-13-45", "on=9999-12-31", "kind=x", "kind=receipt&person=x", "figure=landing",
    "figure=x", "list=x&page=7", "part=lines", "export=x", "from=x",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_breaks_a_page(trading: Trading, question: str) -> None:
    clients = [client_of(user) for user in (trading.company.director, trading.company.boss)]

    for path in PAGES:
        for client in clients:
            answer = client.get(f"/performance/{path}{'&' if '?' in path else '?'}{question}")
            if answer.streaming:
                b"".join(answer.streaming_content)
            assert answer.status_code in (200, 400, 403, 404, 422), (path, question)
            assert (answer.status_code == 400) == ("%00" in question), (path, question)


def test_what_is_no_day_is_named(trading: Trading) -> None:
    client = client_of(trading.company.director)
    for path in ("", "customers/", "analysis/", "bridge/"):
        answer = client.get(f"/performance/{path}?as_of=2026-13-45")

        assert answer.status_code == 404
        assert "“2026-13-45”不是今天或以前的日期" in answer.content.decode()
