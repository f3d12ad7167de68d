"""The front door keeps its word: the map is today's, every setting is told, every file, picture and command is there."""

import re
from pathlib import Path

import pytest

import run
from nightschool.cli import cli
from tools import map as map_tool

pytestmark = pytest.mark.check("the front door: `python3 run.py map`; README.md and docs/ name what there is")
ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOORS = (
    "README.md",
    "README.zh.md",
    "CONTRIBUTING.md",
    "docs/decisions.md",
    "docs/domain.md",
    "docs/operating.md",
    "docs/open-data.md",
)
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
MOST_BYTES = 10_000


def test_the_map_tells_of_every_module_what_its_docstring_says() -> None:
    assert map_tool.MAP.read_text("utf-8") == map_tool.written(), "python3 run.py map"


def test_every_module_says_what_it_is_for() -> None:
    modules = (
        path
        for path in (ROOT / "nightschool").rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    )
    assert [path.name for path in modules if not map_tool.purpose(path)] == []


def test_every_setting_is_in_the_table() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "nightschool").rglob("*.py"))
    read = set(re.findall(r'\bvalue\("([A-Z_]+)"', code)) | set(re.findall(r'PREFIX \+ "(\w+)"', code))
    read |= {
        name.removeprefix("NIGHTSCHOOL_")
        for name in re.findall(r'environ(?:\.get\(|\[)"(NIGHTSCHOOL_\w+)"', code)
    }
    told = {
        name.removeprefix("NIGHTSCHOOL_") for name in re.findall(r"^\| `(NIGHTSCHOOL_\w+)`", OPERATING, re.M)
    }
    assert told == read


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"run\.py ([a-z]+)", README)) - {*run.TESTS, *run.TOOLS}
    assert {"demo", "serve", "doctor", "regions", "accounts"} <= named
    assert named <= set(cli.commands)


def test_it_is_read_in_five_minutes() -> None:
    assert len(README.encode()) <= MOST_BYTES


@pytest.mark.parametrize("name", DOORS)
def test_everything_it_leads_to_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    led = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) + re.findall(r'<img src="([^"]+)"', text)
    assert [target for target in led if not ((ROOT / name).parent / target).exists()] == []


@pytest.mark.parametrize("name", DOORS)
def test_every_file_it_names_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(
        r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|html|md|toml)|(?:nightschool|templates|tests|bench|tools|docs)/[a-z_/]*)`",
        text,
    )
    assert [
        path for path in named if not any((base / path).exists() for base in (ROOT, ROOT / "nightschool"))
    ] == []
