"""Courses: scheduled with a preview of every date, looked at, published, edited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.courses import courses as actions
from nightschool.actions.dispatch.wishes import meet_wish
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.formats.revisions import tell_made
from nightschool.queries.courses import alternatives, bookings, copies, undo
from nightschool.queries.courses import courses as queries
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.courses import CoursePage
from nightschool.queries.courses.histories import History
from nightschool.queries.courses.labels import labels_on_offer
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.courses.surroundings import good_days, surroundings
from nightschool.queries.dispatch import wishes
from nightschool.queries.dispatch.wishes import WishLine
from nightschool.queries.notices import revisions
from nightschool.queries.places import places
from nightschool.queries.registers import cohorts
from nightschool.queries.registers.turnouts import TURNOUTS_SHOWN, LastTurnout
from nightschool.queries.seasons.localities import Locality, locality
from nightschool.rules.almanac import full_day
from nightschool.rules.courses import good_days as rules
from nightschool.rules.courses.changes import tell_refused_change
from nightschool.rules.courses.choices import Choices, VenueChoice
from nightschool.rules.courses.good_days import Suggestion
from nightschool.rules.courses.previews import preview, tell_all_taken
from nightschool.rules.courses.proposals import Proposal, tell_course_twice
from nightschool.rules.courses.recurrence import days_of
from nightschool.rules.oversight.plans import tell_refused
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.registers.graduation import tell_rule
from nightschool.rules.slots import shown_end
from nightschool.texts import _, counted
from nightschool.web.courses import course_edits
from nightschool.web.courses.alternatives_form import button_value, read_day
from nightschool.web.courses.copies import copied_data, further_data
from nightschool.web.courses.courses_form import ONCE, CourseForm, ScheduleForm, Staffed, label_data
from nightschool.web.courses.in_place import ADDED
from nightschool.web.courses.series import BACK
from nightschool.web.courses.undo import flash_done, undo_offered
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.listings import Shown, asked, page_number
from nightschool.web.site.records import BAD_INPUT, CLASH, look_up

bp = Blueprint("courses", __name__)
bp.add_app_template_global(button_value)

_USUAL_EVENING = {"starts": 19 * 60, "ends": 20 * 60 + 30, "repeat": ONCE, "kind": CourseKind.OPEN_LECTURE}


def labelled(choices: Choices) -> dict[str, Any]:
    """The choices as forms take them; what was put away since says so."""
    return {
        "teachers": {teacher.public_id: teacher.told for teacher in choices.teachers},
        "venues": {venue.public_id: _venue_label(venue) for venue in choices.venues},
    }


def _venue_label(venue: VenueChoice) -> str:
    return _("%(name)s（不再用了）", name=venue.name) if venue.is_retired else venue.name


def stored_manner(found: CoursePage | SessionPage) -> dict[str, Any]:
    """The values these fields start from."""
    names = {one.public_id: one.name for borne in found.labels.by_role.values() for one in borne}
    labels = found.labels.turned(lambda one: one.public_id)
    return {"mode": found.delivery_mode or "", **label_data(labels, names)}


@bp.route("/desk/<region_code:village>/courses/new", methods=["GET", "POST"])
@allows("schedule")
def new(village: str) -> Any:
    """A course more, or one `like` another: its dates are looked at first, then it is scheduled."""
    with reading() as db:
        here, choices = locality(db, village), on_offer(db, village)
        like_of = request.args.get("like")
        model = copies.copied(db, like_of, choices) if like_of else None
        wish_of = request.args.get("wish")
        wish = wishes.wish(db, wish_of, at=moment()) if wish_of else None
    if any(one is not None and one.region_code != village for one in (wish, model and model.course)):
        raise NotFound
    started = {"venue": choices.usual_venue, "first": read_day(request.args.get("day", ""))}
    if model is not None:
        started = copied_data(model, choices, here.markets, today())
    elif wish is not None:
        started |= {"title": wish.topic, "category": wish.category, "expected": wish.wanted_by}
    form = _schedule_form(here, choices, {**_USUAL_EVENING, **started})
    form.lessons = model.lessons if model else ()
    like = model.course if model else None

    def schedule(*, publish: bool) -> Any:
        return _schedule(form, village, publish=publish, like=like, wish=wish)

    return _scheduling(form, here, choices, schedule, like=like)


@bp.route("/courses/<public_id:course>/more", methods=["GET", "POST"])
@allows("schedule")
def more(course: str) -> Any:
    """A course meets further: some weeks longer, or again and again after a single class; checked like a new one."""
    found = _course(course)
    with reading() as db:
        here, choices = locality(db, found.region_code), on_offer(db, found.region_code)
        model = copies.copied(db, course, choices)
    assert model is not None, "the course was found"
    of = request.args.get("of", "")
    started = further_data(model, choices, here.markets, today(), of=of)
    form = _schedule_form(here, choices, {**_USUAL_EVENING, **started})

    def schedule(*, publish: bool) -> Any:
        return _extend(form, found, publish=publish)

    return _scheduling(form, here, choices, schedule, extends=found)


def _schedule_form(here: Locality, choices: Choices, data: dict[str, Any]) -> ScheduleForm:
    form = ScheduleForm(data=data)
    with reading() as db:
        form.offer(
            categories=queries.categories(db), labels=labels_on_offer(db, here.code), **labelled(choices)
        )
    form.today = today()
    form.markets = here.markets
    return form


def _scheduling(
    form: ScheduleForm,
    here: Locality,
    choices: Choices,
    schedule: Callable[..., Any],
    **of: CoursePage | None,
) -> Any:
    """The page as it was asked for, or what `schedule` answers; `of` which course it is a copy or goes on."""
    if not form.is_submitted():
        return _schedule_page(form, here, choices, of=of)
    dropping, _dash, todo = request.form.get("do", "look").rpartition("-")
    if dropping == "drop":
        form.drop_clashes()
        form.fill_up.data = form.fill_up.data or todo == "fill"
    form.skip(request.form.get("skip", ""))
    form.take(request.form.get("take", ""))
    form.alter(request.form.get("alter", ""))
    form.as_the_rest(request.form.get("as_the_rest", ""))
    missed = {}
    for what, added in ADDED.items():
        field = form[f"new_{what}"]
        if todo != what and not field.data:
            continue
        if not added(form, here.code, choices):
            missed[field] = field.errors
            continue
        with reading() as db:
            choices = on_offer(db, here.code)
        Staffed.offer(form, **labelled(choices))
    if missed:
        if todo not in (*ADDED, "find"):
            form.validate()  # so that all that is wrong is told at once
        for field, errors in missed.items():
            field.errors = errors
        return _schedule_page(form, here, choices, of=of), BAD_INPUT
    if todo in ADDED:
        return _schedule_page(form, here, choices, of=of)
    if todo == "find":
        return _find(form, here, choices, of)
    if not form.validate():
        asked = "look" if form.is_all_left_out else ""
        return _schedule_page(form, here, choices, asked=asked, of=of), BAD_INPUT
    if todo not in ("draft", "publish"):
        return _schedule_page(form, here, choices, asked="look", of=of)
    try:
        return schedule(publish=todo == "publish")
    except CannotSchedule as clash:
        return _schedule_page(form, here, choices, asked=todo, clash=clash, of=of), CLASH
    except Refused as refused:
        if refused.code == "course_twice":
            form.refuse("title", tell_course_twice(refused, today()))
            return _schedule_page(form, here, choices, of=of), CLASH
        if refused.code == "already_there":
            form.refuse(None, tell_refused_change(refused))
            return _schedule_page(form, here, choices, asked="look", of=of), CLASH
        return _schedule_page(form, here, choices, asked="look", waiting=refused, of=of), CLASH


def _find(form: ScheduleForm, here: Locality, choices: Choices, of: Mapping[str, CoursePage | None]) -> Any:
    """The form as it was filled in, and the days that suit; only the times must be sound for that."""
    is_unread = form.shows_unread()
    form.check_times()
    form.check_first()
    if is_unread or form.ends.errors or form.first.errors:
        return _schedule_page(form, here, choices, of=of), BAD_INPUT
    starts, ends = form.times_or(_USUAL_EVENING["starts"], _USUAL_EVENING["ends"])
    first = max(form.first.data or today(), today())
    with reading() as db:
        found = good_days(
            db,
            here,
            rules.window(first, form.until.data),
            choices=choices,
            starts=starts,
            ends=ends,
            title=form.title.data or "",
            **form.staff,
            zone=services().settings.timezone,
            not_before=moment(),
        )
    return _schedule_page(form, here, choices, found=found, of=of)


def _schedule(
    form: ScheduleForm, village: str, *, publish: bool, like: CoursePage | None, wish: WishLine | None
) -> Any:
    proposal = form.proposal(village)
    with writing() as db:
        course = actions.schedule_course(
            db,
            proposal=proposal,
            publish=publish,
            by=actor(),
            now=now(),
            agreed=form.is_agreed,
            not_twice=True,
            like=like.public_id if like else None,
        )
        if wish and wish.is_open:
            meet_wish(db, wish=wish.public_id, course=course, by=actor(), now=now())
        change = undo.just_made(db, village, now=now())
    flash_done(_tell_scheduled(proposal, publish=publish), change)
    return redirect(url_for("courses.show", course=course), 303)


def _extend(form: ScheduleForm, found: CoursePage, *, publish: bool) -> Any:
    proposal = form.proposal(found.region_code)
    with writing() as db:
        count = actions.extend_course(
            db,
            course=found.public_id,
            proposal=proposal,
            publish=publish,
            by=actor(),
            now=now(),
            agreed=form.is_agreed,
        )
        change = undo.just_made(db, found.region_code, now=now())
    if publish:
        told = counted("%(title)s接着排好了 %(n)d 次，村里人已经看得到。", count, title=found.title)
    else:
        told = counted("%(title)s接着排好了 %(n)d 次，还没公布。", count, title=found.title)
    flash_done(told, change)
    return redirect(url_for("courses.show", course=found.public_id), 303)


def _tell_scheduled(proposal: Proposal, *, publish: bool) -> str:
    days = sorted(one.slot.day for one in proposal.dates)
    words = {"title": proposal.title, "first": full_day(days[0], today())}
    if len(days) == 1:
        if publish:
            return _("%(title)s排好了：%(first)s，村里人已经看得到。", **words)
        return _("%(title)s排好了：%(first)s，还没公布。", **words)
    if publish:
        return _("%(title)s排好了：%(n)d 次，第一次 %(first)s，村里人已经看得到。", n=len(days), **words)
    return _("%(title)s排好了：%(n)d 次，第一次 %(first)s，还没公布。", n=len(days), **words)


def _schedule_page(
    form: ScheduleForm,
    here: Locality,
    choices: Choices,
    *,
    asked: str = "",
    clash: CannotSchedule | None = None,
    waiting: Refused | None = None,
    found: Sequence[Suggestion] | None = None,
    of: Mapping[str, CoursePage | None],
) -> str:
    """The form as it was filled in; below it every date, once it was asked for, or the days `found` to suit.

    `waiting`: for the township's word.
    """
    shown = None
    if asked:
        proposal = form.proposal(here.code)
        zone = services().settings.timezone
        with reading() as db:
            conflicts = (
                clash.conflicts
                if clash
                else bookings.proposal_conflicts(
                    db, proposal, choices, not_before=moment(), agreed=form.is_agreed
                )
            )
            instead = alternatives.for_proposal(db, proposal, conflicts, choices, zone=zone)
            around = surroundings(
                db,
                here,
                {*days_of(proposal.recurrence), *(one.slot.day for one in proposal.dates)},
                choices=choices,
                title=proposal.title,
                teachers=proposal.teachers,
                venue=proposal.venue,
                zone=zone,
                not_here=extends.public_id if (extends := of.get("extends")) else "",
            )
        shown = preview(
            proposal, conflicts, at=moment(), around=around, alternatives=instead, names=choices.names
        )
    return render_template(
        "courses/courses/new.html",
        form=form,
        here=here,
        village=here.code,
        like=of.get("like"),
        extends=of.get("extends"),
        preview=shown,
        asked=asked,
        found=found,
        waiting=tell_refused(waiting, today()) if waiting else "",
        waiting_month=waiting.details["month"] if waiting else None,
    )


@bp.get("/desk/<region_code:village>/courses")
@allows("schedule")
def index(village: str) -> Any:
    """The village's courses, the latest first."""
    ask = asked()
    found = look_up(queries.courses, village, ask, at=moment())
    shown = Shown("courses.index", {"village": village}, ask, found)
    place = look_up(places.region_named, village)
    return render_template("courses/courses/index.html", shown=shown, place=place)


