"""A merged village's successor: named, and it takes over what there was, seen first, put back within a day."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.places import takeovers as actions
from nightschool.actions.places.successors import set_successor
from nightschool.errors import NotFound, Refused, StaleRecord, VillageEnded
from nightschool.queries.places import openings, places
from nightschool.queries.places import takeovers as queries
from nightschool.queries.places.takeovers import Succession
from nightschool.rules.places.region_lists import tell_successor_refusal
from nightschool.rules.places.takeovers import (
    put_back_until,
    tell_belongings,
    tell_ended,
    tell_refused_takeover,
)
from nightschool.rules.regions import PREFIX_DIGITS, Level, full_code
from nightschool.texts import _, counted
from nightschool.web.places.takeovers_form import SuccessorForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH, answered, look_up
from nightschool.web.site.sent import text_given_back

bp = Blueprint("takeovers", __name__)

ADDRESS = "/desk/<region_code:village>/takeover/<region_code:former>"


@bp.app_errorhandler(VillageEnded)
def ended(why: VillageEnded) -> Any:
    """What was to come into a village that has ended is not stored; where it belongs, and what was written."""
    told = tell_ended(why.village, why.ended_on, why.successor)
    return render_template("errors/409_ended.html", why=why, told=told, text=text_given_back()), CLASH


@bp.get(ADDRESS)
@allows("take_over")
def show(village: str, former: str) -> Any:
    """What there is to take over, and what can still be put back."""
    return _page(_found(village, former))


@bp.post(ADDRESS)
@allows("take_over")
def take(village: str, former: str) -> Any:
    """All of it is the successor's."""
    found = _found(village, former)
    seen = request.form.get("seen", "")
    try:
        with writing() as db:
            actions.take_over(db, village=village, former=former, seen=seen, by=actor(), now=now())
        flash(_("%(former)s的都接过来了，归%(village)s。", former=found.name, village=found.successor))
    except StaleRecord:
        flash(_("刚才%(former)s又有变动，看一看再接。", former=found.name), "alarm")
        return _page(found), CLASH
    except Refused as refused:
        flash(tell_refused_takeover(refused), "alarm")
    return redirect(url_for("takeovers.show", village=village, former=former), 303)


@bp.post(f"{ADDRESS}/undo")
@allows("take_over")
def undo(village: str, former: str) -> Any:
    """All of it is the former village's again, but what somebody has moved on since."""
    found = _found(village, former)
    try:
        with writing() as db:
            stays = actions.give_back(db, village=village, former=former, by=actor(), now=now())
        flash(_("撤回了，又归%(former)s。", former=found.name))
        if stays:
            flash(counted("有 %(n)d 样后来又动过，留在这里没有退回去。", stays))
    except Refused as refused:
        flash(tell_refused_takeover(refused), "alarm")
    return redirect(url_for("takeovers.show", village=village, former=former), 303)


@bp.route("/admin/<region_code:region>/successor", methods=["GET", "POST"])
@allows("keep_regions")
def successor(region: str) -> Any:
    """Which village of its county stands for one that has ended, and from which day on."""
    line = look_up(places.step, region, today=today()).line
    with reading() as db:
        ended, _formers = queries.successions(db, region)
        living = openings.living_villages(db, full_code(region[: PREFIX_DIGITS[Level.COUNTY]]), today=today())
    if ended is None or line[-1].level != Level.VILLAGE:  # that one lives on is told by lists alone
        return redirect(url_for("admin.region", region=region), 303)
    begins = ended.day or ended.ended_on + timedelta(days=1)
    form = SuccessorForm(data={"successor": ended.successor_code, "day": begins})
    form.successor.choices = {"": _("选一个")} | {
        code: f"{township} · {name}" for code, name, township in living if code != region
    }

    def name_it() -> str:
        told = {"predecessor": region, "successor": form.successor.data, "day": form.day.data}
        with writing() as db:
            set_successor(db, **told, by=actor(), now=now())
        return url_for("admin.region", region=region)

    if page := answered(form, name_it, tell_successor_refusal):
        flash(_("写上了。归的那个村现在可以接过名单、老师、场地和课。"))
        return redirect(page, 303)
    answer = render_template("places/takeovers/successor.html", form=form, here=line[-1], above=line[:-1])
    return answer, BAD_INPUT if form.errors else 200


def _page(found: Succession) -> str:
    with reading() as db:
        held = queries.belongings(db, found.code, at=moment())
        done = queries.taken_over(db, found.successor_code, found.code, now=now())
    return render_template(
        "places/takeovers/show.html",
        found=found,
        seen=held.code,
        lines=tell_belongings(held),
        done=done,
        until=put_back_until(done.made_at) if done else None,
    )


def _found(village: str, former: str) -> Succession:
    with reading() as db:
        _ended, formers = queries.successions(db, village)
    for one in formers:
        if one.code == former:
            return one
    raise NotFound
