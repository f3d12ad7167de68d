"""What all Excel workbooks have in common: text stays text, a sheet is as wide as its paper, and becomes bytes."""

from io import BytesIO
from typing import Any

from nightschool.rules.typed import cleaned

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_text(cell: Any, text: str) -> None:
    """The text, as text whatever it looks like: nothing typed is ever taken for a formula or a number.

    A text from before such were refused may hold characters that no workbook takes; they are left out.
    """
    cell.value, cell.data_type = cleaned(text), "s"


def in_bytes(book: Any, *, head: str) -> bytes:
    """The workbook, whose one sheet is printed across the paper, with the rows of its head ("1:3") on every page."""
    sheet = book.active
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = head
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
