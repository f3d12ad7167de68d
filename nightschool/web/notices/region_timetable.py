"""What runs in a township or a county this week and next: `/r/<code>`, its calendar, its data. No login, no cookie.

The canonical address has the short code: 511002105 for a township, 511002 for a county, 5110 for a city.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection

from nightschool.formats.embedded import read_look, region_embedded, style_of, tell_frame
from nightschool.formats.ics import region_calendar
from nightschool.formats.region_text import (
    region_text,
    region_words,
    tell_region,
    tell_region_summary,
    tell_region_title,
)
from nightschool.formats.revisions import region_atom
from nightschool.formats.timetable_json import region_json
from nightschool.queries.notices import region_timetable, revisions
from nightschool.queries.notices.region_timetable import IN_A_FEED, ON_A_PAGE, Area, RegionTimetable, Start
from nightschool.rules.almanac import spoken_day
from nightschool.rules.notices.revisions import REGION_TOLD_FOR_DAYS
from nightschool.rules.regions import Level, full_code, is_inside, level_of, prefix_of
from nightschool.web.site.access import is_for_programs, open_data, public
from nightschool.web.site.context import looking, services, today, whole
from nightschool.web.site.delivery import deliver, goes_on_at
from nightschool.web.site.headers import framed
from nightschool.web.site.language import Reading, reading_here
from nightschool.web.site.sharing import card

bp = Blueprint("region_timetable", __name__)

_START = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.([0-9]{12}))?")


@bp.get("/r/<short_code:area>")
@public
def region(area: str) -> Any:
    """The page of two weeks, or a part of it."""
    return _answer(area, "", _weeks(_page))


@bp.get("/r/<short_code:area>.ics")
@open_data
def feed(area: str) -> Any:
    """The calendar to subscribe to."""
    return _answer(area, ".ics", _weeks(_feed, IN_A_FEED), "text/calendar")


@bp.get("/r/<short_code:area>.json")
@open_data
def data(area: str) -> Any:
    """The same for other programs; its schema is at /schema/region.json."""
    return _answer(area, ".json", _weeks(_data), "application/json")


@bp.get("/r/<short_code:area>.txt")
@open_data
def text(area: str) -> Any:
    """The page in plain words."""
    return _answer(area, ".txt", _weeks(_text), "text/plain")


@bp.get("/r/<short_code:area>/embed")
@open_data
def embed(area: str) -> Any:
    """Coming classes for a frame in another site's page, which says in the address what they look like."""
    look = read_look(request.args)
    answer = _answer(area, "/embed", _weeks(_embedded), look=look)
    return framed(answer, style_of(look))


@bp.get("/r/<short_code:area>.atom")
@open_data
def changes(area: str) -> Any:
    """What changed in the villages of the region these two weeks, to subscribe to."""
    return _answer(area, ".atom", _changes, "application/atom+xml")


def _answer(
    short_code: str,
    ending: str,
    written: Callable[[Connection, Area, Start | None, Reading], str | bytes],
    mimetype: str = "text/html",
    *,
    look: tuple[tuple[str, str], ...] = (),
) -> Any:
    """What there is to say of the region as `written` looks it up and writes it; other ways to write the code
    lead here.

    All forms depend on every village in the region, and on the day.
    """
    code = full_code(short_code)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    if level_of(code) is Level.VILLAGE:
        return redirect(f"{request.script_root}/v/{code}{ending}{query}", 301)
    if prefix_of(code) != short_code:
        return redirect(f"{request.script_root}/r/{prefix_of(code)}{ending}{query}", 301)
    since = "" if ending in (".ics", ".atom", "/embed") else request.args.get("from", "")
    start = _read(since, code)
    if (since and start is None) or (start and start.day > region_timetable.last_day(today())):
        abort(404)
    here = reading_here(since=since, look=look)
    with looking() as db:
        area = region_timetable.area(db, code, today=today()) or abort(404)
        if area.is_over and area.successor and is_for_programs():
            return goes_on_at(reading_here(look=look), area=prefix_of(area.successor.code))

        return deliver(here, f"{area.revisions} {today()}", lambda: written(db, area, start, here), mimetype)


