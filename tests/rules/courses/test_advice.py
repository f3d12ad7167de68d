"""Advice: each thing that speaks against a date has its sentence and its source, and a free day has none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.advice import NearbySession, Surroundings, advise, said_once
from nightschool.rules.courses.shared_people import InBoth, PeopleElsewhere, tell_in_both, tell_names
from nightschool.rules.places.travel import Journey
from nightschool.rules.seasons.daylight import Position, dark_at, known_seat
from nightschool.rules.seasons.farm_windows import FarmWindow, check_window, in_season, tell_refused_window
from nightschool.rules.seasons.holidays import Holiday, Holidays, shipped_holidays
from nightschool.rules.seasons.markets import Markets, read_market
from nightschool.rules.slots import Slot
from tests.factories import TODAY

FRIDAY = date(2026, 11, 27)  # lunar 10/19
MORNING, EVENING = Slot(FRIDAY, 540, 630), Slot(FRIDAY, 1140, 1230)
QUIET = Surroundings(holidays=shipped_holidays(), position=Position(29.59, 105.07), markets_of="全安镇")


def kinds(slot: Slot, around: Surroundings) -> list[str]:
    return [one.kind for one in advise(slot, around, today=TODAY)]


def told(slot: Slot, around: Surroundings) -> str:
    [one] = advise(slot, around, today=TODAY)
    return f"{one.sentence}{one.source}"


def test_nothing_is_said_where_nothing_speaks_against_a_date() -> None:
    assert kinds(EVENING, QUIET) == kinds(MORNING, QUIET) == []


def test_hours_at_which_nobody_teaches_are_asked_about() -> None:
    assert told(Slot(FRIDAY, 60, 120), QUIET).startswith("01:00 是凌晨。是不是说下午 13:00？")
    assert told(Slot(FRIDAY, 22 * 60, 23 * 60 + 30), QUIET).startswith("上到 23:30 已经是深夜。")
    assert kinds(Slot(FRIDAY, 6 * 60, 7 * 60), QUIET) == kinds(Slot(FRIDAY, 21 * 60, 23 * 60), QUIET) == []


def test_a_market_morning_is_told_with_the_townships_rule() -> None:
    market = replace(QUIET, markets=Markets((read_market("逢三六九"),)))
    assert "逢场" in told(MORNING, market) and "全安镇的场期：农历逢三六九" in told(MORNING, market)
    assert kinds(EVENING, market) == []
    assert kinds(Slot(FRIDAY + timedelta(days=1), 540, 630), market) == []


def test_an_example_is_called_one() -> None:
    market = replace(QUIET, markets=Markets((read_market("天天"),)), markets_are_examples=True)
    assert "示例，不是真的" in told(MORNING, market)


def test_farm_work_is_told_with_its_end_and_otherwise_for_the_evening() -> None:
    busy = replace(QUIET, windows=(FarmWindow("柑橘采收", FRIDAY, FRIDAY + timedelta(days=20), "市中区"),))
    assert "改到晚上" in told(MORNING, busy) and "市中区的农时表" in told(MORNING, busy)
    assert "用得上" in told(EVENING, busy)
    assert kinds(Slot(FRIDAY - timedelta(days=1), 540, 630), busy) == []


def test_holidays_make_up_days_and_years_not_announced() -> None:
    assert "国庆节放假" in told(Slot(date(2026, 10, 1), 1140, 1230), QUIET)
    assert "补班" in told(Slot(date(2026, 10, 10), 540, 630), QUIET)
    assert kinds(Slot(date(2026, 10, 10), 1140, 1230), QUIET) == []


def test_the_days_fixed_by_law_are_known_in_every_year_and_only_what_is_moved_around_them_is_open() -> None:
    assert "国庆节放假" in told(Slot(date(2027, 10, 1), 1140, 1230), QUIET)
    assert "春节放假" in told(Slot(date(2031, 1, 22), 1140, 1230), QUIET)  # the eve counts since 2025
    assert "2027 年怎么调休还没公布" in told(Slot(date(2027, 10, 9), 540, 630), QUIET)
    assert kinds(Slot(date(2027, 3, 15), 540, 630), QUIET) == []
    assert kinds(Slot(date(2027, 11, 26), 1140, 1230), QUIET) == []


def test_what_is_the_same_at_every_date_of_a_list_is_said_at_the_first() -> None:
    yard = replace(QUIET, is_covered=False, venue="院坝", markets=Markets((read_market("天天"),)))
    days = [date(2027, 9, number) for number in (20, 21, 22)]
    heard = said_once(advise(Slot(day, 540, 630), yard, today=TODAY) for day in days)
    assert [[one.kind for one in them] for them in heard] == [
        ["market", "holiday_unknown", "rain"],
        ["market"],
        ["market"],
    ]


def test_what_a_county_says_of_a_day_counts_even_in_a_year_not_announced() -> None:
    day = date(2027, 3, 1)
    own = Holidays(frozenset(), {}, {day: Holiday(day, True, "赶苗场")})
    assert "赶苗场放假" in told(Slot(day, 1140, 1230), replace(QUIET, holidays=own))


def test_darkness_at_a_venue_without_light_names_the_latest_start() -> None:
    dark = replace(QUIET, is_lit=False, venue="院坝", position=Position(29.59, 105.07, "市中区"))
    assert "院坝没有灯，18:25 天就黑了" in told(EVENING, dark)
    assert "最晚 16:25 开始" in told(EVENING, dark) and "按市中区县城算" in told(EVENING, dark)
    assert kinds(MORNING, dark) == []
    assert kinds(EVENING, replace(dark, is_lit=True)) == []


def test_an_open_place_in_the_rainy_months() -> None:
    yard = replace(QUIET, is_covered=False, venue="院坝")
    assert kinds(EVENING, yard) == []
    assert "露天" in told(Slot(date(2026, 7, 3), 1140, 1230), yard)


def test_a_teacher_who_is_elsewhere_that_day() -> None:
    busy = replace(QUIET, taught={"周老师": [NearbySession(FRIDAY, 840, 930, "", "建立村", False)]})
    assert "周老师这天已经有 1 节课：建立村 14:00–15:30。" in told(EVENING, busy)


def test_the_same_topic_again_within_two_months() -> None:
    before = NearbySession(FRIDAY - timedelta(days=59), 1140, 1230, "防诈骗", "", True)
    assert "防诈骗" in told(EVENING, replace(QUIET, here=[before], title="防诈骗"))
    assert kinds(EVENING, replace(QUIET, here=[before], title="防诈骗")) == ["same_topic"]
    assert (
        kinds(
            EVENING, replace(QUIET, here=[replace(before, day=FRIDAY - timedelta(days=60))], title="防诈骗")
        )
        == []
    )


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        (1140, 1230, "这时候村里还有「合唱」（19:00–20:30），人会分成两处。"),
        (1080, 1150, "人会分成两处"),
        (1220, 1300, "人会分成两处"),
        (1080, 1140, "村里「合唱」（18:00–19:00）紧挨着这节课"),
        (1230, 1300, "紧挨着这节课"),
        (1070, 1130, ""),
        (180, 240, ""),
        (840, 930, ""),
    ],
)
def test_another_class_is_told_where_it_overlaps_or_touches(starts: int, ends: int, sentence: str) -> None:
    around = replace(QUIET, here=[NearbySession(FRIDAY, starts, ends, "合唱", "", True)])
    if sentence:
        assert sentence in told(EVENING, around)
    assert kinds(EVENING, around) == (["same_evening"] if sentence else [])
    assert kinds(EVENING, replace(around, here=[replace(around.here[0], day=TODAY)])) == []


def test_sunset_is_that_of_the_place_and_the_season() -> None:
    neijiang = Position(*known_seat("511002105201"))
    assert (
        dark_at(neijiang, date(2026, 6, 21), "Asia/Shanghai")
        - dark_at(neijiang, date(2026, 12, 21), "Asia/Shanghai")
        > 100
    )
    assert known_seat("510104000000") is None
    assert dark_at(Position(89.0, 0.0), date(2026, 6, 21), "Asia/Shanghai") is None


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (FarmWindow(" ", FRIDAY, FRIDAY), "什么农活"),
        (FarmWindow("双抢", FRIDAY, FRIDAY - timedelta(days=1)), "早于第一天"),
        (FarmWindow("双抢", FRIDAY, FRIDAY + timedelta(days=121)), "最长 120 天"),
        (FarmWindow("双抢", FRIDAY, FRIDAY + timedelta(days=3)), "重了"),
        (FarmWindow("双抢", FRIDAY, FRIDAY.replace(year=2062)), "2062年11月27日 太远了"),
        (FarmWindow("双抢", date(1, 1, 1), FRIDAY), "年份是不是写错了"),
    ],
)
def test_a_window_that_cannot_be_says_why(window: FarmWindow, sentence: str) -> None:
    known = [FarmWindow("双抢", FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=9))]
    with pytest.raises(Refused) as refused:
        check_window(window.name, window.first, window.last, known, today=TODAY)
    assert sentence in tell_refused_window(refused.value, today=TODAY)


def test_both_ends_of_a_window_belong_to_it() -> None:
    window = FarmWindow("双抢", FRIDAY, FRIDAY + timedelta(days=3))
    after = FarmWindow("双抢", FRIDAY + timedelta(days=4), FRIDAY + timedelta(days=9))
    check_window(window.name, window.first, window.last, [after], today=TODAY)
    assert in_season([window, window], FRIDAY) == in_season([window], FRIDAY + timedelta(days=3)) == (window,)
    assert in_season([window], FRIDAY + timedelta(days=4)) == ()


def elsewhere(starts: int, ends: int, way: Journey | None = None, day: date = FRIDAY) -> NearbySession:
    return NearbySession(day, starts, ends, "", "建立村", is_here=False, way=way)


def ways(slot: Slot, *sessions: NearbySession, kmh_of: str = "") -> list[str]:
    around = replace(QUIET, taught={"周老师": sessions}, kmh_of=kmh_of)
    found = advise(slot, around, today=TODAY)
    return [f"{one.sentence}{one.source}" for one in found if one.kind == "travel"]


def test_a_teacher_who_cannot_be_here_in_time_is_told_with_the_way() -> None:
    late = Slot(FRIDAY, 1250, 1310)
    [before] = ways(late, elsewhere(1140, 1230, Journey(20, 30)), kmh_of="威远县")
    assert before.startswith(
        "周老师 20:30 才在建立村下课，过来大约要 40 分钟（20 公里，按每小时 30 公里算），中间只隔 20 分钟。"
    )
    assert "快慢是威远县定的" in before
    [after] = ways(Slot(FRIDAY, 1020, 1110), elsewhere(1140, 1230, Journey(20, 30)))
    assert after.startswith("周老师 19:00 要在建立村上课，过去大约要 40 分钟")
    assert len(ways(late, elsewhere(1140, 1191, Journey(20, 30)))) == 1
    assert ways(late, elsewhere(1140, 1190, Journey(20, 30))) == []  # forty, and twenty to breathe
    assert ways(late, elsewhere(1140, 1230, Journey(20, 30), FRIDAY + timedelta(days=1))) == []
    assert ways(late, NearbySession(FRIDAY, 1140, 1230, "", "狮湾村", is_here=True)) == []


def test_a_way_nobody_knows_is_said_to_be_unknown_below_an_hour() -> None:
    [told] = ways(Slot(FRIDAY, 1250, 1310), elsewhere(1140, 1230))
    assert "过来要多久不知道。先问问" in told and "没有填位置" in told
    assert ways(Slot(FRIDAY, 1290, 1350), elsewhere(1140, 1230)) == []


def test_another_date_of_the_same_course_counts_in_the_week_alone() -> None:
    own = NearbySession(FRIDAY, 600, 690, "", "狮湾村", True, is_own=True)
    around = replace(QUIET, taught={"周老师": [own]}, weekly_limits={"周老师": 1})
    assert kinds(EVENING, around) == ["weekly_limit"]


def test_a_week_that_is_full_is_told_from_monday_to_sunday() -> None:
    monday = FRIDAY - timedelta(days=4)
    days = [monday - timedelta(days=1), monday, monday + timedelta(days=6), monday + timedelta(days=7)]
    taught = {"周老师": [elsewhere(540, 630, day=day) for day in days]}
    full = replace(QUIET, taught=taught, weekly_limits={"周老师": 2})
    assert told(EVENING, full) == "周老师这一周已经有 2 节课，说好一周最多 2 节。老师登记：一周最多几节"
    assert kinds(EVENING, replace(full, weekly_limits={"周老师": 3})) == []
    # The earlier dates of the same course count with them, the later ones do not.
    planned = replace(full, weekly_limits={"周老师": 3}, planned=[FRIDAY - timedelta(days=1), FRIDAY])
    assert "连上面几次，周老师这一周已经有 3 节课" in told(EVENING, planned)


def test_who_is_meant_to_be_in_another_class_is_named_with_it() -> None:
    elsewhere = PeopleElsewhere(EVENING, "养蜂班", ("张三", "李四"))
    around = replace(QUIET, people=(elsewhere,))
    assert told(EVENING, around) == "张三、李四也在「养蜂班」那个班，19:00–20:30 正好在上。两个班的名册"
    assert kinds(MORNING, around) == []


def test_of_many_people_six_are_named() -> None:
    names = tuple("甲乙丙丁戊己庚辛")
    assert tell_names(names[:6]) == "甲、乙、丙、丁、戊、己"
    assert tell_names(names) == "甲、乙、丙、丁、戊、己和另外 2 人"
    both = InBoth("养蜂班", names[:1], (date(2026, 12, 4), date(2026, 12, 11)))
    assert (
        tell_in_both(both, TODAY) == "甲也在「养蜂班」那个班，周五 12月4日（十月廿六） 起有 2 次正好同时上。"
    )


def test_a_teachers_other_classes_of_the_day_are_counted_and_named() -> None:
    two = [NearbySession(FRIDAY, starts, starts + 90, "", "建立村", False) for starts in (300, 420)]
    busy = replace(QUIET, taught={"周老师": two})
    assert told(EVENING, busy) == "周老师这天已经有 2 节课：建立村 05:00–06:30、建立村 07:00–08:30。排好的课"


def test_an_example_of_farm_work_is_called_one() -> None:
    window = FarmWindow("柑橘采收", FRIDAY, FRIDAY, "市中区", is_example=True)
    assert told(MORNING, replace(QUIET, windows=(window,))).endswith("市中区的农时表（示例，不是真的）")
