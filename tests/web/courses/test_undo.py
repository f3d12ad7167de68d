"""In the browser: what was done is named, taken back with one tap, and a cancelled session comes back later."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.teaching import ClassSession, Course
from tests.factories import SHIWAN, TODAY, Cast, StillClock, make_course, make_learner, make_session


@pytest.fixture
def tonight(cast: Cast, database: Database) -> str:
    """Tonight's session in the meeting room."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        return make_session(db, course, TODAY, teachers=(cast.teacher,)).public_id


def post(browser: FlaskClient, path: str, **data: Any) -> Any:
    """The form at this address with the revision it shows, and the page it leads to."""
    revision = re.search(r'name="revision"[^>]*value="([0-9]+)"', browser.get(path).text)
    return browser.post(
        path, data={"revision": revision[1] if revision else "", **data}, follow_redirects=True
    )


def undo_of(page: str) -> str:
    [path] = re.findall(r'action="(/changes/[^"]+/undo)"', page)
    return str(path)


def stored(database: Database, public_id: str) -> ClassSession:
    with database.reading() as db:
        return db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()


def test_a_move_is_named_and_one_tap_takes_it_back(
    chen: FlaskClient, database: Database, tonight: str
) -> None:
    page = post(chen, f"/sessions/{tonight}/move", day="2026-11-27", starts="19:00", ends="20:30").text
    assert "柑橘冬季管护改到 周五 11月27日（十月十九） 19:00 了。" in page
    back = chen.post(undo_of(page), follow_redirects=True).text
    assert "撤销了：柑橘冬季管护还是 周二 11月24日（十月十六） 19:00。" in back
    assert "/changes/" not in back
    assert stored(database, tonight).day == TODAY


def test_the_page_of_the_session_still_offers_it_until_the_time_is_over(
    chen: FlaskClient, tonight: str, clock: StillClock
) -> None:
    post(chen, f"/sessions/{tonight}/cancel", reason="weather")
    page = chen.get(f"/sessions/{tonight}").text
    assert "刚才记了不上，10:09 以前可以撤销。" in page
    path = undo_of(page)
    clock.move(minutes=11)
    assert "/changes/" not in chen.get(f"/sessions/{tonight}").text
    late = chen.post(path, data={"next": f"/sessions/{tonight}"}, follow_redirects=True).text
    assert "过了 10 分钟，撤销不了了。" in late
    assert "取消 周二 11月24日" not in late


