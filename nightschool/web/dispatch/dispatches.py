"""Dispatches: an office's desk of open wishes, a teacher offered for one, and what village and teacher answer."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import dispatches as actions
from nightschool.actions.dispatch.dispatches import Offer
from nightschool.errors import CannotSchedule, NotFound, Refused
from nightschool.models.base import new_public_id
from nightschool.queries.contacts import contacts
from nightschool.queries.courses import courses
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch import dispatches as queries
from nightschool.queries.dispatch import wishes
from nightschool.queries.dispatch.candidates import Candidate, candidates
from nightschool.queries.dispatch.dispatches import DispatchLine
from nightschool.queries.dispatch.wishes import RegionWish, WishLine
from nightschool.queries.people import teacher_links
from nightschool.queries.places import places
from nightschool.queries.seasons.localities import locality, meeting_in
from nightschool.rules.courses.conflicts import explain
from nightschool.rules.courses.recurrence import tell_recurrence_problem
from nightschool.rules.dispatch.candidates import days_that_suit, teaches, usual_times
from nightschool.rules.dispatch.clusters import along_the_road, off_the_road, same_topics, whole_way
from nightschool.rules.dispatch.dispatches import (
    FURTHEST_DAYS,
    DispatchStatus,
    Party,
    check_when,
    tell_refused_dispatch,
)
from nightschool.rules.dispatch.trips import MOST_STOPS, check_trip, plan_days, tell_moved_up
from nightschool.rules.dispatch.wishes import WishStage, tell_households
from nightschool.rules.listings import page_of
from nightschool.rules.names import finder, stored_keys
from nightschool.rules.regions import ancestors_of, is_inside
from nightschool.rules.slots import Slot, shown_end
from nightschool.texts import _, counted
from nightschool.web.dispatch.dispatches_form import OfferForm, ReplyForm, TripForm
from nightschool.web.oversight.frame import kept
from nightschool.web.site.access import actor, allows, by_secret
from nightschool.web.site.context import moment, now, reading, today
from nightschool.web.site.listings import LONGEST_QUERY, page_number
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, look_up, telling, tried

bp = Blueprint("dispatches", __name__)

_A_WEEK = timedelta(days=7)
_ALSO_OFFERED = 6  # villages near the road that wish for something else


@bp.get("/overview/<region_code:region>/dispatch")
@allows("dispatch")
def desk(region: str) -> Any:
    """The open wishes of a region, the same topics together, the longest waiting first; and what was offered."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    with reading() as db:
        line = places.names_of(db, [*ancestors_of(region), region])
        here = locality(db, region)
        wished = [one for one in wishes.wishes_in(db, region, at=moment()) if one.line.is_open]
        offers = queries.offers_in_region(db, region, at=moment())
    fits = finder(query)
    found = [one for one in wished if fits(f"{one.line.topic} {one.village}", _sounds(one) if query else "")]
    together = same_topics([one.line.topic for one in found])
    shown, page, pages = page_of(together, page_number())
    return render_template(
        "dispatch/dispatches/desk.html",
        code=region,
        place=line.pop(region),
        path=tuple(line.items()),
        kept=kept(),
        groups=[_group([found[place] for place in cluster], here.kmh) for cluster in shown],
        page=page,
        pages=pages,
        total=len(wished),
        found=len(found),
        query=query,
        offers=offers,
        has_positions=any(one.position for one in wished),
    )


def _sounds(one: RegionWish) -> str:
    return f"{stored_keys(one.line.topic)} {stored_keys(one.village)}"


def _group(ones: list[RegionWish], kmh: int) -> dict[str, Any]:
    """One topic as who asked first calls it: how many want it, since when, and its villages along the road."""
    in_order = sorted(ones, key=lambda one: "" if one.position else one.line.region_code)
    by_wish = {one.line.public_id: one for one in in_order}
    road = along_the_road({key: one.position for key, one in by_wish.items()}, kmh)
    return {
        "topic": ones[0].line.topic,
        "households": sum(one.line.wanted_by for one in ones),
        "days": (today() - ones[0].line.wished_on).days,
        "trip": tuple(stop.of for stop in road if by_wish[stop.of].line.stage is WishStage.APPROVED)[
            :MOST_STOPS
        ],
        "stops": [(by_wish[stop.of], stop.way) for stop in road],
    }


@bp.route("/wishes/<public_id:wish>/dispatch", methods=["GET", "POST"])
@allows("dispatch")
def for_wish(wish: str) -> Any:
    """A teacher is offered to a village that wishes for this: who teaches it, is free and near stands there."""
    found = look_up(wishes.wish, wish, at=moment())
    return _offering(found.region_code, found)


