"""What a villager opens: `/v/<code>`, its calendar feed, its plain text, its history and its QR code. No login, no cookie."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, g, render_template, request, url_for

from nightschool.formats import timetable_text
from nightschool.formats.ics import calendar
from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_text import timetable_text as as_text
from nightschool.queries import timetable
from nightschool.queries.timetable import Extent, Timetable
from nightschool.web.access import public
from nightschool.web.context import local_now, reading, services
from nightschool.web.delivery import deliver

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
    address = services().settings.base_url + url_for("timetable.village", code=code, lang=None, big=None)
    return deliver((code, "qr"), code, lambda: qr_svg(address), mimetype="image/svg+xml")


def _answer(
    code: str, form: str, mimetype: str, extent: Extent, write: Callable[[Timetable], str | bytes], **args: int
) -> Response:
    """This form of the village's timetable, kept as long as the village, its day and the sessions over stay the same."""
    g.reading_args = args
    moment = local_now()
    now = {"today": moment.date(), "minutes_now": moment.hour * 60 + moment.minute}
    variant = f"{form}.{g.lang}.{int(g.big)}"
    with reading() as db:
        known = timetable.standing(db, code, **now)
        if known is None:
            abort(404)

        def build() -> str | bytes:
            found = timetable.village(db, code, **now, extent=extent, known=known)
            assert found is not None
            return write(found)

        state = f"{code}.{variant}.{known.revision}.{moment:%y%m%d}.{known.ended_today}"
        return deliver((code, variant), state, build, mimetype=mimetype)


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
