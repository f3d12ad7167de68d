"""Reads an Excel workbook, of the kind before 2007 (xls) or newer (xlsx), in a process of its own that `tables` starts.

The workbook comes in, JSON goes out: its sheets with their rows, or why they cannot be read.
"""

import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from io import BytesIO
from typing import Any

from nightschool.formats.child import limit

MOST_SECONDS = 20  # of one processor; 65,536 old rows take four, a province's 60,000 new ones six
MOST_MEMORY = 192 * 1024**2  # of addresses; those 60,000 rows take 100 MB
MOST_MEMORY_OLD = 400 * 1024**2  # the old kind is in memory whole
MOST_CHARACTERS = (
    20 * 1024**2
)  # of all cells together, blank ones too: one long text may stand in each of them
MOST_COLUMNS = 300  # of a sheet, and rows: a cell further off is a slip of the hand, or meant to hurt
MOST_ROWS = 200_000
MOST_PARTS = 500  # files inside a new workbook, and what they come to unpacked
MOST_UNPACKED_BYTES = 30 * 1024**2  # a province's 60,000 rows come to 10 MB
MOST_UNPACKED_TIMES = (
    50  # as large as it came, where that is more than a little; lists of names unpack to ten times
)
A_LITTLE = 4 * 1024**2
MOST_OF_TREES = 2 * 1024**2  # of parts that become one tree of objects each, a hundred times as large
_TREES = ("styles.xml", "workbook.xml", ".rels", "types].xml", "core.xml", "custom.xml")

Sheets = Iterator[tuple[str, bool, Iterable[Iterable[Any]]]]  # name, hidden, rows


def read_workbook() -> None:
    """Reads from standard input, writes to standard output."""
    data = sys.stdin.buffer.read()
    is_new = data.startswith(b"PK")
    limit(seconds=MOST_SECONDS, size=MOST_MEMORY if is_new else MOST_MEMORY_OLD)
    try:
        sheets = _new_sheets(data) if is_new else _old_sheets(data)
        answer: dict[str, Any] = {"sheets": list(_within_limits(sheets))}
        if not answer["sheets"]:  # openpyxl passes over what the file names and does not hold
            answer = {"fault": "broken_workbook"}
    except MemoryError:
        answer = {"fault": "too_large"}
    except Exception as error:  # noqa: BLE001 - the libraries meet a broken file with whatever its parts raise
        answer = {"fault": "encrypted" if "encrypted" in str(error) else "broken_workbook"}
    sys.stdout.write(json.dumps(answer))


def _within_limits(sheets: Sheets) -> Iterator[dict[str, Any]]:
    """Raises MemoryError where there is more than is taken."""
    room = MOST_CHARACTERS
    for name, is_hidden, rows in sheets:
        kept: list[list[Any]] = []
        for values in rows:
            cells = list(values)
            room -= 2 * len(cells)
            while cells and cells[-1] in (None, ""):
                cells.pop()
            room -= sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
            if room < 0 or len(cells) > MOST_COLUMNS or len(kept) == MOST_ROWS:
                raise MemoryError
            kept.append(list(map(_plain, cells)))
        yield {"name": name, "is_hidden": is_hidden, "rows": kept}


def _plain(value: Any) -> Any:
    """A number or a text; a day as ISO has it, without an hour where there is none."""
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _new_sheets(data: bytes) -> Sheets:
    """It reads XML through defusedxml. Nothing is unpacked before it is known how much it comes to."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()  # zipfile gives no more than is declared here
    every = sum(part.file_size for part in parts)
    trees = sum(part.file_size for part in parts if part.filename.lower().endswith(_TREES))
    most = min(MOST_UNPACKED_BYTES, max(A_LITTLE, MOST_UNPACKED_TIMES * len(data)))
    if len(parts) > MOST_PARTS or every > most or trees > MOST_OF_TREES:
        raise MemoryError
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size may be wrong
        yield sheet.title, sheet.sheet_state != "visible", sheet.iter_rows(values_only=True)


def _old_sheets(data: bytes) -> Sheets:
    import xlrd

    with open(os.devnull, "w") as silent:
        book = xlrd.open_workbook(file_contents=data, logfile=silent, on_demand=True, ragged_rows=True)
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        rows = ([_value(xlrd, book, cell) for cell in sheet.row(row)] for row in range(sheet.nrows))
        yield sheet.name, bool(sheet.visibility), rows
        book.unload_sheet(number)


def _value(xlrd: Any, book: Any, cell: Any) -> Any:
    """A text, a number, or a day; nothing where the cell is empty."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else cell.value


if __name__ == "__main__":
    read_workbook()
