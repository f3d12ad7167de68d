"""Dispatches: a teacher is offered to a village, both answer, and of two yeses comes a class like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import schedule_course
from nightschool.actions.courses.sessions import add_session, change_teachers
from nightschool.actions.courses.staffing import find_staff, teachers_of_sessions
from nightschool.actions.dispatch.wishes import meet_wish
from nightschool.actions.ended import check_goes_on
from nightschool.actions.records import locked, locked_for, note
from nightschool.errors import CannotSchedule, NotFound, Refused, VillageEnded
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.models.planning import Dispatch, Wish
from nightschool.models.teaching import ClassSession, Course
from nightschool.queries.courses import bookings
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.dispatch import dispatches as queries
from nightschool.queries.dispatch import wishes
from nightschool.queries.dispatch.dispatches import engagements
from nightschool.queries.offers import is_waiting
from nightschool.queries.oversight.plans import waiting_months
from nightschool.queries.people.teacher_links import Opened
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import locality, meeting_in
from nightschool.queries.shared_venues import can_meet_at
from nightschool.rules.access import Actor, Post, Role, require
from nightschool.rules.courses.conflicts import explain
from nightschool.rules.courses.proposals import Proposal, check_proposal, tell_course_twice
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.dispatch.dispatches import (
    DispatchStatus,
    Party,
    check_decline,
    check_open,
    check_when,
    in_the_way,
    tell_refused_dispatch,
)
from nightschool.rules.dispatch.trips import moved_up
from nightschool.rules.dispatch.wishes import WishStatus, is_part, parts_wished
from nightschool.rules.places.takeovers import tell_ended
from nightschool.rules.regions import county_or_township_of, is_inside
from nightschool.rules.slots import Now, Slot
from nightschool.texts import _

_LONGEST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to a village. Teacher, venue and wish go by their public ids."""

    village: str
    topic: str
    category: str
    teacher: str
    slot: Slot
    venue: str | None = None
    wish: str | None = None
    expected: int | None = None
    note: str = ""
    trip: str | None = None  # the same for all that one trip leads to

    @property
    def proposal(self) -> Proposal:
        """The course it becomes."""
        return Proposal(
            self.village,
            self.topic,
            self.category,
            self.slot.starts,
            self.slot.ends,
            Once(self.slot.day),
            teachers=(self.teacher,),
            venue=self.venue,
            expected=self.expected,
        )


def offer(db: Session, *, offered: Offer, by: Actor, now: Now) -> str:
    """The village and the teacher are asked; nothing is held for it yet. Its public id comes back.

    Raises: NotAllowed; VillageEnded; CannotSchedule where it could not be scheduled as things stand; Refused as
    `check_proposal` and `check_when` do, or with `no_category`, `no_such_teacher`, `no_such_venue`, `no_way`,
    `no_school`, `wish_closed` or `already_asked`.
    """
    village, slot = offered.village, offered.slot
    require(by, "dispatch", village)
    check_goes_on(db, [(village, slot.day)])
    if not offered.category:
        raise Refused("no_category", field="category")
    check_proposal(offered.proposal)
    check_when(slot, now.moment)
    if db.scalar(select(NightSchool.id).where(NightSchool.region_code == village)) is None:
        raise Refused("no_school")
    wish = _open_wish(db, offered.wish, offered, now) if offered.wish else None
    try:
        [teacher] = find_staff(db, village, teachers=[offered.teacher], venue=None).teacher_ids
    except NotFound as gone:
        raise Refused("no_such_teacher", field="teacher") from gone
    try:
        venue = find_staff(db, village, teachers=(), venue=offered.venue).venue_id
    except NotFound as gone:
        raise Refused("no_such_venue", field="venue") from gone
    choices = on_offer(db, village)
    if taken := bookings.proposal_conflicts(db, offered.proposal, choices, not_before=now.moment):
        raise CannotSchedule(taken)
    here = meeting_in(db, locality(db, village), choices.hall_in(offered.venue))
    there = engagements(db, [teacher], here, slot.day, slot.day).get(teacher, ())
    if stands := in_the_way(slot, there):
        name = choices.names[offered.teacher]
        raise Refused("no_way", field="day", teacher=name, engagement=stands)
    made = Dispatch(
        region_code=village,
        wish_id=wish.id if wish else None,
        teacher_id=teacher,
        topic=offered.topic,
        category_code=offered.category,
        expected=offered.expected,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        venue_id=venue,
        note=offered.note,
        trip=offered.trip,
        office_code=_office(by, village),
        account_id=by.account_id,
        offered_at=now.instant,
    )
    db.add(made)
    db.flush()
    note(db, made, "dispatch.offer", by=by, now=now)
    return made.public_id


