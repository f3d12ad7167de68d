"""In the browser: a change of a series is shown before it is saved, and one tap takes all of it back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.database import Database
from nightschool.models.calendars import MarketRule
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, make_course, make_session, make_teacher, make_venue

WEEK = timedelta(days=7)
EVENING = {"starts": "19:00", "ends": "20:30"}
FOLLOWING = {"reach": "following"}


@pytest.fixture
def term(cast: Cast, database: Database) -> list[str]:
    """Five Tuesdays from last week on; the fourth is cancelled."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        made = [
            make_session(db, course, TODAY + WEEK * (number - 1), teachers=(cast.teacher,))
            for number in range(3)
        ]
        made.append(make_session(db, course, TODAY + WEEK * 2, status=SessionStatus.CANCELLED))
        made.append(make_session(db, course, TODAY + WEEK * 3, teachers=(cast.teacher,)))
        return [session.public_id for session in made]


def fields(page: str) -> dict[str, str]:
    """The hidden fields that a page hands on."""
    return dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))


def revision(chen: FlaskClient, path: str) -> str:
    found = re.search(r'name="revision"[^>]*value="([0-9]+)"', chen.get(path).text)
    assert found is not None
    return found[1]


def look(chen: FlaskClient, path: str, **data: Any) -> Any:
    return chen.post(path, data={"revision": revision(chen, path), **data})


def save(chen: FlaskClient, path: str, shown: Any, **data: Any) -> Any:
    return chen.post(path, data={**fields(shown.text), **data, "do": "save"}, follow_redirects=True)


def days(database: Database) -> list[int]:
    with database.reading() as db:
        return [(day - TODAY).days for day in db.scalars(select(ClassSession.day).order_by(ClassSession.id))]


@pytest.mark.both_databases
def test_moving_this_and_the_following_shows_first_saves_then_and_is_taken_back_at_once(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[1]}/move"
    assert "这一次和后面的 2 次" in chen.get(path).text
    shown = look(chen, path, day="2026-11-25", starts="18:00", ends="19:30", **FOLLOWING)
    assert shown.status_code == 200
    for before, after in (
        (
            '周二 11月24日（十月十六） <span class="nobr">19:00–20:30</span>',
            "时间：改到 周三 11月25日（十月十七） 18:00–19:30",
        ),
        (
            '周二 12月15日（冬月初七） <span class="nobr">19:00–20:30</span>',
            "时间：改到 周三 12月16日（冬月初八） 18:00–19:30",
        ),
    ):
        assert re.search(f"{before}</p>\\s*<p[^>]*>{after}", shown.text)
    assert re.search("12月8日.*：取消了", shown.text)
    assert shown.text.count("照这样改") == 1
    assert days(database) == [-7, 0, 7, 14, 21]
    saved = save(chen, path, shown)
    assert "柑橘冬季管护：周二 11月24日（十月十六） 起改好了 3 次课。" in saved.text
    trail = chen.get(f"/sessions/{term[1]}/trail").text
    assert "11月24日" in trail and "19:00" in trail and "11月25日" in trail and "18:00" in trail
    assert days(database) == [-7, 1, 8, 14, 22]
    [back] = re.findall(r'action="(/changes/[^"]+/undo)"', saved.text)
    assert (
        "撤销了：柑橘冬季管护和改以前一样，3 次课跟着改回来了。"
        in chen.post(back, follow_redirects=True).text
    )
    assert days(database) == [-7, 0, 7, 14, 21]


@pytest.mark.both_databases
def test_only_this_one_needs_no_tap_more(chen: FlaskClient, term: list[str], database: Database) -> None:
    moved = look(chen, f"/sessions/{term[1]}/move", day="2026-11-25", **EVENING)
    assert moved.status_code == 303
    assert days(database) == [-7, 1, 7, 14, 21]


def test_the_last_and_the_past_ones_are_not_asked_how_far(chen: FlaskClient, term: list[str]) -> None:
    for session in (term[0], term[4]):
        assert "这一次和后面的" not in chen.get(f"/sessions/{session}/move").text


