"""Writes docs/map.md: every module with the first sentence of its own docstring. Run `python3 run.py map`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "map.md"
HEAD = """\
# The map

Every module and what it is for: the first sentence of its docstring. Written by `python3 run.py map`; a test compares
it with the code. How the shelves belong together stands in the [README](../README.md).
"""


def purpose(path: Path) -> str:
    """The first sentence of a module's docstring, in one line; empty when it has none."""
    written = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(written.split("\n\n")[0].split()).partition(". ")[0].removesuffix(".")


def folders() -> Iterator[Path]:
    """The package and every folder of code in it; what ships beside the code has no modules of its own."""
    package = ROOT / "nightschool"
    yield package
    for folder in sorted(path for path in package.rglob("*") if path.is_dir()):
        if (folder / "__init__.py").exists():
            yield folder


def written() -> str:
    """The map as it should read today."""
    parts = [HEAD]
    for folder in folders():
        rows = [
            f"| `{path.stem}` | {purpose(path)} |"
            for path in sorted(folder.glob("*.py"))
            if path.name not in ("__init__.py", "__main__.py")
        ]
        told = purpose(folder / "__init__.py")
        if rows or told:
            parts.append(f"\n## `{folder.relative_to(ROOT).as_posix()}/`\n")
            if told:
                parts.append(f"\n{told}.\n")
            if rows:
                parts.append("\n" + "\n".join(["| module | |", "|---|---|", *rows]) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    MAP.write_text(written(), "utf-8")
    sys.exit(0)
