"""An export read back is what was written, and nothing in it can run."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from quyu.platform.files import spreadsheet

RISKY = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")


def written(rows: list[list[object]], headers: tuple[str, ...] = ("甲", "乙")) -> bytes:
    with spreadsheet.write("表", headers, rows) as file:
        return file.read()


def read_back(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("text", RISKY)
def test_no_text_becomes_a_live_formula_in_a_cell_or_a_header(text: str) -> None:
    content = written([[text, 1]], headers=(text, "乙"))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(b"<f" not in archive.read(name) for name in archive.namelist() if "sheet" in name)
    header, row = read_back(content)
    assert (header[0], row[0]) == (text, text)


def test_every_kind_of_value_comes_back() -> None:
    class Count(int):
        """A number of a derived type."""

    moment = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    row: list[object] = [1, 2.5, Decimal("12.30"), date(2026, 3, 5), moment, None, True, Count(7), "a&b<c>"]

    _header, read = read_back(written([row], headers=tuple("abcdefghi")))

    expected = [1, 2.5, 12.3, date(2026, 3, 5), moment.replace(tzinfo=None), "", "True", 7, "a&b<c>"]
    assert read == expected


def test_numbers_that_are_none_and_days_before_calendars_agree_are_text() -> None:
    _header, read = read_back(written([[float("nan"), date(1900, 1, 5)]]))

    assert read == ["nan", "1900-01-05"]


@given(st.text(max_size=60))
def test_any_text_comes_back_without_what_xml_cannot_hold(text: str) -> None:
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"))
    kept = kept.replace("\ufffe", "").replace("\uffff", "")

    _header, read = read_back(written([[text, 1]]))

    assert str(read[0]) == kept
