"""What a villager opens: `/v/<code>`, its feed, its plain text, its history, its QR code. No login, no cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection

from nightschool.formats.ics import calendar
from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_text import page_words, tell_day, tell_times, timetable_text
from nightschool.queries import timetable
from nightschool.queries.timetable import Extent, Timetable, Village
from nightschool.rules.slots import Slot
from nightschool.texts import SOURCE_LANGUAGE
from nightschool.web.access import public
from nightschool.web.context import Services, services
from nightschool.web.delivery import Told, deliver
from nightschool.web.language import reading_link

bp = Blueprint("timetable", __name__)

MOST_CHAPTERS = 1000


@bp.get("/v/<region_code:code>")
@public
def village(code: str) -> Response:
    """The village's page."""
    return _answer(code, "page", "text/html", timetable.PAGE, _page)


@bp.get("/v/<region_code:code>/past")
@public
def past(code: str) -> Response:
    """Everything that was, the latest first, so many on a page."""
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_CHAPTERS:
        abort(404)
    return _answer(
        code,
        f"past-{number}",
        "text/html",
        timetable.chapter(number),
        lambda found: _past_page(found, number),
        **({"page": number} if number > 1 else {}),
    )


@bp.get("/v/<region_code:code>.ics")
@public
def feed(code: str) -> Response:
    """The calendar to subscribe to."""

    def write(found: Timetable) -> bytes:
        return calendar(found, address=_links(code)["full"], zone=services().zone)

    return _answer(code, "ics", "text/calendar", timetable.FEED, write)


@bp.get("/v/<region_code:code>.txt")
@public
def text(code: str) -> Response:
    """The page in plain words."""
    return _answer(
        code, "txt", "text/plain", timetable.PAGE, lambda found: timetable_text(found, address=_links(code)["full"])
    )


@bp.get("/v/<region_code:code>/qr.svg")
@public
def qr(code: str) -> Response:
    """The page's address for the camera of a phone; printed with it."""
    g.reading_args = {}
    address = services().settings.base_url + url_for("timetable.village", code=code, lang=None, big=None)

    def ask(db: Connection, given: Services) -> Told | None:
        told = _ask(db, given, code=code, variant="qr")
        return told and Told(f"{code}.qr", None)

    return deliver(reading_link(), ask, lambda _db, _known: qr_svg(address), mimetype="image/svg+xml")


@dataclass(frozen=True, slots=True)
class Known:
    """A village, and the minute it was asked about."""

    village: Village
    today: date
    minutes_now: int


def _ask(db: Connection, given: Services, *, code: str, variant: str) -> Told | None:
    """What all forms of a village's timetable depend on: the village, its day, and how many sessions of it are over."""
    moment = given.clock().astimezone(given.zone)
    today, minutes = moment.date(), moment.hour * 60 + moment.minute
    village = timetable.standing(db, code, today=today, minutes_now=minutes)
    if village is None:
        return None
    state = f"{code}.{variant}.{village.revision}.{moment:%y%m%d}.{village.ended_today}"
    return Told(state, Known(village, today, minutes))


def _answer(
    code: str, form: str, mimetype: str, extent: Extent, write: Callable[[Timetable], str | bytes], **args: int
) -> Response:
    """This form of the village's timetable in the language and size asked for; `args` are the address's others."""
    g.reading_args = args

    def build(db: Connection, known: Known) -> str | bytes:
        found = timetable.village(
            db, code, today=known.today, minutes_now=known.minutes_now, extent=extent, known=known.village
        )
        assert found is not None
        return write(found)

    ask = partial(_ask, code=code, variant=f"{form}.{g.lang}.{int(g.big)}")
    return deliver(reading_link(), ask, build, mimetype=mimetype)


def _page(found: Timetable) -> str:
    village = found.village
    links = _links(village.code)
    if village.successor:
        links["successor"] = url_for("timetable.village", code=village.successor.code)
    return render_template("timetable/village.html", village=village, links=links, **_words(found))


def _past_page(found: Timetable, number: int) -> str:
    code = found.village.code
    links = _links(code)
    links["later"] = url_for("timetable.past", code=code, page=number - 1 if number > 2 else None)
    links["earlier"] = url_for("timetable.past", code=code, page=number + 1)
    return render_template("timetable/past.html", links=links, number=number, **_words(found))


def _words(found: Timetable) -> dict[str, Any]:
    words, language = page_words(found, services().zone), g.lang
    for name in ("later", "past"):
        words[name] = [
            (_when(slot.day, slot.starts, slot.ends, found.today, language), *told) for slot, *told in words[name]
        ]
    return words


# The same evenings stand on every village's page.
@lru_cache(maxsize=4096)
def _when(day: date, starts: int, ends: int, today: date, _language: str) -> Markup:
    """When a session of a list is, as its template marks it up."""
    slot = Slot(day, starts, ends)
    marked = current_app.jinja_env.get_template("timetable/_lines.html").module
    return marked.when(slot, tell_day(day, today), tell_times(slot))  # type: ignore[attr-defined,no-any-return]


def _links(code: str) -> dict[str, str]:
    """Where a page leads to, in its own language and size; what is not a page has a language only."""
    # One call of url_for, because each costs as much as two rows of the page.
    page, mark, reading = url_for("timetable.village", code=code).partition("?")
    language = "" if g.lang == SOURCE_LANGUAGE else f"?lang={g.lang}"
    return {
        "page": page + mark + reading,
        "past": f"{page}/past{mark}{reading}",
        "feed": f"{page}.ics{language}",
        "text": f"{page}.txt{language}",
        "qr": f"{page}/qr.svg",
        "full": services().settings.base_url + page + language,
    }
