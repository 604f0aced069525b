"""Keeps the documentation true: what it names exists, and what exists is named.

Fails on a `quyu` command or option, a `make` target, an environment variable, a relative link or an
image in the documentation that does not exist; on a command, option or environment variable that the
documentation leaves out; and on a model, metric or command word that `docs/glossary.md` lacks.
"""

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ |= {"QUYU_HOME": "/nonexistent", "QUYU_SECRET_KEY": "docs"}  # no data directory is touched

import click
from django.apps import apps
from django.core.management import get_commands, load_command_class

from quyu.analytics.metrics import METRICS
from quyu.shell.cli.commands import open_site
from quyu.shell.cli.main import main as quyu

ROOT = Path(__file__).resolve().parent.parent
COMMAND_PAGE = ROOT / "docs" / "guide" / "command-line.md"
SETTINGS_PAGE = ROOT / "docs" / "howto" / "settings.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
IMAGE_BYTES = 250_000

FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\bsrc=\"([^\"]+)\"")
PREFIX = re.compile(r"^\$?\s*(?:[A-Z_]+=\S*\s+)*(?:exec\s+)?(?:\S*/bin/)?(quyu|make)(?=\s|$)(.*)$")
READ_VARIABLE = re.compile(
    r"environ(?:ment)?(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"|envvar=\"([A-Z_]+)\""
)
MAKE_VARIABLE = re.compile(r"^([A-Z_]+)\s*\?=", re.MULTILINE)
MENTIONED_PAGE = re.compile(r"docs/[\w/-]+\.(?:md|tsv)")
FRAMEWORK_VARIABLES = {"DJANGO_SETTINGS_MODULE"}


