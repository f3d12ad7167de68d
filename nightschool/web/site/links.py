"""`url_for` in templates, with a memory: nearly every page leads to the same few places."""

from functools import lru_cache
from typing import Any

from flask import Flask, g, request, url_for


def init_app(app: Flask) -> None:
    """Templates have this `url_for` in place of Flask's, which works out every address anew."""
    app.jinja_env.globals.update(url_for=_url_for)


def _url_for(endpoint: str, **values: Any) -> str:
    if endpoint.startswith(".") or "_external" in values or "_anchor" in values:
        return url_for(endpoint, **values)
    return _remembered(request.script_root, g.get("lang"), g.get("big"), endpoint, *values.items())


@lru_cache(maxsize=2048)
def _remembered(
    _root: str, _lang: str | None, _big: bool | None, endpoint: str, *values: tuple[str, Any]
) -> str:
    return url_for(endpoint, **dict(values))
