"""What a supervisor sees of a region."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.tallies import recount_all
from nightschool.database import Database
from nightschool.models.places import NightSchool, Region, RegionSettings
from nightschool.models.teaching import SessionStatus
from nightschool.queries.oversight import overview
from nightschool.queries.places.openings import coverage, units_below
from nightschool.rules.oversight.targets import SchoolsThere, Target
from nightschool.rules.regions import is_inside
from nightschool.rules.seasons.periods import Period, parsed_period
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_school,
    make_session,
)

WEEK = {"first": date(2026, 11, 23), "last": date(2026, 11, 29), "today": TODAY}


def a_week_in_shiwan(db: Session, cast: Cast) -> None:
    course = make_course(db)
    held = make_session(db, course, TODAY - timedelta(days=1))
    first, second = make_learner(db, name="陈大秀"), make_learner(db, name="刘国富")
    make_register(db, held, cast.chen, present=(first.id, second.id), unnamed_guests=3)
    make_session(db, course, TODAY - timedelta(days=1), starts=600, ends=660, status=SessionStatus.CANCELLED)
    make_session(db, course, TODAY - timedelta(days=1), starts=700, ends=760)
    make_session(db, course, TODAY + timedelta(days=2))
    make_session(db, course, TODAY + timedelta(days=3), status=SessionStatus.DRAFT)
    make_session(db, course, TODAY + timedelta(days=30))


def test_township_sees_what_was_held_what_was_not_and_why(database, cast) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
        seen = overview.overview_of(db, "511002105000", **WEEK)
    assert seen is not None
    (line,) = seen.parts
    assert (line.code, line.planned, line.held, line.not_held, line.unrecorded, line.to_come) == (
        SHIWAN,
        4,
        1,
        1,
        1,
        1,
    )
    assert line.attendances == 5
    assert line.reasons == {"weather": 1}


def test_headcount_stands_for_attendances_where_the_room_was_counted(database, cast) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY)
        make_register(db, held, cast.chen, present=(make_learner(db).id,), total=28)
        seen = overview.overview_of(db, SHIWAN, **WEEK)
        classes = overview.classes_of(db, SHIWAN, None, **WEEK, rows=slice(0, None))
    assert seen is not None
    assert seen.total.attendances == 28
    assert [meeting.attendances for meeting in classes] == [28]


def test_city_sums_its_counties_and_never_a_neighbour(database, cast) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
        make_session(db, make_course(db, JIANLI, title="防诈骗"), TODAY + timedelta(days=1))
        city = overview.overview_of(db, "511000000000", **WEEK)
        county = overview.overview_of(db, "511002000000", **WEEK)
    assert city is not None and county is not None
    assert [(line.code, line.planned, line.schools) for line in city.parts] == [
        ("511002000000", 4, 1),
        ("511024000000", 1, 1),
    ]
    assert (city.total.planned, county.total.planned) == (5, 4)


def test_overview_costs_the_same_for_one_village_and_thirty(database, cast, statements) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
    with database.reading() as db:
        statements.clear()
        overview.overview_of(db, "511002105000", **WEEK)
        few = len(statements)
    with database.writing() as db:
        for number in range(300, 330):
            code = f"511002105{number}"
            make_region(db, code)
            make_school(db, code)
            make_session(db, make_course(db, code), TODAY)
    with database.reading() as db:
        statements.clear()
        seen = overview.overview_of(db, "511002105000", **WEEK)
        many = len(statements)
    assert seen is not None and len(seen.parts) == 31
    assert few == many == 5


def test_what_is_expected_is_asked_for_once_whatever_periods_are_shown(database, cast, statements) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
        db.add(RegionSettings(region_code="511002000000", target_per="week", village_target=2))
        db.add(RegionSettings(region_code="511002105000", target_per="week", village_target=3))
    for region in ("511000000000", "511002105000", SHIWAN):
        with database.reading() as db:
            known = overview.known_region(db, region, today=TODAY, since=WEEK["first"])
            statements.clear()
            seen = overview.overview_of(db, region, **WEEK, known=known, counts_people=False)
        assert seen is not None and seen.total.expected == 3
        assert len(statements) == 1


def test_behind_each_number_stand_as_many_classes_village_by_village(database, cast) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
        make_region(db, "511002105202")
        make_session(db, make_course(db, "511002105202", title="防诈骗"), TODAY - timedelta(days=1))
        seen = overview.overview_of(db, "511002000000", **WEEK)
        assert seen is not None
        behind = {
            figure: overview.classes_of(db, seen.code, figure, **WEEK, rows=slice(0, 50))
            for figure in overview.Figure
        }
        some = overview.classes_of(db, seen.code, overview.Figure.PLANNED, **WEEK, rows=slice(1, 3))
    assert {figure: len(lines) for figure, lines in behind.items()} == {
        figure: getattr(seen.total, figure) for figure in overview.Figure
    }
    assert [(one.region_code, one.title) for one in behind[overview.Figure.UNRECORDED]][-1] == (
        "511002105202",
        "防诈骗",
    )
    assert some == behind[overview.Figure.PLANNED][1:3]


def test_villages_without_a_school_are_listed_in_their_township_and_counted_above_it(database, cast) -> None:
    with database.writing() as db:
        a_week_in_shiwan(db, cast)
        make_region(db, "511002105202", "断桥村村民委员会")
        make_region(db, "511002105203", valid_to=TODAY - timedelta(days=1))
        make_region(db, "511002106000", "永安镇")
        make_region(db, "511002106201", "大堰村村民委员会")
        make_region(db, "511002107000", "空地镇")
        township = overview.overview_of(db, "511002105000", **WEEK)
        county = overview.overview_of(db, "511002000000", **WEEK)
    assert township is not None and county is not None
    assert [one.name for one in township.without] == ["断桥村"]
    assert [one.name for one in township.parts] == ["狮湾村"]
    assert [(one.name, one.villages, one.schools, one.without) for one in (*county.parts, county.total)] == [
        ("全安镇", 2, 1, 1),
        ("永安镇", 1, 0, 1),
        ("市中区", 3, 1, 2),
    ]
    assert county.without == ()


def test_every_township_says_which_villages_have_no_school_in_one_query(database, cast, statements) -> None:
    with database.writing() as db:
        make_region(db, "511002105203", "洪坝村村民委员会")
        make_region(db, "511002105202", "断桥村村民委员会")
        make_region(db, "511002105204", valid_to=TODAY - timedelta(days=1))
        make_region(db, "511002106000", "永安镇")
        make_region(db, "511002106201", "大堰村村民委员会")
        make_region(db, "511002107000", "空地镇")
        statements.clear()
        city = coverage(db, "511000000000", today=TODAY)
        assert len(statements) == 1
        units = {one.code: one for one in units_below(db, "511002000000", today=TODAY)}
    assert [(one.county, one.name, one.villages, one.schools, one.without) for one in city] == [
        ("511002000000", "全安镇", 3, 1, ("断桥村", "洪坝村")),
        ("511002000000", "永安镇", 1, 0, ("大堰村",)),
        ("511024000000", "严陵镇", 1, 1, ()),
    ]
    for one in city[:2]:
        assert (units[one.code].villages, units[one.code].schools) == (one.villages, one.schools)


@pytest.mark.parametrize("today", [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)])
def test_what_is_to_come_is_not_missed_on_the_first_of_the_month_either(db, cast: Cast, today: date) -> None:
    for day in (1, 10):
        make_session(db, make_course(db), date(2026, 12, day))
    for region in ("511000000000", "511002000000", "511002105000", SHIWAN):
        seen = overview.overview_of(db, region, first=date(2026, 12, 1), last=date(2026, 12, 31), today=today)
        assert seen is not None
        assert (seen.total.to_come, seen.total.unrecorded) == ((2, 0) if today.day != 2 else (1, 1)), region


def test_unknown_region_is_none(db) -> None:
    assert overview.overview_of(db, "990000000000", **WEEK) is None


@pytest.mark.parametrize("seed", range(3))
def test_what_is_expected_goes_by_the_schools_of_then_whatever_became_of_them(
    database: Database, cast: Cast, seed: int
) -> None:
    """Villages that opened, ended and were merged across townships and counties, against a count village by village;
    by the villages of today it comes to the same."""
    chance, heirs = random.Random(seed), {}
    townships = ("511002105", "511002106", "511024100")
    with database.writing() as db:
        make_region(db, "511002106000", "东兴镇")
        for region, per, village, community in (
            ("510000000000", "month", 1, None), ("511024000000", "week", 2, 1), ("511002106000", "quarter", 3, 2),
        ):  # fmt: skip
            db.add(
                RegionSettings(
                    region_code=region, target_per=per, village_target=village, community_target=community
                )
            )
        codes = [f"{one}{kind}{40 + number}" for one in townships for kind in "02" for number in range(4)]
        for code in codes:
            last = chance.choice((None, None, TODAY - timedelta(days=chance.randrange(200))))
            make_region(db, code, valid_to=last)
            make_school(db, code, opened_on=TODAY - timedelta(days=chance.randrange(20, 400)))
        stay = [code for code in codes if db.get_one(Region, code).valid_to is None]
        for code in set(codes) - set(stay):
            heirs[code] = chance.choice(stay)
        schools = {
            school.region_code: (school.opened_on, db.get_one(Region, school.region_code).valid_to)
            for school in db.scalars(select(NightSchool))
        }
    targets = {
        "511002106": Target("quarter", 3, 2), "511024100": Target("week", 2, 1), "511002105": Target("month", 1, None),
    }  # fmt: skip
    for period in ("2026-11", "2026-Q3", "2026", "2025-12-10..2026-11-20"):
        days = parsed_period(period)
        assert days is not None

        def by_hand(region: str, heirs: dict[str, str], days: Period = days) -> int:
            found = 0
            for code, (opened, last) in schools.items():
                if is_inside(heirs.get(code, code), region):
                    is_of_community = code[9] < "2"
                    one = SchoolsThere(code, int(not is_of_community), int(is_of_community), opened, last)
                    found += targets[code[:9]].expected(one, days.first, days.last) or 0
            return found

        for region in (
            "510000000000",
            "511000000000",
            "511002000000",
            "511024000000",
            "511002105000",
            "511002106000",
        ):
            for those in ({}, heirs):
                with database.reading() as db:
                    seen = overview.overview_of(
                        db, region, first=days.first, last=days.last, today=TODAY, counts_people=False,
                        narrowed=overview.Narrowed(heirs=those),
                    )  # fmt: skip
                assert seen is not None
                assert (seen.total.expected or 0) == by_hand(region, those), (region, period, bool(those))
                assert sum(one.expected or 0 for one in seen.parts) == by_hand(region, those)
        assert by_hand("510000000000", {}) == by_hand("510000000000", heirs)
    assert not recount_all(database, only_look=True)
