"""Makes docs/capabilities.md: which capability is proved by which tests, from the marks on the tests."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "capabilities.md"
NAMES = ROOT / "docs" / "capabilities.tsv"
HEAD = """# 能力与证据

每一行能力由带有 `@pytest.mark.capability("…")` 标记的测试证明。本页由 `python tools/capabilities.py` 从测试生成，请勿手改。

| 编号 | 能力 | 证明它的测试 |
|---|---|---|
"""


def marks(node: ast.AST) -> list[str]:
    """Ids in a decorator or `pytestmark` expression."""
    return [
        str(argument.value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "capability"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


def proofs() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module_ids = [i for node in tree.body if isinstance(node, ast.Assign) for i in marks(node)]
        has_tests = any(isinstance(n, ast.FunctionDef) and n.name.startswith("test_") for n in ast.walk(tree))
        ids = {
            i
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            for d in node.decorator_list
            for i in marks(d)
        }
        for identifier in ids | set(module_ids if has_tests else []):
            found[identifier].add(path.relative_to(ROOT).as_posix())
    return found


def page() -> str:
    names = dict(line.split("\t") for line in NAMES.read_text(encoding="utf-8").splitlines())
    found = proofs()
    if unknown := set(found) - set(names):
        sys.exit(f"marks name capabilities that docs/capabilities.tsv does not have: {sorted(unknown)}")
    order = list(names)
    rows = [
        f"| {identifier} | {names[identifier]} | {'、'.join(f'`{path}`' for path in sorted(found[identifier]))} |"
        for identifier in sorted(found, key=order.index)
    ]
    return HEAD + "\n".join(rows) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print(
            "capabilities: ok"
            if is_current
            else "docs/capabilities.md is stale: run python tools/capabilities.py"
        )
        return not is_current
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
