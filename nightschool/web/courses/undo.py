"""Taking a change back: the button beside what was just done, and what it answers."""

from datetime import timedelta
from operator import attrgetter
from typing import Any

from flask import (
    Blueprint,
    flash,
    g,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session

from nightschool.actions.courses import undo as actions
from nightschool.errors import CannotSchedule, Refused
from nightschool.formats.messages import change_message
from nightschool.queries import scope
from nightschool.queries.courses.undo import Recent
from nightschool.queries.notices import changes
from nightschool.queries.notices.changes import ChangePage
from nightschool.rules.courses.previews import tell_taken
from nightschool.rules.courses.undo import TakenBack, tell_refused_undo, tell_taken_back, tell_undoable
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.records import look_up
from nightschool.web.site.redirects import own_path

bp = Blueprint("undo", __name__)

TOGETHER = timedelta(days=1)  # what changed within it can be sent as one message
_UNDO = "undo:"  # a flashed message of this category carries the change that its button takes back


@bp.get("/changes/<public_id:change>")
@allows("schedule")
def show(change: str) -> Any:
    """What was changed, with the way back, and the message to send."""
    found = look_up(changes.change_page, change, now=now())
    return render_template(
        "courses/undo/show.html",
        change=found,
        undoable=undo_offered(found.way_back),
        message=_message(found),
    )


@bp.app_context_processor
def _to_send() -> dict[str, Any]:
    """For a page that tells of changes just made: what to send of each, looked up before it is written."""
    if not g.get("login"):
        return {}
    told = [category for category, _said in get_flashed_messages(with_categories=True)]
    made = [category.removeprefix(_UNDO) for category in told if category.startswith(_UNDO)]
    if not made:
        return {"to_send": {}}
    with reading() as db:
        found = [page for change in made if (page := changes.change_page(db, change, now=now()))]
        together = {one.public_id: one.region_code for one in found if _is_one_of_several(db, one)}
    return {"to_send": {one.public_id: _message(one) for one in found}, "sent_together": together}


def _is_one_of_several(db: Session, found: ChangePage) -> bool:
    """True when its village is to be told of more that changed within a day."""
    if [*map(attrgetter("contact.code"), found.villages)] != [found.region_code]:
        return False
    told = changes.changes_since(db, found.region_code, since=now().instant - TOGETHER)
    return len(told.made) > len(found.villages[0].made)


def _message(found: ChangePage) -> str:
    return change_message(found.villages, moment(), region=found.region)


@bp.post("/changes/<public_id:change>/undo")
@allows("schedule")
def take_back(change: str) -> Any:
    """Things are as they were before this change, and that is told; or why they are not."""
    back = own_path(request.form.get("next", ""))
    try:
        with writing() as db:
            done = actions.take_back(db, change=change, by=actor(), now=now())
    except (Refused, CannotSchedule) as why:
        told = tell_refused_undo(why) if isinstance(why, Refused) else _tell_clash(change, why)
        flash(told, "alarm")
        return redirect(back or url_for("desk.home"), 303)
    flash(tell_taken_back(done, today()))
    return redirect(_where(done), 303)


def flash_done(sentence: str, change: str | None) -> None:
    """The next page says what was done, with the button that takes this change back."""
    flash(sentence, f"{_UNDO}{change}" if change else "message")


def undo_offered(recent: Recent | None) -> dict[str, str] | None:
    """What a page says of a change that can still be taken back."""
    if recent is None:
        return None
    local = recent.until.astimezone(services().zone) - timedelta(seconds=59)
    return {"change": recent.public_id, "sentence": tell_undoable(recent.what, local.strftime("%H:%M"))}


def _where(done: TakenBack) -> str:
    if done.class_session:
        return url_for("sessions.show", class_session=done.class_session)
    if done.course:
        return url_for("courses.show", course=done.course)
    return url_for("desk.village", village=done.region_code)


def _tell_clash(change: str, clash: CannotSchedule) -> str:
    village = look_up(scope.region_of, "change", change)
    taken = tell_taken(clash.conflicts[0], village, today())
    return _("撤销不了，原来的时间已经占着了：%(why)s", why=f"{taken.sentence}{taken.ask}")