def _weeks(
    write: Callable[[RegionTimetable, Reading], str | bytes], most: int | None = None
) -> Callable[[Connection, Area, Start | None, Reading], str | bytes]:
    """This week and next of a region, looked up and written so."""

    def written(db: Connection, area: Area, start: Start | None, here: Reading) -> str | bytes:
        found = region_timetable.region_timetable(
            db, area, today=today(), start=start, most=most or ON_A_PAGE
        )
        return write(found, here)

    return written


def _changes(db: Connection, area: Area, _start: Start | None, _here: Reading) -> bytes:
    since = datetime.combine(today() - timedelta(days=REGION_TOLD_FOR_DAYS), time(), services().zone)
    short = prefix_of(area.code)
    page = url_for("region_timetable.region", area=short, lang=None, big=None)
    return region_atom(
        area,
        revisions.region_changes(db, area.code, since=since),
        address=whole(url_for("region_timetable.changes", area=short, big=None)),
        known_as=(area.known_by or whole("")) + page,
        language_page=whole(url_for("region_timetable.region", area=short, big=None)),
        page_of=lambda village: whole(url_for("revisions.changes", code=village, big=None)),
        zone=services().zone,
    )


def _page(found: RegionTimetable, here: Reading) -> str:
    area = prefix_of(found.area.code)
    return render_template(
        "notices/region_timetable/region.html",
        **region_words(found, services().zone),
        area=area,
        code=found.area.code,
        # The month of a larger region is only the names of what lies below it, which stand here already.
        month=f"{found.today:%Y-%m}" if found.area.level is Level.TOWNSHIP else "",
        has_waits=found.area.level in (Level.TOWNSHIP, Level.COUNTY),
        root=request.script_root,
        reading=Reading("", g.lang, g.big).query,
        next=_part("region_timetable.region", found, _written(found.goes_on)) if found.goes_on else "",
        days=_days(found) if found.goes_on or not found.is_first_part else (),
        full=_page_address(found),
        frame=tell_frame(
            whole(url_for("region_timetable.embed", area=area, big=None)), tell_region(found.area)
        ),
        successor=found.area.successor,
        successor_area=prefix_of(found.area.successor.code) if found.area.successor else "",
        card=card(
            here,
            tell_region_title(found.area),
            tell_region_summary(found),
            is_indexed=bool(found.meetings) and found.is_first_part,
        ),
    )


def _text(found: RegionTimetable, _here: Reading) -> str:
    return region_text(found, address=_page_address(found))


def _embedded(found: RegionTimetable, here: Reading) -> str:
    words, full = region_embedded(found), _page_address(found)
    return render_template("notices/embed.html", **words, style=Markup(style_of(here.look)), full=full)  # noqa: S704


def _feed(found: RegionTimetable, _here: Reading) -> bytes:
    return region_calendar(
        found,
        address=_page_address(found),
        site=whole(request.script_root),
        reading=Reading("", g.lang).query,
        zone=services().zone,
    )


def _data(found: RegionTimetable, _here: Reading) -> bytes:
    def part(start: Start) -> str:
        return whole(_part("region_timetable.data", found, _written(start), big=None))

    return region_json(found, site=whole(request.script_root), zone=services().zone, part=part)


def _part(endpoint: str, found: RegionTimetable, since: str, **values: Any) -> str:
    return url_for(endpoint, area=prefix_of(found.area.code), **{"from": since}, **values)


def _read(since: str, code: str) -> Start | None:
    """Where a part of this region's list begins, as it stands in an address."""
    found = _START.fullmatch(since)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if found is None or day is None or (found[2] and not is_inside(found[2], code)):
        return None
    return Start(day, found[2] or "")


def _written(start: Start) -> str:
    return f"{start.day.isoformat()}.{start.code}" if start.code else start.day.isoformat()


def _days(found: RegionTimetable) -> list[tuple[str, str]]:
    """The days of both weeks, and where the list begins with each."""
    days = [found.today + timedelta(days=number) for number in range((found.last - found.today).days + 1)]
    return [
        (spoken_day(day, found.today), _part("region_timetable.region", found, day.isoformat()))
        for day in days
    ]


def _page_address(found: RegionTimetable) -> str:
    return whole(url_for("region_timetable.region", area=prefix_of(found.area.code), big=None))
