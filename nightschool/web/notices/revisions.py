"""What changed and stands in no notice yet: `/v/<code>/changes` to read, `/v/<code>.atom` to subscribe to. No login.

Where the code on a poster leads stands here too: `/v/<code>/posted/<class>/<revision>`.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from nightschool.formats.revisions import (
    atom,
    by_day,
    tell_changes,
    tell_changes_gist,
    tell_made,
    tell_since,
    tell_unchanged,
)
from nightschool.queries.notices import revisions
from nightschool.queries.notices.revisions import Changelog
from nightschool.queries.notices.timetable import Village
from nightschool.rules.notices.revisions import TOLD_FOR_DAYS, tell_differences, tell_moment
from nightschool.texts import _
from nightschool.web.notices.timetable import chapter_number, village_here
from nightschool.web.site.access import open_data, public
from nightschool.web.site.context import looking, moment, services, today, whole
from nightschool.web.site.delivery import deliver
from nightschool.web.site.language import Reading, reading_here
from nightschool.web.site.sharing import card

bp = Blueprint("revisions", __name__)


@bp.get("/v/<region_code:code>/changes")
@public
def changes(code: str) -> Response:
    """Every change that no notice has told yet, the latest first, so many on a page."""
    return _answer(code, _page, number=chapter_number())


@bp.get("/v/<region_code:code>.atom")
@open_data
def feed(code: str) -> Response:
    """The same, to subscribe to; what a notice has told since stays in it."""
    return _answer(code, _feed, "application/atom+xml", told_too=True)


@bp.get("/v/<region_code:code>/posted/<public_id:told_class>/<int:revision>")
@public
def posted(code: str, told_class: str, revision: int) -> Any:
    """Where the code on a poster leads: what is not so any more of what it says; else the timetable."""
    here = reading_here()
    with looking() as db:
        village = village_here(db, code, here, at=moment())
        found = revisions.since_told(db, code, told_class, revision)
    sentences = tell_differences(*found, moment()) if found else ()
    if not found or not sentences:
        return redirect(url_for("timetable.village", code=code), 303)
    before, after = found
    title = _("这张海报说的变了")

    def build() -> str:
        return render_template(
            "notices/revisions/posted.html",
            title=title,
            village=village,
            class_title=before.title,
            printed=tell_moment(before.begins, today()),
            sentences=sentences,
            is_off=after.is_off,
            card=card(here, title, tell_changes_gist(village), is_indexed=False),
        )

    return deliver(here, f"{village.revision} {today()} {village.ended_today}", build)


def _answer(
    code: str,
    write: Callable[[Village, Changelog, Reading], str | bytes],
    mimetype: str = "text/html",
    *,
    told_too: bool = False,
    number: int = 1,
) -> Response:
    """The village's changes as `write` writes them.

    They depend on the village, every change in which raises its revision, and on its day.
    """
    here = reading_here(number=number)
    with looking() as db:
        village = village_here(db, code, here, at=moment())

        def build() -> str | bytes:
            since = datetime.combine(today() - timedelta(days=TOLD_FOR_DAYS), time(), services().zone)
            found = revisions.changelog(db, code, since=since, told_too=told_too, number=number)
            return write(village, found, here)

        return deliver(here, f"{village.revision} {today()}", build, mimetype)


def _page(village: Village, found: Changelog, here: Reading) -> str:
    title = tell_changes(village)
    return render_template(
        "notices/revisions/changes.html",
        title=title,
        since=tell_since(TOLD_FOR_DAYS),
        days=by_day(tell_made(found.made, services().zone), today()),
        unchanged=tell_unchanged(),
        are_more=found.are_more,
        number=here.number,
        code=village.code,
        card=card(here, title, tell_changes_gist(village)),
    )


def _feed(village: Village, found: Changelog, _here: Reading) -> bytes:
    code = village.code
    return atom(
        village,
        found,
        address=whole(url_for("revisions.feed", code=code, big=None)),
        known_as=(village.known_by or whole(""))
        + url_for("revisions.changes", code=code, lang=None, big=None),
        language_page=whole(url_for("revisions.changes", code=code, big=None)),
        zone=services().zone,
    )
