"""The trail of a village and of a record: whole, in order, in pages that never shift, for a bounded number of statements."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.actions import records
from nightschool.models.trust import AuditEvent
from nightschool.queries.trust import trail
from nightschool.rules.access import SYSTEM
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_session,
)


def note(
    db: Session, cast: Cast, action: str = "school.edit", record: str = "night_school 1", **more: Any
) -> None:
    usual: dict[str, Any] = {"by": cast.chen_actor, "now": NOW, "region_code": SHIWAN}
    records.note(db, record, action, **{**usual, **more})


def test_village_has_its_own_lines_the_latest_first(cast: Cast, db: Session) -> None:
    note(db, cast, "venue.add", f"venue {cast.venue}", now=later(days=-2))
    note(db, cast, "school.edit", now=NOW)
    note(db, cast, "teacher.add", f"teacher {cast.teacher}", now=later(days=-1))
    note(db, cast, "school.edit", by=cast.luo_actor, region_code=JIANLI)
    note(db, cast, "regions.successor", by=SYSTEM, now=later(days=-3))
    page = trail.village_trail(db, SHIWAN)
    assert [(line.who, line.action, line.subject.name) for line in page.lines] == [
        ("陈书记", "school.edit", ""),
        ("陈书记", "teacher.add", "周老师"),
        ("陈书记", "venue.add", "村活动室"),
        ("", "regions.successor", ""),
    ]
    assert page.older is None
    only = trail.village_trail(db, SHIWAN, actions=("venue.add", "venue.edit"))
    assert [line.action for line in only.lines] == ["venue.add"]


def test_pages_lose_and_repeat_nothing_when_lines_arrive_meanwhile(cast: Cast, db: Session) -> None:
    for number in range(2 * trail.LINES_A_PAGE + 5):
        note(db, cast, now=later(minutes=number // 3), number=number)
    seen, before = [], None
    while True:
        page = trail.village_trail(db, SHIWAN, before=before)
        seen += [line.details["number"] for line in page.lines]
        note(db, cast, now=later(days=1), number=-1)
        before = page.older
        if before is None:
            break
    assert seen == list(reversed(range(2 * trail.LINES_A_PAGE + 5)))


def test_cursor_that_never_was_shows_nothing(cast: Cast, db: Session) -> None:
    note(db, cast)
    assert trail.village_trail(db, SHIWAN, before=10**9).lines == ()


def test_course_has_the_lines_of_its_sessions(cast: Cast, db: Session) -> None:
    course, other = make_course(db), make_course(db, title="防诈骗")
    mine, foreign = make_session(db, course), make_session(db, other)
    note(db, cast, "courses.schedule", f"course {course.id}")
    note(db, cast, "sessions.cancel", f"class_session {mine.id}", now=later(hours=1))
    note(db, cast, "sessions.cancel", f"class_session {foreign.id}")
    found = trail.record(db, "course", course.public_id)
    assert found is not None and (found.subject.name, found.region_code) == ("柑橘冬季管护", SHIWAN)
    assert [line.action for line in found.page.lines] == ["sessions.cancel", "courses.schedule"]
    assert found.page.lines[0].subject.slot.day == TODAY
    own = trail.record(db, "class_session", mine.public_id)
    assert own is not None and [line.action for line in own.page.lines] == ["sessions.cancel"]


def test_learner_is_named_nowhere(cast: Cast, db: Session) -> None:
    learner = make_learner(db)
    note(db, cast, "learner.edit", f"learner {learner.id}", fields=["phone"])
    found = trail.record(db, "learner", learner.public_id)
    assert "陈大秀" not in str(found) + str(trail.village_trail(db, SHIWAN))
    assert found is not None and found.page.lines[0].subject.public_id == learner.public_id


def test_account_has_the_lines_of_its_logins(cast: Cast, db: Session) -> None:
    from nightschool.models.trust import Account, LoginSession

    login = LoginSession(
        account_id=cast.chen, token_digest="a" * 64, device="手机", is_own_phone=True, created_at=NOW.instant,
        last_seen_at=NOW.instant, expires_at=NOW.instant,
    )  # fmt: skip
    db.add(login)
    db.flush()
    note(db, cast, "login.open", f"login_session {login.id}")
    note(db, cast, "login.open", f"login_session {login.id + 1}")
    note(db, cast, "slip.make", f"account {cast.chen}", region_code=None)
    found = trail.record(db, "account", db.get_one(Account, cast.chen).public_id)
    assert found is not None and found.region_code is None
    assert {line.action for line in found.page.lines} == {"login.open", "slip.make"}
    assert len(found.page.lines) == 2


def test_unknown_record_has_no_trail(cast: Cast, db: Session) -> None:
    assert trail.record(db, "venue", "A" * 22) is None


@pytest.mark.parametrize("number", [1, 30])
def test_statements_do_not_grow_with_the_lines(
    cast: Cast, db: Session, statements: list[str], number: int
) -> None:
    course = make_course(db)
    for _line in range(number):
        learner, class_session = make_learner(db, name=f"陈{_line}"), make_session(db, course, booked=False)
        note(db, cast, "learner.add", f"learner {learner.id}")
        note(db, cast, "sessions.cancel", f"class_session {class_session.id}")
    for action, record in (
        ("courses.edit", f"course {course.id}"),
        ("venue.edit", f"venue {cast.venue}"),
        ("teacher.edit", f"teacher {cast.teacher}"),
        ("account.create", f"account {cast.chen}"),
    ):
        note(db, cast, action, record, now=later(minutes=1))
    statements.clear()
    page = trail.village_trail(db, SHIWAN)
    assert len(page.lines) == min(2 * number + 4, trail.LINES_A_PAGE)
    assert len(statements) <= 7
    statements.clear()
    trail.record(db, "course", course.public_id)
    assert len(statements) <= 5


def test_lines_cannot_be_changed_by_looking(cast: Cast, db: Session) -> None:
    note(db, cast)
    before = db.query(AuditEvent).count()
    trail.village_trail(db, SHIWAN)
    assert db.query(AuditEvent).count() == before
