"""A supervisor looks at a region's week, and can copy it in one sentence."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from nightschool.actions.courses.labelling import set_session_labels
from nightschool.database import Database
from nightschool.models.places import NightSchool
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import SessionStatus
from nightschool.models.trust import Posting
from nightschool.rules.access import Role
from nightschool.rules.courses.labels import LabelKind, Labels
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_label,
    make_learner,
    make_login,
    make_region,
    make_register,
    make_school,
    make_session,
)

DAY = timedelta(days=1)


def a_week(database, cast) -> None:
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销")
        held = make_session(db, course, TODAY - timedelta(days=1))
        make_register(db, held, cast.chen, present=(make_learner(db, name="陈大秀").id,), total=28)
        make_session(db, course, TODAY, status=SessionStatus.CANCELLED)
        make_session(db, course, TODAY + timedelta(days=1))


def test_township_supervisor_reads_the_week_in_a_table_and_a_sentence(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.township_supervisor).get("/overview", follow_redirects=True)
    assert page.status_code == 200
    assert (
        "全安镇：应开 3 次，已开 1 次，到课 28 人次，没开成 1 次（天气不好 1 次），还没到日子的 1 次。"
        in page.text
    )
    assert f"/overview/{SHIWAN}" in page.text


@pytest.mark.both_databases
def test_supervisor_sees_sessions_and_reasons_but_no_villager(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.county_supervisor).get(f"/overview/{SHIWAN}")
    assert "医保怎么报销" in page.text and "天气不好" in page.text and "28 人次" in page.text
    assert "陈大秀" not in page.text


def test_period_can_be_a_month_and_moves(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.township_supervisor).get("/overview/511002105000?when=2026-11")
    assert "2026年11月" in page.text
    assert "when=2026-10" in page.text and "when=2026-12" in page.text


def test_on_a_monday_last_week_is_looked_at_and_this_week_is_one_click_away(
    database, cast, clock, browser_of
) -> None:
    a_week(database, cast)
    clock.move(days=6)
    browser = browser_of(cast.township_supervisor)
    page = browser.get("/overview/511002105000").text
    assert "2026年11月23日到11月29日，全安镇：应开 3 次" in page
    [this_week] = re.findall(r'href="([^"]*)">这一周</a>', page)
    assert "2026年11月30日到12月6日" in browser.get(this_week).text
    month = browser.get("/overview/511002105000?when=2026-08").text
    [this_month] = re.findall(r'href="([^"]*)">这个月</a>', month)
    month = browser.get(this_month).text
    assert "2026年11月，全安镇" in month
    assert f'href="{this_week}">周</a>' in month


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("when=2026", "2026年，"),
        ("when=2026-H2", "2026年下半年，"),
        ("when=2026-Q4", "2026年第四季度，"),
        ("first=2026.11.20&last=2026年11月30日", "2026年11月20日到11月30日，"),
        ("first=2026-11-30&last=2026-11-20", "2026年11月20日到11月30日，"),
    ],
)
def test_any_period_is_looked_at_and_stays_from_page_to_page(database, cast, browser_of, asked, told) -> None:
    a_week(database, cast)
    page = browser_of(cast.county_supervisor).get(f"/overview/511002000000?{asked}", follow_redirects=True)
    assert f"{told}市中区：应开 3 次" in page.text
    when = page.request.args["when"]
    assert f"/overview/511002105000?when={when}" in page.text
    assert f"/overview/511002000000/papers/held.xlsx?period={when}" in page.text


def test_days_that_cannot_be_read_stay_with_what_to_do(database, cast, browser_of) -> None:
    page = browser_of(cast.county_supervisor).get("/overview/511002000000?first=2026-11-31&last=&sort=%00")
    assert page.status_code == 200
    assert "没有「2026-11-31」这一天" in page.text and "填到哪天" in page.text
    assert 'value="2026-11-31"' in page.text


def test_columns_sort_by_a_link_and_the_code_comes_first(database, cast, browser_of) -> None:
    a_week(database, cast)
    with database.writing() as db:
        make_region(db, "511002105300")
        make_school(db, "511002105300")
        course = make_course(db, "511002105300", title="防诈骗")
        for hour in range(4):
            make_session(db, course, TODAY - DAY, starts=600 + 60 * hour, ends=640 + 60 * hour)
    browser = browser_of(cast.township_supervisor)

    def order(page: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="/overview/(\d{12})', page)

    page = browser.get("/overview/511002105000").text
    assert order(page) == [SHIWAN, "511002105300"]
    [link] = re.findall(r'href="([^"]*sort=planned)"', page)
    page = browser.get(html.unescape(link)).text
    assert order(page) == ["511002105300", SHIWAN] and 'aria-sort="descending"' in page
    assert (
        "when=2026-10&amp;sort=planned"
        in browser.get("/overview/511002105000?when=2026-11&sort=planned").text
    )


def test_what_came_late_is_told_apart_and_a_reason_given_ahead_is_on_time(database, cast, browser_of) -> None:
    with database.writing() as db:
        course = make_course(db)
        for late, status in ((3, "held"), (4, "held"), (-2, "cancelled"), (None, "scheduled")):
            make_session(
                db,
                course,
                TODAY - DAY,
                status=SessionStatus(status),
                recorded_after=late,
                starts=600 + 10 * (late or 0),
                ends=640 + 10 * (late or 0),
                booked=False,
            )
    page = browser_of(cast.township_supervisor).get("/overview/511002105000").text
    line = page[page.index("<tbody>") :]
    assert 'data-head="登记率">75%' in line and 'data-head="按时率">50%' in line


def test_classes_of_one_category_are_looked_at_alone(database, cast, browser_of) -> None:
    a_week(database, cast)
    with database.writing() as db:
        make_session(db, make_course(db, title="防诈骗", category_code="law"), TODAY - DAY)
    browser = browser_of(cast.township_supervisor)
    page = browser.get("/overview/511002105000").text
    [link] = re.findall(r'<a href="([^"]*category=law)">', page)
    page = browser.get(link).text
    assert "全安镇（只算法律法规的）：应开 1 次" in page
    assert "/overview/511002105201?category=law" in page
    assert "show=unrecorded&amp;category=law" in page
    paper = browser.get("/overview/511002105000/papers/held?period=2026-11&category=law").text
    assert "全安镇（只算法律法规的）上课情况统计表" in paper
    assert "held.pdf?category=law&amp;period=2026-11" in paper


def test_period_that_cannot_be_read_is_this_week(database, cast, browser_of) -> None:
    page = browser_of(cast.township_supervisor).get("/overview/511002105000?when=yesterday%00&show=%00")
    assert page.status_code == 200 and "2026年11月23日" in page.text


@pytest.mark.both_databases
def test_each_number_leads_to_its_classes_and_each_village_has_its_phone(database, cast, browser_of) -> None:
    a_week(database, cast)
    with database.writing() as db:
        db.query(NightSchool).filter_by(region_code=SHIWAN).update(
            {"contact_name": "陈书记", "contact_phone": "13900000001"}
        )
        make_session(db, make_course(db, title="防诈骗"), TODAY - timedelta(days=1))
    browser = browser_of(cast.township_supervisor)
    page = browser.get("/overview/511002105000").text
    assert 'href="tel:13900000001"' in page and "陈书记" in page
    [link] = set(re.findall(r'<a href="([^"]*show=unrecorded)">1</a>', page[: page.index("<tfoot>")]))
    behind = browser.get(link.replace("511002105201", "511002105000")).text
    assert "防诈骗" in behind and "医保怎么报销" not in behind
    assert 'href="tel:13900000001"' in behind
    assert "防诈骗" in browser.get(link).text


@pytest.mark.both_databases
def test_what_is_looked_at_stays_from_page_to_page(database, cast, browser_of) -> None:
    with database.writing() as db:
        make_session(db, make_course(db), date(2026, 10, 6), status=SessionStatus.CANCELLED)
    browser = browser_of(cast.county_supervisor)
    page = browser.get("/overview/511002000000?when=2026-10&show=not_held").text
    assert f"/overview/{SHIWAN}?when=2026-10" in page
    assert "/overview/511002000000?show=not_held&amp;when=2026-09" in page
    plans = browser.get("/overview/511002000000/plans?when=2026-10", follow_redirects=True)
    assert plans.request.args["when"] == "2026-10"
    assert "/overview/511002000000?when=2026-10" in plans.text
    assert "/overview/511002105000/plans/2026-12?when=2026-10" in plans.text
    evening = browser.get("/overview/511002105000/evening?when=2026-10").text
    assert "/overview/511002105000?when=2026-10" in evening
    assert '<input type="hidden" name="when" value="2026-10">' in evening


def test_a_list_longer_than_a_page_is_turned(database, cast, browser_of) -> None:
    with database.writing() as db:
        course = make_course(db)
        for number in range(60):
            make_session(
                db,
                course,
                TODAY + timedelta(days=number // 20),
                starts=60 + 20 * (number % 20),
                ends=75 + 20 * (number % 20),
            )
    browser = browser_of(cast.township_supervisor)
    page = browser.get("/overview/511002105000?show=planned").text
    assert page.count("<tr>") == 51 and "第 1 页，共 2 页" in page
    assert browser.get("/overview/511002105000?show=planned&page=2").text.count("<tr>") == 11


def test_villages_without_a_school_stand_below_in_the_order_of_their_codes(
    database, cast, browser_of
) -> None:
    with database.writing() as db:
        make_region(db, "511002105203", "断桥村村民委员会")
        make_region(db, "511002105202", "湾桥村村民委员会")
    page = browser_of(cast.township_supervisor).get("/overview/511002105000").text
    assert page.index("还没办夜校的 2 个村") < page.index("湾桥村") < page.index("断桥村")
    # In English a blank follows each comma, and a month has its name.
    page = browser_of(cast.township_supervisor).get("/overview/511002105000?lang=en&when=2026-11").text
    assert '<span class="whole">湾桥村,</span> <span' in page and "November 2026" in page


def test_each_number_of_villages_without_a_school_leads_to_their_names(database, cast, browser_of) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "湾桥村村民委员会")
        make_region(db, "511002106000", "永安镇")
        make_region(db, "511002106201", "大堰村村民委员会")
        city = make_account(db, "njdd", "内江督导", Role.SUPERVISOR, "511000000000").id
    browser = browser_of(city)
    page = browser.get("/overview/511000000000?when=2026-10").text
    links = re.findall(r'href="(/overview/51\d+/without[^"]*)">(\d)</a>', page)
    assert links == [
        ("/overview/511002000000/without?when=2026-10", "2"),
        ("/overview/511000000000/without?when=2026-10", "2"),
    ]
    county, all_of_it = (browser.get(link).text for link, _number in links)
    assert "市中区一共 3 个村，办了 1 所夜校，还没办的 2 个。" in county
    assert "内江市一共 4 个村，办了 2 所夜校，还没办的 2 个。" in all_of_it
    assert county.index("湾桥村") < county.index("大堰村") and "严陵镇" not in county
    assert "威远县" in all_of_it and "都办了" in all_of_it
    assert "/overview/511000000000/without?when=2026-10" in county  # the way up stays with what is looked at
    assert browser.get(f"/overview/{SHIWAN}/without").location == f"/overview/{SHIWAN}"
    with database.writing() as db:
        province = make_account(db, "scdd", "四川督导", Role.SUPERVISOR, "510000000000").id
    whole = browser_of(province).get("/overview/510000000000/without").text
    assert "四川省一共 4 个村，办了 2 所夜校，还没办的 2 个。" in whole
    assert '<a href="/overview/511000000000/without">内江市</a>' in whole and "湾桥村" not in whole


def test_other_regions_overview_is_not_there(cast, browser_of) -> None:
    for wanted in ("", "?show=planned", "?when=2026-11&show=held"):
        assert browser_of(cast.township_supervisor).get(f"/overview/511024000000{wanted}").status_code == 404
    assert browser_of(cast.chen).get("/overview/511002105000").status_code == 404


@pytest.fixture
def organised(database: Database, cast: Cast) -> str:
    """A class held by two units in a campaign, one that a unit helped with, one to come, one of the village alone."""
    with database.writing() as db:
        bureau, union = make_label(db, "县农业农村局"), make_label(db, "县总工会")
        campaign = make_label(db, "感恩奋进", kind=LabelKind.CAMPAIGN)
        course = make_course(db, title="柑橘冬季管护")
        held, helped = (
            make_session(db, course, TODAY - DAY),
            make_session(db, course, TODAY, starts=600, ends=660),
        )
        make_register(db, held, cast.chen, total=28)
        make_register(db, helped, cast.chen, total=10)
        coming = make_session(db, course, TODAY + DAY)
        own = make_session(db, make_course(db, title="广场舞"), TODAY - DAY, starts=600, ends=660)
        make_register(db, own, cast.chen, total=5)
        borne = {
            held.id: Labels((bureau.id, union.id), (), (campaign.id,)),
            helped.id: Labels((union.id,), (bureau.id,)),
            coming.id: Labels((bureau.id,)),
        }
        set_session_labels(db, borne)
        return bureau.public_id


def figures(page: str) -> list[tuple[str, ...]]:
    """The rows of the tables of units and campaigns: name and numbers."""
    rows = re.findall(r'<tr><th scope="row"><a[^>]*label=[^>]*>([^<]*)</a></th>(.*?)</tr>', page)
    return [(name, *re.findall(r'class="number"[^>]*>(\d+)<', cells)) for name, cells in rows]


@pytest.mark.parametrize("region", ["511002000000", "511002105000", SHIWAN])
def test_a_class_counts_for_each_unit_that_organises_it_and_once_in_the_total(
    organised: str, cast: Cast, browser_of: Any, region: str
) -> None:
    page = browser_of(cast.county_supervisor).get(f"/overview/{region}").text
    assert "应开 4 次，已开 3 次，到课 43 人次" in page
    assert figures(page) == [
        ("县农业农村局", "3", "2", "1", "38"),
        ("县总工会", "2", "2", "0", "38"),
        ("感恩奋进", "1", "1", "28"),
    ]
    assert "不重复算，已开的一共 2 次。" in page and "不重复算，已开的一共 1 次。" in page


@pytest.mark.both_databases
def test_only_the_classes_of_one_unit_are_looked_at_in_other_periods_and_places_too(
    organised: str, cast: Cast, browser_of: Any
) -> None:
    county = browser_of(cast.county_supervisor)
    page = county.get(f"/overview/511002000000?label={organised}").text
    assert "市中区（只算县农业农村局的）：应开 3 次，已开 2 次，到课 38 人次，还没到日子的 1 次。" in page
    led = re.search(r'href="(/overview/511002105000[^"]*)"', page)
    assert led is not None and f"label={organised}" in led[1]
    assert "全安镇（只算县农业农村局的）" in county.get(html.unescape(led[1])).text
    village = county.get(f"/overview/{SHIWAN}?label={organised}").text
    assert "柑橘冬季管护" in village and "广场舞" not in village
    assert "看全部的课" in village
    assert "（只算" not in county.get("/overview/511002000000?label=gone").text


def test_the_coordinator_finds_the_courses_of_a_unit_whose_one_class_it_organised(
    organised: str, cast: Cast, browser_of: Any
) -> None:
    page = browser_of(cast.chen).get(f"/desk/{SHIWAN}/courses?label={organised}").text
    assert "找到 1 门，一共 2 门。" in page and "柑橘冬季管护" in page and "广场舞" not in page


def test_a_campaign_of_several_counties_is_one_line_of_their_city(
    organised: str, cast: Cast, database: Database, browser_of: Any
) -> None:
    with database.writing() as db:
        there = make_label(db, "感恩奋进", "511024000000", kind=LabelKind.CAMPAIGN)
        held = make_session(db, make_course(db, JIANLI), TODAY - DAY)
        make_register(db, held, cast.chen, total=7)
        set_session_labels(db, {held.id: Labels((), (), (there.id,))})
        account = make_account(db, "njdd", "内江督导", Role.SUPERVISOR, "511000000000").id
        above = make_account(db, "scdd", "四川督导", Role.SUPERVISOR, "510000000000").id
    province = browser_of(above)
    page = province.get(
        "/overview/510000000000?when=2026"
    ).text  # of a province only where they are asked for
    assert "感恩奋进" not in page
    led = re.search(r'href="([^"]*)">各单位、各专项活动的数字', page)
    assert led is not None and "when=2026" in led[1]
    assert figures(province.get(html.unescape(led[1])).text)[-1] == ("感恩奋进", "2", "2", "35")
    city = browser_of(account)
    page = city.get("/overview/511000000000").text
    assert figures(page)[-1] == ("感恩奋进", "2", "2", "35")
    led = re.search(r'href="([^"]*label=[^"]*)">感恩奋进', page)
    assert led is not None
    assert "已开 2 次，到课 35 人次" in city.get(html.unescape(led[1])).text


PHONES = (
    # kept nothing, looked at lately, brought by another since, over; and whether a township is told
    ("三份", {"pocket_waits": 3}, True),
    ("没有等着的", {"pocket_waits": 0}, True),
    ("昨天送来过", {"pocket_waits": 3, "pocket_at": -1}, False),
    ("没有等着的，还在用", {"pocket_waits": 0, "last_seen_at": -2}, False),
    ("有等着的，还在用", {"pocket_waits": 1, "last_seen_at": -2}, True),
    ("从来不这样点名", {"pocket_waits": None, "pocket_at": None}, False),
    ("到时间了，有等着的", {"pocket_waits": 2, "expires_at": -5}, True),
    ("到时间了，没有等着的", {"pocket_waits": 0, "expires_at": -5}, False),
)


@pytest.mark.parametrize(("what", "columns", "is_told"), PHONES, ids=[what for what, *_rest in PHONES])
def test_a_township_is_told_of_phones_that_have_been_silent_for_a_week(
    database: Database, cast: Cast, browser_of: Any, what: str, columns: dict[str, Any], is_told: bool
) -> None:
    days = {"last_seen_at": -9, "pocket_at": -9, "created_at": -20, **columns}
    at = {
        name: NOW.instant + n * DAY if isinstance(n, int) else n
        for name, n in days.items()
        if name != "pocket_waits"
    }
    make_login(database, cast.chen, pocket_waits=days["pocket_waits"], **at)
    page = browser_of(cast.township_supervisor).get("/overview/511002105000").text
    assert ("7 天没有送来过的手机" in page) is is_told
    if is_told:
        assert "狮湾村 · 陈书记（" in page
        n = days["pocket_waits"]
        assert (f"还有 {n} 份没有发出来" if n else "那时都发完了") in page
    for elsewhere in ("/overview/511002105000?show=held", f"/overview/{SHIWAN}", "/overview/511002000000"):
        assert "没有送来过的手机" not in browser_of(cast.county_supervisor).get(elsewhere).text
    assert "没有送来过的手机" not in browser_of(cast.township_supervisor).get("/overview/511002106000").text


@pytest.mark.parametrize(
    ("waits", "is_over", "is_told"), [(0, False, False), (2, True, False), (2, False, True)]
)
def test_a_phone_that_another_one_took_the_place_of_is_not_told_of(
    database: Database, cast: Cast, browser_of: Any, waits: int, is_over: bool, is_told: bool
) -> None:
    old = {"created_at": NOW.instant - 20 * DAY, "last_seen_at": NOW.instant - 9 * DAY}
    over = {"revoked_at": NOW.instant - 3 * DAY} if is_over else {}
    make_login(database, cast.chen, pocket_waits=waits, pocket_at=NOW.instant - 9 * DAY, **old, **over)
    make_login(database, cast.chen, pocket_waits=0, pocket_at=NOW.instant - DAY)
    page = browser_of(cast.township_supervisor).get("/overview/511002105000").text
    assert ("没有送来过的手机" in page) is is_told


def test_phones_of_others_than_the_coordinators_of_today_are_not_told_of(
    database: Database, cast: Cast, browser_of: Any
) -> None:
    silent = {"pocket_waits": 3, "pocket_at": NOW.instant - 9 * DAY, "last_seen_at": NOW.instant - 9 * DAY}
    make_login(database, cast.township_supervisor, **silent)
    with database.writing() as db:
        former = make_account(db, "former", "从前的", Role.COORDINATOR, SHIWAN)
        db.query(Posting).filter_by(account_id=former.id).update({"to_day": TODAY - DAY})
        former_id = former.id
    make_login(database, former_id, **silent)
    page = browser_of(cast.township_supervisor).get("/overview/511002105000").text
    assert "没有送来过的手机" not in page


@pytest.mark.both_databases
def test_what_a_county_expects_is_set_in_the_browser_and_nothing_is_invented(
    database, cast, browser_of, clock
) -> None:
    a_week(database, cast)
    with database.writing() as db:
        make_region(db, "511002105001", "断桥社区居民委员会")
        make_school(db, "511002105001")
        db.query(NightSchool).update({"opened_on": date(2026, 10, 1)})
    browser = browser_of(cast.county_supervisor)
    county, month = "/overview/511002000000", "/overview/511002105000?when=2026-11"
    page = browser.get(month).text
    assert "没有定要开多少次，所以没有完成率" in page and "完成率</a>" not in page
    form = {"version": "0"}
    refused = browser.post("/settings/511002000000", data={**form, "village_target": "2"})
    assert refused.status_code == 422 and "就选按什么算" in refused.text
    wrong = {"village_target": "二百", "community_target": "101", "target_per": "day"}
    refused = browser.post("/settings/511002000000", data={**form, **wrong})
    assert refused.status_code == 422 and refused.text.count('class="errors"') == 3
    saved = {"target_per": "month", "village_target": "2", "community_target": "1"}
    assert browser.post("/settings/511002000000", data={**form, **saved}).status_code == 303
    page = browser.get(month).text
    assert "全安镇：要求 3 次，应开 3 次，已开 1 次" in page
    assert [re.findall(rf'data-head="{head}">(\d*)', page) for head in ("要求", "完成率")] == [
        ["1", "2", "3"],
        ["0", "50", "33"],
    ]
    # The nearest office settles it, and a sum above counts each township by its own.
    own = {**form, "target_per": "month", "village_target": "4"}
    township = browser_of(cast.township_supervisor)
    assert "照上面的：每所夜校一个月：村 2 次，社区 1 次" in township.get("/settings/511002105000").text
    assert township.post("/settings/511002105000", data=own).status_code == 303
    assert "市中区：要求 4 次" in browser.get(f"{county}?when=2026-11").text
    # Of a school of which nothing is expected nothing counts towards a rate, nor of all together.
    assert re.findall(r'data-head="完成率">(\d*)', browser.get(month).text) == ["", "25", ""]
    assert "要求" not in browser.get(f"{county}?when=2026-11&category=skill").text.split("<table")[0]
    assert "要求 4 次" not in browser.get(county).text  # a week has no whole month
    # A paper that lies in the binder stays as it was, whatever is expected later, and by whom.

    def asked() -> list[str]:
        pages = (browser.get(f"/overview/511002105000?when=2026-{month}").text for month in (10, 11, 12))
        return [(re.findall(r'data-head="要求">(\d*)', page) or [page])[-1] for page in pages]

    assert asked() == ["3", "4", "4"]
    clock.move(days=7)
    for version, more in (("1", "9"), ("2", "8")):
        later = {**own, "version": version, "village_target": more}
        assert township.post("/settings/511002105000", data=later).status_code == 303
    assert asked() == ["3", "4", "8"]


@pytest.mark.both_databases
def test_on_the_third_day_the_township_has_words_to_send_until_it_is_recorded(
    database, cast, browser_of, clock
) -> None:
    with database.writing() as db:
        course = make_course(db, title="防诈骗")
        late = make_session(db, course, TODAY)
        make_session(db, course, TODAY + DAY)
        db.query(NightSchool).filter_by(region_code=SHIWAN).update({"contact_name": "陈书记"})
        register = f"http://localhost/sessions/{late.public_id}/register"
    browser = browser_of(cast.township_supervisor)
    township = "/overview/511002105000"
    clock.move(days=1)
    desk = browser_of(cast.chen).get(f"/desk/{SHIWAN}").text
    assert "还没记的（1）" in desk and f"/sessions/{late.public_id}/register" in desk
    assert "过了 3 天还没登记" not in browser.get(township).text
    assert "上过的课都登记了" in browser.get(f"{township}/overdue").text
    clock.move(days=2)
    assert "过了 3 天还没登记的课有 1 次" in browser.get(township).text
    page = browser.get(f"{township}/overdue").text
    [words] = re.findall(r'<pre class="message">(.*?)</pre>', page, re.DOTALL)
    assert words.startswith("陈书记您好，狮湾村还有课没登记。")
    assert f"「防诈骗」：{register}" in words and words.count("http") == 1
    with database.writing() as db:
        make_register(db, db.merge(late), cast.chen, total=12)
    assert "上过的课都登记了" in browser.get(f"{township}/overdue").text


@pytest.mark.both_databases
def test_villages_without_a_class_stand_on_paper_with_the_reason_they_gave(
    database, cast, browser_of
) -> None:
    with database.writing() as db:
        for code in ("511002105202", "511002105203", "511002105204"):
            make_region(db, code)
        for code in ("511002105202", "511002105203"):
            make_school(db, code)
        make_session(db, make_course(db, "511002105202"), TODAY, status=SessionStatus.CANCELLED)
        for day in (TODAY - DAY, TODAY + DAY):
            make_session(db, make_course(db, "511002105202"), day)
        held = make_session(db, make_course(db), TODAY)
        make_register(db, held, cast.chen, total=12)
        db.add(
            MonthPlan(
                region_code="511002105203",
                month=date(2026, 11, 1),
                status="submitted",
                note="家家摘柑橘，下个月再排",
                submitted_at=NOW.instant,
            )
        )
    paper = "/overview/511002105000/papers/nothing-held?period=2026-11"
    page = browser_of(cast.township_supervisor).get(paper).text
    rows = [
        [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page[page.index("<tbody>") :], re.S)
    ]
    assert [row[2:] for row in rows] == [
        ["测试202村", "没上成 1 次，还有 1 次没记，还没到日子的 1 次", "天气不好 1 次"],
        ["测试203村", "没有排课", "家家摘柑橘，下个月再排"],
        ["测试204村", "还没办夜校", ""],
    ]


def test_who_came_to_a_township_is_counted_unasked_up_to_a_month(database, cast, browser_of) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY - timedelta(days=7))
        make_register(db, held, cast.chen, present=(make_learner(db, name="陈大秀").id,))
    browser = browser_of(cast.township_supervisor)
    pages = {when: browser.get(f"/overview/511002105000?when={when}").text for when in ("2026-11", "2026-Q4")}
    asked = browser.get("/overview/511002105000?when=2026-Q4&sort=people").text
    counted = '<td class="number" data-head="人数">1</td>'
    assert counted in pages["2026-11"] and "点这里数" not in pages["2026-11"]
    assert counted not in pages["2026-Q4"] and "人数（点这里数）" in pages["2026-Q4"]
    assert counted in asked and "点这里数" not in asked