@bp.route("/overview/<region_code:village>/dispatch/new", methods=["GET", "POST"])
@allows("dispatch")
def new(village: str) -> Any:
    """The same without a wish: a village is offered a class."""
    return _offering(village, None)


def _offering(village: str, wish: WishLine | None) -> Any:
    with reading() as db:
        here, choices, categories = locality(db, village), on_offer(db, village), courses.categories(db)
    months, times = (wish.months, wish.times) if wish else ((), ())
    starts, ends = usual_times(times)
    started = {"starts": starts, "ends": shown_end(ends), "venue": choices.usual_venue}
    if wish:
        started |= {"topic": wish.topic, "category": wish.category, "expected": wish.wanted_by}
    form = OfferForm(data=started)
    form.offer(
        categories=categories,
        venues={one.public_id: one.name for one in choices.venues},
        teachers={one.public_id: one.told for one in choices.teachers},
    )
    form.take_pick()
    offered: list[str] = []

    def save(db: Session) -> None:
        what = Offer(
            village,
            form.topic.data,
            form.category.data,
            form.teacher.data,
            form.slot,
            form.venue.data or None,
            wish.public_id if wish else None,
            form.expected.data,
            form.note.data or "",
        )
        offered.append(actions.offer(db, offered=what, by=actor(), now=now()))

    status = 200
    if request.form.get("do") != "look":
        status = tried(form, save, partial(_refuse, village=village))
    if status == SAVED:
        flash(_("派出去了。村里在工作台上看得到，老师在自己的链接里看得到。"))
        return redirect(url_for("dispatches.show", dispatch=offered[0]), SAVED)
    starts, ends = form.times_or(starts, ends)
    days = days_that_suit(months, times, today())
    with reading() as db:
        venue = choices.by_id.get(form.venue.data or "")
        teachers = candidates(
            db,
            meeting_in(db, here, choices.hall_in(form.venue.data)),
            days=days,
            starts=starts,
            ends=ends,
            topic=form.topic.data or "",
            venue=venue.resource.id if venue else None,
            named=form.named.data or "",
            at=moment(),
        )
        contact = contacts(db, [village])[village]
    page = render_template(
        "dispatch/dispatches/offer.html",
        form=form,
        wish=wish,
        here=here,
        contact=contact,
        teachers=teachers,
        days=days,
    )
    return page, status


