"""The plan as a document: what it says, whom it says it to, and that its size does not break it."""

from io import BytesIO

import pytest
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from python_calamine import CalamineWorkbook

from quyu.apps.territories import selectors, services
from quyu.apps.territories.plan_document import TEMPLATE, content
from quyu.apps.territories.web import document
from quyu.apps.territories.workbook import workbook
from quyu.platform.documents.typesetting import typeset
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of

pytestmark = pytest.mark.capability("TER9")


@pytest.fixture
def draft(site):
    made = services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)
    units = [site.unit("J12"), site.unit("J22")]
    services.move_units(
        alignment=made, units=units, territory=site.company.subei, expected_version=1, actor=None, at=TODAY
    )
    made.refresh_from_db()
    return made


def said(draft, site, scope=None):
    changes = selectors.changes(draft, site.active)
    return content(draft, changes, draft.method.get("regions", []), scope=scope or everything(), at=TODAY)


def test_it_says_what_moves_from_whom_to_whom_with_customers_and_sales(site, draft):
    data = said(draft, site)
    assert data["moves"] == [["苏南", "苏北", "2", "4", "0.02", "J12县、J22县"]]
    loads = {load.territory.name: load for load in selectors.loads(draft, scope=everything(), at=TODAY)}
    rows = {row[1]: row for region in data["regions"] for row in region["rows"]}
    assert set(rows) == {"苏南", "苏北", "粤东"}
    for name, load in loads.items():
        assert rows[name][3] == str(load.unit_count)
        assert f"{load.customers:,}" in rows[name]
        assert rows[name][-1] == str(selectors.BALANCE_WORDS[load.balance])
        assert rows[name][5] == f"{load.deviation_bp / 100:+.1f}%"
    assert data["map"].count("#b30000") == 2
    assert data["map"].count("<text") == 3


def test_it_carries_the_certificate_of_the_solver(site):
    plan = services.propose(
        name="自动", measure={f"J{r}{c}": 100.0 for r in (1, 2, 3) for c in (1, 2, 3, 4)}, actor=None, at=TODAY,
        seed=7, tolerance=0.1,
    )  # fmt: skip
    data = said(plan, site)
    regions = {row["name"]: row for row in plan.method["regions"]}
    assert len(data["proof"]) == len(regions)
    for row in data["proof"]:
        region = regions[row[0]]
        assert region["objective_km2"] >= region["lower_bound_km2"]
        assert row[6:8] == [f"{region['objective_km2']:,}", f"{region['lower_bound_km2']:,}"]
        assert row[8] == f"{region['gap_bp'] / 100:.1f}%"
    assert any("随机种子 7" in line for line in data["reasons"])


def test_each_reader_gets_what_is_in_reach(site, draft, monkeypatch):
    shown = []
    monkeypatch.setattr(document, "typeset", lambda _template, data: shown.append(str(data)) or b"%PDF-")
    url = reverse("alignment-pdf", args=[draft.pk])
    for name, sees in (("operations", True), ("boss", False)):
        answer = client_of(getattr(site.company, name)).get(url)
        assert answer["Content-Type"] == "application/pdf"
        assert ("粤东" in shown[-1]) == sees
    assert client_of(site.company.owner).get(url).status_code in (403, 404)


def test_it_is_set_with_the_fonts_of_the_letters_and_the_same_every_time(site, draft):
    data = said(draft, site)
    pdf = typeset(TEMPLATE, data)
    assert pdf.startswith(b"%PDF-")
    assert b"NotoSansSC" in pdf or b"NotoSansCJK" in pdf
    assert typeset(TEMPLATE, data) == pdf


def test_hundreds_of_territories_run_over_many_pages(site, draft):
    data = said(draft, site)
    region = data["regions"][0]
    data["regions"] = [{**region, "name": f"省区{n}", "rows": region["rows"] * 5} for n in range(60)]
    data["moves"] = data["moves"] * 300
    pages = PdfFileReader(BytesIO(typeset(TEMPLATE, data))).root["/Pages"]["/Count"]
    assert pages > 12


def test_names_are_text_and_never_markup(site, draft):
    site.company.sunan.__class__.objects.filter(code="苏南").update(name='#panic("x") <b>*_$')
    data = said(draft, site)
    assert typeset(TEMPLATE, data).startswith(b"%PDF-")


def test_an_alignment_balanced_on_workload_says_so_everywhere(site):
    """Document, workbook and the levels above speak of what is balanced, not of sales."""
    work = dict.fromkeys(["J11", "J21", "J31", "J12", "J22", "J32"], 60) | {"J13": 120, "G11": 60}
    services.record_figures(measure="workload", values=work, period_end=TODAY)
    active = site.active
    active.method = {"criteria": [{"measure": "workload", "tolerance_bp": 2_000}], "tolerance_bp": 2_000}
    active.save()
    loads = selectors.loads(active, scope=everything(), at=TODAY)
    assert {load.territory.code: load.balance for load in loads} == {
        "苏南": "heavy",
        "苏北": "light",
        "粤东": "ok",
    }
    data = said(active, site)
    assert data["reasons"][0] == "按拜访工作量（分钟）均衡，与本组织平均的偏差在 20.0% 以内。"
    assert "公差 20.0%，按拜访工作量（分钟）" in str(data["cards"])
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(active, scope=everything(), at=TODAY)))
    head, *rows = book.get_sheet_by_name("销售区域").to_python()
    words = {row[0]: row[head.index("均衡")] for row in rows}
    assert words == {"苏南": "偏重", "苏北": "偏轻", "粤东": "均衡"}
    reading = selectors.read(active, scope=everything(), at=TODAY)
    tiers = selectors.tier_loads(reading, loads, "province", scope=everything(), at=TODAY)
    assert {row.org_unit.code: row.per_territory for row in tiers} == {"JS": 240, "GD": 60}
