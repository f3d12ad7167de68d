"""Reads a list of regions: CSV or Excel, columns named in Chinese or English; bad rows are named one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from nightschool.errors import Problem
from nightschool.formats.tables import Table, TableLine, UnreadableTable, cell_name, read_tables
from nightschool.rules.regions import CODE_DIGITS, LONGEST_REGION_NAME, RegionRow, RowFault, is_code

CODES = frozenset(
    {
        "code",
        "代码",
        "区划代码",
        "统计用区划代码",
        "行政区划代码",
        "统计代码",
        "区划编码",
        "行政区划编码",
        "编码",
    }
)
NAMES = frozenset({"name", "名称", "区划名称", "单位名称", "行政区划名称", "地名", "地区名称"})
HEADER_WITHIN = 20  # lines; above it may stand a title, a date, who made it
LONGEST_SHOWN = 40


class RegionList(NamedTuple):
    """What a file says: the rows that can be taken, and each one that cannot, both in the order of their lines."""

    rows: tuple[RegionRow, ...]
    problems: tuple[Problem, ...]


def read_regions(data: bytes) -> RegionList:
    """Every line of the file is a row or a problem; blank lines, and what stands above the column names, are neither.

    Whether a row's parents exist is not decided here: the database may know them.
    """
    first = ""
    try:
        for table in read_tables(data):
            above = list(islice(table.lines, HEADER_WITHIN))
            first = first or next((line.raw for line in above if line.raw.strip()), "")
            for place, line in enumerate(above):
                if columns := _columns(line, table):
                    return columns.read(chain(above[place + 1 :], table.lines))
    except UnreadableTable as unreadable:
        return _refuse(RowFault(unreadable.fault.value), line=unreadable.line)
    return _refuse(RowFault.NO_HEADER, value=_shown(first)) if first else _refuse(RowFault.NO_ROWS)


def _columns(line: TableLine, table: Table) -> _Reader | None:
    """A reader for what follows, when this line names both columns."""
    called = [re.sub(r"\s", "", cell) for cell in line.cells or ()]
    code_at = next((place for place, name in enumerate(called) if name.lower() in CODES), None)
    name_at = next((place for place, name in enumerate(called) if name.lower() in NAMES), None)
    return (
        None
        if code_at is None or name_at is None
        else _Reader(called, code_at, name_at, table.has_cell_names)
    )


class _Reader:
    """Sorts lines into rows and problems, remembering which codes it has seen."""

    def __init__(self, called: Sequence[str], code_at: int, name_at: int, has_cell_names: bool) -> None:
        self.called, self.code_at, self.name_at = called, code_at, name_at
        self.has_cell_names = has_cell_names
        self.rows: list[RegionRow] = []
        self.problems: list[Problem] = []
        self.seen: set[str] = set()

    def read(self, lines: Iterator[TableLine]) -> RegionList:
        for line in lines:
            if line.cells is None or any(cell.strip() for cell in line.cells):
                self._take(line)
        if not self.rows and not self.problems:
            return _refuse(RowFault.NO_ROWS)
        return RegionList(tuple(self.rows), tuple(self.problems))

    def _take(self, line: TableLine) -> None:
        cells = self._cells(line)
        if cells is None:
            self.problems.append(Problem(RowFault.CELLS, line=line.number, value=_shown(line.raw)))
            return
        typed, name = cells[self.code_at].strip(), cells[self.name_at].strip()
        code = _plain_code(typed)
        if fault := self._code_fault(code):
            self._refuse_cell(fault, line, self.code_at, typed)
        elif fault := _name_fault(name):
            self._refuse_cell(fault, line, self.name_at, name)
        else:
            self.rows.append(RegionRow(line.number, code, name, self._column(line, self.code_at)))
        self.seen.add(code)

    def _cells(self, line: TableLine) -> tuple[str, ...] | None:
        """As many cells as there are column names, or None. A sheet's rows end wherever the last of them is filled."""
        if line.cells is None or self.has_cell_names:
            return line.cells and line.cells + ("",) * (len(self.called) - len(line.cells))
        return line.cells if len(line.cells) == len(self.called) else None

    def _refuse_cell(self, fault: RowFault, line: TableLine, place: int, value: str) -> None:
        column = self._column(line, place)
        self.problems.append(Problem(fault, line=line.number, column=column, value=_shown(value)))

    def _column(self, line: TableLine, place: int) -> str:
        called = self.called[place].lower() if self.called[place].isascii() else self.called[place]
        return f"{called} {cell_name(place, line.number)}" if self.has_cell_names else called

    def _code_fault(self, code: str) -> RowFault | None:
        if _ROUNDED.fullmatch(code):
            return RowFault.CODE_ROUNDED
        if not is_code(code):
            return RowFault.CODE_DIGITS
        return RowFault.CODE_TWICE if code in self.seen else None


_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?11")
_WHOLE_IN_POWERS = re.compile(r"([1-9])\.([0-9]{11})0*[eE]\+?11")


def _plain_code(typed: str) -> str:
    """The code without what a spreadsheet put around it: an apostrophe, ="…", a .0, a power of ten with all digits.

    A power of ten with fewer digits stays as it is: what it once stood for cannot be known.
    """
    code = typed.removeprefix("'").removeprefix("\N{RIGHT SINGLE QUOTATION MARK}")
    if code.startswith('="') and code.endswith('"'):
        code = code[2:-1]
    if found := _WHOLE_IN_POWERS.fullmatch(code):
        return found[1] + found[2]
    return code[:CODE_DIGITS] if re.fullmatch(r"[0-9]{12}\.0+", code) else code


def _name_fault(name: str) -> RowFault | None:
    if not name:
        return RowFault.NAME_MISSING
    if len(name) > LONGEST_REGION_NAME:
        return RowFault.NAME_LONG
    # Control and format characters, surrogates, private use, unassigned, line and paragraph separators.
    if any(unicodedata.category(character) in _UNPRINTABLE for character in name):
        return RowFault.NAME_UNPRINTABLE
    return None


_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def _shown(text: str) -> str:
    """What stood there, short enough for a sentence and without characters that would upset a terminal."""
    printable = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return printable if len(printable) <= LONGEST_SHOWN else printable[: LONGEST_SHOWN - 1] + "…"


def _refuse(fault: RowFault, *, line: int | None = None, value: str = "") -> RegionList:
    return RegionList((), (Problem(fault, line=line, value=value),))
