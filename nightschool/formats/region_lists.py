"""Reads a list of regions: CSV or Excel, columns named in Chinese or English; bad rows are named one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from nightschool.errors import Problem
from nightschool.formats.tables import Table, TableLine, UnreadableTable, plain_number, read_tables
from nightschool.rules.regions import LONGEST_REGION_NAME, RegionRow, RowFault, is_code
from nightschool.rules.typed import cell_name, has_identity_number, one_line

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
    named: frozenset[str] = (
        frozenset()
    )  # codes of rows that cannot be taken: nothing is said to be gone of these
    is_every_code_read: bool = True  # False: a row that cannot be taken may be anybody's
    unread_sheets: tuple[str, ...] = ()  # those without the two columns, and hidden ones


def read_regions(data: bytes) -> RegionList:
    """Every line below column names is a row or a problem; blank ones, and what stands above the names, are neither.

    Of a workbook every visible sheet with the columns is read; a row that stands on two of them alike is one. Whether
    a row's parents exist is not decided here: the database may know them.
    """
    found, first, unread = _Rows(), "", []
    try:
        for table in read_tables(data):
            above = list(islice(table.lines, HEADER_WITHIN))
            told = next((line.raw for line in above if line.raw.strip()), "")
            first = first or told
            readers = (_columns(line, table, found) for line in above)
            place, reader = next(((place, one) for place, one in enumerate(readers) if one), (0, None))
            if reader and not table.is_hidden:
                reader.read(chain(above[place + 1 :], table.lines))
                if table.sheet is None:
                    break  # other ways to take the text apart are not needed
            elif table.sheet and told:
                unread.append(table.sheet)
    except UnreadableTable as unreadable:
        return _refuse(RowFault(unreadable.fault.value), line=unreadable.line)
    if not found.has_columns:
        return _refuse(RowFault.NO_HEADER, value=_shown(first)) if first else _refuse(RowFault.NO_ROWS)
    if not found.rows and not found.problems:
        return _refuse(RowFault.NO_ROWS)
    named = frozenset(found.named) - {row.code for row in found.rows}
    return RegionList(
        tuple(found.rows), tuple(found.problems), named, not found.has_unread_code, tuple(unread)
    )


def _columns(line: TableLine, table: Table, found: _Rows) -> _Reader | None:
    """A reader for what follows, when this line names both columns."""
    called = [re.sub(r"\s", "", cell) for cell in line.cells or ()]
    code_at = next((place for place, name in enumerate(called) if name.lower() in CODES), None)
    name_at = next((place for place, name in enumerate(called) if name.lower() in NAMES), None)
    if code_at is None or name_at is None:
        return None
    return _Reader(found, called, code_at, name_at, table.sheet)


class _Rows:
    """What was read so far, of one sheet or several."""

    def __init__(self) -> None:
        self.rows: list[RegionRow] = []
        self.problems: list[Problem] = []
        self.seen: dict[str, tuple[str, str | None]] = {}  # code -> its name, and the sheet it stands on
        self.named: set[str] = set()
        self.has_unread_code = False
        self.has_columns = False


class _Reader:
    """Sorts the lines below column names into rows and problems."""

    def __init__(
        self, found: _Rows, called: Sequence[str], code_at: int, name_at: int, sheet: str | None
    ) -> None:
        self.found, self.called, self.sheet = found, called, sheet
        self.code_at, self.name_at = code_at, name_at
        self.before = f"{sheet}!" if sheet and found.has_columns else ""  # the name of a cell

    def read(self, lines: Iterator[TableLine]) -> None:
        self.found.has_columns = True
        for line in lines:
            if line.cells is None or any(line.cells):
                self._take(line)

    def _take(self, line: TableLine) -> None:
        cells = self._cells(line)
        if cells is None:
            self._cannot_take(Problem(RowFault.CELLS, line=line.number, value=_shown(line.raw)), line.raw)
            return
        typed, name = cells[self.code_at], cells[self.name_at]
        code = plain_number(typed)
        listed, sheet = self.found.seen.get(code, ("", self.sheet))
        if sheet != self.sheet and listed == name:
            return  # the same once more, as on a sheet for every county beside one of all
        if fault := self._code_fault(code):
            self._refuse_cell(fault, line, self.code_at, typed)
        elif fault := _name_fault(name):
            self._refuse_cell(fault, line, self.name_at, name)
        else:
            self.found.rows.append(RegionRow(line.number, code, name, self._column(line, self.code_at)))
        self.found.seen.setdefault(code, (name, self.sheet))

    def _cells(self, line: TableLine) -> tuple[str, ...] | None:
        """As many cells as there are column names; None where a cell more has something in it.

        Spreadsheets leave out what is empty at the end of a row, or put empty cells there.
        """
        if line.cells is None or (any(line.cells[len(self.called) :]) and self.sheet is None):
            return None
        return (*line.cells, *[""] * len(self.called))[: len(self.called)]

    def _refuse_cell(self, fault: RowFault, line: TableLine, place: int, value: str) -> None:
        column = self._column(line, place)
        problem = Problem(fault, line=line.number, column=column, value=_shown(value))
        self._cannot_take(problem, plain_number((line.cells or ())[self.code_at]))

    def _cannot_take(self, problem: Problem, told: str) -> None:
        self.found.problems.append(problem)
        code = _SOME_CODE.search(told)
        if code:
            self.found.named.add(code[0])
        else:
            self.found.has_unread_code = True

    def _column(self, line: TableLine, place: int) -> str:
        called = self.called[place].lower() if self.called[place].isascii() else self.called[place]
        return called if self.sheet is None else f"{called} {self.before}{cell_name(place, line.number)}"

    def _code_fault(self, code: str) -> RowFault | None:
        if _ROUNDED.fullmatch(code):
            return RowFault.CODE_ROUNDED
        if not is_code(code):
            return RowFault.CODE_DIGITS
        return RowFault.CODE_TWICE if code in self.found.seen else None


_SOME_CODE = re.compile(r"(?<![0-9])[1-9][0-9]{11}(?![0-9])")
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?11")


def _name_fault(name: str) -> RowFault | None:
    if not name:
        return RowFault.NAME_MISSING
    if len(name) > LONGEST_REGION_NAME:
        return RowFault.NAME_LONG
    if has_identity_number(name):
        return RowFault.NAME_IDENTITY
    return RowFault.NAME_UNPRINTABLE if _is_damaged(name) else None


# What a spreadsheet writes where it could not work something out, programs where they had nothing, and what becomes of
# characters that were read or written in another encoding.
_NO_NAME = re.compile(
    r"#(?:N/?A|REF|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC|FIELD|GETTING_DATA|BUSY|UNKNOWN)[!?]?|#+"
    r"|n/?a|null|none|nil|nan|undefined|true|false|[^\w\s]*|[0-9.eE+\s_/:-]+",
    re.IGNORECASE,
)
_WRONGLY_READ = re.compile(r"[?？�\u0080-\u00b6\u00b8-\u00ff]|锟斤拷|烫烫|屯屯|&#?\w+;|\\[ux][0-9a-fA-F]{2}")


def _is_damaged(name: str) -> bool:
    """True for what was a name once, or stands where one was to stand."""
    return _NO_NAME.fullmatch(name) is not None or _WRONGLY_READ.search(name) is not None


def _shown(text: str) -> str:
    """What stood there, short enough for a sentence."""
    plain = "…" if has_identity_number(text) else one_line(text)
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"


def _refuse(fault: RowFault, *, line: int | None = None, value: str = "") -> RegionList:
    return RegionList((), (Problem(fault, line=line, value=value),))
