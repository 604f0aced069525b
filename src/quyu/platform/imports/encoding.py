"""From bytes of unknown encoding to UTF-8, without ever producing garbled text.

The whole file is decoded, not a sample: the first foreign character may be on the last row. A byte-order
mark decides; then UTF-8; then the Chinese encodings, of which the one whose text reads as Chinese wins.
Windows-1252 is taken for a file with plain English headers in which foreign letters stand alone: Chinese
text comes in runs of two bytes and more.
"""

import codecs
import re
from dataclasses import dataclass

from quyu.platform.imports.refusals import FileRefused

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Characters that order files are full of; their share tells GB18030 from Big5.
FAMILIAR = re.compile(
    "[的是公司客户戶订訂单單日期金额額数數量产產品区區域业務务员員名称稱编編号號销銷售有限市省价價合计計]"
)
HAN = re.compile("[\u4e00-\u9fff]")
SAMPLE = 200_000
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
LONE_RUN = 1.3
"""Mean length of the runs of high bytes below which they are taken for single Western letters."""


@dataclass(frozen=True)
class Decoded:
    """`content` is UTF-8 without mark. `truncated` tells of a last character cut in two."""

    content: bytes
    encoding: str
    truncated: bool = False


def decode(data: bytes) -> Decoded:
    """The bytes as UTF-8, or a refusal when no known encoding fits."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return _marked(data, mark, name)
    if data[:4096].count(b"\x00") > len(data[:4096]) // 4:
        return _unmarked_utf16(data)
    if b"\x00" in data:
        raise FileRefused("corrupt_file", "文件含有二进制内容，不是文本表格。")
    try:
        data.decode("utf-8")
        return Decoded(data, "utf-8")
    except UnicodeDecodeError as error:
        if (
            error.reason == "unexpected end of data"
            and error.start >= len(data) - 4
            and not data[: error.start].isascii()
        ):
            return Decoded(data[: error.start] + "\ufffd".encode(), "utf-8", truncated=True)
    western = _western(data)
    return western if western is not None else _chinese(data)


def _western(data: bytes) -> Decoded | None:
    """The file as Windows-1252, if it looks like one."""
    runs = HIGH_RUN.findall(data)
    header = data.split(b"\n", 1)[0]
    stands_alone = sum(len(run) for run in runs) < LONE_RUN * len(runs)
    if not header.isascii() or not stands_alone:
        return None
    try:
        return Decoded(data.decode("cp1252").encode("utf-8"), "cp1252")
    except UnicodeDecodeError:
        return None


def _marked(data: bytes, mark: bytes, name: str) -> Decoded:
    try:
        text = data[len(mark) :].decode("utf-8") if name == "utf-8" else data.decode(name)
    except UnicodeDecodeError as error:
        raise FileRefused(
            "encoding", "文件标明是 {name} 编码，但内容不符，请重新导出。", name=name.upper()
        ) from error
    return Decoded(text.encode("utf-8"), name)


def _unmarked_utf16(data: bytes) -> Decoded:
    head = data[:4096]
    name = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    try:
        return Decoded(data.decode(name).encode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise FileRefused("corrupt_file", "文件含有二进制内容，不是文本表格。") from error


def _chinese(data: bytes) -> Decoded:
    readings = []
    for name in ("gb18030", "big5hkscs"):
        try:
            readings.append((name, data.decode(name)))
        except UnicodeDecodeError:
            continue
    if not readings:
        raise FileRefused("encoding", "无法识别文件编码，请另存为 UTF-8 的 CSV 后再导入。")
    name, text = max(readings, key=lambda reading: _familiarity(reading[1]))
    return Decoded(text.encode("utf-8"), name)


def _familiarity(text: str) -> float:
    """Share of everyday characters among the Chinese ones at both ends of the text."""
    sample = text[:SAMPLE] + text[-SAMPLE:]
    han = len(HAN.findall(sample))
    odd = sum(1 for character in sample if "\ue000" <= character <= "\uf8ff")
    return (len(FAMILIAR.findall(sample)) - odd) / max(han, 1)
