"""What a villager opens: `/v/<code>`, its feed, its plain text, its history, its QR code. No login, no cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from sqlalchemy import Connection

from nightschool.formats import timetable_text
from nightschool.formats.ics import calendar
from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_text import timetable_text as as_text
from nightschool.queries import timetable
from nightschool.queries.timetable import Extent, Timetable, Village
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
    return _answer(code, "page", "text/html", timetable.PAGE, lambda found: _page("village", found))


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
        lambda found: _page("past", found, number=number),
        **({"page": number} if number > 1 else {}),
    )


@bp.get("/v/<region_code:code>.ics")
@public
def feed(code: str) -> Response:
    """The calendar to subscribe to."""

    def write(found: Timetable) -> bytes:
        return calendar(found, address=_address(code), zone=services().zone)

    return _answer(code, "ics", "text/calendar", timetable.FEED, write)


@bp.get("/v/<region_code:code>.txt")
@public
def text(code: str) -> Response:
    """The page in plain words."""
    return _answer(
        code, "txt", "text/plain", timetable.PAGE, lambda found: as_text(found, address=_address(code))
    )


@bp.get("/v/<region_code:code>/qr.svg")
@public
def qr(code: str) -> Response:
    """The page's address for the camera of a phone; printed with it."""
    g.reading_args = {}
    path = url_for("timetable.village", code=code, lang=None, big=None)

    def ask(db: Connection, given: Services) -> Told | None:
        told = _ask(db, given, code=code, variant="qr")
        return told and Told(f"{code}.qr", told.known)

    return deliver(
        reading_link(),
        ask,
        lambda _db, _known: qr_svg(services().settings.base_url + path),
        mimetype="image/svg+xml",
    )


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


def _page(name: str, found: Timetable, **values: int) -> str:
    return render_template(
        f"timetable/{name}.html",
        timetable=found,
        village=found.village,
        today=found.today,
        words=timetable_text,
        zone=services().zone,
        address=_address(found.village.code),
        **values,
    )


def _address(code: str) -> str:
    """The page's full address, in the language asked for."""
    return services().settings.base_url + url_for("timetable.village", code=code, big=None)
