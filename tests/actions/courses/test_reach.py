"""Several class sessions called off or put off at once: as they were shown, all or none."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.reach import call_off_area, cancel_several, postpone_several
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses.reach import reaches
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.reach import call_off, put_off, reach_digest
from nightschool.rules.courses.series import Reach
from nightschool.rules.courses.storms import Storm
from nightschool.rules.slots import Slot
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_session

TOWNSHIP, COUNTY = "511002105000", "511002000000"
RAIN = {"reason": "weather", "reason_text": "下大雨"}
WEEK = timedelta(days=7)

pytestmark = pytest.mark.one_database


@pytest.fixture
def term(cast: Cast, db: Session) -> list[ClassSession]:
    """Tonight and the two Tuesdays after."""
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    return [make_session(db, course, TODAY + WEEK * at, teachers=(cast.teacher,)) for at in range(3)]


def shown(db: Session, one: ClassSession, change: Change, slot: Slot | None = None) -> str:
    course = db.get_one(Course, one.course_id).public_id
    found = reaches(db, SHIWAN, course, one.public_id, change, at=NOW.moment)
    members, [this] = found[Reach.FOLLOWING], found[Reach.ONE]
    return reach_digest(put_off(members, this, slot) if slot else call_off(members))


def said(cast: Cast, one: ClassSession, seen: str, **otherwise: Any) -> dict[str, Any]:
    usual = {
        "class_session": one.public_id, "seen_revision": one.revision, "reach": Reach.FOLLOWING, "seen": seen,
        "by": cast.chen_actor, "now": NOW, **RAIN,
    }  # fmt: skip
    return usual | otherwise


def test_the_picked_are_called_off_with_their_reason_and_the_others_stay(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    seen = shown(db, term[0], Change.CANCEL)
    picked = [term[0].public_id, term[2].public_id]
    assert cancel_several(db, picked=picked, **said(cast, term[0], seen)) == 2
    assert [one.status for one in term] == ["cancelled", "scheduled", "cancelled"]
    assert [(one.reason, one.reason_text) for one in term[1:]] == [(None, ""), ("weather", "下大雨")]
    line = db.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert line is not None and line.details["sessions"] == 2


def test_the_picked_are_put_off_by_as_many_days_and_taught_by_whom_they_were(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    slot = Slot(TODAY + timedelta(days=1), term[0].starts, term[0].ends)
    seen = shown(db, term[0], Change.POSTPONE, slot)
    picked = [one.public_id for one in term]
    assert postpone_several(db, picked=picked, slot=slot, **said(cast, term[0], seen)) == 3
    assert [one.status for one in term] == ["postponed"] * 3
    for one in term:
        successor = db.get_one(ClassSession, one.successor_id)
        assert successor.day == one.day + timedelta(days=1)
        assert (one.reason, one.reason_text) == ("weather", "下大雨")
        who = select(ClassSessionTeacher.teacher_id).where(
            ClassSessionTeacher.class_session_id == successor.id
        )
        assert db.scalars(who).all() == [cast.teacher]


def test_what_is_not_as_it_was_shown_or_lacks_a_reason_changes_nothing(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    seen = shown(db, term[0], Change.CANCEL)
    picked = [term[0].public_id]
    wrong: list[tuple[type[Exception], str | None, dict[str, Any]]] = [
        (StaleRecord, "series", {"seen": "another"}),
        (StaleRecord, "class_session", {"seen_revision": 99}),
        (Refused, "nothing_picked", {"picked": []}),
        (Refused, "reason_missing", {"reason": ""}),
        (NotFound, None, {"class_session": "nobody"}),
        (NotAllowed, None, {"by": cast.luo_actor}),
    ]
    for error, told, otherwise in wrong:
        with pytest.raises(error, match=told):
            cancel_several(db, **{"picked": picked, **said(cast, term[0], seen), **otherwise})
    slot = Slot(term[0].day, term[0].starts, term[0].ends)
    with pytest.raises(Refused, match="same_slot"):
        postpone_several(db, picked=picked, slot=slot, **said(cast, term[0], seen))
    assert [one.status for one in term] == ["scheduled"] * 3


def test_a_township_calls_an_evening_off_and_is_named_for_it(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    by = Actor(cast.chen, "罗科长", (Post(Role.SUPERVISOR, COUNTY),))
    asked: dict[str, Any] = {"region": TOWNSHIP, "storm": Storm(TODAY, TODAY), "by": by, "now": NOW, **RAIN}
    for error, told, otherwise in (
        (Refused, "nothing_picked", {"picked": []}),
        (Refused, "reason_missing", {"picked": [term[0].public_id], "reason": ""}),
        (StaleRecord, "series", {"picked": [term[0].public_id, term[1].public_id]}),
        (NotFound, None, {"picked": [term[0].public_id], "region": SHIWAN}),
        (NotAllowed, None, {"picked": [term[0].public_id], "by": cast.chen_actor}),
    ):
        with pytest.raises(error, match=told):
            call_off_area(db, **{**asked, **otherwise})
    assert call_off_area(db, picked=[term[0].public_id] * 2, **asked)
    assert [(one.status, one.called_off_by) for one in term[:2]] == [
        ("cancelled", TOWNSHIP),
        ("scheduled", None),
    ]
