"""A coordinator moves, changes, cancels and postpones one class session in the browser."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course
from tests.factories import TODAY, Cast, make_course, make_register, make_session, make_teacher, make_venue

NEXT_WEEK = TODAY + timedelta(days=7)


@dataclass(frozen=True)
class Evening:
    """陈书记's browser, and where tonight's session is."""

    browser: FlaskClient
    path: str
    public_id: str

    def get(self, change: str) -> str:
        return self.browser.get(f"{self.path}{change}").text

    def post(self, change: str, **data: Any) -> Any:
        """The form of a change, with the revision it shows, filled in."""
        revision = re.search(r'name="revision"[^>]*value="([0-9]+)"', self.get(change))
        return self.browser.post(
            f"{self.path}{change}", data={"revision": revision[1] if revision else "0", **data}
        )


@pytest.fixture
def tonight(cast: Cast, database: Database, browser_of: Any) -> Evening:
    """Tonight, and another course in the same room a week later."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        session = make_session(db, course, TODAY, teachers=(cast.teacher,))
        other = make_course(db, title="医保怎么报销", venue_id=cast.venue)
        make_session(db, other, NEXT_WEEK)
        public_id = session.public_id
    return Evening(browser_of(cast.chen), f"/sessions/{public_id}", public_id)


def stored(database: Database, public_id: str) -> ClassSession:
    with database.reading() as db:
        return db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()


def test_the_page_tells_what_when_where_who_and_what_can_be_done(tonight: Evening) -> None:
    page = tonight.get("")
    for words in (
        "柑橘冬季管护",
        '周二 11月24日（十月十六） <span class="nobr">19:00–20:30</span>',
        "村活动室",
        "周老师",
        "点名",
        "改时间",
    ):
        assert words in page
    assert "取消 周二 11月24日 柑橘冬季管护" in page
    assert page.index("改期，写明原因") < page.index("村里人已经知道的，用这个") < page.index("只改时间")


def test_moving_one_session(tonight: Evening, database: Database) -> None:
    answer = tonight.post("/move", day="2026-11-25", starts="18:00", ends="19:30")
    assert answer.status_code == 303
    assert (
        "柑橘冬季管护改到 周三 11月25日（十月十七） 18:00 了。" in tonight.browser.get(answer.location).text
    )
    moved = stored(database, tonight.public_id)
    assert (moved.day, moved.starts, moved.ends) == (date(2026, 11, 25), 1080, 1170)


def test_a_taken_time_is_named_and_a_free_one_is_a_tap_away(tonight: Evening, database: Database) -> None:
    answer = tonight.post("/move", day="2026-12-01", starts="20:00", ends="21:30")
    assert answer.status_code == 409
    assert "周二 12月1日（十月廿三） 19:00–20:30，村活动室已经有课：医保怎么报销（老师未定）。" in answer.text
    assert 'value="20:00"' in answer.text
    offered = re.findall(r'name="take" value="([0-9 -]+)"', answer.text)
    assert len(offered) >= 3
    again = tonight.post("/move", day="2026-12-01", starts="20:00", ends="21:30", take="2026-12-01 1230 1320")
    assert again.status_code == 303
    assert stored(database, tonight.public_id).starts == 1230


def test_another_place_is_offered_where_the_form_has_no_field_for_it(
    tonight: Evening, database: Database
) -> None:
    with database.writing() as db:
        office = make_venue(db, name="村办公室").public_id
    answer = tonight.post("/move", day="2026-12-01", starts="20:00", ends="21:30")
    assert "换到村办公室" in answer.text
    [link] = re.findall(r'href="[^"]*/edit(\?take=[^"]+)"', answer.text)
    assert f'name="venue" value="{office}" checked' in tonight.get(f"/edit{link}")
    assert tonight.post(f"/edit{link}", title="柑橘", summary="", venue="").status_code == 303
    assert stored(database, tonight.public_id).venue_id is None