def ask_to_stand_in(
    db: Session,
    *,
    class_session: str,
    teachers: Sequence[str],
    instead_of: str | None = None,
    by: Actor,
    now: Now,
) -> int:
    """The village asks these teachers to stand in: the first who says yes teaches. So many are newly asked.

    Raises: NotFound; NotAllowed; VillageEnded; Refused with `nobody_chosen`, or `no_class` for one that is not to come.
    """
    record = locked_for(db, ClassSession, ClassSession.public_id == class_session, verb="schedule", by=by)
    slot = Slot(record.day, record.starts, record.ends)
    if record.status not in TO_COME or slot.begins <= now.moment:
        raise Refused("no_class")
    check_goes_on(db, [(record.region_code, slot.day)])
    if not teachers:
        raise Refused("nobody_chosen", field="teachers")
    wanted = find_staff(db, record.region_code, teachers=teachers, venue=None).teacher_ids
    former = find_staff(db, record.region_code, teachers=[instead_of], venue=None) if instead_of else None
    waiting = select(Dispatch.teacher_id).where(
        Dispatch.class_session_id == record.id, Dispatch.status == DispatchStatus.OFFERED
    )
    new = [one for one in wanted if one not in set(db.scalars(waiting))]
    db.add_all(
        Dispatch(
            region_code=record.region_code,
            class_session_id=record.id,
            teacher_id=teacher,
            instead_of_id=former.teacher_ids[0] if former else None,
            topic=record.title,
            category_code=record.category_code,
            day=record.day,
            starts=record.starts,
            ends=record.ends,
            venue_id=record.venue_id,
            office_code=record.region_code,
            account_id=by.account_id,
            offered_at=now.instant,
            village_yes_at=now.instant,
        )
        for teacher in new
    )
    db.flush()
    if new:
        note(db, record, "dispatch.stand_in", by=by, now=now, n=len(new))
    return len(new)


def withdraw_dispatch(db: Session, *, dispatch: str, by: Actor, now: Now) -> None:
    """Nobody is asked any more. Raises: NotFound; NotAllowed; Refused with `settled`."""
    found = locked(db, Dispatch, Dispatch.public_id == dispatch)
    require(by, "schedule" if found.class_session_id else "dispatch", found.region_code)
    if found.status == DispatchStatus.WITHDRAWN:
        return
    if found.status != DispatchStatus.OFFERED:
        raise Refused("settled", status=DispatchStatus(found.status))
    _settle(found, DispatchStatus.WITHDRAWN, now)
    db.flush()
    note(db, found, "dispatch.withdraw", by=by, now=now)


def move_up_trip(db: Session, *, dispatch: str, by: Actor, now: Now) -> int:
    """Of the trip of this offer, whoever could be earlier since a village said no is asked anew for that time.

    So many are. What was asked of them before is withdrawn; what a village agreed to stays. All or none.
    Where the village cannot meet any more at the place of before, it is asked without one.
    Raises: NotFound; NotAllowed; CannotSchedule or Refused as `offer` does.
    """
    own = locked(db, Dispatch, Dispatch.public_id == dispatch)
    require(by, "dispatch", own.region_code)
    legs = queries.trip(db, dispatch, at=now.moment) or ()
    earlier = moved_up([one.leg for one in legs], now.moment)
    for place, slot in earlier.items():
        line = legs[place].line
        found = locked(db, Dispatch, Dispatch.public_id == line.public_id)
        withdraw_dispatch(db, dispatch=line.public_id, by=by, now=now)
        can_meet = (Venue.id == found.venue_id, can_meet_at(line.region_code), Venue.retired_at.is_(None))
        venue = db.scalar(select(Venue.public_id).where(*can_meet))
        anew = Offer(
            *(line.region_code, line.topic, line.category, line.teacher, slot, venue, line.wish or None),
            expected=line.expected,
            note=line.note,
            trip=found.trip,
        )
        offer(db, offered=anew, by=by, now=now)
    return len(earlier)


