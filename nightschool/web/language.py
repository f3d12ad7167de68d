"""Language and 大字: both stand in the address, so that what is pasted or cached reads the same for everybody.

Pages behind a login also remember the last choice in a cookie; public pages never look at one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Request, Response, g, request

from nightschool.texts import LANGUAGES, SOURCE_LANGUAGE, set_language
from nightschool.web.access import access_of

COOKIE = "nightschool-reading"
A_YEAR = 365 * 24 * 3600
LONGEST_NUMBER = 4


def init_app(app: Flask) -> None:
    """Every request has `g.lang` and `g.big`, texts speak that language, and addresses made in it carry both on."""
    app.before_request(_choose)
    app.url_defaults(_carry)
    app.after_request(_remember)


def _choose() -> None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs
    args = asked.args if asked.query_string else {}
    lang, big = args.get("lang", ""), args.get("big", "")
    access = access_of(asked.endpoint)
    remembers = access is not None and not access.is_public
    if remembers and not (lang or big):
        lang, _, big = asked.cookies.get(COOKIE, "").partition("-")
    lang = lang if lang in LANGUAGES else SOURCE_LANGUAGE
    g.lang, g.big, g.remembers_reading = lang, big == "1", remembers
    set_language(lang)


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
    """This page's address in another language or size. Defaults are left out, unless a cookie would override them."""
    here = g._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs
    args = request.args.to_dict() if request.query_string else {}
    chosen = {"lang": lang or here.lang, "big": "1" if (here.big if big is None else big) else "0"}
    for name, default in (("lang", SOURCE_LANGUAGE), ("big", "0")):
        args.pop(name, None)
        if chosen[name] != default or here.get("remembers_reading"):
            args[name] = chosen[name]
    return request.path + (f"?{urlencode(args)}" if args else "")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a public page is read, known without a request: its templates have it in place of `g`."""

    path: str
    lang: str = SOURCE_LANGUAGE
    big: bool = False
    number: int = 1  # which page of several
    since: str = ""  # where a part of a long list begins
    at: str = ""  # the region that a walk has come to

    @property
    def query(self) -> str:
        """The canonical query: nothing in it but what the page depends on. Empty, or with its question mark."""
        return _query(self.lang, self.big, self.number, self.since, self.at)

    def link(self, *, lang: str | None = None, big: bool | None = None) -> str:
        """The page's address in another language or size, as `reading_link` makes it."""
        return self.path + _query(
            lang or self.lang, self.big if big is None else big, self.number, self.since, self.at
        )


@lru_cache(maxsize=256)
def _query(lang: str, big: bool, number: int, since: str = "", at: str = "") -> str:
    args: dict[str, Any] = {"page": number} if number > 1 else {}
    args |= {"from": since} if since else {}
    args |= {"at": at} if at else {}
    args |= {"lang": lang} if lang != SOURCE_LANGUAGE else {}
    args |= {"big": 1} if big else {}
    return f"?{urlencode(args)}" if args else ""


@lru_cache(maxsize=256)
def read_query(query: str) -> tuple[str, bool, int, str] | None:
    """Language, size, page number and beginning of a canonical query; None for any other."""
    args = dict(parse_qsl(query))
    lang, big, number = args.get("lang", SOURCE_LANGUAGE), args.get("big") == "1", args.get("page", "1")
    if lang not in LANGUAGES or not (number.isascii() and number.isdecimal()) or len(number) > LONGEST_NUMBER:
        return None
    found = (lang, big, int(number), args.get("from", ""))
    return found if _query(*found)[1:] == query else None
