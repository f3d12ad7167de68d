"""What runs in a township or a county this week and next: `/r/<code>`, its calendar, its data. No login, no cookie.

The canonical address has the short code: 511002105 for a township, 511002 for a county, 5110 for a city. As in
web/timetable.py, the front of web/delivery.py answers there and the views below answer what it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, abort, current_app, g, redirect, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from nightschool import texts
from nightschool.database import Glance
from nightschool.formats.ics import region_calendar
from nightschool.formats.region_text import region_words, tell_region_summary, tell_region_title
from nightschool.formats.timetable_json import region_json
from nightschool.formats.timetable_text import tell_times
from nightschool.queries import region_timetable
from nightschool.queries.region_timetable import FEED, PAGE, Area, RegionTimetable, Start
from nightschool.rules.almanac import spoken_day
from nightschool.rules.regions import Level, full_code, is_inside, level_of, prefix_of
from nightschool.rules.slots import Slot
from nightschool.web.access import public
from nightschool.web.context import EXTENSION, Services
from nightschool.web.delivery import Answer, Told, answer_at, answer_for, deliver
from nightschool.web.language import Reading, read_query
from nightschool.web.open_data import open_data
from nightschool.web.pages import rendered
from nightschool.web.sharing import card

bp = Blueprint("region_timetable", __name__)

TIMES = "nightschool.times"
_PATH = re.compile(r"(/r/([0-9]{2,9}))(\.ics|\.json)?")
_START = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.([0-9]{12}))?")


@bp.record_once
def _announce(setup: BlueprintSetupState) -> None:
    # The same hours stand on every region's page: they are marked up once.
    setup.app.extensions[TIMES] = lru_cache(maxsize=4096)(partial(_when, setup.app))
    answer_at(setup.app, partial(_find, setup.app))


@bp.get("/r/<short_code:area>")
@public
def region(area: str) -> Any:
    """The page of two weeks, or a part of it."""
    return _answered(area, "")


@bp.get("/r/<short_code:area>.ics")
@public
@open_data
def feed(area: str) -> Any:
    """The calendar to subscribe to."""
    return _answered(area, ".ics")


@bp.get("/r/<short_code:area>.json")
@public
@open_data
def data(area: str) -> Any:
    """The same for other programs; its schema is at /schema/region.json."""
    return _answered(area, ".json")


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of one region's timetable as somebody wants to read it."""

    app: Flask
    code: str
    root: str  # what stands before every path
    reading: Reading
    start: Start | None

    @property
    def services(self) -> Services:
        given: Services = self.app.extensions[EXTENSION]
        return given

    @property
    def site(self) -> str:
        return self.services.settings.base_url + self.root

    @property
    def page(self) -> str:
        return f"{self.root}/r/{prefix_of(self.code)}"

    def links(self, found: RegionTimetable) -> dict[str, Any]:
        """Where the page leads to, in its own language and size."""
        reading = replace(self.reading, path=self.page, since="")
        language = replace(reading, big=False)
        links: dict[str, Any] = {
            "page": reading.link(),
            "reading": reading.query,
            "month": f"{self.page}/month/{found.today:%Y-%m}{reading.query}",
            "villages": f"{self.root}/?{urlencode({'at': self.code})}{reading.query.replace('?', '&')}",
            "feed": replace(language, path=f"{self.page}.ics").link(),
            "data": replace(language, path=f"{self.page}.json").link(),
            "full": self.services.settings.base_url + language.link(),
        }
        if found.goes_on:
            links["next"] = replace(reading, since=_written(found.goes_on)).link()
        if found.goes_on or not found.is_first_part:
            links["days"] = [
                (spoken_day(day, found.today), replace(reading, since=day.isoformat()).link())
                for day in _days(found.today, found.last)
            ]
        if found.area.successor:
            links["successor"] = f"{self.root}/r/{prefix_of(found.area.successor.code)}{reading.query}"
        return links


