"""Language and 大字: both stand in the address, so that what is pasted or cached reads the same for everybody.

Pages behind a login also remember the last choice in a cookie; public pages never look at one.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, after_this_request, current_app, g, request
from markupsafe import Markup

from nightschool.texts import LANGUAGES, SOURCE_LANGUAGE, counted, gettext, set_language
from nightschool.web.site.access import access_of

COOKIE = "nightschool-reading"
_A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Every request has `g.lang` and `g.big`, texts speak that language, and addresses made in it carry both on."""
    app.url_value_preprocessor(_choose)
    app.url_defaults(_carry)
    app.jinja_env.globals.update(
        reading_link=reading_link, languages=LANGUAGES, _=_marked_up, counted=counted
    )


def _choose(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    args = request.args if request.query_string else {}
    lang, big = args.get("lang", ""), args.get("big", "")
    access = access_of(endpoint)
    remembers = access is not None and not access.is_public
    if remembers and ("lang" in args or "big" in args):
        after_this_request(_remember)
    if remembers and not (lang or big):
        lang, _, big = request.cookies.get(COOKIE, "").partition("-")
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
    response.set_cookie(
        COOKIE,
        f"{g.lang}-{int(g.big)}",
        max_age=_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _marked_up(message: str, **values: Any) -> Markup:
    """The message in the page's language: safe as a template is, its values escaped."""
    text = Markup(gettext(message))  # noqa: S704
    return text % values if values or "%" in message else text


def reading_link(*, lang: str | None = None, big: bool | None = None) -> str:
    """This page's address in another language or size. Defaults are left out, unless a cookie would override them."""
    if "canonical" in g:
        canonical: Reading = g.canonical
        return canonical.link(lang=lang, big=big)
    args = request.args.to_dict()
    chosen = {"lang": lang or g.lang, "big": "1" if (g.big if big is None else big) else "0"}
    for name, default in (("lang", SOURCE_LANGUAGE), ("big", "0")):
        args.pop(name, None)
        if chosen[name] != default or g.get("remembers_reading"):
            args[name] = chosen[name]
    return _known_path() + (f"?{urlencode(args)}" if args else "")


def _known_path() -> str:
    """The path of this page as our own route writes it, never as it came in; where there is none, that of `/`."""
    adapter = current_app.url_map.bind("", script_name=request.script_root or "/")
    if request.endpoint is None:
        return adapter.build("find.home")
    return adapter.build(request.endpoint, request.view_args)


@dataclass(frozen=True, slots=True)
class Reading:
    """A public page's canonical address: its path, and nothing else but what the page depends on."""

    path: str
    lang: str = SOURCE_LANGUAGE
    big: bool = False
    number: int = 1  # which page of several
    since: str = ""  # where a part of a long list begins
    at: str = ""  # the region that a walk has come to
    course: str = ""  # the only one of a village that is wanted
    look: tuple[tuple[str, str], ...] = ()  # what another site wants it to look like

    @property
    def query(self) -> str:
        """Empty, or with its question mark."""
        args: dict[str, Any] = {"page": self.number} if self.number > 1 else {}
        args |= {"from": self.since} if self.since else {}
        args |= {"at": self.at} if self.at else {}
        args |= {"course": self.course} if self.course else {}
        args |= dict(self.look)
        args |= {"lang": self.lang} if self.lang != SOURCE_LANGUAGE else {}
        args |= {"big": 1} if self.big else {}
        return f"?{urlencode(args)}" if args else ""

    def link(self, *, lang: str | None = None, big: bool | None = None) -> str:
        """The page's address, in another language or size if one is named."""
        if lang is None and big is None:
            return self.path + self.query
        read = replace(self, lang=lang or self.lang, big=self.big if big is None else big)
        return read.path + read.query


def reading_here(
    *,
    number: int = 1,
    since: str = "",
    at: str = "",
    course: str = "",
    look: tuple[tuple[str, str], ...] = (),
) -> Reading:
    """This request's canonical address: whatever else stands in its own means nothing."""
    return Reading(request.script_root + request.path, g.lang, g.big, number, since, at, course, look)
