"""The villager's page, its calendar and its plain text: what they show, that they agree, and what they cost."""

import html
import random
import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.touching import touch_villages
from nightschool.database import Database
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import ClassSession, Course, SessionStatus
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
    make_region,
    make_register,
    make_session,
    make_teacher,
)

PAGE = f"/v/{SHIWAN}"
FORMS = (PAGE, f"{PAGE}.ics", f"{PAGE}.txt")
EVERY_FORM = (*FORMS, f"{PAGE}.json")
UNKNOWN = "511002105999"
FIRST_LOAD = 14 * 1024


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def fill(database: Database, cast: Cast, *days: int, **columns: Any) -> None:
    """Sessions so many days from today, with the township's teacher in the village's room."""
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue, published=columns.get("status") != SessionStatus.DRAFT)
        for day in days:
            make_session(db, course, ahead(day), **{"teachers": (cast.teacher,), **columns})


def postpone(database: Database, day: int, to: int, **columns: Any) -> None:
    with database.writing() as db:
        course = make_course(db)
        new = make_session(db, course, ahead(to))
        make_session(db, course, ahead(day), status=SessionStatus.POSTPONED, successor_id=new.id, **columns)


def sight(page: str) -> str:
    """What is read on a page: its text without markup, words apart by one space."""
    main = page[page.index("<main") :]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", main)).split())


def client_style(page: str) -> str:
    """The address of the page's stylesheet."""
    return re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]


def next_of(page: str) -> str:
    found = re.search(r'<section class="next".*?</section>', page, re.DOTALL)
    return sight("<main>" + found[0]) if found else ""


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


# What it shows


def test_tonights_class_is_told_whole_and_first(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 7, 0, summary="带上剪刀")
    page = client.get(PAGE).text
    assert next_of(page) == (
        "柑橘冬季管护 今晚 19:00–20:30 周二 11月24日（十月十六） 村活动室 周老师（农技站） 带上剪刀"
    )
    assert (
        "接下来 柑橘冬季管护 周二 12月1日（十月廿三） 19:00–20:30 村活动室 · 周老师（农技站） 带上剪刀"
        in sight(page)
    )


def test_whom_to_phone_and_the_calendar_stand_right_below_the_next_class(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 0, 7)
    page = client.get(PAGE).text
    below = sight("<main>" + page.partition("</section>")[2])
    assert below.startswith("不清楚的，问：陈书记 打电话 0832-5550101 加到手机日历 订阅课表")
    assert '<span class="nobr">0832-5550101</span>' in page


def test_six_classes_are_shown_and_the_others_one_tap_away(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 0, status=SessionStatus.CANCELLED)
    fill(database, cast, *range(1, 10))
    page = client.get(PAGE).text
    shown, _, folded = page.partition("<summary>看更多：后面 4 节课</summary>")
    assert len(re.findall("<time ", shown)) == 6
    assert len(re.findall("<time ", folded)) == 4
    assert "</details>" in folded


def test_what_few_classes_there_are_is_all_there_is(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, *range(6))
    page = client.get(PAGE).text
    assert "看更多" not in page
    assert page.count("<time ") == 6


def test_a_range_of_time_stays_on_one_line(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 0, 7)
    page = client.get(PAGE).text
    main = page[page.index("<main") :]
    assert main.count('<span class="nobr">19:00–20:30</span>') == main.count("19:00–20:30") == 2
    with client.get("/static/app.css") as styles:
        assert re.search(r"\.nobr\{[^}]*white-space:nowrap", styles.text)