@bp.get("/courses/<public_id:course>")
@allows("schedule")
def show(course: str) -> Any:
    """One course: its sessions to come and past."""
    found = _course(course)
    with reading() as db:
        meetings = queries.meetings(db, course, at=moment(), number=page_number())
        cohort = cohorts.cohort(db, course)
        recent = undo.recent_of_course(db, found.region_code, course, now=now())
        are_marked = any(one.session.differs for one in (*meetings.coming, *meetings.past))
        made = revisions.latest_revisions(db, course=course) if are_marked else ()
    return render_template(
        "courses/courses/show.html",
        course=found,
        meetings=meetings,
        turnouts=_turnouts(meetings),
        cohort=cohort,
        tell_rule=tell_rule,
        undoable=undo_offered(recent),
        history=tell_made(made, services().zone),
    )


def _turnouts(meetings: History) -> list[LastTurnout]:
    """How many came to its last five classes, the earliest first; on further pages of the past none."""
    held = [one.session for one in meetings.past if one.session.attendances is not None]
    last = reversed(held[:TURNOUTS_SHOWN] if meetings.number == 1 else [])
    return [LastTurnout(one.slot.day, one.attendances or 0) for one in last]


@bp.post("/courses/<public_id:course>/publish")
@allows("schedule")
def publish(course: str) -> Any:
    """The course is public."""
    found = _course(course)
    try:
        with writing() as db:
            count = actions.publish_course(db, course=course, by=actor(), now=now())
            change = undo.just_made(db, found.region_code, now=now())
    except Refused as waiting:
        flash(tell_refused(waiting, today()), "alarm")
        month = waiting.details["month"]
        return redirect(url_for("plans.show", village=found.region_code, month=month), 303)
    told = counted(
        "%(title)s公布了 %(n)d 次，村里人看得到了。",
        count,
        title=found.title,
    )
    flash_done(told, change)
    return redirect(url_for("courses.show", course=course), 303)


