"""Reads a list of regions: CSV with the columns code and name, UTF-8 with or without its mark, any line ends."""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import NamedTuple

from nightschool.errors import Problem
from nightschool.rules.regions import LONGEST_NAME, RegionRow, RowFault, is_code

CODE, NAME = "code", "name"
LONGEST_SHOWN = 40


class RegionList(NamedTuple):
    """What a file says: the rows that can be taken, and each one that cannot, both in the order of their lines."""

    rows: tuple[RegionRow, ...]
    problems: tuple[Problem, ...]


def read_regions(data: bytes) -> RegionList:
    """Every line of the file is a row or a problem; blank lines are neither.

    Whether a row's parents exist is not decided here: the database may know them.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _refuse(RowFault.NOT_UTF8, line=data.count(b"\n", 0, error.start) + 1)
    # One physical line is one row, because no name holds a line break: an open quote then spoils its own line only.
    # Not str.splitlines, which also breaks at characters that would be a fault inside a name.
    lines = re.split(r"\r\n|\n|\r", text)
    header = _cells(lines[0]) or []
    columns = [name.strip().lower() for name in header]
    if CODE not in columns or NAME not in columns:
        return _refuse(RowFault.NO_HEADER, line=1, value=_shown(lines[0]))
    reader = _Reader(width=len(columns), code_at=columns.index(CODE), name_at=columns.index(NAME))
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            reader.take(number, line)
    if not reader.rows and not reader.problems:
        return _refuse(RowFault.NO_ROWS)
    return RegionList(tuple(reader.rows), tuple(reader.problems))


class _Reader:
    """Sorts lines into rows and problems, remembering which codes it has seen."""

    def __init__(self, *, width: int, code_at: int, name_at: int) -> None:
        self.width, self.code_at, self.name_at = width, code_at, name_at
        self.rows: list[RegionRow] = []
        self.problems: list[Problem] = []
        self.seen: set[str] = set()

    def take(self, number: int, line: str) -> None:
        cells = _cells(line)
        if cells is None or len(cells) != self.width:
            self.problems.append(Problem(RowFault.CELLS, line=number, value=_shown(line)))
            return
        code, name = cells[self.code_at].strip(), cells[self.name_at].strip()
        if fault := self._code_fault(code):
            self.problems.append(Problem(fault, line=number, column=CODE, value=_shown(code)))
        elif fault := _name_fault(name):
            self.problems.append(Problem(fault, line=number, column=NAME, value=_shown(name)))
        else:
            self.rows.append(RegionRow(line=number, code=code, name=name))
        self.seen.add(code)

    def _code_fault(self, code: str) -> RowFault | None:
        if not is_code(code):
            return RowFault.CODE_DIGITS
        return RowFault.CODE_TWICE if code in self.seen else None


def _name_fault(name: str) -> RowFault | None:
    if not name:
        return RowFault.NAME_MISSING
    if len(name) > LONGEST_NAME:
        return RowFault.NAME_LONG
    # Control and format characters, surrogates, private use, unassigned, line and paragraph separators.
    if any(unicodedata.category(character) in _UNPRINTABLE for character in name):
        return RowFault.NAME_UNPRINTABLE
    return None


_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def _cells(line: str) -> list[str] | None:
    """The cells of one line, or None when its quotes do not close."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _shown(text: str) -> str:
    """What stood there, short enough for a sentence and without characters that would upset a terminal."""
    printable = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return printable if len(printable) <= LONGEST_SHOWN else printable[: LONGEST_SHOWN - 1] + "…"


def _refuse(fault: RowFault, *, line: int | None = None, value: str = "") -> RegionList:
    return RegionList((), (Problem(fault, line=line, value=value),))
