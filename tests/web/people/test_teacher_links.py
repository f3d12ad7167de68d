"""A teacher's own address: what whoever has it sees, what nobody sees by it, and that it can be taken back."""

import io
import json
import logging
import re
from datetime import UTC, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import Client

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import ClassSession, Course, Enrolment, SessionStatus
from nightschool.web.site import logs
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_link,
    make_question,
    make_register,
    make_session,
    make_teacher,
)

SECRET = "s" * 32
PAGE, FEED, SHEET = f"/t/{SECRET}", f"/t/{SECRET}.ics", f"/t/{SECRET}/sheet"
PHONE = "13812345678"


@pytest.fixture
def term(database: Database, cast: Cast) -> str:
    """周老师 teaches tonight and on Friday, the class between is called off; the teacher's public id comes back."""
    with database.writing() as db:
        teacher = db.get_one(Teacher, cast.teacher)
        teacher.phone = SEALER.seal(PHONE, about=f"teacher.phone:{teacher.public_id}")
        venue = db.get_one(Venue, cast.venue)
        venue.directions, venue.key_holder = "村委会二楼", "管钥匙的王二"
        venue.key_holder_phone = SEALER.seal(PHONE, about=f"venue.key_holder_phone:{venue.public_id}")
        course = make_course(db, venue_id=venue.id, audience="果农", expected=30, summary="带上剪刀")
        given = {"teachers": (teacher.id,), "published_at": NOW.instant}
        learner = make_learner(db)
        held = make_session(db, course, TODAY - timedelta(days=7), title="修枝", **given)
        make_register(db, held, cast.chen, present=(learner.id,), total=21)
        make_question(db, held, "黄龙病怎么认？")
        make_session(db, course, TODAY, **given)
        off = {"status": SessionStatus.CANCELLED, "reason": "weather"}
        make_session(db, course, TODAY + timedelta(days=2), title="刷白", **off, **given)
        make_session(db, course, TODAY + timedelta(days=3), title="施肥", **given)
        other = make_teacher(db, JIANLI, "吴医生")
        make_session(
            db, make_course(db, JIANLI, "急救"), TODAY, teachers=(other.id,), published_at=NOW.instant
        )
        make_link(db, teacher, SECRET)
        return teacher.public_id


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def test_the_page_says_first_where_and_when_and_whom_to_phone(client: FlaskClient, term: str) -> None:
    said = words(client.get(PAGE).text)
    told = (
        "周老师的课", "今晚 19:00–20:30", "十月十六", "狮湾村", "全安镇 · 市中区", "村活动室", "村委会二楼",
        "找陈书记： 0832-5550101", "柑橘冬季管护", "带上剪刀",
        "第 2 次，一共 3 次", "上次讲了什么", "周二 11月17日（十月初九） 修枝 · 周老师（农技站）", "果农", "预计来 30 人",
        "狮湾村最近讲过的", "还没答的问题", "黄龙病怎么认？",
        "接下来", "刷白", "取消：天气不好", "施肥", "讲过的课", "讲了 1 次课，2 个课时", "来了 21 人次",
    )  # fmt: skip
    places = [said.find(one) for one in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?lang=en&big=1", FEED, SHEET])
def test_no_learner_no_sealed_phone_and_nothing_of_another_teacher(
    client: FlaskClient, term: str, address: str
) -> None:
    content = client.get(address).get_data(as_text=True).replace("\r\n ", "")
    assert "柑橘冬季管护" in content
    for secret in ("陈大秀", PHONE, "138****", "王二", "急救", "吴医生", JIANLI):
        assert secret not in content, secret


def test_the_feed_tells_what_the_page_tells_under_the_villages_own_uids(
    client: FlaskClient, term: str
) -> None:
    events = {
        str(event["SUMMARY"]): event
        for event in icalendar.Calendar.from_ical(client.get(FEED).data).walk("VEVENT")
    }
    here = "狮湾村（全安镇 · 市中区）"
    assert list(events) == [f"{here}：修枝", f"{here}：柑橘冬季管护", f"取消：{here}：刷白", f"{here}：施肥"]
    tonight, off = events[f"{here}：柑橘冬季管护"], events[f"取消：{here}：刷白"]
    # The page that hands the address out promises it.
    assert [str(alarm["TRIGGER"].to_ical()) for alarm in tonight.walk("VALARM")] == [str(b"-PT2H")]
    assert off.walk("VALARM") == []
    assert tonight.start.astimezone(UTC).isoformat() == "2026-11-24T11:00:00+00:00"
    assert (tonight["STATUS"], off["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert "0832-5550101" in tonight["DESCRIPTION"] and "村活动室" in tonight["LOCATION"]
    village = icalendar.Calendar.from_ical(client.get(f"/v/{SHIWAN}.ics").data).walk("VEVENT")
    known = {str(event["UID"]): event["SEQUENCE"] for event in village}
    assert {str(event["UID"]): event["SEQUENCE"] for event in events.values()} == known
    assert SECRET.encode() not in client.get(FEED).data


@pytest.mark.parametrize("address", [PAGE, FEED, SHEET])
def test_nobody_keeps_it_finds_it_or_is_told_of_it(client: FlaskClient, term: str, address: str) -> None:
    for answer in (client.get(address), client.get(address.replace("s" * 32, "x" * 32))):
        assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers.getlist("Set-Cookie") == []


def test_log_lines_name_the_route_alone(app: Flask, term: str) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.start("requests", stream)
        for address in (PAGE, FEED, SHEET, f"{PAGE}x", "/t/" + "x" * 32):
            Client(logs.with_request_lines(app.wsgi_app)).get(address, buffered=True)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logs.requests.setLevel(logging.NOTSET)
    told = [json.loads(line)["route"] for line in stream.getvalue().splitlines()]
    assert told == [
        "/t/<secret:secret>", "/t/<secret:secret>.ics", "/t/<secret:secret>/sheet", "-", "/t/<secret:secret>",
    ]  # fmt: skip
    assert "sss" not in stream.getvalue()


def made(answer: Any) -> str:
    assert answer.status_code == 200
    [address] = set(re.findall(r"http://localhost/t/([A-Za-z0-9_-]{32})<", answer.text))
    return address


@pytest.mark.both_databases
def test_made_once_shown_once_revoked_at_once(
    client: FlaskClient, browser_of: Any, cast: Cast, term: str
) -> None:
    administrator, list_ = browser_of(cast.region_administrator), f"/teachers/{term}/links"
    answer = administrator.post(list_, follow_redirects=True)
    secret = made(answer)
    assert "<svg" in answer.text and "style=" not in answer.text
    assert client.get(f"/t/{secret}").status_code == 200
    page = administrator.get(list_).text
    assert secret not in page and "市中区管理员" in page
    revoke = re.findall(r'action="(/teacher-links/[^"]+/revoke)"', page)[0]
    assert administrator.post(revoke).location == list_
    unknown = client.get("/t/" + "x" * 32).text.replace("x" * 32, secret)
    for ending in ("", ".ics", "/sheet"):
        gone = client.get(f"/t/{secret}{ending}")
        assert gone.status_code == 404
        assert gone.text.replace(f"{secret}{ending}", secret) == unknown
    assert "给您网址的人可以再做一个" in unknown
    assert client.get(PAGE).status_code == 200  # another link of the same teacher still opens


def test_a_village_makes_a_link_to_its_own_classes_and_is_told_so(
    client: FlaskClient, browser_of: Any, cast: Cast, term: str
) -> None:
    chen, list_ = browser_of(cast.chen), f"/desk/{SHIWAN}/teachers/{term}/links"
    assert "链接里只有周老师在狮湾村的课。要一个包括所有村的，找全安镇的管理员。" in chen.get(list_).text
    assert chen.post(f"/teachers/{term}/links").status_code == 404
    secret = made(chen.post(list_, follow_redirects=True))
    assert "这里只有狮湾村的课。" in client.get(f"/t/{secret}").text
    assert SECRET not in chen.get(list_).text and chen.get(list_).text.count("/revoke") == 1


def test_of_who_is_asked_no_more_no_link_is_made_and_the_page_says_until_when_it_opens(
    client: FlaskClient, browser_of: Any, cast: Cast, database: Database, clock: StillClock, term: str
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).retired_at = NOW.instant
    assert "上完这里的最后一次课，这个网址就打不开了。" in client.get(PAGE).text
    administrator = browser_of(cast.region_administrator)
    answer = administrator.post(f"/teachers/{term}/links")
    assert answer.status_code == 409 and "周老师不再请了。先把人请回来，再做链接。" in answer.text
    clock.move(days=4)
    assert [client.get(one).status_code for one in (PAGE, FEED, SHEET)] == [404, 404, 404]


def test_without_a_class_ahead_the_page_says_so(client: FlaskClient, clock: StillClock, term: str) -> None:
    clock.move(days=4)
    assert "接下来没有排您的课。排上了，这里就有。" in client.get(PAGE).text
    assert client.get(SHEET).status_code == 200


def lesson_of(page: str, n: int = 0) -> str:
    return re.findall(r'href="(/t/s{32}/absent/[^"]+)"', page)[n]


def question_of(page: str) -> str:
    return re.findall(r'href="(/t/s{32}/answer/[^"]+)"', page)[0]


@pytest.mark.both_databases
def test_who_cannot_come_says_why_and_the_village_settles_it(
    client: FlaskClient, browser_of: Any, cast: Cast, database: Database, term: str
) -> None:
    path = lesson_of(client.get(PAGE).text)
    assert client.post(path, data={"reason": " "}).status_code == 422
    for reason in ("下乡", "那天要开会", "那天要开会"):  # another reason goes for the first; twice is once
        answer = client.post(path, data={"reason": reason})
        assert (answer.status_code, answer.location) == (303, f"{PAGE}?said=absent")
    assert "已经告诉村里您来不了。换老师还是改时间，由村里定。" in client.get(answer.location).text
    assert "您说了来不了：那天要开会。已经告诉村里。" in client.get(PAGE).text
    assert "来不了" in client.get(SHEET).text and "/absent/" not in client.get(SHEET).text
    chen = browser_of(cast.chen)
    told = "周老师自己说 11月24日（十月十六） 19:00–20:30 来不了：那天要开会。"
    desk = chen.get(f"/desk/{SHIWAN}").text
    assert told in desk and "下乡" not in desk
    # Who else comes is one tap from there.
    swap = re.findall(r'href="(/sessions/[^"]+/teacher)">换老师', desk[desk.index(told) :])[0]
    assert chen.get(swap).status_code == 200
    assert (
        desk.count("老师来不了") == 1 and desk.count(told) == 1
    )  # in its list, and the sentence where it is decided
    trail = chen.get(f"/trail/{SHIWAN}").text
    assert "记下老师自己说来不了" in trail
    with database.reading() as db:
        assert db.scalars(select(ClosedTime.note)).all() == ["那天要开会"]
        assert db.scalars(select(ClassSession.status).where(ClassSession.day == TODAY)).all() == [
            "scheduled",
            "scheduled",
        ]
    for _again in range(2):
        back = client.post(path, data={"do": "present"}).location
        assert "已经告诉村里您又能来了。" in client.get(back).text
    assert told not in chen.get(f"/desk/{SHIWAN}").text and "您说了来不了" not in client.get(PAGE).text


@pytest.mark.both_databases
def test_nothing_is_said_of_another_class_nor_without_end(
    client: FlaskClient, cast: Cast, database: Database, clock: StillClock, term: str
) -> None:
    with database.reading() as db:
        others = db.scalars(select(ClassSession.public_id).where(ClassSession.region_code == JIANLI)).all()
        held = db.scalars(select(ClassSession.public_id).where(ClassSession.status == "held")).all()
    for other in (*others, *held, "x" * 22):
        for answer in (
            client.get(f"{PAGE}/absent/{other}"),
            client.post(f"{PAGE}/absent/{other}", data={"reason": "忙"}),
        ):
            assert (answer.status_code, answer.location) == (303, PAGE)
    path = lesson_of(client.get(PAGE).text)
    assert client.post(path.replace("s" * 32, "x" * 32), data={"reason": "忙"}).status_code == 404
    said = [client.post(path, data={"reason": f"忙{number}"}).status_code for number in range(12)]
    assert said == [303] * 10 + [422] * 2
    with database.reading() as db:
        assert db.scalars(select(ClosedTime.note)).all() == ["忙9"]


@pytest.mark.both_databases
def test_an_open_question_is_answered_and_says_by_whom(
    client: FlaskClient, browser_of: Any, cast: Cast, term: str
) -> None:
    path = question_of(client.get(PAGE).text)
    assert "黄龙病怎么认？" in client.get(path).text
    assert client.post(path, data={"answer": ""}).status_code == 422
    refused = client.post(path, data={"answer": "打 13812345678"})
    assert refused.status_code == 422 and "像是有手机号" in refused.text
    for _time in range(2):
        answer = client.post(path, data={"answer": "看叶脉。"})
        assert (answer.status_code, answer.location) == (303, f"{PAGE}?said=answer")
    page = client.get(answer.location).text
    assert "您的答复村里看到了" in page and "黄龙病怎么认？" not in page
    late = client.post(path, data={"answer": "看果子。"})
    assert late.status_code == 422 and "刚才有人答了" in late.text
    chen = browser_of(cast.chen)
    questions = chen.get(f"/desk/{SHIWAN}/questions").text
    assert "看叶脉。" in questions and "周老师自己 周二 11月24日（十月十六） 答的" in questions
    assert client.get(path).location == PAGE


def test_the_pages_with_a_form_tell_their_address_to_this_host_alone(client: FlaskClient, term: str) -> None:
    """Without it a form would not be taken over TLS, where it must say on which page it stood."""
    page = client.get(PAGE).text
    for path in (lesson_of(page), question_of(page)):
        answer = client.get(path)
        assert answer.headers.getlist("Referrer-Policy") == ["same-origin"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.both_databases
def test_that_a_class_has_this_teacher_now_is_no_news_to_them(
    client: FlaskClient, database: Database, term: str
) -> None:
    with database.writing() as db:
        for one in db.scalars(select(ClassSession).where(ClassSession.day == TODAY)):
            one.differs = "teachers"
    assert "变更" not in client.get(PAGE).text
    with database.writing() as db:
        for one in db.scalars(select(ClassSession).where(ClassSession.day == TODAY)):
            one.differs = "place,teachers"
    assert "变更：换了地点" in client.get(PAGE).text


@pytest.mark.both_databases
def test_who_is_enrolled_is_a_number(client: FlaskClient, database: Database, term: str) -> None:
    with database.writing() as db:
        course = db.scalars(select(Course).where(Course.region_code == SHIWAN)).first()
        assert course is not None
        course.kind = "cohort"
        learner = make_learner(db, name="刘国富")
        db.add(Enrolment(course_id=course.id, learner_id=learner.id, enrolled_on=TODAY, asked_at=NOW.instant))
    page = client.get(PAGE).text
    assert "班上 1 个人 · 预计来 30 人" in page and "刘国富" not in page