def _page(asked: Asked, found: RegionTimetable) -> str:
    marked_up = asked.app.extensions[TIMES]
    reading = asked.reading

    def when(slot: Slot) -> Markup:
        made: Markup = marked_up(slot.day, slot.starts, slot.ends, reading.lang)
        return made

    values = region_words(found, asked.services.zone, when)
    values["links"] = asked.links(found)
    values["root"] = asked.root
    values["successor"] = found.area.successor
    values["card"] = card(
        asked.services.settings.base_url,
        reading,
        tell_region_title(found.area),
        tell_region_summary(found),
        is_indexed=bool(found.meetings) and found.is_first_part,
    )
    return rendered(asked.app, "region_timetable/region.html", reading, values)


def _feed(asked: Asked, found: RegionTimetable) -> bytes:
    language = Reading("", asked.reading.lang).query
    address = asked.site + f"/r/{prefix_of(asked.code)}{language}"
    return region_calendar(
        found, address=address, site=asked.site, reading=language, zone=asked.services.zone
    )


def _data(asked: Asked, found: RegionTimetable) -> bytes:
    def part(start: Start) -> str:
        reading = replace(asked.reading, since=_written(start), big=False)
        return asked.services.settings.base_url + reading.link()

    return region_json(found, site=asked.site, zone=asked.services.zone, part=part)


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say what runs in a region."""

    mimetype: str
    most: int
    write: Callable[[Asked, RegionTimetable], str | bytes]
    is_open: bool = True


# By the ending of the address.
FORMS = {
    "": Form("text/html", PAGE, _page, is_open=False),
    ".ics": Form("text/calendar", FEED, _feed),
    ".json": Form("application/json", PAGE, _data),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A region, and the day on which it was asked about."""

    area: Area
    today: date


def _find(app: Flask, path: str, query: str) -> Answer | None:
    """The answer at a canonical address of this feature."""
    found = _PATH.fullmatch(path)
    read = read_query(query) if found else None
    if found is None or read is None:
        return None
    lang, big, number, since = read
    code, ending = _full(found[2]), found[3] or ""
    start = _read(since, code) if code else None
    if code is None or number > 1 or (since and (start is None or ending == ".ics")):
        return None
    return _answer(Asked(app, code, "", Reading(path, lang, big, since=since), start), ending)


def _answered(short: str, ending: str) -> Any:
    """The answer to this request, whatever else stands in its address; other ways to write the code lead here."""
    code = full_code(short)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    if level_of(code) is Level.VILLAGE:
        return redirect(f"{request.script_root}/v/{code}{ending}{query}", 301)
    if prefix_of(code) != short:
        return redirect(f"{request.script_root}/r/{prefix_of(code)}{ending}{query}", 301)
    since = "" if ending == ".ics" else request.args.get("from", "")
    start = _read(since, code)
    if since and start is None:
        abort(404)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # it outlives the request
    root = request.script_root
    reading = Reading(f"{root}/r/{short}{ending}", g.lang, g.big, since=since)
    return deliver(_answer(Asked(app, code, root, reading, start), ending))


def _answer(asked: Asked, ending: str) -> Answer:
    form = FORMS[ending]
    return answer_for(asked, ending, form.mimetype, _ask, partial(_build, form), is_open=form.is_open)


def _ask(asked: Asked, variant: str, db: Glance) -> Told | None:
    """What all forms of it depend on: every village in the region, and the day."""
    given = asked.services
    today = given.now().day
    area = region_timetable.standing(db, asked.code, today=today)
    if area is None or (asked.start and asked.start.day > region_timetable.last_day(today)):
        return None
    return Told(f"{asked.code}.{variant}.{area.revisions}.{today:%y%m%d}", Known(area, today))


def _build(form: Form, asked: Asked, db: Glance, known: Known) -> str | bytes:
    found = region_timetable.region(
        db, asked.code, today=known.today, start=asked.start, most=form.most, known=known.area
    )
    assert found is not None
    with texts.using_language(asked.reading.lang):
        return form.write(asked, found)


@lru_cache(maxsize=1024)
def _full(short: str) -> str | None:
    """The whole code of a short one; None for what is no region's canonical short code."""
    try:
        code = full_code(short)
    except ValueError:
        return None
    return code if prefix_of(code) == short else None


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


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _when(app: Flask, day: date, starts: int, ends: int, _language: str) -> Markup:
    slot = Slot(day, starts, ends)
    template: Any = app.jinja_env.get_template("timetable/_lines.html").module
    made: Markup = template.hours(slot, tell_times(slot))
    return made
