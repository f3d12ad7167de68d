"""A village's classes on one sheet of A4 for the notice board: its type is as large as it can be for it to stay one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import east_asian_width

from nightschool.formats.timetable_text import (
    announced,
    tell_as_of,
    tell_contact,
    tell_name,
    tell_nothing,
    told_lines,
)
from nightschool.rules.almanac import full_day

if TYPE_CHECKING:
    from nightschool.formats.timetable_text import Announced, ToldLine
    from nightschool.queries.notices.timetable import Timetable


class Scale(NamedTuple):
    """Sizes of type in points, as app.css has them under this name: of a title, of what goes with it, of the rows."""

    name: str
    title: int
    beside: int
    row: int


_SCALES = (
    Scale("huge", 64, 26, 24),
    Scale("large", 56, 22, 20),
    Scale("usual", 48, 20, 18),
    Scale("tight", 48, 18, 16),
    Scale("tightest", 36, 16, 16),
)
_ENOUGH_ROWS = 5  # that the type is made smaller for
_MOST_ROWS = 12

# Of app.css too. Heights are told rather too large than too small: a second sheet with two lines is no poster.
_WIDE_MM, _HIGH_MM, _QR_MM, _BAR_MM = 190, 276, 35, 9
_NAME_PT, _DAY_PT, _TIME_PT, _ASKED_PT, _FOOT_PT = 30, 30, 48, 24, 12
_MM_PER_PT, _LINE = 0.3528, 1.25
_NARROW = 0.62  # of a letter or digit beside a Chinese character


def poster_words(timetable: Timetable, *, address: str) -> dict[str, Any]:
    """What the sheet says beside what the village's page does, by the names its template uses.

    The type is as large as the first rows allow, and further ones stand below them while there is room.
    """
    today, coming = timetable.today, timetable.next
    head, nothing = (announced(coming, today), "") if coming else (None, tell_nothing(timetable))
    day = full_day(coming.slot.day, today) if coming else ""
    rows = told_lines([entry for entry in timetable.ahead if entry is not coming], today)
    foot = f"{tell_as_of(today)} {address}"
    room = (
        _HIGH_MM
        - max(_high(tell_name(timetable.village), _NAME_PT, _WIDE_MM - _QR_MM) + 7, _QR_MM)
        - (_high(tell_contact(timetable.village.school), _ASKED_PT) + 3)
        - (_high(foot, _FOOT_PT) + 2)
    )
    for scale in _SCALES:
        left = room - (_head_high(head, day, scale) if head else _high(nothing, scale.title))
        shown = _fitting(rows[:_MOST_ROWS], left, scale)
        if shown >= min(len(rows), _ENOUGH_ROWS):
            break
    return {
        "scale": scale.name,
        "head": head,
        "day": day,
        "rows": rows[:shown],
        "are_more": timetable.are_more_ahead or shown < len(rows),
        "nothing": nothing,
        "foot": foot,
    }


def _head_high(head: Announced, day: str, scale: Scale) -> float:
    wide = _WIDE_MM - _BAR_MM
    beside = (f"{head.venue} {head.directions}", head.teachers, head.summary, head.origin)
    return (
        8
        + _high(head.title, scale.title, wide)
        + _high(day, _DAY_PT, wide)
        + _high(head.times, _TIME_PT, wide)
        + sum(_high(text, scale.beside, wide) for text in beside if text.strip())
    )


def _fitting(rows: list[ToldLine], room: float, scale: Scale) -> int:
    """How many of the first rows find room, and below them the line that more follow."""
    room -= _high("", 16)
    for number, row in enumerate(rows):
        texts = (
            f"{row.title} {row.change}",
            f"{row.day} {row.times}",
            f"{row.about} {row.summary}",
            row.origin,
        )
        room -= 3 + sum(_high(text, scale.row) for text in texts if text.strip())
        if room < 0:
            return number
    return len(rows)


def _high(text: str, points: float, wide: float = _WIDE_MM) -> float:
    """About how many millimetres of paper this text takes."""
    em = points * _MM_PER_PT
    return max(math.ceil(_long(text) / (wide / em - 1)), 1) * em * _LINE


def _long(text: str) -> float:
    return sum(1 if east_asian_width(character) in "WFA" else _NARROW for character in text)
