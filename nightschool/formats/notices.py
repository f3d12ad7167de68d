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
    tell_lunar,
    tell_name,
    tell_origin,
    tell_teachers,
)
from nightschool.rules.almanac import clock, full_day, spoken_day
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.own_texts import NoticeField, filled_in, with_fields
from nightschool.rules.notices.revisions import Difference, unended
from nightschool.rules.notices.spoken import said_lunar, said_moment, unbracketed
from nightschool.rules.notices.told import Channel
from nightschool.rules.people.people import dialable, tell_public_name
from nightschool.rules.places.schools import asked_of
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from nightschool.formats.timetable_text import Announced
    from nightschool.queries.notices.notices import Notice
    from nightschool.queries.notices.timetable import Entry
    from nightschool.rules.slots import Moment

MOST_OF_A_SHORT_MESSAGE = 70  # characters, which is one message and not two
_LEAST_OF_A_TITLE = 4  # characters, before a whole class is left out
_MATTERS_MOST, _MATTERS_MORE, _MATTERS_MUCH, _MATTERS_LESS, _MATTERS_LEAST = range(5)


def chat_text(notice: Notice, address: str = "") -> str:
    """For the village's group: each class in a few lines, whom to ask, and where the page is."""
    today = notice.today
    text = [_("%(place)s：", place=_named(notice))]
    for entry in notice.entries:
        one = announced(entry, today)
        when = _chat_day(entry, one, today)
        text.append(_("【%(title)s】%(when)s %(times)s", title=one.title, when=when, times=one.times))
        if change := tell_change(entry, today):
            text.append(change)
            continue
        text += [*filter(None, (tell_origin(entry, today),))]
        where = _("%(venue)s（%(directions)s）", venue=one.venue, directions=one.directions)
        about = (where if one.directions else one.venue, one.teachers)
        text += [*filter(None, (_("，").join(filter(None, about)), one.summary, _told_wish(entry, notice)))]
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
    most = MOST_OF_A_SHORT_MESSAGE - 1
    text = _("%(village)s夜校：", village=notice.village.name)
    phones = dialable(notice.village.school.contact_phone) if notice.village.school else ()
    whom = _("问%(phone)s", phone=phones[0][0]) if phones else ""
    # Of one class the title matters more than whom to ask, of several it is cut short for that.
    spare = len(_("，") + whom) if whom and len(notice.entries) > 1 else 0
    text += _short_lines(notice, most - len(text), spare)
    beside = _short_beside(notice.entries[0], notice) if len(notice.entries) == 1 else []
    beside.append((_MATTERS_MUCH, whom))
    parts = [text]
    chosen: list[int] = []
    for place in sorted(range(len(beside)), key=lambda place: beside[place][0]):
        wanted = [*parts, *(beside[one][1] for one in sorted([*chosen, place]))]
        if beside[place][1] and len(_("，").join(wanted)) < MOST_OF_A_SHORT_MESSAGE:
            chosen.append(place)
    said = _("，").join([*parts, *(beside[one][1] for one in sorted(chosen))])
    return (said if len(said) <= most else said[: most - 1] + "…") + _("。")


def notice_text(notice: Notice, channel: Channel, address: str, own: Mapping[str, str]) -> str:
    """What is said on this channel, in the words that the region chose for it; `own`: form -> text.

    Of several classes, of one that is put off, and where the region's words cannot say what there is to say, ours.
    """
    form = form_of(notice, channel)
    if form in own:
        values = notice_fields(notice, channel, address)
        text = filled_in(own[form], values)
        says_change = not form.endswith("-changed") or values[NoticeField.CHANGE]
        if says_change and (channel != Channel.SHORT or len(text) <= MOST_OF_A_SHORT_MESSAGE):
            return text
    match channel:
        case Channel.LOUDSPEAKER:
            return loudspeaker_text(notice)
        case Channel.SHORT:
            return short_text(notice)
    return chat_text(notice, address)


