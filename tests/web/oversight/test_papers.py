"""Papers that are tables: which a village may have, of which time, and in which form; and what the ledger (F8) says."""

import html
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from nightschool.database import Database
from nightschool.formats.region_table import REGION_TABLE
from nightschool.models.attendance import Headcount, Mark
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import NightSchool
from nightschool.models.teaching import Enrolment
from nightschool.rules.oversight.figures import ATTENDANCES, HOUSEHOLDS_REACHED, OF_KIND
from nightschool.web.oversight.papers import PAPERS, stand
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_dispatch,
    make_learner,
    make_question,
    make_region,
    make_register,
    make_school,
    make_session,
    make_teacher,
    make_venue,
    make_wish,
)
from tests.web.people.test_training_cards import paper, rows_of

HERE = f"/desk/{SHIWAN}/papers"
LEDGER = f"{HERE}/ledger"


@pytest.fixture
def year(database: Database, cast: Cast) -> None:
    """Three classes held by 狮湾村, one of them last year, one nobody counted; one elsewhere; one that was not held."""
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).unit = "区农技站"
        came = [make_learner(db, name=name).id for name in ("陈大秀", "刘国富")]
        course = make_course(
            db, title="柑橘冬季管护", venue_id=make_venue(db, name="果园", kind="field").id, expected=40
        )
        for day, total, present in (
            (date(2025, 12, 20), 9, came[:1]),
            (date(2026, 3, 2), 30, came),
            (date(2026, 10, 8), None, came[:1]),
        ):
            held = make_session(db, course, day, teachers=(cast.teacher,), booked=False)
            make_register(db, held, cast.chen, present=tuple(present), total=total)
        counted = db.scalars(select(Headcount).where(Headcount.total == 30)).one()
        counted.women, counted.over_60, counted.on_paper = 18, 11, 27
        make_session(db, course, date(2026, 10, 15), status="cancelled")
        make_register(
            db,
            make_session(db, make_course(db, JIANLI, title="别村的课"), date(2026, 10, 9)),
            cast.luo,
            total=5,
        )


@pytest.mark.both_databases
def test_the_ledger_of_a_year_has_a_row_a_class_and_its_sums(chen: FlaskClient, year: None) -> None:
    page = chen.get(f"{LEDGER}?period=2026").text
    assert "<h1>狮湾村培训台账 2026年</h1>" in page
    assert "上课 2 次，4 学时 · 31 人次 · 2 人来过" in page
    orchard = ["柑橘冬季管护", "技术技能", "周老师（区农技站）", "田间课堂", "果园", "2"]
    assert rows_of(page) == [
        ["1", "2026年3月2日", "2", *orchard, "30", "18", "11", "狮湾村", "签到簿 27 人签了", ""],
        ["2", "2026年10月8日", "3", *orchard, "1", "", "", "狮湾村", "", ""],
    ]
    assert 'data-head="人次"' in page  # as which a phone tells it, where the table is a list
    sums = re.findall(r"<td[^>]*>(.*?)</td>", page.split("<tfoot>")[1])
    assert [one for one in sums if one] == ["合计", "4", "31", "18", "11"]
    assert "人数：名单上的人本人来过的，一个人只算一次（口径第 1 版）。" in page


@pytest.mark.parametrize(
    ("period", "titled", "numbers"),
    [
        ("2026-H1", "2026年上半年", ["2"]),
        ("2026-Q4", "2026年第四季度", ["3"]),
        ("2026-10", "2026年10月", ["3"]),
        ("2025-12-20..2026-03-02", "2025年12月20日到2026年3月2日", ["1", "2"]),
        ("2026-11", "2026年11月", []),
    ],
)
def test_it_takes_any_time(
    chen: FlaskClient, year: None, period: str, titled: str, numbers: list[str]
) -> None:
    page = chen.get(f"{LEDGER}?period={period}").text
    assert f"<h1>狮湾村培训台账 {titled}</h1>" in page
    assert [row[2] for row in rows_of(page)] == numbers if numbers else "这段时间还没有上过的课" in page


def test_a_paper_without_rows_says_so_in_every_form(chen: FlaskClient, year: None) -> None:
    nothing = "这段时间还没有上过的课。点名保存了，就列在这里。"
    address = f"{LEDGER}{{}}?period=2024"
    page, said = chen.get(address.format("")).text, paper(chen, address.format(".pdf"))
    assert page.count(nothing) == 1 and nothing in chen.get(address.format(".txt")).text
    assert re.sub(r"\s", "", nothing) in said
    book = load_workbook(io.BytesIO(chen.get(address.format(".xlsx")).data)).active
    assert nothing in [row[0] for row in book.iter_rows(values_only=True)]


