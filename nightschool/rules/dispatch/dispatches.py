"""Dispatches (派单): a teacher is asked to teach in a village at a time; when both have said yes it becomes a class."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.places.travel import Journey, gap_needed
from nightschool.rules.registers.questions import number_in
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import N_, _

LONGEST_NOTE = 100
FURTHEST_DAYS = 180  # further ahead nobody knows what a teacher's days will be


class DispatchStatus(StrEnum):
    """Where an offer stands. Of one that is still open it is said apart who has said yes already."""

    OFFERED = "offered"
    DECLINED = "declined"  # by the village or by the teacher, with a reason
    WITHDRAWN = "withdrawn"  # by who offered it
    OVERTAKEN = "overtaken"  # both wanted it, and what it needs was taken meanwhile
    SCHEDULED = "scheduled"  # it is a class


class Party(StrEnum):
    """Who answers an offer."""

    VILLAGE = "village"
    TEACHER = "teacher"


DECLINE_REASONS = {
    "other_day": N_("那天不行，换个日子"),
    "season": N_("正是农忙，等一等"),
    "topic": N_("这个题目不合适"),
    "far": N_("路太远"),
    "other": N_("别的原因"),
}


class Engagement(NamedTuple):
    """What a teacher does already: when, in which village, and the way from there to the village that is asked about.

    Online, or in that very village, there is no way to go.
    """

    slot: Slot
    village: str
    way: Journey | None
    is_here: bool = False


def in_the_way(slot: Slot, engagements: Iterable[Engagement]) -> Engagement | None:
    """The first engagement that leaves the teacher no time for this slot, the way between the two included."""
    for one in engagements:
        if one.slot.day != slot.day:
            continue
        gap = max(slot.starts - one.slot.ends, one.slot.starts - slot.ends)
        if gap < (0 if one.is_here else gap_needed(one.way)):
            return one
    return None


def check_when(slot: Slot, at: Moment) -> None:
    """Raises Refused, `past` or `too_far_ahead`, unless a teacher can be asked now for this time."""
    if slot.begins <= at:
        raise Refused("past", field="day")
    if slot.day > at.day + timedelta(days=FURTHEST_DAYS):
        raise Refused("too_far_ahead", field="day")


def check_decline(reason: str | None, words: str) -> None:
    """Raises Refused `reason_missing`, `words_missing` for a reason that says nothing without words, or of a number."""
    if reason not in DECLINE_REASONS:
        raise Refused("reason_missing", field="reason")
    if reason == "other" and not words:
        raise Refused("words_missing", field="words")
    if number := number_in(words):
        raise Refused(number, field="words")


def check_open(status: DispatchStatus, slot: Slot, at: Moment) -> None:
    """Raises Refused, `settled` or `past`, unless this offer can still be answered."""
    if status is not DispatchStatus.OFFERED:
        raise Refused("settled", status=status)
    if slot.begins <= at:
        raise Refused("past")


def decline_word(reason: str | None, words: str) -> str:
    """Why not, in the current language: the words of who said no where there are some."""
    return words or (_(DECLINE_REASONS[reason]) if reason else "")


def tell_dispatch(
    status: DispatchStatus, *, village: bool, teacher: bool, is_past: bool, who: str | None, why: str
) -> str:
    """Where an offer stands, in one sentence.

    `village`, `teacher`: that they have said yes. `who` declined, and `why`, or why it came to nothing.
    """
    match status:
        case DispatchStatus.DECLINED:
            text = N_("村里谢绝了：%(why)s") if who == Party.VILLAGE else N_("老师谢绝了：%(why)s")
            return _(text, why=why)
        case DispatchStatus.WITHDRAWN:
            return _("撤回了")
        case DispatchStatus.OVERTAKEN:
            return _("没排成：%(why)s", why=why)
        case DispatchStatus.SCHEDULED:
            return _("都答应了，排好了")
    if is_past:
        return _("到了日子还没都回话，过去了")
    if village:
        return _("村里接了，等老师回话")
    return _("老师答应了，等村里回话") if teacher else _("等村里和老师回话")


_REFUSED = {
    "past": N_("这个时间已经过了，换个日子另外派。"),
    "too_far_ahead": N_("最远派到半年以内，再往后老师的日子说不准。换一天。"),
    "reason_missing": N_("选一个原因，派单的人好再安排。"),
    "words_missing": N_("写一句是什么原因，派单的人好再安排。"),
    "phone": N_("里面像是有手机号，派单的人和老师都看得到。去掉再存；要留电话，写在夜校的联系人里。"),
    "identity": N_("里面像是有身份证号。去掉再存。"),
    "no_such_teacher": N_("这位老师不在这个村能请的名单里了。重新选一位。"),
    "no_such_venue": N_("这个村现在不能在那个场地上课了。重新选一个，或者先不定。"),
    "wish_closed": N_("这个点单已经办了或者撤了，不用再派。回到单子上看看。"),
    "already_asked": N_("这个点单已经派出去了，在等回话。先撤回那一单，再派别的老师。"),
    "no_category": N_(
        "还不知道是哪一类课：这个点单没写，同样的点单也没写。单独派这一课，选上哪一类；或者请村里在点单上补。"
    ),
    "no_school": N_("这个村还没办夜校，没有人回话。先把夜校办起来。"),
    "few_stops": N_("一趟至少走两个村。再勾一个，或者单独派。"),
    "many_stops": N_("一趟最多走 %(most)d 个村。去掉几个，另外走一趟。"),
    "nobody_chosen": N_("还没选问哪位老师。"),
    "no_class": N_("这节课已经改了、取消了或者上过了，不用再找人顶。"),
}
_SETTLED = {
    DispatchStatus.DECLINED: N_("这一单已经谢绝了。"),
    DispatchStatus.WITHDRAWN: N_("这一单已经撤回了，不用再回。"),
    DispatchStatus.OVERTAKEN: N_("这一单没排成，不用再回。"),
    DispatchStatus.SCHEDULED: N_("这一单已经排成课了。要改，找村里。"),
}


def tell_refused_dispatch(refused: Refused) -> str:
    """One sentence: why this cannot be offered or answered so, and what can be done."""
    details = refused.details
    if refused.code == "settled":
        told = _SETTLED[DispatchStatus(details["status"])]
        return _(told)
    if refused.code == "no_way":
        return tell_in_the_way(details["teacher"], details["engagement"])
    return _(_REFUSED[refused.code], **details)


def tell_in_the_way(teacher: str, engagement: Engagement) -> str:
    """One sentence: where the teacher is then, so that there is no time for the way."""
    slot = engagement.slot
    return _(
        "%(teacher)s%(day)s %(from)s–%(to)s 在%(village)s上课，路上来不及。",
        **{
            "teacher": teacher,
            "day": full_day(slot.day, slot.day),
            "from": clock(slot.starts),
            "to": clock(slot.ends),
            "village": engagement.village,
        },
    )
