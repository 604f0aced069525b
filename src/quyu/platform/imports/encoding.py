"""From bytes of unknown encoding to UTF-8, without ever producing garbled text.

The whole file is decoded, not a sample: the first foreign character may be on the last row. A byte-order
mark decides; then UTF-8; then the Chinese encodings, of which the one whose text reads as Chinese wins.
Windows-1252 is taken for a file with plain English headers in which foreign letters stand alone: Chinese
text comes in runs of two bytes and more.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

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
PIECE = 4 * 1024 * 1024
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
    if _is_utf8(data):
        return Decoded(data, "utf-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if (
            error.reason == "unexpected end of data"
            and error.start >= len(data) - 4
            and not data[: error.start].isascii()
        ):
            return Decoded(data[: error.start] + "\ufffd".encode(), "utf-8", truncated=True)
    western = _western(data)
    return western if western is not None else _chinese(data)


def _is_utf8(data: bytes) -> bool:
    """Checked where the bytes lie, without making text of them."""
    offsets = pa.py_buffer(np.array([0, len(data)], np.int64))
    whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _transcoded(data: bytes, name: str) -> bytes:
    """The bytes as UTF-8, piece by piece: the text of a big file would be several times its size."""
    out = io.BytesIO()
    for text in _texts(data, name):
        out.write(text.encode("utf-8"))
    return out.getvalue()


def _texts(data: bytes, name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, len(data), PIECE):
        yield decoder.decode(data[start : start + PIECE], final=start + PIECE >= len(data))


def _western(data: bytes) -> Decoded | None:
    """The file as Windows-1252, if it looks like one."""
    if not data.split(b"\n", 1)[0].isascii():
        return None
    high = runs = 0
    for start in range(0, len(data), PIECE):
        is_high = np.frombuffer(data, np.uint8)[start : start + PIECE] >= 0x80
        high += int(np.count_nonzero(is_high))
        runs += int(np.count_nonzero(is_high[1:] & ~is_high[:-1])) + int(is_high[0])
    if high >= LONE_RUN * runs:
        return None
    try:
        return Decoded(_transcoded(data, "cp1252"), "cp1252")
    except UnicodeDecodeError:
        return None


def _marked(data: bytes, mark: bytes, name: str) -> Decoded:
    try:
        return Decoded(_transcoded(data[len(mark) :] if name == "utf-8" else data, name), name)
    except UnicodeDecodeError as error:
        raise FileRefused(
            "encoding", "文件标明是 {name} 编码，但内容不符，请重新导出。", name=name.upper()
        ) from error


def _unmarked_utf16(data: bytes) -> Decoded:
    head = data[:4096]
    name = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    try:
        return Decoded(_transcoded(data, name), name)
    except UnicodeDecodeError as error:
        raise FileRefused("corrupt_file", "文件含有二进制内容，不是文本表格。") from error


def _chinese(data: bytes) -> Decoded:
    readings = {name: sample for name in ("gb18030", "big5hkscs") if (sample := _both_ends(data, name))}
    if not readings:
        raise FileRefused("encoding", "无法识别文件编码，请另存为 UTF-8 的 CSV 后再导入。")
    name = max(readings, key=lambda reading: _familiarity(readings[reading]))
    return Decoded(_transcoded(data, name), name)


def _both_ends(data: bytes, name: str) -> str:
    """The text at both ends of the file; empty when the file is not of that encoding."""
    first = last = ""
    try:
        for text in _texts(data, name):
            first = first or text[:SAMPLE]
            last = (last + text)[-SAMPLE:]
    except UnicodeDecodeError:
        return ""
    return first + last


def _familiarity(sample: str) -> float:
    """Share of everyday characters among the Chinese ones."""
    han = len(HAN.findall(sample))
    odd = sum(1 for character in sample if "\ue000" <= character <= "\uf8ff")
    return (len(FAMILIAR.findall(sample)) - odd) / max(han, 1)
