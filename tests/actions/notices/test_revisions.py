"""Every change of a public class session is a revision that says what villagers read, and knows what they were told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import publish_course, schedule_course
from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.actions.courses.undo import take_back
from nightschool.actions.notices.revisions import mark_told, remember
from nightschool.actions.people.people import edit_teacher
from nightschool.actions.places.venues import edit_venue
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.planning import SessionRevision
from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Weekly
from nightschool.rules.notices.revisions import facts_from_json, tell_differences
from nightschool.rules.people.people import TeacherEntry
from nightschool.rules.places.venues import VenueEntry
from nightschool.rules.slots import Moment, Now, Slot
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_session,
    make_teacher,
    make_venue,
)

FRIDAY = TODAY + timedelta(days=10)  # 12月4日
EVENING = (19 * 60, 20 * 60 + 30)
LATER = later(minutes=3)
AT = Moment(TODAY, 10 * 60)


@pytest.fixture
def session(cast: Cast, db: Session) -> ClassSession:
    """周老师 in the meeting room on Friday week, in a village that was told so."""
    course = make_course(db, title="柑橘修剪", teachers=(cast.teacher,), venue_id=cast.venue)
    record = make_session(db, course, FRIDAY, teachers=(cast.teacher,))
    mark_told(db, [record], NOW)
    return record


def seen(cast: Cast, record: ClassSession, at: Now = NOW) -> dict[str, Any]:
    return {
        "class_session": record.public_id,
        "seen_revision": record.revision,
        "by": cast.chen_actor,
        "now": at,
    }


def move(cast: Cast, db: Session, record: ClassSession, days: int = 1) -> None:
    slot = Slot(record.day + timedelta(days=days), *EVENING)
    move_session(db, slot=slot, **seen(cast, record))


def edit(cast: Cast, db: Session, record: ClassSession, **changed: Any) -> None:
    values = {
        "title": record.title,
        "summary": "",
        "teachers": (db.get_one(Teacher, cast.teacher).public_id,),
        "venue": db.get_one(Venue, cast.venue).public_id,
        **changed,
    }
    change_session(db, **values, **seen(cast, record))


def cancel(cast: Cast, db: Session, record: ClassSession) -> None:
    cancel_session(db, reason="farm_work", reason_text="", **seen(cast, record))


def postpone(cast: Cast, db: Session, record: ClassSession) -> ClassSession:
    slot = Slot(FRIDAY + timedelta(days=7), *EVENING)
    reason = {"reason": "meeting", "reason_text": "村里开会"}
    public_id = postpone_session(db, slot=slot, **reason, **seen(cast, record))
    return db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()


def restore(cast: Cast, db: Session, record: ClassSession) -> None:
    restore_session(db, **seen(cast, record))


def undo(cast: Cast, db: Session) -> None:
    change = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one()
    take_back(db, change=change, by=cast.chen_actor, now=LATER)


def sentences(db: Session, record: ClassSession) -> list[str]:
    """What its revisions tell, the first one first; and none of them stands for another state than its SEQUENCE."""
    rows = db.scalars(
        select(SessionRevision)
        .where(SessionRevision.class_session_id == record.id)
        .order_by(SessionRevision.revision)
    ).all()
    assert [row.revision for row in rows] == sorted({row.revision for row in rows})
    assert all(row.revision <= record.revision for row in rows)
    facts = [facts_from_json(row.facts) for row in rows]
    return [
        sentence
        for before, after in zip([None, *facts], facts, strict=False)
        for sentence in tell_differences(before, after, AT)
    ]


def test_moved_session_says_so_and_differs_from_the_notice(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    sequence = session.revision
    move(cast, db, session)
    assert sentences(db, session) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周六 12月5日（十月廿七） 19:00。"
    ]
    assert session.differs == "time"
    assert (session.told_day, session.told_starts) == (FRIDAY, 19 * 60)
    assert session.revision == sequence + 1  # what differs is written without another revision


def test_undone_move_is_a_further_revision_and_the_notice_is_right_again(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    move(cast, db, session)
    sequence = session.revision
    undo(cast, db)
    assert sentences(db, session) == []
    assert session.differs == ""
    assert session.revision > sequence


def test_other_place_teacher_and_title_each_have_their_sentence(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    office = make_venue(db, name="村办公室")
    li = make_teacher(db, name="李老师", unit="")
    li.name_is_public = True
    edit(cast, db, session, venue=office.public_id, teachers=(li.public_id,), title="柑橘施肥")
    assert sentences(db, session) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘施肥换到村办公室上。",
        "周五 12月4日（十月廿六） 19:00 的柑橘施肥改由李老师讲。",
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪改讲柑橘施肥。",
    ]
    assert session.differs == "place,teachers,title"
    undo(cast, db)
    assert (sentences(db, session), session.differs) == ([], "")


def test_words_that_no_list_shows_leave_no_revision_to_tell(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    edit(cast, db, session, summary="带剪刀")
    assert (sentences(db, session), session.differs) == ([], "")


def test_cancelled_restored_and_both_undone(cast: Cast, db: Session, session: ClassSession) -> None:
    off, on = (
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪取消了：农活忙。",
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪恢复了，照常上。",
    )
    cancel(cast, db, session)
    assert (sentences(db, session), session.differs) == ([off], "off")
    undo(cast, db)
    assert (sentences(db, session), session.differs) == ([], "")
    cancel(cast, db, session)
    restore(cast, db, session)
    assert (sentences(db, session), session.differs) == ([off, on], "")
    undo(cast, db)
    assert (sentences(db, session), session.differs) == ([off], "off")


def test_postponed_session_tells_where_it_went_and_its_successor_does_not_say_it_again(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    successor = postpone(cast, db, session)
    assert sentences(db, session) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周五 12月11日（冬月初三） 19:00：村里开会。"
    ]
    assert (sentences(db, successor), session.differs, successor.differs) == ([], "off", "")
    undo(cast, db)
    assert sentences(db, session) == sentences(db, successor) == []
    assert session.differs == ""


def test_moved_successor_raises_the_sequence_of_what_points_to_it(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    successor = postpone(cast, db, session)
    sequence = session.revision
    move(cast, db, successor)
    assert session.revision == sequence + 1
    assert len(sentences(db, session)) == 1
    assert sentences(db, successor) == [
        "周五 12月11日（冬月初三） 19:00 的柑橘修剪改到 周六 12月12日（冬月初四） 19:00。"
    ]


def test_draft_has_no_revision_until_it_is_public_and_its_publishing_undone_says_nothing_of_it(
    cast: Cast, db: Session
) -> None:
    proposal = Proposal(SHIWAN, "养猪", "skill", *EVENING, Weekly(FRIDAY, (4,), times=2))
    scheduled = {"proposal": proposal, "publish": False, "by": cast.chen_actor, "now": NOW}
    course = schedule_course(db, **scheduled)
    draft = db.scalars(select(ClassSession).order_by(ClassSession.day).limit(1)).one()
    edit(cast, db, draft, title="养牛", teachers=(), venue=None)
    assert sentences(db, draft) == []
    publish_course(db, course=course, by=cast.chen_actor, now=NOW)
    assert sentences(db, draft) == ["加了一次：周五 12月4日（十月廿六） 19:00 养牛。"]
    undo(cast, db)
    edit(cast, db, draft, title="养鸭", teachers=(), venue=None)
    assert sentences(db, draft) == []
    publish_course(db, course=course, by=cast.chen_actor, now=LATER)
    assert sentences(db, draft) == ["加了一次：周五 12月4日（十月廿六） 19:00 养鸭。"]
    assert draft.differs == ""


def test_session_added_to_a_public_course_is_told_until_that_is_undone(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    course = db.get_one(Course, session.course_id)
    slot = Slot(FRIDAY + timedelta(days=1), *EVENING)
    given = {"teachers": (), "venue": None, "by": cast.chen_actor, "now": NOW}
    public_id = add_session(db, course=course.public_id, slot=slot, **given)
    added = db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()
    assert sentences(db, added) == ["加了一次：周六 12月5日（十月廿七） 19:00 柑橘修剪。"]
    undo(cast, db)
    assert sentences(db, added) == []


def test_session_public_before_revisions_were_written_tells_its_first_change_alone(
    cast: Cast, db: Session
) -> None:
    course = make_course(db, title="柑橘修剪", teachers=(cast.teacher,), venue_id=cast.venue)
    published = {"teachers": (cast.teacher,), "published_at": NOW.instant - timedelta(days=3)}
    old = make_session(db, course, FRIDAY, **published)
    move(cast, db, old)
    assert sentences(db, old) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周六 12月5日（十月廿七） 19:00。"
    ]
    assert old.differs == ""  # nobody was told of it


def test_notice_raises_no_sequence_and_the_village_is_shown_anew(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    move(cast, db, session)
    sequence, village = session.revision, db.get_one(Region, SHIWAN).revision
    mark_told(db, [session], LATER)
    db.refresh(session)
    assert (session.revision, session.announced_revision, session.differs) == (sequence, sequence, "")
    assert session.told_day == FRIDAY + timedelta(days=1)
    assert db.get_one(Region, SHIWAN).revision == village + 1


def test_place_under_another_name_raises_the_sequence_of_what_is_to_come_there(
    cast: Cast, db: Session, session: ClassSession
) -> None:
    past = make_session(db, db.get_one(Course, session.course_id), TODAY - timedelta(days=20))
    before = (session.revision, past.revision)
    venue = db.get_one(Venue, cast.venue)
    entry = VenueEntry(name="党群服务中心", kind=venue.kind)
    edit_venue(
        db,
        venue=venue.public_id,
        entry=entry,
        version=venue.version,
        by=cast.chen_actor,
        now=LATER,
    )
    db.refresh(past)
    assert (session.revision, past.revision) == (before[0] + 1, before[1])
    assert sentences(db, session) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪，上课的地方现在叫党群服务中心。"
    ]
    assert session.differs == "place"


def test_teacher_whose_name_becomes_public_is_told(cast: Cast, db: Session, session: ClassSession) -> None:
    teacher, by = db.get_one(Teacher, cast.teacher), cast.region_administrator_actor
    sequence = session.revision
    for public in (False, True):
        entry = TeacherEntry(name="周老师", kind=teacher.kind, unit="农技站", name_is_public=public)
        edit_teacher(db, teacher=teacher.public_id, entry=entry, version=teacher.version, by=by, now=LATER)
    assert session.revision == sequence + 2
    assert sentences(db, session) == [
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪由农技站的老师讲。",
        "周五 12月4日（十月廿六） 19:00 的柑橘修剪由周老师（农技站）讲。",
    ]
    assert session.differs == ""


def test_cost_of_a_change_does_not_grow_with_its_sessions(
    cast: Cast, db: Session, statements: list[str]
) -> None:
    def cost(times: int) -> tuple[int, int]:
        proposal = Proposal(SHIWAN, f"养猪{times}", "skill", *EVENING, Weekly(FRIDAY, (4,), times=times))
        given = {"proposal": proposal, "publish": True, "by": cast.chen_actor, "now": NOW}
        schedule_course(db, **given)
        records = db.scalars(select(ClassSession).where(ClassSession.title == f"养猪{times}")).all()
        statements.clear()
        remember(db, records, now=NOW)
        remembered = len(statements)
        mark_told(db, records, NOW)
        return remembered, len(statements) - remembered

    assert cost(1) == cost(30) == (2, 5)
