"""In the browser: a township or county calls off an evening in its villages, which read it on their desks."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.teaching import ChangeSet, ClassSession
from nightschool.models.trust import AuditEvent
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    TODAY,
    Cast,
    StillClock,
    make_account,
    make_course,
    make_region,
    make_school,
    make_session,
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
    assert "撤销了：2 次课和改以前一样。" in township.post(EVENING, data=back, follow_redirects=True).text
    assert called_off(database) == []
    assert "上面通知不上的" not in chen.get("/desk/511002105201").text
    with database.reading() as db:
        told = db.scalars(select(AuditEvent.region_code).where(AuditEvent.action == "sessions.undo"))
        assert set(told) == {"511002105201", SIBLING}
    assert "已经撤销过了" in township.post(EVENING, data=back, follow_redirects=True).text


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
    told = township.post(EVENING, data={"do": "undo", "change": change}, follow_redirects=True).text
    assert "撤销不了：之后又改过" in told


def test_a_supervisor_takes_back_nothing_that_a_village_did(
    township: FlaskClient, cast: Cast, browser_of: Any, tonight: list[str], database: Database
) -> None:
    chen = browser_of(cast.chen)
    chen.post(f"/sessions/{tonight[0]}/cancel", data={"revision": "1", "reason": "weather", "reach": "one"})
    with database.reading() as db:
        change = db.scalars(select(ChangeSet.public_id)).one()
    assert township.post(EVENING, data={"do": "undo", "change": change}).status_code == 404
    assert called_off(database) == [tonight[0]]


def test_a_day_without_classes_and_nothing_ticked_are_told(township: FlaskClient, tonight: list[str]) -> None:
    assert "没有要上的课" in township.get(f"{EVENING}?day=2026-11-25").text
    none = township.post(EVENING, data={"day": TODAY.isoformat(), "reason": "weather"})
    assert none.status_code == 422
    assert "一次都没勾" in none.text


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
    assert 'name="change"' not in township.get(EVENING).text
    assert township.post(EVENING, data=back).status_code == 404
    county.post(f"/overview/{COUNTY}/evening", data=back)
    assert called_off(database) == []


def test_a_city_goes_to_one_of_its_counties_for_it(cast: Cast, browser_of: Any, database: Database) -> None:
    with database.writing() as db:
        officer = make_account(db, "njs", "内江市督导", Role.SUPERVISOR, "511000000000").id
    city = browser_of(officer)
    assert "/evening" not in city.get("/overview/511000000000").text
    assert city.get("/overview/511000000000/evening").status_code == 303
    assert f"/overview/{COUNTY}/evening" in city.get(f"/overview/{COUNTY}").text
