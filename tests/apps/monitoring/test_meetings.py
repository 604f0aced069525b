"""Packs that stay as they were, promises carried into the next meeting, files that open, who may."""

import io
from datetime import date

import docx
import pptx
import pytest
from django.urls import reverse
from docx.oxml.ns import qn
from pptx.chart.chart import Chart
from pptx.oxml import parse_xml
from python_calamine import CalamineWorkbook

from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.monitoring.selectors import packs
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.platform.people.scope import everything
from tests.apps.monitoring.test_alerts import look, rule, sell
from tests.apps.performance.conftest import WAN, trading  # noqa: F401
from tests.people import TODAY, client_of

pytestmark = pytest.mark.capability("MON4", "ADJ4")


def call(client, unit, day="2026-06-15", cadence="weekly"):
    form = {"unit": unit.pk, "cadence": cadence, "held_on": day}
    return client.post(reverse("meeting-new"), form)


def test_a_pack_adds_up_and_stays_as_it_was(trading):  # noqa: F811
    company = trading.company
    rule(limit=1000)
    look()
    client = client_of(company.boss)
    assert call(client, company.jiangsu).status_code == 302
    row = Meeting.objects.get()
    pack = row.pack
    one = board(span_of(CALENDAR.year(2026), today=TODAY), everything(), today=TODAY).standings["JS"]
    assert [pack["year"][name] for name in ("target", "expected", "actual", "before")] == [
        one.target, one.expected, one.actual, one.before,
    ]  # fmt: skip
    assert sum(child["actual"] for child in pack["children"]) == one.actual
    assert sum(pack["months"]["target"]) == one.target
    bridge = pack["bridge"]
    assert bridge["before"] + sum(bridge["causes"].values()) == bridge["now"] == one.actual
    assert [alert["node"] for alert in pack["alerts"]] == ["江苏"]
    paces = [child["pace_bp"] for child in pack["children"] if child["pace_bp"] is not None]
    assert paces == sorted(paces, reverse=True)
    sell("LATE", date(2026, 6, 12), 5 * WAN)
    row.refresh_from_db()
    assert row.pack == pack
    client.post(reverse("meeting-renew", args=[row.pk]), {"version": row.version})
    row.refresh_from_db()
    assert row.pack["year"]["actual"] == one.actual + 5 * WAN
    assert call(client, company.jiangsu).status_code == 302
    assert Meeting.objects.count() == 1


def test_promises_are_tasks_and_come_back(trading):  # noqa: F811
    company = trading.company
    client = client_of(company.boss)
    call(client, company.jiangsu, "2026-06-08")
    first = Meeting.objects.get()
    decide = reverse("meeting-decide", args=[first.pk])
    seat = company.position("owner")
    client.post(decide, {"text": "拜访十家客户", "owner": seat.pk, "due_on": "2026-06-16"})
    client.post(
        decide, {"text": "补齐断货品种", "owner": company.position("boss").pk, "due_on": "2026-06-20"}
    )
    past = {"text": "昨天就该做的", "owner": seat.pk, "due_on": "2026-06-14"}
    assert "期限 2026-06-14 已经过去" in client.post(decide, past, follow=True).text
    client.post(decide, {"text": "", "owner": seat.pk, "due_on": "2026-06-20"})
    client.post(decide, {"text": "越权", "owner": company.position("neighbour").pk, "due_on": "2026-06-20"})
    assert Promise.objects.count() == 2
    assert "会议决定：拜访十家客户" in client_of(company.owner).get(reverse("home-tasks")).text
    client.post(reverse("meeting-close", args=[first.pk]), {"version": first.version})
    client.post(decide, {"text": "太晚了", "owner": seat.pk, "due_on": "2026-06-20"})
    assert Promise.objects.count() == 2
    call(client, company.jiangsu, "2026-06-15")
    second = Meeting.objects.order_by("-held_on")[0]
    assert {one.text for one in packs.promises_before(second)} == {"拜访十家客户", "补齐断货品种"}
    late = Promise.objects.get(text="拜访十家客户")
    settle = reverse("meeting-settle", args=[late.pk])
    form = {"state": "done", "result": "签回三家", "version": late.version, "back": second.pk}
    assert client.post(settle, form | {"version": 9}).status_code == 302
    late.refresh_from_db()
    assert late.state == "open"
    assert client.post(settle, form).url == reverse("meeting", args=[second.pk])
    page = client.get(reverse("meeting", args=[second.pk])).text
    assert "签回三家" in page
    assert "会议决定" not in client_of(company.owner).get(reverse("home-tasks")).text
    call(client, company.jiangsu, "2026-06-22")
    third = Meeting.objects.order_by("-held_on")[0]
    assert {one.text for one in packs.promises_before(third)} == {"拜访十家客户", "补齐断货品种"}
    call(client, company.jiangsu, "2026-06-29")
    fourth = Meeting.objects.order_by("-held_on")[0]
    assert {one.text for one in packs.promises_before(fourth)} == {"补齐断货品种"}