def test_when_tonights_class_is_over_the_page_moves_on(
    database: Database, cast: Cast, client: FlaskClient, clock: StillClock
) -> None:
    fill(database, cast, 0, 1)
    clock.move(hours=10, minutes=29)
    before = client.get(PAGE)
    assert next_of(before.text).startswith("柑橘冬季管护 今晚 19:00–20:30")
    clock.move(minutes=1)
    after = client.get(PAGE, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert next_of(after.text).startswith("柑橘冬季管护 明晚 19:00–20:30")
    assert "上过的课 柑橘冬季管护 周二 11月24日" in sight(after.text)


def test_tonight_is_never_yesterdays(
    database: Database, cast: Cast, client: FlaskClient, clock: StillClock
) -> None:
    fill(database, cast, 1)
    before = client.get(PAGE)
    assert "明晚" in before.text
    clock.move(hours=14)  # midnight in the village
    after = client.get(PAGE, headers={"If-None-Match": before.headers["ETag"]})
    assert "今晚" in after.text
    assert "明晚" not in after.text


def test_a_cancelled_class_is_said_in_words_with_its_reason(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 0, status=SessionStatus.CANCELLED, reason="weather")
    fill(database, cast, 7)
    page, _, text = (client.get(form).text for form in FORMS)
    assert "柑橘冬季管护 取消：天气不好 今晚 19:00–20:30" in sight(page)
    assert "取消：天气不好" in text
    assert next_of(page).startswith("柑橘冬季管护 周二 12月1日")


def test_a_postponed_class_names_the_other_date_and_the_new_one_the_old(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    postpone(database, 1, 3, reason="power_cut")
    page, _, text = (client.get(form).text for form in FORMS)
    for told in (sight(page), text):
        assert "改到周五 11月27日（十月十九） 19:00：停电" in told
        assert "原定周三 11月25日（十月十七） 19:00" in told


def test_drafts_are_on_no_form(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 0, 3, status=SessionStatus.DRAFT, title="还没定的课")
    for form in (*FORMS, f"{PAGE}/past"):
        assert "还没定的课" not in client.get(form).text
    assert "现在还没有排好的课。" in client.get(PAGE).text


def test_a_village_without_plans_says_whom_to_ask(cast: Cast, client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert "现在还没有排好的课。" in page
    assert "不清楚的，问：陈书记 打电话 0832-5550101" in sight(page)
    assert 'href="tel:08325550101"' in page


@pytest.mark.both_databases
def test_each_of_two_numbers_can_be_tapped(database: Database, cast: Cast, client: FlaskClient) -> None:
    with database.writing() as db:
        school = db.query(NightSchool).filter_by(region_code=SHIWAN).one()
        school.contact_phone = "0832-5550101、0832-5550102转801"
    page = client.get(PAGE).text
    assert re.findall('href="(tel:[^"]*)"', page) == ["tel:08325550101", "tel:08325550102,801"]


def test_a_village_without_a_school_says_whom_to_ask(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "余坝村村民委员会")
    for form in ("", ".txt"):
        page = client.get(f"/v/511002105202{form}").text
        assert "余坝村" in page
        assert "这个村还没有在这里排夜校的课。" in page
        assert "不清楚的，问村委会。" in page
    page = client.get("/v/511002105202").text
    assert "村里已经在办夜校的，请村干部找镇上的管理员，在这里开通。" in page
    led = set(re.findall('href="(/[^"]*)"', page.partition("<main")[2])) - {client_style(page)}
    assert led == {"/r/511002105", "/", "/login"}
    assert "text/calendar" not in page
    assert not events(client.get("/v/511002105202.ics").data)


def test_a_former_village_shows_its_history_and_leads_to_its_successor(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        region = db.get_one(Region, SHIWAN)
        region.valid_to, region.successor_code, region.successor_day = (
            date(2019, 12, 31),
            JIANLI,
            date(2020, 1, 1),
        )
        course = make_course(db, title="柑橘栽培")
        held = make_session(db, course, date(2016, 11, 18), starts=540, ends=660)
        make_register(db, held, cast.chen, total=42)
    page = client.get(PAGE).text
    assert "狮湾村已撤并，从周三 2020年1月1日起是建立村。" in sight(page)
    assert f'href="/v/{JIANLI}"' in page
    assert "柑橘栽培 周五 2016年11月18日（十月十九） 09:00–11:00 来了 42 人次" in sight(page)
    assert "现在还没有排好的课" not in page


def test_a_former_village_without_a_known_successor_says_so(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        db.get_one(Region, SHIWAN).valid_to = date(2019, 12, 31)
    assert "狮湾村已撤并。并到了哪个村，这里还没有记。" in client.get(PAGE).text


FEEDS = (f"{PAGE}.ics", f"{PAGE}.json", f"{PAGE}.txt", f"{PAGE}.atom", f"{PAGE}/embed")


def end(database: Database, code: str = SHIWAN, *, successor: str | None = JIANLI) -> None:
    with database.writing() as db:
        region = db.get_one(Region, code)
        region.valid_to, region.successor_code, region.successor_day = ahead(-1), successor, TODAY
        touch_villages(db, [code], now=NOW)


@pytest.mark.both_databases
@pytest.mark.parametrize("form", FEEDS)
def test_what_is_subscribed_to_of_a_former_village_follows_to_its_successor_when_nothing_is_to_come(
    database: Database, cast: Cast, client: FlaskClient, statements: list[str], form: str
) -> None:
    fill(database, cast, -1, 0)
    held = client.get(form)
    end(database)
    assert client.get(form).status_code == 200  # a class of today is still to come, or just over
    with database.writing() as db:
        db.query(ClassSession).filter(ClassSession.day == TODAY).update({"region_code": JIANLI})
    statements.clear()
    answer = client.get(f"{form}?lang=en&big=1&junk=1", headers={"If-None-Match": held.headers["ETag"]})
    assert (answer.status_code, len(statements)) == (302, 1)
    there = form.replace(SHIWAN, JIANLI)
    assert answer.headers["Location"] == f"http://localhost{there}?lang=en&big=1"
    assert answer.headers["Cache-Control"] == "no-cache"  # a merger can be taken back
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(there).status_code == 200
    for page in (PAGE, f"{PAGE}/past", f"{PAGE}/poster", f"{PAGE}/changes"):
        assert client.get(page).status_code == 200
    assert not set(FEEDS[:3]) & set(re.findall(r'href="([^"?]*)', client.get(PAGE).text))


def test_what_a_frame_looks_like_goes_along(database: Database, cast: Cast, client: FlaskClient) -> None:
    end(database)
    answer = client.get(f"{PAGE}/embed?ink=222222")
    assert answer.headers["Location"] == f"http://localhost/v/{JIANLI}/embed?ink=222222"


@pytest.mark.both_databases
@pytest.mark.parametrize("form", FEEDS)
def test_a_former_village_that_nobody_stands_for_or_that_is_back_keeps_its_feeds(
    database: Database, cast: Cast, client: FlaskClient, form: str
) -> None:
    fill(database, cast, -3)
    end(database, successor=None)
    assert client.get(form).status_code == 200
    end(database)
    assert client.get(form).status_code == 302
    with database.writing() as db:
        db.get_one(Region, SHIWAN).valid_to = None
    assert client.get(form).status_code == 200


@pytest.mark.both_databases
def test_the_feed_of_a_course_follows_the_course(
    database: Database, cast: Cast, client: FlaskClient, statements: list[str]
) -> None:
    with database.writing() as db:
        over, goes_on = (make_course(db, title=title) for title in ("办完的课", "还要办的课"))
        for course in (over, goes_on):
            make_session(db, course, ahead(-80))
        coming = make_session(db, goes_on, ahead(3))
        over_id, id_ = over.public_id, goes_on.public_id
    end(database)
    with database.writing() as db:
        db.get_one(Course, goes_on.id).region_code = JIANLI
        db.get_one(ClassSession, coming.id).region_code = JIANLI
    answer = client.get(f"{PAGE}.ics?course={id_}")
    assert answer.headers["Location"] == f"http://localhost/v/{JIANLI}.ics?course={id_}"
    uids = [event["UID"] for event in events(client.get(f"/v/{JIANLI}.ics?course={id_}").data)]
    assert [uid.partition("@")[0] for uid in uids] == [coming.public_id]
    statements.clear()
    assert len(events(client.get(f"{PAGE}.ics?course={over_id}").data)) == 1
    assert len(statements) == 2
    assert client.get(f"{PAGE}.ics?course=nonesuch", follow_redirects=True).status_code == 404


def test_the_page_ends_at_24_and_the_feed_does_not(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, *range(1, 31), 100, -60, -61)
    page = client.get(PAGE).text
    shown = re.findall(r'datetime="(\d{4}-\d\d-\d\d)', page)
    assert len([day for day in shown if day > TODAY.isoformat()]) == 24
    assert "后面还排了课" in page
    days = [(event["DTSTART"].dt.date() - TODAY).days for event in events(client.get(f"{PAGE}.ics").data)]
    assert days == [-60, *range(1, 31), 100]


def test_history_is_all_there_a_page_at_a_time(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, *range(-53, 0), teachers=())
    first, second = client.get(f"{PAGE}/past").text, client.get(f"{PAGE}/past?page=2").text
    assert [page.count("<li>") for page in (first, second)] == [50, 3]
    assert "past?page=2" in first
    assert client.get(f"{PAGE}/past?page=0").status_code == 404


# That all forms agree


@pytest.mark.parametrize("seed", range(8))
def test_page_feed_and_text_agree(database: Database, cast: Cast, client: FlaskClient, seed: int) -> None:
    dice = random.Random(seed)
    with database.writing() as db:
        course = make_course(db)
        for number, day in enumerate(dice.sample(range(56), dice.randint(1, 24))):
            starts = dice.randrange(6 * 60, 22 * 60, 10)
            columns = {
                "title": f"第{number}课&<b>",
                "starts": starts,
                "ends": starts + dice.choice([40, 90, 120]),
            }
            fate = dice.random()
            if fate < 0.2:
                make_session(db, course, ahead(day), status=SessionStatus.CANCELLED, **columns)
            elif fate < 0.4:
                new = make_session(db, course, ahead(-400 - number), **{**columns, "title": "换了日子的"})
                make_session(
                    db, course, ahead(day), status=SessionStatus.POSTPONED, successor_id=new.id, **columns
                )
            else:
                make_session(db, course, ahead(day), **columns)
    page, feed, text = (client.get(form) for form in FORMS)
    calendar = {
        (str(event["SUMMARY"]).rpartition("：")[2], event["DTSTART"].dt.strftime("%Y-%m-%dT%H:%M")): (
            event["STATUS"] == "CANCELLED",
            f"{event['DTSTART'].dt:%H:%M}–{event['DTEND'].dt:%H:%M}",
        )
        for event in events(feed.data)
        if event["DTSTART"].dt >= NOW.instant.astimezone(ZoneInfo("Asia/Shanghai"))
        or event["DTEND"].dt > NOW.instant.astimezone(ZoneInfo("Asia/Shanghai"))
    }
    ahead_of_page = page.text.partition("上过的课")[0]
    shown = {}
    for piece in re.split('<li>|<section class="next"|<div class="notice alarm"', ahead_of_page)[1:]:
        moment = piece.partition('datetime="')[2].partition('"')[0]
        title = re.search(r"第\d+课&<b>", sight("<main>" + "<p " + piece))
        assert title
        times = re.search(r"\d\d:\d\d–\d\d:\d\d", piece)
        assert times
        shown[title[0], moment] = ("alarm-word" in piece, times[0])
    assert shown == calendar
    for (title, moment), (is_off, times) in calendar.items():
        lines = text.text.split("\n")
        [at] = [number for number, line in enumerate(lines) if title in line]
        place = " ".join(lines[max(at - 2, 0) : at + 1]) if lines[at] == title else lines[at]
        assert times in place, (title, moment)
        assert ("取消：" in place or "改到" in place) == is_off


def test_an_unknown_village_is_a_helpful_404_in_every_form(cast: Cast, client: FlaskClient) -> None:
    for ending in ["", ".ics", ".txt", "/past", "/qr.svg"]:
        for code in [UNKNOWN, "511002105000", "999999999999"]:
            answer = client.get(f"/v/{code}{ending}")
            assert answer.status_code == 404
            assert "没有这一页" in answer.text
            assert 'name="q"' in answer.text
            if code == UNKNOWN:
                assert "它应该在全安镇" in answer.text
                assert "/?at=511002105000" in answer.text


# Language, size, privacy


def test_language_and_size_are_in_the_address_and_stay_on_the_way(cast: Cast, client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?lang=en&big=1").text
    assert '<html lang="en" class="big">' in page
    assert f"/v/{SHIWAN}.ics?lang=en" in page
    assert "现在还没有" not in page


@pytest.mark.both_databases
def test_no_learner_no_hidden_teacher_and_no_key_holder_is_public(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        shy = make_teacher(db, name="何医生", unit="卫生院", name_is_public=False)
        make_session(db, course, TODAY, teachers=(shy.id,))
        learner = make_learner(db, name="陈大秀")
        held = make_session(db, course, ahead(-7), teachers=(shy.id,))
        make_register(db, held, cast.chen, present=(learner.id,), total=20)
        venue = db.get_one(Venue, cast.venue)
        venue.key_holder = "钥匙大爷"
        venue.key_holder_phone = SEALER.seal("13812345678", about=f"venue.key_holder_phone:{venue.public_id}")
    for form in (*FORMS, f"{PAGE}/past", "/", "/?q=狮湾"):
        told = client.get(form).text
        for name in ("陈大秀", "何医生", "钥匙大爷", "13812345678", "138****5678"):
            assert name not in told, (form, name)
    assert "卫生院的老师" in client.get(PAGE).text


@pytest.mark.both_databases
def test_what_was_typed_stays_text(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 0, 7, title='<script>alert("1")</script>')
    with database.writing() as db:
        db.query(NightSchool).filter_by(region_code=SHIWAN).one().contact_name = "<b>陈</b>"
    page = client.get(PAGE).text
    assert "<script>" not in page
    assert "<b>" not in page


# What it costs


def test_the_first_load_fits_14_kilobytes_with_one_small_script_and_no_cookies_or_strangers(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, *range(0, 48, 2), *range(-12, 0, 2), summary="带上剪刀。下雨照常。")
    packed = {"Accept-Encoding": "gzip"}
    answer = client.get(PAGE, headers=packed)
    assert answer.headers["Content-Encoding"] == "gzip"
    page = client.get(PAGE).text
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page)
    assert any(".css" in address for address in loaded)
    sizes = [len(answer.data)]
    for address in loaded:
        with client.get(address, headers=packed) as file:
            sizes.append(len(file.data))
    assert sum(sizes) <= FIRST_LOAD, sizes
    assert "Set-Cookie" not in answer.headers
    [script] = re.findall(r'<script type="module" src="([^"]+)"', page)  # it waits until all is shown
    with client.get(script, headers=packed) as file:
        assert len(file.data) < 1500
    assert page.count("<script") == 1
    assert "style=" not in page
    for address in re.findall(r'<link rel="canonical"[^>]*>|<link rel="alternate" hreflang[^>]*>', page):
        page = page.replace(address, "")  # where the page is, not what it loads
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert re.match(r"/(?!/)|tel:|webcal:|#", address), address


@pytest.mark.parametrize("form", EVERY_FORM)
def test_anew_two_statements_unchanged_one(
    database: Database, cast: Cast, client: FlaskClient, statements: list[str], form: str
) -> None:
    fill(database, cast, *range(0, 48, 2))

    def sent(**headers: str) -> tuple[int, int]:
        statements.clear()
        answer = client.get(form, headers={name.replace("_", "-"): told for name, told in headers.items()})
        return answer.status_code, len(statements)

    tag = client.get(f"{form}?lang=en").headers["ETag"]
    assert sent() == (200, 2)
    assert sent() == (200, 1)
    assert sent(If_None_Match=client.get(form).headers["ETag"]) == (304, 1)
    assert sent(If_None_Match=tag) == (200, 1)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_what_is_unchanged_is_not_sent_again(
    database: Database, cast: Cast, client: FlaskClient, form: str
) -> None:
    fill(database, cast, 0)
    first = client.get(form)
    again = client.get(form, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"


@pytest.mark.both_databases
@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_change_is_seen_at_once(
    database: Database, cast: Cast, client: FlaskClient, clock: StillClock, form: str
) -> None:
    fill(database, cast, 2)
    tags = [client.get(form).headers["ETag"]]
    with database.writing() as db:
        make_session(db, make_course(db), ahead(1), title="防诈骗")
        touch_villages(db, [SHIWAN], now=NOW)
    changed = client.get(form, headers={"If-None-Match": tags[0]})
    assert changed.status_code == 200
    assert "防诈骗" in changed.text
    tags.append(changed.headers["ETag"])
    clock.move(days=1)
    tags.append(client.get(form).headers["ETag"])
    tags.append(client.get(f"{form}?lang=en").headers["ETag"])
    tags.append(client.get(f"{form}?big=1").headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_another_villages_change_changes_nothing_here(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    tag = client.get(PAGE).headers["ETag"]
    with database.writing() as db:
        touch_villages(db, [JIANLI], now=NOW)
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304


def test_kept_answers_of_languages_and_sizes_do_not_mix(cast: Cast, client: FlaskClient) -> None:
    asked = (PAGE, f"{PAGE}?lang=en", f"{PAGE}?big=1", f"{PAGE}?lang=en&big=1", f"{PAGE}?utm=x")
    first = [client.get(address).text for address in asked]
    assert [client.get(address).text for address in asked] == first
    assert len(set(first)) == 4
    assert "utm" not in first[4]
    assert client.get(PAGE, headers={"Accept-Encoding": "gzip"}).data[:2] == b"\x1f\x8b"
    assert client.get(PAGE).text == first[0]


def test_a_kept_answer_carries_the_same_headers(cast: Cast, client: FlaskClient) -> None:
    first, again = client.get(PAGE), client.get(PAGE)
    assert sorted(first.headers) == sorted(again.headers)
    assert "Content-Security-Policy" in again.headers


def test_the_forms_say_what_they_are(cast: Cast, client: FlaskClient) -> None:
    types = [client.get(form).headers["Content-Type"] for form in (*FORMS, f"{PAGE}/qr.svg")]
    assert types[:3] == [
        "text/html; charset=utf-8",
        "text/calendar; charset=utf-8",
        "text/plain; charset=utf-8",
    ]
    assert types[3].startswith("image/svg+xml")


def test_calendar_uid_stays_and_sequence_is_the_revision(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db), ahead(3))
    [before] = events(client.get(f"{PAGE}.ics").data)
    with database.writing() as db:
        session = db.merge(session)
        session.starts = 18 * 60
        db.flush()
        revision = session.revision
        touch_villages(db, [SHIWAN], now=NOW)
    [after] = events(client.get(f"{PAGE}.ics").data)
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (revision - 1, revision)


def test_the_feed_keeps_what_was_called_off_as_cancelled(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 2, status=SessionStatus.CANCELLED)
    postpone(database, 3, 5)
    states = [str(event["STATUS"]) for event in events(client.get(f"{PAGE}.ics").data)]
    assert states == ["CANCELLED", "CANCELLED", "CONFIRMED"]


@pytest.mark.both_databases
def test_one_course_can_be_had_alone(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 1, 8, -90)
    with database.writing() as db:
        course = make_course(db, title="防诈骗")
        make_session(db, course, ahead(2), title="防诈骗第一讲")
        draft = make_course(db, title="还没定的课", published=False)
        make_session(db, draft, ahead(3), status=SessionStatus.DRAFT)
        pruning = db.scalars(select(Course.public_id).where(Course.title == "柑橘冬季管护")).one()
        fraud, unseen = course.public_id, draft.public_id
    page = html.unescape(client.get(f"{PAGE}?lang=en").text)
    assert f"webcal://localhost{PAGE}.ics?course={pruning}&lang=en" in page
    assert f'.ics?course={fraud}&lang=en">防诈骗</a>' in page and unseen not in page
    alone = client.get(f"{PAGE}.ics?course={fraud}")
    assert [str(event["SUMMARY"]) for event in events(alone.data)] == ["防诈骗第一讲"]
    assert "X-WR-CALNAME:防诈骗 · 狮湾村 农民夜校" in alone.text
    days = [event["DTSTART"].dt.date() for event in events(client.get(f"{PAGE}.ics?course={pruning}").data)]
    assert days == [ahead(-90), ahead(1), ahead(8)]
    assert {event["UID"] for event in events(alone.data)} < {
        event["UID"] for event in events(client.get(f"{PAGE}.ics").data)
    }
    for other in (unseen, "x" * 22, "x"):
        assert client.get(f"{PAGE}.ics?course={other}").status_code == 404
    assert client.get(f"/v/{JIANLI}.ics?course={fraud}").status_code == 404


def test_a_village_with_one_course_offers_no_choice(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 1, 2)
    assert "只要一门课的" not in client.get(PAGE).text
