"""A native chart in a Word document: python-docx has none, so the part is written by python-pptx and put into the package.

The chart part carries its workbook, so that Word opens the numbers for editing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quyu.apps.monitoring.pack_charts import PackChart, dress
from quyu.kernel.deferred import deferred
from quyu.platform.fields.values import listed

if TYPE_CHECKING:
    import docx.opc.constants as constants
    import docx.opc.packuri as addresses
    import docx.opc.part as parts
    import docx.oxml as word
    import docx.shared as lengths
    import pptx.chart.chart as charts
    import pptx.chart.xmlwriter as writer
    import pptx.opc.oxml as serialized
    import pptx.oxml as drawing
else:
    constants = deferred("docx.opc.constants")
    addresses = deferred("docx.opc.packuri")
    parts = deferred("docx.opc.part")
    word = deferred("docx.oxml")
    lengths = deferred("docx.shared")
    charts = deferred("pptx.chart.chart")
    writer = deferred("pptx.chart.xmlwriter")
    drawing = deferred("pptx.oxml")
    serialized = deferred("pptx.opc.oxml")

WIDE_CM, HIGH_CM = 15.5, 8.5
FRAME = """
<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>
<wp:docPr id="{number}" name="chart {number}"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="{link}"/>
</a:graphicData></a:graphic></wp:inline></w:drawing>"""


def add_chart(made: Any, drawn: PackChart, number: int) -> None:
    """The chart under its title, at the end of the document; `number` is its own within it."""
    heading = made.add_heading(drawn.title, 1)
    heading.paragraph_format.keep_with_next = True
    link = made.part.relate_to(chart_part(made, drawn, number), constants.RELATIONSHIP_TYPE.CHART)
    wide, high = (int(lengths.Cm(size)) for size in (WIDE_CM, HIGH_CM))
    frame = word.parse_xml(FRAME.format(wide=wide, high=high, number=number, link=link))
    paragraph = made.add_paragraph()
    paragraph.add_run()._r.append(frame)
    frame.find(".//{*}docPr").set("descr", f"{drawn.title}：{listed(drawn.series)}")


def chart_part(made: Any, drawn: PackChart, number: int) -> Any:
    """The chart as a part of the package, with the workbook of its numbers beside it."""
    package, data = made.part.package, drawn.as_pptx_takes_it()
    workbook = parts.Part(
        addresses.PackURI(f"/word/embeddings/chart{number}.xlsx"), constants.CONTENT_TYPE.SML_SHEET,
        data._workbook_writer.xlsx_blob, package,
    )  # fmt: skip
    space: Any = drawing.parse_xml(writer.ChartXmlWriter(drawn.kind, data).xml.encode())  # type: ignore[no-untyped-call]
    dress(charts.Chart(space, None), drawn)  # type: ignore[no-untyped-call]
    found = parts.Part(
        addresses.PackURI(f"/word/charts/chart{number}.xml"), constants.CONTENT_TYPE.DML_CHART, b"", package
    )
    space._add_externalData().rId = found.relate_to(workbook, constants.RELATIONSHIP_TYPE.PACKAGE)
    found._blob = serialized.serialize_part_xml(space)
    return found
