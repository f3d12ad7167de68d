"""Several class sessions called off or put off at once: which of them, to when, and the sentences for it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.proposals import check_slot
from nightschool.rules.courses.series import Member, Reach, Step, shifted
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.regions import Level, does_as_a_county, level_of
from nightschool.rules.seasons.periods import week_of
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import _, counted


def can_call_off(region: str) -> bool:
    """Whether an evening of all its villages is called off at once: by whoever says that nobody shall set out.

    The same regions draw classes to be seen.
    """
    return level_of(region) is Level.TOWNSHIP or does_as_a_county(region)


def reached(
    members: Iterable[Member], this: Member, reach: Reach, change: Change, at: Moment
) -> tuple[Member, ...]:
    """Which of these a change of this one goes on to, itself among them, by day and time.

    `members` are those of its course, or those of its village, as the reach says. What was held or called off stays;
    put off is only what has not begun, while what is over may still turn out not to have been held.
    """
    week = week_of(this.state.slot.day)

    def is_meant(one: Member) -> bool:
        slot = one.state.slot
        match reach:
            case Reach.FOLLOWING:
                return slot.begins >= this.state.slot.begins
            case Reach.DAY:
                return slot.day == this.state.slot.day
            case Reach.WEEK:
                return week.first <= slot.day <= week.last
        return False

    def is_open(one: Member) -> bool:
        return one.status in TO_COME and (change is not Change.POSTPONE or one.state.slot.begins > at)

    return tuple(one for one in members if one.id == this.id or (is_meant(one) and is_open(one)))


def put_off(members: Iterable[Member], this: Member, slot: Slot) -> tuple[Step, ...]:
    """This one to its new slot, and each other as many days on; the time of day goes along where it was the same.

    Raises Refused where one would meet at an impossible time.
    """
    check_slot(slot)
    steps = []
    for one in members:
        new = shifted(one.state.slot, this.state.slot, slot, with_own_time=False)
        check_slot(new)
        steps.append(Step(one, replace(one.state, slot=new)))
    return tuple(steps)


def call_off(members: Iterable[Member]) -> tuple[Step, ...]:
    """Each of these as it is: it only does not take place."""
    return tuple(Step(one, one.state) for one in members)


def reach_digest(steps: Iterable[Step]) -> str:
    """A short text that is another one as soon as other sessions are reached, or one of them was changed."""
    shown = "|".join(f"{step.member.id} {step.member.revision} {step.after.slot}" for step in steps)
    return hashlib.sha256(shown.encode()).hexdigest()[:24]


def reach_choices(counts: Mapping[Reach, int]) -> dict[str, str]:
    """How far a change may go, in words; only what goes further than the one before is offered."""
    following, day, week = (counts.get(reach, 0) for reach in (Reach.FOLLOWING, Reach.DAY, Reach.WEEK))
    choices = {Reach.ONE.value: _("只这一次")}
    if following > 1:
        choices[Reach.FOLLOWING.value] = counted("这一次和后面的，一共 %(n)d 次", following)
    if day > 1:
        choices[Reach.DAY.value] = counted("这一天村里的课都这样，%(n)d 次", day)
    if week > max(1, day):
        choices[Reach.WEEK.value] = counted("这一周村里的课都这样，%(n)d 次", week)
    return choices


def tell_done(change: Change, count: int) -> str:
    """One sentence: what was done to how many."""
    if change is Change.POSTPONE:
        return counted("%(n)d 次课一起改期了。", count)
    return counted("%(n)d 次课一起记为不上了。", count)
