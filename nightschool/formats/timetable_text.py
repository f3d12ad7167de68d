"""A village's timetable in words: the sentences its page, feed and plain text share, and that text whole."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.rules.almanac import (
    clock,
    day_with_year,
    full_day,
    lunar_label,
    spoken_day,
    spoken_moment,
    tell_hours,
)
from nightschool.rules.courses.labels import tell_organisers
from nightschool.rules.courses.modes import tell_mode
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import tell_mark, tell_moment
from nightschool.rules.people.people import dialable, tell_public_name
from nightschool.rules.places.schools import asked_of, institution_word
from nightschool.rules.regions import Level, level_of
from nightschool.texts import _, counted, language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from nightschool.queries.contacts import VillageContact
    from nightschool.queries.notices.region_timetable import Area, Host
    from nightschool.queries.notices.timetable import Entry, School, SeenTeacher, Timetable, Village
    from nightschool.rules.slots import Slot


class ToldLine(NamedTuple):
    """One session of a list in words; what does not apply is empty."""

    slot: Slot
    day: str
    times: str
    title: str
    about: str  # where, and who teaches; of one that takes place
    summary: str  # what to bring; of one that is ahead and takes place
    change: str
    origin: str
    came: str

    @property
    def what(self) -> str:
        """柑橘冬季管护 · 村活动室 · 周老师（农技站）."""
        return f"{self.title} · {self.about}" if self.about else self.title


class Announced(NamedTuple):
    """One session in words, each by itself; what does not apply is empty."""

    slot: Slot
    day: str  # 今晚; further off, the weekday and the date
    times: str
    day_under: str
    is_near: bool  # today or tomorrow: on paper `day` would be wrong the day after
    title: str
    venue: str
    directions: str
    teachers: str
    summary: str
    change: str
    origin: str
    how: str  # how it is given, and who organises it


SHOWN_AHEAD = 6  # class sessions that a village's page shows before one asks for more

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def tell_name(village: Village) -> str:
    """狮湾村 农民夜校; the village alone where it has no school."""
    if village.school is None:
        return village.name
    return _(
        "%(village)s %(school)s",
        village=village.name,
        school=institution_word(village.school.institution_name),
    )


def tell_where(village: Village | Host) -> str:
    """全安镇 · 市中区, as far as both are known."""
    return " · ".join(part for part in (village.township, village.county) if part)


def tell_times(slot: Slot) -> str:
    """19:00–20:30."""
    return tell_hours(slot.starts, slot.ends)


def tell_when(slot: Slot, today: date) -> str:
    """今晚 19:00–20:30; further off, the weekday and the date."""
    return _("%(day)s %(times)s", day=spoken_moment(slot.day, slot.starts, today), times=tell_times(slot))


def _tell_day_under(slot: Slot, today: date) -> str:
    """What is to be said of the day beside `tell_when`: all of it under 今晚, else only the farmers' calendar."""
    if (slot.day - today).days in (0, 1):
        return full_day(slot.day, today)
    return tell_lunar(slot.day)


def tell_lunar(day: date) -> str:
    """农历十月十九; empty for years whose farmers' calendar is not known."""
    lunar = lunar_label(day)
    return _("农历%(lunar)s", lunar=lunar) if lunar else ""


def tell_teachers(teachers: tuple[SeenTeacher, ...]) -> str:
    """All teachers of a session; empty while there is none."""
    return _tell_teachers(teachers, language()) if teachers else ""


def tell_how(entry: Entry) -> str:
    """田间课堂 · 主办：县农业农村局: how it is given, where it is no lecture, and who else organises it."""
    return " · ".join(filter(None, (tell_mode(entry.mode), tell_organisers(entry.labels))))


def tell_change(entry: Entry, today: date, *, is_past: bool = False) -> str:
    """What became of a session that does not take place, and why; empty for one that does, and for a draft."""
    if entry.takes_place or entry.status == "draft":
        return ""
    why = tell_reason(entry.reason, entry.reason_text)
    if entry.status == "cancelled":
        return _("没开成：%(why)s", why=why) if is_past else _("取消：%(why)s", why=why)
    if entry.moves_to is None:
        return _("改期，新的时间还没定：%(why)s", why=why)
    return _("改到%(moment)s：%(why)s", moment=tell_moment(entry.moves_to, today), why=why)


def tell_origin(entry: Entry, today: date) -> str:
    """When it was to be, for a session that replaces a postponed one, and in what it differs from the notice."""
    mark = tell_mark(entry.differs, entry.told, entry.slot.begins, today)
    if entry.moved_from is None:
        return mark
    origin = _("原定%(moment)s", moment=tell_moment(entry.moved_from, today))
    return _told_in_one(origin, mark)


def tell_attendances(entry: Entry) -> str:
    """How many came, in 人次; empty where nobody counted."""
    if entry.attendances is None:
        return ""
    return counted("来了 %(n)d 人次", entry.attendances)