@bp.route("/overview/<region_code:region>/dispatch/trip", methods=["GET", "POST"])
@allows("dispatch")
def trip(region: str) -> Any:
    """One teacher goes through several villages that wish for the same: in the order of the road, all or none.

    Once it is chosen who goes, what else they teach and a village near the road wishes for can be ticked as well.
    """
    alike = request.args.getlist("wish")
    named = {*alike, *request.form.getlist("wishes")}
    with reading() as db:
        here, categories = locality(db, region), courses.categories(db)
        every = wishes.wishes_in(db, region, at=moment())
    found = {one.line.public_id: one for one in every if one.line.public_id in named and one.line.is_open}
    leading = next((one.line for key, one in found.items() if key in alike), None)
    if leading is None:
        return redirect(url_for("dispatches.desk", region=region), SAVED)
    usual = usual_times(leading.times)
    soon = today() + _A_WEEK
    form = TripForm(
        data={
            "wishes": list(found),
            "category": leading.category,
            "starts": usual[0],
            "ends": shown_end(usual[1]),
            "day": soon,
        }
    )
    form.wishes.choices = {key: _tell_wish(one, says_topic=key not in alike) for key, one in found.items()}
    wanted = form.first(*usual, soon)
    is_too_far = wanted.day > today() + timedelta(days=FURTHEST_DAYS)
    first = Slot(soon, wanted.starts, wanted.ends) if is_too_far else wanted
    with reading() as db:
        given: dict[str, Any] = {"days": [first.day], "starts": first.starts, "ends": first.ends}
        near = locality(db, _smallest_of({one.line.region_code for one in found.values()}))
        teachers = candidates(db, near, topic=leading.topic, at=moment(), **given)
    going = next((one for one in teachers if one.public_id == form.teacher.data), None)
    others = _on_the_way(every, found, going) if going else ()
    form.offer(
        categories=categories,
        wishes={
            **form.wishes.choices,
            **{one.line.public_id: _tell_wish(one, says_topic=True) for one in others},
        },
        teachers={one.public_id: _tell_candidate(one) for one in teachers},
    )
    chosen = {key: found[key].position for key in form.wishes.data or () if key in found}
    home = going.home if going else None
    days = plan_days(chosen, first, here.kmh, home=home, one_a_day=bool(form.one_a_day.data))
    legs = [leg for day in days for leg in day]
    at_fault: list[str] = []

    def save(db: Session) -> None:
        check_when(wanted, moment())
        check_trip(len(legs))
        together = new_public_id()
        for stop, slot in legs:
            one = found[stop.of]
            at_fault[:] = [one.village]
            what = Offer(
                one.line.region_code,
                one.line.topic,
                form.category.data if stop.of in alike else one.line.category,
                form.teacher.data,
                slot,
                on_offer(db, one.line.region_code).usual_venue or None,
                stop.of,
                one.line.wanted_by,
                form.note.data or "",
                together,
            )
            made.append(actions.offer(db, offered=what, by=actor(), now=now()))

    def refuse(form: TripForm, refusal: Refused | CannotSchedule) -> int:
        if not at_fault:
            assert isinstance(refusal, Refused), "of check_when or check_trip"
            form.refuse(refusal.field, tell_refused_dispatch(refusal))
            return BAD_INPUT
        code = next(one.line.region_code for one in found.values() if one.village == at_fault[0])
        told = _tell_refusal(refusal, code)
        form.refuse("wishes", _("%(village)s：%(why)s", village=at_fault[0], why=told))
        return CLASH

    made: list[str] = []
    if request.form.get("do") != "look":
        status = tried(form, save, refuse)
    else:
        status = refuse(form, Refused("too_far_ahead", field="day")) if is_too_far else 200
    if status == SAVED:
        flash(counted("派出去了，%(n)d 个村都问了。司机和老师的单子可以打印。", len(made)))
        return redirect(url_for("papers.trip", dispatch=made[0]), SAVED)
    shown = [(found[stop.of], stop.way, slot) for stop, slot in legs]
    page = render_template(
        "dispatch/dispatches/trip.html",
        form=form,
        legs=shown,
        days=len(days),
        whole=whole_way([[stop for stop, _slot in day] for day in days], chosen, home, here.kmh),
        here=here,
        topic=leading.topic,
    )
    return page, status


def _smallest_of(villages: Collection[str]) -> str:
    """The smallest region in which all of these lie: whom it can call on, each of them can."""
    every = [
        one for one in ancestors_of(min(villages)) if all(is_inside(village, one) for village in villages)
    ]
    return every[-1]


def _on_the_way(
    every: Collection[RegionWish], found: Mapping[str, RegionWish], going: Candidate
) -> list[RegionWish]:
    """What else this teacher teaches and other villages wish for, of known category; those near the road first."""
    taken = {one.line.region_code for one in found.values()}
    lies = [one.position for one in found.values() if one.position]
    wished = {
        one.line.region_code: one
        for one in reversed(every)  # of each village what waits longest
        if one.line.stage is WishStage.APPROVED
        and one.line.region_code not in taken
        and one.line.category
        and teaches(one.line.topic, going.specialities)
    }

    return sorted(wished.values(), key=lambda one: off_the_road(one.position, lies))[:_ALSO_OFFERED]


def _tell_wish(one: RegionWish, *, says_topic: bool = False) -> str:
    told = (one.village, one.line.topic if says_topic else "", tell_households(one.line.wanted_by))
    return " · ".join(filter(None, told))


def _tell_candidate(one: Candidate) -> str:
    told = [one.name, one.unit, _("会讲这个") if one.teaches else "", "" if one.free else _("出发那天没空")]
    return " · ".join(filter(None, told))


def _refuse(form: OfferForm, refusal: Refused | CannotSchedule, *, village: str) -> int:
    if isinstance(refusal, CannotSchedule):
        for one in refusal.conflicts:
            form.refuse("day", explain(one, village_code=village, today=today()))
        return CLASH
    field = "day" if "problem" in refusal.details else refusal.field
    form.refuse(field, _tell_refusal(refusal, village))
    return BAD_INPUT


def _tell_refusal(refusal: Refused | CannotSchedule, village: str) -> str:
    """Why this cannot be offered, in a sentence; the times were looked at by the form."""
    if isinstance(refusal, CannotSchedule):
        return explain(refusal.conflicts[0], village_code=village, today=today())
    if problem := refusal.details.get("problem"):
        return tell_recurrence_problem(problem)
    return tell_refused_dispatch(refusal)


