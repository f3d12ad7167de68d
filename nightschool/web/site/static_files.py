"""Styles and scripts: addresses carry the content's digest, so that browsers may keep them for ever."""

import hashlib
import mimetypes
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort
from markupsafe import Markup

from nightschool.web.site.access import public
from nightschool.web.site.packing import packed, plain_or_packed

FOLDER = Path(__file__).parents[1] / "static"
SMALLEST = 9  # of gzip: done once a file
FOR_EVER = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """`url_for("static", filename=…)` answers with a versioned address; templates have `first_style`."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)
    app.url_defaults(_version)
    app.jinja_env.globals["first_style"] = first_style


@public
def static(filename: str) -> Response:
    """One shipped file."""
    if filename not in _shipped():
        abort(404)
    mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response = plain_or_packed(content(filename), _packed_small(filename), mimetype)
    response.cache_control.public = response.cache_control.immutable = True
    response.cache_control.max_age = FOR_EVER
    return response


@cache
def _shipped() -> frozenset[str]:
    """The names of the files in the folder."""
    return frozenset(path.name for path in FOLDER.iterdir() if path.is_file())


@cache
def content(filename: str) -> bytes:
    """A shipped file's bytes, read once: all of them together are a few kilobytes."""
    return (FOLDER / filename).read_bytes()


@cache
def _packed_small(filename: str) -> bytes:
    return packed(content(filename), SMALLEST)


def _version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values.setdefault("v", digest(values["filename"]))


@cache
def digest(filename: str) -> str:
    """A short digest of a shipped file's content."""
    return hashlib.sha256(content(filename)).hexdigest()[:10]


@cache
def first_style() -> Markup:
    """What public pages need of the stylesheet before its mark, to stand in them: on a slow network the file is a way
    there and back more, and is waited for by nobody who reads.
    """
    first, mark, _rest = content("app.css").decode().partition("/* So far public pages carry it")
    assert mark
    return Markup(re.sub(r"/\*.*?\*/|\n", "", first, flags=re.DOTALL))  # noqa: S704


def first_style_digest() -> str:
    """What a browser knows that part by."""
    return style_digest(first_style())


def style_digest(style: str) -> str:
    """What a browser knows a style in a page by before it applies it."""
    return b64encode(hashlib.sha256(style.encode()).digest()).decode()
