"""Timetables as data: what a village or a region announces, as JSON with a published schema beside it.

Names of fields never change their meaning; what is added later is added beside them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nightschool.formats.timetable_text import tell_change
from nightschool.rules.almanac import clock
from nightschool.rules.notices.revisions import tell_mark
from nightschool.rules.places.schools import institution_word
from nightschool.rules.regions import prefix_of
from nightschool.texts import language

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    from nightschool.queries.notices.region_timetable import RegionTimetable
    from nightschool.queries.notices.timetable import Entry, School, Successor, Timetable
    from nightschool.queries.places.places import NamedRegion
    from nightschool.rules.slots import Moment

SCHEMAS = Path(__file__).parent / "schemas"


def schema(name: str) -> bytes:
    """The published schema of that name, "village" or "region"."""
    return (SCHEMAS / f"{name}.json").read_bytes()


def village_json(timetable: Timetable, *, site: str, zone: ZoneInfo) -> bytes:
    """The village's timetable as data. `site` is the address that everything else on this site begins with."""
    village, today = timetable.village, timetable.today
    return _written(
        {
            "schema": f"{site}/schema/village.json",
            "url": f"{site}/v/{village.code}",
            "language": language(),
            "code": village.code,
            "name": village.name,
            "official_name": village.official_name,
            "township": village.township,
            "county": village.county,
            "is_former": village.is_former,
            "successor": _successor(village.successor),
            "school": _school(village.school),
            "time_zone": zone.key,
            "today": today.isoformat(),
            "updated_at": _instant(village.changed_at, zone),
            "has_more_past": timetable.are_more_past,
            "has_more_ahead": timetable.are_more_ahead,
            "sessions": [
                _session(entry, today, zone) for entry in (*reversed(timetable.past), *timetable.ahead)
            ],
        }
    )


def region_json(
    timetable: RegionTimetable, *, site: str, zone: ZoneInfo, part: Callable[[Any], str]
) -> bytes:
    """The region's two weeks as data. `part` gives the address of another part of the list."""
    area, today = timetable.area, timetable.today

    def named(region: NamedRegion) -> dict[str, str]:
        return {"code": region.code, "name": region.name, "url": f"{site}/r/{prefix_of(region.code)}"}

    return _written(
        {
            "schema": f"{site}/schema/region.json",
            "url": f"{site}/r/{prefix_of(area.code)}",
            "language": language(),
            "code": area.code,
            "name": area.name,
            "official_name": area.official_name,
            "level": str(area.level),
            "is_former": area.is_former,
            "successor": _successor(area.successor),
            "above": [named(region) for region in area.above],
            "below": [named(region) for region in timetable.below],
            "time_zone": zone.key,
            "today": today.isoformat(),
            "last_day": timetable.last.isoformat(),
            "updated_at": _instant(area.changed_at, zone),
            "next": part(timetable.goes_on) if timetable.goes_on else None,
            "sessions": [
                {
                    "village": {
                        "code": village.code,
                        "name": village.name,
                        "township": village.township,
                        "county": village.county,
                        "url": f"{site}/v/{village.code}",
                    },
                    **_session(entry, today, zone),
                }
                for village, entry in timetable.meetings
            ],
        }
    )


def _session(entry: Entry, today: date, zone: ZoneInfo) -> dict[str, Any]:
    slot = entry.slot
    return {
        "id": entry.public_id,
        "title": entry.title,
        "summary": entry.summary,
        "day": slot.day.isoformat(),
        "starts": clock(slot.starts),
        "ends": clock(slot.ends),
        "starts_at": _on_the_clock(slot.day, slot.starts, zone),
        "ends_at": _on_the_clock(slot.day, slot.ends, zone),
        "status": entry.status,
        "takes_place": entry.takes_place,
        "reason": entry.reason,
        "change": tell_change(entry, today, is_past=slot.day < today),
        "moves_to": _moment(entry.moves_to, zone),
        "moved_from": _moment(entry.moved_from, zone),
        "differs": entry.differs.split(",") if entry.differs else [],
        "difference": tell_mark(entry.differs, entry.told, slot.begins, today),
        "announced": _moment(entry.told, zone),
        "venue": {"name": entry.venue, "directions": entry.directions} if entry.venue else None,
        "teachers": [{"name": teacher.name or None, "unit": teacher.unit} for teacher in entry.teachers],
        "delivery_mode": entry.mode,
        "organisers": list(entry.labels.hosts),
        "co_organisers": list(entry.labels.helpers),
        "campaigns": list(entry.labels.campaigns),
        "attendances": entry.attendances,
        "revision": entry.revision,
        "updated_at": _instant(entry.changed_at, zone),
    }


def _moment(moment: Moment | None, zone: ZoneInfo) -> dict[str, str] | None:
    if moment is None:
        return None
    day, minutes = moment.day, moment.minutes
    return {"day": day.isoformat(), "starts": clock(minutes), "starts_at": _on_the_clock(day, minutes, zone)}


def _successor(successor: Successor | None) -> dict[str, str | None] | None:
    if successor is None:
        return None
    since = successor.day.isoformat() if successor.day else None
    return {"code": successor.code, "name": successor.name, "since": since}


def _school(school: School | None) -> dict[str, str] | None:
    if school is None:
        return None
    return {
        "name": institution_word(school.institution_name),
        "principal": school.principal,
        "contact_name": school.contact_name,
        "contact_phone": school.contact_phone,
    }


def _on_the_clock(day: date, minutes: int, zone: ZoneInfo) -> str:
    """A time of the village's clock as an instant with its offset; minute 1440 is the midnight that closes the day."""
    midnight = datetime.combine(day, time(), zone)  # what is added to it moves the clock's hands
    return (midnight + timedelta(minutes=minutes)).isoformat()


def _instant(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(UTC).astimezone(zone).isoformat(timespec="seconds")


def _written(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
