"""A class on a sheet for the notice board, and a strip that is stuck over the sheet when something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.formats.qr import qr_svg
from nightschool.formats.timetable_text import (
    tell_change,
    tell_contact,
    tell_lunar,
    tell_name,
    tell_teachers,
    tell_times,
)
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import Difference, tell_moment
from nightschool.texts import _, language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nightschool.queries.notices.notices import Notice
    from nightschool.queries.notices.timetable import Entry

POSTER_SIZES = ("a4", "a3")


def posters_data(
    notices: Iterable[Notice],
    paper: str,
    page_of: Callable[[str], str],
    posted_of: Callable[[str, str, int], str],
) -> dict[str, Any]:
    """What poster.typ is given: a sheet for each class of these notices.

    `page_of` a village is the address in its words; its code leads to what `posted_of` village, class session and the
    revision that it says, so that an old poster tells what changed since.
    """
    return {
        "lang": language(),
        "title": _("海报"),
        "paper": paper,
        "posters": [
            _poster(
                entry,
                notice,
                page_of(notice.village.code),
                posted_of(notice.village.code, entry.public_id, notice.revision_of(entry.public_id)),
            )
            for notice in notices
            for entry in notice.entries
        ],
    }


def strips_data(notices: Sequence[Notice]) -> dict[str, Any]:
    """What strip.typ is given: a strip for each class of these that is not as people were told."""
    cut = _("沿虚线剪下来，贴在原来的海报上。")
    return {
        "lang": language(),
        "title": _("贴条"),
        "strips": [
            {
                **_strip(entry, notice),
                "cut": f"{notice.village.township}{notice.village.name} · {cut}" if len(notices) > 1 else cut,
            }
            for notice in notices
            for entry in notice.entries
            if entry.is_changed
        ],
    }


def _poster(entry: Entry, notice: Notice, address: str, code: str) -> dict[str, Any]:
    """Of one that was put off the large day is that on which it meets."""
    today = notice.today
    moves_to = None if entry.takes_place else entry.moves_to
    begins = moves_to or entry.slot.begins
    day = _("%(day)s %(lunar)s", day=spoken_day(begins.day, today), lunar=tell_lunar(begins.day))
    who = tell_teachers(entry.teachers)
    before = entry.was_to_be or (entry.slot.begins if moves_to else None)
    former = _("原来说的是%(moment)s", moment=tell_moment(before, today)) if before else ""
    why = _("因为%(why)s", why=tell_reason(entry.reason, entry.reason_text)) if moves_to else ""
    return {
        "school": tell_name(notice.village),
        "banner": _banner(entry),
        "title": entry.title,
        "former": former if entry.takes_place or moves_to else tell_change(entry, today),
        "is_off": not (entry.takes_place or moves_to),
        "day": day.strip(),
        "time": clock(moves_to.minutes) if moves_to else tell_times(entry.slot),
        "place": entry.venue if entry.takes_place else "",
        "way": entry.directions if entry.takes_place and entry.venue else why,
        "who": _("%(who)s讲", who=who) if who and entry.takes_place else "",
        "bring": entry.summary if entry.takes_place else "",
        "contact": tell_contact(notice.village.school),
        "foot": _("如有变动，听广播，或者扫码看。%(address)s", address=address),
        "qr": qr_svg(code).decode(),
        "scan": _("扫码看课表"),
    }


def _banner(entry: Entry) -> str:
    if not entry.takes_place:
        return _("不上了") if entry.status == "cancelled" else _("改期了")
    if not entry.is_changed:
        return ""
    match entry.differs_in:
        case (Difference.PLACE,):
            return _("换地方了")
        case (Difference.TEACHERS,):
            return _("换老师了")
        case (Difference.TITLE,):
            return _("换内容了")
        case (Difference.ON,):
            return _("照常上")
    return _("有变动")


def _strip(entry: Entry, notice: Notice) -> dict[str, str]:
    today = notice.today
    when = tell_moment(entry.slot.begins, today)
    if entry.takes_place:
        teachers = tell_teachers(entry.teachers)
        now = when
        what = _("%(title)s，%(who)s讲", title=entry.title, who=teachers) if teachers else entry.title
    elif entry.moves_to:
        now = _("改到%(moment)s", moment=tell_moment(entry.moves_to, today))
        what = _("%(when)s 的%(title)s", when=when, title=entry.title)
    else:
        now = tell_reason(entry.reason, entry.reason_text)
        what = _("%(when)s 的%(title)s", when=when, title=entry.title)
    return {
        "banner": _banner(entry),
        "now": now,
        "where": entry.venue if entry.takes_place else "",
        "what": what,
    }
