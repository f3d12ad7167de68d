"""A teacher's own classes in words: what their page and their printed sheet say, in the order of what is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.timetable_text import (
    announced,
    dialled,
    tell_as_of,
    tell_attendances,
    tell_change,
    tell_contact,
    tell_day,
    tell_origin,
    tell_teachers,
    tell_times,
)
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.expectations import tell_expected
from nightschool.rules.graduation import CLASS_HOUR_MINUTES
from nightschool.texts import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nightschool.formats.timetable_text import Announced
    from nightschool.queries.timetable import Entry
    from nightschool.queries.visits import Notes, OwnTimetable, Visit, YearSoFar


PAST_SHOWN = 5


class Told(NamedTuple):
    """One class as the first thing a page says, with where it is and whom to phone; what does not apply is empty."""

    about: Announced
    village: str
    above: str  # its township and county
    contact: str
    phone: str
    expected: str
    audience: str
    dark: str
    beside: str  # who teaches with them


class Line(NamedTuple):
    """One class of a list; what does not apply is empty."""

    day: str
    times: str
    what: str
    change: str
    where: str
    dark: str
    origin: str
    came: str


class VillageNotes(NamedTuple):
    """What to know of one village, in words."""

    name: str
    contact: str
    phone: str
    expected: str
    taught: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]  # what was asked, and when


def tell_whose(timetable: OwnTimetable) -> str:
    """周老师的课: the name of the page."""
    return _("%(name)s的课", name=timetable.opened.name)


def tell_extent(timetable: OwnTimetable) -> str:
    """Which classes these are, where they are not all, and until when the page opens, where that is not for long."""
    told = []
    if not timetable.opened.is_whole:
        told.append(_("这里只有%(place)s的课。", place=timetable.opened.region))
    if timetable.opened.is_retired:
        told.append(_("上完这里的最后一次课，这个网址就打不开了。"))
    return "".join(told)


def tell_place(visit: Visit) -> str:
    """狮湾村 · 全安镇 · 村活动室, as far as it is known."""
    parts = (visit.village.name, visit.village.township, visit.entry.venue)
    return " · ".join(part for part in parts if part)


def tell_year(year: YearSoFar, today: date) -> str:
    """What somebody needs for their unit: classes, class hours and 人次 of this year; empty where none was held."""
    if not year.held:
        return ""
    hours = f"{year.minutes / CLASS_HOUR_MINUTES:.1f}".removesuffix(".0")
    return ngettext(
        "%(year)d 年到今天讲了 %(n)d 次课，%(hours)s 个课时（45 分钟一个），听课 %(came)d 人次。",
        "%(year)d 年到今天讲了 %(n)d 次课，%(hours)s 个课时（45 分钟一个），听课 %(came)d 人次。",
        year.held,
        year=today.year,
        hours=hours,
        came=year.attendances,
    )


def told(visit: Visit, timetable: OwnTimetable) -> Told:
    """The class as the first thing to say."""
    notes = timetable.notes.get(visit.village.code)
    return Told(
        about=announced(visit.entry, timetable.at.day),
        village=visit.village.name,
        above=" · ".join(part for part in (visit.village.township, visit.village.county) if part),
        contact=_whom_to_phone(visit),
        phone=dialled(visit.school),
        expected=tell_expected(visit.expected, notes.turnout if notes else None),
        audience=visit.audience,
        dark=_tell_dark(visit, timetable),
        beside=tell_teachers(visit.entry.teachers) if len(visit.entry.teachers) > 1 else "",
    )


def lines(visits: Iterable[Visit], timetable: OwnTimetable, *, is_past: bool = False) -> list[Line]:
    """The classes as lines of a list, past ones with how many came."""
    today = timetable.at.day
    found = []
    for visit in visits:
        entry = visit.entry
        came = tell_attendances(entry) if is_past else ""
        if is_past and entry.status == "scheduled":
            came = _("来了多少人，村里还没记")
        found.append(
            Line(
                day=tell_day(entry.slot.day, today),
                times=tell_times(entry.slot),
                what=entry.title,
                change=tell_change(entry, today, is_past=is_past),
                where=tell_place(visit),
                dark=_tell_dark(visit, timetable),
                origin=tell_origin(entry, today),
                came=came,
            )
        )
    return found


def village_notes(visit: Visit, notes: Notes, today: date) -> VillageNotes:
    """Whom to phone in a village, what was taught there last, and what was asked and waits for an answer."""
    return VillageNotes(
        name=visit.village.name,
        contact=_whom_to_phone(visit),
        phone=dialled(visit.school),
        expected=tell_expected(visit.expected, notes.turnout),
        taught=tuple(_tell_taught(entry, today) for entry in notes.taught),
        questions=tuple((one.text, _tell_asked(one.asked_on, one.title, today)) for one in notes.questions),
    )


def own_page_words(timetable: OwnTimetable) -> dict[str, Any]:
    """Everything the page and the sheet say, by the names their templates use. They only put it in order."""
    today = timetable.at.day
    coming = timetable.next
    first_there: dict[str, Visit] = {}
    for visit in timetable.ahead:
        if visit.entry.takes_place:
            first_there.setdefault(visit.village.code, visit)
    notes = [village_notes(visit, timetable.notes[code], today) for code, visit in first_there.items()]
    past = lines(timetable.past, timetable, is_past=True)
    return {
        "title": tell_whose(timetable),
        "unit": timetable.opened.unit,
        "extent": tell_extent(timetable),
        "called_off": [told(visit, timetable) for visit in timetable.called_off],
        "next": told(coming, timetable) if coming else None,
        "here": notes[0] if notes else None,
        "later": lines(timetable.later, timetable),
        "are_more_ahead": timetable.are_more_ahead,
        "elsewhere": notes[1:],
        "past": past[:PAST_SHOWN],
        "earlier": past[PAST_SHOWN:],
        "are_more_past": timetable.are_more_past,
        "year": tell_year(timetable.year, today),
        "as_of": tell_as_of(today),
    }


def _whom_to_phone(visit: Visit) -> str:
    """Whom to phone before going; where nobody is told, the village committee."""
    school = visit.school
    if school is None or not (school.contact_name or school.contact_phone or school.principal):
        return tell_contact(school)
    who = school.contact_name or school.principal or _("夜校")
    return _("找%(who)s：%(phone)s", who=who, phone=school.contact_phone) if school.contact_phone else who


def _tell_dark(visit: Visit, timetable: OwnTimetable) -> str:
    dark = timetable.dark.get(visit.entry.public_id)
    return _("那里晚上没有灯，%(time)s 天黑。", time=clock(dark)) if dark is not None else ""


def _tell_taught(entry: Entry, today: date) -> str:
    """11月18日 医保怎么报销（周老师）."""
    what = _("%(day)s %(title)s", day=full_day(entry.slot.day, today), title=entry.title)
    if not entry.teachers:
        return what
    return _("%(what)s · %(teachers)s", what=what, teachers=tell_teachers(entry.teachers))


def _tell_asked(day: date, title: str, today: date) -> str:
    """周三 11月18日 讲医保怎么报销的时候问的."""
    if not title:
        return _("%(day)s 问的", day=full_day(day, today))
    return _("%(day)s 讲「%(title)s」的时候问的", day=full_day(day, today), title=title)
