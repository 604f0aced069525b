"""Reading numbers of rows and figures out of pages, JSON and workbooks, with regular expressions and nothing of ours."""

import io
import json
import re
import zipfile
from html import unescape

from tests.authorization.raw import MARK
from tests.authorization.site import Answer, Site

COUNT = re.compile(r"共 ([\d,]+) 条")
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)
TEXT = re.compile(r"<(?:t|v)[^>]*>(.*?)</(?:t|v)>", re.DOTALL)


def linked(path: str, text: str) -> tuple[int, ...]:
    """The rows whose own page is linked, in order of appearance."""
    found = re.findall(rf'href="/{re.escape(path)}/(\d+)/"', text)
    return tuple(dict.fromkeys(map(int, found)))


def counted(text: str) -> int:
    """What a list says of its length; a list that is empty says nothing."""
    found = COUNT.search(text)
    return int(found[1].replace(",", "")) if found else 0


def sheet(content: bytes) -> list[dict[str, str]]:
    """The rows of the first sheet: column letter -> text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        xml = archive.read(names[0]).decode()
        shared = []
        if "xl/sharedStrings.xml" in archive.namelist():
            shared = re.findall(r"<si>(.*?)</si>", archive.read("xl/sharedStrings.xml").decode(), re.DOTALL)
    rows: dict[int, dict[str, str]] = {}
    for column, line, inner in CELL.findall(xml):
        texts = "".join(TEXT.findall(inner or ""))
        is_shared = f'<c r="{column}{line}"' in xml and re.search(rf'<c r="{column}{line}"[^>]*t="s"', xml)
        if is_shared:
            texts = "".join(TEXT.findall(shared[int(texts)]))
        rows.setdefault(int(line), {})[column] = unescape(texts)
    return [rows[line] for line in sorted(rows)]


def rows_marked(site: Site, table: str, text: str, column: str = "code") -> frozenset[int]:
    """The rows of a table whose `column` occurs in a text."""
    places = (site.raw.marks.get(mark) for mark in set(MARK.findall(text)))
    return frozenset(place[1] for place in places if place and place[0] == table and place[2] == column)


def first_cells(
    site: Site, table: str, answer: Answer, column: str = "code", letter: str = "A"
) -> frozenset[int]:
    """The rows named in one column of an exported sheet."""
    return rows_marked(
        site, table, " ".join(row.get(letter, "") for row in sheet(answer.content)[1:]), column
    )


def json_of(answer: Answer) -> object:
    return json.loads(answer.content)
