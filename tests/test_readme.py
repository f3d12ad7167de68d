"""The README keeps its word: its map is of today's modules, every setting in the table, every command real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nightschool.cli import cli
from tools import map as map_tool

pytestmark = pytest.mark.check("README.md: its map, settings and commands are to be those there are")
ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_map_tells_of_every_module_what_its_docstring_says() -> None:
    assert map_tool.MAP.read_text("utf-8") == map_tool.written(), "run tools/map.py"


def test_every_module_says_what_it_is_for() -> None:
    modules = (
        path
        for path in (ROOT / "nightschool").rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    )
    assert [path.name for path in modules if not map_tool.purpose(path)] == []


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
