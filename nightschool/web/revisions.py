"""What changed since the notice: `/v/<code>/changes` to read, `/v/<code>.atom` to subscribe to. No login, no cookie.

Like the other pages of a village they are answered by the front of web/delivery.py where it can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from flask import Blueprint, Flask, Response, abort, request
from flask.blueprints import BlueprintSetupState

from nightschool import texts
from nightschool.database import Glance
from nightschool.formats.revisions import (
    atom,
    by_day,
    tell_changes,
    tell_changes_gist,
    tell_made,
    tell_since,
    tell_unchanged,
)
from nightschool.queries import revisions, timetable
from nightschool.queries.revisions import Changelog
from nightschool.rules.revisions import TOLD_FOR_DAYS
from nightschool.web.access import public
from nightschool.web.delivery import Answer, Told, answer_at, answer_for, deliver
from nightschool.web.language import Reading, read_query
from nightschool.web.open_data import open_data
from nightschool.web.pages import rendered
from nightschool.web.sharing import card
from nightschool.web.timetable import Asked, Known, asked_here

bp = Blueprint("revisions", __name__)

MOST_PAGES = 1000
MIMETYPES = {"/changes": "text/html", ".atom": "application/atom+xml"}

_PATH = re.compile(r"(/v/([0-9]{12}))(/changes|\.atom)")


@bp.record_once
def _announce(setup: BlueprintSetupState) -> None:
    answer_at(setup.app, partial(_find, setup.app))


@bp.get("/v/<region_code:code>/changes")
@public
def changes(code: str) -> Response:
    """Every change since the notice, the latest first, so many on a page."""
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_PAGES:
        abort(404)
    return deliver(_answer(asked_here(code, "/changes", number), "/changes"))


@bp.get("/v/<region_code:code>.atom")
@public
@open_data
def feed(code: str) -> Response:
    """The same, to subscribe to."""
    return deliver(_answer(asked_here(code, ".atom"), ".atom"))


@dataclass(frozen=True, slots=True)
class Since:
    """A village as it is known, and since when its changes are told where no notice says it."""

    known: Known
    moment: datetime


def _find(app: Flask, path: str, query: str) -> Answer | None:
    """The answer at a canonical address of this feature."""
    found = _PATH.fullmatch(path)
    read = read_query(query) if found else None
    if found is None or read is None:
        return None
    lang, big, number, since = read
    if since or number > (MOST_PAGES if found[3] == "/changes" else 1):
        return None
    return _answer(Asked(app, found[2], found[1], Reading(path, lang, big, number)), found[3])


def _answer(asked: Asked, ending: str) -> Answer:
    return answer_for(
        asked, ending, MIMETYPES[ending], _ask, partial(_build, ending), is_open=ending == ".atom"
    )


def _ask(asked: Asked, variant: str, db: Glance) -> Told | None:
    """What both depend on: the village, every change in which raises its revision, and its day."""
    given = asked.services
    at = given.now().moment
    village = timetable.standing(db, asked.code, at=at)
    if village is None:
        return None
    since = datetime.combine(at.day - timedelta(days=TOLD_FOR_DAYS), time(), given.zone)
    state = f"{asked.code}.{variant}.{village.revision}.{at.day:%y%m%d}"
    return Told(state, Since(Known(village, at), since))


def _build(ending: str, asked: Asked, db: Glance, since: Since) -> str | bytes:
    month = since.known.at.day.replace(day=1)
    found = revisions.changelog(db, asked.code, month=month, since=since.moment, number=asked.reading.number)
    with texts.using_language(asked.reading.lang):
        return _feed(asked, found, since) if ending == ".atom" else _page(asked, found, since)


def _page(asked: Asked, found: Changelog, since: Since) -> str:
    village, today, zone = since.known.village, since.known.at.day, asked.services.zone
    site, reading, number = asked.services.settings.base_url, asked.reading, asked.reading.number
    links = asked.links()
    for name, step in (("later", -1), ("earlier", 1)):
        links[name] = Reading(reading.path, reading.lang, reading.big, number + step).link()
    title = tell_changes(village)
    values = {
        "title": title,
        "since": tell_since(found, zone, today, TOLD_FOR_DAYS),
        "days": by_day(tell_made(found.made, zone), today),
        "unchanged": tell_unchanged(found),
        "are_more": found.are_more,
        "number": number,
        "links": links,
        "card": card(site, reading, title, tell_changes_gist(village)),
    }
    return rendered(asked.app, "revisions/changes.html", reading, values)


def _feed(asked: Asked, found: Changelog, since: Since) -> bytes:
    site = asked.services.settings.base_url
    changes = f"{asked.page}/changes"
    return atom(
        since.known.village,
        found,
        address=site + asked.reading.link(big=False),
        page=site + changes,
        language_page=site + Reading(changes, asked.reading.lang).link(),
        zone=asked.services.zone,
    )
