"""The desk: one screen a village, and its past sessions."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from nightschool.actions.trust import logins
from nightschool.formats.notices import notice_text
from nightschool.queries.courses import closed_times, sessions
from nightschool.queries.courses import desk as queries
from nightschool.queries.courses.closed_times import Absence
from nightschool.queries.courses.sessions import SessionLine
from nightschool.queries.dispatch import dispatches
from nightschool.queries.notices.notices import class_notice
from nightschool.queries.notices.own_texts import own_texts
from nightschool.queries.oversight.plans import reminders
from nightschool.queries.places import places
from nightschool.queries.places.takeovers import successions
from nightschool.queries.registers.asked_back import latest_class
from nightschool.queries.registers.turnouts import last_turnouts
from nightschool.rules.courses.closed_times import closed_mark, tell_closed
from nightschool.rules.notices.told import Channel
from nightschool.rules.oversight.plans import tell_reminder
from nightschool.rules.places.takeovers import tell_ended
from nightschool.rules.registers.asked_back import tell_quiet
from nightschool.web.site.access import actor, allows, current_login, home_of, village_at_hand, villages_of
from nightschool.web.site.context import moment, reading, today, whole, writing
from nightschool.web.site.listings import Shown, asked
from nightschool.web.site.records import look_up

bp = Blueprint("desk", __name__)


@bp.get("/desk")
@allows("own_account")
def home() -> Any:
    """The village last worked on, or the first; who serves none begins elsewhere."""
    here = village_at_hand()
    return redirect(url_for("desk.village", village=here) if here else home_of(actor()), 303)


@bp.get("/desk/<region_code:village>")
@allows("see_village")
def village(village: str) -> Any:
    """What comes next, what is not recorded yet, what waits for a decision."""
    with reading() as db:
        found = queries.desk(db, village, at=moment())
        first = next(iter((*found.today, *found.coming)), None)
        turnouts = last_turnouts(db, first.public_id) if first else ()
        plans = [(one.month, tell_reminder(one, today())) for one in reminders(db, village, today=today())]
        absent = closed_times.absences_in(db, village, today=today())
        offers = dispatches.asked_of_village(db, village, at=moment())
        elsewhere = [code for code in villages_of(actor()) if code != village]
        others = places.regions_named(db, elsewhere)
        unrecorded = queries.open_registers(db, elsewhere, at=moment())
        latest = latest_class(db, village) if found.is_empty else None
        ended, formers = successions(db, village)
        next_today = next((one for one in found.today if _is_to_announce(one)), None)
        notice = class_notice(db, village, next_today.public_id, at=moment()) if next_today else None
        own = own_texts(db, village) if notice else {}
        ended = ended if ended and ended.ended_on < today() else None
    address = whole(url_for("timetable.village", code=village, big=None))
    return render_template(
        "courses/desk/village.html",
        desk=found,
        turnouts=turnouts,
        latest=latest,
        quiet=tell_quiet(latest.day, today()) if latest and latest.is_held else "",
        absent=_told(absent),
        offers=offers,
        marks={one.class_session: closed_mark(one.kind) for one in absent},
        others=[(one, unrecorded.get(one.code, 0)) for one in others],
        plans=[line for line in plans if line[1]],
        ended=ended,
        ended_told=tell_ended(ended.name, ended.ended_on, ended.successor) if ended else "",
        announced=notice.entries[0].public_id if notice else "",
        notice=notice,
        chat=notice_text(notice.on(Channel.CHAT), Channel.CHAT, address, own) if notice else "",
        formers=[one for one in formers if one.day and one.day <= today()],
    )


def _is_to_announce(line: SessionLine) -> bool:
    return line.status == "scheduled" and line.slot.begins > moment()


def _told(absences: Sequence[Absence]) -> list[tuple[Absence, list[str]]]:
    """Each class session with the sentences of what is closed then."""
    told: dict[str, tuple[Absence, list[str]]] = {}
    for one in absences:
        sentence = tell_closed(one.closed, kind=one.kind, name=one.name, today=today())
        told.setdefault(one.class_session, (one, []))[1].append(sentence)
    return list(told.values())


@bp.get("/desk/<region_code:village>/more")
@allows("see_village")
def more(village: str) -> Any:
    """Where everything else is."""
    return render_template("courses/desk/more.html", place=look_up(places.region_named, village))


@bp.post("/desk/<region_code:village>/switch")
@allows("see_village")
def switch(village: str) -> Any:
    """This village is the one worked on; the desk opens with it next time."""
    login = current_login()
    if login is not None:
        with writing() as db:
            logins.remember_village(db, login_id=login.id, village_code=village)
    return redirect(url_for("desk.village", village=village), 303)


@bp.get("/desk/<region_code:village>/past")
@allows("see_village")
def past(village: str) -> Any:
    """The sessions that are over, the latest first, or those that were asked for."""
    ask = asked()
    found = look_up(sessions.past, village, ask, at=moment())
    shown = Shown("desk.past", {"village": village}, ask, found)
    place = look_up(places.region_named, village)
    return render_template("courses/desk/past.html", shown=shown, place=place)
