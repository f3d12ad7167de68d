"""Language and 大字: both stand in the address, so that what is pasted or cached reads the same for everybody.

Pages behind a login also remember the last choice in a cookie; public pages never look at one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from nightschool.texts import LANGUAGES, SOURCE_LANGUAGE, set_language
from nightschool.web.access import access_of

COOKIE = "nightschool-reading"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Every request has `g.lang` and `g.big`, texts speak that language, and addresses made in it carry both on."""
    app.before_request(_choose)
    app.url_defaults(_carry)
    app.after_request(_remember)


def _choose() -> None:
    args = request.args if request.query_string else {}
    lang, big = args.get("lang", ""), args.get("big", "")
    access = access_of(request.endpoint)
    g.remembers_reading = access is not None and not access.is_public
    if g.remembers_reading and not (lang or big):
        lang, _, big = request.cookies.get(COOKIE, "").partition("-")
    g.lang = lang if lang in LANGUAGES else SOURCE_LANGUAGE
    g.big = big == "1"
    set_language(g.lang)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        return
    if g.get("lang", SOURCE_LANGUAGE) != SOURCE_LANGUAGE:
        values.setdefault("lang", g.lang)
    if g.get("big"):
        values.setdefault("big", "1")


def _remember(response: Response) -> Response:
    if g.get("remembers_reading") and ("lang" in request.args or "big" in request.args):
        response.set_cookie(
            COOKIE,
            f"{g.lang}-{int(g.big)}",
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def reading_link(*, lang: str | None = None, big: bool | None = None) -> str:
    """This page's address in another language or size. Defaults are left out, unless a cookie would override them.

    A view whose answer is kept sets `g.reading_args` to the arguments it looks at, so that no others are kept.
    """
    args = dict(g.reading_args) if "reading_args" in g else request.args.to_dict()
    chosen = {"lang": lang or g.lang, "big": "1" if (g.big if big is None else big) else "0"}
    for name, default in (("lang", SOURCE_LANGUAGE), ("big", "0")):
        args.pop(name, None)
        if chosen[name] != default or g.get("remembers_reading"):
            args[name] = chosen[name]
    return request.path + (_query(tuple(args.items())) if args else "")


@lru_cache(maxsize=256)
def _query(args: tuple[tuple[str, Any], ...]) -> str:
    return f"?{urlencode(args)}"