def tell_contact(school: School | VillageContact | None, *, with_phone: bool = True) -> str:
    """Whom to ask, in one sentence; `with_phone` at which number."""
    who = asked_of(school.contact_name, school.principal) if school else ""
    if school is None or not (who or school.contact_phone):
        return _("不清楚的，问村委会。")
    who = who or _("夜校")
    if not (with_phone and school.contact_phone):
        return _("不清楚的，问：%(who)s", who=who)
    return _("不清楚的，问：%(who)s %(phone)s", who=who, phone=school.contact_phone)


def tell_former(place: Village | Area, today: date) -> str:
    """That the village or region is no more, and what it is now as far as is known; empty for a living one."""
    if not place.is_former:
        return ""
    successor = place.successor
    if successor is None:
        if level_of(place.code) is Level.VILLAGE:
            return _("%(village)s已撤并。并到了哪个村，这里还没有记。", village=place.name)
        return _("%(place)s已撤并。并到了哪里，这里还没有记。", place=place.name)
    if successor.day is None:
        return _("%(village)s已撤并，现在是%(new)s。", village=place.name, new=successor.name)
    return _(
        "%(village)s已撤并，从%(day)s起是%(new)s。",
        village=place.name,
        day=spoken_day(successor.day, today),
        new=successor.name,
    )


def tell_updated(village: Village | Area, zone: ZoneInfo, today: date) -> str:
    """When what is shown was last changed: 更新：今天 08:12."""
    local = village.changed_at.astimezone(zone)
    time = clock(local.hour * 60 + local.minute)
    if local.date() == today:
        return _("更新：今天 %(time)s", time=time)
    return _("更新：%(day)s %(time)s", day=spoken_day(local.date(), today), time=time)


def tell_as_of(today: date) -> str:
    """Of which day a printed timetable is."""
    day, lunar = day_with_year(today), lunar_label(today)
    told = _("%(day)s（%(lunar)s）", day=day, lunar=lunar) if lunar else day
    return _("这是%(day)s的课表，后来改了的看网上。", day=told)


def tell_nothing(timetable: Timetable) -> str:
    """That no session is planned, in the words that fit the village."""
    if timetable.village.is_former:
        return ""
    if timetable.village.school is None:
        return _("这个村还没有在这里排夜校的课。")
    return _("现在还没有排好的课。")


def _tell_title(village: Village) -> str:
    """狮湾村 农民夜校（全安镇 · 市中区）: what tells it from others of its name."""
    where = tell_where(village)
    return _("%(name)s（%(where)s）", name=tell_name(village), where=where) if where else tell_name(village)


def _courses(timetable: Timetable) -> list[tuple[str, str]]:
    """The courses of the classes ahead by their public ids, where there are several to choose from."""
    found = {entry.course: entry.course_title for entry in timetable.ahead}
    return list(found.items()) if len(found) > 1 else []


def is_here(timetable: Timetable) -> bool:
    """Whether there is anything to read, or somebody who may write it: a night school, or classes of one that was."""
    return timetable.village.school is not None or bool(timetable.ahead or timetable.past)


def tell_headline(timetable: Timetable) -> str:
    """狮湾村 农民夜校 · 今晚 19:00 柑橘冬季管护: what a link to the page says of it in a chat."""
    name, today = tell_name(timetable.village), timetable.today
    entry = timetable.called_off[0] if timetable.called_off else timetable.next
    if entry is None:
        return _tell_title(timetable.village)
    said = {
        "name": name,
        "day": spoken_moment(entry.slot.day, entry.slot.starts, today),
        "time": clock(entry.slot.starts),
        "title": entry.title,
    }
    if entry.takes_place:
        return _("%(name)s · %(day)s %(time)s %(title)s", **said)
    if entry.status == "cancelled":
        return _("%(name)s · %(day)s %(time)s %(title)s（取消）", **said)
    return _("%(name)s · %(day)s %(time)s %(title)s（改期）", **said)


def tell_gist(timetable: Timetable) -> str:
    """What a search engine or a chat shows below the headline: the village's place, and the same with its date."""
    village, today = timetable.village, timetable.today
    first = [*timetable.called_off, timetable.next] if timetable.next else timetable.called_off
    told = [_line(line) for line in told_lines(first, today)]
    told = told or [tell_former(village, today) or tell_nothing(timetable)]
    where = tell_where(village)
    return " · ".join([where, *told] if where else told)


def tell_past(village: Village) -> str:
    """The name of the page of what was."""
    return _("%(village)s上过的课", village=village.name)


def tell_past_gist(village: Village) -> str:
    """What that page holds."""
    return _("%(title)s上过的课：哪天上的、讲什么、来了多少人次。", title=_tell_title(village))


def told_lines(entries: Iterable[Entry], today: date, *, is_past: bool = False) -> list[ToldLine]:
    """The sessions as lines of a list."""
    spoken = language()
    told = []
    for entry in entries:
        slot, change, about = entry.slot, "", ""
        if entry.takes_place:
            teachers = _tell_teachers(entry.teachers, spoken) if entry.teachers else ""
            about = " · ".join([part for part in (entry.venue, teachers) if part])
        else:
            change = tell_change(entry, today, is_past=is_past)
        told.append(
            ToldLine(
                slot,
                full_day(slot.day, today),
                tell_times(slot),
                entry.title,
                about,
                "" if is_past or change else entry.summary,
                change,
                tell_origin(entry, today) if entry.moved_from or entry.differs else "",
                tell_attendances(entry) if is_past else "",
            )
        )
    return told


