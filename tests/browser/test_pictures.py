"""The README's pictures can be taken anew at any time."""

from __future__ import annotations

from pathlib import Path

from tests.browser.conftest import Site
from tools import pictures


def test_every_picture_is_taken_of_the_page_as_it_is(site: Site, tmp_path: Path) -> None:
    assert pictures.main(tmp_path) == 0
    taken = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(taken) == {path.name for path in pictures.PICTURES.iterdir()}
    assert all(png.startswith(b"\x89PNG") and len(png) > 10_000 for png in taken.values())
