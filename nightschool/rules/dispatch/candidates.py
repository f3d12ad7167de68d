"""Who could be sent for a wish: whether a teacher teaches it, on which days they are truly free, and in which order."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from nightschool.rules.almanac import monday_of
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.dispatch.dispatches import FURTHEST_DAYS, Engagement, in_the_way
from nightschool.rules.dispatch.wishes import are_alike
from nightschool.rules.slots import Slot

WINDOW = timedelta(days=28)  # from the first day that suits
MOST_DAYS = 3  # offered of each teacher
_USUAL = {
    "morning": (9 * 60, 10 * 60 + 30),
    "afternoon": (14 * 60 + 30, 16 * 60),
    "evening": (19 * 60, 20 * 60 + 30),
}
_SATURDAY = 5


def usual_times(times: Collection[str]) -> tuple[int, int]:
    """From when to when, where nothing else is said: the first part of the day that suits, else the evening."""
    return next((_USUAL[one] for one in _USUAL if one in times), _USUAL["evening"])


def days_that_suit(months: Collection[int], times: Collection[str], today: date) -> tuple[date, ...]:
    """Four weeks from tomorrow, or from the first day that suits; none where no month of the next half year does.

    No months, no times: any. Weekends alone where nothing else was named.
    """
    only_weekends = set(times) == {"weekend"}
    found: list[date] = []
    for ahead in range(1, FURTHEST_DAYS + 1):
        day = today + timedelta(days=ahead)
        if found and day >= found[0] + WINDOW:
            break
        if (not months or day.month in months) and (not only_weekends or day.weekday() >= _SATURDAY):
            found.append(day)
    return tuple(found)


def free_days(
    slots: Iterable[Slot],
    *,
    engagements: Sequence[Engagement],
    closed: Sequence[ClosedTime],
    village: Sequence[Slot],
    weekly_limit: int | None,
) -> tuple[Slot, ...]:
    """The first of these slots in which a teacher is free, the way included, and the village too (`village`: taken)."""
    weeks = Counter(monday_of(one.slot.day) for one in engagements)
    found: list[Slot] = []
    for slot in slots:
        if len(found) == MOST_DAYS:
            break
        if weekly_limit is not None and weeks[monday_of(slot.day)] >= weekly_limit:
            continue
        if any(one.overlaps(slot) for one in village) or any(one.covers(slot) for one in closed):
            continue
        if in_the_way(slot, engagements) is None:
            found.append(slot)
    return tuple(found)


def teaches(topic: str, specialities: str) -> bool:
    """True when one of the things a teacher is said to teach may well be this topic."""
    return any(are_alike(topic, one) for one in re.split(r"\W+", specialities) if one)
