"""The README's pictures can be taken anew at any time."""

import subprocess
import sys
from pathlib import Path

from tests.browser.conftest import Site
from tools import pictures

# A process of its own: this one has a browser already, and there is one loop a process.
TAKE = "import pathlib, sys; from tools import pictures; sys.exit(pictures.main(pathlib.Path(sys.argv[1])))"


def test_every_picture_is_taken_of_the_page_as_it_is(site: Site, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TAKE, str(tmp_path)], cwd=pictures.ROOT, check=False)
    assert done.returncode == 0
    taken = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(taken) == {path.name for path in pictures.PICTURES.iterdir()}
    assert all(png.startswith(b"\x89PNG") and len(png) > 10_000 for png in taken.values())
