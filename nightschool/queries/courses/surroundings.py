"""What is known around some days in a village, for advice on a date and for finding a good one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from nightschool.queries.courses import bookings
from nightschool.queries.courses.elsewhere import sessions_around_each
from nightschool.queries.courses.shared_people import people_elsewhere
from nightschool.queries.seasons.calendars import days_otherwise_in, seasons_in
from nightschool.queries.seasons.localities import Locality, meeting_in
from nightschool.rules.courses.advice import NearbySession, Surroundings
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.good_days import JUST_OVER_DAYS, Suggestion, suggest
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.holidays import Holidays
from nightschool.rules.seasons.markets import Markets
from nightschool.rules.slots import Moment, Slot


def surroundings(
    db: Session,
    here: Locality,
    days: Collection[date],
    *,
    choices: Choices,
    teachers: Sequence[str] = (),
    venue: str | None = None,
    title: str = "",
    zone: str,
    but_course: str = "",
    but_session: str = "",
    not_here: str = "",
) -> Surroundings:
    """What is known around these days in a village: for `rules.courses.advice.advise`.

    Teachers and venue by public id; what is to be known of themselves is among the `choices`. What is left out:
    `queries.courses.elsewhere.sessions_around`. Cost: 4 queries, 5 of a course, and 1 in another village's hall.
    """
    course = but_course or not_here
    but = (but_course, but_session, not_here)
    here = meeting_in(db, here, choices.hall_in(venue))
    found = surroundings_of(
        db, [here], days, choices=choices, teachers={here.code: teachers}, zone=zone, but=but
    )
    people = people_elsewhere(db, course, min(days), max(days)) if course else ()
    return replace(meeting_at(found[here.code], choices, venue), people=people, title=title)


def meeting_at(around: Surroundings, choices: Choices, venue: str | None) -> Surroundings:
    """The same for a class that meets at this venue, among the choices by its public id."""
    place = next((one for one in choices.venues if one.public_id == venue), None)
    if place is None:
        return replace(around, is_lit=True, is_covered=True, venue="")
    return replace(around, is_lit=place.is_lit, is_covered=place.is_covered, venue=place.name)


def surroundings_of(
    db: Session,
    places: Sequence[Locality],
    days: Collection[date],
    *,
    choices: Choices,
    teachers: Mapping[str, Collection[str]],
    zone: str,
    but: tuple[str, str, str] = ("", "", ""),
) -> dict[str, Surroundings]:
    """`surroundings` of each of these villages with its `teachers`, by code; of a class, where it meets, what it is
    called and who comes is not among it. Cost: 4 queries, however many villages and days.
    """
    first, last = min(days), max(days)
    codes = [here.code for here in places]
    otherwise = days_otherwise_in(db, codes, first, last)
    windows = seasons_in(db, codes, first, last)
    around = sessions_around_each(db, places, teachers, first, last, but=but)
    limits = {one.public_id: (one.name, one.weekly_limit) for one in choices.teachers}

    def limits_of(code: str) -> dict[str, int]:
        known = [limits[one] for one in teachers.get(code, ()) if one in limits]
        return {name: most for name, most in known if most is not None}

    return {
        code: _of(here, *otherwise[code], windows[code], *around[code], limits_of(code), zone)
        for code, here in zip(codes, places, strict=True)
    }


def _of(
    here: Locality,
    holidays: Holidays,
    markets: Mapping[date, bool],
    windows: tuple[FarmWindow, ...],
    taught: Mapping[str, Sequence[NearbySession]],
    in_village: Sequence[NearbySession],
    weekly_limits: Mapping[str, int],
    zone: str,
) -> Surroundings:
    return Surroundings(
        markets=Markets(here.markets, markets),
        markets_of=here.township_name,
        markets_are_examples=here.markets_are_examples,
        holidays=holidays,
        windows=windows,
        position=here.position,
        zone=zone,
        taught=taught,
        here=in_village,
        weekly_limits=weekly_limits,
        kmh_of=here.kmh_of,
    )


def good_days(
    db: Session,
    here: Locality,
    days: Sequence[date],
    *,
    choices: Choices,
    teachers: Sequence[str],
    venue: str | None,
    starts: int,
    ends: int,
    title: str,
    zone: str,
    not_before: Moment,
) -> tuple[Suggestion, ...]:
    """The best free slots on these days for a course like this. Cost: 6 queries, however many days.

    Looked at from the day before the first, and for windows that have just ended, some days further back.
    """
    want = choices.want(Slot(min(days), starts, ends), teachers, venue)
    busy = bookings.busy(db, want.needs, days)
    since = [min(days) - timedelta(days=JUST_OVER_DAYS), *days]
    around = surroundings(
        db, here, since, choices=choices, teachers=teachers, venue=venue, title=title, zone=zone
    )
    taken = [slot for slots in busy.values() for slot in slots]
    return suggest(days, starts=starts, ends=ends, around=around, busy=taken, not_before=not_before)
