"""What is wrong in a form is told all at once, and each sentence leads to its field."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.teaching import CourseKind
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_session,
    make_teacher,
    make_venue,
)
from tests.web.addresses import ANYWHERE
from tests.web.site.test_once import COUNTY, TOWNSHIP, hidden_on, records

__all__ = ["records"]

NEW_LEARNER = f"/desk/{SHIWAN}/learners/new"


def summary(page: str) -> dict[str, str]:
    """Where the list above the form leads to, and what it says there."""
    box = page.partition('class="notice alarm wrongs"')[2].partition("</div>")[0]
    assert "autofocus" in box, "the browser jumps to it"
    links = re.findall(r'<a href="#([^"]+)">(.*?)</a>', box)
    for where, _told in links:
        assert page.count(f' id="{where}"') == 1, f"{where} is nowhere on the page"
    return {where: unescape(told) for where, told in links}


@pytest.mark.both_databases
@pytest.mark.parametrize("year", ["2020", "2090", "六十年代"])
def test_a_wrong_phone_and_a_wrong_year_are_told_at_once(
    chen: FlaskClient, database: Database, year: str
) -> None:
    data = {"name": "陈大秀", "group_name": "一组", "phone": "不知道", "birth_year": year}
    page = chen.post(NEW_LEARNER, data=data)
    assert page.status_code == 422
    told = summary(page.text)
    assert list(told) == ["birth_year", "phone"] or list(told) == ["phone", "birth_year"]
    assert told["phone"].startswith("电话：") and told["birth_year"].startswith("出生年份：")
    for text in data.values():
        assert text in page.text


def test_each_field_says_one_thing_once(chen: FlaskClient, database: Database) -> None:
    page = chen.post(NEW_LEARNER, data={"phone": "不知道"}).text
    assert sorted(summary(page)) == ["group_name", "name", "phone"]
    assert page.count("还没写名字。") == 2  # in the list, and at the field


@pytest.mark.parametrize("wrong", [{"birth_year": "2020"}, {"birth_year": "六十年代", "phone": "不知道"}])
def test_whether_it_is_the_same_person_is_asked_with_what_else_is_wrong(
    chen: FlaskClient, database: Database, wrong: dict[str, str]
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="一组")
        other = make_learner(db, name="陈小秀", group_name="一组").public_id
    data = {"name": "陈大秀", "group_name": "一组", "version": "1", **wrong}
    for path in (NEW_LEARNER, f"/learners/{other}"):
        page = chen.post(path, data=data)
        assert page.status_code == 422
        assert sorted(summary(page.text)) == sorted(["name", *wrong])
        assert 'name="is_another"' in page.text
        still = chen.post(path, data={**data, "is_another": "y"})
        assert (still.status_code, sorted(summary(still.text))) == (422, sorted(wrong))
    page = chen.get(f"/desk/{SHIWAN}/learners").text
    assert page.count("陈大秀") == 1, "nothing of what was tried stays"


def test_a_row_that_is_asked_about_is_asked_about_beside_a_row_that_is_wrong(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="一组")
        course = make_course(db, kind=CourseKind.COHORT)
        lesson = make_session(db, course, TODAY).public_id
    rows = {"nn": ["陈大秀", "王小明", "刘国富"], "ng": ["一组", "", "二组"], "do": "save"}
    for path, also in (
        (f"/desk/{SHIWAN}/learners/several", {}),
        (f"/courses/{course.public_id}/roster", {"day": "2027-02-31", "source": "proxy"}),
        (f"/courses/{course.public_id}/roster", {"day": "2027-01-01", "source": "self"}),
        (f"/sessions/{lesson}/register", {"h": "很多", "g": "x" * 7000}),
        (f"/sessions/{lesson}/register", {"m": "nobody"}),
    ):
        page = chen.post(path, data={**rows, **also})
        told = summary(page.text)
        assert "是同一个人就不用再加" in told["new-0"] and "哪个组" in told["new-1"]
        assert "new-2" not in told
        assert {*also} - {"source", "m"} <= {*told}, path
        assert page.text.count("是另一个同名的人") == 1


def test_whether_it_is_the_same_teacher_is_asked_with_what_else_is_wrong(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.reading() as db:
        known = db.get_one(Teacher, cast.teacher).name
    page = chen.post(
        f"/desk/{SHIWAN}/teachers/new", data={"name": known, "phone": "不知道", "weekly_limit": "x"}
    )
    assert sorted(summary(page.text)) == ["name", "phone", "weekly_limit"]
    assert 'name="is_another"' in page.text


def test_a_teacher_and_a_place_written_in_a_course_are_asked_about_with_what_is_wrong_with_the_course(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_teacher(db, name="吴志强", retired_at=NOW.instant)
        make_venue(db, name="老院坝", retired_at=NOW.instant)
    path = f"/desk/{SHIWAN}/courses/new"
    data = {
        "repeat": "once", "first": "2027-02-31", "starts": "19:00", "ends": "20:00", "new_teacher": "吴志强", "new_kind": "doctor",
        "new_venue": "老院坝", "do": "publish",
    }  # fmt: skip
    page = chen.post(path, data=data).text
    assert {"title", "first", "new_teacher", "new_venue"} <= {*summary(page)}
    assert 'name="is_another"' in page
    data |= {"is_another": "y", "new_venue": "", "do": "teacher"}
    assert "吴志强在名单上了，已经选好。" in chen.post(path, data=data).text


def test_the_same_holds_for_a_learner_put_right(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        learner = make_learner(db).public_id
    data = {"name": "陈大秀", "group_name": "一组", "phone": "不知道", "birth_year": "2020", "version": "1"}
    assert sorted(summary(chen.post(f"/learners/{learner}", data=data).text)) == ["birth_year", "phone"]


@pytest.mark.both_databases
def test_all_that_is_wrong_with_a_hand_over_is_told_at_once(browser_of: Any, cast: Cast) -> None:
    admin = browser_of(cast.region_administrator)
    data = {"from_day": "2026-11-23", "contact_phone": "不知道"}
    page = admin.post(f"/admin/{SHIWAN}/handover", data=data).text
    assert sorted(summary(page)) == ["contact_phone", "from_day", "leaving", "login_name"]


@pytest.mark.both_databases
def test_all_that_is_wrong_with_a_closed_time_is_told_at_once(
    browser_of: Any, cast: Cast, database: Database
) -> None:
    with database.reading() as db:
        teacher = db.get_one(Teacher, cast.teacher).public_id
    data = {"first": "2026-12-05", "last": "2026-12-01", "starts": "20:00", "ends": "19:00"}
    page = browser_of(cast.region_administrator).post(f"/teachers/{teacher}/closed", data=data).text
    assert sorted(summary(page)) == ["ends", "last"]


@pytest.mark.both_databases
def test_all_that_is_wrong_with_a_course_is_told_at_once(chen: FlaskClient, database: Database) -> None:
    data = {"repeat": "weekly", "first": "2027-02-31", "starts": "20:30", "ends": "19:00", "do": "publish"}
    told = summary(chen.post(f"/desk/{SHIWAN}/courses/new", data=data).text)
    assert {"title", "category", "first", "ends"} <= {*told}


def test_the_registers_rows_are_led_to_as_well(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        learner = make_learner(db).public_id
        lesson = make_session(db, make_course(db), TODAY).public_id
    data = {"m": learner, "e": learner, "h": "很多", "nn": "王小明", "ng": "", "do": "save"}
    told = summary(chen.post(f"/sessions/{lesson}/register", data=data).text)
    assert sorted(told) == sorted(["h", "new-0", f"wrong-{learner}"])


TYPED_INTO = r"<(?:input|textarea)[^>]*>"
LONG = "x" * 2100  # no line may be so long, and no day, time or number reads so


@pytest.mark.both_databases
def test_all_that_is_wrong_with_an_account_is_told_at_once(browser_of: Any, cast: Cast) -> None:
    admin = browser_of(cast.region_administrator)
    page = admin.post(f"/admin/{TOWNSHIP}/accounts/new", data={"login_name": "cjs"}).text
    assert sorted(summary(page)) == ["display_name", "login_name", "role"]
    data = {"display_name": "王小明", "role": "coordinator", "login_name": "a"}
    page = admin.post("/admin/511002105202/accounts/new", data=data)
    assert page.status_code == 404  # no such village


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["nobody1", "lzs"])
def test_all_that_is_wrong_with_a_posting_is_told_at_once(browser_of: Any, cast: Cast, name: str) -> None:
    """Whether there is an account that is somebody else's to manage is not told, whatever else is wrong."""
    admin, path = browser_of(cast.region_administrator), f"/admin/{TOWNSHIP}/postings/new"
    days = {"from_day": "2026-12-10", "to_day": "2026-12-01"}
    told = summary(admin.post(path, data={"login_name": name, **days}).text)
    assert sorted(told) == ["login_name", "role", "to_day"] and "不归你管" in told["login_name"]
    told = summary(admin.post(path, data={"login_name": name, "role": "supervisor", **days}).text)
    assert sorted(told) == ["login_name", "to_day"]


