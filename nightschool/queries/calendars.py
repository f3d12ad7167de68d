"""The calendars of a region, as its page shows them and as advice on a date needs them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nightschool.models.calendars import FarmSeason, HolidayYear, MarketRule, RegionPosition, SpecialDay
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession
from nightschool.queries import bookings, elsewhere
from nightschool.queries.closed_times import closed_times
from nightschool.queries.elsewhere import standing
from nightschool.queries.region_settings import travel_kmh
from nightschool.rules import holidays as rules
from nightschool.rules.advice import SAME_TOPIC_DAYS, Elsewhere, Surroundings
from nightschool.rules.daylight import Position, known_seat
from nightschool.rules.farm_windows import FarmWindow
from nightschool.rules.finder import JUST_OVER_DAYS, Suggestion, suggest
from nightschool.rules.holidays import Holiday, Holidays
from nightschool.rules.markets import Market, Markets
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.rules.slots import Moment


@dataclass(frozen=True, slots=True)
class MarketLine:
    """One market as the page lists it."""

    public_id: str
    market: Market


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """One farm window as the page lists it; `is_own` when it is kept at this very region."""

    public_id: str
    window: FarmWindow
    is_own: bool


@dataclass(frozen=True, slots=True)
class SpecialLine:
    """One day that is otherwise here."""

    id: int
    kind: str
    day: date
    is_on: bool
    name: str


@dataclass(frozen=True, slots=True)
class Calendars:
    """Everything a region's calendar page shows."""

    code: str
    name: str
    level: str
    township: str  # code of the township whose markets these are; empty above townships
    township_name: str
    markets: tuple[MarketLine, ...]
    seasons: tuple[SeasonLine, ...]
    special: tuple[SpecialLine, ...]
    years: tuple[int, ...]  # whose holidays are known, the newest first
    position: Position | None


def calendars(db: Session, region: str, *, today: date) -> Calendars | None:
    """The calendars of a region; windows and days of the past year and to come. None: no such region.

    Cost: 6 queries.
    """
    names = _names(db, region)
    if region not in names:
        return None
    township = _township_of(region)
    since = today - timedelta(days=366)
    return Calendars(
        code=region,
        name=names[region],
        level=level_of(region),
        township=township,
        township_name=names.get(township, ""),
        markets=_market_lines(db, township),
        seasons=_season_lines(db, region, names, since=since),
        special=tuple(
            SpecialLine(*row)
            for row in db.execute(
                select(SpecialDay.id, SpecialDay.kind, SpecialDay.day, SpecialDay.is_on, SpecialDay.name)
                .where(SpecialDay.region_code == region, SpecialDay.day >= since)
                .order_by(SpecialDay.day, SpecialDay.kind)
            )
        ),
        years=tuple(sorted(rules.shipped().years | set(db.scalars(select(HolidayYear.year))), reverse=True)),
        position=_position(db, region, names),
    )


def markets(db: Session, village: str) -> tuple[Market, ...]:
    """The markets of the township that a village lies in. Cost: 1 query."""
    return tuple(line.market for line in _market_lines(db, _township_of(village)))


def holidays(db: Session, region: str, first: date, last: date) -> Holidays:
    """What is known of the holidays around these days, as the region and those above it have them. Cost: 2 queries."""
    known = rules.shipped()
    own = db.execute(
        select(SpecialDay.region_code, SpecialDay.day, SpecialDay.is_on, SpecialDay.name)
        .where(
            SpecialDay.kind == "holiday",
            SpecialDay.day.between(first, last),
            or_(
                SpecialDay.region_code.is_(None), SpecialDay.region_code.in_((region, *ancestors_of(region)))
            ),
        )
        # The nearer region has the last word; the country's own notice stands first.
        .order_by(SpecialDay.region_code.is_not(None), SpecialDay.region_code)
    ).all()
    pasted = {row.day: Holiday(row.day, row.is_on, row.name) for row in own if row.region_code is None}
    otherwise = {row.day: Holiday(row.day, row.is_on, row.name) for row in own if row.region_code is not None}
    years = frozenset(db.scalars(select(HolidayYear.year)))
    # A year that was pasted in replaces what was shipped of it.
    shipped = {day: holiday for day, holiday in known.days.items() if day.year not in years}
    return Holidays(known.years | years, shipped | pasted, otherwise)


def good_days(
    db: Session,
    village: str,
    days: Sequence[date],
    *,
    starts: int,
    ends: int,
    title: str,
    teachers: Sequence[str],
    venue: str | None,
    zone: str,
    not_before: Moment,
) -> tuple[Suggestion, ...]:
    """The best free slots on these days for a course like this. Cost: at most 18 queries, however many days.

    Looked at from the day before the first, and for windows that have just ended, some days further back.
    """
    names, shared = bookings.needed_by(db, village, teachers=teachers, venue=venue)
    held = bookings.holdings(db, set(names), set(days), for_village=village)
    times = closed_times(db, {*names, *shared}, min(days), max(days))
    since = [min(days) - timedelta(days=JUST_OVER_DAYS), *days]
    around = surroundings(db, village, since, title=title, teachers=teachers, venue=venue, zone=zone)
    closed = [time for found in times.values() for time in found]
    return suggest(
        days, starts=starts, ends=ends, around=around, held=held, not_before=not_before, closed=closed
    )


