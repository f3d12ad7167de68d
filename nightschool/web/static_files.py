"""Styles and scripts: addresses carry the content's digest, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, send_from_directory

from nightschool.web.access import public

FOLDER = Path(__file__).parent / "static"
FOR_EVER = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """`url_for("static", filename=…)` answers with a versioned address."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)
    app.url_defaults(_version)


@public
def static(filename: str) -> Response:
    """One shipped file."""
    if filename.startswith(".") or not (FOLDER / filename).is_file():
        abort(404)
    response = send_from_directory(FOLDER, filename, max_age=FOR_EVER)
    response.cache_control.immutable = True
    return response


def _version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values.setdefault("v", digest(values["filename"]))


@lru_cache(maxsize=64)
def digest(filename: str) -> str:
    """A short digest of a shipped file's content."""
    return hashlib.sha256((FOLDER / filename).read_bytes()).hexdigest()[:10]