def test_the_time_it_has_already_is_not_offered(tonight: Evening, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        other = make_course(db, title="合唱", venue_id=cast.venue)
        make_session(db, other, TODAY, starts=1230, ends=1320)
    answer = tonight.post("/move", day=TODAY.isoformat(), starts="20:00", ends="21:30")
    offered = re.findall(r'name="take" value="([0-9 -]+)"', answer.text)
    assert answer.status_code == 409 and offered and f"{TODAY} 1140 1230" not in offered


@pytest.mark.both_databases
def test_other_dates_of_the_same_course_count_in_a_teachers_week(
    tonight: Evening, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).weekly_limit = 1
        course = db.scalars(select(Course).where(Course.title == "柑橘冬季管护")).one()
        make_session(db, course, TODAY + timedelta(days=2), teachers=(cast.teacher,))
    shown = tonight.get("")
    assert "这一周已经有 1 节课，说好一周最多 1 节。" in shown and "接着讲新的" not in shown


def test_every_time_offered_is_free_when_taken(tonight: Evening) -> None:
    answer = tonight.post("/move", day="2026-12-01", starts="20:00", ends="21:30")
    for offer in re.findall(r'name="take" value="([0-9 -]+)"', answer.text):
        assert tonight.post("/move", take=offer).status_code == 303


def test_a_slot_past_midnight_is_refused_at_its_field(tonight: Evening) -> None:
    answer = tonight.post("/move", day="2026-11-25", starts="23:30", ends="00:30")
    assert answer.status_code == 422
    assert "就过了半夜十二点" in answer.text


def test_a_class_may_end_at_midnight(tonight: Evening, database: Database) -> None:
    assert tonight.post("/move", day="2026-11-25", starts="23:00", ends="00:00").status_code == 303
    assert stored(database, tonight.public_id).ends == 1440
    assert 'value="00:00"' in tonight.get("/move")


def test_another_teacher_and_place(tonight: Evening, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        other = make_teacher(db, name="李老师").public_id
        room = db.get_one(Venue, cast.venue).public_id
    answer = tonight.post("/edit", title="柑橘冬季管护", summary="", teachers=[other], venue="")
    assert answer.status_code == 303
    page = tonight.browser.get(answer.location).text
    assert "李老师" in page
    assert "地点还没定" in page
    assert room in tonight.get("/edit")


def test_cancelling_names_the_reason_to_villagers(tonight: Evening, database: Database) -> None:
    answer = tonight.post("/cancel", reason="weather", reason_text="下大雨，路不好走")
    assert answer.status_code == 303
    page = tonight.browser.get(answer.location).text
    assert "周二 11月24日（十月十六） 柑橘冬季管护取消了。" in page
    assert "下大雨，路不好走" in page
    assert stored(database, tonight.public_id).status == "cancelled"


def test_cancelling_without_a_reason_asks_for_one(tonight: Evening, database: Database) -> None:
    answer = tonight.post("/cancel", reason_text="有点事")
    assert answer.status_code == 422
    assert "还没选原因。" in answer.text
    assert "有点事" in answer.text
    assert stored(database, tonight.public_id).status == "scheduled"


def test_a_past_session_is_recorded_as_not_held(cast: Cast, database: Database, browser_of: Any) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db), TODAY - timedelta(days=3)).public_id
    past = Evening(browser_of(cast.chen), f"/sessions/{session}", session)
    assert "没开成：周六 11月21日 柑橘冬季管护" in past.get("/cancel")
    assert past.post("/cancel", reason="farm_work").status_code == 303
    assert "没开成" in past.get("")


def test_postponing_leads_from_the_old_to_the_new(tonight: Evening, database: Database) -> None:
    answer = tonight.post(
        "/postpone", reason="teacher_away", reason_text="", day="2026-11-26", starts="19:00", ends="20:30"
    )
    assert answer.status_code == 303
    new = tonight.browser.get(answer.location).text
    assert "从 周二 11月24日（十月十六） 19:00 改过来的。" in new
    old = tonight.get("")
    assert "改期到 周四 11月26日（十月十八） 19:00" in old
    assert "老师来不了" in old
    assert answer.location in old


