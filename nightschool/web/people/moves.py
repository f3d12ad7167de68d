"""One learner, or a whole group, goes into another group or another village from a day on; put back within a day."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import takeovers as actions
from nightschool.errors import Refused, StaleRecord
from nightschool.queries.people import stays
from nightschool.queries.people.stays import Movable
from nightschool.queries.places import places
from nightschool.rules.oversight.plans import check_code
from nightschool.rules.places.takeovers import check_move, tell_refused_takeover
from nightschool.texts import _, counted
from nightschool.web.people.moves_form import GroupForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.records import CLASH, SAVED, look_up, telling, tried

bp = Blueprint("moves", __name__)


@bp.route("/desk/<region_code:village>/learners/move", methods=["GET", "POST"])
@allows("keep_people")
def move(village: str) -> Any:
    """Who goes is named by `learner`, or all of a `group`; seen first, then done."""
    group, learner = request.values.get("group", "")[:60], request.values.get("learner", "")[:22]
    with reading() as db:
        villages = stays.villages_near(db, village, today=today())
    going = _going(village, group, learner)
    if not going:
        if request.method == "POST":
            flash(_("他们已经不在这个组里了，没有动。"), "alarm")
        return redirect(url_for("learners.index", village=village), 303)
    stored = _stored(village, going)
    form = GroupForm(data=stored)
    form.to.choices = villages
    left_behind: list[int] = []

    def save(db: Session) -> None:
        left_behind.append(
            actions.move_learners(
                db,
                village=village,
                learners=[one.public_id for one in going],
                seen=form.seen.data or "",
                to=form.to.data,
                group_name=form.group_name.data or "",
                day=form.day.data or today(),
                by=actor(),
                now=now(),
            )
        )

    def check() -> None:
        check_move(form.group_name.data or "", form.day.data or today(), today=today())

    try:
        status = tried(form, save, telling(tell_refused_takeover), check=check)
    except StaleRecord:
        going = _going(village, group, learner) or going
        stored = _stored(village, going)
        form.compare(stored)
        form.seen.data, status = stored["seen"], CLASH
    if status == SAVED:
        _say(village, form.to.data, going, len(going) - left_behind[0])
        return redirect(url_for("learners.index", village=village), SAVED)
    place = look_up(places.region_named, village)
    page = render_template(
        "people/moves/move.html", form=form, going=going, place=place, group=group, learner=learner
    )
    return page, status


def _going(village: str, group: str, learner: str) -> tuple[Movable, ...]:
    with reading() as db:
        return stays.movable(db, village, group=group, learner=learner)


def _stored(village: str, going: Sequence[Movable]) -> dict[str, str]:
    seen = check_code((one.id, one.version) for one in going)
    return {"to": village, "group_name": going[0].group_name, "seen": seen}


@bp.post("/desk/<region_code:village>/learners/moved/<region_code:other>/back")
@allows("keep_people")
def back(village: str, other: str) -> Any:
    """Who was handed on to the other village last is back, as if nothing had been."""
    try:
        with writing() as db:
            stay = actions.give_back(
                db, village=other, former=village, verb="keep_people", by=actor(), now=now()
            )
        flash(_("撤回了，又在原来的组里。"))
        if stay:
            flash(counted("有 %(n)d 样后来又动过，留在那里没有退回来。", stay))
    except Refused as refused:
        flash(tell_refused_takeover(refused), "alarm")
    return redirect(url_for("learners.index", village=village), 303)


def _say(village: str, to: str, going: tuple[Movable, ...], moved: int) -> None:
    if to == village:
        flash(counted("%(n)d 人换了组。以前的点名还照当时的组写。", moved))
        return
    said = counted("%(name)s等 %(n)d 人转过去了。", moved, name=going[0].name)
    flash({"said": said, "undo": url_for("moves.back", village=village, other=to), "seen": 0}, "undo")  # type: ignore[arg-type]  # staff.html knows how to show it
