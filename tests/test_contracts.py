"""What pyproject.toml promises about the code as a whole: the order of the shelves, the types, the style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(verbose=False))"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["-c", LINT_IMPORTS], id="imports"),
        pytest.param(["-m", "mypy"], id="types"),
        pytest.param(["-m", "ruff", "check", "--quiet", "."], id="style"),
    ],
)
def test_the_code_keeps_its_contracts(words: list[str]) -> None:
    checked = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, f"{checked.stdout}\n{checked.stderr}"
