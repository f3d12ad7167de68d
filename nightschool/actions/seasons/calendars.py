"""Calendars: market days, farm windows, single days and a year's holiday notice, kept at the region they hold for."""

from dataclasses import asdict, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.records import note
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.calendars import FarmSeason, HolidayYear, MarketRule, RegionPosition, SpecialDay
from nightschool.queries.seasons.calendars import special_days
from nightschool.queries.seasons.localities import market_of
from nightschool.rules.access import Actor, require
from nightschool.rules.regions import Level, level_of
from nightschool.rules.seasons.farm_windows import FarmWindow, check_near, check_window
from nightschool.rules.seasons.holidays import read_notice
from nightschool.rules.seasons.markets import Market, MissingThirtieth
from nightschool.rules.slots import Now

_KEEP = "keep_calendars"
Kept = TypeVar("Kept", MarketRule, FarmSeason, SpecialDay)
_MOST_MARKETS = 10


def add_market(db: Session, *, region: str, market: Market, by: Actor, now: Now) -> str:
    """The township has one market more; its public id comes back. Raises: Refused with `markets_of_townships`,
    `market_known` or `markets_full`.
    """
    require(by, _KEEP, region)
    if level_of(region) is not Level.TOWNSHIP:
        raise Refused("markets_of_townships", field="days")
    known = [market_of(one) for one in db.scalars(select(MarketRule).where(MarketRule.region_code == region))]
    numbers = sorted(market.numbers)
    if _meant(market) in map(_meant, known):
        raise Refused("market_known", field="days")
    if len(known) >= _MOST_MARKETS:
        raise Refused("markets_full", field="days", most=_MOST_MARKETS)
    rule = MarketRule(**{**asdict(market), "numbers": numbers, "region_code": region})
    db.add(rule)
    db.flush()
    note(db, rule, "calendar.market", by=by, now=now, kind=market.kind, numbers=numbers)
    return rule.public_id


def _meant(market: Market) -> Market:
    """The market as people mean it, however it is known and whatever a short month does to it."""
    return replace(market, missing_thirtieth=MissingThirtieth.SKIPPED, is_example=False)


def remove_market(db: Session, *, region: str, market: str, by: Actor, now: Now) -> None:
    """The township has this market no more. Raises: NotFound."""
    rule = _taken_out(db, MarketRule, MarketRule.public_id == market, region, by)
    note(db, rule, "calendar.market_end", by=by, now=now)


def add_season(db: Session, *, region: str, window: FarmWindow, by: Actor, now: Now) -> str:
    """The region and all below it have this farm window; its public id comes back. Raises: Refused, as
    `rules.seasons.farm_windows.check_window` does.
    """
    require(by, _KEEP, region)
    check_goes_on(db, [(region, now.day)])
    known = db.scalars(select(FarmSeason).where(FarmSeason.region_code == region)).all()
    others = [FarmWindow(one.name, one.first, one.last) for one in known]
    check_window(window.name, window.first, window.last, others, today=now.day)
    season = FarmSeason(
        region_code=region,
        name=window.name,
        first=window.first,
        last=window.last,
        is_example=window.is_example,
    )
    db.add(season)
    db.flush()
    note(db, season, "calendar.season", by=by, now=now, name=window.name)
    return season.public_id


def remove_season(db: Session, *, region: str, season: str, by: Actor, now: Now) -> None:
    """The region has this farm window no more. Raises: NotFound."""
    gone = _taken_out(db, FarmSeason, FarmSeason.public_id == season, region, by)
    note(db, gone, "calendar.season_end", by=by, now=now, name=gone.name)


