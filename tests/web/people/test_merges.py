"""Two records that are one person: chosen, compared, put together and taken apart again, in plain words."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from nightschool.database import Database
from nightschool.models.people import Learner, PersonMerge, Teacher
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    later,
    make_course,
    make_learner,
    make_register,
    make_session,
    make_teacher,
)


@pytest.fixture
def two(database: Database, cast: Cast) -> tuple[str, str]:
    """陈大秀, who came twice, and 陈大绣, who came once; the group and the year of birth are the same."""
    with database.writing() as db:
        pair = [make_learner(db, name=name, birth_year=1965) for name in ("陈大秀", "陈大绣")]
        course = make_course(db)
        for week, came in ((1, pair), (2, pair[:1])):
            held = make_session(db, course, TODAY - timedelta(weeks=week))
            make_register(db, held, cast.chen, present=tuple(one.id for one in came))
        return pair[0].public_id, pair[1].public_id


def agreed(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(keep|seen)" value="([^"]*)">', page))


@pytest.mark.both_databases
def test_who_sounds_alike_comes_first_and_the_rest_is_found(chen: FlaskClient, two: tuple[str, str]) -> None:
    page = chen.get(f"/learners/{two[1]}/same").text
    assert "名字同音、同年出生、同一个组" in page
    assert "没有找到「刘」。换个写法再找。" in chen.get(f"/learners/{two[1]}/same?q=刘").text


def test_both_are_compared_merged_and_taken_apart(chen: FlaskClient, two: tuple[str, str]) -> None:
    kept, gone = two
    path = f"/learners/{gone}/same/{kept}"
    page = chen.get(path).text
    assert "陈大绣的 1 次到课算到陈大秀名下。其中 1 次两位都记了，只算一次" in page
    answer = chen.post(path, data=agreed(page))
    assert (answer.status_code, answer.location) == (303, f"/learners/{gone}/merged")
    assert "陈大绣并到陈大秀了" in chen.get(answer.location).text
    assert chen.get(f"/learners/{gone}").location == f"/learners/{gone}/merged"
    assert "撤回：陈大绣和陈大秀又分开" in chen.get(f"/learners/{kept}").text
    assert chen.post(f"/learners/{gone}/merged/undo").status_code == 303
    assert "撤回了：陈大秀和陈大绣又是两位。" in chen.get(f"/learners/{gone}").text


def test_after_a_day_there_is_no_button_any_more(
    chen: FlaskClient, two: tuple[str, str], clock: StillClock
) -> None:
    kept, gone = two
    chen.post(f"/learners/{gone}/same/{kept}", data=agreed(chen.get(f"/learners/{gone}/same/{kept}").text))
    clock.move(hours=25)
    assert "过了 24 小时，不能再撤回了。" in chen.get(f"/learners/{gone}/merged").text
    chen.post(f"/learners/{gone}/merged/undo")
    assert "过了 24 小时，不能撤回了。" in chen.get(f"/learners/{gone}/merged").text


@pytest.mark.both_databases
def test_a_merge_noted_by_a_clock_that_was_ahead_is_not_offered_to_be_taken_back_for_years(
    chen: FlaskClient, two: tuple[str, str], database: Database
) -> None:
    kept, gone = two
    chen.post(f"/learners/{gone}/same/{kept}", data=agreed(chen.get(f"/learners/{gone}/same/{kept}").text))
    with database.writing() as db:
        db.execute(update(PersonMerge).values(merged_at=later(days=300).instant))
    assert "撤回：" not in chen.get(f"/learners/{kept}").text
    chen.post(f"/learners/{gone}/merged/undo")
    assert "过了 24 小时，不能撤回了。" in chen.get(f"/learners/{gone}/merged").text


def test_of_several_merges_only_the_latest_is_offered_to_be_taken_back(
    chen: FlaskClient, two: tuple[str, str], database: Database
) -> None:
    kept, gone = two
    with database.writing() as db:
        third = make_learner(db, name="陈大修", birth_year=1965).public_id
    for one, into in ((gone, kept), (third, kept)):
        path = f"/learners/{one}/same/{into}"
        chen.post(path, data=agreed(chen.get(path).text))
    page = chen.get(f"/learners/{gone}/merged").text
    assert "先撤回后来的那次" in page and "merged/undo" not in page
    assert re.findall(r"/learners/([^/]+)/merged/undo", chen.get(f"/learners/{kept}").text) == [third]


def test_nothing_is_merged_that_was_not_agreed_to_as_shown(chen: FlaskClient, two: tuple[str, str]) -> None:
    path = f"/learners/{two[1]}/same/{two[0]}"
    assert chen.post(path).status_code == 422
    answer = chen.post(path, data={**agreed(chen.get(path).text), "seen": "1.7"})
    assert answer.status_code == 409
    assert "还没并：你打开以后，有人改过其中一位。" in answer.text
    assert chen.post(path, data=agreed(answer.text)).status_code == 303


@pytest.mark.both_databases
def test_a_learner_of_another_village_is_not_there(
    database: Database, chen: FlaskClient, two: tuple[str, str]
) -> None:
    with database.writing() as db:
        foreign = make_learner(db, JIANLI, name="陈大秀").public_id
    assert chen.get(f"/learners/{two[0]}/same/{foreign}").status_code == 404
    assert chen.get(f"/learners/{foreign}/same").status_code == 404


@pytest.mark.both_databases
def test_the_village_teacher_goes_into_the_townships(
    database: Database, cast: Cast, chen: FlaskClient
) -> None:
    with database.writing() as db:
        own, township = make_teacher(db, SHIWAN, "周老师"), db.get_one(Teacher, cast.teacher)
        make_session(db, make_course(db), TODAY, teachers=(own.id,))
        path = f"/teachers/{own.public_id}/same/{township.public_id}"
        gone = own.public_id
    page = chen.get(path).text
    assert "周老师的 1 次课都写成周老师的" in page
    assert "换过来" not in page
    assert chen.post(path, data=agreed(page)).location == f"/teachers/{gone}/merged"
    assert "撤回：" in chen.get(f"/teachers/{gone}/merged").text


@pytest.mark.parametrize("items", [1, 30])
def test_the_pages_cost_the_same_however_much_there_is(
    database: Database, cast: Cast, chen: FlaskClient, statements: list[str], items: int
) -> None:
    with database.writing() as db:
        pair = [make_learner(db, name="刘国富") for _one in range(items + 1)]
        course = make_course(db)
        for day in range(1, items + 1):
            held = make_session(db, course, TODAY - timedelta(days=day), teachers=(cast.teacher,))
            make_register(db, held, cast.chen, present=tuple(one.id for one in pair[:2]))
        one, other = pair[0].public_id, pair[1].public_id
        teacher = db.get_one(Teacher, cast.teacher).public_id
        assert db.get_one(Learner, pair[0].id)
    for path, most in (
        (f"/learners/{one}/same", 5),
        (f"/learners/{one}/same/{other}", 14),
        (f"/learners/{one}", 10),
        (f"/desk/{SHIWAN}/teachers/{teacher}", 14),
        (f"/desk/{SHIWAN}/school", 10),
    ):
        statements.clear()
        assert chen.get(path).status_code == 200
        assert len(statements) <= most, (path, len(statements))