@bp.route("/courses/<public_id:course>/edit", methods=["GET", "POST"])
@allows("schedule")
def edit(course: str) -> Any:
    """What the sessions of a course have in common, put right for those to come."""
    found = _course(course)
    with reading() as db:
        choices = on_offer(db, found.region_code, teachers=found.teacher_ids, venues=[found.venue_id])
        categories = queries.categories(db)
        labels = labels_on_offer(db, found.region_code, kept=found.labels)
    form = CourseForm(data=_stored(found))
    form.offer(categories=categories, labels=labels, **labelled(choices))
    if not form.is_submitted():
        return _edit_page(form, found)
    form.take_staff(request.form.get("take", ""))
    if not form.validate():
        return _edit_page(form, found), BAD_INPUT
    if request.form.get("do") == BACK:
        return _edit_page(form, found)
    try:
        return course_edits.look_or_save_course(form, found)
    except CannotSchedule as clash:
        return _edit_page(form, found, clash), CLASH
    except StaleRecord:
        found = _course(course)
        form.show_stale(_stored(found))
        return _edit_page(form, found), CLASH


def _edit_page(form: CourseForm, found: CoursePage, clash: CannotSchedule | None = None) -> str:
    conflicts = clash.conflicts if clash else ()
    taken = tell_all_taken(conflicts, found.region_code, today(), of_several=True)
    others = course_edits.others(form, found, conflicts)
    return render_template(
        "courses/courses/edit.html",
        form=form,
        course=found,
        taken=taken,
        others=others,
    )


def _course(public_id: str) -> CoursePage:
    return look_up(queries.course, public_id)


def _stored(found: CoursePage) -> dict[str, Any]:
    """The values the form starts from."""
    return {
        **asdict(found),
        "category": found.category_code,
        "teachers": list(found.teacher_ids),
        "venue": found.venue_id,
        "ends": shown_end(found.ends),
        **stored_manner(found),
    }
