"""After a change or a publication the words to send to the village's group stand there, finished."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from tests.factories import SHIWAN, TODAY, Cast, StillClock, make_course, make_session

TOGETHER = f"/desk/{SHIWAN}/message"


@pytest.fixture
def friday(cast: Cast, database: Database) -> str:
    """A public session on the coming Friday."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        return make_session(db, course, TODAY + timedelta(days=3), teachers=(cast.teacher,)).public_id


def post(browser: FlaskClient, path: str, **data: Any) -> str:
    """The form at this address with the revision it shows, and the page it leads to."""
    revision = re.search(r'name="revision"[^>]*value="([0-9]+)"', browser.get(path).text)
    answer = browser.post(
        path, data={"revision": revision[1] if revision else "", **data}, follow_redirects=True
    )
    return str(answer.text)


def to_send(page: str) -> list[str]:
    """The lines of the message on a page; none where there is none."""
    found = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    return found[1].splitlines() if found else []


def test_a_move_comes_back_with_the_message_to_send(chen: FlaskClient, friday: str) -> None:
    page = post(chen, f"/sessions/{friday}/move", day="2026-11-28", starts="19:00", ends="20:30")
    assert to_send(page) == [
        "狮湾村农民夜校通知：",
        "周五 11月27日（十月十九） 19:00 的柑橘冬季管护改到 周六 11月28日（十月二十） 19:00。",
        "不清楚的，问：陈书记 0832-5550101",
    ]
    assert to_send(chen.get(f"/sessions/{friday}").text) == []  # once


def test_a_second_change_within_a_day_leads_to_one_message_of_both(
    chen: FlaskClient, friday: str, clock: StillClock
) -> None:
    page = post(chen, f"/sessions/{friday}/move", day="2026-11-28", starts="19:00", ends="20:30")
    assert to_send(page) and TOGETHER not in page  # there is nothing else to send
    lonely = post(chen, f"/sessions/{friday}/move", day="2026-11-29", starts="19:00", ends="20:30")
    assert TOGETHER not in lonely  # it is of the same class, and the message says where it is now
    course = re.findall(r'href="(/courses/[^"/]+)"', chen.get(f"/sessions/{friday}").text)[0]
    page = post(chen, f"{course}/add", day="2026-12-02", starts="19:00", ends="20:30")
    assert "加了一次课" in "".join(to_send(page))
    assert f'href="{TOGETHER}">一天里还改了别的，合成一段话一起发' in page
    clock.move(hours=25)
    page = post(chen, f"/sessions/{friday}/cancel", reason="weather")
    assert to_send(page) and TOGETHER not in page


def test_new_classes_are_told_in_one_with_every_date_and_who_and_where(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue, published=False)
        for week in (1, 2):
            day = TODAY + timedelta(weeks=week)
            make_session(db, course, day, teachers=(cast.teacher,), status="draft")
        path = f"/courses/{course.public_id}"
    page = chen.post(f"{path}/publish", follow_redirects=True).text
    assert to_send(page)[:-1] == [
        "狮湾村农民夜校通知：",
        "新排了课：柑橘冬季管护，一共 2 次。",
        "周二 12月1日（十月廿三） 19:00",
        "周二 12月8日（十月三十） 19:00",
        "在村活动室上，周老师（农技站）讲。",
    ]


def test_what_villagers_cannot_see_is_no_message(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        course = make_course(db, published=False)
        draft = make_session(db, course, TODAY + timedelta(days=3), status="draft").public_id
    page = post(chen, f"/sessions/{draft}/move", day="2026-11-28", starts="19:00", ends="20:30")
    assert "改到" in page
    assert to_send(page) == []


@pytest.mark.both_databases
def test_all_changes_of_a_day_are_one_message_and_what_was_undone_is_not_in_it(
    chen: FlaskClient, database: Database, cast: Cast, friday: str, clock: StillClock
) -> None:
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销", venue_id=cast.venue)
        other = make_session(db, course, TODAY + timedelta(days=5)).public_id
    post(chen, f"/sessions/{friday}/move", day="2026-11-28", starts="19:00", ends="20:30")
    post(chen, f"/sessions/{friday}/move", day="2026-12-02", starts="19:00", ends="20:30")
    page = post(chen, f"/sessions/{other}/cancel", reason="weather")
    assert to_send(chen.get(TOGETHER).text) == [
        "狮湾村农民夜校通知：",
        "周日 11月29日（十月廿一） 19:00 的医保怎么报销取消了：天气不好。",
        "周五 11月27日（十月十九） 19:00 的柑橘冬季管护改到 周三 12月2日（十月廿四） 19:00。",
        "不清楚的，问：陈书记 0832-5550101",
    ]
    told = chen.get(TOGETHER).text
    assert "一天之内全村改的都在里面，不管是谁改的。" in told and "村里改过课的：陈书记。" in told
    [undo] = re.findall(r'action="(/changes/[^"]+/undo)"', page)
    chen.post(undo)
    assert "医保" not in "".join(to_send(chen.get(TOGETHER).text))
    clock.move(hours=25)
    assert "村里改过课的" not in chen.get(TOGETHER).text
    assert "没有要告诉村里人的改动" in chen.get(TOGETHER).text
