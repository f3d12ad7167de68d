"""Notices in words: for the village's chat group, for the loudspeaker, and as a short message, of the same classes.

Each says what differs from what was told before, and what does not take place. They are made of what everybody may
know, so no villager can stand on one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.timetable_text import (
    announced,
    tell_change,
    tell_contact,
    tell_name,
    tell_origin,
)
from nightschool.rules.almanac import clock, full_day, spoken_day
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import Difference, unended
from nightschool.rules.notices.spoken import said_lunar, said_moment, unbracketed
from nightschool.rules.people.people import dialable, tell_public_name
from nightschool.rules.places.schools import asked_of
from nightschool.texts import _

if TYPE_CHECKING:
    from nightschool.queries.notices.notices import Notice
    from nightschool.queries.notices.timetable import Entry
    from nightschool.rules.slots import Moment

MOST_OF_A_SHORT_MESSAGE = 70  # characters, which is one message and not two
_MATTERS_MOST, _MATTERS_MORE, _MATTERS_MUCH, _MATTERS_LESS, _MATTERS_LEAST = range(5)


def chat_text(notice: Notice, address: str = "") -> str:
    """For the village's group: each class in a few lines, whom to ask, and where the page is."""
    today = notice.today
    text = [_("%(place)s：", place=_named(notice))]
    for entry in notice.entries:
        one = announced(entry, today)
        day = full_day(entry.slot.day, today)
        when = _("%(day)s，%(date)s", day=one.day, date=day) if one.is_near else day
        text.append(_("【%(title)s】%(when)s %(times)s", title=one.title, when=when, times=one.times))
        if change := tell_change(entry, today):
            text.append(change)
            continue
        text += [*filter(None, (tell_origin(entry, today),))]
        where = _("%(venue)s（%(directions)s）", venue=one.venue, directions=one.directions)
        about = (where if one.directions else one.venue, one.teachers)
        text += [*filter(None, (_("，").join(filter(None, about)), one.summary))]
    text.append(tell_contact(notice.village.school))
    return "\n".join([*text, address] if address else text)


def loudspeaker_text(notice: Notice) -> str:
    """To be read aloud: a call, what there is to say, and the same once more without what is beside it."""
    place = unbracketed(tell_name(notice.village)).replace(" ", "")
    full = [_said(entry, notice, is_full=True) for entry in notice.entries]
    again = [_said(entry, notice, is_full=False) for entry in notice.entries]
    call = _("各位乡亲请注意，%(place)s通知。", place=place)
    return "\n".join((call, *full, _("再说一遍。"), *again, _closing(notice)))


def short_text(notice: Notice) -> str:
    """One short message of at most 70 characters: what does not fit is left out, what matters least first."""
    text = _("%(village)s夜校：", village=notice.village.name)
    text += _("；").join(_short_line(entry, notice) for entry in notice.entries)
    phones = dialable(notice.village.school.contact_phone) if notice.village.school else ()
    beside = _short_beside(notice.entries[0], notice) if len(notice.entries) == 1 else []
    beside.append((_MATTERS_MUCH, _("问%(phone)s", phone=phones[0][0]) if phones else ""))
    parts = [text]
    chosen: list[int] = []
    for place in sorted(range(len(beside)), key=lambda place: beside[place][0]):
        wanted = [*parts, *(beside[one][1] for one in sorted([*chosen, place]))]
        if beside[place][1] and len(_("，").join(wanted)) < MOST_OF_A_SHORT_MESSAGE:
            chosen.append(place)
    said = _("，").join([*parts, *(beside[one][1] for one in sorted(chosen))])
    most = MOST_OF_A_SHORT_MESSAGE - 1
    return (said if len(said) <= most else said[: most - 1] + "…") + _("。")


def _named(notice: Notice) -> str:
    name = tell_name(notice.village)
    are_all_off = not any(entry.takes_place for entry in notice.entries)
    are_changed = any(entry.is_changed for entry in notice.entries)
    if are_all_off and len(notice.entries) == 1 and notice.entries[0].status == "cancelled":
        return _("%(name)s，这次课不上了", name=name)
    return _("%(name)s，课有变动", name=name) if are_changed else _("%(name)s上课通知", name=name)