def set_day(
    db: Session,
    *,
    region: str,
    kind: str,
    day: date,
    is_on: bool,
    name: str,
    seen: str,
    by: Actor,
    now: Now,
) -> None:
    """On this day it is so in this region, whatever its calendar says; said again, the last word counts.

    `seen`: the digest of `queries.seasons.calendars.special_days` when it was looked at. Raises: Refused with
    `day_far_away`; StaleRecord when something else was said of this day since.
    """
    require(by, _KEEP, region)
    check_goes_on(db, [(region, now.day)])
    check_near("day", day, today=now.day)
    which = (SpecialDay.region_code == region, SpecialDay.kind == kind, SpecialDay.day == day)
    found = db.scalar(select(SpecialDay).where(*which).with_for_update())
    is_otherwise = found is not None and (found.is_on, found.name) != (is_on, name)
    if is_otherwise and special_days(db, region, today=now.day)[1] != seen:
        raise StaleRecord("special_day", 0, 0)
    found = found or SpecialDay(region_code=region, kind=kind, day=day)
    found.is_on, found.name = is_on, name
    _put(db, found)
    note(db, found, "calendar.day", by=by, now=now, kind=kind, day=day.isoformat(), is_on=is_on)


def forget_day(db: Session, *, region: str, special_day: int, by: Actor, now: Now) -> None:
    """The day is again what its calendar says. Raises: NotFound."""
    gone = _taken_out(db, SpecialDay, SpecialDay.id == special_day, region, by)
    note(db, gone, "calendar.day_end", by=by, now=now, day=gone.day.isoformat())


def take_notice(db: Session, *, text: str, seen: str, by: Actor, now: Now) -> tuple[int, int]:
    """The holidays of the year are those of the notice, whatever was known of it before: the year, and how many days.

    `seen`: the digest of `queries.seasons.calendars.special_days` when it was begun. Raises: Refused, as
    `rules.seasons.holidays.read_notice` does; StaleRecord when another notice of the year was taken since.
    """
    require(by, "keep_regions", None)
    year, days = read_notice(text)
    of_the_year = (
        SpecialDay.region_code.is_(None),
        SpecialDay.kind == "holiday",
        SpecialDay.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    if db.get(HolidayYear, year, with_for_update=True) is None:
        _put(db, HolidayYear(year=year))
    elif special_days(db, None, today=now.day)[1] != seen:
        stored = select(SpecialDay.day, SpecialDay.is_on, SpecialDay.name).where(*of_the_year)
        if {tuple(row) for row in db.execute(stored)} != {(one.day, one.is_off, one.name) for one in days}:
            raise StaleRecord("holiday_year", 0, 0)
    db.execute(delete(SpecialDay).where(*of_the_year))
    known = set(db.scalars(select(SpecialDay.day).where(SpecialDay.region_code.is_(None))))
    db.add_all(
        SpecialDay(region_code=None, kind="holiday", day=one.day, is_on=one.is_off, name=one.name)
        for one in days
        if one.day not in known
    )
    db.flush()
    note(db, f"holiday_year {year}", "calendar.notice", by=by, now=now, days=len(days))
    return year, len(days)


def set_position(
    db: Session,
    *,
    region: str,
    latitude: float,
    longitude: float,
    seen: tuple[float, float] | None,
    by: Actor,
    now: Now,
) -> None:
    """It is known where the region lies. Raises: StaleRecord when it lies elsewhere by now than what was `seen`."""
    require(by, _KEEP, region)
    found = db.get(RegionPosition, region, with_for_update=True)
    if found is not None and (found.latitude, found.longitude) not in (seen, (latitude, longitude)):
        raise StaleRecord("region_position", 0, 0)
    found = found or RegionPosition(region_code=region)
    found.latitude, found.longitude = latitude, longitude
    _put(db, found)
    note(db, found, "calendar.position", by=by, now=now)


def _put(db: Session, record: SpecialDay | RegionPosition | HolidayYear) -> None:
    """It is stored. Raises StaleRecord when somebody has stored the first one at this very moment."""
    try:
        with db.begin_nested():
            db.add(record)
    except IntegrityError as error:
        raise StaleRecord(record.__tablename__, 0, 0) from error


def _taken_out(db: Session, table: type[Kept], which: ColumnElement[bool], region: str, by: Actor) -> Kept:
    """What was kept at this region, as it was before it went. Raises NotFound, NotAllowed."""
    require(by, _KEEP, region)
    found = db.scalar(select(table).where(which, table.region_code == region))
    if found is None:
        raise NotFound
    db.delete(found)
    db.flush()
    return found
