"""A timetable as a calendar to subscribe to (RFC 5545).

UIDs never change, DTSTAMP and SEQUENCE come from the record: the same timetable gives the same bytes.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, Timezone, vDuration

from nightschool.formats.region_text import tell_cut, tell_host, tell_region
from nightschool.formats.timetable_text import (
    on_one_line,
    tell_change,
    tell_contact,
    tell_how,
    tell_lunar,
    tell_name,
    tell_origin,
    tell_teachers,
)
from nightschool.rules.regions import Level
from nightschool.texts import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from nightschool.queries.notices.region_timetable import Host, RegionTimetable
    from nightschool.queries.notices.timetable import Entry, Timetable
    from nightschool.queries.notices.visits import OwnTimetable
    from nightschool.rules.slots import Slot

_REFRESH = timedelta(hours=6)
_RINGS_BEFORE = timedelta(hours=2)  # time to have supper and get there

_END = b"END:VCALENDAR\r\n"
_NEW_LINES = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def calendar(timetable: Timetable, *, address: str, zone: ZoneInfo, course: str = "") -> bytes:
    """The calendar file of this timetable. `address` is that of the village's page, `course` the title of the only
    course in it.

    Cancelled and postponed sessions stay in it as CANCELLED, so that a phone takes them off its calendar.
    """
    entries = (*reversed(timetable.past), *timetable.ahead)
    village = timetable.village
    told = _Place(village.name, tell_contact(village.school), address, zone)
    return _written(
        " · ".join(part for part in (course, tell_name(village)) if part),
        [_event(entry, entry.title, told) for entry in entries],
        _span(entries, timetable.today),
        address=address,
        zone=zone,
    )


def region_calendar(
    timetable: RegionTimetable, *, address: str, site: str, reading: str, zone: ZoneInfo
) -> bytes:
    """The calendar file of a region's two weeks: what its villages' own calendars hold, with the village before each.

    `address` is that of the region's page, `site` what all addresses begin with, `reading` what ends a village's.
    """
    return _written(
        tell_region(timetable.area),
        [
            _event_in(
                _Place(
                    _tell_village(village, timetable.area.level),
                    "",
                    f"{site}/v/{village.code}{reading}",
                    zone,
                ),
                entry,
            )
            for village, entry in timetable.meetings
        ],
        _span([entry for _village, entry in timetable.meetings], timetable.today),
        address=address,
        zone=zone,
        note=tell_cut(timetable),
    )


def teacher_calendar(timetable: OwnTimetable, *, site: str, reading: str, zone: ZoneInfo) -> bytes:
    """The calendar file of one teacher's classes: each as its village's own calendar has it, and whom to phone there.

    It rings before each, as the page that hands the address out promises.
    The address it is read at opens it to whoever has it, so that it stands nowhere in the file.
    """
    visits = (*reversed(timetable.past), *timetable.ahead)
    return _written(
        _("%(name)s的课", name=timetable.opened.name),
        [
            _event_in(
                _Place(
                    _tell_village(visit.village, Level.CITY),
                    tell_contact(visit.school),
                    f"{site}/v/{visit.village.code}{reading}",
                    zone,
                    rings=visit.entry.takes_place,
                ),
                visit.entry,
            )
            for visit in visits
        ],
        _span([visit.entry for visit in visits], timetable.at.day),
        address=f"{site}/",
        zone=zone,
    )


class _Place(NamedTuple):
    """What the events of one village have in common."""

    village: str
    contact: str
    url: str
    zone: ZoneInfo
    rings: bool = False


def _tell_village(village: Host, level: Level) -> str:
    """永兴村（双才镇）: a village's name is borne by others too, and its page tells them apart the same way."""
    where = tell_host(village, level)
    return _("%(village)s（%(where)s）", village=village.name, where=where) if where else village.name


def _event_in(place: _Place, entry: Entry) -> bytes:
    """An event in a calendar of several villages: each is named."""
    return _event(entry, _("%(village)s：%(title)s", village=place.village, title=entry.title), place)