def _said(entry: Entry, notice: Notice, *, is_full: bool) -> str:
    """One class aloud; in full with the farmers' calendar, the reason and what to bring."""
    when = said_moment(entry.slot.begins, notice.today)
    lunar = said_lunar(entry.slot.day)
    if is_full and lunar:
        when = _("%(when)s，%(lunar)s", when=when, lunar=lunar)
    title = unbracketed(entry.title)
    if not entry.takes_place:
        return _said_off(entry, notice, title, is_full=is_full)
    told = [when]
    if before := entry.was_to_be:
        former = said_moment(before, notice.today)
        changed = _("原来说%(former)s的课，改到%(when)s", former=former, when=when)
        told = [changed if is_full else _("课改到%(when)s", when=when)]
    if entry.venue:
        is_new = Difference.PLACE in entry.differs_in
        place = unbracketed(entry.venue)
        told.append(_("换到%(place)s上课", place=place) if is_new else _("在%(place)s上课", place=place))
    told.append(_("讲%(title)s", title=title))
    if who := _said_teachers(entry):
        is_new = Difference.TEACHERS in entry.differs_in
        told.append(_("改由%(who)s来讲", who=who) if is_new else _("由%(who)s来讲", who=who))
    said = _("，").join(told) + _("。")
    bring = unended(unbracketed(entry.summary)) if is_full and entry.summary else ""
    return said + (_("%(bring)s。", bring=bring) if bring else "")


def _said_off(entry: Entry, notice: Notice, title: str, *, is_full: bool) -> str:
    words = {"when": said_moment(entry.slot.begins, notice.today), "title": title}
    if entry.moves_to:
        told = _("%(when)s的%(title)s改期，改到%(to)s", to=said_moment(entry.moves_to, notice.today), **words)
    elif entry.status == "cancelled":
        told = _("%(when)s的%(title)s不上了", **words)
    else:
        told = _("%(when)s的%(title)s改期，哪天上再通知", **words)
    why = unended(unbracketed(tell_reason(entry.reason, entry.reason_text))) if is_full else ""
    return _("%(told)s，因为%(why)s。", told=told, why=why) if why else _("%(told)s。", told=told)


def _said_teachers(entry: Entry) -> str:
    who = (
        _("%(unit)s的%(name)s", unit=one.unit, name=one.name)
        if one.name and one.unit
        else tell_public_name(one.name, one.unit)
        for one in entry.teachers
    )
    return _("、").join(map(unbracketed, who))


def _closing(notice: Notice) -> str:
    school = notice.village.school
    who = asked_of(school.contact_name, school.principal) if school else ""
    if not any(entry.takes_place for entry in notice.entries):
        return _("请互相转告。")
    if not who:
        return _("欢迎大家都来，请互相转告。")
    return _("欢迎大家都来，不清楚的问%(who)s。", who=unbracketed(who))


def _short_beside(entry: Entry, notice: Notice) -> list[tuple[int, str]]:
    """What a short message of one class says beside it where there is room: how much each matters, and the words."""
    if not entry.takes_place:
        why = unended(tell_reason(entry.reason, entry.reason_text))
        return [(_MATTERS_MORE, _("因为%(why)s", why=why) if why else "")]
    before = entry.was_to_be
    who = _("、").join(one.name or tell_public_name("", one.unit) for one in entry.teachers)
    return [
        (_MATTERS_MOST, _("原定%(moment)s", moment=_short_moment(before, notice)) if before else ""),
        (_MATTERS_MORE, entry.venue),
        (_MATTERS_LESS, _("%(who)s讲", who=who) if who else ""),
        (_MATTERS_LEAST, unended(entry.summary)),
    ]


def _short_line(entry: Entry, notice: Notice) -> str:
    words = {"when": _short_moment(entry.slot.begins, notice), "title": entry.title}
    if entry.takes_place:
        return _("%(when)s %(title)s", **words)
    if entry.moves_to:
        return _("%(when)s %(title)s改到%(to)s", to=_short_moment(entry.moves_to, notice), **words)
    if entry.status == "cancelled":
        return _("%(when)s %(title)s不上了", **words)
    return _("%(when)s %(title)s改期，时间再通知", **words)


def _short_moment(moment: Moment, notice: Notice) -> str:
    return _("%(day)s %(time)s", day=spoken_day(moment.day, notice.today), time=clock(moment.minutes))
