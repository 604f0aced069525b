"""Reading JSON strictly: no key twice, no NaN, whole numbers stay exact."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from quyu.shell.cli.allocation.bad_input import BadInput

LIMIT = 10**18
"""No amount may reach this in size; the engine says why."""

Fields = Mapping[str, object]


class _Twice(ValueError):
    """A key stands twice in one object."""


class _NoNumber(ValueError):
    """NaN or Infinity, which JSON does not know."""


def read_object(path: Path) -> Fields:
    """The object in a file; raises BadInput."""
    text = read_text(path)
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=Decimal, parse_constant=_no_constant)
    except _Twice as twice:
        raise BadInput(
            "key_twice", "{file} 里“{key}”在同一处写了两次，请只留一个。", file=path.name, key=str(twice)
        ) from None
    except json.JSONDecodeError as error:
        raise BadInput(
            "bad_json",
            "{file} 不是正确的 JSON：第 {row} 行第 {column} 个字符附近读不下去。请检查逗号、引号和括号。",
            file=path.name,
            row=error.lineno,
            column=error.colno,
        ) from None
    except _NoNumber as error:
        raise BadInput(
            "bad_json", "{file} 里的 {name} 不是数，请更正。", file=path.name, name=str(error)
        ) from None
    except (ValueError, RecursionError):
        raise BadInput("bad_json", "{file} 不能读：数字太长，或括号嵌套太深。", file=path.name) from None
    if not isinstance(found, dict):
        raise BadInput("bad_json", "{file} 的最外层应为花括号中的对象。", file=path.name)
    return found


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without BOM; raises BadInput."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(path, data, error.start) from None


def read_bytes(path: Path) -> bytes:
    """What a file holds; raises BadInput where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput("no_file", "找不到文件 {file}，请检查路径。", file=path) from None
    except IsADirectoryError:
        raise BadInput("no_file", "{file} 是目录，这里要文件。", file=path) from None
    except (OSError, ValueError) as error:
        raise BadInput("no_file", "{file} 读不出来：{why}。", file=path, why=error) from None


def not_utf8(path: Path, data: bytes, place: int) -> BadInput:
    return BadInput(
        "not_utf8",
        "{file} 第 {row} 行不是 UTF-8 编码。请另存为“CSV UTF-8”或 UTF-8 文本。",
        file=path.name,
        row=data.count(b"\n", 0, place) + 1,
    )


def whole(path: Path, place: str, number: object) -> int:
    """A whole number below 10^18 in size (123.0 counts); `place` names the field."""
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise BadInput(
            "not_a_number",
            "{file} 的 {place} 应为整数，现在是 {text}。",
            file=path.name,
            place=place,
            text=shown(number),
        )
    if abs(Decimal(number)) >= LIMIT:
        raise BadInput(
            "too_large",
            "{file} 的 {place} 超过 18 位：{text}。请检查单位。",
            file=path.name,
            place=place,
            text=shown(number),
        )
    if number != int(number):
        raise BadInput(
            "not_whole",
            "{file} 的 {place} 应为整数（以最小单位计，如分），现在是 {text}。",
            file=path.name,
            place=place,
            text=number,
        )
    return int(number)


def shown(found: object) -> str:
    """What stands in the file, short enough for a message."""
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        amount = Decimal(found)
        text = f"{amount:.6e}" if abs(amount) >= 10**24 else str(found)
    else:
        text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise _NoNumber(name)
