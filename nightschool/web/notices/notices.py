"""Notices of one class, or of all of a week: words for the group, the loudspeaker and the telephone, and papers."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from nightschool.formats import class_poster, notices
from nightschool.queries.courses import sessions
from nightschool.queries.notices import notices as queries
from nightschool.queries.notices.notices import Notice
from nightschool.web.site.access import allows
from nightschool.web.site.context import moment, reading, whole
from nightschool.web.site.papers import pdf_answer
from nightschool.web.site.records import look_up

bp = Blueprint("notices", __name__)


@bp.get("/sessions/<public_id:class_session>/notice")
@allows("schedule")
def of_class(class_session: str) -> Any:
    """What is to be said of this class; of one that villagers do not know of, its own page says so."""
    found = _of_class(class_session)
    if found is None:
        return _not_public(class_session)
    papers = [
        (paper.upper(), url_for("notices.poster", class_session=class_session, paper=paper))
        for paper in class_poster.POSTER_SIZES
    ]
    [entry] = found.entries
    strip = url_for("notices.strip", class_session=class_session) if entry.is_changed else ""
    return _page(found, papers=papers, strip=strip, title=entry.title)


@bp.get("/desk/<region_code:village>/notice")
@allows("see_village")
def of_week(village: str) -> Any:
    """What is to be said of the classes of seven days."""
    return _page(look_up(queries.week_notice, village, at=moment()))


@bp.get("/sessions/<public_id:class_session>/poster.pdf")
@allows("schedule")
def poster(class_session: str) -> Any:
    """A sheet for the notice board, A4 or with `?paper=a3` larger."""
    asked = request.args.get("paper", "")
    paper = asked if asked in class_poster.POSTER_SIZES else class_poster.POSTER_SIZES[0]
    found = _of_class(class_session)
    if found is None:
        return _not_public(class_session)
    return _paper("poster", class_poster.posters_data([(found, _address(found))], paper), found)


@bp.get("/sessions/<public_id:class_session>/strip.pdf")
@allows("schedule")
def strip(class_session: str) -> Any:
    """What is stuck over a poster that says it otherwise."""
    found = _of_class(class_session)
    if found is None or not found.entries[0].is_changed:
        return _not_public(class_session)
    return _paper("strip", class_poster.strips_data(found), found)


def _of_class(class_session: str) -> Notice | None:
    page = look_up(sessions.class_session, class_session)
    with reading() as db:
        return queries.class_notice(db, page.region_code, class_session, at=moment())


def _not_public(class_session: str) -> Any:
    return redirect(url_for("sessions.show", class_session=class_session), 303)


def _address(found: Notice) -> str:
    return whole(url_for("timetable.village", code=found.village.code, big=None))


def _page(found: Notice, **more: Any) -> Any:
    return render_template(
        "notices/notices/show.html",
        place=found.village,
        has_classes=bool(found.entries),
        chat=notices.chat_text(found, _address(found)) if found.entries else "",
        loudspeaker=notices.loudspeaker_text(found) if found.entries else "",
        short=notices.short_text(found) if found.entries else "",
        **more,
    )


def _paper(paper: str, data: dict[str, Any], found: Notice) -> Any:
    [entry] = found.entries
    otherwise = url_for("notices.of_class", class_session=entry.public_id)
    return pdf_answer(paper, data, name=f"{entry.slot.day}", otherwise=otherwise)
