"""A region's class sessions as an Excel workbook: a row each, with counts and reasons and no villager's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.formats.workbooks import in_bytes, set_up, write_text
from nightschool.rules.almanac import clock, day_with_year
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.courses.statuses import status_word
from nightschool.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from nightschool.queries.oversight.exports import CountedClass

_DAY = "yyyy-mm-dd"
_WIDTHS = {"C": 12, "D": 15, "E": 12, "H": 28, "L": 16}


def classes_workbook(classes: Iterable[CountedClass], notes: Sequence[str]) -> bytes:
    """A row a class session below one row of headings that can be filtered; the notes on a sheet of their own.

    Days are dates, codes are text, nothing is a formula. Written row by row: a county's year needs no room in memory.
    """
    # A quarter of a second: imported only where a workbook is asked for.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("课和人数"))

    def text(value: str) -> Any:
        cell = WriteOnlyCell(sheet)
        write_text(cell, value)
        return cell

    set_up(sheet, head="1:1")
    sheet.freeze_panes = "A2"
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.append([text(heading) for heading in _headings()])
    rows = 1
    for one in classes:
        rows += 1
        day = WriteOnlyCell(sheet, one.day)
        day.number_format = _DAY
        people = one.attendances if one.status == "held" else None
        hours = None if people is None else round(people * (one.ends - one.starts) / 60, 1)
        sheet.append(
            [
                *map(text, (one.county, one.township, one.village, one.region_code)),
                day,
                *map(
                    text, (clock(one.starts), clock(one.ends), one.title, one.category, mode_word(one.mode))
                ),
                text(status_word(one.status, one.is_past)),
                text(tell_reason(one.reason, one.reason_text)),
                *(one.named, one.excused, one.guests, one.headcount, one.on_paper, one.women, one.over_60),
                *(people, hours),
            ]
        )
    sheet.auto_filter.ref = f"A1:U{rows}"
    about = book.create_sheet(_("说明"))
    about.column_dimensions["A"].width = 100
    for line in notes:
        about.append([text(line)])
    return in_bytes(book)


def _headings() -> tuple[str, ...]:
    return (
        *(
            _("县"),
            _("乡镇"),
            _("村"),
            _("村的代码"),
            _("日子"),
            _("开始"),
            _("结束"),
            _("课"),
            _("类别"),
            _("方式"),
        ),
        *(
            _("上了没有"),
            _("原因"),
            _("名单上到的"),
            _("请假的"),
            _("外来的"),
            _("清点人数"),
            _("纸上签了几个"),
        ),
        *(_("其中女的"), _("60 岁以上的"), _("人次"), _("人时")),
    )


def told_notes(first: date, last: date, when: str) -> tuple[str, ...]:
    """What the numbers mean, and of when they are: from a day to a day, as known at this moment, told in words."""
    return (
        _(
            "%(first)s到%(last)s的课，%(when)s的数据。",
            first=day_with_year(first),
            last=day_with_year(last),
            when=when,
        ),
        _("一行是一次课；改期的算在新的那天，没公布的不在里面。"),
        _("人次按清点人数算，没有清点的按名单加外来的人算。人时是人次乘上课的小时数。"),
        _("空着的是没有记，不是 0。没有村民的名字；名字在村里的点名表上。"),
        _("按区划代码排列，不排名。"),
    )
