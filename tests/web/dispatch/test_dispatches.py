"""The dispatch desk, walked as an officer, a village and a teacher."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from nightschool.database import Database
from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.planning import ClosedTime, Dispatch, Wish
from nightschool.models.teaching import ClassSession
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_dispatch,
    make_link,
    make_region,
    make_school,
    make_session,
    make_teacher,
    make_wish,
)
from tests.web.registers.test_attendance import errors, value

COUNTY = "511002000000"
SIBLING = "511002105202"
DESK = f"/overview/{COUNTY}/dispatch"
SECRET = "s" * 32
BrowserOf = Callable[[int], FlaskClient]


def wish_in(database: Database, **columns: object) -> str:
    with database.writing() as db:
        return make_wish(db, **columns).public_id  # type: ignore[arg-type]


def picks(page: str) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', page)


@pytest.mark.both_databases
def test_a_wish_is_a_class_after_one_tap_of_each(
    browser_of: BrowserOf, chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast
) -> None:
    officer = browser_of(cast.county_supervisor)
    wish = wish_in(database, category_code="skill", wished_on=TODAY - timedelta(days=12))
    with database.writing() as db:
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
    desk = officer.get(DESK).text
    assert "果树修剪" in desk and "等了 12 天" in desk and "还没有填位置" not in desk
    address = f"/wishes/{wish}/dispatch"
    assert address in desk
    page = officer.get(address).text
    first = picks(page)[0]
    assert first.split()[1] == (TODAY + timedelta(days=1)).isoformat()
    form = {
        name: value(page, name) for name in ("topic", "starts", "ends", "expected")
    } | {"category": "skill", "pick": first}  # fmt: skip
    sent = officer.post(address, data=form)
    assert sent.status_code == 303, errors(sent.text)
    assert "等村里和老师回话" in officer.get(sent.location).text
    assert "正在请老师" in client.get(f"/v/{SHIWAN}/wishes").text
    with database.reading() as db:
        dispatch = db.scalars(select(Dispatch)).one()
    own = chen.get(f"/desk/{SHIWAN}").text
    assert "给村里派的课，等你回话" in own and "市中区派的" in own
    took = chen.post(f"/dispatches/{dispatch.public_id}/answer", data={"do": "yes"}, follow_redirects=True)
    assert "村里接了，等老师回话" in took.text
    asked = client.get(f"/t/{SECRET}").text
    assert "请您去讲，等您回话" in asked and "陈书记" in asked
    said = client.post(
        f"/t/{SECRET}/offers/{dispatch.public_id}", data={"do": "yes"}, follow_redirects=True
    ).text
    assert "您答应了" in said and "等您回话" not in said and "下一课" in said
    with database.reading() as db:
        assert db.scalars(select(ClassSession.day)).one() == TODAY + timedelta(days=1)
    assert "果树修剪" in client.get(f"/v/{SHIWAN}").text
    assert "排好了" in officer.get(DESK).text


@pytest.mark.both_databases
def test_a_teacher_says_no_with_a_reason_and_another_can_be_asked(
    browser_of: BrowserOf, client: FlaskClient, database: Database, cast: Cast
) -> None:
    wish = wish_in(database)
    with database.writing() as db:
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
        of = db.scalars(select(Wish.id)).one()
        made = make_dispatch(db, cast.teacher, wish_id=of).public_id
    address = f"/t/{SECRET}/offers/{made}"
    assert "路太远" in client.get(address).text
    wrong = client.post(address, data={"do": "no"})
    assert wrong.status_code == 422 and "选一个原因，派单的人好再安排。" in errors(wrong.text)
    assert client.post(address, data={"do": "no", "reason": "far"}).status_code == 303
    assert client.get(address).status_code == 303
    officer = browser_of(cast.county_supervisor)
    page = officer.get(f"/dispatches/{made}").text
    assert "老师谢绝了：路太远" in page and f"/wishes/{wish}/dispatch" in page
    late = client.post(address, data={"do": "yes"})
    assert late.status_code == 422 and "已经谢绝了" in late.text


@pytest.mark.both_databases
def test_the_village_says_no_and_the_office_takes_back(
    browser_of: BrowserOf, chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        first, second = (make_dispatch(db, cast.teacher).public_id for _one in range(2))
    refused = chen.post(f"/dispatches/{first}/answer", data={"do": "no", "reason": "other"})
    assert refused.status_code == 422 and "写一句是什么原因" in refused.text
    chen.post(f"/dispatches/{first}/answer", data={"do": "no", "reason": "other", "words": "那天赶场"})
    officer = browser_of(cast.county_supervisor)
    assert "村里谢绝了：那天赶场" in officer.get(f"/dispatches/{first}").text
    officer.post(f"/dispatches/{second}", data={"do": "withdraw"})
    assert "撤回了" in officer.get(f"/dispatches/{second}").text
    assert "给村里派的课" not in chen.get(f"/desk/{SHIWAN}").text


def test_what_stands_against_a_day_is_said_and_nothing_typed_is_lost(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    day = TODAY + timedelta(days=3)
    with database.writing() as db:
        make_session(
            db, make_course(db, title="防诈骗", teachers=(cast.teacher,)), day, teachers=(cast.teacher,)
        )
        teacher = db.get_one(Teacher, cast.teacher).public_id
    officer = browser_of(cast.county_supervisor)
    address = f"/overview/{SHIWAN}/dispatch/new"
    form = {
        "topic": "果树修剪", "category": "skill", "starts": "19:00", "ends": "20:30", "teacher": teacher,
        "day": day.isoformat(), "note": "镇上派车接",
    }  # fmt: skip
    taken = officer.post(address, data=form)
    assert taken.status_code == 409 and "防诈骗" in errors(taken.text)[0]
    assert value(taken.text, "note") == "镇上派车接"
    empty = officer.post(address, data={**form, "teacher": "", "day": "", "topic": ""})
    assert {"还没写讲什么。", "还没选老师。", "还没选哪一天。"} <= set(errors(empty.text))
    far = officer.post(address, data={**form, "day": "2028-01-05"})
    assert "最远派到半年以内" in errors(far.text)[0]


def test_teachers_of_one_name_are_told_apart_and_one_with_no_day_says_so(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    wish = wish_in(database, topic="医保怎么报销")
    with database.writing() as db:
        make_teacher(
            db, COUNTY, name="周老师", unit="县医院", specialities="医保、慢病", languages="汉语、彝语"
        )
        never = make_teacher(db, COUNTY, name="吴老师", unit="县农机站")
        db.add(ClosedTime(resource_kind="teacher", resource_id=never.id, region_code=COUNTY))
    page = browser_of(cast.county_supervisor).get(f"/wishes/{wish}/dispatch").text
    assert page.index("县医院") < page.index("农技站")  # who teaches this comes first
    assert "会讲这个" in page and "汉语、彝语" in page
    assert "没有空的日子" in page and "没有填位置" in page
    found = browser_of(cast.county_supervisor).post(
        f"/wishes/{wish}/dispatch", data={"do": "look", "named": "wls", "starts": "19:00", "ends": "20:30"}
    )
    assert found.status_code == 200 and "县农机站" in found.text and 'aside">县医院' not in found.text


def test_wishes_are_found_by_their_sound_and_stand_along_the_road(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    officer = browser_of(cast.county_supervisor)
    assert "现在没有等着的点单" in officer.get(DESK).text
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        make_school(db, SIBLING)
        for code, latitude in ((SHIWAN, 29.58), (SIBLING, 29.6)):
            db.add(RegionPosition(region_code=code, latitude=latitude, longitude=105.05))
            make_wish(db, code, "果树修剪" if code == SHIWAN else "果树修剪技术")
        make_wish(db, topic="电商直播")
    page = officer.get(DESK).text
    assert page.count('<h2 id="topic-') == 2 and "2 个村" in page and "离上一个村 3 公里" in page
    only = officer.get(f"{DESK}?q=dszb").text
    assert "电商直播" in only and "果树修剪" not in only and "找到 1 个，一共 3 个。" in only
    assert "没有找到「xyz」" in officer.get(f"{DESK}?q=xyz").text


@pytest.mark.both_databases
def test_a_county_without_positions_says_so(browser_of: BrowserOf, database: Database, cast: Cast) -> None:
    wish_in(database)
    assert "都没有填位置" in browser_of(cast.county_supervisor).get(DESK).text


def test_the_desk_of_two_hundred_villages_asks_a_handful_of_questions(
    browser_of: BrowserOf, database: Database, cast: Cast, statements: list[str]
) -> None:
    with database.writing() as db:
        for number in range(200):
            code = f"5110021{5 + number // 20:02d}{300 + number % 20}"[:12]
            if number % 20 == 0:
                make_region(db, code[:9] + "000", f"第{number // 20}镇") if code[:9] != SHIWAN[:9] else None
            make_region(db, code, f"村{number}村民委员会")
            make_wish(db, code, topic=("果树修剪", "电商直播", "医保怎么报销")[number % 3])
    officer = browser_of(cast.county_supervisor)
    officer.get(DESK)
    statements.clear()
    page = officer.get(DESK).text
    assert "200" in page or page.count("派单") > 150
    assert len(statements) <= 10, "\n".join(statements)


@pytest.mark.both_databases
def test_the_letter_says_who_is_asked_for_what_and_has_its_receipt(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        made = make_dispatch(db, cast.teacher, note="镇上派车接", expected=8, venue_id=cast.venue).public_id
    officer = browser_of(cast.county_supervisor)
    page = officer.get(f"/dispatches/{made}/letter").text
    for words in (
        "派单函",
        "全安镇 狮湾村",
        "果树修剪",
        "2026年12月2日 周三 19:00–20:30",
        "村活动室",
        "镇上派车接",
    ):
        assert words in page, words
    assert "□ 谢绝，原因：" in page and "市中区（盖章）：" in page and "陈书记 0832-5550101" in page
    assert officer.get(f"/dispatches/{made}/letter.pdf").data[:5] == b"%PDF-"
    assert f"/dispatches/{made}/letter" in officer.get(f"/dispatches/{made}").text


@pytest.mark.both_databases
def test_what_became_of_wishes_is_summed_up_by_topic(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        old = {"wished_on": TODAY - timedelta(days=40)}
        make_wish(db, topic="果树修剪", **old)
        make_wish(db, SIBLING, "果树修剪技术", households=3)
        held = make_course(db, title="电商")
        make_session(db, held, TODAY - timedelta(days=2), status="held")
        make_wish(db, topic="电商直播", course_id=held.id)
        make_wish(db, topic="还没看的", status="submitted")
        make_wish(db, topic="不要了的", status="withdrawn")
    page = browser_of(cast.county_supervisor).get(f"/overview/{COUNTY}/papers/wishes?period=2026-Q4").text
    rows = [
        re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]
    assert ["1", "果树修剪", "2", "11", "狮湾村、断桥村", "0", "0", "40"] in rows
    assert ["2", "电商直播", "1", "8", "狮湾村", "1", "0"] in rows
    assert "还没看的" not in page and "不要了的" not in page


@pytest.mark.both_databases
def test_one_teacher_goes_through_several_villages_in_the_order_of_the_road(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    officer = browser_of(cast.county_supervisor)
    third = "511002105203"
    with database.writing() as db:
        for code, name, latitude in (
            (SHIWAN, "", 29.50), (third, "洪坝村村民委员会", 29.60), (SIBLING, "断桥村村民委员会", 29.52),
        ):  # fmt: skip
            if name:
                make_region(db, code, name)
                make_school(db, code)
            db.add(RegionPosition(region_code=code, latitude=latitude, longitude=105.05))
            make_wish(db, code, category_code="skill")
        teacher = db.get_one(Teacher, cast.teacher).public_id
    [way] = re.findall(r'href="([^"]*/dispatch/trip[?][^"]*)"', officer.get(DESK).text)
    way = way.replace("&amp;", "&")
    page = officer.get(way).text
    assert page.index("狮湾村 <") < page.index("断桥村 <") < page.index("洪坝村 <")
    wanted = re.findall(r'name="wishes" value="([^"]+)"', page)
    day = TODAY + timedelta(days=9)
    form = {
        "wishes": wanted, "category": "skill", "teacher": teacher, "day": day.isoformat(), "starts": "14:00",
        "ends": "15:30", "note": "县里派车",
    }  # fmt: skip
    looked = officer.post(way, data={**form, "do": "look"}).text
    assert "14:00–15:30" in looked and "16:00–17:30" in looked and "再回去" not in looked
    with database.writing() as db:
        home = db.get_one(Teacher, cast.teacher).region_code
        db.add(RegionPosition(region_code=home, latitude=29.49, longitude=105.05))
    looked = officer.post(way, data={**form, "do": "look"}).text
    assert re.search("从老师那里出发、再回去，一共 [0-9]+ 公里，路上约 [0-9]+ 分钟", looked)
    with (
        database.writing() as db
    ):  # another village on the way wants something else that the same teacher teaches
        db.get_one(Teacher, cast.teacher).specialities = "果树修剪、养蜂"
        fourth = "511002105204"
        make_region(db, fourth, "玉桥村村民委员会")
        make_school(db, fourth)
        db.add(RegionPosition(region_code=fourth, latitude=29.51, longitude=105.05))
        make_wish(db, fourth, "写春联", category_code="law")
        bees = make_wish(db, fourth, "养蜂", category_code="policy").public_id
        make_wish(db, SIBLING, "养蜂", category_code="policy")
    looked = officer.post(way, data={**form, "do": "look"}).text
    assert "玉桥村 · 养蜂 · 8 户想学" in looked and "写春联" not in looked and "断桥村 · 养蜂" not in looked
    assert looked.count("checked") - officer.get(way).text.count("checked") == 0, (
        "it is offered and not ticked"
    )
    form["wishes"] = [*wanted, bees]
    sent = officer.post(way, data={**form, "do": "offer"})
    assert sent.status_code == 303, errors(sent.text)
    sheet = officer.get(sent.location).text
    assert "巡回单：周老师" in sheet and "县里派车" in sheet
    assert sheet.index("狮湾村") < sheet.index("玉桥村") < sheet.index("断桥村")
    assert sheet.index("狮湾村") < sheet.index("断桥村") < sheet.index("洪坝村")
    with database.reading() as db:
        every = db.scalars(select(Dispatch)).all()
        assert len(every) == 4 and len({one.trip for one in every}) == 1
        assert [one.category_code for one in every if one.topic == "养蜂"] == ["policy"]
    assert officer.get(f"{sent.location}.pdf").data[:5] == b"%PDF-"


@pytest.mark.both_databases
def test_when_a_village_of_a_trip_says_no_the_others_are_asked_for_an_earlier_time_or_stay(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    officer, chen = browser_of(cast.county_supervisor), browser_of(cast.chen)
    third, fourth = "511002105203", "511002105204"
    with database.writing() as db:
        offers = []
        for number, code in enumerate((SIBLING, SHIWAN, third, fourth)):
            if code != SHIWAN:
                make_region(db, code, f"{'断石洪玉'[number]}桥村村民委员会")
                make_school(db, code)
            db.add(RegionPosition(region_code=code, latitude=29.50 + number / 50, longitude=105.05))
            wish = make_wish(db, code, category_code="skill")
            starts = 9 * 60 + number * 120
            slot = {"starts": starts, "ends": starts + 60, "trip": "trip"}
            offers.append(make_dispatch(db, cast.teacher, code, wish_id=wish.id, **slot).public_id)
        db.execute(update(Dispatch).where(Dispatch.region_code == fourth).values(village_yes_at=NOW.instant))
    wrong = chen.post(
        f"/dispatches/{offers[1]}/answer", data={"do": "no", "reason": "other", "words": "问 13800138000"}
    )
    assert wrong.status_code == 422 and "像是有手机号" in wrong.text and "问 13800138000" in wrong.text
    chen.post(f"/dispatches/{offers[1]}/answer", data={"do": "no", "reason": "season"})
    page = officer.get(f"/dispatches/{offers[1]}").text
    assert "洪桥村可以从 13:00 提前到 10:35。" in page and "玉桥村已经接了，时间不动。" in page
    assert "洪桥村可以从 13:00 提前到 10:35。" in officer.get(f"/dispatches/{offers[0]}/trip").text
    answer = officer.post(f"/dispatches/{offers[1]}", data={"do": "move_up"}, follow_redirects=True)
    assert "照新的时间又问了一遍" in answer.text and "这一趟别的村时间不变" in answer.text
    with database.reading() as db:
        found = db.scalars(
            select(Dispatch).where(Dispatch.status == "offered").order_by(Dispatch.starts)
        ).all()
        assert [(one.region_code, one.starts) for one in found] == [
            (SIBLING, 9 * 60), (third, 10 * 60 + 35), (fourth, 15 * 60),
        ]  # fmt: skip
        assert {one.trip for one in found} == {"trip"}
    assert "10:35" in officer.get(f"/dispatches/{offers[0]}/trip").text


def test_a_trip_that_stumbles_in_one_village_asks_nobody_and_says_where(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    officer = browser_of(cast.county_supervisor)
    day = TODAY + timedelta(days=9)
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        ids = [make_wish(db, code, category_code="skill").public_id for code in (SHIWAN, SIBLING)]
        teacher = db.get_one(Teacher, cast.teacher).public_id
    way = f"/overview/{COUNTY}/dispatch/trip?wish={ids[0]}&wish={ids[1]}"
    form = {
        "wishes": ids, "category": "skill", "teacher": teacher, "day": day.isoformat(), "starts": "14:00",
        "ends": "15:30", "do": "offer",
    }  # fmt: skip
    answer = officer.post(way, data=form)
    assert answer.status_code == 409 and "断桥村：这个村还没办夜校" in answer.text
    alone = officer.post(way, data={**form, "wishes": ids[:1]})
    assert alone.status_code == 422 and "一趟至少走两个村" in alone.text
    with database.reading() as db:
        assert db.scalars(select(Dispatch)).all() == []
    assert officer.get(f"/overview/{COUNTY}/dispatch/trip").status_code == 303
    for do in ("look", "offer"):
        never = officer.post(way, data={**form, "day": "9999-12-31", "one_a_day": "y", "do": do})
        assert never.status_code == 422 and errors(never.text) == [
            "最远派到半年以内，再往后老师的日子说不准。换一天。"
        ]
        assert 'value="9999-12-31"' in never.text


def test_when_the_first_village_says_no_the_next_is_asked_for_the_hour_at_which_the_day_was_to_begin(
    browser_of: BrowserOf, database: Database, cast: Cast
) -> None:
    officer, chen = browser_of(cast.county_supervisor), browser_of(cast.chen)
    with database.writing() as db:
        make_region(db, SIBLING, "断桥村村民委员会")
        make_school(db, SIBLING)
        offers = []
        for number, code in enumerate((SHIWAN, SIBLING)):
            wish = make_wish(db, code, category_code="skill")
            slot = {"starts": (9 + 2 * number) * 60, "ends": (10 + 2 * number) * 60, "trip": "trip"}
            slot["venue_id"] = cast.venue  # no village but its own may meet there any more
            offers.append(make_dispatch(db, cast.teacher, code, wish_id=wish.id, **slot).public_id)
    assert "提前" not in officer.get(f"/dispatches/{offers[0]}/trip").text
    chen.post(f"/dispatches/{offers[0]}/answer", data={"do": "no", "reason": "season"})
    assert "断桥村可以从 11:00 提前到 09:00。" in officer.get(f"/dispatches/{offers[0]}").text
    answer = officer.post(f"/dispatches/{offers[0]}", data={"do": "move_up"}, follow_redirects=True)
    assert "照新的时间又问了一遍" in answer.text
    with database.reading() as db:
        found = db.scalars(select(Dispatch).where(Dispatch.status == "offered")).one()
        assert (found.region_code, found.starts, found.trip) == (SIBLING, 9 * 60, "trip")
        assert found.venue_id is None


def test_whatever_a_teacher_answers_by_their_link_has_its_sentence_and_writes_nothing_by_halves(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    yesterday = TODAY - timedelta(days=1)
    with database.writing() as db:
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)
        open_, withdrawn, past, met = (
            make_dispatch(db, cast.teacher, **columns).public_id
            for columns in (
                {},
                {"status": "withdrawn", "settled_at": NOW.instant},
                {"day": yesterday},
                {"status": "scheduled", "settled_at": NOW.instant},
            )
        )
        stranger = make_teacher(db, name="吴老师").id
        others = make_dispatch(db, stranger).public_id

    def stands() -> list[tuple[str, bool, str | None]]:
        with database.reading() as db:
            found = db.scalars(select(Dispatch).order_by(Dispatch.id))
            return [(one.status, one.teacher_yes_at is not None, one.reason) for one in found]

    before = stands()
    page = f"/t/{SECRET}/offers"
    for offer in (withdrawn, past, met, others, "x" * 22):
        read = client.get(f"{page}/{offer}", follow_redirects=True)
        assert read.status_code == 404 or "那一单不用再回了" in read.text, offer
    for offer, told in (
        (withdrawn, "已经撤回了，不用再回"),
        (past, "这个时间已经过了"),
        (met, "已经排成课了"),
    ):
        for sent in ({"do": "yes"}, {"do": "no", "reason": "far"}):
            late = client.post(f"{page}/{offer}", data=sent)
            assert late.status_code == 422 and told in late.text, (offer, sent)
    assert (
        "那一单不用再回了" in client.post(f"{page}/{others}", data={"do": "yes"}, follow_redirects=True).text
    )
    typed = {"do": "no", "reason": "nonsense", "words": "车坏了"}
    for wrong in (typed, {**typed, "reason": ""}, {**typed, "do": "maybe"}):
        answer = client.post(f"{page}/{open_}", data=wrong)
        assert answer.status_code == 422 and errors(answer.text), wrong
        assert value(answer.text, "words") == "车坏了", "what was typed is still there"
    assert stands() == before
    for _time in range(2):  # the button was pressed twice
        said = client.post(f"{page}/{open_}", data={"do": "yes"}, follow_redirects=True)
        assert said.status_code == 200 and "您答应了" in said.text
    assert stands()[0] == ("offered", True, None)
    assert client.get(f"/t/{'q' * 32}/offers/{open_}").status_code == 404, "a link that was taken back"
