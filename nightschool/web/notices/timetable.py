"""What a villager opens: `/v/<code>`, its feed, its plain text, its history, its QR code. No login, no cookie."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from nightschool.formats.embedded import read_look, style_of, village_embedded
from nightschool.formats.ics import calendar
from nightschool.formats.poster import poster_words
from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_json import village_json
from nightschool.formats.timetable_text import (
    is_here,
    page_words,
    tell_gist,
    tell_headline,
    tell_past,
    tell_past_gist,
    timetable_text,
)
from nightschool.queries.notices import timetable
from nightschool.queries.notices.timetable import (
    COURSE_EXTENT,
    FEED_EXTENT,
    PAGE_EXTENT,
    Extent,
    Timetable,
    Village,
    chapter,
)
from nightschool.rules.regions import parent_of, prefix_of
from nightschool.rules.slots import Moment
from nightschool.web.site.access import is_for_programs, open_data, public
from nightschool.web.site.context import looking, moment, services, whole
from nightschool.web.site.delivery import deliver, goes_on_at
from nightschool.web.site.headers import framed
from nightschool.web.site.language import Reading, reading_here
from nightschool.web.site.sharing import card

bp = Blueprint("timetable", __name__)

MOST_CHAPTERS = 1000


@bp.get("/v/<region_code:code>")
@public
def village(code: str) -> Response:
    """The village's page."""
    return _answer(code, PAGE_EXTENT, _page)


@bp.get("/v/<region_code:code>/past")
@public
def past(code: str) -> Response:
    """Everything that was, the latest first, so many on a page."""
    number = chapter_number()
    return _answer(code, chapter(number), _past_page, number=number)


@bp.get("/v/<region_code:code>/poster")
@public
def poster(code: str) -> Response:
    """One sheet for the notice board."""
    return _answer(code, PAGE_EXTENT, _poster_page)


@bp.get("/v/<region_code:code>/embed")
@open_data
def embed(code: str) -> Response:
    """Coming classes for a frame in another site's page, which says in the address what they look like."""
    look = read_look(request.args)
    return framed(_answer(code, PAGE_EXTENT, _embedded, look=look), style_of(look))


@bp.get("/v/<region_code:code>.ics")
@open_data
def feed(code: str) -> Response:
    """The calendar to subscribe to; with `?course=`, of one course alone."""
    course = request.args.get("course", "")
    extent = COURSE_EXTENT if course else FEED_EXTENT
    return _answer(code, extent, _feed, "text/calendar", course=course)


@bp.get("/v/<region_code:code>.txt")
@open_data
def text(code: str) -> Response:
    """The page in plain words."""
    return _answer(code, PAGE_EXTENT, _text, "text/plain")


@bp.get("/v/<region_code:code>.json")
@open_data
def data(code: str) -> Response:
    """The timetable for other programs; its schema is at /schema/village.json."""
    return _answer(code, FEED_EXTENT, _data, "application/json")


@bp.get("/v/<region_code:code>/qr.svg")
@public
def qr(code: str) -> Response:
    """The page's address for the camera of a phone; printed with it."""
    return _answer(code, Extent(ahead=0, back=0), _qr, "image/svg+xml")


def chapter_number() -> int:
    """Which page of a long history this request asks for."""
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_CHAPTERS:
        abort(404)
    return number


def village_here(db: Session | Connection, code: str, here: Reading, *, at: Moment) -> Village:
    """The village that this request's address names, as it stands at this minute; or 404.

    What others subscribe to leads on to the village that stands for it, once nothing is to come in it.
    """
    found = timetable.village(db, code, at=at, course=here.course) or abort(404)
    if found.is_over and found.successor and is_for_programs():
        abort(goes_on_at(here, code=found.successor.code))
    return found


def _answer(
    code: str,
    extent: Extent,
    write: Callable[[Timetable, Reading], str | bytes],
    mimetype: str = "text/html",
    *,
    number: int = 1,
    course: str = "",
    look: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The village's timetable as `write` writes it.

    All forms depend on the village, its day, and how many sessions of it are over.
    """
    here, at = reading_here(number=number, course=course, look=look), moment()
    with looking() as db:
        village = village_here(db, code, here, at=at)

        def build() -> str | bytes:
            return write(timetable.timetable(db, village, at=at, extent=extent, course=course), here)

        state = f"{village.revision} {at.day} {village.ended_today}"
        return deliver(here, state, build, mimetype)


def _page(found: Timetable, here: Reading) -> str:
    shown = card(here, tell_headline(found), tell_gist(found), is_indexed=is_here(found))
    return _rendered("village", found, card=shown, full=_page_address(found.village))


def _past_page(found: Timetable, here: Reading) -> str:
    shown = card(here, tell_past(found.village), tell_past_gist(found.village))
    return _rendered("past", found, card=shown, number=here.number)


def _poster_page(found: Timetable, here: Reading) -> str:
    full = _page_address(found.village)
    shown = card(here, tell_headline(found), tell_gist(found), is_indexed=False)
    return _rendered("poster", found, card=shown, poster=poster_words(found, address=full))


def _rendered(name: str, found: Timetable, **values: Any) -> str:
    code = found.village.code
    return render_template(
        f"notices/timetable/{name}.html",
        **page_words(found, services().zone),
        code=code,
        area=prefix_of(parent_of(code) or code),
        successor=found.village.successor,
        **values,
    )


def _embedded(found: Timetable, here: Reading) -> str:
    full = _page_address(found.village)
    words = village_embedded(found)
    return render_template("notices/embed.html", **words, style=Markup(style_of(here.look)), full=full)  # noqa: S704


def _feed(found: Timetable, here: Reading) -> bytes:
    course = next((one.course_title for one in (*found.ahead, *found.past) if here.course), "")
    if here.course and not course:
        abort(404)
    return calendar(found, address=_page_address(found.village), zone=services().zone, course=course)


def _text(found: Timetable, _here: Reading) -> str:
    return timetable_text(found, address=_page_address(found.village))


def _data(found: Timetable, _here: Reading) -> bytes:
    return village_json(found, site=whole(request.script_root), zone=services().zone)


def _qr(found: Timetable, _here: Reading) -> bytes:
    return qr_svg(whole(url_for("timetable.village", code=found.village.code, lang=None, big=None)))


def _page_address(village: Village) -> str:
    """The whole address of a village's page, in the language of this request."""
    return whole(url_for("timetable.village", code=village.code, big=None))
