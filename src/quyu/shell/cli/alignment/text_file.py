"""The text of a CSV file as Chinese spreadsheets write it: UTF-8, with a mark or without, UTF-16, or GB18030 (GBK)."""

import codecs
from pathlib import Path

from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.allocation.json_file import not_utf8, read_bytes

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> tuple[str, str]:
    """The text and the name of its encoding; raises BadInput for other encodings and files that are no text."""
    data = read_bytes(path)
    if not data.strip():
        raise BadInput("empty_file", "{file} 是空文件，请检查是不是选错了。", file=path.name)
    name = "utf-16" if data.startswith(WIDE) else "utf-8-sig"
    try:
        if name != "utf-16" and b"\x00" in data:
            raise BadInput("not_text", "{file} 不是文本表格（含二进制内容），请另存为 CSV。", file=path.name)
        return data.decode(name), name
    except UnicodeDecodeError as error:
        wrong = not_utf8(path, data, error.start)
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        raise wrong from None
