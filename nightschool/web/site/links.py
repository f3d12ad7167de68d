"""`url_for` in templates, with a memory, since nearly every page leads to the same few places; and `webcal`."""

from functools import lru_cache
from typing import Any

from flask import Flask, g, request, url_for

from nightschool.web.site.context import whole


def init_app(app: Flask) -> None:
    """Templates have these; this `url_for` in place of Flask's, which works out every address anew."""
    app.jinja_env.globals.update(url_for=_url_for, webcal=webcal)


def webcal(path: str) -> str:
    """The whole address of a calendar of ours, which a phone subscribes to and does not merely read once."""
    return f"webcal:{whole(path).partition(':')[2]}"


def _url_for(endpoint: str, **values: Any) -> str:
    if endpoint.startswith(".") or "_external" in values or "_anchor" in values:
        return url_for(endpoint, **values)
    return _remembered(request.script_root, g.get("lang"), g.get("big"), endpoint, *values.items())


@lru_cache(maxsize=2048)
def _remembered(
    _root: str, _lang: str | None, _big: bool | None, endpoint: str, *values: tuple[str, Any]
) -> str:
    return url_for(endpoint, **dict(values))
