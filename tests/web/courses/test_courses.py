"""A coordinator schedules, publishes and edits a course in the browser."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.rules.courses.recurrence import expanded
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, make_course, make_session, make_teacher, make_venue

NEW = f"/desk/{SHIWAN}/courses/new"
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def filled_in(cast: Cast, database: Database) -> dict[str, Any]:
    """The form as filled in for one Friday evening."""
    with database.reading() as db:
        return {
            "title": "柑橘冬季管护",
            "category": "skill",
            "summary": "带上剪刀",
            "teachers": [db.get_one(Teacher, cast.teacher).public_id],
            "venue": db.get_one(Venue, cast.venue).public_id,
            "starts": "19:00",
            "ends": "20:30",
            "repeat": "once",
            "first": "2026-11-27",
        }


def weekly(filled_in: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**filled_in, "repeat": "weekly", "weekdays": ["4"], "until": "2026-12-11", **changed}


def stored_days(database: Database) -> list[date]:
    with database.reading() as db:
        return list(db.scalars(select(ClassSession.day).order_by(ClassSession.day)))


def occupy(database: Database, cast: Cast, *days: date) -> None:
    """周老师 and the room are taken on these evenings."""
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销", teachers=(cast.teacher,), venue_id=cast.venue)
        for day in days:
            make_session(db, course, day, teachers=(cast.teacher,))


def test_the_empty_form_has_the_usual_place_and_evening_chosen(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    page = chen.get(NEW).text
    assert f'name="venue" value="{filled_in["venue"]}" checked' in page
    assert 'value="19:00"' in page
    assert "周老师（农技站）" in page
    assert page.count('name="category"') == 5


@pytest.mark.both_databases
def test_looking_at_the_dates_saves_nothing_and_shows_weekday_and_lunar_date(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    answer = chen.post(NEW, data=weekly(filled_in, do="look"))
    assert answer.status_code == 200
    assert "都是 19:00–20:30。" in answer.text and ">周五 11月27日（十月十九）" in answer.text
    assert "周五 12月11日（冬月初三）</p>" in answer.text and "一共 3 次，都是" in answer.text
    assert stored_days(database) == []


def test_looking_at_the_dates_costs_eleven_statements_besides_login_and_scope(
    chen: FlaskClient, filled_in: dict[str, Any], statements: list[str]
) -> None:
    statements.clear()
    chen.post(NEW, data=weekly(filled_in, do="look"))
    assert len(statements) == 13


@pytest.mark.parametrize("do", ["look", "publish"])
def test_the_dates_of_a_course_are_worked_out_once(
    chen: FlaskClient, filled_in: dict[str, Any], do: str
) -> None:
    expanded.cache_clear()
    assert "12月11日" in chen.post(NEW, data=weekly(filled_in, do=do), follow_redirects=True).text
    assert expanded.cache_info().misses == 1


@pytest.mark.both_databases
def test_a_course_is_scheduled_and_published_at_once(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    answer = chen.post(NEW, data={**filled_in, "do": "publish"})
    assert answer.status_code == 303
    page = chen.get(answer.location).text
    assert "柑橘冬季管护排好了：周五 11月27日（十月十九），村里人已经看得到。" in page
    assert stored_days(database) == [FRIDAY]


def test_a_form_sent_twice_makes_one_course(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    nobody_nowhere = weekly(filled_in, teachers=[], venue="", do="publish")
    assert chen.post(NEW, data=nobody_nowhere).status_code == 303
    again = chen.post(NEW, data=nobody_nowhere)
    assert again.status_code == 409
    assert "周五 11月27日 19:00 已经排了一门「柑橘冬季管护」，没有再排一次。" in again.text
    assert 'value="带上剪刀"' in again.text
    assert len(stored_days(database)) == 3
    assert chen.post(NEW, data={**nobody_nowhere, "title": "柑橘冬季管护二组"}).status_code == 303


def test_a_draft_is_published_later_with_one_button(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    where = chen.post(NEW, data=weekly(filled_in, do="draft")).location
    page = chen.get(where).text
    assert "3 次课还没公布，村里人看不到。" in page
    assert chen.post(f"{where}/publish").status_code == 303
    assert "还没公布" not in chen.get(where).text
    with database.reading() as db:
        assert set(db.scalars(select(ClassSession.status))) == {"scheduled"}


def test_taken_dates_are_told_in_place_and_everything_typed_is_kept(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, FRIDAY)
    answer = chen.post(NEW, data=weekly(filled_in, do="publish"))
    assert answer.status_code == 409
    assert ">19:00–20:30，周老师、村活动室都已经有课：医保怎么报销。" in answer.text
    assert "打电话给陈书记" not in answer.text  # who reads it is who would be phoned
    assert ">改到当天 17:30–19:00<" in answer.text
    assert 'value="柑橘冬季管护"' in answer.text
    assert "带上剪刀" in answer.text
    assert "去掉这 1 天，只排" in answer.text
    assert stored_days(database) == [FRIDAY]


def test_taken_dates_can_be_dropped_and_the_rest_scheduled(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, FRIDAY)
    clash = chen.post(NEW, data=weekly(filled_in, do="publish")).text
    taken = re.findall(r'name="clash" value="([0-9-]+)"', clash)
    answer = chen.post(NEW, data=weekly(filled_in, do="drop-publish", clash=taken))
    assert answer.status_code == 303
    assert stored_days(database) == [FRIDAY, date(2026, 12, 4), date(2026, 12, 11)]
    page = chen.get(answer.location).text
    assert "没排的日子" in page and "add?day=2026-11-27" in page


def test_a_free_time_can_be_taken_with_one_tap(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, FRIDAY)
    clash = chen.post(NEW, data={**filled_in, "do": "publish"}).text
    offered = re.findall(r'name="take" value="([0-9 -]+)"', clash)
    assert offered[0] == "2026-11-27 1050 1140"
    page = chen.post(NEW, data={**filled_in, "take": offered[0]})
    assert page.status_code == 200
    assert 'value="17:30"' in page.text
    assert "已经有课" not in page.text


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'type="hidden" name="{name}" value="([^"]+)"', page)


def buttons(page: str, name: str) -> dict[str, str]:
    """Words of a button -> what it sends."""
    return {
        named or words: value
        for value, named, words in re.findall(
            rf'name="{name}" value="([^"]+)"(?: aria-label="([^"]+)")?[^>]*>([^<]+)<', page
        )
    }


@pytest.mark.both_databases
def test_one_date_of_a_series_has_something_else_with_one_tap_and_the_rest_stays(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, FRIDAY, date(2026, 12, 4))
    with database.writing() as db:
        make_venue(db, name="村办公室")
        room_alone = make_course(db, title="开会", venue_id=cast.venue)
        make_session(db, room_alone, date(2026, 12, 11))
    data = weekly(filled_in, do="publish")
    clash = chen.post(NEW, data=data).text
    assert clash.count("换个时间、地方、老师，或者这天不排") == 3
    taps = (
        "周五 11月27日（十月十九）：改到 周六 11月28日（十月二十） 19:00–20:30",
        "周五 12月4日（十月廿六）：这天不排",
        "周五 12月11日（冬月初三）：换到村办公室",
    )
    page = clash
    for words in taps:
        data = {
            **data,
            "instead": hidden(page, "instead"),
            "leave_out": re.findall(r'leave_out" value="([0-9-]+)" checked', page),
        }
        data |= {"do": "look", "alter": buttons(clash, "alter")[words]}
        page = chen.post(NEW, data=data).text
    assert (
        "改到 周六 11月28日（十月二十） 19:00" in page and "换到村办公室" in page and "first day gone" in page
    )
    assert "排不下" not in page and 'value="柑橘冬季管护"' in page
    # What was chosen outlives a form that is not good yet.
    data = {**data, "alter": "", "instead": hidden(page, "instead"), "leave_out": ["2026-12-04"]}
    again = chen.post(NEW, data={**data, "title": ""})
    assert (again.status_code, hidden(again.text, "instead")) == (422, data["instead"])
    assert hidden(again.text, "leave_out") == ["2026-12-04"]
    answer = chen.post(NEW, data={**data, "do": "publish"})
    assert "柑橘冬季管护排好了：2 次，第一次 周六 11月28日（十月二十）" in chen.get(answer.location).text
    with database.reading() as db:
        rows = db.execute(
            select(ClassSession.day, ClassSession.starts, Venue.name)
            .join(Venue, Venue.id == ClassSession.venue_id)
            .where(ClassSession.title == "柑橘冬季管护")
            .order_by(ClassSession.day)
        ).all()
    assert [tuple(row) for row in rows] == [
        (date(2026, 11, 28), 1140, "村活动室"),
        (date(2026, 12, 11), 1140, "村办公室"),
    ]


def test_a_choice_for_one_date_is_taken_back_with_one_tap(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    data = weekly(filled_in, do="look", instead=["2026-11-27 2026-11-28 600 690"])
    page = chen.post(NEW, data=data).text
    assert "改到 周六 11月28日（十月二十） 10:00" in page
    undo = buttons(page, "as_the_rest")["周五 11月27日 照原来的"]
    page = chen.post(NEW, data={**data, "as_the_rest": undo}).text
    assert hidden(page, "instead") == [] and "改到" not in page


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ("2026-11-28 2026-11-28 600 690", "周六 11月28日（十月二十） 单独改过，可是现在的日期里没有这一天了"),
        ("2026-11-27 venue " + "x" * 22, "周五 11月27日（十月十九） 单独换的老师或场地已经不在单子上了"),
        ("2026-11-27 teachers " + "x" * 22, "周五 11月27日（十月十九） 单独换的老师或场地已经不在单子上了"),
        ("2026-11-27 2026-11-28 1200 9999", "周五 11月27日（十月十九） 单独改到的时间排不成课"),
        (
            "2026-11-27 2026-12-04 1200 1290",
            "周五 11月27日（十月十九） 单独改到的时间，这门课自己已经有一次了",
        ),
    ],
)
def test_a_choice_that_cannot_be_is_said_and_no_longer_stands_in_the_way(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, instead: str, sentence: str
) -> None:
    answer = chen.post(NEW, data=weekly(filled_in, do="publish", instead=[instead]))
    assert answer.status_code == 422
    assert sentence in answer.text and "带上剪刀" in answer.text
    assert stored_days(database) == []
    instead_left = hidden(answer.text, "instead")
    assert instead_left == []
    assert chen.post(NEW, data=weekly(filled_in, do="publish", instead=instead_left)).status_code == 303


def test_of_one_evening_another_room_or_teacher_is_taken_in_the_form_itself(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        li = make_teacher(db, name="李老师").public_id
        busy = make_course(db, title="医保怎么报销", teachers=(cast.teacher,))
        make_session(db, busy, FRIDAY, teachers=(cast.teacher,))
    clash = chen.post(NEW, data={**filled_in, "do": "publish"}).text
    take = buttons(clash, "take")["请李老师（农技站）"]
    page = chen.post(NEW, data={**filled_in, "take": take}).text
    assert f'name="teachers" value="{li}" checked' in page
    assert "已经有课" not in page


def test_another_villages_published_class_leads_to_its_page(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        shared = make_teacher(db, "511000000000", "王老师")
        there = make_course(db, JIANLI, "柑橘嫁接", teachers=(shared.id,))
        make_session(db, there, FRIDAY, teachers=(shared.id,), venue_id=cast.other_venue)
        filled_in["teachers"] = [shared.public_id]
    page = chen.post(NEW, data={**filled_in, "do": "look"}).text
    assert ">19:00–20:30，王老师已经在建立村上课：柑橘嫁接（村活动室）。" in page
    assert f'href="/v/{JIANLI}"' in page


def test_a_date_ticked_out_is_not_scheduled(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    chen.post(NEW, data=weekly(filled_in, do="publish", leave_out=["2026-12-04"]))
    assert stored_days(database) == [FRIDAY, date(2026, 12, 11)]


MOODLE = "\ufeffcourse,groups,sessiondate,from,to,description\r\n" + "\r\n".join(
    f"果树班,,{day},19:00,20:30,第 {n} 讲" for n, day in enumerate(("2026-11-27", "2026-12-04", "2026-12-11"))
)


@pytest.mark.parametrize("pasted", ["11月27日、12/4\n2026-12-11", MOODLE])
def test_a_pasted_list_is_read(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, pasted: str
) -> None:
    data = {**filled_in, "repeat": "dates", "dates": pasted}
    looked = chen.post(NEW, data={**data, "do": "look"}).text
    assert all(day in looked for day in ("11月27日", "12月4日", "12月11日"))
    chen.post(NEW, data={**data, "do": "draft"})
    assert stored_days(database) == [FRIDAY, date(2026, 12, 4), date(2026, 12, 11)]


def test_a_past_date_is_allowed_with_a_sentence(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    data = {**filled_in, "first": "2016-11-18", "starts": "9:00", "ends": "11:00"}
    assert "这天已经过了。" in chen.post(NEW, data={**data, "do": "look"}).text
    chen.post(NEW, data={**data, "do": "publish"})
    assert stored_days(database) == [date(2016, 11, 18)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "讲什么？写几个字，像「柑橘冬季管护」。"),
        ({"category": ""}, "选一类。"),
        ({"first": ""}, "第一次哪天上？"),
        ({"first": "2026-02-31"}, "没有「2026-02-31」这一天"),
        ({"starts": "晚饭后"}, "「晚饭后」不是一个时间。"),
        ({"starts": "23:00", "ends": "0:30"}, "从 23:00 上到 00:30 就过了半夜十二点。"),
        ({"ends": "18:00"}, "19:00 开始，18:00 就结束了，前后反了。"),
        ({"repeat": "weekly", "weekdays": ["4"]}, "要有个头"),
        ({"repeat": "weekly", "weekdays": ["4"], "until": "2026-11-26"}, "前后反了"),
        ({"repeat": "weekly", "weekdays": ["4"], "times": "500"}, "这里填 1 到 200 的整数"),
        ({"repeat": "dates", "dates": "11月27日、下周三"}, "「下周三」不是日期。"),
        ({"repeat": "dates", "dates": "11月27日、11/27"}, "2026年11月27日 写了两遍。"),
        ({"repeat": "dates", "dates": ""}, "把日期写在这里"),
        (
            {"repeat": "weekly", "weekdays": ["4"], "times": "1", "leave_out": ["2026-11-27"]},
            "每一天都勾了不排",
        ),
        ({"teachers": ["x" * 22]}, "选的有一项已经不在单子上了"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, changed: dict[str, Any], sentence: str
) -> None:
    answer = chen.post(NEW, data={**filled_in, **changed, "do": "publish"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "带上剪刀" in answer.text
    assert stored_days(database) == []


@pytest.mark.both_databases
def test_times_are_read_as_people_type_them(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    chen.post(NEW, data={**filled_in, "starts": "晚上7点半", "ends": "２１：００", "do": "draft"})
    with database.reading() as db:
        assert db.execute(select(ClassSession.starts, ClassSession.ends)).one() == (1170, 1260)


def test_a_first_day_outside_the_weekdays_is_pointed_out(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    page = chen.post(NEW, data=weekly(filled_in, weekdays=["1"], do="look")).text
    assert "第一天填的是 周五 11月27日，周五不在选的星期里，所以从 周二 12月1日 开始。" in page


def test_of_another_villages_draft_the_page_tells_only_time_village_and_phone(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        shared = make_teacher(db, "511000000000", "王老师")
        secret = make_course(db, JIANLI, "保密的题目", teachers=(shared.id,), published=False)
        make_session(db, secret, FRIDAY, teachers=(shared.id,), venue_id=cast.other_venue, status="draft")
        filled_in["teachers"] = [shared.public_id]
    page = chen.post(NEW, data={**filled_in, "do": "look"}).text
    assert ">19:00–20:30，王老师已经被建立村占了。" in page
    assert "要商量，打电话给罗支书：0832-5550202。" in page
    assert "保密的题目" not in page


def test_a_stranger_gets_nothing(
    cast: Cast, client: FlaskClient, browser_of: Any, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(db).public_id
    for path in (NEW, f"/courses/{course}", f"/courses/{course}/edit", f"/desk/{SHIWAN}/courses"):
        assert client.get(path).status_code == 303
        assert browser_of(cast.luo).get(path).status_code == 404
        assert browser_of(cast.county_supervisor).get(path).status_code == 404
    assert browser_of(cast.luo).post(f"/courses/{course}/publish").status_code == 404


@pytest.fixture
def course(cast: Cast, database: Database) -> str:
    """A published course with one session last week, one tonight and one next week."""
    with database.writing() as db:
        made = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        for weeks in (-1, 0, 1):
            make_session(db, made, TODAY + timedelta(days=7 * weeks), teachers=(cast.teacher,))
        return made.public_id


def edited(filled_in: dict[str, Any], chen: FlaskClient, course: str, **changed: Any) -> Any:
    form = chen.get(f"/courses/{course}/edit").text
    version = re.search(r'name="version"[^>]*value="([0-9]+)"', form)
    assert version is not None
    common = {name: filled_in[name] for name in ("title", "category", "teachers", "venue", "starts", "ends")}
    data = {**common, "summary": "", "version": version[1], **changed}
    shown = chen.post(f"/courses/{course}/edit", data=data)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', shown.text)
    if seen is None:
        return shown
    return chen.post(f"/courses/{course}/edit", data={**data, "do": "save", "seen": seen[1]})


@pytest.mark.both_databases
def test_editing_a_course_changes_what_is_to_come(
    chen: FlaskClient, filled_in: dict[str, Any], course: str, database: Database
) -> None:
    answer = edited(filled_in, chen, course, title="果树管护", ends="21:00")
    assert answer.status_code == 303
    assert "改好了，后面 2 次课跟着改了。" in chen.get(answer.location).text
    with database.reading() as db:
        rows = db.execute(select(ClassSession.title, ClassSession.ends).order_by(ClassSession.day)).all()
    assert [tuple(row) for row in rows] == [("柑橘冬季管护", 1230), ("果树管护", 1260), ("果树管护", 1260)]


def test_a_stale_edit_is_shown_and_can_be_saved_on_top(
    chen: FlaskClient, filled_in: dict[str, Any], course: str, database: Database
) -> None:
    assert edited(filled_in, chen, course, title="果树管护", version="1").status_code == 303
    answer = edited(filled_in, chen, course, title="果园管护", version="1")
    assert answer.status_code == 409
    assert "存着的是「果树管护」，这里是「果园管护」" in answer.text
    assert answer.text.count("存着的是") == 1
    version = re.search(r'name="version"[^>]*value="([0-9]+)"', answer.text)
    assert version is not None
    assert edited(filled_in, chen, course, title="果园管护", version=version[1]).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Course.title)).one() == "果园管护"


def test_editing_into_a_taken_evening_names_the_day(
    chen: FlaskClient, filled_in: dict[str, Any], course: str, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        other = make_course(db, title="医保怎么报销", venue_id=cast.venue, starts=21 * 60, ends=22 * 60)
        make_session(db, other, TODAY + timedelta(days=7))
    answer = edited(filled_in, chen, course, ends="21:30")
    assert answer.status_code == 409
    assert "周二 12月1日（十月廿三） 21:00–22:00，村活动室已经有课：医保怎么报销（老师未定）。" in answer.text


@pytest.mark.both_databases
def test_a_course_page_lists_what_is_to_come_and_what_is_past(chen: FlaskClient, course: str) -> None:
    page = chen.get(f"/courses/{course}").text
    assert page.index("还要上的") < page.index("12月1日") < page.index("上过的") < page.index("11月17日")
    assert "还没记" in page


def test_courses_are_listed_with_their_sessions(chen: FlaskClient, course: str) -> None:
    page = chen.get(f"/desk/{SHIWAN}/courses").text
    assert "柑橘冬季管护" in page
    assert "3 次 · 周二 11月17日（十月初九） – 周二 12月1日（十月廿三）" in page


@pytest.mark.parametrize("items", [1, 30])
def test_a_course_page_costs_the_same_however_many_sessions_it_has(
    chen: FlaskClient, database: Database, cast: Cast, statements: list[str], items: int
) -> None:
    with database.writing() as db:
        made = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        for number in range(items):
            make_session(db, made, TODAY + timedelta(days=number), teachers=(cast.teacher,))
        path = f"/courses/{made.public_id}"
    statements.clear()
    assert chen.get(path).status_code == 200
    # Login, scope, two of the course, one of its cohort, five of its history, and what can still be taken back.
    assert len(statements) == 11


def test_a_course_page_costs_twelve_statements_besides_login_and_scope(
    chen: FlaskClient, filled_in: dict[str, Any], statements: list[str]
) -> None:
    path = chen.post(NEW, data=weekly(filled_in, do="publish")).location
    assert "复制这段话" in chen.get(path).text
    statements.clear()
    assert "撤销" in chen.get(path).text
    assert len(statements) == 14


def test_a_day_that_was_left_out_is_put_back_from_the_courses_page(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    day = TODAY + timedelta(days=10)
    with database.writing() as db:
        made = make_course(db, skipped_dates=[day.isoformat()])
        make_session(db, made)
        path = f"/courses/{made.public_id}"
    page = chen.get(path).text
    assert f"{path}/add?day={day.isoformat()}" in page
    form = chen.get(f"{path}/add?day={day.isoformat()}").text
    assert f'value="{day.isoformat()}"' in form
    added = chen.post(f"{path}/add", data={"day": day.isoformat(), "starts": "19:00", "ends": "20:30"})
    assert added.status_code == 303
    assert f"add?day={day.isoformat()}" not in chen.get(path).text


@pytest.mark.both_databases
def test_the_only_place_is_the_usual_one(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        db.execute(update(NightSchool).values(usual_venue_id=None))
    assert re.search(r'name="venue" value="[^"]{22}" checked', chen.get(NEW).text)
    with database.writing() as db:
        make_venue(db, name="院坝")
    assert not re.search(r'name="venue" value="[^"]{22}" checked', chen.get(NEW).text)


@pytest.mark.parametrize("items", [1, 20])
def test_a_clash_costs_the_same_however_many_dates_rooms_and_teachers_there_are(
    chen: FlaskClient,
    filled_in: dict[str, Any],
    database: Database,
    cast: Cast,
    statements: list[str],
    items: int,
) -> None:
    occupy(database, cast, *(FRIDAY + timedelta(days=7 * number) for number in range(items)))
    with database.writing() as db:
        for number in range(items):
            make_venue(db, name=f"教室{number}")
            make_teacher(db, name=f"老师{number}")
    statements.clear()
    page = chen.post(NEW, data=weekly(filled_in, until="", times=str(items + 1), do="look")).text
    assert page.count('class="taken"') == items
    # Login and scope; the village, its teachers and venues, the categories; five for the conflicts, two for the ways
    # out, four for the advice.
    assert len(statements) == 18


def test_nobody_ticks_the_weekday_that_the_first_day_tells(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database
) -> None:
    weeks = {**filled_in, "repeat": "weekly", "weekdays": [], "times": "3", "do": "publish"}
    assert chen.post(NEW, data=weeks).status_code == 303
    assert stored_days(database) == [FRIDAY, date(2026, 12, 4), date(2026, 12, 11)]
    others = {**weeks, "title": "养猪", "weekdays": ["1"], "venue": "", "teachers": []}
    assert chen.post(NEW, data=others).status_code == 303
    assert date(2026, 12, 1) in stored_days(database)


@pytest.mark.both_databases
def test_dates_left_out_of_so_many_are_made_up_for_after_the_last(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, date(2026, 12, 4), date(2026, 12, 11))
    six = {**filled_in, "repeat": "weekly", "weekdays": [], "times": "6"}
    page = chen.post(NEW, data={**six, "clash": ["2026-12-04", "2026-12-11"], "do": "drop-look"}).text
    assert "一共 4 次，都是 19:00–20:30。" in page and "往后再加 2 次" in page
    assert page.count("原来 6 次，现在 4 次。") == 2  # above the dates, and before it is published
    taken = chen.post(NEW, data={**six, "do": "publish"}).text
    assert "去掉这 2 天，只排 4 次" in taken and "去掉这 2 天，往后补上" in taken
    made_up = chen.post(NEW, data={**six, "clash": hidden(taken, "clash"), "do": "drop-fill"}).text
    assert "一共 6 次，都是" in made_up and "周五 2027年1月8日" in made_up
    assert "原来" not in made_up  # it is as many times as were asked for
    dropped = {**six, "leave_out": ["2026-12-04", "2026-12-11"]}
    page = chen.post(NEW, data={**dropped, "fill_up": "1"}).text
    assert "一共 6 次，都是" in page and "往后再加" not in page
    assert 'name="fill_up" value="1"' in page and re.search(r'name="times"[^>]* value="6"', page)
    # One date more that is left out is made up for as well.
    more = {**dropped, "fill_up": "1", "leave_out": [*dropped["leave_out"], "2026-12-18"], "do": "publish"}
    assert chen.post(NEW, data=more).status_code == 303
    days = [FRIDAY, *(date(2026, 12, 25) + timedelta(days=7 * number) for number in range(5))]
    assert [day for day in stored_days(database) if day.day not in (4, 11) or day.month == 1] == days


def test_what_schedules_stands_beside_the_fields_until_there_are_dates_and_then_below_them(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    empty = chen.get(NEW).text
    beside = empty[empty.index('class="halves"') : empty.index("</form>")]
    assert beside.rindex("</div>\n</div>") > beside.index('value="publish"') > beside.index('value="look"')
    looked_at = chen.post(NEW, data=weekly(filled_in, do="look")).text
    assert looked_at.count('value="publish"') == looked_at.count('value="draft"') == 1
    assert looked_at.index('value="look" class="quiet"') < looked_at.index('id="preview"')
    assert looked_at.index('id="preview"') < looked_at.index('value="publish"')


def test_a_date_is_one_line_and_the_hours_of_all_are_said_once(
    chen: FlaskClient, filled_in: dict[str, Any], database: Database, cast: Cast
) -> None:
    occupy(database, cast, FRIDAY)
    page = chen.post(NEW, data=weekly(filled_in, do="look")).text
    assert "19:00–20:30</span></p>" not in page and "都是 19:00–20:30。" in page
    assert "改到当天 17:30–19:00" in page  # the date stands above it
    # One date that has other hours is told apart, and then so are all.
    otherwise = weekly(filled_in, do="look", instead=["2026-11-27 2026-11-27 600 690"])
    page = chen.post(NEW, data=otherwise).text
    assert "都是" not in page and '周五 12月4日（十月廿六） <span class="nobr">19:00–20:30</span></p>' in page


@pytest.mark.both_databases
def test_a_new_teacher_and_a_new_place_are_added_in_the_form_and_already_chosen(
    chen: FlaskClient, database: Database, filled_in: dict[str, Any]
) -> None:
    typed = {**weekly(filled_in), "new_teacher": "吴老师", "new_unit": "农技站", "new_venue": ""}
    asked = chen.post(NEW, data={**typed, "do": "teacher"})
    assert asked.status_code == 422 and "是哪一类老师？点一个。" in asked.text
    typed |= {"new_kind": "doctor", "new_phone": "0832-5550103"}
    page = chen.post(NEW, data={**typed, "do": "teacher"}).text
    assert page.index('id="added"') < page.index("吴老师在名单上了，已经选好。") < page.index("加一位新老师")
    teacher = re.search(r'name="teachers" value="([^"]+)" checked><span>吴老师（农技站）', page)
    assert teacher is not None
    page = chen.post(NEW, data={**weekly(filled_in), "new_venue": "晒坝", "do": "venue"}).text
    assert re.search(r'name="venue" value="[^"]+" checked><span>晒坝', page)
    # Twice is once: who is on the list already is only chosen.
    chen.post(NEW, data={**typed, "new_teacher": "吴 老师", "do": "teacher"})
    with database.reading() as db:
        [teacher] = db.scalars(select(Teacher).where(Teacher.name.like("吴%"))).all()
        assert teacher.kind == "doctor" and teacher.phone
        assert stored_days(database) == []


def test_what_was_written_beside_the_list_is_added_on_the_way(
    chen: FlaskClient, database: Database, filled_in: dict[str, Any]
) -> None:
    answer = chen.post(
        NEW, data=weekly(filled_in, do="publish", teachers=[], new_teacher="吴老师", new_kind="lawyer")
    )
    assert answer.status_code == 303
    assert "吴老师" in chen.get(answer.location).text


def test_who_comes_on_the_list_with_the_dates_is_told_beside_them(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    page = chen.post(NEW, data=weekly(filled_in, teachers=[], new_teacher="吴老师", new_kind="lawyer")).text
    assert page.count("吴老师在名单上了，已经选好。") == 1
    assert page.index('id="preview-head"') < page.index("吴老师在名单上了，已经选好。")


def test_a_new_teacher_without_a_name_is_asked_for_it_and_nothing_is_lost(
    chen: FlaskClient, filled_in: dict[str, Any]
) -> None:
    for todo, sentence in (("teacher", "还没写名字。"), ("venue", "还没写")):
        answer = chen.post(NEW, data={**weekly(filled_in), "do": todo})
        assert answer.status_code == 422 and sentence in answer.text
        assert 'value="柑橘冬季管护"' in answer.text
