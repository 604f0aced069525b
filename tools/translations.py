"""Keeps the English catalogue: Chinese in the sources is the message id, English is the translation.

    python tools/translations.py --update    adds new messages to django.po, marks none as fuzzy
    python tools/translations.py --check     fails on a message that is missing, untranslated, fuzzy or broken
    python tools/translations.py --compile   writes django.mo

A message is: the text in a gettext call; the Chinese template of a refusal (a call whose first
argument is a lower-case code and whose second is Chinese text, or a text named `template`); the formula of a
metric; the label of a model field or `verbose_name`; and what the templates mark with `_()` or `{% trans %}`.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "quyu"
PO = SOURCES / "shell" / "locale" / "en" / "LC_MESSAGES" / "django.po"
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "N_", "Note"}
FORMULA = 6
"""Which argument of a metric says in Chinese how it is computed."""
PLURAL = {"ngettext", "ngettext_lazy"}
CODE = re.compile(r"^[a-z][a-z0-9_]*$")
CHINESE = re.compile(r"[\u3400-\u9fff]")
FIELDS = re.compile(r"\{(\w*)[^}]*\}|%\((\w+)\)[sd]|%[sd]")
Message = str | tuple[str, str]


def text_of(node: ast.expr) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None  # type: ignore[attr-defined,no-any-return]


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def chinese_in(node: ast.expr) -> Iterator[str]:
    """The Chinese text of an expression: a text, or the two of `a if condition else b`."""
    for branch in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        text = text_of(branch)
        if text and CHINESE.search(text):
            yield text


def messages_in_call(call: ast.Call, *, is_model: bool) -> Iterator[Message]:
    texts = [text_of(argument) for argument in call.args]
    first, second = (*texts, None, None)[:2]
    name = name_of(call)
    if name in GETTEXT and first:
        yield first
    elif name in PLURAL and first and second:
        yield (first, second)
    elif len(call.args) > 1 and (isinstance(call.args[0], ast.IfExp) or (first and CODE.match(first))):
        yield from chinese_in(call.args[1])
    elif is_model and first and CHINESE.search(first) and name.endswith(("Field", "ForeignKey")):
        yield first
    if name == "Metric":
        yield from (text for text in texts[FORMULA : FORMULA + 1] if text)
    for keyword in call.keywords:
        value = text_of(keyword.value)
        if keyword.arg == "verbose_name" and value:
            yield value


def messages_in_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield from messages_in_call(node, is_model="models" in (path.stem, path.parent.name))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "verbose_name":
            value = text_of(node.value)
            if value and CHINESE.search(value):
                yield value
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "template":
            yield from chinese_in(node.value)


def messages_in_template(path: Path, environment: Environment) -> Iterator[Message]:
    for _line, _function, message in environment.extract_translations(path.read_text(encoding="utf-8")):
        if isinstance(message, tuple):
            parts = [part for part in message if isinstance(part, str)]
            yield (parts[0], parts[1]) if len(parts) > 1 else parts[0]
        elif message:
            yield message


def wanted() -> dict[Message, set[str]]:
    """Message -> the files it stands in."""
    found: dict[Message, set[str]] = defaultdict(set)
    environment = Environment(extensions=["jinja2.ext.i18n"])  # nosec B701
    for path in sorted(SOURCES.rglob("*")):
        if "migrations" in path.parts or "static" in path.parts:
            continue
        where = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            for message in messages_in_python(path):
                found[message].add(where)
        elif path.name.endswith(".jinja"):
            for message in messages_in_template(path, environment):
                found[message].add(where)
    return found


def empty_catalogue() -> Catalog:
    """A catalogue whose header never changes by itself."""
    epoch = datetime(2026, 1, 1, tzinfo=UTC)
    return Catalog(
        locale="en",
        project="quyu",
        charset="utf-8",
        header_comment="# English messages of Quyu.",
        creation_date=epoch,
        revision_date=epoch,
        last_translator="Quyu",
        language_team="English",
        fuzzy=False,
    )


def catalogue() -> Catalog:
    if not PO.exists():
        return empty_catalogue()
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def fields(text: str) -> set[str]:
    return {a or b for a, b in FIELDS.findall(text)}


def faults() -> Iterator[str]:
    have = catalogue()
    for message, places in wanted().items():
        entry = have.get(message[0] if isinstance(message, tuple) else message)
        where = min(places)
        if entry is None or not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
            yield f"{where}: no English for {message!r}"
        elif entry.fuzzy:
            yield f"{where}: fuzzy: {message!r}"
        elif isinstance(entry.string, str) and isinstance(message, str):
            if fields(message) != fields(entry.string):
                yield f"{where}: the fields differ: {message!r} -> {entry.string!r}"
            if CHINESE.search(entry.string) and message != "中文":
                yield f"{where}: Chinese in the English text: {entry.string!r}"


def update() -> None:
    old, new = catalogue(), empty_catalogue()
    for message, places in sorted(wanted().items(), key=lambda pair: (min(pair[1]), str(pair[0]))):
        entry = old.get(message[0] if isinstance(message, tuple) else message)
        new.add(
            message, entry.string if entry else None, locations=[(place, None) for place in sorted(places)]
        )
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, omit_header=False, width=110, include_lineno=False)


def main() -> int:
    if "--update" in sys.argv:
        update()
    if "--compile" in sys.argv:
        with PO.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue())
    if "--check" in sys.argv:
        found = list(faults())
        print("\n".join(found[:50]) or "translations: ok", f"\n{len(found)} faults" if found else "")
        return bool(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