def answer_dispatch(
    db: Session,
    *,
    dispatch: str,
    party: Party,
    reason: str | None = None,
    words: str = "",
    says_yes: bool,
    by: Actor,
    now: Now,
) -> None:
    """The village, or who offered it for a teacher that they talked to, says yes, or no with a reason; twice is once.

    Of the second yes comes a class, or, where what it needs was taken meanwhile, the offer says by what.
    Raises: NotFound; NotAllowed; Refused as `check_open` and `check_decline` do.
    """
    verb = "schedule" if party is Party.VILLAGE else "dispatch"
    found = locked_for(db, Dispatch, Dispatch.public_id == dispatch, verb=verb, by=by)
    _answer(db, found, party, reason, words, says_yes=says_yes, by=by, now=now)


def answer_of_teacher(
    db: Session,
    *,
    dispatch: str,
    opened: Opened,
    reason: str | None = None,
    words: str = "",
    says_yes: bool,
    now: Now,
) -> None:
    """The same of the teacher, who has no account: what their own address `opened` says who it is.

    Raises: NotFound where this offer is none of theirs; Refused as `answer_dispatch` does.
    """
    theirs = select(Teacher.id).where(
        (Teacher.id == opened.teacher_id) | (Teacher.merged_into_id == opened.teacher_id)
    )
    found = locked(
        db,
        Dispatch,
        (Dispatch.public_id == dispatch)
        & Dispatch.teacher_id.in_(theirs)
        & inside(Dispatch.region_code, opened.region_code),
    )
    by = Actor(account_id=None, name=opened.name, posts=())
    _answer(db, found, Party.TEACHER, reason, words, says_yes=says_yes, by=by, now=now)


def _answer(
    db: Session,
    found: Dispatch,
    party: Party,
    reason: str | None,
    words: str,
    *,
    says_yes: bool,
    by: Actor,
    now: Now,
) -> None:
    said = "village_yes_at" if party is Party.VILLAGE else "teacher_yes_at"
    if says_yes and getattr(found, said) is not None:
        return
    check_open(DispatchStatus(found.status), _slot(found), now.moment)
    if not says_yes:
        check_decline(reason, words)
        _settle(found, DispatchStatus.DECLINED, now)
        found.declined_by, found.reason, found.reason_text = party, reason, words
        db.flush()
        note(db, found, f"dispatch.{party}_no", by=by, now=now)
        return
    if _is_of_ended(db, found, by=by, now=now):
        return
    setattr(found, said, now.instant)
    db.flush()
    note(db, found, f"dispatch.{party}_yes", by=by, now=now)
    if found.village_yes_at and found.teacher_yes_at:
        _carry_out(db, found, by=by, now=now)


def _is_of_ended(db: Session, found: Dispatch, *, by: Actor, now: Now) -> bool:
    """True when the village ends before that day: the offer says so and is settled, for nobody will hold it."""
    try:
        check_goes_on(db, [(found.region_code, found.day)])
    except VillageEnded as refusal:
        _settle(found, DispatchStatus.OVERTAKEN, now)
        found.reason_text = _tell(refusal, found.region_code, now.day)[:_LONGEST_TOLD]
        db.flush()
        note(db, found, "dispatch.overtaken", by=by, now=now)
        return True
    return False


def _carry_out(db: Session, found: Dispatch, *, by: Actor, now: Now) -> None:
    """Both have said yes: it is a class of the village, or it says what came between."""
    # Whoever spoke last, it is the village that has said yes to a class of its own.
    village = Actor(by.account_id, by.name, (Post(Role.COORDINATOR, found.region_code),))
    try:
        with db.begin_nested():
            course = None if found.class_session_id else _schedule(db, found, by=village, now=now)
            if found.class_session_id:
                _stand_in(db, found, by=village, now=now)
    except (CannotSchedule, NotFound, Refused, VillageEnded) as refusal:
        _settle(found, DispatchStatus.OVERTAKEN, now)
        found.reason_text = _tell(refusal, found.region_code, now.day)[:_LONGEST_TOLD]
        db.flush()
        note(db, found, "dispatch.overtaken", by=by, now=now)
        return
    _settle(found, DispatchStatus.SCHEDULED, now)
    if course is not None:
        found.course_id = db.scalars(select(Course.id).where(Course.public_id == course)).one()
    db.flush()