def test_unasked_it_is_this_month_and_last_month_while_nothing_was_held(
    chen: FlaskClient, database: Database, cast: Cast, year: None
) -> None:
    for path in (LEDGER, f"{LEDGER}?period=x", f"{LEDGER}?period=2026-11-02"):
        assert "2026年10月</h1>" in chen.get(path).text
    assert "2026年11月</h1>" in chen.get(f"{LEDGER}?period=2026-11").text
    with database.writing() as db:
        make_register(db, make_session(db, make_course(db), date(2026, 11, 20)), cast.chen, total=3)
    assert "2026年11月</h1>" in chen.get(LEDGER).text


def test_page_pdf_workbook_and_text_say_the_same(chen: FlaskClient, year: None) -> None:
    page = chen.get(f"{LEDGER}?period=2026").text
    [code] = set(re.findall(r"核对码 ([0-9a-f]{8})", page))
    said = paper(chen, f"{LEDGER}.pdf?period=2026")
    text = chen.get(f"{LEDGER}.txt?period=2026")
    book = chen.get(f"{LEDGER}.xlsx?period=2026")
    assert "filename=511002105201-ledger-2026.xlsx" in book.headers["Content-Disposition"]
    rows = list(load_workbook(io.BytesIO(book.data)).active.iter_rows(values_only=True))
    assert rows[3][1].date() == date(2026, 3, 2) and rows[3][8:12] == (2, 30, 18, 11)
    assert text.mimetype == "text/plain"
    assert "1 · 2026年3月2日 · 第几次 2 · 柑橘冬季管护 · 技术技能" in text.text
    for form in (said, text.text, rows[-1][0]):
        assert code in form
    for words in ("柑橘冬季管护", "周老师（区农技站）", "签到簿27人签了", "合计"):
        assert words in said


def test_the_teaching_record_has_what_was_taught_asked_and_answered(
    chen: FlaskClient, database: Database, cast: Cast, year: None
) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db, summary="清园、修枝"), date(2026, 11, 3))
        make_register(db, held, cast.chen, total=7)
        make_question(db, held, text="春梢留几个芽", answer="弱枝留一个", answered_on=date(2026, 11, 4))
        make_question(db, held, text="哪里有药卖")
    [row] = rows_of(chen.get(f"{HERE}/teaching-record?period=2026-11").text)
    told = "问：春梢留几个芽 答：弱枝留一个；问：哪里有药卖 答：还没答复"
    assert row == [
        "1",
        "2026年11月3日",
        "19:00–20:30",
        "柑橘冬季管护",
        "",
        "",
        "",
        "7",
        "清园、修枝",
        told,
        "陈书记",
    ]


