"""The page of pieces has every piece that the stylesheet names for templates, so that one picks instead of inventing."""

import re
from pathlib import Path
from typing import Any

import nightschool
from tests.factories import Cast

STYLESHEET = Path(nightschool.__file__).parent / "web" / "static" / "app.css"


def test_whoever_writes_a_page_finds_every_piece_of_the_stylesheet(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.region_administrator).get("/admin/pieces").text
    shown = {name for classes in re.findall(r'class="([^"]*)"', page) for name in classes.split()}
    told = {name for heading in re.findall(r"<h2><code>(.*?)</code></h2>", page) for name in named(heading)}
    pieces = named(STYLESHEET.read_text("utf-8").partition("*/")[0])
    assert len(pieces) > 60
    assert pieces - shown - told == set()
    # What a heading names stands below it, but for the sizes of the poster, of which it has one.
    assert told - shown == {"vast", "tightest"}


def named(text: str) -> set[str]:
    """The classes that are named in this text."""
    return set(re.findall(r"(?<![a-z_/])\.([a-z][a-z-]*)", text)) - {"html", "css", "py"}
