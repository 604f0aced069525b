"""Archives that are damaged, dangerous or something else than a workbook."""

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.instances.hostile_orders.files import Case, SheetXml, cells_of, delimited, parts, table, zipped
from tests.instances.hostile_orders.workbook import accepted, refused


def archives() -> Iterator[Case]:
    made = parts(SheetXml("订单", cells_of(table())))
    rels = made["xl/_rels/workbook.xml.rels"].decode()
    yield accepted(
        "zip_absolute_target",
        zipped(
            made | {"xl/_rels/workbook.xml.rels": rels.replace('Target="work', 'Target="/xl/work').encode()}
        ),
    )
    yield refused(
        "zip_target_elsewhere",
        zipped(
            made
            | {
                "xl/_rels/workbook.xml.rels": rels.replace(
                    "worksheets/sheet1.xml", "../../../etc/passwd"
                ).encode()
            }
        ),
        "corrupt_file",
    )
    yield refused(
        "zip_target_external",
        zipped(
            made
            | {
                "xl/_rels/workbook.xml.rels": rels.replace(
                    'Target="worksheets/sheet1.xml"', 'Target="http://127.0.0.1/x" TargetMode="External"'
                ).encode()
            }
        ),
        "corrupt_file",
    )
    yield refused(
        "zip_sheet_missing",
        zipped({name: part for name, part in made.items() if "sheet1" not in name}),
        "corrupt_file",
    )
    yield refused(
        "zip_workbook_missing",
        zipped({name: part for name, part in made.items() if name != "xl/workbook.xml"}),
        "unsupported_type",
    )
    yield refused(
        "zip_rels_missing",
        zipped({name: part for name, part in made.items() if "workbook.xml.rels" not in name}),
        "corrupt_file",
    )
    yield accepted(
        "zip_styles_missing", zipped({name: part for name, part in made.items() if "styles" not in name})
    )


def forbidden() -> Iterator[Case]:
    """DTDs, encryption, bombs and other formats."""
    made = parts(SheetXml("订单", cells_of(table())))
    rels = made["xl/_rels/workbook.xml.rels"].decode()
    for name, dtd in {
        "entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        "bomb": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        "plain": "<!DOCTYPE worksheet>",
    }.items():
        for path in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "docProps/core.xml"):
            xml = made.get(path, b'<?xml version="1.0"?><x/>').replace(b"?>", b"?>" + dtd.encode(), 1)
            yield refused(f"dtd_{name}_{path.rsplit('/', 1)[1]}", zipped(made | {path: xml}), "dtd_forbidden")
    elsewhere = {
        name.replace("sheet1.xml", "sheet1.dat"): part.replace(b"sheet1.xml", b"sheet1.dat")
        for name, part in made.items()
    }
    part = elsewhere["xl/worksheets/sheet1.dat"].replace(b"?>", b"?><!DOCTYPE x>", 1)
    yield refused(
        "dtd_in_a_part_of_another_name",
        zipped(elsewhere | {"xl/worksheets/sheet1.dat": part}),
        "dtd_forbidden",
    )
    wide = (
        made["xl/worksheets/sheet1.xml"]
        .decode()
        .replace('encoding="UTF-8"?>', 'encoding="UTF-16"?><!DOCTYPE x>')
        .encode("utf-16")
    )
    yield refused("dtd_utf16", zipped(made | {"xl/worksheets/sheet1.xml": wide}), "dtd_forbidden")
    yield refused(
        "xml_cut",
        zipped(made | {"xl/worksheets/sheet1.xml": made["xl/worksheets/sheet1.xml"][:-400]}),
        "corrupt_file",
    )
    whole = zipped(made)
    yield refused("zip_cut", whole[: len(whole) // 2], "corrupt_file")
    place = whole.index(b"xl/worksheets/sheet1.xml") + 60
    yield refused(
        "zip_bytes_flipped",
        whole[:place] + bytes(byte ^ 255 for byte in whole[place : place + 20]) + whole[place + 20 :],
        "corrupt_file",
    )
    yield refused("zip_encrypted", encrypted(whole), "password_protected")
    yield refused("zip_duplicate_entry", doubled(made), "corrupt_file")
    yield refused("zip_bomb", zipped(made | {"xl/media/x.bin": b"\x00" * (70 << 20)}), "too_large")
    yield refused("zip_many_entries", zipped(made | {f"x/{n}": b"" for n in range(2100)}), "too_large")
    yield refused("zip_only", zipped({"a.txt": b"hello"}), "unsupported_type")
    yield refused(
        "docx", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "unsupported_type"
    )
    yield refused(
        "ods",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<o/>"}),
        "unsupported_type",
    )
    yield refused(
        "xlsb", zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x00"}), "unsupported_type"
    )
    yield refused(
        "xlsm_with_macros", zipped(made | {"xl/vbaProject.bin": b"\x00"}), "unsupported_type", ".xlsm"
    )
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    yield refused("xls", ole, "unsupported_type", ".xls")
    yield refused(
        "xlsx_with_password", ole + "EncryptedPackage".encode("utf-16-le") + bytes(100), "password_protected"
    )
    yield refused("xls_beside_csv_name", ole, "unsupported_type", ".csv")
    yield accepted("csv_in_xlsx_clothes", delimited(table(), encoding="gbk"), suffix=".xlsx")
    link = '<Relationship Id="rId97" Type="http://x/hyperlink" Target="http://127.0.0.1:9/leak" TargetMode="External"/></Relationships>'
    yield accepted(
        "zip_external_link",
        zipped(made | {"xl/_rels/workbook.xml.rels": rels.replace("</Relationships>", link).encode()}),
    )
    yield accepted("zip_path_outside", zipped(made | {"../../evil.txt": b"x"}))


def encrypted(whole: bytes) -> bytes:
    """The archive with the flag of encryption set on every entry."""
    data = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            struct.pack_into("<H", data, at + offset, struct.unpack_from("<H", data, at + offset)[0] | 1)
            at = data.find(mark, at + 4)
    return bytes(data)


def doubled(made: dict[str, bytes]) -> bytes:
    """The sheet twice in the archive, with other content."""
    whole = zipped(
        made | {"xl/worksheets/sheetX.xml": made["xl/worksheets/sheet1.xml"].replace(b"SO26", b"SO99")}
    )
    renamed = whole.replace(b"xl/worksheets/sheetX.xml", b"xl/worksheets/sheet1.xml")
    assert zipfile.ZipFile(io.BytesIO(renamed)).namelist().count("xl/worksheets/sheet1.xml") == 2
    return renamed