def words_to_begin_with(notice: Notice, channel: Channel, address: str) -> str:
    """Our words for this notice of one class, with fields where they speak of it."""
    text = with_fields(notice_text(notice, channel, address, {}), notice_fields(notice, channel, address))
    # What is said once more names the new time; of a change of place it would be wrong.
    again = _("课改到%(when)s", when=f"{{{NoticeField.TIME}}}")
    return text.replace(again, f"{{{NoticeField.CHANGE}}}")


def form_of(notice: Notice, channel: Channel) -> str:
    """Which of the texts that a region can choose this is; empty: none."""
    if len(notice.entries) != 1 or notice.entries[0].status == "postponed":
        return ""
    [entry] = notice.entries
    state = "off" if not entry.takes_place else "changed" if entry.is_changed else "usual"
    return f"{channel}-{state}"


def notice_fields(notice: Notice, channel: Channel, address: str) -> dict[str, str]:
    """What stands in the fields of a notice of one class, as it is said on this channel; some are empty."""
    [entry] = notice.entries
    today, school = notice.today, notice.village.school
    who = (asked_of(school.contact_name, school.principal) if school else "") or _("村委会")
    phones = dialable(school.contact_phone) if school else ()
    phone = phones[0][0] if phones else ""
    reason = "" if entry.takes_place else tell_reason(entry.reason, entry.reason_text)
    begins = entry.slot.begins
    fields = {
        NoticeField.VILLAGE: tell_name(notice.village),
        NoticeField.TIME: _short_moment(begins, notice),
        NoticeField.LUNAR: tell_lunar(entry.slot.day),
        NoticeField.TITLE: entry.title,
        NoticeField.TEACHERS: tell_teachers(entry.teachers),
        NoticeField.PLACE: entry.venue,
        NoticeField.BRING: entry.summary,
        NoticeField.CONTACT: who,
        NoticeField.PHONE: phone,
        NoticeField.ADDRESS: address,
        NoticeField.CHANGE: tell_origin(entry, today),
        NoticeField.REASON: unended(reason),
    }
    match channel:
        case Channel.CHAT:
            one = announced(entry, today)
            fields[NoticeField.TIME] = _(
                "%(when)s %(times)s", when=_chat_day(entry, one, today), times=one.times
            )
            if one.directions:
                fields[NoticeField.PLACE] = _(
                    "%(venue)s（%(directions)s）", venue=one.venue, directions=one.directions
                )
            if phone:
                fields[NoticeField.CONTACT] = _("%(who)s %(phone)s", who=who, phone=phone)
        case Channel.LOUDSPEAKER:
            fields |= {name: unbracketed(said) for name, said in fields.items()}
            fields |= {
                NoticeField.VILLAGE: fields[NoticeField.VILLAGE].replace(" ", ""),
                NoticeField.TIME: said_moment(begins, today),
                NoticeField.LUNAR: said_lunar(entry.slot.day),
                NoticeField.TEACHERS: _said_teachers(entry),
                NoticeField.BRING: unended(fields[NoticeField.BRING]),
                NoticeField.CHANGE: _said_change(entry, notice),
            }
        case Channel.SHORT:
            before = entry.was_to_be
            fields[NoticeField.VILLAGE] = _("%(village)s夜校", village=notice.village.name)
            fields[NoticeField.TEACHERS] = _short_teachers(entry)
            if before:
                fields[NoticeField.CHANGE] = _("原定%(moment)s", moment=_short_moment(before, notice))
    return fields


def _said_change(entry: Entry, notice: Notice) -> str:
    when, told = said_moment(entry.slot.begins, notice.today), []
    if before := entry.was_to_be:
        told.append(
            _("原来说%(former)s的课，改到%(when)s", former=said_moment(before, notice.today), when=when)
        )
    elif Difference.ON in entry.differs_in:
        told.append(_("先前说%(when)s不上的课，又照常上", when=when))
    if Difference.PLACE in entry.differs_in and entry.venue:
        told.append(_("换到%(place)s上课", place=unbracketed(entry.venue)))
    if Difference.TEACHERS in entry.differs_in and entry.teachers:
        told.append(_("改由%(who)s来讲", who=_said_teachers(entry)))
    if Difference.TITLE in entry.differs_in:
        told.append(_("改讲%(title)s", title=unbracketed(entry.title)))
    return _("，").join(told)


