"""A timetable as a calendar to subscribe to (RFC 5545): written line by line, because it is asked for most.

UIDs never change, DTSTAMP and SEQUENCE come from the record: the same timetable gives the same bytes.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from nightschool.formats.region_text import tell_cut, tell_region
from nightschool.formats.timetable_text import (
    one_line,
    tell_change,
    tell_contact,
    tell_lunar,
    tell_name,
    tell_origin,
    tell_teachers,
)
from nightschool.rules.slots import DAY_MINUTES
from nightschool.texts import _, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nightschool.queries.region_timetable import Host, RegionTimetable
    from nightschool.queries.timetable import Entry, SeenTeacher, Timetable
    from nightschool.queries.visits import OwnTimetable

LONGEST_LINE = 75  # octets, without the line's end
LINE_BREAK = "\\n"  # inside a TEXT value
REFRESH = "PT6H"

_NEW_LINES = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# A continuation begins with a space, so a piece has one octet less; the next must not begin inside a character.
_PIECES = re.compile(rb"(?s).{1,%d}(?![\x80-\xbf])" % (LONGEST_LINE - 1))


def calendar(timetable: Timetable, *, address: str, zone: ZoneInfo) -> bytes:
    """The calendar file of this timetable. `address` is that of the village's page; its host ends the UIDs.

    Cancelled and postponed sessions stay in it as CANCELLED, so that a phone takes them off its calendar.
    """
    entries = (*reversed(timetable.past), *timetable.ahead)
    days = [entry.slot.day for entry in entries] or [timetable.today]
    village = timetable.village
    host = urlsplit(address).hostname or "localhost"
    contact = tell_contact(village.school)
    end = folded(f"URL:{address}") + b"END:VEVENT\r\n"
    head = (*_head(tell_name(village), address, zone.key), *_timezone(zone, days[0].year, days[-1].year))
    parts = [folded(line) for line in head]
    spoken = language()
    for entry in entries:
        parts += (
            _fixed_lines(entry, zone.key),
            folded(f"UID:{entry.public_id}@{host}"),
            _summary_line(entry.title, entry.status, entry.takes_place, spoken),
            _location_line(village.name, entry.venue, spoken),
            folded(f"DESCRIPTION:{LINE_BREAK.join(map(escaped, description_of(entry, contact, spoken)))}"),
            end,
        )
    parts.append(b"END:VCALENDAR\r\n")
    return b"".join(parts)


def region_calendar(
    timetable: RegionTimetable, *, address: str, site: str, reading: str, zone: ZoneInfo
) -> bytes:
    """The calendar file of a region's two weeks: what its villages' own calendars hold, with the village before each.

    `address` is that of the region's page, `site` what all addresses begin with, `reading` what ends a village's.
    """
    days = [meeting.entry.slot.day for meeting in timetable.meetings] or [timetable.today]
    host = urlsplit(site).hostname or "localhost"
    spoken = language()
    parts = [folded(line) for line in _head(tell_region(timetable.area), address, zone.key)]
    if cut := tell_cut(timetable):
        parts.append(folded(f"X-WR-CALDESC:{escaped(cut)}"))
    parts += map(folded, _timezone(zone, days[0].year, days[-1].year))
    for village, entry in timetable.meetings:
        event = _event_elsewhere(village, entry, "", zone=zone.key, host=host, spoken=spoken)
        parts += (*event, folded(f"URL:{site}/v/{village.code}{reading}"), b"END:VEVENT\r\n")
    parts.append(b"END:VCALENDAR\r\n")
    return b"".join(parts)


def teacher_calendar(timetable: OwnTimetable, *, site: str, reading: str, zone: ZoneInfo) -> bytes:
    """The calendar file of one teacher's classes: each as its village's own calendar has it, and whom to phone there.

    The address it is read at opens it to whoever has it, so that it stands nowhere in the file.
    """
    visits = (*reversed(timetable.past), *timetable.ahead)
    days = [visit.entry.slot.day for visit in visits] or [timetable.at.day]
    host = urlsplit(site).hostname or "localhost"
    spoken = language()
    name = _("%(name)s的课", name=timetable.opened.name)
    parts = [folded(line) for line in _head(name, f"{site}/", zone.key)]
    parts += map(folded, _timezone(zone, days[0].year, days[-1].year))
    for visit in visits:
        event = _event_elsewhere(
            visit.village, visit.entry, tell_contact(visit.school), zone=zone.key, host=host, spoken=spoken
        )
        parts += (*event, folded(f"URL:{site}/v/{visit.village.code}{reading}"), b"END:VEVENT\r\n")
    parts.append(b"END:VCALENDAR\r\n")
    return b"".join(parts)


def _event_elsewhere(
    village: Host, entry: Entry, contact: str, *, zone: str, host: str, spoken: str
) -> tuple[bytes, ...]:
    """The lines of an event, but its address and end, in a calendar of several villages: each is named."""
    title = _("%(village)s：%(title)s", village=village.name, title=entry.title)
    return (
        _fixed_lines(entry, zone),
        folded(f"UID:{entry.public_id}@{host}"),
        _summary_line(title, entry.status, entry.takes_place, spoken),
        _location_line(village.name, entry.venue, spoken),
        folded(f"DESCRIPTION:{LINE_BREAK.join(map(escaped, description_of(entry, contact, spoken)))}"),
    )


# The same titles, places, days and times stand in every village's feed: they are written once.
@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """The text as a TEXT value: backslash, semicolon, comma and line breaks escaped, other control characters gone."""
    if not text.isprintable():
        text = _CONTROLS.sub("", _NEW_LINES.sub("\n", text))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", LINE_BREAK)


def folded(line: str) -> bytes:
    """The line as octets, folded so that none is longer than 75 and no character is cut, with its CR LF."""
    octets = line.encode()
    if len(octets) > LONGEST_LINE:
        octets = b"\r\n ".join(_PIECES.findall(octets))
    return octets + b"\r\n"


def _head(name: str, address: str, zone: str) -> Iterator[str]:
    name = escaped(one_line(name))
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Nightschool//Timetable//ZH"
    yield "CALSCALE:GREGORIAN"
    yield f"NAME:{name}"
    yield f"X-WR-CALNAME:{name}"
    yield f"X-WR-TIMEZONE:{zone}"
    yield f"URL:{address}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"


def _fixed_lines(entry: Entry, zone: str) -> bytes:
    """The lines that no text of people's makes long."""
    day, starts, ends = entry.slot.day, entry.slot.starts, entry.slot.ends
    changed = _stamp(entry.changed_at)
    return (
        f"BEGIN:VEVENT\r\n"
        f"DTSTAMP:{changed}\r\n"
        f"LAST-MODIFIED:{changed}\r\n"
        f"SEQUENCE:{entry.revision}\r\n"
        f"DTSTART;TZID={zone}:{_local(day, starts)}\r\n"
        f"DTEND;TZID={zone}:{_local(day, ends)}\r\n"
        f"STATUS:{'CONFIRMED' if entry.takes_place else 'CANCELLED'}\r\n"
    ).encode()


