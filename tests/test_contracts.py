"""What pyproject.toml promises about the code as a whole: the order of the shelves, the types, the style."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(verbose=False))"


def contract(name: str, what_to_do: str, *words: str) -> Any:
    return pytest.param(words, id=name, marks=pytest.mark.check(f"{name}: {what_to_do}"))


@pytest.mark.parametrize(
    "words",
    [
        contract("imports", "each shelf imports from those below, see pyproject.toml", "-c", LINT_IMPORTS),
        contract("types", "mend what it tells", "-m", "mypy"),
        contract("style", "mend what it tells", "-m", "ruff", "check", "--quiet"),
        contract("format", "`python3 run.py format`", "-m", "ruff", "format", "--check", "--quiet"),
    ],
)
def test_the_code_keeps_its_contracts(words: tuple[str, ...]) -> None:
    checked = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, f"{checked.stdout}\n{checked.stderr}"


@pytest.mark.check("imports: name the new form in the contract `forms` of pyproject.toml")
def test_every_form_is_held_to_the_contract_of_forms() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == "forms")
    files = (
        path for path in (ROOT / "nightschool" / "web").rglob("*.py") if re.search("(^|_)forms?$", path.stem)
    )
    forms = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert forms == set(contract["source_modules"]) - {"nightschool.formats"}


@pytest.mark.check("templates: what is markup is made so in web/, with a word why (ruff's S704)")
def test_no_template_says_that_what_it_is_given_is_markup() -> None:
    says_so = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if says_so.search(path.read_text("utf-8"))
    }
    assert found == set()
