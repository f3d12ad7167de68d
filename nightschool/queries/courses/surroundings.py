"""What is known around some days in a village, for advice on a date and for finding a good one."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from nightschool.queries.courses import bookings
from nightschool.queries.courses.elsewhere import sessions_around
from nightschool.queries.courses.shared_people import people_elsewhere
from nightschool.queries.seasons.calendars import days_otherwise, seasons
from nightschool.queries.seasons.localities import Locality
from nightschool.rules.courses.advice import Surroundings
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.good_days import JUST_OVER_DAYS, Suggestion, suggest
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
    `queries.courses.elsewhere.sessions_around`. Cost: 4 queries, 5 of a course, however many days.
    """
    first, last = min(days), max(days)
    course = but_course or not_here
    holidays, markets = days_otherwise(db, here.code, first, last)
    taught, in_village = sessions_around(
        db,
        here,
        teachers,
        first,
        last,
        but_course=but_course,
        but_session=but_session,
        not_here=not_here,
    )
    place = next((one for one in choices.venues if one.public_id == venue), None)
    return Surroundings(
        markets=Markets(here.markets, markets),
        markets_of=here.township_name,
        markets_are_examples=here.markets_are_examples,
        holidays=holidays,
        windows=seasons(db, here.code, first, last),
        position=here.position,
        zone=zone,
        is_lit=place.is_lit if place else True,
        is_covered=place.is_covered if place else True,
        venue=place.name if place else "",
        taught=taught,
        here=in_village,
        people=people_elsewhere(db, course, first, last) if course else (),
        title=title,
        weekly_limits={
            one.name: one.weekly_limit
            for one in choices.teachers
            if one.public_id in teachers and one.weekly_limit is not None
        },
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