@bp.route("/dispatches/<public_id:dispatch>", methods=["GET", "POST"])
@allows("dispatch")
def show(dispatch: str) -> Any:
    """One offer as its office sees it: where it stands, what the teacher said by telephone, and taken back."""
    form = ReplyForm()
    acting = {"dispatch": dispatch, "by": actor(), "now": now()}

    def save(db: Session) -> None:
        match request.form.get("do"):
            case "withdraw":
                actions.withdraw_dispatch(db, **acting)
            case "move_up":
                actions.move_up_trip(db, **acting)
            case "yes":
                actions.answer_dispatch(db, party=Party.TEACHER, **acting, says_yes=True)
            case "no":
                actions.answer_dispatch(db, party=Party.TEACHER, **acting, **_no(form), says_yes=False)

    def refuse(form: ReplyForm, refusal: Refused | CannotSchedule) -> int:
        village = look_up(queries.dispatch, dispatch, at=moment()).region_code
        form.refuse(
            None if isinstance(refusal, CannotSchedule) else refusal.field, _tell_refusal(refusal, village)
        )
        return CLASH if isinstance(refusal, CannotSchedule) else BAD_INPUT

    status = tried(form, save, refuse)
    if status == SAVED:
        is_moved = request.form.get("do") == "move_up"
        told = (
            _("照新的时间又问了一遍。") if is_moved else look_up(queries.dispatch, dispatch, at=moment()).told
        )
        flash(told)
        return redirect(url_for("dispatches.show", dispatch=dispatch), SAVED)
    found = look_up(queries.dispatch, dispatch, at=moment())
    legs = look_up(queries.trip, dispatch, at=moment()) if found.trip and not found.is_open else ()
    earlier = tell_moved_up([one.leg for one in legs], moment())
    page = render_template(
        "dispatch/dispatches/show.html", one=found, form=form, earlier=earlier, others=legs
    )
    return page, status


@bp.route("/dispatches/<public_id:dispatch>/answer", methods=["GET", "POST"])
@allows("schedule")
def answer(dispatch: str) -> Any:
    """The village says yes with one tap, or no with a reason."""
    form = ReplyForm()

    def save(db: Session) -> None:
        given = {"dispatch": dispatch, "by": actor(), "now": now()}
        if request.form.get("do") == "yes":
            actions.answer_dispatch(db, party=Party.VILLAGE, **given, says_yes=True)
        else:
            actions.answer_dispatch(db, party=Party.VILLAGE, **given, **_no(form), says_yes=False)

    status = tried(form, save, telling(tell_refused_dispatch))
    found = look_up(queries.dispatch, dispatch, at=moment())
    if status == SAVED:
        flash(_("%(topic)s：%(told)s。", topic=found.topic, told=found.told.rstrip("。")))
        return redirect(_after_answer(found), SAVED)
    return render_template("dispatch/dispatches/answer.html", one=found, form=form), status


def _after_answer(found: DispatchLine) -> str:
    if found.status is DispatchStatus.SCHEDULED and found.course:
        return url_for("courses.show", course=found.course)
    return url_for("desk.village", village=found.region_code)


@bp.route("/t/<secret:secret>/offers/<public_id:offered>", methods=["GET", "POST"])
@by_secret
def of_teacher(secret: str, offered: str) -> Any:
    """A teacher answers by their own address; what is not asked of them, or no more, is told on their page.

    Without an id for the form: said twice it is said once.
    """
    opened = look_up(teacher_links.opened, secret)
    form = ReplyForm()

    def save(db: Session) -> None:
        given = {"dispatch": offered, "opened": opened, "now": now()}
        if request.form.get("do") == "yes":
            actions.answer_of_teacher(db, **given, says_yes=True)
        else:
            actions.answer_of_teacher(db, **given, **_no(form), says_yes=False)

    back = url_for("teacher_links.page", secret=secret)
    gone = url_for("teacher_links.page", secret=secret, said="gone")
    try:
        status = tried(form, save, telling(tell_refused_dispatch))
    except NotFound:
        return redirect(gone, SAVED)
    if status == SAVED:
        said = "coming" if request.form.get("do") == "yes" else "declined"
        return redirect(url_for("teacher_links.page", secret=secret, said=said), SAVED)
    asked = look_up(queries.asked_of_teacher, opened, at=moment())
    one = next((one for one in asked if one.public_id == offered), None)
    if one is None and not form.errors and not form.form_errors:
        return redirect(gone, SAVED)
    page = render_template("dispatch/dispatches/of_teacher.html", one=one, form=form, back=back)
    return page, status


def _no(form: ReplyForm) -> dict[str, Any]:
    return {"reason": form.reason.data or None, "words": form.words.data or ""}