def pages() -> list[Path]:
    """Every page that people read; the page of capabilities is generated."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    return sorted(path for path in found if path.name != "capabilities.md")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_lines(text: str) -> Iterator[str]:
    """The lines of code blocks and the code within sentences."""
    for block in FENCE.findall(text):
        yield from (line.strip() for line in re.sub(r"\\\n\s*", " ", block).splitlines())
    yield from SPAN.findall(FENCE.sub("", text))


def calls(text: str) -> Iterator[tuple[str, list[str]]]:
    """(program, words) of every call of `quyu` or `make`, without brackets, ellipses and comments."""
    for line in code_lines(text):
        for part in re.split(r"&&|\||;", re.sub(r"\s#\s.*$", "", line)):
            if match := PREFIX.match(part.strip()):
                words = shlex.split(re.sub(r"[\[\]…]|\.\.\.|<[^>]*>", " ", match[2]), posix=False)
                yield match[1], words


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of `quyu` with its path."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from commands(below, (*path, name))


def options_of(command: click.Command) -> set[str]:
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return {name for name in options if name.startswith("-")} | {"-h", "--help"}


def fault_of_call(words: list[str], known: dict[tuple[str, ...], click.Command]) -> str | None:
    """What is wrong with `quyu` followed by these words."""
    path: tuple[str, ...] = ()
    while words and isinstance(known[path], click.Group) and not words[0].startswith("-"):
        path = (*path, words[0])
        words = words[1:]
        if path not in known:
            return f"there is no command `quyu {' '.join(path)}`"
    allowed = options_of(known[path])
    if path == ("manage",) and words:
        if words[0] not in get_commands():
            return f"there is no command `quyu manage {words[0]}`"
        parser = load_command_class(get_commands()[words[0]], words[0]).create_parser("quyu", words[0])
        allowed = set(parser._option_string_actions)
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("-") and len(option) > 1 and option not in allowed:
            return f"`quyu {' '.join(path)}` has no option {option}"
    return None


def command_faults(texts: dict[Path, str]) -> Iterator[str]:
    known = dict(commands(quyu))
    for path, text in texts.items():
        for program, words in calls(text):
            if program == "quyu" and (fault := fault_of_call(words, known)):
                yield f"{shown(path)}: {fault}"
    guide = texts.get(COMMAND_PAGE, "")
    for name, command in known.items():
        spoken = " ".join(("quyu", *name))
        if spoken not in guide:
            yield f"{shown(COMMAND_PAGE)}: `{spoken}` is not documented"
        for parameter in command.params:
            longest = max(parameter.opts, key=len)
            if longest.startswith("--") and longest not in guide:
                yield f"{shown(COMMAND_PAGE)}: `{spoken} {longest}` is not documented"


def target_faults(texts: dict[Path, str]) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path, text in texts.items():
        for program, words in calls(text):
            for word in words if program == "make" else []:
                if re.fullmatch(r"[a-z-]+", word) and word not in targets:
                    yield f"{shown(path)}: there is no target `make {word}`"


def variable_faults(texts: dict[Path, str]) -> Iterator[str]:
    read = {
        first or second
        for source in (ROOT / "src").rglob("*.py")
        for first, second in READ_VARIABLE.findall(source.read_text(encoding="utf-8"))
    } - FRAMEWORK_VARIABLES
    of_make = set(MAKE_VARIABLE.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    listed = set(re.findall(r"^\|\s*`([A-Z_]+)`", texts.get(SETTINGS_PAGE, ""), re.MULTILINE))
    for name in sorted(read - listed):
        yield f"{shown(SETTINGS_PAGE)}: {name} is read by the product and not documented"
    for name in sorted(listed - read - of_make):
        yield f"{shown(SETTINGS_PAGE)}: nothing reads {name}"
    for path, text in texts.items():
        for name in sorted(set(re.findall(r"\bQUYU_[A-Z]+\b", text)) - read - of_make):
            yield f"{shown(path)}: nothing reads {name}"


def link_faults(texts: dict[Path, str]) -> Iterator[str]:
    for path, text in texts.items():
        for first, second in LINK.findall(FENCE.sub("", text)):
            target = (first or second).partition("#")[0]
            if target and not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                yield f"{shown(path)}: {target} points nowhere"
    for image in sorted((ROOT / "docs").rglob("*.png")):
        if image.stat().st_size > IMAGE_BYTES:
            yield f"{shown(image)}: {image.stat().st_size:,} bytes, more than {IMAGE_BYTES:,}"
    for folder in ("src", "tools", "tests"):
        for source in sorted((ROOT / folder).rglob("*.py")):
            for page in sorted(set(MENTIONED_PAGE.findall(source.read_text(encoding="utf-8")))):
                if not (ROOT / page).exists():
                    yield f"{shown(source)}: {page} does not exist"


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def glossary_words(text: str) -> set[str]:
    """The words of the id columns: every second cell of a row."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = (cell for row in rows for cell in row[1::2])
    found = (word for cell in cells for word in re.findall(r"[A-Za-z_-]+", cell))
    return {snake(word) for whole in found for word in (whole, *whole.split("-"))}


def glossary_faults(text: str) -> Iterator[str]:
    words = glossary_words(text)
    models = {
        model.__name__: "model"
        for model in apps.get_models()
        if model.__module__.startswith("quyu.") and not model.__name__.startswith("Historical")
    }
    verbs = {word: "command" for path, _command in commands(quyu) for word in path}
    for name, kind in {**models, **dict.fromkeys(METRICS, "metric"), **verbs}.items():
        if snake(name) not in words:
            yield f"{shown(GLOSSARY)}: the {kind} {name} has no row (id `{snake(name)}`)"
    terms = re.findall(r"\|\s*([^|`]*[\u3400-\u9fff][^|]*?)\s*(?=\|)", text)
    for term in sorted({term for term in terms if terms.count(term) > 1}):
        yield f"{shown(GLOSSARY)}: {term} has two rows"


def main() -> int:
    open_site()
    texts = {path: path.read_text(encoding="utf-8") for path in pages()}
    faults = [
        *command_faults(texts),
        *target_faults(texts),
        *variable_faults(texts),
        *link_faults(texts),
        *glossary_faults(texts.get(GLOSSARY, "")),
    ]
    print("\n".join(faults) or "docs: ok")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
