"""A teacher's own classes in words: what their page and their printed sheet say, in the order of what is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.timetable_text import (
    announced,
    tell_as_of,
    tell_attendances,
    tell_contact,
    tell_teachers,
    tell_where,
)
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.expectations import tell_expected
from nightschool.rules.notices.revisions import Difference
from nightschool.rules.registers.evaluations import tell_evaluation
from nightschool.rules.registers.graduation import CLASS_HOUR_MINUTES
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from datetime import date

    from nightschool.formats.timetable_text import Announced
    from nightschool.queries.notices.timetable import Entry
    from nightschool.queries.notices.visits import InCourse, OwnTimetable, Visit, YearSoFar


_PAST_SHOWN = 5


class ToldVisit(NamedTuple):
    """One class with where it is, whom to phone and how many came; what does not apply is empty."""

    public_id: str
    about: Announced
    meeting: str  # which of how many in its course
    last: tuple[str, str]  # what was done in the course the last time, and what its summary said
    absent: str  # why this teacher said not to come
    village: str
    above: str  # its township and county
    where: str  # village, township and room
    contact: str
    phone: str  # as it is written, several one behind the other
    expected: str
    audience: str
    dark: str
    beside: str  # who teaches with them
    came: str
    evaluated: str  # what villagers answered about it, once there is enough to be shown


class VillageNotes(NamedTuple):
    """What to know of one village, in words."""

    name: str
    contact: str
    phone: str
    expected: str
    taught: tuple[str, ...]
    questions: tuple[tuple[str, str, str], ...]  # what was asked, when, and its public id


def _tell_extent(timetable: OwnTimetable) -> str:
    """Which classes these are, where they are not all, and until when the page opens, where that is not for long."""
    told = []
    if not timetable.opened.is_whole:
        told.append(_("这里只有%(place)s的课。", place=timetable.opened.region))
    if timetable.opened.is_retired:
        told.append(_("上完这里的最后一次课，这个网址就打不开了。"))
    return "".join(told)


def _tell_year(year: YearSoFar, today: date) -> str:
    """What somebody needs for their unit: classes, class hours and 人次 of this year; empty where none was held."""
    if not year.held:
        return ""
    hours = f"{year.minutes / CLASS_HOUR_MINUTES:.1f}".removesuffix(".0")
    return counted(
        "%(year)d 年到今天讲了 %(n)d 次课，%(hours)s 个课时（45 分钟一个），听课 %(came)d 人次。",
        year.held,
        year=today.year,
        hours=hours,
        came=year.attendances,
    )


def told_visit(visit: Visit, timetable: OwnTimetable, *, is_past: bool = False) -> ToldVisit:
    """The class in words, a past one with how many came."""
    village, entry = visit.village, visit.entry
    came = tell_attendances(entry) if is_past else ""
    if is_past and entry.status == "scheduled":
        came = _("来了多少人，村里还没记")
    meeting = timetable.meetings.get(entry.public_id)
    # That a class has another teacher now is no news to that teacher.
    differs = ",".join(one for one in entry.differs.split(",") if one != Difference.TEACHERS)
    return ToldVisit(
        public_id=entry.public_id,
        about=announced(entry._replace(differs=differs), timetable.at.day, is_past=is_past),
        meeting=tell_meeting(meeting.number, meeting.of) if meeting else "",
        last=_tell_last(meeting, timetable.at.day),
        absent=timetable.absent.get(entry.public_id, ""),
        village=village.name,
        above=tell_where(village),
        where=" · ".join(filter(None, (village.name, village.township, entry.venue))),
        contact=_whom_to_phone(visit),
        phone=visit.school.contact_phone if visit.school else "",
        expected=" · ".join(filter(None, (_tell_enrolled(meeting), _tell_expected(visit, meeting)))),
        audience=visit.audience,
        dark=_tell_dark(visit, timetable),
        beside=tell_teachers(entry.teachers) if len(entry.teachers) > 1 else "",
        came=came,
        evaluated=tell_evaluation(found) if (found := timetable.evaluations.get(entry.public_id)) else "",
    )


def _village_notes(visit: Visit, timetable: OwnTimetable) -> VillageNotes:
    """Whom to phone in a village, what was taught there last, and what was asked and waits for an answer."""
    notes, today = timetable.notes[visit.village.code], timetable.at.day
    return VillageNotes(
        name=visit.village.name,
        contact=_whom_to_phone(visit),
        phone=visit.school.contact_phone if visit.school else "",
        expected=_tell_expected(visit, timetable.meetings.get(visit.entry.public_id)),
        taught=tuple(_tell_taught(entry, today) for entry in notes.taught),
        questions=tuple(
            (one.text, _tell_asked(one.asked_on, one.title, today), one.public_id) for one in notes.questions
        ),
    )


def own_page_words(timetable: OwnTimetable) -> dict[str, Any]:
    """Everything the page and the sheet say, by the names their templates use. They only put it in order."""
    today = timetable.at.day
    coming = timetable.next
    first_there: dict[str, Visit] = {}
    for visit in timetable.ahead:
        if visit.entry.takes_place:
            first_there.setdefault(visit.village.code, visit)
    notes = [_village_notes(visit, timetable) for visit in first_there.values()]
    past = [told_visit(visit, timetable, is_past=True) for visit in timetable.past]
    return {
        "title": _("%(name)s的课", name=timetable.opened.name),
        "unit": timetable.opened.unit,
        "extent": _tell_extent(timetable),
        "called_off": [told_visit(visit, timetable) for visit in timetable.called_off],
        "next": told_visit(coming, timetable) if coming else None,
        "here": notes[0] if notes else None,
        "later": [told_visit(visit, timetable) for visit in timetable.later],
        "are_more_ahead": timetable.are_more_ahead,
        "elsewhere": notes[1:],
        "past": past[:_PAST_SHOWN],
        "earlier": past[_PAST_SHOWN:],
        "are_more_past": timetable.are_more_past,
        "year": _tell_year(timetable.year, today),
        "as_of": tell_as_of(today),
    }


def _whom_to_phone(visit: Visit) -> str:
    """Whom to phone before going, the number following; where nobody is told, the village committee."""
    school = visit.school
    if school is None or not (school.contact_name or school.contact_phone or school.principal):
        return tell_contact(school)
    who = school.contact_name or school.principal or _("夜校")
    return _("找%(who)s：", who=who) if school.contact_phone else who


def tell_meeting(number: int, of: int) -> str:
    """第 3 次，一共 6 次; empty of a course that meets once."""
    return _("第 %(number)d 次，一共 %(of)d 次", number=number, of=of) if of > 1 else ""


def _tell_expected(visit: Visit, meeting: InCourse | None) -> str:
    return tell_expected(visit.expected, meeting.turnout if meeting else None)


def _tell_enrolled(meeting: InCourse | None) -> str:
    if meeting is None or meeting.enrolled is None:
        return ""
    return counted("班上 %(n)d 个人", meeting.enrolled)


def _tell_last(meeting: InCourse | None, today: date) -> tuple[str, str]:
    if meeting is None or meeting.last is None:
        return "", ""
    return _tell_taught(meeting.last, today), meeting.last.summary


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
