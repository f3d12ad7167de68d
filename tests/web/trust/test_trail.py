"""The trail as people read it: by day, in sentences, for those of the village and above, never for supervisors."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.records import note
from nightschool.database import Database
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account
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
    make_teacher,
)

TRAIL = f"/trail/{SHIWAN}"


@pytest.fixture
def world(cast: Cast, database: Database) -> dict[str, str]:
    """Some things were done in 狮湾村: addresses of the trails of what they were done to."""
    with database.writing() as db:
        course = make_course(db)
        class_session = make_session(db, course, TODAY + timedelta(days=4))
        learner, teacher = make_learner(db), make_teacher(db, SHIWAN, name="何师傅")
        lines: list[tuple[str, str, int, dict[str, Any]]] = [
            ("courses.schedule", f"course {course.id}", 26, {"sessions": 1}),
            ("learner.edit", f"learner {learner.id}", 25, {"fields": ["phone"]}),
            ("teacher.add", f"teacher {teacher.id}", 24, {}),
            ("venue.phone", f"venue {cast.venue}", 2, {}),
            ("account.create", f"account {cast.chen}", 1, {"role": "coordinator"}),
            ("sessions.cancel", f"class_session {class_session.id}", 0, {"reason": "farm_work"}),
        ]
        for action, record, hours, details in lines:
            given = {"now": later(hours=-hours), "region_code": SHIWAN}
            note(db, record, action, by=cast.chen_actor, **given, **details)
        venue, chen = db.get_one(Venue, cast.venue), db.get_one(Account, cast.chen)
        return {
            "class_session": f"/sessions/{class_session.public_id}",
            "course": f"/courses/{course.public_id}",
            "learner": f"/learners/{learner.public_id}",
            "teacher": f"/teachers/{teacher.public_id}",
            "venue": f"/venues/{venue.public_id}",
            "account": f"/accounts/{chen.public_id}",
        }


@pytest.fixture
def chen(world: dict[str, str], cast: Cast, browser_of: Any) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.chen)
    return browser


def test_village_reads_who_did_what_by_day(chen: FlaskClient) -> None:
    page = chen.get(TRAIL).text
    assert page.index("周二 11月24日") < page.index("周一 11月23日")
    assert page.index("10:00") < page.index("09:00")
    for sentence in (
        "陈书记 取消了 11月28日 的课「柑橘冬季管护」：农活忙",
        "陈书记 添了老师 何师傅",
        "陈书记 改了一位学员：电话",
        "陈书记 看了 村活动室 管钥匙的人的电话全号",
        "陈书记 给 陈书记 开了账号（夜校管理员）",
        "陈书记 排了课程「柑橘冬季管护」，1 次课",
    ):
        assert sentence in page, sentence


def test_one_kind_is_shown_alone(chen: FlaskClient) -> None:
    page = chen.get(f"{TRAIL}?kind=teachers").text
    assert "添了老师" in page and "取消了" not in page
    assert "取消了" in chen.get(f"{TRAIL}?kind=nonsense").text
    assert "这里还没有记录" in chen.get(f"{TRAIL}?kind=registers").text


@pytest.mark.both_databases
def test_each_record_has_its_own_trail_reached_from_its_page(
    chen: FlaskClient, world: dict[str, str], cast: Cast, browser_of: Any
) -> None:
    told = {
        "class_session": "取消了 11月28日",
        "course": "排了课程",
        "learner": "改了一位学员",
        "teacher": "添了老师 何师傅",
        "venue": "管钥匙的人的电话全号",
    }
    for name, sentence in told.items():
        assert f"{world[name]}/trail" in chen.get(world[name]).text, name
        page = chen.get(f"{world[name]}/trail")
        assert page.status_code == 200 and sentence in page.text, name
    admin = browser_of(cast.region_administrator)
    assert f"{world['account']}/trail" in admin.get(world["account"]).text
    assert "开了账号" in admin.get(f"{world['account']}/trail").text
    assert chen.get(f"{world['account']}/trail").status_code == 404
    assert TRAIL in chen.get(f"/desk/{SHIWAN}/more").text and TRAIL in chen.get(f"/desk/{SHIWAN}/school").text


def test_administrator_reads_it_without_a_villagers_name_and_a_supervisor_not_at_all(
    world: dict[str, str], cast: Cast, browser_of: Any
) -> None:
    for who in (cast.region_administrator, cast.system_administrator):
        admin = browser_of(who)
        page = admin.get(TRAIL).text
        assert "取消了 11月28日" in page and "陈大秀" not in page
        assert f"{world['class_session']}/trail" in page and world["learner"] not in page
        assert admin.get(f"{world['class_session']}/trail").status_code == 200
        assert admin.get(f"{world['learner']}/trail").status_code == 404
    for who in (cast.township_supervisor, cast.county_supervisor, cast.luo):
        browser = browser_of(who)
        for path in (TRAIL, *(f"{address}/trail" for address in world.values())):
            assert browser.get(path).status_code == 404, path
    assert browser_of(cast.chen).get(f"/trail/{JIANLI}").status_code == 404


def test_coordinator_sees_nothing_of_a_villager_beside_the_link(
    chen: FlaskClient, world: dict[str, str]
) -> None:
    page = chen.get(TRAIL).text
    assert "陈大秀" not in page and f'href="{world["learner"]}"' in page


def test_the_same_again_and_again_is_one_line(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        for number in range(3):
            learner = make_learner(db, name=f"陈{number}")
            note(db, learner, "learner.add", by=cast.chen_actor, now=NOW)
    page = chen.get(TRAIL).text
    assert "陈书记 添了一位学员（3 次）" in page and page.count("添了一位学员") == 1


def test_older_lines_are_a_page_away(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        for number in range(45):
            venue, fields = db.get_one(Venue, cast.venue), ["name"] if number % 2 else ["seats"]
            note(db, venue, "venue.edit", by=cast.chen_actor, now=later(minutes=1 + number), fields=fields)
    first = chen.get(TRAIL).text
    assert "取消了" not in first
    older = first.split('href="/trail/')[-1].split('"')[0].replace("&amp;", "&")
    page = chen.get(f"/trail/{older}").text
    assert "取消了" in page and "回到最新的" in page
    assert chen.get(f"{TRAIL}?before=nonsense").status_code == 200
    assert chen.get(f"{TRAIL}?before=99999999999999999999").status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_pages_cost_the_same_however_much_was_done(
    chen: FlaskClient,
    database: Database,
    statements: list[str],
    world: dict[str, str],
    cast: Cast,
    number: int,
) -> None:
    with database.writing() as db:
        for _line in range(number):
            for table, action in ((Learner, "learner.edit"), (ClassSession, "sessions.cancel"), (Course, "courses.edit"),
                                  (Teacher, "teacher.edit")):  # fmt: skip
                record = db.scalars(select(table)).first()
                note(db, record, action, by=cast.chen_actor, now=NOW, region_code=SHIWAN)
    statements.clear()
    assert chen.get(TRAIL).status_code == 200
    assert len(statements) <= 10
    statements.clear()
    assert chen.get(f"{world['course']}/trail").status_code == 200
    assert len(statements) <= 7


def test_village_reads_what_was_done_to_its_coordinators_account(
    chen: FlaskClient, world: dict[str, str], cast: Cast, browser_of: Any
) -> None:
    admin = browser_of(cast.region_administrator)
    for act in ("slip", "disable", "enable"):
        admin.post(f"{world['account']}/{act}")
    page = browser_of(cast.chen).get(f"{TRAIL}?kind=accounts").text
    for sentence in (
        "市中区管理员 给 陈书记 打了登录单",
        "市中区管理员 停用了 陈书记 的账号",
        "市中区管理员 重新启用了 陈书记 的账号",
    ):
        assert sentence in page, sentence
