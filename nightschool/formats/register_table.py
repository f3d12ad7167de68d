"""Registers side by side as an Excel workbook: who came to which class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.formats.workbooks import in_bytes, row_height, set_up, write_text
from nightschool.rules.almanac import tell_hours
from nightschool.rules.registers.attendance import CAME_IN_PERSON, mark_word
from nightschool.texts import _

if TYPE_CHECKING:
    from nightschool.queries.registers.attendance import Register
    from nightschool.queries.registers.matrices import Matrix, MatrixRow

_BESIDE = 4  # columns before the classes: number, name, group, how often
_HEAD = 3  # rows above the people: day, time, title
_DAY = "yyyy-mm-dd"
_WIDTHS, _CLASS_WIDTH = (6, 22, 16, 7), 12


def register_workbook(matrix: Matrix) -> bytes:
    """A column a class, with its day as a date and its time and title as text; a row a person; below them what was
    counted without names. Opens in Excel 2007 and WPS; nothing in it is a formula.
    """
    # A quarter of a second: imported only where a workbook is asked for.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = _("点名表")
    for column, text in enumerate((_("序号"), _("姓名"), _("组别"), _("来了几次")), start=1):
        write_text(sheet.cell(_HEAD, column), text)
    for column, register in enumerate(matrix.registers, start=_BESIDE + 1):
        day = sheet.cell(1, column)
        day.value, day.number_format = register.day, _DAY
        write_text(sheet.cell(2, column), tell_hours(register.slot.starts, register.slot.ends))
        write_text(sheet.cell(_HEAD, column), register.title)
    for number, row in enumerate(matrix.rows, start=1):
        _write_row(sheet, _HEAD + number, number, row)
    first = _HEAD + len(matrix.rows) + 1
    for offset, (label, values) in enumerate(_counts(matrix.registers)):
        write_text(sheet.cell(first + offset, 2), label)
        for column, value in enumerate(values, start=_BESIDE + 1):
            sheet.cell(first + offset, column).value = value
    edge = Border(*[Side(style="thin")] * 4)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.border, cell.font = edge, Font(bold=cell.row <= _HEAD)
            if 1 < cell.column < _BESIDE and cell.row > _HEAD:
                continue
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    widths = [*_WIDTHS, *[_CLASS_WIDTH] * len(matrix.registers)]
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    titles = [(one.title, _CLASS_WIDTH) for one in matrix.registers]
    sheet.row_dimensions[_HEAD].height = row_height([(_("来了几次"), _WIDTHS[3]), *titles])
    sheet.freeze_panes = sheet.cell(_HEAD + 1, _BESIDE + 1)
    set_up(sheet, head=f"1:{_HEAD}")
    if called := f"{matrix.village} {matrix.title}".strip():
        sheet.oddHeader.center.text = called.replace("&", "&&")
    return in_bytes(book)


def _write_row(sheet: Any, line: int, number: int, row: MatrixRow) -> None:
    sheet.cell(line, 1).value = number
    write_text(sheet.cell(line, 2), row.name)
    write_text(sheet.cell(line, 3), _("外来 %(home)s", home=row.group).strip() if row.is_guest else row.group)
    sheet.cell(line, 4).value = sum(mark in CAME_IN_PERSON for mark in row.marks)
    marks = zip(row.marks, row.came_instead, strict=True)
    for column, (mark, instead) in enumerate(marks, start=_BESIDE + 1):
        if mark:
            write_text(sheet.cell(line, column), mark_word(mark, instead))


def _counts(registers: tuple[Register, ...]) -> list[tuple[str, list[int | None]]]:
    turnouts = [one.turnout for one in registers]
    return [
        (_("没记名字的外来人"), [one.unnamed_guests for one in turnouts]),
        (_("记了名字的，一共"), [one.written for one in turnouts]),
        (_("清点人数"), [one.headcount for one in turnouts]),
        (_("纸上签了几个"), [one.on_paper for one in turnouts]),
        (_("其中女的"), [one.women for one in turnouts]),
        (_("60 岁以上的"), [one.over_60 for one in turnouts]),
        (_("到课人次"), [one.attendances for one in turnouts]),
    ]