def test_slides_and_document_open_with_charts_and_chinese_fonts(trading):  # noqa: F811
    company = trading.company
    rule(limit=1000)
    look()
    client = client_of(company.boss)
    call(client, company.jiangsu)
    row = Meeting.objects.get()
    client.post(
        reverse("meeting-minutes", args=[row.pk]),
        {"agenda": row.agenda, "minutes": "先看苏北\n再看苏南", "version": row.version},
    )
    made = pptx.Presentation(io.BytesIO(client.get(reverse("meeting-slides", args=[row.pk])).content))
    charts = [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 2
    months = charts[0].plots[0]
    assert list(months.series[0].values) == [value / WAN for value in row.pack["months"]["target"]]
    xml = "".join(slide._element.xml for slide in made.slides)
    assert 'a:ea typeface="Microsoft YaHei"' in xml
    assert "江苏 周会 2026-06-15" in xml
    content = client.get(reverse("meeting-document", args=[row.pk])).content
    text = docx.Document(io.BytesIO(content))
    drawn = [part for part in text.part.package.iter_parts() if part.partname.startswith("/word/charts/")]
    assert len(drawn) == 2
    for number, part in enumerate(sorted(drawn, key=lambda one: one.partname)):
        space = parse_xml(part.blob)
        chart = Chart(space, None)
        assert list(chart.plots[0].categories) == list(charts[number].plots[0].categories)
        for own, theirs in zip(chart.plots[0].series, charts[number].plots[0].series, strict=True):
            assert (own.name, list(own.values)) == (theirs.name, list(theirs.values))
        assert 'a:ea typeface="Microsoft YaHei"' in part.blob.decode()
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(part.related_parts[space.externalData.rId].blob))
        rows = workbook.get_sheet_by_index(0).to_python()
        assert [row[1] for row in rows[1:]] == list(chart.plots[0].series[0].values)
        shown = text.element.body.xpath(".//*[local-name()='graphicData']/*[local-name()='chart']")[number]
        assert text.part.related_parts[shown.get(qn("r:id"))] is part
    order = [paragraph.text for paragraph in text.paragraphs if paragraph.style.name == "Heading 1"]
    shown = [
        "议程",
        "达成",
        "逐月（万元）",
        "下级的对进度（%）",
        "下级",
        "与上年同期相比，为什么",
        "预警",
        "纪要",
    ]
    assert order == shown
    text = docx.Document(io.BytesIO(client.get(reverse("meeting-document", args=[row.pk])).content))
    assert "先看苏北" in [paragraph.text for paragraph in text.paragraphs]
    assert any("苏北" in cell.text for table in text.tables for cell in table._cells)
    assert 'w:eastAsia="SimSun"' in text.styles.element.xml


def test_a_company_without_a_plan_still_meets(company):
    client = client_of(company.director)
    call(client, company.head_office)
    row = Meeting.objects.get()
    for name in ("meeting", "meeting-slides", "meeting-document"):
        assert client.get(reverse(name, args=[row.pk])).status_code == 200


def test_who_may(trading):  # noqa: F811
    company = trading.company
    call(client_of(company.neighbour), company.guangdong)
    row = Meeting.objects.get()
    url = reverse("meeting", args=[row.pk])
    for name, status in (
        ("boss", 404),
        ("neighbour", 200),
        ("director", 200),
        ("owner", 403),
        ("auditor", 200),
    ):
        assert client_of(getattr(company, name)).get(url).status_code == status, name
    call(client_of(company.boss), company.guangdong, "2026-06-16")
    assert Meeting.objects.count() == 1
    post = {"minutes": "x", "version": row.version}
    assert client_of(company.boss).post(reverse("meeting-minutes", args=[row.pk]), post).status_code == 404
    assert client_of(company.auditor).post(reverse("meeting-minutes", args=[row.pk]), post).status_code == 403
