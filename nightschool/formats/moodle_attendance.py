"""A course's class sessions and marks as Moodle's attendance activity (mod_attendance) takes them in: two CSV files.

The columns are those of its own pages: sessions are read by their place in the row, marks by the names of the columns.
"""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from nightschool.rules.almanac import clock
from nightschool.rules.registers.attendance import mark_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from nightschool.queries.registers.matrices import CourseMeeting, Matrix

_SESSION_COLUMNS = ("course", "groups", "sessiondate", "from", "to", "description")
# `name` is read by nobody there; by the others a session and somebody are found.
_MARK_COLUMNS = ("sessiondate", "idnumber", "name", "status", "remarks")
# The letters that every Moodle begins with. Who was made up for was there; for whom the family came was not.
_LETTERS = {"present": "P", "late": "L", "excused": "E", "absent": "A", "makeup": "P", "substitute": "E"}
_TOLD = frozenset({"makeup", "substitute"})  # what no letter says stands in the remarks
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def moodle_archive(course: str, meetings: Iterable[CourseMeeting], matrix: Matrix) -> bytes:
    """A ZIP with `sessions.csv` and `marks.csv`, in UTF-8 with the mark by which Excel knows it.

    Guests have no account anywhere and are left out; a learner is known by their public id.
    """
    sessions = [
        (
            _literal(course),
            "",
            one.day.isoformat(),
            clock(one.starts),
            clock(one.ends),
            _literal(one.title),
        )
        for one in meetings
    ]
    marks = [
        (
            _moment(register.day, register.slot.starts),
            person.public_id,  # as it is, whatever it begins with: by it somebody is found there
            _literal(person.name),
            _LETTERS[person.status],
            _literal(mark_word(person.status, person.came_instead)) if person.status in _TOLD else "",
        )
        for register in matrix.registers
        for person in register.people
        if person.status
    ]
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, head, rows in (
            ("sessions.csv", _SESSION_COLUMNS, sessions),
            ("marks.csv", _MARK_COLUMNS, marks),
        ):
            archive.writestr(ZipInfo(name), _written(head, rows))
    return kept.getvalue()


def _moment(day: date, starts: int) -> str:
    return f"{day.isoformat()} {clock(starts)}"


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _literal(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
