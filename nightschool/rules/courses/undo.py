"""Taking a change back: for how long, of which changes, and the sentences for it.

An undo is a further change that puts back what was, never a rewind: whoever has seen the change sees the undo too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.slots import Now, Slot
from nightschool.texts import N_, _, counted

UNDO_WITHIN = timedelta(minutes=10)
_UNDO_MINUTES = int(UNDO_WITHIN.total_seconds()) // 60


class Undoable(StrEnum):
    """The changes that can be taken back. The first five are rules.courses.changes.Change."""

    MOVE = "move"
    EDIT = "edit"
    CANCEL = "cancel"  # "not held" too
    POSTPONE = "postpone"
    RESTORE = "restore"
    ADD = "add"  # one more class session for a course
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    MOVE_FOLLOWING = "move_following"
    EDIT_FOLLOWING = "edit_following"
    COURSE = "course"  # edited as a whole, with its sessions to come
    EXTEND = "extend"  # a course meets on more dates
    CANCEL_SEVERAL = "cancel_several"
    POSTPONE_SEVERAL = "postpone_several"
    CALL_OFF = "call_off"  # what falls into a storm, by the township or county


OF_A_SERIES = frozenset({Undoable.MOVE_FOLLOWING, Undoable.EDIT_FOLLOWING, Undoable.COURSE})
OF_SEVERAL = frozenset({Undoable.CANCEL_SEVERAL, Undoable.POSTPONE_SEVERAL, Undoable.CALL_OFF})
# What the page of one class session offers to take back.
OF_ONE_SESSION = frozenset(Undoable) - {
    Undoable.PUBLISH,
    Undoable.SCHEDULE,
    Undoable.COURSE,
    Undoable.EXTEND,
    Undoable.CALL_OFF,
}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back, and how things stand now. Of a course that is gone no public id is left."""

    what: str
    region_code: str
    title: str
    sessions: int
    slot: Slot | None = None  # of the one class session it was about
    status: str = ""  # of that one, or of all; empty: it is gone
    is_past: bool = False
    class_session: str = ""  # public ids, to go on with
    course: str = ""
    left: tuple[tuple[str, str], ...] = ()  # village and title of what was changed since, and stays


def verb_of(what: str) -> str:
    """The verb that it takes to take such a change back: whoever may make it may."""
    return "call_off" if what == Undoable.CALL_OFF else "schedule"


def too_late(made_at: datetime, undone_at: datetime | None, now: Now) -> str | None:
    """Why a change of this time can be taken back no more, `undo_done` or `undo_too_late`; None while it can."""
    if undone_at is not None:
        return "undo_done"
    return None if now.instant - UNDO_WITHIN <= made_at <= now.believable else "undo_too_late"


_DONE = {
    Undoable.MOVE: N_("刚才改了时间，%(until)s 以前可以撤销。"),
    Undoable.EDIT: N_("刚才改了地点、老师或内容，%(until)s 以前可以撤销。"),
    Undoable.CANCEL: N_("刚才记了不上，%(until)s 以前可以撤销。"),
    Undoable.POSTPONE: N_("刚才改了期，%(until)s 以前可以撤销。"),
    Undoable.RESTORE: N_("刚才恢复了，%(until)s 以前可以撤销。"),
    Undoable.ADD: N_("刚才加的这次课，%(until)s 以前可以撤销。"),
    Undoable.MOVE_FOLLOWING: N_("刚才改了这次和后面几次的时间，%(until)s 以前可以一起撤销。"),
    Undoable.EDIT_FOLLOWING: N_("刚才改了这次和后面几次的地点、老师或内容，%(until)s 以前可以一起撤销。"),
    Undoable.COURSE: N_("刚才改了整门课，%(until)s 以前可以撤销。"),
    Undoable.PUBLISH: N_("刚才公布的，%(until)s 以前可以撤销。"),
    Undoable.SCHEDULE: N_("刚才排的，%(until)s 以前可以撤销。"),
    Undoable.EXTEND: N_("刚才接着排的，%(until)s 以前可以撤销。"),
    Undoable.CANCEL_SEVERAL: N_("刚才几次课一起记了不上，%(until)s 以前可以一起撤销。"),
    Undoable.POSTPONE_SEVERAL: N_("刚才几次课一起改了期，%(until)s 以前可以一起撤销。"),
    Undoable.CALL_OFF: N_("刚才几个村的课一起停了，%(until)s 以前可以一起撤销，另排的也撤销。"),
}

