"""Twelve order lines, and ways to write them as text or as a workbook made by hand."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape

HEADER = ("订单号", "日期", "客户", "产品", "区域", "业务员", "数量", "单价", "金额")
PEOPLE = {
    "华东-上海": ("上海百联商贸有限公司", "陈思远"),
    "华东-苏州": ("苏州恒丰经销部", "李雨桐"),
    "华南-广州": ("广州白云批发行", "赵文静"),
    "华北-北京": ("北京朝阳烟酒店", "孙佳怡"),
}
PRODUCTS = (("P-1001 矿泉水550ml", 135), ("P-2002 火腿肠", 160), ("P-3001 洗衣液2kg", 2350))
Row = list[str]
Place = tuple[int | None, str | None, str]


@dataclass(frozen=True)
class Line:
    """One order line; money in fen."""

    order_no: str
    day: str
    region: str
    product: int
    quantity: int

    @property
    def price_fen(self) -> int:
        return PRODUCTS[self.product][1]

    @property
    def amount_fen(self) -> int:
        return self.quantity * self.price_fen

    def row(self) -> Row:
        customer, person = PEOPLE[self.region]
        price, amount = (f"{fen // 100}.{fen % 100:02d}" for fen in (self.price_fen, abs(self.amount_fen)))
        amount = f"-{amount}" if self.amount_fen < 0 else amount
        return [
            self.order_no, self.day, customer, PRODUCTS[self.product][0], self.region, person,
            str(self.quantity), price, amount,
        ]  # fmt: skip


LINES = tuple(
    Line(f"SO26{number:04d}", f"2026-01-{number * 2 + 1:02d}", region, number % 3, 7 * number + 3)
    for number, region in enumerate([*PEOPLE, *PEOPLE, *PEOPLE])
)


@dataclass(frozen=True)
class Totals:
    """What an importer must find: rows, thousandths of quantity, fen, fen by region."""

    rows: int
    quantity_milli: int
    amount_fen: int
    by_region: Mapping[str, int]


def totals(lines: Sequence[Line] = LINES) -> Totals:
    by_region: dict[str, int] = {}
    for line in lines:
        by_region[line.region] = by_region.get(line.region, 0) + line.amount_fen
    return Totals(
        len(lines),
        1000 * sum(line.quantity for line in lines),
        sum(line.amount_fen for line in lines),
        by_region,
    )


@dataclass(frozen=True)
class Case:
    """A file and what is owed: `want` totals, or else each of `errors` (row, column, code).

    A file with `answers` first asks exactly those questions, and has its totals under the answers.
    """

    id: str
    content: bytes
    suffix: str = ".csv"
    want: Totals | None = None
    errors: tuple[Place, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    create: tuple[str, ...] = ()
    account: str = "import_user"
    partial: Totals | None = None
    notice: str = ""
    sheet: str | None = None


def rows(lines: Sequence[Line] = LINES) -> list[Row]:
    return [line.row() for line in lines]


def table(lines: Sequence[Line] = LINES, header: Sequence[str] = HEADER) -> list[Row]:
    """Header and rows."""
    return [list(header), *rows(lines)]


def changed(column: str, texts: Mapping[int, str], lines: Sequence[Line] = LINES) -> list[Row]:
    """The table with other texts in one column; by row as the file shows it."""
    whole = table(lines)
    for row, text in texts.items():
        whole[row - 1][HEADER.index(column)] = text
    return whole


def recast(column: str, texts: Sequence[str], lines: Sequence[Line] = LINES) -> list[Row]:
    """The table with a whole column written anew."""
    return changed(column, {number + 2: text for number, text in enumerate(texts)}, lines)


def delimited(
    content: Sequence[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    newline: str = "\r\n",
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(content)
    return out.getvalue().encode(encoding)


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{NAMESPACE}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="164"/>'
    '<xf numFmtId="165"/><xf numFmtId="31"/><xf numFmtId="58"/></cellXfs></styleSheet>'
)
NUMBERS = ("数量", "单价", "金额")


@dataclass(frozen=True)
class Cell:
    """A cell as XML: its attributes beside the place, and its content."""

    content: str
    attributes: str = ""


def text(value: str) -> Cell:
    return Cell(f'<is><t xml:space="preserve">{escape(value)}</t></is>', 't="inlineStr"')


def number(value: object, style: int = 0) -> Cell:
    return Cell(f"<v>{value}</v>", f's="{style}"' if style else "")


def letters(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True)
class SheetXml:
    """A sheet: rows of cells from row 1; `merged` areas such as A1:B2; row attributes by row number."""

    name: str
    cells: Sequence[Sequence[Cell | None]]
    state: str = ""
    merged: Sequence[str] = ()
    row_attributes: Mapping[int, str] = field(default_factory=dict)
    before: str = ""

    def xml(self) -> str:
        body = []
        for line, cells in enumerate(self.cells, start=1):
            inner = "".join(
                f'<c r="{letters(place)}{line}" {cell.attributes}>{cell.content}</c>'
                for place, cell in enumerate(cells)
                if cell is not None
            )
            body.append(f'<row r="{line}" {self.row_attributes.get(line, "")}>{inner}</row>')
        merged = "".join(f'<mergeCell ref="{area}"/>' for area in self.merged)
        merge_xml = f'<mergeCells count="{len(self.merged)}">{merged}</mergeCells>' if self.merged else ""
        return f'<worksheet xmlns="{NAMESPACE}">{self.before}<sheetData>{"".join(body)}</sheetData>{merge_xml}</worksheet>'


def cells_of(content: Sequence[Sequence[str]], *, header_rows: int = 1) -> list[list[Cell | None]]:
    """Text cells; numbers below the header in the columns of HEADER that hold numbers."""
    places = {HEADER.index(name) for name in NUMBERS}
    return [
        [
            None if value == "" else number(value) if line >= header_rows and place in places else text(value)
            for place, value in enumerate(row)
        ]
        for line, row in enumerate(content)
    ]


def parts(*sheets: SheetXml, properties: str = "") -> dict[str, bytes]:
    """The parts of a workbook by their paths."""
    listed = "".join(
        f'<sheet name="{escape(sheet.name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}" {sheet.state}/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    override = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    made = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f'{override}<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}">{properties}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{targets}<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }
    made |= {f"xl/worksheets/sheet{n}.xml": sheet.xml() for n, sheet in enumerate(sheets, start=1)}
    return {
        name: ('<?xml version="1.0" encoding="UTF-8"?>' + xml).encode("utf-8") for name, xml in made.items()
    }


def zipped(made: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def book(
    content: Sequence[Sequence[str]], *, name: str = "订单", header_rows: int = 1, merged: Sequence[str] = ()
) -> bytes:
    """A workbook of one sheet."""
    return zipped(parts(SheetXml(name, cells_of(content, header_rows=header_rows), merged=merged)))
