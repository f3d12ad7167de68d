"""Evenings without signal, with browsers killed and phones full: a few of those that bench/ lives through."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("needs_browser")
def test_nothing_is_lost_and_nothing_is_there_twice() -> None:
    command = [sys.executable, "-m", "bench.offline", "--runs", "3"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