@pytest.mark.both_databases
def test_households_are_unreached_until_anybody_of_them_came_or_made_a_class_up(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        head = make_learner(db, name="刘国富", household="刘国富")
        wife = make_learner(db, name="张桂花", household="刘国富")
        ill = make_learner(db, name="王二", group_name="二组")
        make_learner(db, name="王小二", household="王二", group_name="二组")
        make_learner(db, name="王二", group_name="三组")
        make_learner(db, name="搬走的", retired_at=NOW.instant, left_on=date(2026, 11, 1))
        cohort = make_course(db)
        first, second = (make_session(db, cohort, date(2026, month, 3)) for month in (3, 10))
        taken = make_register(db, first, cast.chen, present=(wife.id,))
        db.add(Mark(class_session_id=first.id, learner_id=ill.id, status="excused", submission_id=taken.id))
        taken = make_register(db, second, cast.chen)
        db.add(Mark(class_session_id=second.id, learner_id=ill.id, status="makeup", submission_id=taken.id))
        assert head.id
    path = f"{HERE}/unreached"
    assert [row[1:4] for row in rows_of(chen.get(f"{path}?period=2026").text)] == [["三组", "王二", "王二"]]
    first_half = chen.get(f"{path}?period=2026-H1").text
    assert "名单上 3 户 · 2 户没来过" in first_half
    assert [row[1:4] for row in rows_of(first_half)] == [
        ["二组", "王二", "王二、王小二"],
        ["三组", "王二", "王二"],
    ]
    assert [row[1] for row in rows_of(chen.get(f"{path}?period=2026-H2").text)] == ["一组", "三组"]
    with database.writing() as db:
        db.execute(
            update(Learner)
            .where(Learner.group_name == "三组")
            .values(retired_at=NOW.instant, left_on=date(2026, 11, 1))
        )
    page = chen.get(path).text  # that nobody is left is no reason to look at the year before
    assert "2026年</h1>" in page and "这段时间都有人来过" in page


@pytest.mark.both_databases
def test_venues_teachers_and_open_questions_are_on_paper_with_masked_telephones(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    phone = "19912345671"
    with database.writing() as db:
        hall = make_venue(
            db, name="文化院坝", kind="courtyard", area_m2=120, seats=60, is_lit=False, key_holder="罗大爷"
        )
        hall.key_holder_phone = SEALER.seal(phone, about=f"venue.key_holder_phone:{hall.public_id}")
        make_venue(db, name="旧仓库", retired_at=NOW.instant)
        teacher = make_teacher(db, SHIWAN, name="罗师傅", unit="", specialities="嫁接")
        teacher.phone = SEALER.seal(phone, about=f"teacher.phone:{teacher.public_id}")
        make_teacher(db, JIANLI, name="别村老师")
        held = make_session(db, make_course(db, title="柑橘"), date(2026, 11, 3), teachers=(teacher.id,))
        make_register(db, held, cast.chen, total=7)
        make_question(db, held, text="哪里有药卖")
        make_question(db, held, text="答过的", answer="有了", answered_on=date(2026, 11, 4))
    venues, teachers, questions = (
        rows_of(chen.get(f"{HERE}/{key}").text) for key in ("venues", "teachers", "open-questions")
    )
    assert ["文化院坝", "院坝", "120", "60", "有", "没有", "", "罗大爷", "199****5671"] in [
        row[1:] for row in venues
    ]
    assert "旧仓库" not in str(venues)
    assert teachers[0] == [
        "1",
        "罗师傅",
        "",
        "土专家、致富能人",
        "嫁接",
        "199****5671",
        "狮湾村",
        "2026年11月3日",
    ]
    assert "周老师" in str(teachers) and "别村老师" not in str(teachers)
    assert questions == [["1", "2026年11月3日", "柑橘", "哪里有药卖", "", ""]]


@pytest.mark.both_databases
def test_an_office_prints_what_each_village_held_and_what_each_teacher_taught(
    browser_of: Any, database: Database, cast: Cast, year: None
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).name_is_public = False
        make_session(db, make_course(db), date(2026, 10, 20))  # nobody recorded it
        law = make_session(db, make_course(db, category_code="law"), date(2026, 10, 21), starts=600, ends=645)
        make_register(db, law, cast.chen, total=12)
    officer = browser_of(cast.county_supervisor)
    township = f"/overview/{SHIWAN[:9]}000/papers"
    assert f'href="{township}"' in officer.get(f"/overview/{SHIWAN[:9]}000").text
    assert f'href="{township}/held"' in officer.get(township).text
    page = officer.get(f"{township}/held?period=2026").text
    assert (
        "全安镇上课情况统计表 2026年" in page and "上课 3 次，5 学时 · 43 人次 · 2 人来过 · 2 户来过" in page
    )
    told = ["狮湾村", "1", "5", "3", "1", "1", "0", "43", "2", "55", "18", "11", "2", "5", "2"]
    told.append("法律法规 1、技术技能 2")
    assert rows_of(page)[0][1:] == told
    county = rows_of(officer.get(f"/overview/{SHIWAN[:6]}000000/papers/held?period=2026-Q4").text)
    assert [row[1:10] for row in county if row[4] != "0"] == [
        ["全安镇", "1", "4", "2", "1", "1", "0", "13", "1"]
    ]
    loads = rows_of(officer.get(f"{township}/teacher-loads?period=2026").text)
    assert loads == [["1", "区农技站", "全安镇", "2", "4", "31", "1"]]
    for account in (cast.chen, cast.region_administrator):
        assert browser_of(account).get(f"{township}/held").status_code == 404


def test_a_village_sees_months_ahead_what_its_half_year_lacks(
    chen: FlaskClient, browser_of: Any, database: Database, cast: Cast, year: None
) -> None:
    with database.writing() as db:
        make_session(db, make_course(db), date(2026, 11, 2))  # nobody recorded it
        make_question(db, make_session(db, make_course(db), date(2026, 11, 23)))
    page = chen.get(f"{HERE}/self-check?period=2026-H2").text
    lines = {row[2]: row[3:5] for row in rows_of(page)}
    assert lines["每个月的课"] == ["上了 1 次，没上成 1 次，都有原因", "7月、8月、9月、11月没有上课"]
    assert lines["上过的课都有登记"] == ["登记了 1 次", "还有 2 次没登记，点名或者写原因"]
    assert lines["听听 30 个以上群众怎么说"] == ["收到 0 份评课条", "还差 30 份"]
    assert lines["群众的提问都有答复"] == ["", "还有 1 个没答复"]
    assert lines["管理人员"] == ["有 1 个夜校管理员", ""]
    missing = sum(bool(one[1]) for one in lines.values())
    assert f"还缺 {missing} 样" in page and len(lines) == 8 + 4 + 4
    first_half = {row[2]: row[4] for row in rows_of(chen.get(f"{HERE}/self-check?period=2026-H1").text)}
    assert first_half["每个月的课"] == "1月、2月、4月、5月、6月没有上课"
    assert first_half["上过的课都有登记"] == ""
    assert browser_of(cast.township_supervisor).get(f"{HERE}/self-check").status_code == 404


@pytest.mark.both_databases
def test_cohorts_are_counted_by_sex_and_age_in_the_village_and_above_it(
    chen: FlaskClient, browser_of: Any, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        cohort = make_course(db, title="柑橘田间学校", kind="cohort", graduation_percent=60)
        old, young, unknown, gone = (
            make_learner(db, name=name, sex=sex, birth_year=born)
            for name, sex, born in (
                ("甲", "female", 1966),
                ("乙", "male", 1990),
                ("丙", None, None),
                ("丁", "female", 1950),
            )
        )
        for who in (old, young, unknown, gone):
            has_left = {"status": "left", "left_on": date(2026, 9, 1)} if who is gone else {}
            db.add(
                Enrolment(
                    course_id=cohort.id,
                    learner_id=who.id,
                    enrolled_on=date(2026, 2, 1),
                    asked_at=NOW.instant,
                    **has_left,
                )
            )
        for month, present in ((3, (old, young, gone)), (8, (old, unknown)), (10, (old,))):
            held = make_session(db, cohort, date(2026, month, 3))
            make_register(db, held, cast.chen, present=tuple(one.id for one in present), total=20)
        make_session(db, cohort, date(2026, 12, 3))
        make_session(db, cohort, date(2026, 11, 3))  # past, and nobody recorded it: it counts neither way
        lecture = make_session(db, make_course(db, title="讲座"), date(2026, 10, 4))
        make_register(db, lecture, cast.chen, present=(old.id,))
    path = "cohorts?period=2026-H2"
    told = ["狮湾村", "柑橘田间学校", "4", "2", "2", "3", "4", "3", "2", "2", "1", "1"]
    page = chen.get(f"{HERE}/{path}").text
    assert [row[1:] for row in rows_of(page)] == [told] and "没写出生年份" in page
    officer = browser_of(cast.county_supervisor)
    assert [row[1:] for row in rows_of(officer.get(f"/overview/{SHIWAN[:6]}000000/papers/{path}").text)] == [
        told
    ]
    assert "这段时间没有上过课的班" in chen.get(f"{HERE}/cohorts?period=2025").text


@pytest.mark.both_databases
def test_which_wishes_waited_longest_is_printed_for_every_village_and_why_where_it_is_long(
    chen: FlaskClient, browser_of: Any, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).specialities = "果树修剪"
        make_region(db, "511002105202", "断桥村村民委员会")
        for days, topic, more in (
            (3, "防诈骗", {}),
            (9, "电商直播", {}),
            (10, "养猪", {}),
            (40, "果树修剪", {}),
            (50, "养蜂", {"code": "511002105202"}),
            (60, "防汛", {"code": "511002105202"}),
            (90, "不要了的", {"status": "withdrawn"}),
        ):
            wish = make_wish(db, topic=topic, wished_on=TODAY - timedelta(days=days), **more)
            if topic == "防汛":
                said = {
                    "status": "declined",
                    "declined_by": "village",
                    "reason": "other",
                    "reason_text": "李四病了",
                    "settled_at": NOW.instant,
                }
                make_dispatch(db, cast.teacher, "511002105202", wish_id=wish.id, **said)
    page = chen.get(f"/desk/{SHIWAN}/papers/longest-waits").text
    assert "市中区 等得最久的点单" in page and "排在中间的那个等了 10 天" in page
    lines = chen.get(f"/desk/{SHIWAN}/papers/longest-waits.txt").text.splitlines()
    rows = [line for line in lines if " · " in line and "等了几天" in line]
    assert [row.split(" · ")[1] for row in rows] == ["防汛", "养蜂", "果树修剪", "养猪", "电商直播", "防诈骗"]
    assert rows[0].endswith("上一次派单村里谢绝了"), "in nobody's own words"
    assert rows[1].endswith("村里能请的老师里，没有登记会讲这个的")
    assert rows[2].endswith("有老师会讲，还没有派单")
    assert "登记" not in "".join(rows[3:])
    office = browser_of(cast.county_supervisor).get("/overview/511002000000/papers/longest-waits").text
    assert "养蜂" in office and "李四" not in page + office


def test_what_can_be_printed_is_one_list(chen: FlaskClient, year: None) -> None:
    page = chen.get(HERE).text
    for key in (
        "ledger",
        "teaching-record",
        "open-questions",
        "unreached",
        "self-check",
        "cohorts",
        "teachers",
        "venues",
        "roster",
    ):
        assert f'href="{HERE}/{key}"' in page
        assert chen.get(f"{HERE}/{key}").status_code == 200


def test_a_ledger_costs_as_many_statements_however_long_it_is(
    chen: FlaskClient, database: Database, cast: Cast, statements: list[str], year: None
) -> None:
    costs = []
    for _more in range(2):
        statements.clear()
        assert chen.get(f"{LEDGER}?period=2026").status_code == 200
        costs.append(len(statements))
        with database.writing() as db:
            for number in range(1, 29):
                held = make_session(
                    db, make_course(db), date(2026, 6, number), teachers=(cast.teacher,), booked=False
                )
                make_register(db, held, cast.chen, total=number)
                make_question(db, held)
    # Login, scope, the name, the columns, the classes, their teachers, their questions, who came.
    assert costs == [8, 8]


def test_every_column_of_attendances_says_by_which_definition_it_counts() -> None:
    columns = [column for one in PAPERS for column in one.paper.columns if "人次" in column.heading]
    assert len(columns) > 4 and {column.figure for column in columns} == {ATTENDANCES, OF_KIND}


def test_nobody_else_gets_to_a_villages_papers(browser_of: Any, client: FlaskClient, cast: Cast) -> None:
    for form in ("", ".pdf", ".xlsx", ".txt"):
        for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
            assert browser_of(account).get(LEDGER + form).status_code == 404
        assert client.get(LEDGER + form).status_code == 303
    assert browser_of(cast.chen).get(f"{LEDGER}.csv").status_code == 404


# What is counted on papers and is neither people nor their time: 场次, villages, days, measures.
NO_FIGURE = {
    "场次": {"held", "planned", "not_held", "unrecorded", "by_guests", "classes", "teacherless"},
    "other": {"number_in_course", "schools", "villages", "days", "questions", "waited", "area_m2", "seats"},
    "as written down": {"expected", "birth_year"},
}


def test_every_count_of_people_says_what_it_counts_and_in_which_version() -> None:
    known = set().union(*NO_FIGURE.values())
    for listed in PAPERS:
        counted = [one for one in listed.paper.columns if one.kind.is_counted and one.key != "number"]
        untold = {one.key for one in counted if one.figure is None} - known
        assert not untold, f"{listed.name}: {untold} without a definition"
        for figure in (*listed.paper.figures, *(one.figure for one in counted if one.figure)):
            assert figure.version >= 1 and figure.word and figure.means
            is_of_people = not {figure.word} & {
                "学时",
                "人时",
                "按时登记",
                "要求",
                "来过的户",
                "覆盖户率",
                "等了几天",
            }
            is_of_people &= listed.paper.form != "R5"  # of wishes, and of households that nobody names
            assert (
                not is_of_people
                or "人次" in figure.word + figure.means
                or "人数" in figure.word + figure.means
            )


@pytest.mark.usefixtures("own_application")
def test_an_old_month_reads_as_it_did_and_a_new_one_is_counted_anew(
    app: Flask, browser_of: Any, database: Database, cast: Cast
) -> None:
    """R4 tells the share of households in its second version since December 2026."""
    with database.writing() as db:
        sibling = "511002105202"
        make_region(db, sibling, "断桥村村民委员会")
        make_school(db, sibling)
        db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one().households = 8
        came = [make_learner(db, name=name).id for name in ("陈大秀", "刘国富")]
        came.append(make_learner(db, sibling, name="张桂花").id)
        for day in (date(2026, 10, 8), date(2026, 12, 8)):
            held = make_session(db, make_course(db), day, booked=False)
            make_register(db, held, cast.chen, present=tuple(came))
    column = next(one for one in REGION_TABLE.columns if one.figure == HOUSEHOLDS_REACHED)
    first = replace(column, figure=HOUSEHOLDS_REACHED.before, of=column.formerly[1], formerly={})
    columns = tuple(first if one is column else one for one in REGION_TABLE.columns)
    listed = next(one for one in PAPERS if one.paper is REGION_TABLE)
    stand(app, replace(listed, paper=replace(REGION_TABLE, key="planted", columns=columns)), "papers.")
    officer, here = browser_of(cast.township_supervisor), f"/overview/{SHIWAN[:9]}000/papers"

    def forms(key: str, asked: str) -> list[Any]:
        """Page, PDF, text and workbook, without what names their address."""
        page, text = (officer.get(f"{here}/{key}{form}?period={asked}").text for form in ("", ".txt"))
        book = load_workbook(io.BytesIO(officer.get(f"{here}/{key}.xlsx?period={asked}").data))
        said = paper(officer, f"{here}/{key}.pdf?period={asked}")
        cells = list(book.active.iter_rows(values_only=True))
        assert code_on(page) in said and code_on(page) in text and code_on(page) in cells[-1][0]
        return [rows_of(page), re.findall(r'<p class="hint">(.*口径.*)</p>', page), said, text, cells]

    for old in ("2026-10", "2026"):
        assert forms("held", old) == forms("planted", old)
        assert "有一个村没写全村户数就不算（口径第 1 版）" in forms("held", old)[1][0]
    new, was = forms("held", "2026-12"), forms("planted", "2026-12")
    assert [(row[1], row[14]) for row in new[0]] == [("狮湾村", "25"), ("断桥村", "")]
    assert [(row[1], row[14]) for row in was[0]] == [("狮湾村", "37"), ("断桥村", "")], "a guest counted, too"
    for form in new[1:4]:
        assert "口径第2版" in str(form).replace(" ", "")
    assert new[4][3][14] == 25 and "口径第 2 版" in new[4][-1][0]
    # Either can be looked at the other way, and which versions there are stands on a page.
    page = officer.get(f"{here}/held?period=2026-12").text
    [otherwise] = re.findall(r'<a href="([^"]*)">按 2026年12月1日 以前的口径</a>', page)
    again = officer.get(html.unescape(otherwise)).text
    assert "覆盖户率 25%" in page and "覆盖户率 25%" not in again
    assert rows_of(again) == was[0] and "按 2026年12月1日 起的口径" in again
    told = re.sub(r"<[^>]+>", " ", officer.get("/figures").text)
    assert re.search(r"覆盖户率 +第 2 版 +在本地来过课的本地户，.* 2026年12月1日 +上课情况统计表", told)
    assert re.search(r"覆盖户率 +第 1 版 +来过的户，.* 最早的时候", told)


def code_on(page: str) -> str:
    [code] = set(re.findall(r"核对码 ([0-9a-f]{8})", page))
    return code


@pytest.mark.both_databases
def test_the_board_has_the_month_and_what_was_asked_last_time_with_its_answer(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        last = make_session(db, course, TODAY - timedelta(days=20), teachers=(cast.teacher,))
        make_session(db, course, TODAY + timedelta(days=1), teachers=(cast.teacher,))
        make_session(db, course, TODAY + timedelta(days=2), status="draft", title="还没公布的课")
        told = {"answer": "叶子斑驳发黄就要请人来看。", "answered_on": TODAY, "answered_by": "藏起来的老师"}
        make_question(db, last, **told)
        make_question(db, last, "还没答复的？")
    page = chen.get(f"/desk/{SHIWAN}/papers/board?period=2026-11").text
    assert "狮湾村 农民夜校 2026年11月教学活动预告" in page
    assert "问：黄龙病怎么认？ 答：叶子斑驳发黄就要请人来看。" in page
    assert "如有变动，听广播。不清楚的，问：陈书记 0832-5550101" in page
    for hidden in ("还没公布的课", "还没答复的", "藏起来的老师"):
        assert hidden not in page
    for sheet in ("a4", "a3"):
        answer = chen.get(f"/desk/{SHIWAN}/papers/board.pdf?period=2026-11&sheet={sheet}")
        assert answer.data.startswith(b"%PDF")
    assert "没有公布的课" in chen.get(f"/desk/{SHIWAN}/papers/board?period=2027-03").text