@lru_cache(maxsize=4096)
def _stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=4096)
def _summary_line(title: str, status: str, takes_place: bool, _spoken: str) -> bytes:
    """The title, after the word for a session that does not take place: many phones show no other sign of it."""
    if not takes_place:
        called_off = _("取消：%(title)s", title=title)
        title = called_off if status == "cancelled" else _("改期：%(title)s", title=title)
    return folded(f"SUMMARY:{escaped(title)}")


@lru_cache(maxsize=1024)
def _location_line(village: str, venue: str, _spoken: str) -> bytes:
    place = _("%(village)s %(venue)s", village=village, venue=venue) if venue else village
    return folded(f"LOCATION:{escaped(place)}")


def description_of(entry: Entry, contact: str, spoken: str) -> list[str]:
    """What else there is to know, in lines. It is the same on every day, so that no phone sees a change in it."""
    day = entry.slot.day
    lines = [] if entry.takes_place else [tell_change(entry, day)]
    if entry.moved_from or entry.differs:
        lines.append(tell_origin(entry, day))
    lines.append(_lunar_line(day, spoken))
    if entry.teachers:
        lines.append(_teachers_line(entry.teachers, spoken))
    lines += (entry.summary, entry.directions, contact)
    return [line for line in lines if line]


@lru_cache(maxsize=4096)
def _lunar_line(day: date, _spoken: str) -> str:
    return tell_lunar(day)


@lru_cache(maxsize=1024)
def _teachers_line(teachers: tuple[SeenTeacher, ...], _spoken: str) -> str:
    return _("老师：%(teachers)s", teachers=tell_teachers(teachers))


@lru_cache(maxsize=4096)
def _local(day: date, minutes: int) -> str:
    if minutes >= DAY_MINUTES:
        day, minutes = day + timedelta(days=1), minutes - DAY_MINUTES
    hours, rest = divmod(minutes, 60)
    return f"{day.year:04d}{day.month:02d}{day.day:02d}T{hours:02d}{rest:02d}00"


@lru_cache(maxsize=64)
def _timezone(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[str, ...]:
    """The VTIMEZONE of these years: the offset they begin with, and every change of it in them."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    begin = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    lines += _observance(zone, begin, begin)
    for before, after in _changes(zone, begin, datetime(last_year, 12, 31, tzinfo=UTC) + timedelta(days=1)):
        lines += _observance(zone, before, after)
    lines.append("END:VTIMEZONE")
    return tuple(lines)


def _changes(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The instants just before and at each change of the zone's offset."""
    day = timedelta(days=1)
    while since < until:
        low, high = since, since + day
        if _offset(zone, low) != _offset(zone, high):
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                if _offset(zone, middle) == _offset(zone, low):
                    low = middle
                else:
                    high = middle
            yield low, high.replace(microsecond=0)
        since += day


def _observance(zone: ZoneInfo, before: datetime, after: datetime) -> Iterator[str]:
    local = after.astimezone(zone)
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    onset = (after + _offset(zone, before)).replace(tzinfo=None)
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{onset:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_utc_offset(_offset(zone, before))}"
    yield f"TZOFFSETTO:{_utc_offset(_offset(zone, after))}"
    yield f"TZNAME:{local.tzname()}"
    yield f"END:{kind}"


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _utc_offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}"