def _stand_in(db: Session, found: Dispatch, *, by: Actor, now: Now) -> None:
    """The teacher stands in, and nobody else is asked any more."""
    record = locked(db, ClassSession, ClassSession.id == found.class_session_id)
    if record.status not in TO_COME or (record.day, record.starts) != (found.day, found.starts):
        raise Refused("no_class")
    there = teachers_of_sessions(db, [record.id])[record.id]
    after = [found.teacher_id if one == found.instead_of_id else one for one in there]
    if found.teacher_id not in after:
        after.append(found.teacher_id)
    names = dict(db.execute(select(Teacher.id, Teacher.public_id).where(Teacher.id.in_(after))).all())
    change_teachers(
        db,
        class_session=record.public_id,
        seen_revision=record.revision,
        teachers=[names[one] for one in after],
        by=by,
        now=now,
    )
    others = select(Dispatch).where(
        Dispatch.class_session_id == record.id,
        Dispatch.id != found.id,
        Dispatch.status == DispatchStatus.OFFERED,
    )
    for other in db.scalars(others.with_for_update()):
        _settle(other, DispatchStatus.OVERTAKEN, now)
        other.reason_text = _("已经有老师来顶了。")
    db.flush()


def _schedule(db: Session, found: Dispatch, *, by: Actor, now: Now) -> str:
    teacher = db.get_one(Teacher, found.teacher_id).public_id
    venue = db.get_one(Venue, found.venue_id).public_id if found.venue_id else None
    wish = db.get(Wish, found.wish_id) if found.wish_id else None
    if wish is not None:
        _check_wish(db, wish, found.topic, now)
    is_one_of = wish is not None and is_part(found.topic, wish.topic)
    if is_one_of and (begun := db.get(Course, wish.course_id) if wish and wish.course_id else None):
        add_session(
            db,
            course=begun.public_id,
            slot=_slot(found),
            teachers=[teacher],
            venue=venue,
            by=by,
            now=now,
        )
        return begun.public_id
    offered = Offer(
        found.region_code,
        parts_wished(wish.topic)[0] if wish and is_one_of else found.topic,
        found.category_code,
        teacher,
        _slot(found),
        venue,
        expected=found.expected,
    )
    course = schedule_course(
        db,
        proposal=offered.proposal,
        publish=not waiting_months(db, found.region_code, [found.day], today=now.day),
        by=by,
        now=now,
        not_twice=True,
    )
    if wish is not None:
        meet_wish(db, wish=wish.public_id, course=course, by=by, now=now)
    return course


def _tell(refusal: Exception, village: str, today: date) -> str:
    """What came between, for the village to read."""
    match refusal:
        case CannotSchedule(conflicts=conflicts):
            return explain(conflicts[0], village_code=village, today=today)
        case VillageEnded():
            return tell_ended(refusal.village, refusal.ended_on, refusal.successor)
        case Refused(code="course_twice"):
            return tell_course_twice(refusal, today)
        case Refused(code="wish_closed" | "no_class"):
            return tell_refused_dispatch(refusal)
    return _("老师或者场地已经不在单子上了。")


def _open_wish(db: Session, wish: str, offered: Offer, now: Now) -> Wish:
    """The wish, locked, so that two officers do not send two teachers for it, or for the same part of it."""
    found = locked(db, Wish, (Wish.public_id == wish) & (Wish.region_code == offered.village))
    _check_wish(db, found, offered.topic, now)
    asked = select(Dispatch.id).where(Dispatch.wish_id == found.id, is_waiting(now.moment))
    if is_part(offered.topic, found.topic):
        asked = asked.where(Dispatch.topic == offered.topic)
    if db.scalars(asked.limit(1)).first() is not None:
        raise Refused("already_asked")
    return found


def _check_wish(db: Session, wish: Wish, topic: str, now: Now) -> None:
    """The wish waits for a class, or this is a part of it that nobody has agreed to."""
    line = wishes.wish(db, wish.public_id, at=now.moment)
    if line is not None and line.is_open:
        return
    agreed = select(Dispatch.topic).where(
        Dispatch.wish_id == wish.id, Dispatch.status == DispatchStatus.SCHEDULED
    )
    has = {*db.scalars(agreed)}
    if wish.status != WishStatus.APPROVED or not has or topic in has or not is_part(topic, wish.topic):
        raise Refused("wish_closed")


def _office(by: Actor, village: str) -> str:
    """The smallest region of the village in which this actor may dispatch; its county or township where that is all."""
    held = [post.region_code for post in by.posts_for("dispatch")]
    own = [one for one in held if one is not None and is_inside(village, one)]
    return max(own, default=county_or_township_of(village))


def _settle(found: Dispatch, status: DispatchStatus, now: Now) -> None:
    found.status, found.settled_at = status, now.instant


def _slot(found: Dispatch) -> Slot:
    return Slot(found.day, found.starts, found.ends)