def test_a_slot_taken_meanwhile_is_named_where_one_was(
    chen: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    page = post(chen, f"/sessions/{tonight}/move", day="2026-11-27", starts="19:00", ends="20:30").text
    with database.writing() as db:
        make_session(db, make_course(db, title="医保怎么报销", venue_id=cast.venue), TODAY)
    back = chen.post(undo_of(page), data={"next": f"/sessions/{tonight}"}, follow_redirects=True)
    assert back.request.path == f"/sessions/{tonight}"
    assert "撤销不了，原来的时间已经占着了：" in back.text
    assert "医保怎么报销" in back.text


def test_nothing_is_offered_that_would_be_refused_because_of_a_later_class_of_the_series(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db)
        days = [TODAY + timedelta(days=7 * number) for number in (1, 2, 3)]
        first, later, _last = [make_session(db, course, day).public_id for day in days]
    path = f"/sessions/{first}/move"
    asked = {"day": "2026-12-01", "starts": "18:00", "ends": "19:30", "reach": "following"}
    shown = post(chen, path, **asked).text
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen is not None
    post(chen, path, **asked, do="save", seen=seen[1])
    undo = undo_of(chen.get(f"/sessions/{first}").text)
    own_page = undo.removesuffix("/undo")
    assert undo in chen.get(own_page).text
    post(chen, f"/sessions/{later}/cancel", reason="weather")
    assert undo not in chen.get(own_page).text
    refused = chen.post(undo, data={"next": f"/sessions/{first}"}, follow_redirects=True).text
    assert "撤销不了：之后又改过。照现在的样子再改一次就行。" in refused
    assert "/changes/" not in chen.get(f"/sessions/{first}").text
    assert "/changes/" in chen.get(f"/sessions/{later}").text


def test_nothing_is_offered_once_the_old_slot_is_taken(
    chen: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    post(chen, f"/sessions/{tonight}/move", day="2026-11-27", starts="19:00", ends="20:30")
    assert "/changes/" in chen.get(f"/sessions/{tonight}").text
    with database.writing() as db:
        make_session(db, make_course(db, title="医保怎么报销", venue_id=cast.venue), TODAY)
    assert "/changes/" not in chen.get(f"/sessions/{tonight}").text


def test_scheduling_is_not_offered_to_be_taken_back_once_somebody_is_enrolled(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    data = {
        "title": "果树班", "category": "skill", "repeat": "once", "first": "2026-11-27", "kind": "cohort",
        "starts": "19:00", "ends": "20:30", "venue": "", "do": "draft",
    }  # fmt: skip
    chen.post(f"/desk/{SHIWAN}/courses/new", data=data)
    with database.writing() as db:
        course = db.scalars(select(Course)).one().public_id
        learner = make_learner(db).public_id
    assert "/changes/" in chen.get(f"/courses/{course}").text
    enrolling = {"m": learner, "day": TODAY.isoformat(), "source": "self"}
    assert chen.post(f"/courses/{course}/roster", data=enrolling).status_code == 303
    assert "/changes/" not in chen.get(f"/courses/{course}").text


def test_postponing_is_taken_back_from_the_page_of_the_new_one(
    chen: FlaskClient, database: Database, tonight: str
) -> None:
    data = {"reason": "meeting", "day": "2026-11-26", "starts": "19:00", "ends": "20:30"}
    page = post(chen, f"/sessions/{tonight}/postpone", **data).text
    assert "柑橘冬季管护从 周二 11月24日（十月十六） 改期到 周四 11月26日（十月十八） 19:00 了。" in page
    back = chen.post(undo_of(page), follow_redirects=True)
    assert back.request.path == f"/sessions/{tonight}"
    assert "撤销了：周二 11月24日（十月十六） 19:00 柑橘冬季管护照常上。" in back.text
    public = chen.get(f"/v/{SHIWAN}").text
    assert "排错了，这一次不上。" in public


@pytest.mark.parametrize(("do", "left"), [("draft", 0), ("publish", 1)])
def test_scheduling_is_taken_back(chen: FlaskClient, database: Database, do: str, left: int) -> None:
    data = {"title": "法律讲座", "category": "skill", "repeat": "once", "first": "2026-11-27"}
    times = {"starts": "19:00", "ends": "20:30", "venue": "", "do": do}
    page = chen.post(f"/desk/{SHIWAN}/courses/new", data={**data, **times}, follow_redirects=True).text
    assert "法律讲座排好了：周五 11月27日（十月十九）" in page
    back = chen.post(undo_of(page), follow_redirects=True).text
    assert ("的 1 次课都取消了。" if left else "撤销了：法律讲座没有排。") in back
    with database.reading() as db:
        assert len(db.scalars(select(ClassSession)).all()) == left


def test_publishing_is_taken_back_on_the_courses_page(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, published=False)
        session = make_session(db, course, TODAY, status="draft").public_id
        path = f"/courses/{course.public_id}"
    page = chen.post(f"{path}/publish", follow_redirects=True).text
    assert "柑橘冬季管护公布了 1 次" in page
    assert "刚才公布的，10:09 以前可以撤销。" in chen.get(path).text
    chen.post(undo_of(page))
    assert stored(database, session).status == "draft"


def test_a_cancelled_session_is_brought_back_much_later(
    chen: FlaskClient, database: Database, tonight: str, clock: StillClock
) -> None:
    post(chen, f"/sessions/{tonight}/cancel", reason="weather")
    clock.move(hours=2)
    assert "恢复 周二 11月24日 柑橘冬季管护" in chen.get(f"/sessions/{tonight}").text
    page = post(chen, f"/sessions/{tonight}/restore").text
    assert "周二 11月24日（十月十六） 19:00 柑橘冬季管护恢复了，照常上。" in page
    assert stored(database, tonight).status == "scheduled"
    again = chen.get(f"/sessions/{tonight}/restore").text
    assert "这节课没有取消，不用恢复。" in again


def test_a_past_one_is_brought_back_to_be_recorded(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        past = make_session(db, make_course(db), TODAY - timedelta(days=3), status="cancelled").public_id
    assert "恢复了，可以点名。" in post(chen, f"/sessions/{past}/restore").text


def test_bringing_back_into_a_taken_slot_is_refused_with_who_has_it(
    chen: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    post(chen, f"/sessions/{tonight}/cancel", reason="weather")
    with database.writing() as db:
        make_session(db, make_course(db, title="医保怎么报销", venue_id=cast.venue), TODAY)
    answer = post(chen, f"/sessions/{tonight}/restore")
    assert answer.status_code == 409
    assert "还没恢复：这个时间已经占着了。" in answer.text
    assert "医保怎么报销" in answer.text


def test_a_course_gets_one_more_date(chen: FlaskClient, database: Database, cast: Cast, tonight: str) -> None:
    with database.reading() as db:
        course = db.scalars(select(ClassSession)).one().course_id
        path = f"/courses/{public_id_of(db, course)}/add"
    form = chen.get(path).text
    assert 'value="19:00"' in form
    assert chen.post(path, data={"starts": "19:00", "ends": "20:30", "venue": ""}).status_code == 422
    data = {"day": "2026-11-24", "starts": "19:30", "ends": "20:30", "venue": ""}
    assert "这门课这一天这个时间已经有一次了。" in chen.post(path, data=data).text
    page = chen.post(path, data={**data, "day": "2026-12-04"}, follow_redirects=True).text
    assert "柑橘冬季管护加了一次：周五 12月4日（十月廿六） 19:30。" in page
    assert "周五 12月4日" in chen.get(f"/v/{SHIWAN}").text
    chen.post(undo_of(page))
    with database.reading() as db:
        assert [s.status for s in db.scalars(select(ClassSession).order_by(ClassSession.id))] == [
            "scheduled",
            "cancelled",
        ]


def public_id_of(db: Any, course: int) -> str:
    from nightschool.models.teaching import Course

    found: str = db.get_one(Course, course).public_id
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("changes", [1, 30])
def test_what_can_be_taken_back_costs_the_same_however_much_was_done(
    chen: FlaskClient, tonight: str, statements: list[str], changes: int
) -> None:
    for number in range(changes):
        post(
            chen,
            f"/sessions/{tonight}/move",
            day="2026-12-01",
            starts=f"{8 + number % 10:02}:00",
            ends="20:00" if number % 10 > 3 else "12:00",
        )
    chen.get(f"/sessions/{tonight}")
    statements.clear()
    assert "/changes/" in chen.get(f"/sessions/{tonight}").text
    # Login, scope, two of the session, one of the changes, three of whether it still works, one of its revisions, and what
    # speaks against its date.
    assert len(statements) == 18