def surroundings(
    db: Session,
    village: str,
    days: Collection[date],
    *,
    title: str = "",
    teachers: Sequence[str] = (),
    venue: str | None = None,
    zone: str,
    but_course: str = "",
    but_session: str = "",
    not_here: str = "",
) -> Surroundings:
    """What is known around these days in a village: for `rules.advice.advise`. Teachers and venue by public id.

    A course or class session that is being moved itself is left out; of the course `not_here`, what its teachers have
    to do counts, but it speaks against no date of the village. Cost: 13 queries, however many days.
    """
    first, last = min(days), max(days)
    names = _names(db, village)
    township = _township_of(village)
    lines = _market_lines(db, township)
    rules_here = tuple(line.market for line in lines)
    special = db.execute(
        select(SpecialDay.day, SpecialDay.is_on)
        .where(
            SpecialDay.kind == "market",
            SpecialDay.region_code.in_((township, village)),
            SpecialDay.day.between(first, last),
        )
        .order_by(SpecialDay.region_code)
    ).all()
    place = db.execute(
        select(Venue.name, Venue.is_lit, Venue.is_covered).where(Venue.public_id == (venue or ""))
    ).first()
    position = _position(db, village, names)
    kmh, kmh_of = travel_kmh(db, village)
    return Surroundings(
        markets=Markets(rules_here, {row.day: row.is_on for row in special}),
        markets_of=names.get(township, ""),
        markets_are_examples=bool(rules_here) and all(rule.is_example for rule in rules_here),
        holidays=holidays(db, village, first, last),
        windows=tuple(
            line.window
            for line in _season_lines(db, village, names, since=first)
            if line.window.first <= last
        ),
        position=position,
        zone=zone,
        is_lit=place.is_lit if place else True,
        is_covered=place.is_covered if place else True,
        venue=place.name if place else "",
        taught=elsewhere.taught(
            db,
            village,
            teachers,
            standing(*elsewhere.whole_weeks(first, last), but_course, but_session),
            position,
            kmh,
            not_here,
        ),
        here=_here(db, village, first, last, but_course or not_here, but_session),
        title=title,
        weekly_limits=elsewhere.weekly_limits(db, teachers),
        kmh_of=kmh_of,
    )


def _names(db: Session, region: str) -> dict[str, str]:
    codes = (region, *ancestors_of(region))
    rows = db.execute(select(Region.code, Region.name).where(Region.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _township_of(region: str) -> str:
    line = (region, *ancestors_of(region))
    return next((code for code in line if level_of(code) is Level.TOWNSHIP), "")


def _market_lines(db: Session, township: str) -> tuple[MarketLine, ...]:
    rows = db.execute(
        select(
            MarketRule.public_id,
            MarketRule.kind,
            MarketRule.numbers,
            MarketRule.missing_thirtieth,
            MarketRule.place,
            MarketRule.is_example,
        )
        .where(MarketRule.region_code == township)
        .order_by(MarketRule.id)
    )
    return tuple(
        MarketLine(
            row.public_id,
            Market(row.kind, frozenset(row.numbers), row.missing_thirtieth, row.place, row.is_example),
        )
        for row in rows
    )


def _season_lines(db: Session, region: str, names: dict[str, str], *, since: date) -> tuple[SeasonLine, ...]:
    rows = db.execute(
        select(
            FarmSeason.public_id,
            FarmSeason.region_code,
            FarmSeason.name,
            FarmSeason.first,
            FarmSeason.last,
            FarmSeason.is_example,
        )
        .where(FarmSeason.region_code.in_((region, *ancestors_of(region))), FarmSeason.last >= since)
        .order_by(FarmSeason.first, FarmSeason.id)
    )
    return tuple(
        SeasonLine(
            row.public_id,
            FarmWindow(row.name, row.first, row.last, names.get(row.region_code, ""), row.is_example),
            row.region_code == region,
        )
        for row in rows
    )


def _position(db: Session, region: str, names: dict[str, str]) -> Position | None:
    own = db.execute(
        select(RegionPosition.latitude, RegionPosition.longitude).where(RegionPosition.region_code == region)
    ).first()
    if own:
        return Position(own.latitude, own.longitude)
    seat = known_seat(region)
    county = region[:6] + "000000"
    return Position(*seat, names.get(county, county)) if seat else None


def _here(
    db: Session, village: str, first: date, last: date, but_course: str, but_session: str
) -> list[Elsewhere]:
    near = timedelta(days=SAME_TOPIC_DAYS)
    rows = db.execute(
        select(ClassSession.day, ClassSession.starts, ClassSession.ends, ClassSession.title)
        .where(
            ClassSession.region_code == village, *standing(first - near, last + near, but_course, but_session)
        )
        .order_by(ClassSession.day, ClassSession.starts)
    )
    return [Elsewhere(row.day, row.starts, row.ends, row.title, "", True) for row in rows]
