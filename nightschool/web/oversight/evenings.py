"""A storm over a township or county: what it stops is called off or put off at once, and taken back at once.

The villages are asked first: each stands there with whom to phone, and what it holds all the same is not ticked.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.courses import reach as actions
from nightschool.actions.courses import undo as undo_actions
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.formats.class_poster import strips_data
from nightschool.formats.messages import change_message
from nightschool.queries.courses import storms as queries
from nightschool.queries.courses import undo
from nightschool.queries.courses.storms import VillageStorm
from nightschool.queries.notices.changes import ChangePage, change_page
from nightschool.queries.notices.notices import notices_of
from nightschool.queries.notices.own_texts import own_texts
from nightschool.queries.places import places
from nightschool.rules.courses.changes import tell_refused_change
from nightschool.rules.courses.reach import can_call_off
from nightschool.rules.courses.storms import Storm
from nightschool.rules.courses.undo import Undoable, tell_refused_undo, tell_taken_back
from nightschool.rules.notices.told import Channel
from nightschool.rules.regions import Level, ancestors_of, level_of, township_of
from nightschool.texts import N_, _, counted
from nightschool.web.courses.undo import undo_offered
from nightschool.web.notices.notices import words_of
from nightschool.web.oversight.evenings_form import StormForm, date_choices
from nightschool.web.oversight.frame import kept
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.papers import pdf_answer
from nightschool.web.site.records import BAD_INPUT, CLASH

bp = Blueprint("evenings", __name__)
bp.add_app_template_global(can_call_off)


@bp.route("/overview/<region_code:region>/evening", methods=["GET", "POST"])
@allows("call_off")
def evening(region: str) -> Any:
    """What falls into a storm, with a new date for each; confirmed once for all of it."""
    if not can_call_off(region):
        return redirect(url_for("overview.region", region=region), 303)
    form = _form()
    storm = form.storm()
    parts = _parts(region, storm, form) if storm else None
    villages = _plan(region, storm, parts) if storm else ()
    if storm is None or not form.is_submitted():
        return _page(region, form, villages), (BAD_INPUT if storm is None else 200)
    if not form.validate():
        return _page(region, form, villages), BAD_INPUT
    dates = {one.line.public_id: (one.line.slot, one.dates) for two in villages for one in two.lines}
    try:
        moves = form.moves(dates, request.form)
        with writing() as db:
            change = actions.call_off_area(
                db,
                region=region,
                storm=storm,
                parts=parts or (),
                picked=form.pick.data,
                moves=moves,
                reason=form.reason.data,
                reason_text=form.reason_text.data or "",
                by=actor(),
                now=now(),
            )
    except Refused as refused:
        if refused.code != "other_dates":
            form.refuse(refused.field, tell_refused_change(refused))
            return _page(region, form, villages), BAD_INPUT
        said = _("还没存：有的新日子这会儿已经占了。现在能排的是下面这些，再看一遍。")
    except CannotSchedule:
        said = _("还没存：有两节课要的是同一个时间，或者刚被占了。现在能排的是下面这些，再看一遍。")
    except StaleRecord:
        said = _("还没存：你看的时候，有的村已经改过了。现在是下面这些，再看一遍。")
    else:
        off = len(set(form.pick.data)) - len(moves)
        told = [counted("%(n)d 次课取消了", off)] if off else []
        told += [counted("%(n)d 次课改了期", len(moves))] if moves else []
        flash(_("%(what)s，各村的课表和工作台上都写着。", what=_("，").join(told)))
        return redirect(url_for("evenings.done", region=region, change=change, **kept()), 303)
    form.refuse(None, said)
    return _page(region, form, _plan(region, storm, parts)), CLASH


@bp.route("/overview/<region_code:region>/evening/<public_id:change>", methods=["GET", "POST"])
@allows("call_off")
def done(region: str, change: str) -> Any:
    """What was stopped: whom to telephone in which order, what to send, the strips, and the way back."""
    found = _found(region, change)
    if found is None:
        return _to_evening(region)
    if request.form.get("do") == "undo":
        return _undo(region, change)
    with reading() as db:
        ids = queries.stopped(db, change)
        calls = queries.call_list(db, ids)
        line = places.names_of(db, [*ancestors_of(region), region])
        texts = [
            (one.village.name, [(_(name), words_of(one, channel, own)) for channel, name in _CHANNELS])
            for one in notices_of(db, ids, at=moment())
            for own in (own_texts(db, one.village.code),)
        ]
    return render_template(
        "oversight/evenings/done.html",
        code=region,
        change=found,
        place=line.pop(region),
        path=tuple(line.items()),
        calls=calls,
        texts=texts,
        undoable=undo_offered(found.way_back),
        message=change_message(found.villages, moment(), region=found.region),
        kept=kept(),
    )


@bp.get("/overview/<region_code:region>/evening/<public_id:change>/strips.pdf")
@allows("call_off")
def strips(region: str, change: str) -> Any:
    """A strip for each class that does not take place as it hangs on the boards, all in one."""
    if _found(region, change) is None:
        return _to_evening(region)
    with reading() as db:
        found = [one.on(Channel.BOARD) for one in notices_of(db, queries.stopped(db, change), at=moment())]
    back = url_for("evenings.done", region=region, change=change)
    return pdf_answer("strip", strips_data(found), name=f"{today()}", otherwise=back)


def _form() -> StormForm:
    """As it was sent, as the address asks, or for today; what cannot be read says so."""
    if not StormForm().is_submitted() and "day" not in request.args:
        return StormForm(data={"day": today()})
    form = StormForm(request.form if request.form else request.args)
    form.shows_unread()
    return form


def _parts(region: str, storm: Storm, form: StormForm) -> tuple[str, ...] | None:
    """The parts of the region that are chosen, none for all of it; None where the chosen have no class then.

    Townships of a county, villages of a township; only those that have a class can be chosen.
    """
    with reading() as db:
        villages = queries.villages_in(db, region, storm, at=moment())
        is_township = level_of(region) is Level.TOWNSHIP
        codes = dict.fromkeys(one if is_township else township_of(one) for one in villages)
        names = places.names_of(db, list(codes))
    form.offer({code: names[code] for code in codes if code in names})
    chosen = tuple(one for one in form.part.data or () if one in codes)
    return chosen if chosen or not form.part.data else None


def _plan(region: str, storm: Storm, parts: tuple[str, ...] | None) -> tuple[VillageStorm, ...]:
    if parts is None:
        return ()
    with reading() as db:
        return queries.storm_plan(db, region, storm, parts, zone=services().settings.timezone, at=moment())


def _page(region: str, form: StormForm, villages: tuple[VillageStorm, ...]) -> str:
    with reading() as db:
        line = places.names_of(db, [*ancestors_of(region), region])
        if region not in line:
            raise NotFound
        made = undo.latest_of(db, region, Undoable.CALL_OFF, now=now())
    every = [one.line.public_id for village in villages for one in village.lines]
    is_sent = form.is_submitted()
    return render_template(
        "oversight/evenings/evening.html",
        code=region,
        place=line.pop(region),
        path=tuple(line.items()),
        day=form.day.data or today(),
        villages=villages,
        says_township=level_of(region) is not Level.TOWNSHIP,
        form=form,
        ticked=form.pick.data if is_sent else every,
        to={key.removeprefix("to-"): value for key, value in request.form.items() if key.startswith("to-")},
        date_choices=lambda dates: date_choices(dates, today()),
        made=made,
        kept=kept(),
    )


# How a notice is passed on, and what that is called; the words are chosen when they are shown.
_CHANNELS = (
    (Channel.CHAT, N_("发到微信群")),
    (Channel.LOUDSPEAKER, N_("大喇叭念")),
    (Channel.SHORT, N_("发短信（一条，不超过 70 个字）")),
)


def _found(region: str, change: str) -> ChangePage | None:
    """None: it is a change of something else, or forgotten by now."""
    with reading() as db:
        found = change_page(db, change, now=now())
    is_this = found is not None and found.region_code == region and found.what == Undoable.CALL_OFF
    return found if is_this else None


def _to_evening(region: str) -> Any:
    return redirect(url_for("evenings.evening", region=region, **kept()), 303)


def _undo(region: str, change: str) -> Any:
    try:
        with writing() as db:
            done = undo_actions.take_back(db, change=change, by=actor(), now=now())
    except Refused as refused:
        flash(tell_refused_undo(refused), "alarm")
    except CannotSchedule:
        flash(_("撤销不了：有的时间已经另外排了课。让村里自己恢复。"), "alarm")
    else:
        flash(tell_taken_back(done, today()))
    return _to_evening(region)
