"""The macros that every page is built from: exact figures, escaped text, accessible states."""

from typing import Any

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    return rf.get("/customers/?sort=-name&page=2&q=华东")


def render(template: str, request: HttpRequest | None = None, **context: Any) -> str:
    source = '{% import "ui.html.jinja" as ui with context %}' + template
    jinja = engines["jinja2"]
    return str(jinja.from_string(source).render({"request": request, **context}))


def test_an_amount_is_in_ten_thousands_with_the_exact_fen_at_hand() -> None:
    html = render("{{ ui.amount(123456789) }}")

    assert ">123.46<" in html
    assert "1,234,567.89" in html
    assert "123456789" in html


@pytest.mark.parametrize("macro", ["amount", "rate", "delta", "number"])
def test_nothing_known_is_a_dash(macro: str) -> None:
    assert "—" in render("{{ ui." + macro + "(none) }}")


@pytest.mark.parametrize(("bp", "word"), [(120, "上升"), (-120, "下降"), (0, "持平")])
def test_a_change_is_told_by_word_and_icon_not_by_colour_alone(bp: int, word: str) -> None:
    html = render("{{ ui.delta(bp) }}", bp=bp)

    assert word in html
    assert "<svg" in html


@pytest.mark.parametrize(("attain", "word"), [(5000, "正常"), (4400, "落后"), (3000, "严重落后")])
def test_the_bar_compares_attainment_with_time(attain: int, word: str) -> None:
    html = render("{{ ui.attain_bar(attain, 4500) }}", attain=attain)

    assert word in html
    assert 'role="img"' in html
    assert "style=" not in html


def test_a_menu_says_whether_it_is_open_and_posts_with_a_token(request_: HttpRequest) -> None:
    html = render(
        "{% call ui.menu('导出') %}{{ ui.menu_link('工作簿', '/x') }}{{ ui.menu_post('分享', '/y', {'a': b}) }}{% endcall %}",
        request_,
        b='"><i>',
    )

    assert 'aria-expanded="false"' in html
    assert 'href="/x"' in html
    assert 'name="a" value="&#34;&gt;&lt;i&gt;"' in html


def test_text_of_users_is_escaped() -> None:
    html = render("{{ ui.badge('draft', name) }}{{ ui.empty(name, name) }}", name="<script>alert(1)</script>")

    assert "<script>" not in html


def test_a_chart_option_cannot_break_out_of_its_tag() -> None:
    html = render("{{ ui.chart('c', {'title': name}, '销售') }}", name="</script><script>alert(1)</script>")

    assert html.count("</script>") == 1


def test_sorting_keeps_the_search_and_starts_at_page_one(request_: HttpRequest) -> None:
    html = render("{{ ui.table([{'label': '名称', 'sort': 'name'}], [['苏南']]) }}", request_)

    assert "sort=name&amp;q=" in html or "q=%E5%8D%8E%E4%B8%9C&amp;sort=name" in html
    assert 'aria-sort="descending"' in html
    assert "page=" not in html


def test_the_pager_keeps_the_order(request_: HttpRequest) -> None:
    page = Paginator(range(500), 50).page(2)

    html = render("{{ ui.pager(page) }}", request_, page=page)

    assert "sort=-name&amp;page=3" in html
    assert "第 51–100 条，共 500 条" in html