def _event(entry: Entry, title: str, told: _Place) -> bytes:
    """The event of this session. Many phones show no other sign that it does not take place than its title."""
    if not entry.takes_place:
        called_off = _("取消：%(title)s", title=title)
        title = called_off if entry.status == "cancelled" else _("改期：%(title)s", title=title)
    place = (
        _("%(village)s %(venue)s", village=told.village, venue=entry.venue) if entry.venue else told.village
    )
    return _written_event(
        f"{entry.public_id}@{urlsplit(entry.known_by or told.url).hostname or 'localhost'}",
        entry.changed_at,
        entry.revision,
        entry.slot,
        told.zone,
        "CONFIRMED" if entry.takes_place else "CANCELLED",
        title,
        place,
        "\n".join(_description(entry, told.contact)),
        told.url,
        rings=told.rings,
    )


def _description(entry: Entry, contact: str) -> list[str]:
    """What else there is to know, in lines. It is the same on every day, so that no phone sees a change in it."""
    day = entry.slot.day
    lines = [
        tell_change(entry, day),
        tell_origin(entry, day),
        tell_lunar(day),
        _("老师：%(teachers)s", teachers=tell_teachers(entry.teachers)) if entry.teachers else "",
        tell_how(entry),
        entry.summary,
        entry.directions,
        contact,
    ]
    return [line for line in lines if line]


# The library takes 0.25 ms an event, and a feed is mostly written anew because one of its events is another: what it
# made of the same texts is kept.
@lru_cache(maxsize=4096)
def _written_event(
    uid: str,
    changed_at: datetime,
    revision: int,
    slot: Slot,
    zone: ZoneInfo,
    status: str,
    title: str,
    place: str,
    description: str,
    url: str,
    *,
    rings: bool,
) -> bytes:
    event = Event()
    midnight = datetime.combine(slot.day, time(), zone)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", revision)
    event.add("dtstart", midnight + timedelta(minutes=slot.starts))
    event.add("dtend", midnight + timedelta(minutes=slot.ends))
    event.add("status", status)
    event.add("uid", uid)
    event.add("summary", _plain(title))
    event.add("location", _plain(place))
    event.add("description", _plain(description))
    event.add("url", url)
    if rings:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -_RINGS_BEFORE)
        alarm.add("description", _plain(title))
        event.add_component(alarm)
    return event.to_ical(sorted=False)


def _written(
    name: str,
    events: Sequence[bytes],
    days: tuple[date, date],
    *,
    address: str,
    zone: ZoneInfo,
    note: str = "",
) -> bytes:
    """The file: these events, from the first to the last of these days, below what is said of the calendar itself."""
    head = _written_head(on_one_line(name), address, zone, days[0].year, days[1].year, note)
    return b"".join((head, *events, _END))


@lru_cache(maxsize=1024)
def _written_head(
    name: str, address: str, zone: ZoneInfo, first_year: int, last_year: int, note: str
) -> bytes:
    head = Calendar()
    head.add("version", "2.0")
    head.add("prodid", "-//Nightschool//Timetable//ZH")
    head.add("calscale", "GREGORIAN")
    head.add("name", name)
    head.add("x-wr-calname", name)
    head.add("x-wr-timezone", zone.key)
    head.add("url", address)
    head.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    head.add("x-published-ttl", vDuration(_REFRESH))
    if note:
        head.add("x-wr-caldesc", _plain(note))
    head.add_component(_timezone(zone, first_year, last_year))
    return head.to_ical(sorted=False).removesuffix(_END)


def _span(entries: Sequence[Entry], today: date) -> tuple[date, date]:
    return (entries[0].slot.day, entries[-1].slot.day) if entries else (today, today)


@lru_cache(maxsize=64)
def _timezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """What the clock does in these years."""
    return Timezone.from_tzinfo(zone, zone.key, date(first_year, 1, 1), date(last_year, 12, 31))


def _plain(text: str) -> str:
    """The text with every kind of line break as a new line, and without other control characters."""
    return text if text.isprintable() else _CONTROLS.sub("", _NEW_LINES.sub("\n", text))