def test_postponing_into_a_taken_evening_keeps_what_was_written(tonight: Evening) -> None:
    answer = tonight.post(
        "/postpone", reason="weather", reason_text="路被淹了", day="2026-12-01", starts="19:00", ends="20:30"
    )
    assert answer.status_code == 409
    assert "路被淹了" in answer.text
    assert 'value="weather" checked' in answer.text
    # A button says how it would be then, and names no day on which the class never was; nobody phones themselves.
    offered = re.findall(r'name="take"[^>]*>([^<]+)<', answer.text)
    assert "改到 周三 12月2日（十月廿四） 19:00–20:30" in offered
    assert not any("12月1日" in words and words.count("月") > 3 for words in offered)
    assert "打电话给陈书记" not in answer.text


def test_a_session_with_a_register_says_what_to_do_first(
    tonight: Evening, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        session = db.scalars(select(ClassSession).where(ClassSession.public_id == tonight.public_id)).one()
        make_register(db, session, cast.chen, total=31)
    for change in ("/move", "/cancel", "/postpone"):
        page = tonight.get(change)
        assert "先把登记作废，写明原因" in page
        assert f"{tonight.path}/register/void" in page
        assert tonight.post(change, reason="weather").status_code == 200
    assert stored(database, tonight.public_id).status == "held"
    assert "换地点或内容" in tonight.get("")


def test_a_stale_change_is_shown_and_can_be_made_on_top(tonight: Evening, database: Database) -> None:
    tonight.post("/move", day="2026-11-25", starts="18:00", ends="19:30")
    answer = tonight.browser.post(
        f"{tonight.path}/move",
        data={"revision": "1", "day": "2026-11-26", "starts": "18:00", "ends": "19:30"},
    )
    assert answer.status_code == 409
    assert "别人刚改过这节课" in answer.text
    assert "周三 11月25日" in answer.text
    assert 'value="2026-11-26"' in answer.text
    revision = re.search(r'name="revision"[^>]*value="([0-9]+)"', answer.text)
    assert revision is not None
    again = {"revision": revision[1], "day": "2026-11-26", "starts": "18:00", "ends": "19:30"}
    assert tonight.browser.post(f"{tonight.path}/move", data=again).status_code == 303


def test_a_changed_teacher_who_is_taken_is_named(tonight: Evening, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        busy = make_teacher(db, name="李老师")
        law = make_course(db, title="法律讲座", teachers=(busy.id,))
        make_session(db, law, TODAY, teachers=(busy.id,))
        room = db.get_one(Venue, cast.venue).public_id
    with database.reading() as db:
        wanted = db.scalars(select(Teacher.public_id).where(Teacher.name == "李老师")).one()
    answer = tonight.post("/edit", title="柑橘冬季管护", summary="", teachers=[wanted], venue=room)
    assert answer.status_code == 409
    assert "李老师已经有课：法律讲座（地点未定）。" in answer.text
    [(take, words)] = re.findall(r'name="take" value="(teachers [^"]+)">([^<]+)<', answer.text)
    assert words == "请周老师（农技站）"
    typed = {"title": "柑橘修剪", "summary": "", "teachers": [wanted], "venue": room, "take": take}
    assert tonight.post("/edit", **typed).status_code == 303
    assert stored(database, tonight.public_id).title == "柑橘修剪"


@pytest.mark.parametrize("change", ["", "/move", "/edit", "/cancel", "/postpone"])
def test_a_stranger_gets_nothing(
    tonight: Evening, cast: Cast, client: FlaskClient, browser_of: Any, change: str
) -> None:
    assert client.get(f"{tonight.path}{change}").status_code == 303
    for outsider in (cast.luo, cast.county_supervisor, cast.region_administrator):
        assert browser_of(outsider).get(f"{tonight.path}{change}").status_code == 404
        if change:
            assert browser_of(outsider).post(f"{tonight.path}{change}").status_code == 404


def test_the_page_costs_twelve_statements_besides_login_and_scope(
    tonight: Evening, statements: list[str]
) -> None:
    statements.clear()
    tonight.get("")
    # Two of the session, one of what can be taken back, one of what is closed, eight of what speaks against its date.
    assert len(statements) == 14
