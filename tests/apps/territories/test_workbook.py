"""The round trip of a draft through a workbook: identity, differences, faults by row, other hands, hostile files."""

import zipfile
from io import BytesIO

import pytest
import xlsxwriter
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.shortcuts import render
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, AlignmentEdit, AlignmentUnit, Territory
from quyu.apps.territories.web import exchange
from quyu.apps.territories.workbook import workbook
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of

HEAD, SIDE = 3, 4


@pytest.fixture(autouse=True)
def context_of_pages(monkeypatch):
    """Jinja pages do not tell the test client what they show: the answer carries it."""

    def rendered(request, template, context):
        answer = render(request, template, context)
        answer.shown = context
        return answer

    monkeypatch.setattr(exchange, "render", rendered)


@pytest.fixture
def draft(site):
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def exported(draft, scope=None):
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(draft, scope=scope or everything(), at=TODAY)))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def file_of(sheets, name="改过.xlsx"):
    """The sheets as a program that calculates nothing would save them."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return SimpleUploadedFile(name, content.getvalue())


def changed(draft, wanted):
    """The exported workbook with other territories for some units."""
    sheets = exported(draft)
    for row in sheets["单元"][HEAD + 1 :]:
        row[SIDE] = wanted.get(row[0], row[SIDE])
    return sheets


def upload(site, draft, file, name="operations"):
    return client_of(getattr(site.company, name)).post(
        reverse("alignment-import", args=[draft.pk]), {"file": file}
    )


def apply(site, draft, page, name="operations"):
    proposal = page.shown["proposal"]
    url = reverse("alignment-import-apply", args=[draft.pk])
    return client_of(getattr(site.company, name)).post(url, {"proposal": proposal}, follow=True)


def send(site, name, url, proposal):
    """A preview signed by hand."""
    signed = signing.dumps(proposal, salt=exchange.SALT, compress=True)
    return client_of(getattr(site.company, name)).post(url, {"proposal": signed})


def places(draft):
    return dict(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", "territory__code"))


def faults(page):
    return [(p.row, p.code) for p in page.shown["compared"].problems]


@pytest.mark.capability("TER6")
def test_what_was_not_changed_changes_nothing(site, draft):
    page = upload(site, draft, file_of(exported(draft)))
    compared = page.shown["compared"]
    assert (compared.moves, compared.problems, compared.row_count, compared.left_out) == ((), (), 15, 0)
    assert "没有差异" in page.text
    assert page.shown["proposal"] == ""


@pytest.mark.capability("TER6")
def test_units_given_to_other_territories_move_in_one_step_that_can_be_undone(site, draft):
    finer = BasicUnit.objects.create(code="J121", name="镇", level="county", parent_code="J12")
    AlignmentUnit.objects.create(alignment=draft, unit=finer, territory=site.company.sunan, part="finer")
    before = places(draft)
    page = upload(site, draft, file_of(changed(draft, {"J12": "苏北", "J22": "苏北", "J13": "苏南"})))
    assert [(m.unit.code, m.source.code, m.target.code) for m in page.shown["compared"].moves] == [
        ("J12", "苏南", "苏北"),
        ("J13", "苏北", "苏南"),
        ("J22", "苏南", "苏北"),
    ]
    said = {row["territory"].code: row["row"] for row in page.shown["touched"]}
    assert places(draft) == before
    done = apply(site, draft, page)
    assert "已移动 3 个单元" in done.text
    assert places(draft) == {**before, "J12": "苏北", "J22": "苏北", "J13": "苏南", "J121": "苏北"}
    loads = {load.territory.code: load for load in selectors.loads(draft, scope=everything(), at=TODAY)}
    for code, row in said.items():
        assert [level.value for level in row.after] == [loads[code].amount_fen, loads[code].customers]
        assert row.after[0].deviation_bp == loads[code].deviation_bp
        assert row.units[1] == loads[code].unit_count
    assert AlignmentEdit.objects.filter(alignment=draft).count() == 1
    draft.refresh_from_db()
    services.undo(alignment=draft, expected_version=draft.version, actor=None, at=TODAY)
    assert places(draft) == before


@pytest.mark.capability("TER5", "TER6")
def test_a_preview_judges_each_measure_by_its_own_tolerance(site, draft):
    draft.method = {
        "criteria": [
            {"measure": "amount", "tolerance_bp": 1},
            {"measure": "customers", "tolerance_bp": 9_999},
        ]
    }
    draft.save()
    page = upload(site, draft, file_of(changed(draft, {"J12": "苏北"})))
    found = [[row.balances[1] for row in side["measures"]][:2] for side in page.shown["touched"]]
    assert found == [["heavy", "ok"], ["light", "ok"]] or found == [["light", "ok"], ["heavy", "ok"]]


def test_what_would_be_torn_apart_is_said_before(site, draft):
    page = upload(site, draft, file_of(changed(draft, {"J21": "苏北", "J22": "苏北"})))
    assert page.shown["warnings"] == ["苏南：会分成不相连的 2 块。"]
    assert "苏南：会分成不相连的 2 块。" in page.text


@pytest.mark.capability("TER6")
def test_every_fault_is_named_by_its_row_and_nothing_is_written(site, draft):
    services.set_locks(
        alignment=draft,
        units=[site.unit("J34")],
        is_locked=True,
        expected_version=draft.version,
        actor=None,
        at=TODAY,
    )
    Territory.objects.create(code="T8", name="重名", org_unit=site.company.sunan.org_unit, valid_from=TODAY)
    Territory.objects.create(code="T9", name="重名", org_unit=site.company.sunan.org_unit, valid_from=TODAY)
    sheets = changed(draft, {"J11": "苏北区", "J12": "重名", "J34": "苏南", "J33": "苏南"})
    rows = sheets["单元"]
    place = {row[0]: index + 1 for index, row in enumerate(rows) if row[0]}
    rows += [[*rows[place["J21"] - 1]], ["X99", "无此县", "", "", "苏北"]]
    page = upload(site, draft, file_of(sheets))
    assert faults(page) == [
        (place["J11"], "unknown_territory"),
        (place["J12"], "unknown_territory"),
        (place["J34"], "locked"),
        (len(rows) - 1, "duplicate_line"),
        (len(rows), "unknown_unit"),
    ]
    text = page.text
    assert "是否指“苏北”？" in text
    assert "T8、T9" in text
    assert "J34县 已锁定" in text
    assert page.shown["proposal"] == ""
    assert AlignmentEdit.objects.filter(alignment=draft, kind="move").count() == 0


@pytest.mark.capability("TER6")
def test_what_others_moved_meanwhile_is_kept_and_only_the_same_unit_is_a_conflict(site, draft):
    sheets = changed(draft, {"J12": "苏北"})
    step = {"alignment": draft, "actor": site.company.boss, "at": TODAY}
    services.move_units(
        **step, units=[site.unit("J23")], territory=site.company.sunan, expected_version=draft.version
    )
    page = upload(site, draft, file_of(sheets))
    assert [move.unit.code for move in page.shown["compared"].moves] == ["J12"]
    assert "J23县" in page.shown["meanwhile"][0]
    assert "导出以后草案又有改动" in page.text
    apply(site, draft, page)
    assert (places(draft)["J12"], places(draft)["J23"]) == ("苏北", "苏南")
    later = changed(draft, {})
    for row in later["单元"]:
        if row[0] == "J13":
            row[SIDE] = "粤东"
    draft.refresh_from_db()
    services.move_units(
        **step, units=[site.unit("J13")], territory=site.company.sunan, expected_version=draft.version
    )
    again = upload(site, draft, file_of(later))
    assert [code for _row, code in faults(again)] == ["stale_save"]
    assert "导出后已被他人改到“苏南”" in again.text


def test_what_was_previewed_is_refused_when_the_draft_went_on(site, draft):
    page = upload(site, draft, file_of(changed(draft, {"J12": "苏北"})))
    services.move_units(
        alignment=draft, units=[site.unit("J23")], territory=site.company.sunan,
        expected_version=draft.version, actor=None, at=TODAY,
    )  # fmt: skip
    apply(site, draft, page)
    assert places(draft)["J12"] == "苏南"
    tampered = client_of(site.company.operations).post(
        reverse("alignment-import-apply", args=[draft.pk]), {"proposal": page.shown["proposal"] + "x"}
    )
    assert tampered.url == reverse("alignment-import", args=[draft.pk])


def test_a_file_of_another_draft_is_refused_and_one_without_a_mark_is_a_table(site, draft):
    other = services.create_draft(based_on=site.active, name="另一份", actor=None, at=TODAY)
    page = upload(site, draft, file_of(exported(other)))
    assert "文件不是由“草案”导出的" in page.text
    plain = {"表": [["区县", "所属销售区域"], ["J12县", "苏北"], ["J22", ""]]}
    page = upload(site, draft, file_of(plain))
    assert [(m.unit.code, m.target.code) for m in page.shown["compared"].moves] == [("J12", "苏北")]
    assert page.shown["compared"].left_out == 13


def test_a_manager_sees_and_changes_only_what_is_in_reach(site, draft):
    client = client_of(site.company.boss)
    content = client.get(reverse("alignment-export", args=[draft.pk])).content
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    units = {row[0] for row in book.get_sheet_by_name("单元").to_python()}
    assert "J11" in units
    assert not units & {"G11", "G12"}
    assert not any("粤东" in str(row) for row in book.get_sheet_by_name("销售区域").to_python())
    full = changed(draft, {"J12": "粤东", "G11": "苏北"})
    codes = [code for _row, code in faults(upload(site, draft, file_of(full), "boss"))]
    assert codes == ["unknown_unit", "unknown_unit", "unknown_territory"]
    assert client_of(site.company.owner).get(reverse("alignment-import", args=[draft.pk])).status_code == 403


@pytest.mark.capability("TER6")
def test_a_preview_is_of_its_reader_and_of_the_units_in_reach(site, draft):
    page = upload(site, draft, file_of(changed(draft, {"J12": "苏北"})), "operations")
    assert "预览已过期" in apply(site, draft, page, "boss").content.decode()
    assert places(draft)["J12"] == "苏南"
    said = {"reader": site.company.boss.pk, "alignment": draft.pk, "version": draft.version, "file": "x"}
    url = reverse("alignment-import-apply", args=[draft.pk])
    assert send(site, "boss", url, {**said, "places": {"G11": "苏北"}}).status_code == 404
    assert places(draft)["G11"] == "粤东"
    new = {
        **said,
        "alignment": site.active.pk,
        "name": "别人的",
        "level": "county",
        "places": {},
        "added": {},
    }
    again = reverse("alignment-from-workbook")
    assert send(site, "operations", reverse("alignment-from-workbook-create"), new).url == again
    assert not Alignment.objects.filter(name="别人的").exists()


def test_no_cell_of_the_export_is_a_formula(site, draft):
    Territory.objects.filter(code="苏南").update(name='=HYPERLINK("http://x","点")')
    site.unit("J11").__class__.objects.filter(code="J11").update(name="=1+1")
    content = workbook(draft, scope=everything(), at=TODAY)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)
        assert not [name for name in archive.namelist() if "externalLink" in name]
    assert workbook(draft, scope=everything(), at=TODAY) == content


@pytest.mark.capability("B1")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: b"%PDF-1.7", "这是 PDF 文件"),
        (lambda _: b"PK\x03\x04broken", "文件已损坏"),
        (lambda good: with_entry(good, "xl/vbaProject.bin", b"x"), "含宏"),
        (
            lambda good: with_entry(good, "xl/sharedStrings.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><sst/>"),
            "DTD",
        ),
    ],
)
def test_hostile_files_are_refused_by_name(site, draft, make, said):
    good = workbook(draft, scope=everything(), at=TODAY)
    page = upload(site, draft, SimpleUploadedFile("x.xlsx", make(good)))
    assert page.status_code == 200
    assert said in page.text
    assert page.shown["proposal"] == ""


def with_entry(content, name, data):
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, data)
    return target.getvalue()


def test_a_cell_far_away_takes_no_memory_and_a_formula_without_value_is_a_fault(site, draft):
    sheets = changed(draft, {})
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("单元")
        for index, row in enumerate(sheets["单元"]):
            sheet.write_row(index, 0, row)
        sheet.write_formula(HEAD + 1, SIDE, "=A1", None, "")
        sheet.write_string(1_000_000, 16_000, "x")
    page = upload(site, draft, SimpleUploadedFile("x.xlsx", content.getvalue()))
    assert page.status_code == 200
    assert page.shown["proposal"] == ""


@pytest.mark.capability("TER6")
def test_a_table_becomes_a_draft_of_its_own(site):
    client = client_of(site.company.operations)
    file = file_of({"表": [["单元编码", "销售区域"], ["J12", "苏北"], ["J13", "苏南"]]})
    page = client.post(reverse("alignment-from-workbook"), {"name": "来自表格", "file": file})
    done = client.post(reverse("alignment-from-workbook-create"), {"proposal": page.shown["proposal"]})
    made = Alignment.objects.get(name="来自表格")
    assert done.url == reverse("alignment", args=[made.pk])
    assert places(made) == {**places(site.active), "J12": "苏北", "J13": "苏南"}
    assert selectors.next_undo(made) is not None


def test_a_table_may_bring_units_the_alignment_does_not_hold_yet(site):
    BasicUnit.objects.create(code="J41", name="新县", level="county", city="新市")
    client = client_of(site.company.operations)
    file = file_of({"表": [["单元编码", "销售区域"], ["J41", "苏北"], ["J12", "苏北"]]})
    page = client.post(reverse("alignment-from-workbook"), {"name": "含新县", "file": file})
    client.post(reverse("alignment-from-workbook-create"), {"proposal": page.shown["proposal"]})
    assert places(Alignment.objects.get(name="含新县"))["J41"] == "苏北"


def test_the_first_alignment_of_a_site_may_come_from_a_table(site):
    AlignmentUnit.objects.all().delete()
    Alignment.objects.all().delete()
    client = client_of(site.company.operations)
    rows = [[unit.code, "苏北"] for unit in BasicUnit.objects.filter(level="county")]
    file = file_of({"表": [["单元编码", "销售区域"], *rows]})
    page = client.post(reverse("alignment-from-workbook"), {"name": "第一个", "file": file})
    assert page.shown["compared"].problems == ()
    client.post(reverse("alignment-from-workbook-create"), {"proposal": page.shown["proposal"]})
    made = Alignment.objects.get(name="第一个")
    assert len(places(made)) == 15
    assert places(made)["JC"] == "苏北"
