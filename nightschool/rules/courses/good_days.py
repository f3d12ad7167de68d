"""Which day suits: the best free slots of some weeks for a course, each with what speaks for it and against it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nightschool.rules.almanac import clock
from nightschool.rules.courses.advice import (
    AFTER_WORK,
    WALK_HOME_MINUTES,
    Advice,
    Surroundings,
    advise,
    said_once,
)
from nightschool.rules.places.travel import gap_needed
from nightschool.rules.seasons.daylight import dark_at
from nightschool.rules.slots import DAY_MINUTES, Moment, Slot
from nightschool.texts import _

_A_DAY = timedelta(days=1)
_WINDOW_DAYS = 31
MOST_SUGGESTED = 5
_LONGEST_LIST_OF_DAYS = 62
_USUAL_STARTS = (19 * 60, 14 * 60 + 30, 9 * 60)
JUST_OVER_DAYS = 10

# How much a thing speaks against a date; a day later costs _LATER, the time that was asked for gains _ASKED_FOR.
_AGAINST = {
    "odd_hours": 70,
    "darkness": 60,
    "travel": 50,
    "farm_work": 45,
    "market": 40,
    "holiday": 30,
    "same_evening": 30,
    "weekly_limit": 30,
    "busy_teacher": 25,
    "same_topic": 20,
    "make_up_day": 20,
    "rain": 15,
    "holiday_unknown": 0,
}
_FARM_WORK_IN_THE_EVENING = 15
_FOR = 12
_ASKED_FOR = 10
_LATER = 0.5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A slot that is free for everything the course needs, and what there is to say about it."""

    slot: Slot
    reasons: tuple[str, ...]
    against: tuple[Advice, ...]
    score: float


def suggest(
    days: Iterable[date],
    *,
    starts: int,
    ends: int,
    around: Surroundings,
    busy: Collection[Slot],
    not_before: Moment,
) -> tuple[Suggestion, ...]:
    """The best free slots, at most one a day and five in all, best first.

    The times tried are the one that was asked for, the usual three, and the last that ends in daylight. `busy` are the
    slots for which the teachers and the venue are held on these days, and in which one of them cannot.
    """
    best = []
    for number, day in enumerate(sorted(set(days))):
        taken = [slot for slot in busy if slot.day == day]
        options = [
            _weighed(slot, starts, number, around, not_before.day)
            for slot in _slots(day, starts, ends, around)
            if slot.begins > not_before and not any(slot.overlaps(other) for other in taken)
        ]
        if options:
            best.append(max(options, key=lambda option: option.score))
    first = sorted(best, key=lambda option: (-option.score, option.slot))[:MOST_SUGGESTED]
    heard = said_once(option.against for option in first)
    return tuple(replace(option, against=against) for option, against in zip(first, heard, strict=True))


def window(first: date, until: date | None) -> tuple[date, ...]:
    """The days to look at: from the first to the last, both included, at most two months; a month without a last."""
    last = until or first + _A_DAY * (_WINDOW_DAYS - 1)
    count = min(max((last - first).days + 1, 1), _LONGEST_LIST_OF_DAYS)
    return tuple(first + _A_DAY * number for number in range(count))


def _slots(day: date, starts: int, ends: int, around: Surroundings) -> Collection[Slot]:
    length = ends - starts
    wanted = [starts, *_USUAL_STARTS]
    if not around.is_lit and around.position is not None:
        dark = dark_at(around.position, day, around.zone)
        if dark is not None:
            wanted.append((dark - WALK_HOME_MINUTES - length) // 30 * 30)
    sound = dict.fromkeys(start for start in wanted if start >= 6 * 60 and start + length <= DAY_MINUTES)
    return [Slot(day, start, start + length) for start in sound]


def _weighed(slot: Slot, asked: int, number: int, around: Surroundings, today: date) -> Suggestion:
    against = advise(slot, around, today=today)
    reasons, near = _reasons(slot, around)
    score = _FOR * len(reasons) - _LATER * number + (_ASKED_FOR if slot.starts == asked else 0)
    score -= burden(slot, against)
    if near:  # what keeps the teacher away elsewhere brings them here
        score += _AGAINST["busy_teacher"]
        against = tuple(one for one in against if one.kind != "busy_teacher")
    return Suggestion(slot, reasons, against, score)


def burden(slot: Slot, against: Iterable[Advice]) -> int:
    """How much all of this speaks against the slot; a market in the morning is 40."""
    is_evening = slot.starts >= AFTER_WORK
    return sum(
        _FARM_WORK_IN_THE_EVENING if one.kind == "farm_work" and is_evening else _AGAINST.get(one.kind, 0)
        for one in against
    )


def _reasons(slot: Slot, around: Surroundings) -> tuple[tuple[str, ...], bool]:
    """What speaks for the slot, and whether a teacher is close by that day with time to come over."""
    reasons = []
    if around.markets.on(slot.day - _A_DAY) and not around.markets.on(slot.day):
        reasons.append(_("逢场后一天"))
    over = [one for one in around.windows if 0 < (slot.day - one.last).days <= JUST_OVER_DAYS]
    reasons += [_("%(name)s已过", name=one.name) for one in {one.name: one for one in over}.values()]
    near = False
    for name, sessions in around.taught.items():
        for one in sessions:
            gap = max(slot.starts - one.ends, one.starts - slot.ends)
            if one.day == slot.day and one.is_near and gap >= gap_needed(one.way):
                near = True
                reasons.append(_("%(teacher)s当天在%(village)s", teacher=name, village=one.village))
    if not around.is_lit and around.position is not None:
        dark = dark_at(around.position, slot.day, around.zone)
        if dark is not None and slot.ends + WALK_HOME_MINUTES <= dark and slot.ends > 12 * 60:
            reasons.append(_("%(time)s 天黑，赶得回家", time=clock(dark)))
    return tuple(reasons), near
