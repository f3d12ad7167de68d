"""The sign-in sheet (F6, 签到簿) in words: what its page and its PDF say alike, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.plan_table import tell_teacher
from nightschool.formats.qr import qr_svg
from nightschool.formats.teacher_text import tell_meeting
from nightschool.rules.almanac import day_with_year, lunar_label, tell_hours, weekday_name
from nightschool.rules.places.schools import institution_word
from nightschool.rules.registers.sign_in_sheets import class_code
from nightschool.texts import _, language

if TYPE_CHECKING:
    from nightschool.queries.registers.sign_in_sheets import PrintedSheet

ROWS_OF_A_BLANK_SHEET = 25  # as many as one page has


class ToldRow(NamedTuple):
    """One row; of a blank one only its number."""

    number: int
    name: str = ""
    group: str = ""


class ToldSheet(NamedTuple):
    """One sheet: what stands above its rows, what names its further pages, and the rows."""

    school: str
    title: str
    when: str
    facts: str
    short: str  # names it where a page has come loose
    code: str
    rows: tuple[ToldRow, ...]


def told_sheet(sheet: PrintedSheet) -> ToldSheet:
    """The sheet of one class session."""
    register, head = sheet.register, sheet.head
    facts = (
        tell_meeting(head.number, head.of),
        register.venue or _("地点还没定"),
        _("、").join(tell_teacher(*one) for one in head.teachers) or _("老师还没定"),
    )
    times = tell_hours(register.starts, register.ends)
    day = f"{day_with_year(register.day)} {weekday_name(register.day)}"
    lunar = lunar_label(register.day)
    return ToldSheet(
        school=f"{head.township} {register.village} {institution_word(head.institution_name)}",
        title=register.title,
        when=f"{_('%(day)s（%(lunar)s）', day=day, lunar=lunar) if lunar else day} {times}",
        facts=" · ".join(filter(None, facts)),
        short=f"{register.village} {register.title} {day} {times}",
        code=class_code(register.class_session),
        rows=tuple(ToldRow(row.number, row.name, row.group) for row in sheet.printed),
    )


def blank_sheet(village: str) -> ToldSheet:
    """A sheet on which everything is written by hand."""
    rows = tuple(ToldRow(number) for number in range(1, ROWS_OF_A_BLANK_SHEET + 1))
    line = "_" * 16
    return ToldSheet(
        school=village,
        title=_("课题：%(line)s", line=line * 2),
        when=_("哪天：%(line)s", line=line),
        facts=_("地点：%(line)s 主讲：%(line)s", line=line * 2),
        short="",
        code="",
        rows=rows,
    )


def sheet_columns() -> tuple[str, ...]:
    """The heads of the columns."""
    return (_("序号"), _("姓名"), _("组别"), _("签名或手印"), _("备注"))


def sheet_closing() -> tuple[str, ...]:
    """What is counted and written at the end."""
    return (_("实到"), _("其中女"), _("60 岁以上"), _("记录人"))


def sheets_data(sheets: Iterable[tuple[ToldSheet, str]]) -> dict[str, Any]:
    """What sign_in_sheet.typ is given: each sheet with the address of its register, a blank one with none."""
    return {
        "lang": language(),
        "title": _("签到簿"),
        "words": {
            "sheet": _("签到簿"),
            "qr": _("扫码点名"),
            "columns": sheet_columns(),
            "closing": sheet_closing(),
            "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
        },
        "sheets": [
            {
                **one._asdict(),
                "rows": [row._asdict() for row in one.rows],
                "qr": qr_svg(address).decode() if address else "",
            }
            for one, address in sheets
        ],
    }
