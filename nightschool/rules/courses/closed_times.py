"""Closed times: when a teacher does not come or a venue is not open, whether that covers a class, and its sentence."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import WEEKDAYS, day_with_year, day_without_year, lunar_label, tell_hours
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import DAY_MINUTES, Slot
from nightschool.texts import N_, _

MOST_TIMES = 50  # of one teacher or venue; nobody reads more
_EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class ClosedTime:
    """Between two days, both included and open to either side, on some weekdays (none: on all), at a time of day."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()  # 0 is Monday
    starts: int = 0
    ends: int = DAY_MINUTES
    note: str = ""
    is_own_word: bool = False  # the teacher said so themself, of one class

    def on(self, day: date) -> Slot | None:
        """The part of this day that is closed; None when none is."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return None
        if self.weekdays and day.weekday() not in self.weekdays:
            return None
        return Slot(day, self.starts, self.ends)

    def covers(self, slot: Slot) -> bool:
        """True when the slot falls into it, be it for a minute."""
        closed = self.on(slot.day)
        return closed is not None and closed.overlaps(slot)

    @property
    def is_always(self) -> bool:
        """True when it never ends: nothing limits it."""
        is_whole = self.starts == 0 and self.ends == DAY_MINUTES
        return self.first is None and self.last is None and is_whole and self.weekdays in (set(), _EVERY_DAY)


def check_closed_time(
    closed: ClosedTime, known: Collection[ClosedTime] = (), *, today: date, is_sure: bool = False
) -> None:
    """Raises Refused unless it can be. `is_sure`: that it never ends is meant so.

    The codes are `last_before_first`, `ends_before_starts`, `over`, `never`, `always` (a question), `known` or
    `too_many`, and the field it belongs to.
    """
    refuse_all(_problems(closed, today))
    if closed.is_always and not is_sure:
        raise Refused("always")
    if closed in known:
        raise Refused("known")
    if len(known) >= MOST_TIMES:
        raise Refused("too_many", most=MOST_TIMES)


def _problems(closed: ClosedTime, today: date) -> Iterator[Refused]:
    if not 0 <= closed.starts < closed.ends <= DAY_MINUTES:
        yield Refused("ends_before_starts", field="ends", starts=closed.starts, ends=closed.ends)
    if closed.first and closed.last and closed.last < closed.first:
        yield Refused("last_before_first", field="last", first=closed.first, last=closed.last)
    elif closed.last and closed.last < today:
        yield Refused("over", field="last", last=closed.last)
    elif not _happens(closed):
        yield Refused("never", field="weekdays", first=closed.first, last=closed.last)


def _happens(closed: ClosedTime) -> bool:
    """Whether any day between the two is one of the weekdays; a whole week has them all."""
    if not (closed.first and closed.last) or (closed.last - closed.first).days >= 6:
        return True
    days = ((closed.first + timedelta(days=ahead)) for ahead in range((closed.last - closed.first).days + 1))
    return any(closed.on(day) for day in days)


def tell_closed(closed: ClosedTime, *, kind: str, name: str, today: date) -> str:
    """王老师每周二 08:00–12:00 不来：门诊。 村活动室 12月1日（十月廿三）到12月10日（冬月初二） 不开：装修。"""
    words = {"name": name, "when": tell_closed_when(closed, today), "why": closed.note}
    if kind == ResourceKind.VENUE:
        if closed.note:
            return _("%(name)s %(when)s 不开：%(why)s。", **words)
        return _("%(name)s %(when)s 不开。", **words)
    if closed.is_own_word:
        return _("%(name)s自己说 %(when)s 来不了：%(why)s。", **words)
    if closed.note:
        return _("%(name)s %(when)s 不来：%(why)s。", **words)
    return _("%(name)s %(when)s 不来。", **words)


def closed_mark(kind: str) -> str:
    """The same in two words, in a list below which it is told whole."""
    return _("场地用不了") if kind == ResourceKind.VENUE else _("老师来不了")


def tell_closed_when(closed: ClosedTime, today: date) -> str:
    """从12月1日（十月廿三）起 每周二、周四 08:00–12:00; what limits nothing is left out."""
    parts = [_days(closed, today), _weekdays(closed), _times(closed)]
    if not parts[0] and not parts[1]:
        parts[1] = _("每天") if parts[2] else _("一直")
    return " ".join(part for part in parts if part)


def _days(closed: ClosedTime, today: date) -> str:
    first, last = closed.first, closed.last
    if first and last:
        if first == last:
            return _lunar_day(first, today)
        # The year of the first day goes for the last as well.
        return _("%(first)s到%(last)s", first=_lunar_day(first, today), last=_lunar_day(last, first))
    if first:
        return _("从%(first)s起", first=_lunar_day(first, today))
    return _("到%(last)s为止", last=_lunar_day(last, today)) if last else ""


def _weekdays(closed: ClosedTime) -> str:
    if closed.weekdays in (set(), _EVERY_DAY):
        return ""
    names = _("、").join(_(WEEKDAYS[number]) for number in sorted(closed.weekdays))
    return _("每%(weekdays)s", weekdays=names)


def _times(closed: ClosedTime) -> str:
    if closed.starts == 0 and closed.ends == DAY_MINUTES:
        return ""
    return tell_hours(closed.starts, closed.ends)


def _day(day: date, today: date) -> str:
    return day_without_year(day) if day.year == today.year else day_with_year(day)


def _lunar_day(day: date, today: date) -> str:
    told, lunar = _day(day, today), lunar_label(day)
    return _("%(day)s（%(lunar)s）", day=told, lunar=lunar) if lunar else told


_REFUSED = {
    "last_before_first": N_("最后一天（%(last)s）在第一天（%(first)s）前面了。换过来，或者改一个。"),
    "ends_before_starts": N_("到几点要在从几点的后面。半夜以后的，另外记一条。"),
    "over": N_("%(last)s已经过了，不用记。看看是不是年份写错了。"),
    "never": N_("%(first)s到%(last)s没有选的星期几。换个日子，或者不选星期几。"),
    "always": N_(
        "哪天、几点都没填，就是一直这样，哪天都排不了课。是这个意思，就勾上再存；不是，就填上哪天或者星期几。"
    ),
    "known": N_("这一条已经记着了。"),
    "too_often": N_("这节课说过好几回了，再有变化，打电话给村里。"),
    "too_many": N_("最多记 %(n)d 条。先去掉用不着的。"),
}


def tell_refused_closed_time(refused: Refused, *, today: date) -> str:
    """One sentence for what check_closed_time refuses."""
    days = {name: _day(day, today) for name, day in refused.details.items() if isinstance(day, date)}
    return _(_REFUSED[refused.code], n=refused.details.get("most"), **days)
