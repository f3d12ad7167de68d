"""An evening on which nobody in a township or county shall set out: its classes are called off at once.

The villages are asked first: each stands there with whom to phone, and what it holds all the same is not ticked.
"""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.courses import reach as actions
from nightschool.actions.courses import undo as undo_actions
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.formats.messages import change_message
from nightschool.queries.courses import reach as queries
from nightschool.queries.courses import undo
from nightschool.queries.notices.changes import change_page
from nightschool.queries.places import places
from nightschool.rules.courses.changes import tell_refused_change
from nightschool.rules.courses.reach import CALLS_OFF
from nightschool.rules.courses.undo import Undoable, tell_refused_undo, tell_taken_back
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.texts import _, counted
from nightschool.web.courses.undo import undo_offered
from nightschool.web.oversight.evenings_form import EveningForm
from nightschool.web.oversight.frame import kept
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH

bp = Blueprint("evenings", __name__)


@bp.route("/overview/<region_code:region>/evening", methods=["GET", "POST"])
@allows("call_off")
def evening(region: str) -> Any:
    """What the villages of a township or county have on a day, to be called off, and the way back."""
    if level_of(region) not in CALLS_OFF:
        return redirect(url_for("overview.region", region=region), 303)
    if request.form.get("do") == "undo":
        return _undo(region)
    form = EveningForm(data={"day": _day()})
    form.offer_reasons()
    if not form.is_submitted():
        return _page(region, form)
    if not form.validate():
        return _page(region, form), BAD_INPUT
    try:
        with writing() as db:
            count = actions.call_off_evening(
                db,
                region=region,
                day=form.day.data,
                picked=form.pick.data,
                reason=form.reason.data,
                reason_text=form.reason_text.data or "",
                by=actor(),
                now=now(),
            )
    except Refused as refused:
        form.refuse(refused.field, tell_refused_change(refused))
        return _page(region, form), BAD_INPUT
    except StaleRecord:
        form.refuse(None, _("还没存：你看的时候，有的村已经改过了。现在是下面这些，再看一遍。"))
        return _page(region, form), CLASH
    flash(counted("%(n)d 次课取消了，各村的课表和工作台上都写着。", count))
    return redirect(url_for("evenings.evening", region=region, day=form.day.data.isoformat(), **kept()), 303)


def _undo(region: str) -> Any:
    try:
        with writing() as db:
            done = undo_actions.take_back(db, change=request.form.get("change", ""), by=actor(), now=now())
    except Refused as refused:
        flash(tell_refused_undo(refused), "alarm")
    except CannotSchedule:
        flash(_("撤销不了：有的时间已经另外排了课。让村里自己恢复。"), "alarm")
    except NotFound:
        flash(_("这一步已经撤销过了。"), "alarm")
    else:
        flash(tell_taken_back(done, today()))
    return redirect(url_for("evenings.evening", region=region, day=request.args.get("day"), **kept()), 303)


def _page(region: str, form: EveningForm) -> str:
    day = form.day.data or today()
    with reading() as db:
        line = places.names_of(db, [*ancestors_of(region), region])
        if region not in line:
            raise NotFound
        villages = queries.evening(db, region, day, at=moment())
        made = undo.latest_of(db, region, Undoable.CALL_OFF, now=now())
        change = change_page(db, made, now=now()) if made else None
    every = [line.public_id for one in villages for line in one.lines]
    return render_template(
        "oversight/evenings/evening.html",
        code=region,
        place=line.pop(region),
        path=tuple(line.items()),
        day=day,
        villages=villages,
        says_township=level_of(region) is not Level.TOWNSHIP,
        form=form,
        ticked=form.pick.data if form.is_submitted() else every,
        change=change,
        undoable=undo_offered(change.way_back) if change else None,
        message=change_message(change.villages, moment(), region=change.region) if change else "",
        kept=kept(),
    )


def _day() -> date:
    """The day the address names; today where it names none that is to come."""
    try:
        return max(date.fromisoformat(request.args.get("day", "")[:10]), today())
    except ValueError:
        return today()
