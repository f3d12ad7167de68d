"""A change of a whole series: which of its class sessions it reaches, what each becomes, and why the others stay."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from nightschool.rules.almanac import full_day, tell_hours
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.courses.proposals import check_slot
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import N_, _, counted

_LABELS = ("hosts", "helpers", "campaigns")
_CONTENT = ("title", "category_code", "summary", "venue_id", "teacher_ids", "mode", *_LABELS)
# The line that says that this of a class session changes.
_CHANGED = {
    "venue_id": N_("地点：%(before)s → %(after)s"),
    "teacher_ids": N_("老师：%(before)s → %(after)s"),
    "title": N_("讲什么：%(before)s → %(after)s"),
    "summary": N_("一句话讲什么：%(before)s → %(after)s"),
    "category_code": N_("哪一类：%(before)s → %(after)s"),
    "mode": N_("授课形式：%(before)s → %(after)s"),
    "hosts": N_("主办：%(before)s → %(after)s"),
    "helpers": N_("协办：%(before)s → %(after)s"),
    "campaigns": N_("专项活动：%(before)s → %(after)s"),
}


class Reach(StrEnum):
    """How far a change of one class session goes."""

    ONE = "one"
    FOLLOWING = "following"  # of its course
    DAY = "day"  # all of that day in its village
    WEEK = "week"


class Stays(StrEnum):
    """Why a class session is not touched."""

    HELD = "held"
    OVER = "over"
    BEGUN = "begun"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    OWN = "own"  # what changes was changed in it by itself before
    SAME = "same"


@dataclass(frozen=True, slots=True)
class State:
    """What a class session is, as far as a change of its series can reach."""

    slot: Slot
    title: str
    category_code: str
    summary: str
    venue_id: int | None
    teacher_ids: tuple[int, ...]
    mode: str | None = None  # None: as is usual at its venue
    hosts: tuple[int, ...] = ()
    helpers: tuple[int, ...] = ()
    campaigns: tuple[int, ...] = ()

    @property
    def labels(self) -> Labels[int]:
        """The units and campaigns it bears."""
        return Labels(self.hosts, self.helpers, self.campaigns)


@dataclass(frozen=True, slots=True)
class Member:
    """One class session of a series as it stands."""

    id: int
    public_id: str
    revision: int
    status: str
    state: State


@dataclass(frozen=True, slots=True)
class Step:
    """One class session under the change: what it becomes, or why it stays; `own` are the aspects it keeps."""

    member: Member
    after: State
    stays: Stays | None = None
    own: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything of it is otherwise afterwards."""
        return self.after != self.member.state


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers and codes of a state are called."""

    teachers: Mapping[int, str]
    venues: Mapping[int, str]
    categories: Mapping[str, str]
    labels: Mapping[int, str] = field(default_factory=dict)
    shared: Collection[int] = ()  # the venues of these that hold no slots


def why_stays(status: str, slot: Slot, at: Moment) -> Stays | None:
    """Why a session of this status and time is not to be touched by a series; None: it is still to come."""
    if status not in TO_COME:
        return Stays(status)
    if slot.begins > at:
        return None
    return Stays.OVER if slot.finishes <= at else Stays.BEGUN


def following(members: Iterable[Member], this: Member, at: Moment) -> tuple[Member, ...]:
    """The sessions to come after this one; none when it is not to come itself."""
    if why_stays(this.status, this.state.slot, at) is not None:
        return ()
    return tuple(one for one in _after(members, this) if why_stays(one.status, one.state.slot, at) is None)


def plan_whole(members: Iterable[Member], former: State, wanted: State, at: Moment) -> tuple[Step, ...]:
    """Every session to come has what its course has now (`wanted`) where it had what the course had (`former`).

    The days of the two states are the same: a course says at what time, a session on which day.
    """
    return tuple(_step(member, former, wanted, at, with_own_time=False) for member in members)


def plan_following(members: Iterable[Member], this: Member, wanted: State, at: Moment) -> tuple[Step, ...]:
    """This session becomes what is wanted, and so do those to come after it, where they had what this one had.

    On another day or time all of them go along: as many days, and to the new start and end. Raises Refused where one
    would meet at an impossible time.
    """
    check_slot(wanted.slot)
    stays = why_stays(this.status, this.state.slot, at)
    if stays is not None:
        return (Step(this, this.state, stays),)
    rest = [_step(one, this.state, wanted, at, with_own_time=True) for one in _after(members, this)]
    for step in rest:
        if step.changes:
            check_slot(step.after.slot)
    return (Step(this, wanted), *rest)


def steps_digest(steps: Iterable[Step]) -> str:
    """A short text that is another one as soon as another session would change, or change otherwise."""
    shown = "|".join(
        f"{step.member.id} {step.member.revision} {step.after}" for step in steps if step.changes
    )
    return hashlib.sha256(shown.encode()).hexdigest()[:24]


def _after(members: Iterable[Member], this: Member) -> list[Member]:
    begins = (this.state.slot.begins, this.id)
    return [one for one in members if (one.state.slot.begins, one.id) > begins]


def _step(member: Member, former: State, wanted: State, at: Moment, *, with_own_time: bool) -> Step:
    stays = why_stays(member.status, member.state.slot, at)
    if stays is not None:
        return Step(member, member.state, stays)
    one = member.state
    moving = [name for name in _CONTENT if getattr(wanted, name) != getattr(former, name)]
    follows = [name for name in moving if getattr(one, name) == getattr(former, name)]
    own = [
        name for name in moving if getattr(one, name) not in (getattr(former, name), getattr(wanted, name))
    ]
    slot = shifted(one.slot, former.slot, wanted.slot, with_own_time=with_own_time)
    if (
        not with_own_time
        and _times(wanted) != _times(former)
        and _times(one) not in (_times(former), _times(wanted))
    ):
        own.append("times")
    after = replace(one, slot=slot, **{name: getattr(wanted, name) for name in follows})
    if after != one:
        return Step(member, after, own=tuple(own))
    return Step(member, one, Stays.OWN if own else Stays.SAME, tuple(own))


def shifted(one: Slot, former: Slot, wanted: Slot, *, with_own_time: bool) -> Slot:
    """As many days on; start and end go along where they change, together, and own ones only when asked to."""
    day = one.day + (wanted.day - former.day)
    changes = (wanted.starts, wanted.ends) != (former.starts, former.ends)
    is_own = (one.starts, one.ends) != (former.starts, former.ends)
    if changes and (with_own_time or not is_own):
        return Slot(day, wanted.starts, wanted.ends)
    return Slot(day, one.starts, one.ends)


def _times(state: State) -> tuple[int, int]:
    return state.slot.starts, state.slot.ends


def tell_step(step: Step, names: Names, today: date) -> tuple[str, ...]:
    """One line for each respect in which this session changes, before and after; when it is stands above them."""
    before, after = step.member.state, step.after
    changed = [name for name in _CHANGED if getattr(before, name) != getattr(after, name)]
    lines = [
        _(_CHANGED[name], before=_called(before, name, names), after=_called(after, name, names))
        for name in changed
    ]
    if before.slot != after.slot:
        lines.insert(0, _("时间：改到 %(after)s", after=_when(after.slot, today)))
    return tuple(lines)


def _called(state: State, name: str, names: Names) -> str:
    match name:
        case "venue_id" if state.venue_id is not None:
            return names.venues.get(state.venue_id, "")
        case "teacher_ids" if state.teacher_ids:
            return _("、").join(names.teachers.get(one, "") for one in state.teacher_ids)
        case "venue_id" | "teacher_ids":
            return _("还没定")
        case "category_code":
            return names.categories.get(state.category_code, "")
        case "summary":
            return state.summary or _("没写")
        case "mode":
            return mode_word(state.mode) if state.mode else _("看地点")
        case "hosts" | "helpers" | "campaigns":
            borne = getattr(state, name)
            return _("、").join(names.labels.get(one, "") for one in borne) if borne else _("没写")
    return state.title


def tell_own(own: Sequence[str]) -> str:
    """One sentence: what of a session stays because it was changed in it by itself; empty for nothing."""
    words = {
        "title": _("课名"),
        "summary": _("那一句话"),
        "category_code": _("类别"),
        "venue_id": _("地点"),
        "teacher_ids": _("讲课的老师"),
        "times": _("时间"),
        "mode": _("授课形式"),
        "hosts": _("主办"),
        "helpers": _("协办"),
        "campaigns": _("专项活动"),
    }
    return _("单独改过的不动：%(what)s。", what=_("、").join(words[name] for name in own)) if own else ""


_WHY_IT_STAYS = {
    Stays.HELD: N_("已经上过"),
    Stays.OVER: N_("时间已经过了"),
    Stays.BEGUN: N_("已经开始了"),
    Stays.CANCELLED: N_("取消了"),
    Stays.POSTPONED: N_("改期了"),
    Stays.OWN: N_("单独改过"),
    Stays.SAME: N_("本来就是这样"),
}


def tell_why_it_stays(stays: Stays) -> str:
    """Why a session is not touched, in a word or two."""
    return _(_WHY_IT_STAYS[stays])


def tell_count(count: int) -> str:
    """One sentence: how many sessions would change."""
    if not count:
        return _("没有课次跟着变，只改这门课自己。")
    return counted("会变的有 %(n)d 次课，都在下面。", count)


def _when(slot: Slot, today: date) -> str:
    return f"{full_day(slot.day, today)} {tell_hours(slot.starts, slot.ends)}"
