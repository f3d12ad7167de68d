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
from nightschool.rules.almanac import full_day, lunar_label, spoken_day

if TYPE_CHECKING:
    from nightschool.formats.timetable_text import Announced, ToldLine
    from nightschool.queries.notices.timetable import Timetable


class Scale(NamedTuple):
    """Sizes of type in points, as app.css has them under this name: of a title, the hour, the day, what goes with them,
    and the rows.
    """

    name: str
    title: int
    time: int
    day: int
    beside: int
    row: int


_SCALES = (
    Scale("vast", 88, 72, 48, 34, 30),
    Scale("huge", 72, 72, 42, 30, 26),
    Scale("large", 60, 64, 38, 26, 22),
    Scale("usual", 52, 56, 34, 22, 20),
    Scale("tight", 48, 48, 30, 20, 18),
    Scale("tighter", 42, 48, 28, 18, 16),
    Scale("tightest", 32, 48, 26, 16, 16),
)
_ENOUGH_ROWS = 5  # that the type is made smaller for
_MOST_ROWS = 12

# Of app.css too. What is left of the sheet stands between the rows.
_WIDE_MM, _HIGH_MM, _QR_MM, _BAR_MM, _GAP_MM, _DAY_COLUMN_EM = 190, 276, 35, 9, 3, 9.2
_NAME_PT, _ASKED_PT, _FOOT_PT, _MORE_PT = 30, 24, 12, 16
_MM_PER_PT, _LINE = 0.3528, 1.25
_NARROW = 0.62  # of a letter or digit beside a Chinese character


class PosterRow(NamedTuple):
    """One class on the sheet: its day, and beside it what it is; what does not apply is empty."""

    day: str
    lunar: str
    line: ToldLine


def poster_words(timetable: Timetable, *, address: str) -> dict[str, Any]:
    """What the sheet says beside what the village's page does, by the names its template uses.

    The type is as large as the first rows allow, and further ones stand below them while there is room.
    """
    today, coming = timetable.today, timetable.next
    head, nothing = (announced(coming, today), "") if coming else (None, tell_nothing(timetable))
    day = full_day(coming.slot.day, today) if coming else ""
    told = told_lines([entry for entry in timetable.ahead if entry is not coming], today)
    rows = [PosterRow(spoken_day(one.slot.day, today), lunar_label(one.slot.day), one) for one in told]
    foot = f"{tell_as_of(today)} {address}"
    room = (
        _HIGH_MM
        - max(_high(tell_name(timetable.village), _NAME_PT, _WIDE_MM - _QR_MM) + 7, _QR_MM)
        - (_high(tell_contact(timetable.village.school), _ASKED_PT) + 3)
        - (_high(foot, _FOOT_PT) + 2)
    )
    head_high = [_head_high(head, day, one) if head else _high(nothing, one.title) for one in _SCALES]
    for scale, high in zip(_SCALES, head_high, strict=True):
        shown = _fitting(rows[:_MOST_ROWS], room - high, scale)
        if high <= room and shown >= min(len(rows), _ENOUGH_ROWS):
            break
    # What the rows leave goes to what is next.
    taller = next(
        one
        for one, high in zip(_SCALES, head_high, strict=True)
        if one is scale or (high <= room and _fitting(rows[:shown], room - high, scale) == shown)
    )
    return {
        "scale": taller.name,
        "rows_scale": scale.name,
        "head": head,
        "day": day,
        "rows": rows[:shown],
        "are_more": timetable.are_more_ahead or shown < len(rows),
        "nothing": nothing,
        "foot": foot,
    }


def _head_high(head: Announced, day: str, scale: Scale) -> float:
    wide = _WIDE_MM - _BAR_MM
    beside = (f"{head.venue} {head.directions}  · {head.teachers}", head.summary, head.origin)
    return (
        8
        + _high(head.title, scale.title, wide)
        + _high(day, scale.day, wide)
        + _high(head.times, scale.time, wide)
        + sum(_high(text, scale.beside, wide) for text in beside if text.strip())
    )


def _fitting(rows: list[PosterRow], room: float, scale: Scale) -> int:
    """How many of the first rows find room, and below them the line that more follow."""
    room -= _high("", _MORE_PT)
    beside = _DAY_COLUMN_EM * scale.row * _MM_PER_PT
    for number, row in enumerate(rows):
        line = row.line
        when = [_high(text, scale.row, beside) for text in (row.day, row.lunar, line.times) if text]
        texts = (f"{line.title} {line.change}", line.about, line.summary, line.origin)
        what = [_high(text, scale.row, _WIDE_MM - beside - _GAP_MM) for text in texts if text.strip()]
        room -= 3 + max(sum(when), sum(what))
        if room < 0:
            return number
    return len(rows)


def _high(text: str, points: float, wide: float = _WIDE_MM) -> float:
    """About how many millimetres of paper this text takes."""
    em = points * _MM_PER_PT
    fits, long = wide / em, _long(text)
    lines = 1 if long <= fits else math.ceil(long / (fits - 1))  # no line begins with a 。 nor ends with a （
    return lines * em * _LINE


def _long(text: str) -> float:
    return sum(1 if east_asian_width(character) in "WFA" else _NARROW for character in text)
