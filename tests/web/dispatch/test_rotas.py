"""A rota, walked as an officer: begun, looked at, changed by hand, offered, what came between, and all taken back."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from nightschool.actions.dispatch import rotas as actions
from nightschool.actions.dispatch.dispatches import answer_dispatch
from nightschool.database import Database
from nightschool.errors import NotAllowed, Refused
from nightschool.models.calendars import RegionPosition
from nightschool.models.errands import Errand
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.models.planning import ClosedTime, Dispatch, Rota, Wish
from nightschool.models.teaching import ClassSession, Course
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.dispatch.dispatches import Party
from nightschool.web.site.errands import ERRANDS
from tests.conftest import listening
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_link,
    make_region,
    make_rota,
    make_school,
    make_session,
    make_teacher,
    make_wish,
)
from tests.web.registers.test_attendance import errors

COUNTY, SIBLING = "511002000000", "511002105202"
BEGIN = f"/overview/{COUNTY}/rotas"
FORM = {
    "first": (TODAY + timedelta(days=7)).isoformat(),
    "last": (TODAY + timedelta(days=20)).isoformat(),
    "starts": "19:00",
    "ends": "20:30",
}
BrowserOf = Callable[[int], FlaskClient]


@pytest.fixture
def officer(cast: Cast, browser_of: BrowserOf) -> FlaskClient:
    return browser_of(cast.county_supervisor)


@pytest.fixture
def wishes(database: Database, cast: Cast) -> None:
    """Two villages want trees pruned, which one teacher of the township can; one wants what nobody teaches."""
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).specialities = "果树修剪"
        make_region(db, SIBLING, "玉皇村村民委员会")
        make_school(db, SIBLING)
        make_wish(db, category_code="skill", wished_on=TODAY - timedelta(days=30))
        make_wish(db, SIBLING, "果树冬季修剪", wished_on=TODAY - timedelta(days=10))
        make_wish(db, SIBLING, topic="养蜂", wished_on=TODAY - timedelta(days=3))


def found(app: Flask, officer: FlaskClient, **changed: str) -> str:
    """A rota was begun and found; the address of its page."""
    answer = officer.post(BEGIN, data=FORM | changed)
    assert answer.status_code == 303, errors(answer.text)
    app.extensions[ERRANDS].wait()
    return answer.location


def told(page: str) -> str:
    return "".join(errors(page))


def ticked(page: str) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)" checked', page)


def test_a_rota_is_found_offered_and_taken_back(
    app: Flask, officer: FlaskClient, database: Database, wishes: None
) -> None:
    assert "2 个村有 3 个点单等着" in officer.get(BEGIN).text
    address = found(app, officer)
    page = officer.get(address).text
    assert "2 个点单有课，1 个没有。" in page
    assert "没有会讲的老师。要排上：找一位会讲「养蜂」的老师。" in page
    assert "比算得出的最好顶多差千分之" in page
    picked = ticked(page)
    assert len(picked) == 2
    sent = officer.post(address, data={"do": "offer", "pick": picked}, follow_redirects=True).text
    assert "派出去了 2 单" in sent and "派出去了</a>" in sent
    with database.reading() as db:
        days = db.scalars(select(Dispatch.day).where(Dispatch.status == "offered")).all()
        said = db.scalars(select(Dispatch.category_code).where(Dispatch.region_code == SIBLING)).all()
    assert said == ["skill"], "the village said none, and another that wants the same did"
    assert len({*days}) == 2, "a teacher has one class an evening"
    back = officer.post(address, data={"do": "withdraw"}, follow_redirects=True).text
    assert "撤回了 2 单" in back and len(ticked(back)) == 2
    assert "2 个点单有课，1 个没有" in officer.get(BEGIN).text


@pytest.mark.both_databases
def test_a_wish_of_no_known_category_is_asked_about_and_not_guessed(
    app: Flask, officer: FlaskClient, database: Database, wishes: None
) -> None:
    with database.writing() as db:
        for wish in db.scalars(select(Wish)):
            wish.category_code = None
    address = found(app, officer)
    page = officer.get(address).text
    sent = officer.post(address, data={"do": "offer", "pick": ticked(page)}, follow_redirects=True).text
    assert "派出去了 0 单" in sent and "还不知道是哪一类课" in sent
    with database.writing() as db:
        for wish in db.scalars(select(Wish)):
            wish.category_code = "law"
    sent = officer.post(address, data={"do": "offer", "pick": ticked(page)}, follow_redirects=True).text
    assert "派出去了 2 单" in sent


def test_what_others_took_meanwhile_is_named_and_the_rest_stands(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    address = found(app, officer)
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        day = next(row["day"] for row in rota.rows if row["village"] == SHIWAN)
        course = make_course(db, SIBLING, title="别的课")
        held = date.fromisoformat(day)
        make_session(db, course, held, teachers=(cast.teacher,), starts=19 * 60, ends=20 * 60)
    page = officer.get(address).text
    sent = officer.post(address, data={"do": "offer", "pick": ticked(page)}, follow_redirects=True).text
    assert "派出去了 1 单" in sent and "1 行没派成" in sent
    assert "没派成：" in sent and "周老师" in sent


def test_a_row_is_changed_by_hand_and_refused_as_an_offer_is(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    address = found(app, officer)
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        row, other = (one for one in rota.rows if one["day"])
        teacher = db.get_one(Teacher, cast.teacher).public_id
        closed = TODAY + timedelta(days=18)
        times = {"resource_kind": "teacher", "resource_id": cast.teacher, "region_code": COUNTY}
        db.add(ClosedTime(**times, first=closed, last=closed, note="门诊"))
    change = f"{address}/rows/{row['wish']}"
    twice = officer.post(change, data={"teacher": teacher, "day": other["day"]})
    assert twice.status_code == 422 and f"老师这天已经排去{other['place']}了" in told(twice.text)
    shut = officer.post(change, data={"teacher": teacher, "day": closed.isoformat()})
    assert shut.status_code == 409 and "门诊" in told(shut.text)
    nobody = officer.post(change, data={"teacher": "", "day": closed.isoformat()})
    assert nobody.status_code == 422 and "重新选一位" in told(nobody.text)
    before = officer.post(change, data={"teacher": teacher, "day": (TODAY + timedelta(days=6)).isoformat()})
    assert before.status_code == 422 and "这张表排的是12月1日到12月14日。" in told(before.text)
    good = TODAY + timedelta(days=19)
    assert officer.post(change, data={"teacher": teacher, "day": good.isoformat()}).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Dispatch)).all() == [], "nobody was asked by looking whether it can be"
        assert good.isoformat() in {one["day"] for one in db.scalars(select(Rota.rows)).one()}
    assert officer.post(change, data={"teacher": "", "day": ""}).status_code == 303
    assert "手工去掉的" in officer.get(address).text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"first": TODAY.isoformat()}, "第一天要在今天之后"),
        ({"last": TODAY.isoformat()}, "最后一天在第一天前面了"),
        ({"last": (TODAY + timedelta(days=99)).isoformat()}, "一次最多排两个月"),
        ({"ends": "18:00"}, "18:00"),
        ({"first": ""}, "从哪一天？"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    officer: FlaskClient, wishes: None, changed: dict[str, str], sentence: str
) -> None:
    answer = officer.post(BEGIN, data=FORM | changed)
    assert answer.status_code == 422 and sentence in told(answer.text)


def test_without_wishes_nothing_is_begun(officer: FlaskClient, database: Database, cast: Cast) -> None:
    assert "开始排" not in officer.get(BEGIN).text
    answer = officer.post(BEGIN, data=FORM)
    assert answer.status_code == 422 and "没有要排的" in answer.text


def test_a_wish_for_other_months_and_a_teacher_without_a_day_are_explained(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    with database.writing() as db:
        times = {"resource_kind": "teacher", "resource_id": cast.teacher, "region_code": COUNTY}
        db.add(ClosedTime(**times, note="病假"))
        make_wish(db, category_code="skill", topic="果树修剪二", months=[7])
    page = officer.get(found(app, officer)).text
    assert "会讲的老师来不了村里排得了的日子" in page and "抽得出空" in page
    assert "户里说这时候不方便" in page
    assert "0 个点单有课，4 个没有。" in page
    assert "没有填位置" in page


def test_it_is_looked_at_by_teacher_and_by_week_with_the_way(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    with database.writing() as db:
        for code in (SHIWAN, SIBLING, "511002105000"):
            db.add(RegionPosition(region_code=code, latitude=29.5, longitude=105.0))
    address = found(app, officer)
    assert "按老师看" in officer.get(f"{address}?by=teacher").text
    week = officer.get(f"{address}?by=week").text
    assert "起</th>" in week and "公里" in week
    pictured = officer.get(f"{address}?by=map").text
    assert 'aria-label="全安镇 2 / 3"' in pictured and "#t511002105000" in pictured
    assert 'id="t511002105000"' in pictured and "看数字" in pictured and "打了勾的都派出去" in pictured
    assert officer.get(f"{address}?by=nonsense").status_code == 200


def test_two_teachers_with_one_name_are_told_apart(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).unit = "农技站"
        make_teacher(db, COUNTY, name="周老师", unit="农广校", specialities="养蜂")
    address = found(app, officer)
    page = officer.get(address).text
    assert "周老师（农技站）" in page and "周老师（农广校）" in page
    [change] = [
        one for one in re.findall(r'href="([^"]+/rows/[^"]+)"', page) if "养蜂" in officer.get(one).text
    ]
    listed = officer.get(change).text
    assert 0 < listed.index("周老师（农广校） · 会讲这个<") < listed.index("周老师（农技站）<")
    with database.reading() as db:
        wish = db.scalars(select(Wish.public_id).where(Wish.topic == "养蜂")).one()
    assert "周老师（农技站）<" in officer.get(f"/wishes/{wish}/dispatch").text


@pytest.mark.both_databases
def test_one_that_failed_is_told_and_nothing_is_asked(
    officer: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        rota = make_rota(db, state="failed").public_id
    assert "没有排成" in officer.get(f"/rotas/{rota}").text
    assert "没有排完" in officer.get(BEGIN).text


@pytest.mark.both_databases
def test_while_it_goes_on_it_can_be_stopped(officer: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        rota = make_rota(db, state="open", steps_done=40, steps_all=100).public_id
    page = officer.get(f"/rotas/{rota}")
    assert "正在排：40%" in page.text and page.headers["Refresh"] == "2"
    assert officer.post(f"/rotas/{rota}", data={"do": "stop"}).status_code == 303
    assert "不等了" not in officer.get(f"/rotas/{rota}").text


@pytest.mark.both_databases
def test_nothing_ticked_and_a_word_nobody_knows(officer: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        rota = make_rota(db).public_id
    page = officer.post(f"/rotas/{rota}", data={"do": "offer"}, follow_redirects=True).text
    assert "一行也没勾，没有派。" in page
    assert officer.post(f"/rotas/{rota}", data={"do": "nonsense"}).status_code == 400
    assert officer.get(f"/rotas/{rota}/rows/{'x' * 22}").status_code == 404


def test_who_may_dispatch_there_alone_may_stop_it(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        rota = make_rota(db, state="open").public_id
        elsewhere = Actor(None, "别处", (Post(Role.SUPERVISOR, "511024000000"),))
        with pytest.raises(NotAllowed):
            actions.stop_rota(db, rota=rota, by=elsewhere, now=NOW)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_city_is_planned_county_by_county(
    app: Flask, browser_of: BrowserOf, database: Database, cast: Cast, wishes: None
) -> None:
    city, village = "511000000000", SHIWAN
    with database.writing() as db:
        make_wish(db, JIANLI, topic="养蜂", category_code="skill")
        make_teacher(db, city, "市里的老师", specialities="酿酒")
        for one in (SHIWAN, JIANLI):
            make_wish(db, one, topic="酿酒", category_code="skill")
        by = Actor(None, "市里", (Post(Role.SUPERVISOR, city),))
        days = {"first": TODAY + timedelta(days=1), "last": TODAY + timedelta(days=9)}
        with pytest.raises(Refused, match="a_village"):
            actions.begin_rota(db, region=village, **days, starts=1140, ends=1230, by=by, now=NOW)
        office = make_account(db, "shi", "市里", Role.SUPERVISOR, city).id
    officer = browser_of(office)
    begin = f"/overview/{city}/rotas"
    assert "一个县一个县地排" in officer.get(begin).text
    answer = officer.post(begin, data=FORM)
    assert answer.status_code == 303, errors(answer.text)
    app.extensions[ERRANDS].wait()
    page = officer.get(answer.location).text
    assert "2 个县排好了。" in page and "4 个点单有课，2 个没有。" in page and "千分之" in page
    assert page.count("个点单有课，") == 3 and "没等排完" not in page
    county = re.findall(r'class="tap" href="(/rotas/[^"]+)"', page)
    assert len(county) == 2 and "养蜂" in officer.get(county[1]).text
    with database.reading() as db:
        rows = [row for rota in db.scalars(select(Rota)) for row in rota.rows if row["topic"] == "酿酒"]
    assert len({row["day"] for row in rows}) == 2, "whom both counties can call on is in one place an evening"
    away = {"teacher": rows[1]["teacher"], "day": rows[0]["day"]}
    again = officer.post(f"{county[1]}/rows/{rows[1]['wish']}", data=away)
    assert errors(again.text) == ["老师这天已经排去狮湾村了。换一天，或者换一位老师。"]
    assert officer.post(answer.location, data={"do": "offer", "pick": "x"}).status_code == 400
    with database.writing() as db:
        whole = db.scalars(select(Rota).where(Rota.region_code == city)).one()
        errand = db.get_one(Errand, whole.errand_id)
        errand.state, errand.due_at = "open", NOW.instant
        db.delete(db.scalars(select(Rota).where(Rota.region_code.startswith("511024"))).one())
    page = officer.get(answer.location).text
    assert "正在排" in page and "1 个县排好了。" in page and "还没排" in page
    officer.post(answer.location, data={"do": "stop"})
    app.extensions[ERRANDS].wait()
    assert "没等排完就停了" in officer.get(answer.location).text
    with database.writing() as db:
        db.execute(update(Errand).values(state="open", due_at=NOW.instant))
    app.extensions[ERRANDS].wait()
    page = officer.get(answer.location).text
    assert "2 个县排好了。" in page, "what was found before it broke off is not found again"
    with database.writing() as db:
        assert db.scalar(select(func.count(Rota.id))) == 3
        db.execute(update(Errand).values(state="failed"))
    assert "没有排到最后" in officer.get(answer.location).text


def test_a_city_without_counties_is_planned_at_once_as_a_county_is(
    app: Flask, browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    city, township, village = "441900000000", "441900003000", "441900003001"
    with database.writing() as db:
        for code, name in (
            ("440000000000", "广东省"),
            (city, "东莞市"),
            (township, "东城街道"),
            (village, "岗贝"),
        ):
            make_region(db, code, name)
        make_school(db, village)
        make_teacher(db, city, "莞老师", specialities="果树修剪")
        make_wish(db, village, category_code="skill")
        office = make_account(db, "dg", "市里", Role.SUPERVISOR, city).id
    officer = browser_of(office)
    begin = f"/overview/{city}/rotas"
    assert "县" not in officer.get(begin).text
    answer = officer.post(begin, data=FORM)
    assert "县" not in officer.get(answer.location).text
    app.extensions[ERRANDS].wait()
    page = officer.get(answer.location).text
    assert "1 个点单有课，0 个没有。" in page and "莞老师" in page and "县" not in page
    for what in ("evening", "inspections"):
        assert officer.get(f"/overview/{city}/{what}").status_code == 200, (
            "the city calls off and draws as a county does"
        )
    with database.writing() as db:
        province = make_account(db, "gd", "省里", Role.SUPERVISOR, "440000000000").id
    officer = browser_of(province)
    answer = officer.post("/overview/440000000000/rotas", data=FORM)
    app.extensions[ERRANDS].wait()
    page = officer.get(answer.location).text
    assert "东莞市" in page and "1 个点单有课，0 个没有。" in page


@pytest.mark.both_databases
def test_when_a_teacher_cannot_come_the_draft_is_mended_and_what_was_offered_stays(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    address = found(app, officer)
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        row, other = (one for one in rota.rows if one["day"])
        ill = date.fromisoformat(row["day"])
        times = {"resource_kind": "teacher", "resource_id": cast.teacher, "region_code": COUNTY}
        db.add(ClosedTime(**times, first=ill, last=ill, note="病了"))
    officer.post(address, data={"do": "offer", "pick": [other["wish"]]})
    assert officer.post(address, data={"do": "mend"}).status_code == 303
    app.extensions[ERRANDS].wait()
    page = officer.get(address).text
    assert "2 个点单有课，1 个没有。" in page and "派出去了</a>" in page
    with database.reading() as db:
        rows = {one["wish"]: one for one in db.scalars(select(Rota.rows)).one()}
    assert rows[other["wish"]]["day"] == other["day"] and rows[other["wish"]]["dispatch"]
    assert rows[row["wish"]]["day"] not in (None, row["day"], other["day"])
    assert len(rows) == 3
    with database.writing() as db:
        made = db.scalars(select(Dispatch)).one()
        made.status, made.settled_at = "withdrawn", NOW.instant
    officer.post(address, data={"do": "mend"})
    app.extensions[ERRANDS].wait()
    page = officer.get(address).text
    assert len(ticked(page)) == 2, "what nobody is asked for any more is planned again"
    assert "没有算到底就停了" not in page
    officer.post(address, data={"do": "mend"})
    officer.post(address, data={"do": "stop"})
    app.extensions[ERRANDS].wait()
    assert "没有算到底就停了" in officer.get(address).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_ticked_stays_when_the_rest_is_found_anew_and_what_cannot_stay_is_named(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    address = found(app, officer)
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        row, other = (one for one in rota.rows if one["day"])
        late = (TODAY + timedelta(days=19)).isoformat()
        teacher = db.get_one(Teacher, cast.teacher)
        public_id = teacher.public_id
    change = f"{address}/rows/{row['wish']}"
    assert officer.post(change, data={"teacher": public_id, "day": late}).status_code == 303
    assert officer.post(address, data={"do": "again", "pick": [row["wish"]]}).status_code == 303
    app.extensions[ERRANDS].wait()
    page = officer.get(address).text
    assert page.count("定下了</span>") == 1 and "2 个点单有课，1 个没有。" in page
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        assert next(one for one in rota.rows if one["wish"] == row["wish"])["day"] == late, "nothing moved it"
        week = date.fromisoformat(late)
        rota.rows = [
            {**one, "day": (week - timedelta(days=n)).isoformat(), "teacher": public_id} if n < 2 else one
            for n, one in enumerate(sorted(rota.rows, key=lambda one: one["topic"] == "养蜂"))
        ]
        db.get_one(Teacher, cast.teacher).weekly_limit = 1
    officer.post(address, data={"do": "again", "pick": [row["wish"], other["wish"]]})
    app.extensions[ERRANDS].wait()
    page = officer.get(address).text
    assert "1 行定不住" in page and "定下的比老师一周能上的节数还多" in page
    assert "2 个点单有课" in page, "what could not stay has a class all the same"


@pytest.mark.both_databases
def test_a_wish_for_three_classes_is_planned_as_parts_in_order_and_becomes_one_course(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).specialities = "果树修剪"
        make_wish(db, topic="果树修剪 三次课", category_code="skill", wished_on=TODAY)
    address = found(app, officer, last=(TODAY + timedelta(days=34)).isoformat())
    assert "3 个点单有课，0 个没有。" in officer.get(address).text
    with database.reading() as db:
        rows = db.scalars(select(Rota.rows)).one()
    days = [date.fromisoformat(row["day"]) for row in rows]
    assert [row["topic"] for row in rows] == [f"果树修剪（第{part}讲）" for part in (1, 2, 3)]
    assert all((later - before).days >= 3 for before, later in pairwise(days))
    change = f"{address}/rows/{rows[0]['wish']}?part=1"
    for day, sentence in ((days[1] - timedelta(1), "至少隔 3 天"), (days[2] + timedelta(7), "前后就颠倒了")):
        answer = officer.post(change, data={"teacher": rows[0]["teacher"], "day": day.isoformat()})
        assert answer.status_code == 422 and sentence in told(answer.text)
    page = officer.get(address).text
    sent = officer.post(address, data={"do": "offer", "pick": ticked(page)[:2]}, follow_redirects=True).text
    assert "派出去了 2 单" in sent
    with database.writing() as db:
        by = Actor(None, "县里", (Post(Role.SUPERVISOR, COUNTY), Post(Role.COORDINATOR, SHIWAN)))
        for asked in db.scalars(select(Dispatch).order_by(Dispatch.day.desc())):
            for party in Party:
                answer_dispatch(db, dispatch=asked.public_id, party=party, says_yes=True, by=by, now=NOW)
        [course] = db.scalars(select(Course).where(Course.title == "果树修剪"))
        assert len(db.scalars(select(ClassSession).where(ClassSession.course_id == course.id)).all()) == 2
    again = officer.get(found(app, officer, last=(TODAY + timedelta(days=34)).isoformat())).text
    assert "1 个点单有课，0 个没有。" in again and "果树修剪（第3讲）" in again


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_village_has_no_two_evenings_in_a_row_and_come_as_early_as_can_be(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast
) -> None:
    """The teacher has a Sunday and the Monday after it, and days weeks later; sixty classes fill no month."""
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).specialities = "果树修剪，养蜂"
        for topic in ("果树修剪", "养蜂"):
            make_wish(db, topic=topic, category_code="skill", wished_on=TODAY)
        sunday = TODAY + timedelta(days=13 - TODAY.weekday())
        times = {"resource_kind": "teacher", "resource_id": cast.teacher, "region_code": COUNTY}
        for first, last in ((TODAY, sunday - timedelta(1)), (sunday + timedelta(2), sunday + timedelta(9))):
            db.add(ClosedTime(**times, first=first, last=last, note="出差"))
    officer.get(found(app, officer, last=(sunday + timedelta(days=20)).isoformat()))
    with database.writing() as db:
        rows = db.scalars(select(Rota.rows)).one()
        days = sorted(date.fromisoformat(row["day"]) for row in rows)
        assert days[0] in (sunday, sunday + timedelta(1)), "as early as can be"
        assert days[1] >= sunday + timedelta(10), "not on the two evenings on end"
        make_wish(db, topic="果树修剪 六十次课", category_code="skill", wished_on=TODAY)
    page = officer.get(found(app, officer)).text
    assert re.search("后面还有 5[78] 讲，这段日子排不下", page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_broke_off_while_it_was_found_anew_has_lost_no_row(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    address = found(app, officer)
    with database.writing() as db:
        [rota] = db.scalars(select(Rota))
        errand = db.get_one(Errand, rota.errand_id)
        errand.state, errand.due_at = "open", NOW.instant + timedelta(minutes=1)
    page = officer.get(address).text
    assert "正在排" in page
    refused = officer.post(address, data={"do": "withdraw"}, follow_redirects=True).text
    assert "等它完了再来" in refused
    with database.writing() as db:
        db.execute(update(Errand).values(state="failed"))
    page = officer.get(address).text
    assert "一行没少" in page and len(ticked(page)) == 2
    assert (
        "派出去了 2 单"
        in officer.post(address, data={"do": "offer", "pick": ticked(page)}, follow_redirects=True).text
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_only_place_of_a_village_counts_also_where_nobody_called_it_usual(
    app: Flask, officer: FlaskClient, database: Database, cast: Cast, wishes: None
) -> None:
    with database.writing() as db:
        for school in db.scalars(select(NightSchool)):
            school.usual_venue_id = None
        for venue in db.scalars(select(Venue).where(Venue.id != cast.venue)):
            venue.retired_at = NOW.instant
        times = {"resource_kind": "venue", "resource_id": cast.venue, "region_code": SHIWAN}
        db.add(ClosedTime(**times, note="翻修"))
    page = officer.get(found(app, officer)).text
    assert "有老师的日子村里排不了（场地不空）" in page and "1 个点单有课，2 个没有。" in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_when_the_machine_goes_down_in_the_middle_nothing_is_half_written_and_the_same_tap_does_it_later(
    app: Flask,
    officer: FlaskClient,
    chen: FlaskClient,
    client: FlaskClient,
    database: Database,
    cast: Cast,
    wishes: None,
) -> None:
    def sent_while_it_goes_down(
        browser: FlaskClient, address: str, form: dict[str, Any], table: str, at: int
    ) -> int:
        left = iter(range(at))

        def goes_down(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith(f"INSERT INTO {table} ") and next(left, None) is None:
                raise OSError("no power")

        with listening(database, goes_down):
            return browser.post(address, data=form).status_code

    with database.writing() as db:
        make_link(db, db.get_one(Teacher, cast.teacher), "s" * 32)
    address = found(app, officer)
    rows = ticked(officer.get(address).text)
    offered = {"do": "offer", "pick": rows}
    assert sent_while_it_goes_down(officer, address, offered, "dispatch", 1) == 500, "one of two was written"
    with database.reading() as db:
        assert db.scalars(select(Dispatch)).all() == []
    assert ticked(officer.get(address).text) == rows
    assert "派出去了 2 单" in officer.post(address, data=offered, follow_redirects=True).text
    with database.reading() as db:
        own = db.scalars(select(Dispatch.public_id).where(Dispatch.region_code == SHIWAN)).one()
    chen.post(f"/dispatches/{own}/answer", data={"do": "yes"})
    answer = f"/t/{'s' * 32}/offers/{own}"
    assert sent_while_it_goes_down(client, answer, {"do": "yes"}, "class_session", 0) == 500
    with database.reading() as db:
        left = db.scalars(select(Dispatch).where(Dispatch.public_id == own)).one()
        assert (left.status, left.teacher_yes_at, left.course_id) == ("offered", None, None)
        assert (
            db.scalars(select(Course)).all() == [] and db.scalars(select(Wish.course_id)).all() == [None] * 3
        )
    assert "您答应了" in client.post(answer, data={"do": "yes"}, follow_redirects=True).text
    with database.reading() as db:
        assert db.scalars(select(ClassSession.region_code)).all() == [SHIWAN]
