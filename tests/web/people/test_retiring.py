"""A coordinator puts away who comes no more, sees what still stands on it, and has a way back in the confirmation."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import Course, Enrolment
from tests.factories import (
    NOW,
    SHIWAN,
    SOON,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
    make_teacher,
)
from tests.web.registers.test_attendance import errors, value

DESK = f"/desk/{SHIWAN}"
TOWNSHIP_LIST = "/admin/511002105000/teachers"


@pytest.fixture
def records(database: Database, cast: Cast) -> dict[str, Any]:
    with database.writing() as db:
        return {
            "learner": make_learner(db),
            "teacher": make_teacher(db, SHIWAN, "吴老师"),
            "venue": db.get_one(Venue, cast.venue),
            "course": make_course(db),
        }


def is_away(database: Database, record: Any) -> bool:
    with database.reading() as db:
        return db.get_one(type(record), record.id).retired_at is not None


def undo(browser: FlaskClient, page: str) -> Any:
    """Presses the button of the confirmation."""
    [(action, seen)] = re.findall(
        r'<form method="post" action="([^"]+/back)">.*?name="seen" value="(\d+)"', page
    )
    return browser.post(action, data={"seen": seen}, follow_redirects=True)


@pytest.mark.parametrize(
    ("kind", "said", "back"),
    [
        ("learner", "陈大秀不再来了，以后点名不列这个人。", "陈大秀又在名单上了，点名会列出来。"),
        ("teacher", "吴老师不再请了，以后排课不列出来。", "吴老师又可以请了，排课会列出来。"),
        ("venue", "村活动室不再用了，以后排课不列出来。", "村活动室又可以排课了。"),
        ("course", "柑橘冬季管护收起来了。", "柑橘冬季管护放回课程里了。"),
    ],
)
def test_put_away_from_its_page_and_taken_back_from_the_confirmation(
    database: Database, chen: FlaskClient, records: dict[str, Any], kind: str, said: str, back: str
) -> None:
    record = records[kind]
    page = chen.get(f"/{kind}s/{record.public_id}").text
    seen = re.findall(rf'action="/{kind}s/{record.public_id}/retire".*?name="seen" value="(\d+)"', page)
    done = chen.post(f"/{kind}s/{record.public_id}/retire", data={"seen": seen[0]}, follow_redirects=True)
    assert done.request.path == f"{DESK}/{kind}s"
    assert said in done.text
    assert is_away(database, record)
    assert back in undo(chen, done.text).text
    assert not is_away(database, record)


def test_a_record_put_away_says_so_and_how_it_comes_back(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    for kind, words in (
        ("learner", "请回来"),
        ("teacher", "请回来"),
        ("venue", "再用起来"),
        ("course", "放回来"),
    ):
        record = records[kind]
        chen.post(f"/{kind}s/{record.public_id}/retire", data={"seen": "1"})
        chen.get(DESK)  # where the confirmation is shown
        page = chen.get(f"/{kind}s/{record.public_id}").text
        assert f">{words}</button>" in page
        assert f'action="/{kind}s/{record.public_id}/retire"' not in page


def test_sessions_to_come_are_shown_with_links_before_a_teacher_goes(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    teacher = records["teacher"]
    with database.writing() as db:
        course = make_course(db)
        coming = make_session(db, course, TODAY + timedelta(days=3), teachers=(teacher.id,)).public_id
    answer = chen.post(f"/teachers/{teacher.public_id}/retire", data={"seen": "1"})
    assert answer.status_code == 409
    assert "还有 1 次课排着吴老师：" in answer.text
    assert f'href="/sessions/{coming}"' in answer.text
    assert not is_away(database, teacher)
    assert "吴老师不再请了，排好的课照旧" in answer.text
    again = {"seen": value(answer.text, "seen"), "keeps": value(answer.text, "keeps")}
    assert chen.post(f"/teachers/{teacher.public_id}/retire", data=again).status_code == 303
    assert is_away(database, teacher)
    assert "吴老师" in chen.get(f"/sessions/{coming}").text


def test_a_course_with_sessions_to_come_cannot_go(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    course = records["course"]
    with database.writing() as db:
        make_session(db, db.get_one(Course, course.id), TODAY + timedelta(days=3))
    assert "收起柑橘冬季管护" not in chen.get(f"/courses/{course.public_id}").text
    answer = chen.post(f"/courses/{course.public_id}/retire", data={"seen": "1", "keeps": "1"})
    assert answer.status_code == 409
    assert "上完或者取消了才能收起" in answer.text
    assert not is_away(database, course)


def test_a_record_saved_since_is_shown_again_first(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    learner = records["learner"]
    for seen in ("7", "x", ""):
        answer = chen.post(f"/learners/{learner.public_id}/retire", data={"seen": seen})
        assert answer.status_code == 409
        assert "别人也改过这一份" in answer.text
    again = chen.post(f"/learners/{learner.public_id}/retire", data={"seen": value(answer.text, "seen")})
    assert again.status_code == 303
    assert (
        "别人也改过这一份"
        in chen.post(f"/learners/{learner.public_id}/back", data={"seen": "9"}, follow_redirects=True).text
    )
    assert is_away(database, learner)


def test_adding_the_name_of_one_put_away_leads_back_to_them(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    learner = records["learner"]
    chen.post(f"/learners/{learner.public_id}/retire", data={"seen": "1"})
    form = {"name": "陈大秀", "group_name": "1组", "version": "0"}
    answer = chen.post(f"{DESK}/learners/new", data=form)
    assert answer.status_code == 409
    assert errors(answer.text) == [
        "1组有一位不再来的陈大秀。是同一个人，把他请回来就行；是另一个人，在下面打勾再存。"
    ]
    [(seen, action)] = re.findall(r'name="seen" value="(\d+)" formaction="([^"]+)"', answer.text)
    assert chen.post(action, data={**form, "seen": seen}).status_code == 303
    assert not is_away(database, learner)


def test_adding_a_venue_of_a_name_put_away_leads_back_to_it(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    venue = records["venue"]
    chen.post(f"/venues/{venue.public_id}/retire", data={"seen": "1"})
    answer = chen.post(f"{DESK}/venues/new", data={"name": "村活动室", "kind": "office", "version": "0"})
    assert answer.status_code == 409
    [(seen, action)] = re.findall(r'name="seen" value="(\d+)" formaction="([^"]+)"', answer.text)
    assert chen.post(action, data={"seen": seen}).status_code == 303
    assert not is_away(database, venue)


def test_a_townships_teacher_comes_and_goes_with_its_administrator(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient], chen: FlaskClient
) -> None:
    with database.reading() as db:
        teacher = db.get_one(Teacher, cast.teacher)
    address = f"/teachers/{teacher.public_id}"
    assert chen.post(f"{address}/retire", data={"seen": "1"}).status_code == 404
    administrator = browser_of(cast.region_administrator)
    done = administrator.post(f"{address}/retire", data={"seen": "1"}, follow_redirects=True)
    assert done.request.path == TOWNSHIP_LIST
    assert "周老师" not in chen.get(f"{DESK}/courses/new").text
    page = chen.get(f"{DESK}/teachers?state=retired").text
    assert "周老师" in page
    assert f"{address}/back" not in page
    asked = chen.post(f"{DESK}/teachers/new", data={"name": "周老师", "kind": "doctor", "version": "0"})
    assert "（要请回来，找全安镇的管理员）" in asked.text
    assert chen.post(f"{address}/back", data={"seen": "2"}).status_code == 404
    assert administrator.post(f"{address}/back", data={"seen": "2"}).status_code == 303
    assert not is_away(database, teacher)


def test_forms_offer_who_was_put_away_only_where_they_are_chosen(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    teacher = records["teacher"]
    with database.writing() as db:
        course = make_course(db, teachers=(teacher.id,))
        held = make_session(db, course, TODAY - timedelta(days=3), teachers=(teacher.id,)).public_id
        other = make_session(db, make_course(db), TODAY - timedelta(days=3), booked=False).public_id
    chen.post(f"/teachers/{teacher.public_id}/retire", data={"seen": "1"})
    for page in (f"/courses/{course.public_id}/edit", f"/sessions/{held}/edit"):
        assert "吴老师（不再请了）" in chen.get(page).text
    for page in (f"/sessions/{other}/edit", f"{DESK}/courses/new"):
        assert f'value="{teacher.public_id}"' not in chen.get(page).text


@pytest.mark.both_databases
def test_the_page_that_asks_changes_nothing(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    for kind, record in records.items():
        page = chen.get(f"/{kind}s/{record.public_id}/retire")
        assert page.status_code == 200
        assert not is_away(database, record)


def test_who_comes_no_more_is_on_no_new_register(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    learner: Learner = records["learner"]
    with database.writing() as db:
        tonight = make_session(db, make_course(db), **SOON).public_id
    assert learner.public_id in chen.get(f"/sessions/{tonight}/register").text
    chen.post(f"/learners/{learner.public_id}/retire", data={"seen": "1"})
    chen.get(DESK)  # where the confirmation is shown
    assert learner.public_id not in chen.get(f"/sessions/{tonight}/register").text


def test_a_held_register_with_one_who_comes_no_more_is_saved_again_with_their_mark(
    database: Database, cast: Cast, chen: FlaskClient, records: dict[str, Any]
) -> None:
    learner: Learner = records["learner"]
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY - timedelta(days=3))
        make_register(db, held, cast.chen, present=(learner.id,), total=1)
        address = f"/sessions/{held.public_id}/register"
    chen.post(f"/learners/{learner.public_id}/retire", data={"seen": "1"})
    chen.get(DESK)
    page = chen.get(address).text
    form = {"s": value(page, "s"), "v": value(page, "v"), "m": learner.public_id, "h": "5", "do": "save"}
    assert chen.post(address, data=form).status_code == 303
    assert learner.public_id in chen.get(address).text
    row = {**form, "nn": "陈大秀", "ng": "1组", "v": "2", "s": "9f1d3bb2-34d1-4f6f-8a43-6d6ff3f5e9c1"}
    asked = chen.post(address, data=row)
    assert asked.status_code == 409
    assert "1组有一位不再来的陈大秀" in asked.text


def test_putting_a_learner_away_names_the_classes_they_have_a_seat_in(
    database: Database, chen: FlaskClient, records: dict[str, Any]
) -> None:
    learner = records["learner"]
    with database.writing() as db:
        course = make_course(db, title="柑橘田间学校", kind="cohort", capacity=1)
        make_session(db, course, TODAY)
        db.add(Enrolment(course_id=course.id, learner_id=learner.id, enrolled_on=TODAY, asked_at=NOW.instant))
        public_id = course.public_id
    url = f"/learners/{learner.public_id}/retire"
    asked = chen.post(url, data={"seen": "1"})
    assert asked.status_code == 409 and "陈大秀还在这些班里" in asked.text and "柑橘田间学校" in asked.text
    assert not is_away(database, learner)
    assert chen.post(url, data={"seen": "1", "keeps": "1", "day": TODAY.isoformat()}).status_code == 303
    page = chen.get(f"/courses/{public_id}/roster").text
    assert "还空 1 个位子" in page and "起不再来了" in page and "收回陈大秀" not in page