@pytest.mark.both_databases
def test_all_that_is_wrong_with_a_farm_window_is_told_at_once(chen: FlaskClient) -> None:
    path = f"/calendars/{SHIWAN}"
    data = {"what_is_sent": "season", "name": "", "first": "2062-12-10", "last": "五月"}
    assert sorted(summary(chen.post(path, data=data).text)) == ["season-first", "season-last", "season-name"]
    day = {"what_is_sent": "day", "day": "2062-12-10", "name": LONG}
    assert sorted(summary(chen.post(path, data=day).text)) == ["day-day", "day-name", "day-what"]


@pytest.mark.both_databases
def test_all_that_is_wrong_with_an_enrolment_is_told_at_once(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        course = make_course(db, kind=CourseKind.COHORT)
        make_session(db, course, TODAY)
        path = f"/courses/{course.public_id}/roster"
    data = {"day": "2027-01-01", "source": "proxy", "nn": "王小明", "ng": ""}
    assert sorted(summary(chen.post(path, data=data).text)) == ["day", "new-0", "proxy_name"]
    page = chen.post(path, data={"day": "2027-01-01", "source": "proxy"})
    assert sorted(summary(page.text)) == ["day", "m", "proxy_name"] and "还没勾人" in page.text
    with database.writing() as db:
        make_learner(db)
    page = chen.post(path, data={"day": TODAY.isoformat(), "source": "self", "do": "enrol"})
    assert sorted(summary(page.text)) == ["m"]


@pytest.mark.both_databases
def test_a_name_that_is_taken_and_a_number_that_is_none_are_told_at_once(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        make_venue(db, SHIWAN, name="文化院坝")
    page = chen.post(f"/desk/{SHIWAN}/venues/new", data={"name": "文化 院坝", "seats": "很多"}).text
    assert sorted(summary(page)) == ["name", "seats"]


@pytest.mark.both_databases
def test_a_question_and_its_answer_that_name_somebody_are_both_told(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        lesson = make_session(db, make_course(db), TODAY).public_id
    chen.post(f"/sessions/{lesson}/questions", data={"text": "黄龙病怎么认？"})
    [path] = set(re.findall(r'href="(/questions/[^"]+)"', chen.get(f"/desk/{SHIWAN}/questions").text))
    data = {"text": "13800005678 问的", "answer": "打 13800005679", "version": "1"}
    assert sorted(summary(chen.post(path, data=data).text)) == ["answer", "text"]


def test_in_every_form_the_list_leads_to_all_that_is_wrong(
    app: Flask, cast: Cast, browser_of: Any, records: dict[str, Any]
) -> None:
    """Every field that one types into is filled with what cannot be, in every form that a page shows."""
    browsers = [browser_of(one) for one in (cast.chen, cast.region_administrator, cast.system_administrator)]
    tried, silent, looked_at = set(), [], set()
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint == "static"
            or "GET" not in (rule.methods or ())
            or not rule.arguments <= {*records, *ANYWHERE, "region", "code"}
        ):
            continue
        for browser, region in [(one, code) for one in browsers for code in (SHIWAN, TOWNSHIP, COUNTY)]:
            values = {**ANYWHERE, **records, "code": region, "region": region}
            with app.test_request_context():
                path = url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
            if (browser, path) in looked_at:
                continue
            looked_at.add((browser, path))
            shown = browser.get(path)
            page = shown.text if shown.mimetype == "text/html" and shown.status_code == 200 else ""
            for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL):
                typed = [one for one in re.findall(TYPED_INTO, form) if "hidden" not in one]
                names = [found[1] for one in typed if (found := re.search(r'name="([^"]+)"', one))]
                action = re.search(r'^<form method="post"[^>]* action="([^"]+)"', form)
                where = unescape(action[1]) if action else path
                key = (re.sub(r"[0-9A-Za-z_-]{22}|[0-9]{12}", "", where), *names)
                if not names or key in tried or where in ("/login", "/logout"):
                    continue
                tried.add(key)
                if "novalidate" not in form.partition(">")[0] and "required" in form:
                    silent.append((where, "the browser tells one thing at a time", set()))
                done = re.findall(r'<button name="do" value="([^"]+)"', form)[-1:]
                data = {**hidden_on(form), **dict.fromkeys(names, LONG), "do": "".join(done)}
                answer = browser.post(where, data=data)
                assert answer.status_code < 500, where
                ids = set(re.findall(r'id="([^"]+)-errors"', answer.text))
                led_to = {*summary(answer.text)} if "wrongs" in answer.text else set()
                if ids - led_to or (answer.status_code >= 400 and "wrongs" not in answer.text):
                    silent.append((where, answer.status_code, ids - led_to))
    assert not silent
    assert len(tried) >= 30, tried
