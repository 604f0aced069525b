"""The shape of the code: lengths of files and functions, names of modules, docstrings of modules.

Fails the build past the hard limits, whoever wrote the line. The only names let through are those that Django
itself looks for: a database backend is a package with a module `base`, a management command a class with `handle`.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES, CLASS_LINES, VIEWSET_LINES = 400, 80, 250, 400
GRAB_BAGS = {"utils", "helpers", "common", "misc", "base", "tools", "shared", "core"}
BACKEND = Path("src/quyu/platform/sqlite/base.py")
VAGUE = {"data", "info", "manager", "process", "handle", "process_data", "handle_data"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def faults_of(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines, more than {FILE_LINES}: split it by what it knows"
    if path.stem in GRAB_BAGS and name != BACKEND:
        yield f"{name}: a grab-bag name; call the module after what it knows"
    vague = VAGUE - {"handle"} if name.parts[-3:-1] == ("management", "commands") else VAGUE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
            if length > limit:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, more than {limit}"
        if isinstance(node, ast.FunctionDef) and node.name in vague:
            yield f"{name}:{node.lineno}: {node.name} says nothing; name what it does"


def code_lines(path: Path) -> int:
    """Lines that are neither blank, comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    lines = {
        n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first = node.body[0]
            lines -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(lines)


def undocumented(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    small = path.name in {
        "__init__.py",
        "apps.py",
        "urls.py",
        "choices.py",
        "wsgi.py",
        "accounts.py",
        "__main__.py",
    }
    if not small and len(tree.body) > 3 and not ast.get_docstring(tree):
        yield f"{path.relative_to(ROOT)}: no docstring that says what the module is for"


def main() -> int:
    faults = [fault for path in sources("src", "tests", "tools", "benchmarks") for fault in faults_of(path)]
    faults += [fault for path in sources("src") for fault in undocumented(path)]
    breadth = sum(code_lines(path) for path in sources("src/quyu/platform/viewsets"))
    if breadth > VIEWSET_LINES:
        faults.append(f"platform/viewsets: {breadth} lines of code in all, more than {VIEWSET_LINES}")
    print("\n".join(faults) or "shape: ok")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