_REFUSED = {
    "undo_done": N_("这一步已经撤销过了。"),
    "undo_too_late": N_("过了 %(n)d 分钟，撤销不了了。照现在的样子再改一次就行。"),
    "undo_changed_since": N_("撤销不了：之后又改过。照现在的样子再改一次就行。"),
    "undo_has_register": N_("撤销不了：之后已经记了到课。要改，先把登记作废，写明原因。"),
    "undo_in_use": N_("撤销不了：已经有人报了名。不上的课次，可以一次一次取消。"),
}


def tell_undoable(what: str, until: str) -> str:
    """One sentence: what was just done, and until which time of day it can be taken back."""
    return _(_DONE[Undoable(what)], until=until)


def tell_refused_undo(refused: Refused) -> str:
    """One sentence: why this cannot be taken back, and what can be done."""
    return _(_REFUSED[refused.code], n=_UNDO_MINUTES)


def tell_taken_back(done: TakenBack, today: date) -> str:
    """One sentence: what is as it was before."""
    title = done.title
    if done.what in OF_SEVERAL:
        told = counted("撤销了：%(n)d 次课和改以前一样。", done.sessions)
        left = _("、").join(f"{village} {one}" for village, one in done.left)
        return _("%(told)s后来又改过的没有动：%(what)s。", told=told, what=left) if left else told
    if done.slot is None:
        return _tell_course(done)
    day = full_day(done.slot.day, today)
    when = f"{day} {clock(done.slot.starts)}"
    match done.what:
        case Undoable.MOVE:
            return _("撤销了：%(title)s还是 %(when)s。", title=title, when=when)
        case Undoable.EDIT:
            return _("撤销了：%(day)s %(title)s和改以前一样。", day=day, title=title)
        case Undoable.RESTORE:
            return _("撤销了：%(day)s %(title)s还是取消。", day=day, title=title)
        case Undoable.ADD if done.status:
            return _("撤销了：%(day)s %(title)s取消了。", day=day, title=title)
        case Undoable.ADD:
            return _("撤销了：%(day)s 没有加课。", day=day)
    if done.is_past:
        return _("撤销了：%(day)s %(title)s还等着记。", day=day, title=title)
    if done.status == "draft":
        return _("撤销了：%(title)s还是 %(when)s，还没公布。", title=title, when=when)
    return _("撤销了：%(when)s %(title)s照常上。", title=title, when=when)


def _tell_course(done: TakenBack) -> str:
    named = {"title": done.title}
    if done.what in OF_A_SERIES:
        if not done.sessions:
            return _("撤销了：%(title)s和改以前一样。", **named)
        return counted(
            "撤销了：%(title)s和改以前一样，%(n)d 次课跟着改回来了。",
            done.sessions,
            **named,
        )
    if done.what == Undoable.PUBLISH:
        return counted(
            "撤销了：%(title)s的 %(n)d 次课还没公布，村里人看不到。",
            done.sessions,
            **named,
        )
    if done.what == Undoable.EXTEND:
        return counted("撤销了：%(title)s接着排的 %(n)d 次不上了。", done.sessions, **named)
    if done.status:
        return counted(
            "撤销了：%(title)s的 %(n)d 次课都取消了。",
            done.sessions,
            **named,
        )
    return _("撤销了：%(title)s没有排。", **named)
