"""From bytes to a grid: encodings, delimiters, workbooks, and files that are refused unread."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from quyu.apps.performance.imports import ORDERS
from quyu.platform.imports import encoding, pipeline
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import Sheet
from tests.platform.imports.order_files import GOOD, HEADER, order_file

TEXT = "\n".join((HEADER, *GOOD))


def texts(sheet: Sheet, header: str) -> list[str]:
    found: list[str] = sheet.columns[sheet.headers.index(header)].to_pylist()
    return found


def code_of(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        pipeline.read(path, ORDERS)
    return caught.value.code


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "big5"])
def test_every_usual_encoding_is_recognised(name: str) -> None:
    text = "訂單號,客戶\nS1,臺北商行有限公司\n" if name == "big5" else TEXT

    assert encoding.decode(text.encode(name)).content.decode() == text


def test_western_letters_that_stand_alone_are_windows_1252() -> None:
    text = "Order ID,Product Name,Sales\n" + "CA-1,Binders®\xa0Café “A4”,3.50\n" * 20 + "CA-2,Renée,1\n"

    decoded = encoding.decode(text.encode("cp1252"))

    assert (decoded.encoding, decoded.content.decode()) == ("cp1252", text)


def test_chinese_names_under_english_headers_stay_chinese() -> None:
    text = "Order ID,Customer,Sales\nS1,苏州恒丰经销部,3.50\nS2,Café,1\n"

    assert encoding.decode(text.encode("gb18030")).content.decode() == text


def test_one_foreign_character_at_the_very_end_is_not_missed() -> None:
    text = "order,customer\n" + "S1,CUST\n" * 50_000 + "S2,苏州恒丰经销部\n"

    assert encoding.decode(text.encode("gbk")).content.decode() == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(TEXT.replace(",", delimiter), encoding="utf-8")

    assert texts(pipeline.read(path, ORDERS), "客户") == ["甲商行", "乙超市"]


def test_rows_keep_the_numbers_the_file_shows(tmp_path: Path) -> None:
    path = order_file(
        tmp_path / "a.csv", GOOD[0], ",,,,,", "", GOOD[1], header=f"五月销售明细,,,,,\n\n{HEADER}"
    )

    sheet = pipeline.read(path, ORDERS)

    assert sheet.header_row == 3
    assert sheet.rows.tolist() == [4, 7]


def test_a_row_of_the_wrong_width_is_named(tmp_path: Path) -> None:
    sheet = pipeline.read(order_file(tmp_path / "a.csv", GOOD[0], "SO3,2026-05-04", GOOD[1]), ORDERS)

    assert [(error.row, error.code) for error in sheet.errors] == [(3, "too_few_fields")]
    assert sheet.rows.tolist() == [2, 4]


def workbook(path: Path, *, hidden: bool = False) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(1, 0, ["SO1"])
        sheet.write_datetime(1, 1, date(2026, 5, 4), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(1, 2, ["甲商行", "茶", 2, 99.99999999900001])
        if hidden:
            book.add_worksheet("旧").hide()
    return path


def test_a_workbook_gives_dates_whole_numbers_and_exact_amounts(tmp_path: Path) -> None:
    sheet = pipeline.read(workbook(tmp_path / "a.xlsx", hidden=True), ORDERS)

    assert texts(sheet, "订单日期") == ["2026-05-04"]
    assert texts(sheet, "数量") == ["2"]
    assert texts(sheet, "金额") == ["99.99999999900001"]
    assert "旧" in sheet.notices[0]


def test_a_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    clean, hostile = workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    with zipfile.ZipFile(clean) as old, zipfile.ZipFile(hostile, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(
                    b"?>", b'?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', 1
                )
            new.writestr(name, content)

    assert code_of(hostile) == "dtd_forbidden"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sheet1.xml", b"0" * (80 << 20))

    assert code_of(bomb) == "too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password_protected"),
        (b"%PDF-1.7", "unsupported_type"),
        (b"<html><table></table></html>", "unsupported_type"),
        (b"PK\x03\x04 broken", "corrupt_file"),
        (b"a,b\n\x00\x01\x02\n", "corrupt_file"),
    ],
)
def test_what_is_not_a_table_is_refused_by_kind(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    assert code_of(path) == code
