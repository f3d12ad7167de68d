"""What all Excel workbooks have in common: text stays text, a sheet is as wide as its paper, and becomes bytes."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

from nightschool.rules.typed import cleaned

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_A4 = 9
_LINE = 17.0  # points: of Chinese fonts, whose second line would else be cut through
_BEFORE_HOURS = re.compile(r" +(?=[0-9]{2}:[0-9]{2}–[0-9]{2}:[0-9]{2})")
_WIDE = 2.2  # of a Chinese character in a column's width, which counts digits


def write_text(cell: Any, text: str) -> None:
    """The text, as text whatever it looks like: nothing typed is ever taken for a formula or a number.

    A text from before such were refused may hold characters that no workbook takes; they are left out.
    """
    cell.value, cell.data_type = cleaned(text), "s"


def unbroken(text: str, width: float) -> str:
    """The text for a column of this width: where it needs more than one line, 19:00–20:30 begins a new one."""
    return _BEFORE_HOURS.sub("\n", text) if _lines(text, width) > 1 else text


def row_height(cells: Iterable[tuple[str, float]]) -> float:
    """How high a row is, in points, so that each of these texts is whole in a column of this width.

    It is said in the file: of a text that wraps, LibreOffice and WPS show the first line alone otherwise.
    """
    return _LINE * max((_lines(text, width) for text, width in cells), default=1)


def _lines(text: str, width: float) -> float:
    return sum(
        -(-sum(_WIDE if east_asian_width(one) in "WF" else 1 for one in part or " ") // max(width - 1, 1))
        for part in text.split("\n")
    )


def set_up(sheet: Any, *, head: str) -> None:
    """The sheet is printed across A4 paper, with the rows of its head ("1:3") on every page."""
    from openpyxl.worksheet.page import PageMargins

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(0.4, 0.4, 0.6, 0.6, header=0.3, footer=0.3)
    sheet.oddFooter.center.text = "&P / &N"
    sheet.print_title_rows = head


def in_bytes(book: Any) -> bytes:
    """The workbook as a file."""
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
