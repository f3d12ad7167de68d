"""The preview of a course: every date, what speaks against it, and what is free instead."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from nightschool.rules.courses.advice import Advice, NearbySession, Surroundings
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.conflicts import Conflict, Holding
from nightschool.rules.courses.previews import Preview, preview, tell_taken
from nightschool.rules.courses.proposals import Instead, Proposal
from nightschool.rules.courses.recurrence import AroundMarket, Weekly
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.seasons.markets import read_market
from nightschool.rules.slots import Moment, Slot

HERE, THERE = "511002105201", "511024100217"
NOW = Moment(date(2026, 11, 27), 1230)
FRIDAY, NEXT = date(2026, 11, 27), date(2026, 12, 4)
WEEKLY = Proposal(HERE, "柑橘冬季管护", "skill", 1140, 1230, Weekly(FRIDAY, (4,), times=3))
ROOM = Resource(ResourceKind.VENUE, 1)


def looked_at(
    proposal: Proposal, conflicts: Iterable[Conflict], around: Surroundings | None = None
) -> Preview:
    names = {"zhou": "周老师", "li": "李老师"}
    return preview(proposal, conflicts, at=NOW, around=around or Surroundings(), alternatives={}, names=names)


def clash(village_code: str) -> Conflict:
    taken = Slot(NEXT, 1140, 1230)
    held = Holding(ROOM, taken, village_code, "狮湾村", class_session="x" * 22, title="医保怎么报销")
    return Conflict(taken, ROOM, "村活动室", held, instead=(Slot(NEXT, 1230, 1320),))


def test_each_date_says_how_it_stands() -> None:
    shown = looked_at(replace(WEEKLY, leave_out=frozenset({date(2026, 12, 11)})), [clash(HERE)])
    assert [(day.slot.day, day.is_past, bool(day.taken), day.is_left_out) for day in shown.days] == [
        (FRIDAY, True, False, False),
        (NEXT, False, True, False),
        (date(2026, 12, 11), False, False, True),
    ]
    assert (shown.clashes, shown.wanted, shown.summary) == ((NEXT,), 2, "一共 2 次，都是 19:00–20:30。")
    assert shown.days[1].ways_out == "前后一周都没有空着的时间，也没有别的可换。"


def test_only_a_sessions_own_village_is_led_to_it() -> None:
    assert looked_at(WEEKLY, [clash(HERE)]).days[1].taken[0].own_session == "x" * 22
    assert looked_at(WEEKLY, [clash(THERE)]).days[1].taken[0].own_session == ""


def test_another_village_is_led_to_what_everybody_may_read_and_never_to_a_draft() -> None:
    there = clash(THERE)
    assert there.holding is not None
    draft = replace(there, holding=there.holding.kept_private())
    shown = [looked_at(WEEKLY, [one]).days[1].taken[0].public_page for one in (clash(HERE), there, draft)]
    assert shown == ["", THERE, ""]


def test_a_first_day_that_is_none_of_the_weekdays_is_pointed_out() -> None:
    assert looked_at(WEEKLY, []).note == ""
    tuesdays = replace(WEEKLY, recurrence=Weekly(FRIDAY, (1,), times=2))
    assert looked_at(tuesdays, []).note == (
        "第一天填的是 周五 11月27日，周五不在选的星期里，所以从 周二 12月1日 开始。"
    )


def test_a_week_is_full_for_whoever_teaches_on_that_date_alone() -> None:
    days = replace(WEEKLY, recurrence=Weekly(NEXT, (1, 4), times=3), teachers=("zhou",))
    around = Surroundings(weekly_limits={"周老师": 1})

    def told(proposal: Proposal) -> list[int]:
        shown = looked_at(proposal, [], around)
        return [day.day.day for day in shown.days if any(one.kind == "weekly_limit" for one in day.advice)]

    assert told(days) == [11]  # Tuesday and Friday of one week
    assert told(replace(days, instead={date(2026, 12, 11): Instead(teachers=("li",))})) == []
    assert told(replace(days, instead={date(2026, 12, 8): Instead(teachers=("li",))})) == []


def test_what_a_conflict_says_is_not_said_again_as_advice() -> None:
    other = NearbySession(NEXT, 1110, 1200, "医保怎么报销", "狮湾村", True)
    around = Surroundings(here=(other,), taught={"周老师": (other,)})

    def kinds(*conflicts: Conflict) -> set[str]:
        advice = looked_at(WEEKLY, conflicts, around).days[1].advice
        return {one.kind for one in advice} - {"holiday_unknown"}

    assert kinds() == {"same_evening", "busy_teacher"}
    assert kinds(clash(HERE)) == {"busy_teacher"}
    assert kinds(replace(clash(HERE), resource=Resource(ResourceKind.TEACHER, 1))) == {"same_evening"}


def test_a_kind_of_advice_is_a_reason_to_skip_dates_unless_it_speaks_against_all() -> None:
    shown = looked_at(WEEKLY, [])
    advice = {kind: (Advice(kind, kind, ""),) for kind in ("holiday", "rain")}
    first, second, third = shown.days
    some = replace(
        shown, days=(replace(first, advice=advice["holiday"]), replace(second, advice=advice["rain"]), third)
    )
    assert some.skippable == {"holiday": (FRIDAY,)}
    assert replace(some, days=(replace(first, advice=advice["holiday"]),)).skippable == {}


def test_what_is_held_there_is_told_with_whom_to_ask_and_what_may_be_looked_at() -> None:
    own = tell_taken(clash(HERE), HERE, NOW.day)
    other = tell_taken(clash(THERE), HERE, NOW.day)
    assert (own.own_session, own.public_page, own.is_closed) == ("x" * 22, "", False)
    assert (other.own_session, other.public_page, other.is_closed) == ("", THERE, False)


def test_where_every_date_is_left_out_there_is_no_class() -> None:
    dates = frozenset({FRIDAY, NEXT, date(2026, 12, 11)})
    shown = looked_at(replace(WEEKLY, leave_out=dates), [])
    assert (shown.wanted, shown.fewer_than, shown.clashes) == (0, None, ())
    assert shown.summary.startswith("每一天都勾了不排，")
    fewer = looked_at(replace(WEEKLY, leave_out=frozenset({NEXT})), [clash(HERE)])
    assert (fewer.wanted, fewer.fewer_than, fewer.summary) == (2, 3, "一共 2 次，都是 19:00–20:30。")
    assert looked_at(WEEKLY, [clash(HERE)]).clashes == (NEXT,)
    assert looked_at(WEEKLY, []).fewer_than is None


def test_a_first_day_that_is_none_of_the_weekdays_is_said_to_begin_later() -> None:
    shown = looked_at(replace(WEEKLY, recurrence=Weekly(FRIDAY, (0,), times=2)), [])
    assert shown.note == "第一天填的是 周五 11月27日，周五不在选的星期里，所以从 周一 11月30日 开始。"
    assert looked_at(WEEKLY, []).note == ""


def test_what_a_rule_of_market_days_means_is_said_with_its_short_months() -> None:
    market = AroundMarket(FRIDAY, (read_market("逢三、十"),), times=2)
    short = "照农历逢三、十排。小月没有三十，那个月少一次。"
    assert looked_at(replace(WEEKLY, recurrence=market), []).note == short
    plain = replace(market, markets=(read_market("逢三六九"),))
    assert looked_at(replace(WEEKLY, recurrence=plain), []).note == "照农历逢三六九排。"
    assert looked_at(replace(WEEKLY, recurrence=replace(market, shift=1)), []).note == ""


def test_five_days_that_need_not_be_left_out_any_more_are_named() -> None:
    days = [date(2026, 12, number) for number in range(1, 9) if number != 4]
    told = looked_at(replace(WEEKLY, leave_out=frozenset(days)), []).stray
    assert told.startswith("原先勾了不排的 周二 12月1日、周三 12月2日、") and told.count("周") == 5
    assert looked_at(WEEKLY, []).stray == ""


def test_of_several_dates_a_closed_one_says_which() -> None:
    slot = Slot(NEXT, 1140, 1230)
    closed = Conflict(slot, ROOM, "村活动室", None, closed=ClosedTime(NEXT, NEXT, note="修房顶"))
    one, several = (tell_taken(closed, HERE, NOW.day, of_several=several) for several in (False, True))
    assert one.is_closed and several.sentence == f"周五 12月4日，{one.sentence}"
