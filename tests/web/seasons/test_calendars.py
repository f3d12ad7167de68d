"""The calendar page of a village, a township and the country, and the advice a coordinator sees while choosing dates."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.factories import REST_OF_NOTICE, SHIWAN, TODAY, Cast

TOWNSHIP = "511002105000"
FRIDAY = TODAY + timedelta(days=3)  # lunar 10/19


@pytest.fixture
def keeper(cast: Cast, browser_of: Callable[[int], FlaskClient]) -> FlaskClient:
    return browser_of(cast.region_administrator)


def send(browser: FlaskClient, region: str, sent: str, **fields: str):
    return browser.post(f"/calendars/{region}", data={"what_is_sent": sent, **fields}, follow_redirects=True)


def preview(browser: FlaskClient, **fields: str) -> str:
    data = {
        "title": "柑橘冬季管护",
        "category": "skill",
        "first": FRIDAY.isoformat(),
        "starts": "09:00",
        "ends": "10:30",
        "repeat": "once",
        "do": "look",
        **fields,
    }
    return browser.post(f"/desk/{SHIWAN}/courses/new", data=data).text


def test_a_market_written_by_the_township_is_told_while_a_date_is_chosen(chen, keeper) -> None:
    assert "上午逢场" not in preview(chen)
    saved = send(keeper, TOWNSHIP, "market", days="逢三六九", missing_thirtieth="skipped")
    assert "记下了：农历逢三六九" in saved.text
    page = preview(chen)
    assert "这天上午逢场" in page and "全安镇的场期：农历逢三六九" in page
    assert "上午逢场" not in preview(chen, starts="19:00", ends="20:30")


def test_what_was_typed_stays_when_it_cannot_be_read(keeper, chen) -> None:
    page = send(keeper, TOWNSHIP, "market", days="赶集日", missing_thirtieth="skipped")
    assert page.status_code == 422
    assert 'value="赶集日"' in page.text and "看不懂" in page.text
    page = send(chen, SHIWAN, "season", name="双抢", first=FRIDAY.isoformat(), last=TODAY.isoformat())
    assert page.status_code == 422 and "早于第一天" in page.text and 'value="双抢"' in page.text
    page = send(chen, SHIWAN, "position", latitude="299", longitude="105.06")
    assert page.status_code == 422 and "不是度数" in page.text


def test_a_village_keeps_its_own_windows_days_and_position_and_takes_them_away_again(chen) -> None:
    page = send(chen, SHIWAN, "season", name="柑橘采收", first=TODAY.isoformat(), last=FRIDAY.isoformat())
    assert "记下了：柑橘采收" in page.text
    assert "白天人都在地里" in preview(chen)
    page = send(chen, SHIWAN, "day", day=FRIDAY.isoformat(), what="market-on", name="年关场")
    assert "这天逢场" in page.text and "年关场" in page.text
    page = send(chen, SHIWAN, "position", latitude="29.6", longitude="105.0")
    assert "按市中区县城算" not in page.text
    which = page.text.split('name="which" value="season.')[1].split('"')[0]
    gone = chen.post(
        f"/calendars/{SHIWAN}/remove",
        data={"which": f"season.{which}", "told": "柑橘采收"},
        follow_redirects=True,
    )
    assert "去掉了：柑橘采收" in gone.text and "白天人都在地里" not in preview(chen)


def test_a_county_and_a_township_say_where_their_teachers_start_from(keeper) -> None:
    for region in (TOWNSHIP[:6] + "000000", TOWNSHIP):
        page = send(keeper, region, "position", latitude="29.6", longitude="105.0")
        assert (
            page.status_code == 200
            and "<h2>天黑" not in page.text
            and "老师路上的时间按它算" in page.text
            and 'value="29.6"' in page.text
        ), region


@pytest.mark.both_databases
def test_a_villages_page_tells_who_enters_its_townships_markets(chen) -> None:
    page = chen.get(f"/calendars/{SHIWAN}").text
    assert "由乡镇或县里的管理员来记一次" in page
    assert "按市中区县城算的" in page and "2027 年：未公布" in page


def test_a_notice_is_pasted_by_the_system_administrator_alone(cast, browser_of, chen) -> None:
    system = browser_of(cast.system_administrator)
    text = (
        "关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至3日（周日）放假，共3天。" + REST_OF_NOTICE
    )
    page = system.post("/calendars/notice", data={"notice": text.replace("共3天", "共5天")})
    assert (
        page.status_code == 422 and "共 5 天，日期数下来是 3 天" in page.text and "至3日（周日）" in page.text
    )
    page = system.post("/calendars/notice", data={"notice": text}, follow_redirects=True)
    assert "2027 年的放假安排存好了，一共 25 天" in page.text
    assert chen.get("/calendars/notice").status_code == 404
    assert "已公布到 2027 年" in chen.get(f"/calendars/{SHIWAN}").text


def test_another_notice_of_the_year_that_was_pasted_meanwhile_is_shown_beside_ones_own(
    cast, browser_of
) -> None:
    first, second = (browser_of(cast.system_administrator) for _ in range(2))
    notice = "关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至{0}日放假，共{0}天。" + REST_OF_NOTICE

    def seen(page: str) -> str:
        return re.findall(r'name="seen"[^>]*value="([^"]*)"', page)[0]

    opened = seen(first.get("/calendars/notice").text)
    assert (
        second.post("/calendars/notice", data={"notice": notice.format(3), "seen": opened}).status_code == 303
    )
    same = first.post("/calendars/notice", data={"notice": notice.format(3), "seen": opened})
    assert same.status_code == 303
    refused = first.post("/calendars/notice", data={"notice": notice.format(2), "seen": opened})
    assert refused.status_code == 409 and notice.format(2) in refused.text
    assert "2027年1月3日：存着的是「放假（元旦）」，这里是「和平常一样」" in refused.text
    assert refused.text.count("存着的是") == 1
    again = first.post("/calendars/notice", data={"notice": notice.format(2), "seen": seen(refused.text)})
    assert again.status_code == 303


def test_advice_never_stands_in_the_way(chen, keeper) -> None:
    send(keeper, TOWNSHIP, "market", days="天天", missing_thirtieth="skipped")
    scheduled = chen.post(
        f"/desk/{SHIWAN}/courses/new",
        data={
            "title": "柑橘冬季管护",
            "category": "skill",
            "first": FRIDAY.isoformat(),
            "starts": "09:00",
            "ends": "10:30",
            "repeat": "once",
            "do": "publish",
        },
    )
    assert scheduled.status_code == 303


def test_good_days_are_offered_and_one_is_taken_with_a_tap(chen, keeper) -> None:
    send(keeper, TOWNSHIP, "market", days="逢三六九", missing_thirtieth="skipped")
    data = {"title": "", "starts": "19:00", "ends": "20:30", "repeat": "once", "do": "find"}
    page = chen.post(f"/desk/{SHIWAN}/courses/new", data=data)
    assert page.status_code == 200
    assert "这几天合适" in page.text and "逢场后一天" in page.text
    offers = [part.split('"')[0] for part in page.text.split('name="take" value="')[1:]]
    assert len(offers) == 5
    taken = chen.post(
        f"/desk/{SHIWAN}/courses/new",
        data={**data, "title": "柑橘", "category": "skill", "take": offers[0], "do": "look"},
    ).text
    assert offers[0].split()[0] in taken and "一共 1 次" in taken
    day, starts, ends = offers[0].split()
    scheduled = chen.post(
        f"/desk/{SHIWAN}/courses/new",
        data={
            **data,
            "title": "柑橘",
            "category": "skill",
            "first": day,
            "starts": f"{int(starts) // 60:02d}:{int(starts) % 60:02d}",
            "ends": f"{int(ends) // 60:02d}:{int(ends) % 60:02d}",
            "do": "publish",
        },
    )
    assert scheduled.status_code == 303


def test_dates_against_a_holiday_are_left_out_with_one_tap_and_put_back_with_another(chen) -> None:
    year_end = {
        "first": "2026-11-26",
        "starts": "19:00",
        "ends": "20:30",
        "repeat": "weekly",
        "weekdays": "3",
        "until": "2027-01-07",
    }
    chen.post(f"/calendars/{SHIWAN}", data={"what_is_sent": "day", "day": "2026-12-03", "what": "holiday-on"})
    page = preview(chen, **year_end)
    assert "去掉放假的 1 天" in page and 'name="skip_holiday" value="2026-12-03"' in page
    page = preview(chen, **year_end, skip_holiday="2026-12-03", skip="holiday")
    assert "一共 6 次" in page
    assert 'name="leave_out" value="2026-12-03" checked' in page
    assert "一共 7 次" in preview(chen, **year_end)


@pytest.mark.parametrize(
    ("fields", "first_days"),
    [
        ({"repeat": "weekly", "weekdays": "4", "every": "2", "times": "2"}, ["11月27日", "12月11日"]),
        ({"repeat": "monthly", "weekdays": "4", "nth": "-1", "times": "2"}, ["11月27日", "12月25日"]),
        ({"repeat": "lunar", "lunar": "逢三六九", "times": "2"}, ["11月27日", "12月1日"]),
        ({"repeat": "market", "market": "1", "times": "2"}, ["11月28日", "12月2日"]),
        ({"repeat": "monthly", "nth": "1", "times": "2"}, ["12月4日", "2027年1月1日"]),
        ({"repeat": "lunar", "lunar": "每月初一、十五", "times": "2"}, ["12月9日", "12月23日"]),
        ({"repeat": "lunar", "lunar": "每月5日", "times": "2"}, ["12月5日", "2027年1月5日"]),
        ({"repeat": "lunar", "lunar": "每月最后一天", "times": "2"}, ["11月30日", "12月31日"]),
    ],
)
def test_a_course_repeats_as_villages_say_it(chen, keeper, fields, first_days) -> None:
    send(keeper, TOWNSHIP, "market", days="逢三六九", missing_thirtieth="skipped")
    page = preview(chen, starts="19:00", ends="20:30", **fields)
    assert "一共 2 次" in page
    assert all("周" in page and day in page for day in first_days)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"repeat": "market", "market": "0", "times": "2"}, "不知道哪天逢场"),
        ({"repeat": "lunar", "lunar": "赶集", "times": "2"}, "看不懂"),
        ({"repeat": "weekly", "weekdays": "4", "every": "99", "times": "2"}, "这里填 1 到 12 的整数"),
        ({"repeat": "lunar", "lunar": "单日"}, "要有个头"),
    ],
)
def test_a_rule_that_cannot_be_says_so_at_its_field(chen, fields, sentence) -> None:
    assert sentence in preview(chen, **fields)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("每月初一、十五", "照农历每月初一、十五排。"),
        ("每月三十", "照农历每月三十排。小月没有三十，那个月少一次。"),
        ("逢三逢十", "照农历逢三、十排。小月没有三十，那个月少一次。"),
        ("每月5号", "照公历每月5日排。"),
    ],
)
def test_what_was_understood_of_a_rule_is_told_back(chen, typed: str, told: str) -> None:
    assert told in preview(chen, starts="19:00", ends="20:30", repeat="lunar", lunar=typed, times="3")


@pytest.mark.parametrize("typed", ["三十", "二十", "逢三十", "每月三、六"])
def test_words_with_two_meanings_are_asked_about_in_a_course_and_as_a_market(
    chen, keeper, typed: str
) -> None:
    asked = "说的是尾数，还是一个月里的那一天"
    assert asked in preview(chen, repeat="lunar", lunar=typed, times="3")
    answer = send(keeper, TOWNSHIP, "market", days=typed, missing_thirtieth="skipped")
    assert answer.status_code == 422 and asked in answer.text


def test_a_market_on_days_of_the_month_is_kept_and_told_to_everybody(chen, keeper) -> None:
    page = send(keeper, TOWNSHIP, "market", days="每月初一、十五", missing_thirtieth="skipped").text
    assert "农历每月初一、十五" in page and "没有三十就不逢" not in page.split("<form")[0]
    assert "上午逢场" in preview(chen, first="2026-12-09")
    assert "全安镇的场期：农历每月初一、十五" in preview(chen, first="2026-12-23")
