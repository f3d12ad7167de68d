"""Calendars kept by who may, and what a village's scheduling is told by them."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.seasons import calendars as actions
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.calendars import FarmSeason, MarketRule, SpecialDay
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.surroundings import surroundings
from nightschool.queries.seasons import calendars as queries
from nightschool.queries.seasons.localities import locality
from nightschool.rules.access import SYSTEM
from nightschool.rules.courses.advice import Surroundings
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.markets import Market, MarketKind, MissingThirtieth, read_market
from tests.factories import JIANLI, NOW, REST_OF_NOTICE, SHIWAN, TODAY, Cast, make_course, make_session

TOWNSHIP = "511002105000"
COUNTY = "511002000000"
FRIDAY = TODAY + timedelta(days=3)
DOUBLE = FarmWindow("双抢", TODAY, TODAY + timedelta(days=20))


def around(db: Session, village: str = SHIWAN, day: date = FRIDAY, **asked: object) -> Surroundings:
    here, choices = locality(db, village), on_offer(db, village)
    return surroundings(db, here, [day], choices=choices, zone="Asia/Shanghai", **asked)  # type: ignore[arg-type]


def test_a_townships_market_reaches_its_villages_and_no_others(cast: Cast, db: Session) -> None:
    by = cast.region_administrator_actor
    actions.add_market(db, region=TOWNSHIP, market=read_market("逢三六九"), by=by, now=NOW)
    assert around(db).markets.on(FRIDAY)  # lunar 10/19
    assert around(db).markets_of == "全安镇"
    assert not around(db, JIANLI).markets.on(FRIDAY)


def test_a_market_is_entered_once_at_townships_and_goes_again(cast: Cast, db: Session) -> None:
    given = {"by": cast.region_administrator_actor, "now": NOW}
    market = actions.add_market(db, region=TOWNSHIP, market=read_market("逢三六九"), **given)
    for region, code in ((TOWNSHIP, "market_known"), (COUNTY, "markets_of_townships")):
        with pytest.raises(Refused) as refused:
            actions.add_market(db, region=region, market=read_market("三六九"), **given)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        actions.remove_market(db, region=COUNTY, market=market, **given)
    actions.remove_market(db, region=TOWNSHIP, market=market, **given)
    assert db.scalars(select(MarketRule)).all() == []


def test_a_market_is_another_when_anything_about_it_differs_but_how_it_is_known(
    cast: Cast, db: Session
) -> None:
    one = Market(MarketKind.LUNAR, frozenset({0, 5}))
    known = {"missing_thirtieth": MissingThirtieth.DAY_AFTER, "is_example": True}
    others = {"kind": MarketKind.SOLAR, "numbers": frozenset({5}), "place": "老街"}
    assert {*known, *others} == {field.name for field in fields(Market)}
    given = {"region": TOWNSHIP, "by": cast.region_administrator_actor, "now": NOW}
    actions.add_market(db, market=one, **given)
    for name, value in others.items():
        actions.add_market(db, market=replace(one, **{name: value}), **given)
    for name, value in known.items():
        with pytest.raises(Refused) as refused:
            actions.add_market(db, market=replace(one, **{name: value}), **given)
        assert refused.value.code == "market_known"


def test_a_market_of_any_kind_is_kept_whole(cast: Cast, db: Session) -> None:
    full = Market(MarketKind.LUNAR, frozenset({0, 5}), MissingThirtieth.DAY_AFTER, "老街", is_example=True)
    untold = [one.name for one in fields(Market) if getattr(full, one.name) == one.default]
    assert untold == [], "say something in `full` that is not the default"
    markets = [full, *(Market(kind, frozenset({2})) for kind in MarketKind)]
    for market in markets:
        actions.add_market(db, region=TOWNSHIP, market=market, by=cast.region_administrator_actor, now=NOW)
    assert list(locality(db, SHIWAN).markets) == markets


def test_a_single_day_of_a_village_counts_there_alone_and_the_last_word_counts(
    cast: Cast, db: Session
) -> None:
    for is_on in (False, True):
        seen = queries.special_days(db, SHIWAN, today=TODAY)[1]
        said = {"kind": "market", "day": FRIDAY, "is_on": is_on, "name": "", "seen": seen}
        actions.set_day(db, region=SHIWAN, **said, by=cast.chen_actor, now=NOW)
    assert around(db).markets.on(FRIDAY)
    assert not around(db, JIANLI).markets.on(FRIDAY)
    [day] = db.scalars(select(SpecialDay)).all()
    actions.forget_day(db, region=SHIWAN, special_day=day.id, by=cast.chen_actor, now=NOW)
    assert not around(db).markets.on(FRIDAY)


def test_a_countys_farm_window_reaches_all_its_villages(cast: Cast, db: Session) -> None:
    by = cast.region_administrator_actor
    season = actions.add_season(db, region=COUNTY, window=DOUBLE, by=by, now=NOW)
    assert [(window.name, window.region) for window in around(db).windows] == [("双抢", "市中区")]
    assert around(db, JIANLI).windows == ()
    with pytest.raises(Refused) as refused:
        actions.add_season(db, region=COUNTY, window=replace(DOUBLE, first=DOUBLE.last), by=by, now=NOW)
    assert refused.value.code == "window_overlaps"
    actions.remove_season(db, region=COUNTY, season=season, by=by, now=NOW)
    assert db.scalars(select(FarmSeason)).all() == []


def test_a_pasted_notice_makes_its_year_known_and_a_second_one_replaces_it(cast: Cast, db: Session) -> None:
    day = date(2027, 1, 1)
    assert not around(db, day=day).holidays.is_known(2027)
    notice = "关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至{}日放假，共{}天。" + REST_OF_NOTICE
    assert actions.take_notice(db, text=notice.format(3, 3), seen="", by=SYSTEM, now=NOW) == (2027, 25)
    with pytest.raises(StaleRecord):
        actions.take_notice(db, text=notice.format(2, 2), seen="", by=SYSTEM, now=NOW)
    assert actions.take_notice(db, text=notice.format(3, 3), seen="", by=SYSTEM, now=NOW) == (2027, 25)
    seen = queries.special_days(db, None, today=TODAY)[1]
    assert actions.take_notice(db, text=notice.format(2, 2), seen=seen, by=SYSTEM, now=NOW) == (2027, 24)
    known, _markets = queries.days_otherwise(db, SHIWAN, day, day + timedelta(days=9))
    assert known.is_known(2027)
    assert sorted(known.days) == [day, date(2027, 1, 2)]


def test_a_village_may_be_off_when_the_country_is_not(cast: Cast, db: Session) -> None:
    said = {"kind": "holiday", "day": FRIDAY, "is_on": True, "name": "赶苗场", "seen": ""}
    actions.set_day(db, region=SHIWAN, **said, by=cast.chen_actor, now=NOW)
    found = around(db).holidays.on(FRIDAY)
    assert found is not None and (found.is_off, found.name) == (True, "赶苗场")
    assert around(db, JIANLI).holidays.on(FRIDAY) is None


def test_dusk_is_the_county_seats_until_the_village_says_where_it_lies(cast: Cast, db: Session) -> None:
    assert around(db).position.stands_for == "市中区"
    where = {"latitude": 29.61, "longitude": 105.01, "seen": None}
    actions.set_position(db, region=SHIWAN, **where, by=cast.chen_actor, now=NOW)
    position = around(db).position
    assert (position.latitude, position.longitude, position.stands_for) == (29.61, 105.01, "")


def test_other_classes_bear_on_a_date_and_another_villages_title_stays_there(cast: Cast, db: Session) -> None:
    from nightschool.models.people import Teacher

    here = make_session(db, make_course(db, title="防诈骗"), FRIDAY, starts=1000, ends=1090)
    there = make_course(db, JIANLI, "柑橘", teachers=(cast.teacher,), published=False)
    make_session(db, there, FRIDAY, teachers=(cast.teacher,), starts=600, ends=660)
    teacher = db.get(Teacher, cast.teacher)
    found = around(db, teachers=(teacher.public_id,))
    assert [one.title for one in found.here] == ["防诈骗"]
    [away] = found.taught["周老师"]
    assert (away.village, away.starts, away.title) == ("建立村", 600, "")
    assert list(around(db, but_session=here.public_id).here) == []


def test_nobody_keeps_calendars_where_they_have_no_posting(cast: Cast, db: Session) -> None:
    with pytest.raises(NotAllowed):
        actions.add_season(db, region=COUNTY, window=DOUBLE, by=cast.chen_actor, now=NOW)
    with pytest.raises(NotAllowed):
        actions.take_notice(db, text="", seen="", by=cast.region_administrator_actor, now=NOW)


@pytest.mark.parametrize("n", [1, 30])
def test_advice_asks_the_same_number_of_questions_whatever_there_is(
    cast: Cast, database: object, db: Session, statements: list[str], n: int, request: pytest.FixtureRequest
) -> None:
    course = make_course(db)
    for number in range(n):
        make_session(db, course, FRIDAY + timedelta(days=number), starts=600, ends=660)
        actions.add_season(
            db, region=SHIWAN, window=replace(DOUBLE, name=f"农活{number}"), by=cast.chen_actor, now=NOW
        )
    here, choices = locality(db, SHIWAN), on_offer(db, SHIWAN)
    days = [FRIDAY + timedelta(days=number) for number in range(n)]
    statements.clear()
    surroundings(db, here, days, choices=choices, zone="Asia/Shanghai")
    assert len(statements) == 4
