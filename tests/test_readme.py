"""The README keeps its word: every module on the map, every setting in the table, every command real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nightschool.cli import cli

pytestmark = pytest.mark.check("README.md: its map, settings and commands are to be those there are")
ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_module_stands_on_the_map_and_nothing_else() -> None:
    rows = re.findall(
        r"^\| (?:\*\*)?`([\w/.]+)`", README.split("<!-- map -->")[1].split("<!-- /map -->")[0], re.M
    )
    shelf, mapped = "", set()
    for name in rows:
        if name.endswith("/"):
            shelf = name
        elif name.endswith(".py"):
            mapped.add(name)
        else:
            mapped.add(f"{shelf}{name}.py")
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "nightschool").rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py") and path.parent.name != "versions"
    }
    assert mapped == modules | {"run.py"}


def test_every_setting_is_in_the_table() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "nightschool").rglob("*.py"))
    read = set(re.findall(r'\bvalue\("(\w+)"', code)) | set(re.findall(r'PREFIX \+ "(\w+)"', code))
    read |= {
        name.removeprefix("NIGHTSCHOOL_")
        for name in re.findall(r'environ(?:\.get\(|\[)"(NIGHTSCHOOL_\w+)"', code)
    }
    told = {
        name.removeprefix("NIGHTSCHOOL_") for name in re.findall(r"^\| `(NIGHTSCHOOL_\w+)`", README, re.M)
    }
    assert told == read


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"run\.py ([a-z]+)", README)) - {"test", "check"}
    assert {"demo", "serve", "doctor", "regions", "accounts"} <= named
    assert named <= set(cli.commands)
