"""What a villager opens: `/v/<code>`, its feed, its plain text, its history, its QR code. No login, no cookie.

The front of web/delivery.py answers at these addresses, outside of a request; the views below answer what it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from nightschool import texts
from nightschool.database import Glance
from nightschool.formats.ics import calendar
from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_json import village_json
from nightschool.formats.timetable_text import (
    page_words,
    tell_day,
    tell_gist,
    tell_headline,
    tell_past,
    tell_past_gist,
    tell_times,
    timetable_text,
)
from nightschool.queries import timetable
from nightschool.queries.timetable import FEED, PAGE, Extent, Timetable, Village
from nightschool.rules.regions import parent_of, prefix_of
from nightschool.rules.slots import Moment, Slot
from nightschool.web.access import public
from nightschool.web.context import EXTENSION, Services
from nightschool.web.delivery import Answer, Told, answer_at, answer_for, deliver
from nightschool.web.language import Reading, read_query
from nightschool.web.open_data import open_data
from nightschool.web.pages import rendered
from nightschool.web.sharing import Card, card

bp = Blueprint("timetable", __name__)

MOST_CHAPTERS = 1000
EVENINGS = "nightschool.evenings"

_PATH = re.compile(r"(/v/([0-9]{12}))(\.ics|\.txt|\.json|/past|/qr\.svg)?")


@bp.record_once
def _announce(setup: BlueprintSetupState) -> None:
    # The same evenings stand on every village's page: they are marked up once.
    setup.app.extensions[EVENINGS] = lru_cache(maxsize=4096)(partial(_when, setup.app))
    answer_at(setup.app, partial(_find, setup.app))


@bp.get("/v/<region_code:code>")
@public
def village(code: str) -> Response:
    """The village's page."""
    return deliver(_answer_here(code, ""))


@bp.get("/v/<region_code:code>/past")
@public
def past(code: str) -> Response:
    """Everything that was, the latest first, so many on a page."""
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_CHAPTERS:
        abort(404)
    return deliver(_answer_here(code, "/past", number))


@bp.get("/v/<region_code:code>.ics")
@public
@open_data
def feed(code: str) -> Response:
    """The calendar to subscribe to."""
    return deliver(_answer_here(code, ".ics"))


@bp.get("/v/<region_code:code>.txt")
@public
@open_data
def text(code: str) -> Response:
    """The page in plain words."""
    return deliver(_answer_here(code, ".txt"))


@bp.get("/v/<region_code:code>.json")
@public
@open_data
def data(code: str) -> Response:
    """The timetable for other programs; its schema is at /schema/village.json."""
    return deliver(_answer_here(code, ".json"))