def test_the_way_back_keeps_what_was_typed(chen: FlaskClient, term: list[str]) -> None:
    path = f"/sessions/{term[1]}/move"
    shown = look(chen, path, day="2026-11-25", starts="18:00", ends="19:30", **FOLLOWING)
    page = chen.post(path, data={**fields(shown.text), "do": "back"}).text
    assert 'value="2026-11-25"' in page
    assert 'value="following" checked' in page


def test_nothing_changed_and_days_out_of_reach_are_told(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[1]}/move"
    same = look(chen, path, day=TODAY.isoformat(), **EVENING, **FOLLOWING)
    assert "没有改动，和原来一样。" in chen.get(same.location).text
    for day in ("9999-12-31", "0001-01-01"):
        refused = look(chen, path, day=day, **EVENING, **FOLLOWING)
        assert refused.status_code == 422
        assert day in refused.text
    assert days(database) == [-7, 0, 7, 14, 21]


def test_a_clash_is_told_at_the_form_by_date(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_session(
            db,
            make_course(db, title="医保怎么报销", venue_id=cast.venue),
            TODAY + WEEK * 3 + timedelta(days=1),
        )
    refused = look(chen, f"/sessions/{term[1]}/move", day="2026-11-25", **EVENING, **FOLLOWING)
    assert refused.status_code == 409
    assert "还没改：这几天排不下，一次都没动。换个时间，或者只改这一次。" in refused.text
    assert "周三 12月16日（冬月初八） 19:00–20:30，村活动室已经有课：医保怎么报销" in refused.text
    assert days(database)[:5] == [-7, 0, 7, 14, 21]
    offered = re.findall(r'name="take" value="([^"]+)">([^<]+)<', refused.text)
    assert len(offered) >= 3
    assert (
        "2026-11-26 1140 1230",
        "改到 周四 11月26日（十月十八） 19:00–20:30",
    ) in offered
    for value, _label in offered:  # each is free for every one of them
        taken = look(chen, f"/sessions/{term[1]}/move", take=value, day="2026-11-25", **EVENING, **FOLLOWING)
        assert taken.status_code == 200 and "照这样改" in taken.text


def test_what_changed_meanwhile_is_shown_again_before_it_is_saved(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[1]}/move"
    shown = look(chen, path, day="2026-11-25", **EVENING, **FOLLOWING)
    look(chen, f"/sessions/{term[4]}/cancel", reason="weather")
    again = chen.post(path, data={**fields(shown.text), "do": "save"})
    assert again.status_code == 409
    assert "你看的时候，这些课次又变了" in again.text
    assert days(database) == [-7, 0, 7, 14, 21]
    save(chen, path, again)
    assert days(database) == [-7, 1, 8, 14, 21]


def test_what_was_changed_since_is_not_offered_to_be_taken_back(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[1]}/move"
    save(chen, path, look(chen, path, day="2026-11-25", **EVENING, **FOLLOWING))
    with database.reading() as db:
        course = public_id_of(
            database, db.scalars(select(ClassSession.course_id).order_by(ClassSession.id)).first()
        )
    assert "一起撤销" in chen.get(f"/courses/{course}").text
    look(chen, f"/sessions/{term[4]}/cancel", reason="weather")
    assert "一起撤销" not in chen.get(f"/courses/{course}").text


def test_another_teacher_from_one_date_on(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        li = make_teacher(db, name="李老师").public_id
        room = db.get_one(Venue, cast.venue).public_id
    path = f"/sessions/{term[2]}/edit"
    given = {"title": "柑橘冬季管护", "summary": "", "teachers": li, "venue": room, **FOLLOWING}
    shown = look(chen, path, **given)
    assert shown.text.count("老师：周老师 → 李老师") == 2
    save(chen, path, shown)
    page = chen.get(f"/sessions/{term[4]}").text
    assert "李老师" in page
    assert "刚才改了这次和后面几次的地点、老师或内容" in page


@pytest.mark.parametrize("items", [1, 30])
def test_showing_costs_the_same_however_many_sessions_follow(
    chen: FlaskClient, database: Database, cast: Cast, statements: list[str], items: int
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        first = make_session(db, course, TODAY, teachers=(cast.teacher,)).public_id
        for number in range(1, items + 1):
            make_session(db, course, TODAY + timedelta(days=number), teachers=(cast.teacher,))
    path = f"/sessions/{first}/move"
    seen = revision(chen, path)
    statements.clear()
    shown = chen.post(path, data={"revision": seen, "day": "2026-11-25", **EVENING, **FOLLOWING})
    assert shown.text.count("时间：") == items + 1
    # Login, scope, the session, how many follow, the series, its names, what is held, and what speaks against it.
    assert len(statements) == 21


# A whole course


@pytest.mark.both_databases
def test_a_course_edited_as_a_whole_is_taken_back_at_once(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.reading() as db:
        course = db.scalars(select(ClassSession).order_by(ClassSession.id)).first().course_id
        path = f"/courses/{public_id_of(database, course)}/edit"
        staff = {
            "teachers": db.get_one(Teacher, cast.teacher).public_id,
            "venue": db.get_one(Venue, cast.venue).public_id,
        }
    page = chen.get(path).text
    version = re.search(r'name="version"[^>]*value="([0-9]+)"', page)
    assert version is not None
    given = {
        "title": "果树管护",
        "category": "skill",
        "summary": "",
        "version": version[1],
        **EVENING,
        **staff,
    }
    shown = chen.post(path, data=given)
    assert shown.text.count("讲什么：柑橘冬季管护 → 果树管护") == 3
    assert "时间已经过了" in shown.text
    saved = save(chen, path, shown)
    assert "果树管护改好了，后面 3 次课跟着改了。" in saved.text
    [back] = re.findall(r'action="(/changes/[^"]+/undo)"', saved.text)
    chen.post(back)
    version = re.search(r'name="version"[^>]*value="([0-9]+)"', chen.get(path).text)
    assert version is not None
    same = {**given, "title": "柑橘冬季管护", "version": version[1]}
    page = chen.post(path, data=same, follow_redirects=True).text
    assert "柑橘冬季管护没有改动，和原来一样。" in page
    assert "/undo" not in page
    with database.reading() as db:
        assert set(db.scalars(select(ClassSession.title))) == {"柑橘冬季管护"}


def test_a_room_that_is_taken_once_is_answered_with_those_that_are_free_every_time(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        hall, yard = make_venue(db, name="礼堂"), make_venue(db, name="院坝")
        busy = make_course(db, title="医保怎么报销", venue_id=yard.id)
        make_session(db, busy, TODAY + WEEK * 3, venue_id=yard.id)
        teacher = db.get_one(Teacher, cast.teacher).public_id
        free, taken = hall.public_id, yard.public_id
        course = db.scalars(select(Course.public_id).where(Course.title == "柑橘冬季管护")).one()
    staff = {"teachers": teacher, "venue": taken}
    given = {"title": "柑橘冬季管护", "summary": "", **staff, **FOLLOWING}
    refused = look(chen, f"/sessions/{term[1]}/edit", **given)
    assert refused.status_code == 409 and "12月15日" in refused.text
    assert re.findall(r'name="take" value="([^"]+)">([^<]+)<', refused.text) == [
        (f"venue {free}", "都换到礼堂")
    ]
    shown = look(chen, f"/sessions/{term[1]}/edit", **given, take=f"venue {free}")
    assert shown.text.count("村活动室 → 礼堂") == 3
    path = f"/courses/{course}/edit"
    version = re.search(r'name="version"[^>]*value="([0-9]+)"', chen.get(path).text)
    assert version is not None
    given = {"title": "柑橘冬季管护", "category": "skill", "version": version[1], **EVENING, **staff}
    refused = chen.post(path, data=given)
    assert refused.status_code == 409 and ">都换到礼堂<" in refused.text
    shown = chen.post(path, data={**given, "take": f"venue {free}"})
    assert shown.status_code == 200 and "村活动室 → 礼堂" in shown.text


def public_id_of(database: Database, course: int) -> str:
    with database.reading() as db:
        return db.get_one(Course, course).public_id


# Another teacher for one date


def test_three_taps_swap_a_teacher_for_one_date(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_teacher(db, name="李老师")
        wang = make_teacher(db, "511000000000", "王老师")
        far = make_course(db, JIANLI, "养猪", teachers=(wang.id,))
        make_session(db, far, TODAY, teachers=(wang.id,), venue_id=cast.other_venue)
        secret = make_teacher(db, "511000000000", "张老师")
        hidden = make_course(db, JIANLI, "保密的题目", teachers=(secret.id,), published=False)
        make_session(db, hidden, TODAY, teachers=(secret.id,), status=SessionStatus.DRAFT)
    assert f"/sessions/{term[1]}/teacher" in chen.get(f"/sessions/{term[1]}").text
    page = chen.get(f"/sessions/{term[1]}/teacher").text
    offered = re.findall(r'name="teacher" value="([^"]*)">([^<]+)', page)
    assert [name.strip() for _key, name in offered] == ["李老师（农技站）", "还没定"]
    assert "王老师（农技站） · 19:00–20:30 在建立村：养猪" in page
    assert "张老师（农技站） · 19:00–20:30 在建立村" in page
    assert "保密的题目" not in page
    done = look_and_send(chen, f"/sessions/{term[1]}/teacher", teacher=offered[0][0])
    assert "周二 11月24日（十月十六） 19:00 柑橘冬季管护，换成李老师讲。" in done
    assert "/undo" in done
    assert "周老师" in chen.get(f"/sessions/{term[2]}").text
    assert "老师还没定" in look_and_send(chen, f"/sessions/{term[1]}/teacher", teacher="")


def closed_on_tuesdays(db: Session, teacher: int) -> None:
    db.add(
        ClosedTime(
            resource_kind="teacher", resource_id=teacher, region_code=SHIWAN, weekdays=[1], note="门诊"
        )
    )


@pytest.mark.both_databases
def test_who_does_not_come_then_stands_apart_and_can_be_asked_all_the_same(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    with database.writing() as db:
        li = make_teacher(db, name="李老师")
        closed_on_tuesdays(db, li.id)
        came = li.public_id
    path = f"/sessions/{term[1]}/teacher"
    page = chen.get(path).text
    assert "这时候本来不来，说好了再点" in page and "门诊" in page
    assert f'name="teacher" value="{came}"' not in page
    assert look(chen, path, teacher=came).status_code == 409
    assert "换成李老师讲" in look_and_send(chen, path, all_the_same=came)


def test_a_series_goes_into_closed_times_only_once_that_is_agreed(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        closed_on_tuesdays(db, cast.teacher)
    path = f"/sessions/{term[1]}/move"
    later = {"day": (TODAY + WEEK).isoformat(), **EVENING, **FOLLOWING}
    refused = look(chen, path, **later)
    assert refused.status_code == 409 and "已经说好了，照样排" in refused.text
    assert "周二 12月8日，周老师 每周二 不来" in refused.text
    agreed = {**later, "agreed": "y", "agreed_for": fields(refused.text)["agreed_for"]}
    shown = look(chen, path, **agreed)
    assert shown.status_code == 200 and "照这样改" in shown.text
    assert "起改好了 3 次课" in save(chen, path, shown, **later).text


def look_and_send(chen: FlaskClient, path: str, **data: Any) -> str:
    sent: str = chen.post(path, data={"revision": revision(chen, path), **data}, follow_redirects=True).text
    return sent


def test_of_several_teachers_one_is_named_who_is_replaced(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        li, wu = make_teacher(db, name="李老师"), make_teacher(db, name="吴老师")
        both = (cast.teacher, li.id)
        session = make_session(db, make_course(db, teachers=both), teachers=both).public_id
        came, went = wu.public_id, li.public_id
    path = f"/sessions/{session}/teacher"
    asked = look(chen, path, teacher=came)
    assert asked.status_code == 422
    assert "先点要换下的那一位" in asked.text
    assert "换成周老师、吴老师讲" in look_and_send(chen, path, teacher=came, instead_of=went)


def test_a_teacher_taken_meanwhile_is_told_where(
    chen: FlaskClient, term: list[str], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        li = make_teacher(db, name="李老师")
        came = li.public_id
    path = f"/sessions/{term[1]}/teacher"
    seen = revision(chen, path)
    with database.writing() as db:
        busy = make_course(db, JIANLI, "养猪", teachers=(li.id,))
        make_session(db, busy, TODAY, teachers=(li.id,))
    refused = chen.post(path, data={"revision": seen, "teacher": came})
    assert refused.status_code == 409
    assert "还没换：这位老师刚被占了。" in refused.text
    assert "建立村" in refused.text


@pytest.mark.parametrize("items", [1, 30])
def test_the_list_of_teachers_costs_the_same_however_many_there_are(
    chen: FlaskClient, term: list[str], database: Database, statements: list[str], items: int
) -> None:
    with database.writing() as db:
        for number in range(items):
            make_teacher(db, name=f"老师{number}")
    statements.clear()
    chen.get(f"/sessions/{term[1]}/teacher")
    assert len(statements) == 8


# What speaks against a date


@pytest.fixture
def market(database: Database) -> None:
    """People of 全安镇 go to market on every Wednesday."""
    with database.writing() as db:
        db.add(MarketRule(region_code="511002105000", kind="weekday", numbers=[3]))


def test_advice_stands_under_the_date_while_it_is_chosen_and_on_the_page_afterwards(
    chen: FlaskClient, term: list[str], market: None
) -> None:
    path = f"/sessions/{term[1]}"
    asked = chen.get(f"{path}/advice?day=2026-11-25&starts=09:00&ends=10:30")
    [one] = asked.json["advice"]
    assert one["sentence"] == "这天上午逢场，大家去赶场了。下午或晚上好些。"
    assert "全安镇" in one["source"]
    for nonsense in ("2026-02-31&starts=x", "9999-12-31&starts=09:00&ends=10:00", "&starts=09:00&ends=10:00"):
        assert chen.get(f"{path}/advice?day={nonsense}").json == {"advice": []}
    assert f'data-advice="{path}/advice"' in chen.get(f"{path}/move").text
    moved = look(chen, f"{path}/move", day="2026-11-25", starts="09:00", ends="10:30")
    assert moved.status_code == 303
    page = chen.get(moved.location).text
    assert page.index("这天要留心") < page.index("这天上午逢场")


def test_advice_is_there_when_a_form_comes_again_and_where_a_series_is_shown(
    chen: FlaskClient, term: list[str], market: None
) -> None:
    morning = {"day": "2026-11-25", "starts": "09:00", "ends": "10:30"}
    shown = look(chen, f"/sessions/{term[1]}/move", **morning, **FOLLOWING)
    assert shown.text.count("这天上午逢场") == 3
    refused = look(chen, f"/sessions/{term[1]}/postpone", **morning)
    assert refused.status_code == 422
    assert "这天上午逢场" in refused.text


@pytest.mark.both_databases
def test_advice_on_one_more_date_and_on_a_new_course_knows_only_the_villages_own_choices(
    chen: FlaskClient, term: list[str], database: Database, market: None, cast: Cast
) -> None:
    with database.writing() as db:
        stranger = make_teacher(db, JIANLI, "远老师")
        make_session(
            db, make_course(db, JIANLI, teachers=(stranger.id,)), TODAY + WEEK, teachers=(stranger.id,)
        )
        course = public_id_of(
            database, db.scalars(select(ClassSession.course_id).order_by(ClassSession.id)).first()
        )
        strange = stranger.public_id
    when = "day=2026-11-25&starts=09:00&ends=10:30"
    assert len(chen.get(f"/courses/{course}/advice?{when}").json["advice"]) == 1
    assert len(chen.get(f"/desk/511002105201/advice?{when}&title=x").json["advice"]) == 1
    on_their_day = f"day=2026-12-01&starts=09:00&ends=10:30&venue=&teachers={strange}"
    assert chen.get(f"/courses/{course}/advice?{on_their_day}").json == {"advice": []}
