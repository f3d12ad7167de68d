"""What runs in a region as one object: from when to when, in which order, how much at once, and what nobody may see."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.touching import touch_villages
from nightschool.models.places import Region
from nightschool.models.teaching import SessionStatus
from nightschool.queries.notices import region_timetable
from nightschool.queries.notices.region_timetable import RegionTimetable, Start, last_day
from nightschool.queries.notices.timetable import SeenTeacher
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_region,
    make_school,
    make_session,
    make_teacher,
)

TOWNSHIP, COUNTY, CITY, PROVINCE = "511002105000", "511002000000", "511000000000", "510000000000"
NEIGHBOUR = "511002105202"
LAST = date(2026, 12, 6)  # the Sunday of next week


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def seen(db: Session, code: str = TOWNSHIP, **wanted: Any) -> RegionTimetable:
    db.flush()
    area = region_timetable.area(db, code, today=wanted.get("today", TODAY))
    assert area is not None
    return region_timetable.region_timetable(db, area, **{"today": TODAY, **wanted})


def told(found: RegionTimetable) -> list[tuple[int, str, str]]:
    return [((entry.slot.day - TODAY).days, village.name, entry.title) for village, entry in found.meetings]


@pytest.fixture
def neighbour(cast: Cast, db: Session) -> str:
    make_region(db, NEIGHBOUR, "老坝村村民委员会")
    make_school(db, NEIGHBOUR)
    return NEIGHBOUR


def test_this_week_and_next_from_today_to_the_second_sunday(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in (-1, 0, 1, 12, 13):
        make_session(db, course, ahead(day))
    assert last_day(TODAY) == LAST == ahead(12)
    assert [day for day, *_rest in told(seen(db))] == [0, 1, 12]


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 23), date(2026, 12, 6)),  # a Monday: fourteen days
        (date(2026, 11, 29), date(2026, 12, 6)),  # a Sunday: eight
        (date(2026, 12, 28), date(2027, 1, 10)),
    ],
)
def test_the_last_day_is_next_weeks_sunday(cast: Cast, db: Session, today: date, last: date) -> None:
    course = make_course(db)
    for day in (last, last + timedelta(days=1)):
        make_session(db, course, day)
    assert [entry.slot.day for _village, entry in seen(db, today=today).meetings] == [last]


def test_by_day_then_village_then_hour(neighbour: str, db: Session) -> None:
    there, here = make_course(db, neighbour, "用电安全"), make_course(db)
    make_session(db, there, ahead(1))
    make_session(db, here, ahead(1), title="晚课")
    make_session(db, here, ahead(1), title="早课", starts=480, ends=540)
    make_session(db, there, ahead(0))
    found = seen(db)
    assert told(found) == [
        (0, "老坝村", "用电安全"),
        (1, "狮湾村", "早课"),
        (1, "狮湾村", "晚课"),
        (1, "老坝村", "用电安全"),
    ]
    assert [(day, [len(entries) for _village, entries in spots]) for day, spots in found.days] == [
        (ahead(0), [1]),
        (ahead(1), [2, 1]),
    ]


def test_each_level_sees_what_lies_in_it_and_nothing_else(neighbour: str, db: Session) -> None:
    for code in (SHIWAN, neighbour, JIANLI):
        make_session(db, make_course(db, code), ahead(1))
    counts = {code: len(seen(db, code).meetings) for code in (TOWNSHIP, COUNTY, CITY, PROVINCE)}
    assert counts == {TOWNSHIP: 2, COUNTY: 2, CITY: 3, PROVINCE: 3}
    assert seen(db, CITY).meetings[-1].village == (JIANLI, "建立村", "严陵镇", "威远县")


def test_the_regions_below_are_those_with_a_school(neighbour: str, db: Session) -> None:
    make_region(db, "511002106000", "没有夜校的镇")
    make_region(db, "511002107000", "撤了的镇", valid_to=ahead(-1))
    make_region(db, "511002107201", "撤了的村", valid_to=ahead(-1))
    make_school(db, "511002107201")
    below = {code: [one.name for one in seen(db, code).below] for code in (TOWNSHIP, COUNTY, CITY, PROVINCE)}
    assert below == {TOWNSHIP: [], COUNTY: ["全安镇"], CITY: ["市中区", "威远县"], PROVINCE: ["内江市"]}
    assert [one.name for one in seen(db).area.above] == ["四川省", "内江市", "市中区"]


def test_what_was_called_off_is_there_and_drafts_are_not(cast: Cast, db: Session) -> None:
    course = make_course(db)
    make_session(db, course, ahead(1), status=SessionStatus.CANCELLED, reason="weather")
    new = make_session(db, course, ahead(5))
    make_session(db, course, ahead(2), status=SessionStatus.POSTPONED, successor_id=new.id)
    make_session(db, course, ahead(3), status=SessionStatus.DRAFT)
    entries = [entry for _village, entry in seen(db).meetings]
    assert [(entry.slot.day, entry.takes_place) for entry in entries] == [
        (ahead(1), False),
        (ahead(2), False),
        (ahead(5), True),
    ]
    assert entries[1].moves_to is not None and entries[1].moves_to.day == ahead(5)
    assert entries[2].moved_from is not None and entries[2].moved_from.day == ahead(2)


def test_teachers_come_in_their_order_and_only_as_public_as_they_are(cast: Cast, db: Session) -> None:
    hidden = make_teacher(db, name="李老师", name_is_public=False, unit="卫生院")
    make_session(db, make_course(db), ahead(1), teachers=(hidden.id, cast.teacher))
    [(_village, entry)] = seen(db).meetings
    assert entry.teachers == (SeenTeacher("", "卫生院"), SeenTeacher("周老师", "农技站"))


def test_parts_follow_each_other_and_lose_nothing(neighbour: str, db: Session) -> None:
    courses = [make_course(db), make_course(db, neighbour, "用电安全")]
    for day in range(13):
        for course in courses:
            for hour in range(1 + day % 3):
                make_session(db, course, ahead(day), starts=480 + 60 * hour, ends=530 + 60 * hour)
    whole = seen(db)
    assert whole.goes_on is None
    for most in (1, 2, 3, 5, 7, len(whole.meetings) - 1):
        parts, start = [], Start(TODAY)
        while start is not None:
            part = seen(db, start=start, most=most)
            assert len(part.meetings) <= most
            parts.append(part)
            start = part.goes_on
        together = [meeting for part in parts for meeting in part.meetings]
        if most >= 3:  # as many as a village ever has on one day
            assert together == list(whole.meetings)
            assert [part.is_first_part for part in parts] == [True] + [False] * (len(parts) - 1)
        else:  # what is more than that is cut, but no evening is left out
            assert {m.entry.slot.day for m in together} == {m.entry.slot.day for m in whole.meetings}


def test_an_evening_of_a_village_is_not_cut_in_two(neighbour: str, db: Session) -> None:
    for code in (SHIWAN, neighbour):
        for hour in range(3):
            make_session(db, make_course(db, code), ahead(1), starts=480 + 60 * hour, ends=530 + 60 * hour)
    part = seen(db, most=5)
    assert [village.code for village, _entry in part.meetings] == [SHIWAN] * 3
    assert part.goes_on == Start(ahead(1), neighbour)


def test_a_beginning_in_the_past_is_today(cast: Cast, db: Session) -> None:
    make_session(db, make_course(db), ahead(0))
    assert seen(db, start=Start(ahead(-3), SHIWAN)) == seen(db)


def test_what_is_no_region_or_a_village_has_none(cast: Cast, db: Session) -> None:
    for code in [SHIWAN, "511099000000", "51100", "", "000000000000", "x" * 12]:
        assert region_timetable.area(db, code, today=TODAY) is None


def test_a_former_region_says_what_it_is_now(cast: Cast, db: Session) -> None:
    make_region(
        db, "511002106000", "老镇", valid_to=ahead(-9), successor_code=TOWNSHIP, successor_day=ahead(-8)
    )
    area = seen(db, "511002106000").area
    assert area.is_former
    assert area.successor is not None and area.successor.name == "全安镇"
    assert not seen(db).area.is_former


def test_every_change_in_the_region_is_noticed_and_none_elsewhere(cast: Cast, db: Session) -> None:
    def stands(code: str) -> int:
        area = region_timetable.area(db, code, today=TODAY)
        assert area is not None
        return area.revisions

    before = [stands(code) for code in (TOWNSHIP, COUNTY, CITY, PROVINCE)]
    touch_villages(db, [JIANLI], now=later(hours=1))
    assert [stands(code) for code in (TOWNSHIP, COUNTY, CITY, PROVINCE)] == [
        *before[:2],
        before[2] + 1,
        before[3] + 1,
    ]
    area = region_timetable.area(db, CITY, today=TODAY)
    assert area is not None and area.changed_at == NOW.instant + timedelta(hours=1)
    db.get_one(Region, SHIWAN).revision += 1
    db.flush()
    assert stands(TOWNSHIP) == before[0] + 1


@pytest.mark.parametrize("villages", [1, 30])
def test_three_statements_whatever_the_size(
    cast: Cast, db: Session, statements: list[str], villages: int
) -> None:
    for number in range(villages):
        code = f"5110021053{number:02d}"
        make_region(db, code)
        make_school(db, code)
        course = make_course(db, code)
        for day in range(4):
            make_session(db, course, ahead(day), teachers=(cast.teacher,), booked=False)
    db.flush()
    statements.clear()
    assert len(seen(db, COUNTY).meetings) == 4 * villages
    assert len(statements) == 3
