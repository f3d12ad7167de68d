"""Reads an Excel workbook of the kind before 2007 (xls), in a process of its own that `tables` starts.

The workbook comes in, JSON goes out: its sheets with their rows, or why they cannot be read.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from nightschool.formats.child import limit

MOST_SECONDS = 20  # of one processor; 65,536 rows take four
MOST_MEMORY = 400 * 1024**2  # of addresses
MOST_CHARACTERS = 20 * 1024**2  # of all cells together: one long text may stand in each of them
MOST_COLUMNS = 60  # of a sheet, old or new


def read_workbook() -> None:
    """Reads from standard input, writes to standard output."""
    limit(seconds=MOST_SECONDS, size=MOST_MEMORY)
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"sheets": list(_sheets(data))}
    except MemoryError:
        answer = {"fault": "too_large"}
    except Exception as error:  # noqa: BLE001 - the library meets a broken file with whatever its parts raise
        answer = {"fault": "encrypted" if "encrypted" in str(error) else "broken_workbook"}
    sys.stdout.write(json.dumps(answer))


def _sheets(data: bytes) -> Iterator[dict[str, Any]]:
    import xlrd

    with open(os.devnull, "w") as silent:
        book = xlrd.open_workbook(file_contents=data, logfile=silent, on_demand=True, ragged_rows=True)
    room = MOST_CHARACTERS
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        rows = []
        for row in range(sheet.nrows):
            width = min(sheet.row_len(row), MOST_COLUMNS)
            cells = [_value(xlrd, book, sheet.cell(row, column)) for column in range(width)]
            room -= sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
            if room < 0:
                raise MemoryError
            rows.append(cells)
        yield {"name": sheet.name, "is_hidden": bool(sheet.visibility), "rows": rows}
        book.unload_sheet(number)


def _value(xlrd: Any, book: Any, cell: Any) -> Any:
    """A text, a number, or a day as ISO has it; nothing where the cell is empty."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode).isoformat(" ").removesuffix(" 00:00:00")
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else cell.value


if __name__ == "__main__":
    read_workbook()
