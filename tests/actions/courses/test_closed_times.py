"""Closed times refuse a slot like a taken one, until it is said that it was agreed upon."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.closed_times import add_closed_time, remove_closed_time
from nightschool.actions.courses.courses import Common, edit_course, schedule_course
from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.actions.courses.undo import take_back
from nightschool.actions.people.merges import merge_people, undo_merge
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused
from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import ClosedTime as Row
from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.closed_times import page
from nightschool.queries.courses.surroundings import good_days, surroundings
from nightschool.queries.seasons.localities import locality
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.slots import Moment, Slot
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_session,
    make_teacher,
    make_venue,
)

FRIDAY = TODAY + timedelta(days=3)
FRIDAYS = ClosedTime(weekdays=frozenset({4}), starts=17 * 60, note="门诊")
REPAIRS = ClosedTime(FRIDAY, FRIDAY, note="装修")


def close(db: Session, cast: Cast, kind: str, record: Any, closed: ClosedTime = REPAIRS) -> str:
    by = cast.chen_actor if kind == "venue" else cast.region_administrator_actor
    return add_closed_time(db, kind=kind, of=record.public_id, closed=closed, by=by, now=NOW, is_sure=True)


def given(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"by": cast.chen_actor, "now": NOW, **more}


def proposal(db: Session, cast: Cast, day: date = FRIDAY) -> Proposal:
    teacher, venue = db.get_one(Teacher, cast.teacher), db.get_one(Venue, cast.venue)
    return Proposal(
        SHIWAN, "柑橘冬季管护", "skill", 1140, 1230, Once(day), "", (teacher.public_id,), venue.public_id
    )


def scheduled(db: Session, cast: Cast, wanted: Proposal, **more: Any) -> ClassSession:
    key = schedule_course(db, proposal=wanted, publish=True, **given(cast, **more))
    return db.scalars(select(ClassSession).join(Course).where(Course.public_id == key)).one()


def seen(record: ClassSession) -> dict[str, Any]:
    return {"class_session": record.public_id, "seen_revision": record.revision}


def test_a_closed_teacher_and_venue_refuse_with_open_times_and_give_way_once_agreed(
    cast: Cast, db: Session
) -> None:
    close(db, cast, "teacher", db.get_one(Teacher, cast.teacher), FRIDAYS)
    close(db, cast, "venue", db.get_one(Venue, cast.venue))
    wanted = proposal(db, cast)
    with pytest.raises(CannotSchedule) as refused:
        scheduled(db, cast, wanted)
    assert [conflict.closed for conflict in refused.value.conflicts] == [FRIDAYS, REPAIRS]
    for slot in refused.value.conflicts[0].instead:
        assert not FRIDAYS.covers(slot) and not REPAIRS.covers(slot)
        with db.begin_nested() as looked:
            scheduled(
                db, cast, replace(wanted, starts=slot.starts, ends=slot.ends, recurrence=Once(slot.day))
            )
            looked.rollback()
    assert scheduled(db, cast, wanted, agreed=True).day == FRIDAY


def test_what_was_agreed_is_not_asked_again_but_what_is_new_is(cast: Cast, db: Session) -> None:
    teacher = db.get_one(Teacher, cast.teacher)
    record = scheduled(db, cast, proposal(db, cast))
    close(db, cast, "teacher", teacher, FRIDAYS)  # what stood already stays
    venue = db.get_one(Venue, cast.venue)
    staff = {"teachers": (teacher.public_id,), "venue": venue.public_id}
    change_session(db, title="另一个题目", summary="", **staff, **seen(record), **given(cast))
    change_session(
        db, title="另一个题目", summary="", **{**staff, "venue": None}, **seen(record), **given(cast)
    )
    course = db.get_one(Course, record.course_id)
    common = Common("三个字", "skill", "", staff["teachers"], None, 1140, 1230)
    edit_course(db, course=course.public_id, seen_version=course.version, common=common, **given(cast))
    other = make_teacher(db, SHIWAN, "王老师")
    close(db, cast, "teacher", other, FRIDAYS)
    both = {"teachers": (teacher.public_id, other.public_id), "venue": None}
    with pytest.raises(CannotSchedule) as refused:
        change_session(db, title="三个字", summary="", **both, **seen(record), **given(cast))
    assert [conflict.resource_name for conflict in refused.value.conflicts] == ["王老师"]


def test_every_way_to_a_slot_is_refused_and_may_be_agreed(cast: Cast, db: Session) -> None:
    teacher = db.get_one(Teacher, cast.teacher)
    monday = TODAY + timedelta(days=6)
    record = scheduled(db, cast, proposal(db, cast, monday))
    course = db.get_one(Course, record.course_id)
    close(db, cast, "teacher", teacher, FRIDAYS)
    slot, why = Slot(FRIDAY, 1140, 1230), {"reason": "weather", "reason_text": ""}
    ways = (
        lambda **agreed: move_session(db, slot=slot, **seen(record), **given(cast, **agreed)),
        lambda **agreed: postpone_session(db, slot=slot, **why, **seen(record), **given(cast, **agreed)),
        lambda **agreed: add_session(
            db, course=course.public_id, slot=slot, teachers=(teacher.public_id,), venue=None,
            **given(cast, **agreed),
        ),
    )  # fmt: skip
    for way in ways:
        with pytest.raises(CannotSchedule), db.begin_nested():
            way()
        with db.begin_nested() as looked:
            way(agreed=True)
            looked.rollback()
        db.expire_all()


def test_what_was_called_off_asks_again_and_undo_never_does(cast: Cast, db: Session) -> None:
    record = scheduled(db, cast, proposal(db, cast))
    close(db, cast, "teacher", db.get_one(Teacher, cast.teacher), FRIDAYS)
    cancelled = {"reason": "weather", "reason_text": "", "by": cast.chen_actor, "now": NOW}
    cancel_session(db, **seen(record), **cancelled)
    with pytest.raises(CannotSchedule), db.begin_nested():
        restore_session(db, **seen(record), **given(cast))
    db.expire_all()
    change = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one()
    take_back(db, change=change, **given(cast))
    assert record.status == "scheduled"
    cancel_session(db, **seen(record), **cancelled)
    restore_session(db, **seen(record), **given(cast, agreed=True))
    assert record.status == "scheduled"


def test_a_place_for_several_classes_may_be_closed_too(cast: Cast, db: Session) -> None:
    court = make_venue(db, SHIWAN, "文化院坝", allows_parallel=True)
    close(db, cast, "venue", court)
    wanted = replace(proposal(db, cast), venue=court.public_id, teachers=())
    with pytest.raises(CannotSchedule) as refused:
        scheduled(db, cast, wanted)
    assert refused.value.conflicts[0].resource_name == "文化院坝"
    record = scheduled(db, cast, wanted, agreed=True)
    change_session(
        db, title="新题目", summary="", teachers=(), venue=court.public_id, **seen(record), **given(cast)
    )


def test_a_time_is_kept_by_who_keeps_the_record_and_said_once(cast: Cast, db: Session) -> None:
    teacher = db.get_one(Teacher, cast.teacher)
    values = {"kind": "teacher", "of": teacher.public_id, "now": NOW}
    with pytest.raises(NotAllowed):
        add_closed_time(db, closed=FRIDAYS, by=cast.chen_actor, **values)
    key = close(db, cast, "teacher", teacher, FRIDAYS)
    with pytest.raises(Refused, match="known"):
        close(db, cast, "teacher", teacher, FRIDAYS)
    with pytest.raises(NotAllowed):
        remove_closed_time(db, closed_time=key, by=cast.chen_actor, **values)
    make_session(db, make_course(db), FRIDAY, teachers=(teacher.id,), starts=1140, ends=1230)
    found = page(db, "teacher", teacher.public_id, today=TODAY)
    assert found is not None and [(one.closed, len(one.standing)) for one in found.lines] == [(FRIDAYS, 1)]
    by = cast.region_administrator_actor
    assert remove_closed_time(db, closed_time=key, by=by, **values) == FRIDAYS
    with pytest.raises(NotFound):
        remove_closed_time(db, closed_time=key, by=by, **values)


def test_two_records_of_one_teacher_bring_their_times_together_and_apart(cast: Cast, db: Session) -> None:
    kept, merged = db.get_one(Teacher, cast.teacher), make_teacher(db, SHIWAN, "周老师")
    close(db, cast, "teacher", kept)
    add_closed_time(db, kind="teacher", of=merged.public_id, closed=FRIDAYS, by=cast.chen_actor, now=NOW)

    def owners() -> list[tuple[int, str]]:
        rows = db.execute(select(Row.resource_id, Row.region_code).order_by(Row.id))
        return [tuple(row) for row in rows]  # type: ignore[misc]

    before = owners()
    versions = (kept.version, merged.version)
    by = {"by": cast.chen_actor, "now": NOW, "kind": "teacher"}
    merge_people(db, kept=kept.public_id, merged=merged.public_id, seen=versions, **by)
    assert {key for key, _region in owners()} == {kept.id}
    undo_merge(db, merged=merged.public_id, **by)
    assert owners() == before


def test_the_way_is_known_across_counties_and_free_days_avoid_closed_ones(cast: Cast, db: Session) -> None:
    shared = make_teacher(db, "511000000000", "李教授", weekly_limit=2)
    elsewhere = make_course(db, JIANLI, teachers=(shared.id,))
    make_session(db, elsewhere, FRIDAY, teachers=(shared.id,), starts=840, ends=930)
    asked = {"teachers": (shared.public_id,), "zone": "Asia/Shanghai"}

    def way() -> Any:
        here, choices = locality(db, SHIWAN), on_offer(db, SHIWAN)
        around = surroundings(db, here, [FRIDAY], choices=choices, **asked)
        assert around.weekly_limits == {"李教授": 2}
        return around.taught["李教授"][0].way

    for code, latitude in ((SHIWAN, 29.6), (JIANLI, 29.5)):
        assert way() is None
        db.add(RegionPosition(region_code=code, latitude=latitude, longitude=105.0))
        db.flush()
    assert (round(way().km), way().minutes) == (16, 35)
    add_closed_time(
        db,
        kind="venue",
        of=db.get_one(Venue, cast.venue).public_id,
        closed=ClosedTime(last=FRIDAY + timedelta(days=2)),
        by=cast.chen_actor,
        now=NOW,
    )
    venue = db.get_one(Venue, cast.venue).public_id
    days = [TODAY + timedelta(days=ahead) for ahead in range(1, 8)]
    good = good_days(
        db,
        locality(db, SHIWAN),
        days,
        choices=on_offer(db, SHIWAN),
        starts=1140,
        ends=1230,
        title="",
        venue=venue,
        not_before=Moment(TODAY, 600),
        **asked,
    )
    assert good and all(one.slot.day > FRIDAY + timedelta(days=2) for one in good)