def _chat_day(entry: Entry, one: Announced, today: date) -> str:
    day = full_day(entry.slot.day, today)
    return _("%(day)s，%(date)s", day=one.day, date=day) if one.is_near else day


def _short_teachers(entry: Entry) -> str:
    return _("、").join(one.name or tell_public_name("", one.unit) for one in entry.teachers)


def _named(notice: Notice) -> str:
    name = tell_name(notice.village)
    are_all_off = not any(entry.takes_place for entry in notice.entries)
    are_changed = any(entry.is_changed for entry in notice.entries)
    if are_all_off and len(notice.entries) == 1 and notice.entries[0].status == "cancelled":
        return _("%(name)s，这次课不上了", name=name)
    return _("%(name)s，课有变动", name=name) if are_changed else _("%(name)s上课通知", name=name)


def _said(entry: Entry, notice: Notice, *, is_full: bool) -> str:
    """One class aloud; in full with the farmers' calendar, the reason and what to bring."""
    when = said_moment(entry.slot.begins, notice.today, has_lunar=is_full)
    title = unbracketed(entry.title)
    if not entry.takes_place:
        return _said_off(entry, notice, title, is_full=is_full)
    told = [when]
    if before := entry.was_to_be:
        former = said_moment(before, notice.today)
        changed = _("原来说%(former)s的课，改到%(when)s", former=former, when=when)
        told = [changed if is_full else _("课改到%(when)s", when=when)]
    elif Difference.ON in entry.differs_in:
        told = [_("先前说%(when)s不上的课，又照常上", when=when)]
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
    said += _("%(bring)s。", bring=bring) if bring else ""
    return said + (_told_wish(entry, notice) if is_full else "")


def _told_wish(entry: Entry, notice: Notice) -> str:
    """That it was asked for, so that who asked hears what became of it."""
    return _("这是村里人点的课。") if entry.public_id in notice.wished else ""


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
    who = _short_teachers(entry)
    return [
        (_MATTERS_MOST, _("原定%(moment)s", moment=_short_moment(before, notice)) if before else ""),
        (_MATTERS_MORE, entry.venue),
        (_MATTERS_LESS, _("%(who)s讲", who=who) if who else ""),
        (_MATTERS_LEAST, unended(entry.summary)),
    ]


def _short_lines(notice: Notice, room: int, spare: int) -> str:
    """The classes in so many characters: titles are cut short, then what is to spare is taken, then classes are left
    out, last those not as told.
    """
    entries = notice.entries
    told_first = sorted(
        range(len(entries)), key=lambda n: entries[n].takes_place and not entries[n].is_changed
    )
    said, longest = "", max((len(entry.title) for entry in entries), default=0)
    for many in range(len(entries), 0, -1):
        more = [counted("还有 %(n)d 次", len(entries) - many)] if many < len(entries) else []
        for room_now in (room - spare, room):
            for most in range(longest, min(longest, _LEAST_OF_A_TITLE) - 1, -1):
                lines = (_short_line(entries[place], notice, most) for place in sorted(told_first[:many]))
                said = _("；").join([*lines, *more])
                if len(said) <= room_now:
                    return said
    return said


def _short_line(entry: Entry, notice: Notice, most: int) -> str:
    title = entry.title if len(entry.title) <= most else entry.title[: most - 1] + "…"
    words = {"when": _short_moment(entry.slot.begins, notice), "title": title}
    if entry.takes_place:
        return _("%(when)s %(title)s", **words)
    if entry.moves_to:
        return _("%(when)s %(title)s改到%(to)s", to=_short_moment(entry.moves_to, notice), **words)
    if entry.status == "cancelled":
        return _("%(when)s %(title)s不上了", **words)
    return _("%(when)s %(title)s改期，时间再通知", **words)


def _short_moment(moment: Moment, notice: Notice) -> str:
    return _("%(day)s %(time)s", day=spoken_day(moment.day, notice.today), time=clock(moment.minutes))