def announced(entry: Entry, today: date, *, is_past: bool = False) -> Announced:
    """The session in words."""
    slot = entry.slot
    return Announced(
        slot=slot,
        day=spoken_moment(slot.day, slot.starts, today),
        times=tell_times(slot),
        day_under=_tell_day_under(slot, today),
        is_near=(slot.day - today).days in (0, 1),
        title=entry.title,
        venue=entry.venue,
        directions=entry.directions if entry.venue else "",
        teachers=tell_teachers(entry.teachers),
        summary=entry.summary,
        change=tell_change(entry, today, is_past=is_past),
        origin=tell_origin(entry, today),
        how=tell_how(entry),
    )


def page_words(timetable: Timetable, zone: ZoneInfo) -> dict[str, Any]:
    """Everything a page says of this timetable, by the names its templates use. They only put it in order."""
    village, today = timetable.village, timetable.today
    coming, later = timetable.next, told_lines(timetable.later, today)
    few = max(SHOWN_AHEAD - len(timetable.ahead) + len(later), 0)
    return {
        "title": _tell_title(village),
        "name": tell_name(village),
        "past_title": tell_past(village),
        "township": village.township,
        "county": village.county,
        "former": tell_former(village, today),
        "called_off": [announced(entry, today) for entry in timetable.called_off],
        "next": announced(coming, today) if coming else None,
        "nothing": "" if coming else tell_nothing(timetable),
        "later": later[:few],
        "still_later": later[few:],
        "are_more_ahead": timetable.are_more_ahead,
        "contact": tell_contact(village.school, with_phone=False),
        "phones": dialable(village.school.contact_phone) if village.school else (),
        "is_here": is_here(timetable),
        "courses": _courses(timetable),
        "past": told_lines(timetable.past, today, is_past=True),
        "are_more_past": timetable.are_more_past,
        "updated": tell_updated(village, zone, today),
        "as_of": tell_as_of(today),
    }


def timetable_text(timetable: Timetable, *, address: str) -> str:
    """The timetable as plain text, to be read aloud or pasted into a message; one session a line after the next one."""
    return "\n".join(map(on_one_line, _lines(timetable, address))).strip("\n") + "\n"


def on_one_line(text: str) -> str:
    """The text on one line, without control characters."""
    plain = " ".join(text.split())
    return plain if plain.isprintable() else _CONTROLS.sub("", plain)


def _lines(timetable: Timetable, address: str) -> Iterator[str]:
    village, today = timetable.village, timetable.today
    yield from filter(None, (tell_name(village), tell_where(village), tell_former(village, today)))
    yield ""
    for entry in timetable.called_off:
        when = tell_when(entry.slot, today)
        yield _told_in_one(f"{when} {entry.title}", tell_change(entry, today), tell_origin(entry, today))
    if timetable.next:
        yield from _next_lines(timetable.next, today)
    else:
        yield tell_nothing(timetable)
    if timetable.later:
        yield from ("", _("接下来："))
        yield from map(_line, told_lines(timetable.later, today))
    if timetable.are_more_ahead:
        yield _("后面还排了课。")
    if village.is_former and timetable.past:
        yield from ("", _("上过的课："))
        yield from map(_line, told_lines(timetable.past, today, is_past=True))
    yield from ("", tell_contact(village.school), _("课表：%(address)s", address=address))


def _next_lines(entry: Entry, today: date) -> Iterator[str]:
    yield tell_when(entry.slot, today)
    yield _tell_day_under(entry.slot, today)
    yield entry.title
    if entry.venue and entry.directions:
        yield _("地点：%(venue)s（%(directions)s）", venue=entry.venue, directions=entry.directions)
    elif entry.venue:
        yield _("地点：%(venue)s", venue=entry.venue)
    if entry.teachers:
        yield _("老师：%(teachers)s", teachers=tell_teachers(entry.teachers))
    if how := tell_how(entry):
        yield how
    if entry.moved_from or entry.differs:
        yield tell_origin(entry, today)
    if entry.summary:
        yield entry.summary


def _line(line: ToldLine) -> str:
    return f"{line.day} {tell_one_line(line)}"


def tell_one_line(line: ToldLine) -> str:
    """19:00–20:30 柑橘冬季管护 · 村活动室；取消：天气不好: a class session whose day is said already."""
    return _told_in_one(f"{line.times} {line.what}", line.change, line.origin, line.came)


def _told_in_one(*parts: str) -> str:
    return _("；").join(filter(None, parts))


@lru_cache(maxsize=1024)
def _tell_teachers(teachers: tuple[SeenTeacher, ...], _spoken: str) -> str:
    return _("、").join(tell_public_name(*teacher) for teacher in teachers)
