"""In the browser: a township or county calls off an evening in its villages, which read it on their desks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import ChangeSet, ClassSession
from nightschool.models.trust import AuditEvent
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_account,
    make_course,
    make_region,
    make_school,
    make_session,
    make_teacher,
    make_venue,
)

TOWNSHIP = "511002105000"
COUNTY = "511002000000"
SIBLING = "511002105202"
EVENING = f"/overview/{TOWNSHIP}/evening"


@pytest.fixture
def tonight(cast: Cast, database: Database) -> list[str]:
    """One class tonight in each of two villages of 全安镇, and one in another county."""
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        make_school(db, SIBLING, contact_name="王文书", contact_phone="0832-5550303")
        own = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        near = make_course(db, SIBLING, "用电安全", venue_id=make_venue(db, SIBLING).id)
        far = make_course(db, JIANLI, "养猪", venue_id=cast.other_venue)
        made = [
            make_session(db, own, TODAY, teachers=(cast.teacher,)),
            make_session(db, near, TODAY),
            make_session(db, far, TODAY),
        ]
        return [one.public_id for one in made]


@pytest.fixture
def township(cast: Cast, browser_of: Any) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.township_supervisor)
    return browser


def called_off(database: Database) -> list[str]:
    with database.reading() as db:
        return list(
            db.scalars(
                select(ClassSession.public_id).where(ClassSession.status == "cancelled").order_by("id")
            )
        )


def test_an_evening_is_called_off_for_all_villages_that_were_phoned(
    township: FlaskClient, cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    assert EVENING in township.get(f"/overview/{TOWNSHIP}").text
    page = township.get(EVENING).text
    for phoned in ("陈书记", "0832-5550101", "王文书", "0832-5550303", 'href="tel:08325550303"'):
        assert phoned in page
    assert re.findall(r'name="pick" value="([^"]+)" checked', page) == tonight[:2]
    sent = {"day": TODAY.isoformat(), "pick": tonight, "reason": "weather", "reason_text": "大暴雨"}
    assert township.post(EVENING, data=sent).status_code == 409  # 建立村 is not theirs
    saved = township.post(EVENING, data={**sent, "pick": tonight[:2]}, follow_redirects=True).text
    assert called_off(database) == tonight[:2]
    message = re.search(r"<pre[^>]*>(.*?)</pre>", saved, re.DOTALL)
    assert message is not None
    assert message[1].splitlines() == [
        "全安镇各村农民夜校通知：",
        "狮湾村：",
        "周二 11月24日（十月十六） 19:00 柑橘冬季管护：不上了。",
        "断桥村：",
        "周二 11月24日（十月十六） 19:00 用电安全：不上了。",
        "原因：大暴雨。",
    ]
    chen = browser_of(cast.chen)
    desk = chen.get("/desk/511002105201").text
    assert "上面通知不上的" in desk
    assert "大暴雨" in desk
    assert (
        "全安镇督导 通知停了 11月24日 的课「柑橘冬季管护」，村里一共 1 次：天气不好"
        in chen.get("/trail/511002105201").text
    )
    assert "上面通知不上的" not in browser_of(cast.luo).get(f"/desk/{JIANLI}").text
    assert "大暴雨" in township.get("/v/511002105201").text


@pytest.mark.both_databases
def test_it_is_taken_back_as_a_whole_and_each_holds_its_slot_again(
    township: FlaskClient,
    cast: Cast,
    browser_of: Any,
    tonight: list[str],
    database: Database,
    clock: StillClock,
) -> None:
    sent = {"day": TODAY.isoformat(), "pick": tonight[:2], "reason": "weather"}
    saved = township.post(EVENING, data=sent, follow_redirects=True).text
    change = re.search(r'name="change" value="([^"]+)"', saved)
    assert change is not None
    chen = browser_of(cast.chen)
    assert chen.post(f"/changes/{change[1]}/undo").status_code == 404  # what the township did, it takes back
    back = {"do": "undo", "change": change[1]}
    assert (
        "撤销了：2 次课和改以前一样。"
        in township.post(f"{EVENING}/{change[1]}", data=back, follow_redirects=True).text
    )
    assert called_off(database) == []
    assert "上面通知不上的" not in chen.get("/desk/511002105201").text
    with database.reading() as db:
        told = db.scalars(select(AuditEvent.region_code).where(AuditEvent.action == "sessions.undo"))
        assert set(told) == {"511002105201", SIBLING}
    assert "已经撤销过了" in township.post(f"{EVENING}/{change[1]}", data=back, follow_redirects=True).text


@pytest.mark.both_databases
def test_a_village_that_meets_all_the_same_brings_its_own_class_back(
    township: FlaskClient, cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    sent = {"day": TODAY.isoformat(), "pick": tonight[:2], "reason": "weather"}
    township.post(EVENING, data=sent)
    chen = browser_of(cast.chen)
    page = chen.get(f"/sessions/{tonight[0]}/restore").text
    revision = re.search(r'name="revision"[^>]*value="([0-9]+)"', page)
    assert revision is not None
    chen.post(f"/sessions/{tonight[0]}/restore", data={"revision": revision[1]})
    assert called_off(database) == [tonight[1]]
    assert "上面通知不上的" not in chen.get("/desk/511002105201").text
    with database.reading() as db:
        change = db.scalars(select(ChangeSet.public_id).where(ChangeSet.what == "call_off")).one()
    told = township.post(f"{EVENING}/{change}", data={"do": "undo"}, follow_redirects=True).text
    assert "撤销了：1 次课和改以前一样。后来又改过的没有动：狮湾村 柑橘冬季管护。" in told
    assert called_off(database) == []


def test_a_supervisor_takes_back_nothing_that_a_village_did(
    township: FlaskClient, cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    chen = browser_of(cast.chen)
    chen.post(f"/sessions/{tonight[0]}/cancel", data={"revision": "1", "reason": "weather", "reach": "one"})
    with database.reading() as db:
        change = db.scalars(select(ChangeSet.public_id)).one()
    assert township.post(f"{EVENING}/{change}", data={"do": "undo"}).location.split("?")[0] == EVENING
    assert called_off(database) == [tonight[0]]


@pytest.mark.both_databases
def test_a_day_without_classes_and_nothing_ticked_are_told(township: FlaskClient, tonight: list[str]) -> None:
    assert "没有要上的课" in township.get(f"{EVENING}?day=2026-11-25").text
    none = township.post(EVENING, data={"day": TODAY.isoformat(), "reason": "weather"})
    assert none.status_code == 422
    assert "一次都没勾" in none.text


@pytest.mark.both_databases
def test_a_county_calls_an_evening_off_for_all_its_townships_at_once(
    cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    with database.writing() as db:
        make_region(db, "511002104000", "永安镇")
        make_region(db, "511002104203", "断桥村村民委员会")  # called as one of 全安镇 is
        make_school(db, "511002104203")
        there = make_course(db, "511002104203", "防汛", venue_id=make_venue(db, "511002104203").id)
        tonight.append(make_session(db, there, TODAY).public_id)
        officer = make_account(db, "szqdd", "市中区督导", Role.SUPERVISOR, COUNTY).id
    county = browser_of(officer)
    assert f"/overview/{COUNTY}/evening" in county.get(f"/overview/{COUNTY}").text
    page = county.get(f"/overview/{COUNTY}/evening").text
    mine = [tonight[3], *tonight[:2]]  # in the order of the codes; 建立村 is of another county
    assert re.findall(r'name="pick" value="([^"]+)" checked', page) == mine
    assert '断桥村 <span class="aside">永安镇</span>' in page
    sent = {"day": TODAY.isoformat(), "pick": mine, "reason": "weather", "reason_text": "暴雨红色预警"}
    saved = county.post(f"/overview/{COUNTY}/evening", data=sent, follow_redirects=True).text
    assert set(called_off(database)) == set(mine)
    message = re.search(r"<pre[^>]*>(.*?)</pre>", saved, re.DOTALL)
    assert message is not None
    assert message[1].splitlines()[:2] == ["市中区各村农民夜校通知：", "永安镇断桥村："]
    assert "全安镇断桥村：" in message[1]
    assert "上面通知不上的" in browser_of(cast.chen).get("/desk/511002105201").text
    # What the county did, it takes back, and not one of its townships.
    change = re.search(r'name="change" value="([^"]+)"', saved)
    assert change is not None
    back = {"do": "undo", "change": change[1]}
    township = browser_of(cast.township_supervisor)
    assert "刚才停的" not in township.get(EVENING).text
    assert township.post(f"{EVENING}/{change[1]}", data=back).status_code == 404
    county.post(f"/overview/{COUNTY}/evening/{change[1]}", data=back)
    assert called_off(database) == []


def test_a_city_goes_to_one_of_its_counties_for_it(cast: Cast, browser_of: Any, database: Database) -> None:
    with database.writing() as db:
        officer = make_account(db, "njs", "内江市督导", Role.SUPERVISOR, "511000000000").id
    city = browser_of(officer)
    assert "/evening" not in city.get("/overview/511000000000").text
    assert city.get("/overview/511000000000/evening").status_code == 303
    assert f"/overview/{COUNTY}/evening" in city.get(f"/overview/{COUNTY}").text


def choices_of(page: str, public_id: str) -> tuple[list[str], str]:
    """The new dates that can be chosen for a class, and the one that is."""
    select = re.search(rf'<select name="to-{public_id}".*?</select>', page, re.DOTALL)
    assert select is not None
    options = re.findall(r'<option value="([^"]*)"( selected)?>', select[0])
    return [value for value, _is in options], next(value for value, chosen in options if chosen)


@pytest.mark.both_databases
def test_a_storm_puts_off_what_it_stops_to_the_nearest_evenings_and_all_of_it_is_taken_back(
    township: FlaskClient, cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    """周老师 is to teach in both villages on the days of the storm: nobody is put off to the same evening twice."""
    with database.writing() as db:
        near = make_course(db, SIBLING, "沼气", venue_id=None, teachers=(cast.teacher,))
        second = make_session(db, near, TODAY + timedelta(days=1), teachers=(cast.teacher,)).public_id
        other = make_course(db, SIBLING, "早课", venue_id=None)
        early = make_session(db, other, TODAY, starts=13 * 60, ends=14 * 60).public_id
    address = f"{EVENING}?day={TODAY}&last={TODAY + timedelta(days=1)}&starts=17:00&ends=24:00"
    page = township.get(address).text
    assert re.findall(r'name="pick" value="([^"]+)" checked', page) == [tonight[0], tonight[1], second]
    assert early not in page, "it is over before the storm begins"
    dates = {one: choices_of(page, one) for one in (tonight[0], tonight[1], second)}
    proposed = {one: chosen for one, (_options, chosen) in dates.items()}
    assert proposed[tonight[0]] == "2026-11-26-1140", "the day after the storm, at the same hour"
    assert proposed[second] == "2026-11-27-1140", "the same teacher has taken that evening"
    sent = {
        "day": TODAY.isoformat(), "last": (TODAY + timedelta(days=1)).isoformat(), "starts": "17:00", "ends": "24:00",
        "pick": [tonight[0], tonight[1], second], "reason": "weather", "reason_text": "台风",
        **{f"to-{one}": date for one, date in proposed.items()}, f"to-{tonight[1]}": "",
    }  # fmt: skip
    clash = township.post(EVENING, data={**sent, f"to-{second}": "2026-11-26-1140"})
    assert (
        clash.status_code == 409 and "有两节课要的是同一个时间" in clash.text and called_off(database) == []
    )
    forged = township.post(EVENING, data={**sent, f"to-{second}": "2031-01-01-60"})
    assert forged.status_code == 409 and "台风" in forged.text and called_off(database) == []
    feed = browser_of(cast.chen).get(f"/v/{SHIWAN}.ics").text
    answer = township.post(EVENING, data=sent)
    done = answer.headers["Location"]
    page = township.get(done).text
    assert "1 次课取消了，2 次课改了期，各村的课表和工作台上都写着。" in page
    message = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert message is not None
    assert message[1].splitlines() == [
        "全安镇各村农民夜校通知：",
        "狮湾村：",
        "周二 11月24日（十月十六） 19:00 柑橘冬季管护：改到 周四 11月26日（十月十八） 19:00。",
        "断桥村：",
        "周二 11月24日（十月十六） 19:00 用电安全：不上了。",
        "周三 11月25日（十月十七） 19:00 沼气：改到 周五 11月27日（十月十九） 19:00。",
        "原因：台风。",
    ]
    called = re.findall(r'<p class="first">(.*?)</p>', page, re.DOTALL)
    assert [re.sub(r"<[^>]+>|\s+", " ", one).split()[1] for one in called] == [
        "周老师（农技站）",
        "陈书记",
        "王文书",
    ]
    for said in ("大喇叭念", "发短信", "改到"):
        assert said in page
    strips = township.get(f"{done}/strips.pdf")
    assert strips.mimetype == "application/pdf"
    # What villagers read, and what their phones take anew, follows by itself.
    assert "台风" in township.get(f"/v/{SHIWAN}").text
    after = browser_of(cast.chen).get(f"/v/{SHIWAN}.ics").text
    assert "DTSTART;TZID=Asia/Shanghai:20261126T190000" in after and "20261126T190000" not in feed
    assert re.search(r"SEQUENCE:[1-9]", after)
    assert "上面通知不上的" in browser_of(cast.chen).get(f"/desk/{SHIWAN}").text
    # The village moves its new date by hand; the rest is taken back in one, and that is named and stays.
    with database.reading() as db:
        moved = db.scalars(
            select(ClassSession).where(
                ClassSession.day == TODAY + timedelta(days=2), ClassSession.region_code == SHIWAN
            )
        ).one()
        key, revision = moved.public_id, moved.revision
    by_hand = {
        "revision": str(revision),
        "day": "2026-11-28",
        "starts": "19:00",
        "ends": "20:30",
        "reach": "one",
    }
    assert browser_of(cast.chen).post(f"/sessions/{key}/move", data=by_hand).status_code == 303
    told = township.post(done, data={"do": "undo"}, follow_redirects=True).text
    assert "撤销了：2 次课和改以前一样。后来又改过的没有动：狮湾村 柑橘冬季管护。" in told
    with database.reading() as db:
        stands = {
            (one.public_id, one.status)
            for one in db.scalars(select(ClassSession))
            if one.public_id in sent["pick"]
        }
        assert stands == {(tonight[0], "postponed"), (tonight[1], "scheduled"), (second, "scheduled")}
        assert db.scalars(select(ClassSession.day).where(ClassSession.public_id == key)).one().day == 28


@pytest.mark.both_databases
def test_a_storm_over_one_village_leaves_the_others_and_what_cannot_be_read_is_said_at_its_field(
    township: FlaskClient, cast: Cast, tonight: list[str]
) -> None:
    page = township.get(f"{EVENING}?day={TODAY}&part={SIBLING}").text
    assert re.findall(r'name="pick" value="([^"]+)" checked', page) == [tonight[1]]
    assert "没有要上的课" in township.get(f"{EVENING}?day={TODAY}&part={JIANLI}").text
    for typed, told in (
        ("last=2026-11-20", "最后一天在第一天前面了"),
        ("last=2027-11-20", "一次最多停 14 天"),
        ("starts=20:00&ends=18:00", "前后反了"),
        ("starts=七点左右", "不是一个时间"),
    ):
        wrong = township.get(f"{EVENING}?day={TODAY}&{typed}")
        assert wrong.status_code == 422 and told in wrong.text
    elsewhere = {"day": TODAY.isoformat(), "part": JIANLI, "pick": tonight, "reason": "weather"}
    assert township.post(EVENING, data=elsewhere).status_code == 422


@pytest.mark.both_databases
def test_where_no_date_is_free_the_class_is_only_called_off_and_it_is_said_why(
    township: FlaskClient, cast: Cast, tonight: list[str], database: Database
) -> None:
    with database.writing() as db:
        for_weeks = {"first": TODAY, "last": TODAY + timedelta(days=40)}
        db.add(
            ClosedTime(resource_kind="teacher", resource_id=cast.teacher, region_code=TOWNSHIP, **for_weeks)
        )
    page = township.get(EVENING).text
    assert "没有另排：后面两周，老师没有一起空着的时候。" in page
    assert choices_of(page, tonight[1])[1], "the other village is not hindered"


def test_a_storm_over_forty_villages_reads_no_more_than_over_four_looked_at_saved_and_taken_back(
    cast: Cast, browser_of: Any, database: Database, statements: list[str]
) -> None:
    county, evening = browser_of(cast.county_supervisor), f"/overview/{COUNTY}/evening"

    def asked() -> int:
        """What is written is a statement a row; what is read must not be."""
        return sum(one.startswith("SELECT") for one in statements)

    def walked(first: int, last: int) -> tuple[int, int, int]:
        """Looked at, all of it put off or, every second one, cancelled, and taken back."""
        with database.writing() as db:
            for number in range(first, last):
                code = f"511002105{300 + number}"
                make_region(db, code, f"村{number}村民委员会")
                make_school(db, code)
                teacher = make_teacher(db, code, f"老师{number}").id
                course = make_course(db, code, teachers=(teacher,), venue_id=make_venue(db, code).id)
                make_session(db, course, TODAY, teachers=(teacher,))
        county.get(evening)
        statements.clear()
        page = county.get(evening).text
        assert page.count('name="pick"') == last and page.count("2026-11-25-1140") >= last
        looked_at = asked()
        picked = re.findall(r'name="pick" value="([^"]+)"', page)
        sent = {"day": f"{TODAY}", "pick": picked, "reason": "weather"}
        sent |= {f"to-{key}": choices_of(page, key)[1] for key in picked[::2]}
        statements.clear()
        done = county.post(evening, data=sent)
        assert done.status_code == 303, done.text
        saved = asked()
        statements.clear()
        back = county.post(done.location, data={"do": "undo"})
        undone = asked()
        told = county.get(back.location).text
        assert told.count('name="pick"') == last
        return looked_at, saved, undone

    few, many = walked(0, 4), walked(4, 40)
    assert few == many and few[0] <= 30, (few, many)