@bp.get("/v/<region_code:code>/qr.svg")
@public
def qr(code: str) -> Response:
    """The page's address for the camera of a phone; printed with it."""
    return deliver(_answer_here(code, "/qr.svg"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of one village's timetable as somebody wants to read it."""

    app: Flask
    code: str
    page: str  # the path of the village's page
    reading: Reading

    @property
    def services(self) -> Services:
        given: Services = self.app.extensions[EXTENSION]
        return given

    @property
    def root(self) -> str:
        """What stands before every path, where the application is not at the top of its host."""
        return self.page.removesuffix(f"/v/{self.code}")

    def links(self) -> dict[str, str]:
        """Where a page leads to, in its own language and size; what is not a page has a language only."""
        page, lang = self.page, self.reading.lang
        language = Reading(page, lang).query
        reading = Reading(page, lang, self.reading.big).query
        return {
            "page": page + reading,
            "township": f"{self.root}/r/{_township(self.code)}{reading}",
            "past": f"{page}/past{reading}",
            "changes": f"{page}/changes{reading}",
            "atom": f"{page}.atom{language}",
            "year": f"{page}/year{reading}",
            "feed": f"{page}.ics{language}",
            "text": f"{page}.txt{language}",
            "qr": f"{page}/qr.svg",
            "full": self.services.settings.base_url + page + language,
        }


def _page(asked: Asked, found: Timetable) -> str:
    links = asked.links()
    if found.village.successor:
        links["successor"] = Reading(f"/v/{found.village.successor.code}", *_choice(asked)).link()
    shown = card(
        asked.services.settings.base_url,
        asked.reading,
        tell_headline(found),
        tell_gist(found),
        is_indexed=found.village.school is not None or bool(found.ahead or found.past),
    )
    return _rendered("village", asked, links, found, shown, village=found.village)


def _past_page(asked: Asked, found: Timetable) -> str:
    links, number = asked.links(), asked.reading.number
    for name, step in (("later", -1), ("earlier", 1)):
        links[name] = Reading(asked.reading.path, *_choice(asked), number + step).link()
    shown = card(
        asked.services.settings.base_url,
        asked.reading,
        tell_past(found.village),
        tell_past_gist(found.village),
    )
    return _rendered("past", asked, links, found, shown, number=number)


def _feed(asked: Asked, found: Timetable) -> bytes:
    return calendar(found, address=asked.links()["full"], zone=asked.services.zone)


def _text(asked: Asked, found: Timetable) -> str:
    return timetable_text(found, address=asked.links()["full"])


def _data(asked: Asked, found: Timetable) -> bytes:
    site = asked.services.settings.base_url + asked.root
    return village_json(found, site=site, zone=asked.services.zone)


def _qr(asked: Asked, _found: Timetable) -> bytes:
    return qr_svg(asked.services.settings.base_url + asked.page)


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say what a village announces."""

    mimetype: str
    extent: Extent
    write: Callable[[Asked, Timetable], str | bytes]
    is_open: bool = False


# By the ending of the address.
FORMS = {
    "": Form("text/html", PAGE, _page),
    "/past": Form("text/html", timetable.chapter(1), _past_page),
    ".ics": Form("text/calendar", FEED, _feed, is_open=True),
    ".txt": Form("text/plain", PAGE, _text, is_open=True),
    ".json": Form("application/json", FEED, _data, is_open=True),
    "/qr.svg": Form("image/svg+xml", Extent(ahead=0, back=0), _qr),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A village, and the minute it was asked about."""

    village: Village
    at: Moment


def _find(app: Flask, path: str, query: str) -> Answer | None:
    """The answer at a canonical address of this feature."""
    found = _PATH.fullmatch(path)
    read = read_query(query) if found else None
    if found is None or read is None:
        return None
    page, code, ending = found[1], found[2], found[3] or ""
    lang, big, number, since = read
    if since or number > (MOST_CHAPTERS if ending == "/past" else 1):
        return None
    return _answer(Asked(app, code, page, Reading(path, lang, big, number)), ending)


def asked_here(code: str, ending: str, number: int = 1) -> Asked:
    """What this request wants of a village, whatever else stands in its address."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # it outlives the request
    page = f"{request.script_root}/v/{code}"
    return Asked(app, code, page, Reading(page + ending, g.lang, g.big, number))


def _answer_here(code: str, ending: str, number: int = 1) -> Answer:
    return _answer(asked_here(code, ending, number), ending)


def _answer(asked: Asked, ending: str) -> Answer:
    form = FORMS[ending]
    return answer_for(asked, ending, form.mimetype, _ask, partial(_build, form), is_open=form.is_open)


def _ask(asked: Asked, variant: str, db: Glance) -> Told | None:
    """What all forms of a village's timetable depend on: the village, its day, and how many sessions of it are over."""
    given = asked.services
    at = given.now().moment
    village = timetable.standing(db, asked.code, at=at)
    if village is None:
        return None
    state = f"{asked.code}.{variant}.{village.revision}.{at.day:%y%m%d}.{village.ended_today}"
    return Told(state, Known(village, at))


def _build(form: Form, asked: Asked, db: Glance, known: Known) -> str | bytes:
    extent = form.extent
    if asked.reading.number > 1:
        extent = timetable.chapter(asked.reading.number)
    found = timetable.village(db, asked.code, at=known.at, extent=extent, known=known.village)
    assert found is not None
    with texts.using_language(asked.reading.lang):
        return form.write(asked, found)


def _choice(asked: Asked) -> tuple[str, bool]:
    return asked.reading.lang, asked.reading.big


@lru_cache(maxsize=1024)
def _township(code: str) -> str:
    return prefix_of(parent_of(code) or code)


def _rendered(
    name: str, asked: Asked, links: dict[str, str], found: Timetable, shown: Card, **values: Any
) -> str:
    app, reading, today = asked.app, asked.reading, found.today
    marked_up = app.extensions[EVENINGS]

    def when(slot: Slot) -> Markup:
        made: Markup = marked_up(slot.day, slot.starts, slot.ends, today, reading.lang)
        return made

    values |= page_words(found, asked.services.zone, when)
    values |= {"links": links, "card": shown}
    return rendered(app, f"timetable/{name}.html", reading, values)


def _when(app: Flask, day: date, starts: int, ends: int, today: date, _language: str) -> Markup:
    """When a session of a list is, as its template marks it up."""
    slot = Slot(day, starts, ends)
    template: Any = app.jinja_env.get_template("timetable/_lines.html").module
    made: Markup = template.when(slot, tell_day(day, today), tell_times(slot))
    return made
