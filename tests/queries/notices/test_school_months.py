"""A school's year and a township's month: what is in them, what is not, and what they cost."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.models.calendars import SpecialDay
from nightschool.models.teaching import SessionStatus
from nightschool.queries.notices import region_month as region
from nightschool.queries.notices import school_months as school
from nightschool.queries.notices.region_month import region_month
from nightschool.queries.notices.school_months import Tally, school_months
from nightschool.rules.seasons.months import Month, Term, year_of
from nightschool.rules.slots import Moment
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_region, make_school, make_session

NOON = Moment(TODAY, 12 * 60)
TOWNSHIP, COUNTY, NEIGHBOUR = "511002105000", "511002000000", "511002105202"
NOVEMBER = Month(2026, 11)


def test_totals_say_what_became_of_everything_and_a_postponed_one_counts_once(
    cast: Cast, db: Session
) -> None:
    course = make_course(db)
    new = make_session(db, course, TODAY + timedelta(days=3))
    make_session(db, course, TODAY, status=SessionStatus.POSTPONED, successor_id=new.id)
    make_session(db, course, TODAY - timedelta(days=9), status=SessionStatus.HELD)
    make_session(db, course, TODAY - timedelta(days=8))
    make_session(db, course, TODAY - timedelta(days=7), status=SessionStatus.CANCELLED, reason="farm_work")
    make_session(db, course, TODAY + timedelta(days=4), status=SessionStatus.DRAFT)
    make_session(db, course, date(2027, 1, 1))
    found = school_months(db, SHIWAN, year_of(2026), at=NOON)
    assert found is not None
    assert found.totals == Tally(held=1, called_off=(("farm_work", 1),), to_come=1, unrecorded=1)
    assert [entry.slot.day.day for entry in found.of(NOVEMBER)] == [15, 16, 17, 24, 27]
    own = school_months(db, SHIWAN, year_of(2026), at=NOON, with_drafts=True)
    assert own is not None
    assert (own.totals.drafts, own.totals.planned) == (1, found.totals.planned)


def test_a_class_of_today_is_to_come_until_it_ends(cast: Cast, db: Session) -> None:
    make_session(db, make_course(db))
    term = Term(NOVEMBER, NOVEMBER)
    before, after = (
        school_months(db, SHIWAN, term, at=Moment(TODAY, minutes)) for minutes in (20 * 60, 20 * 60 + 30)
    )
    assert before is not None
    assert after is not None
    assert (before.totals, after.totals) == (Tally(to_come=1), Tally(unrecorded=1))


def test_village_s_own_market_day_outweighs_its_township_s(cast: Cast, db: Session) -> None:
    db.add(SpecialDay(region_code=TOWNSHIP, kind="market", day=TODAY, is_on=True))
    db.add(SpecialDay(region_code=SHIWAN, kind="market", day=TODAY, is_on=False))
    db.flush()
    found = school_months(db, SHIWAN, Term(NOVEMBER, NOVEMBER), at=NOON)
    of_all = region_month(db, TOWNSHIP, NOVEMBER, today=TODAY)
    assert found is not None
    assert of_all is not None
    assert (found.marks.markets.on(TODAY), of_all.marks.markets.on(TODAY)) == (False, True)


def test_township_month_goes_by_day_then_village_and_names_who_has_none(cast: Cast, db: Session) -> None:
    for code, name in ((NEIGHBOUR, "老坝村村民委员会"), ("511002105203", "断桥村村民委员会")):
        make_region(db, code, name)
        make_school(db, code)
    make_region(db, "511002105204", "没有夜校村村民委员会")
    make_region(db, "511002105205", "撤并村村民委员会", valid_to=date(2026, 10, 1))
    make_school(db, "511002105205")
    ours, theirs = make_course(db), make_course(db, NEIGHBOUR, "用电安全")
    make_session(db, theirs, TODAY, starts=8 * 60, ends=9 * 60)
    make_session(db, ours, TODAY)
    make_session(db, ours, TODAY - timedelta(days=1))
    make_session(db, theirs, TODAY, status=SessionStatus.DRAFT)
    make_session(db, theirs, date(2026, 12, 1))
    found = region_month(db, TOWNSHIP, NOVEMBER, today=TODAY)
    assert found is not None
    assert [(village.name, entry.slot.day.day) for village, entry in found.meetings] == [
        ("狮湾村", 23),
        ("狮湾村", 24),
        ("老坝村", 24),
    ]
    assert [village.name for village in found.without] == ["断桥村"]
    county = region_month(db, COUNTY, NOVEMBER, today=TODAY)
    assert county is not None
    assert (county.meetings, [place.name for place in county.below]) == ((), ["全安镇"])


def test_too_many_classes_are_cut_and_it_is_said(
    cast: Cast, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(school, "MOST_ENTRIES", 2)
    monkeypatch.setattr(region, "MOST_MEETINGS", 2)
    course = make_course(db)
    for number in range(3):
        make_session(db, course, TODAY + timedelta(days=number))
    year = school_months(db, SHIWAN, year_of(2026), at=NOON)
    month = region_month(db, TOWNSHIP, NOVEMBER, today=TODAY)
    assert year is not None
    assert month is not None
    assert (len(year.entries), year.are_more, len(month.meetings), month.are_more) == (2, True, 2, True)


@pytest.mark.parametrize("sessions", [1, 30])
def test_papers_cost_the_same_with_many_classes(
    cast: Cast, db: Session, statements: list[str], sessions: int
) -> None:
    course = make_course(db)
    for number in range(sessions):
        make_session(db, course, date(2026, 11, 1) + timedelta(days=number), teachers=(cast.teacher,))
    costs = []
    for ask in (
        lambda: school_months(db, SHIWAN, year_of(2026), at=NOON),
        lambda: region_month(db, TOWNSHIP, NOVEMBER, today=TODAY),
        lambda: region_month(db, COUNTY, NOVEMBER, today=TODAY),
    ):
        statements.clear()
        assert ask() is not None
        costs.append(len(statements))
    assert costs == [5, 6, 4]
