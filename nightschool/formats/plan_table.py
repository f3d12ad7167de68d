"""The plan of a month as a table (F1, 开课计划表): one row a class session, for paper and for Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.workbooks import in_bytes, write_text
from nightschool.rules.almanac import clock
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.oversight.plans import tell_plan_change
from nightschool.rules.places.schools import institution_word
from nightschool.rules.seasons.periods import tell_period, whole_month
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from nightschool.queries.oversight.plans import PlanLine, PlanPage

_WIDTHS = (6, 22, 12, 26, 16, 24, 11, 18, 14, 9, 11, 22)  # of the columns, in characters


def columns() -> tuple[str, ...]:
    """The heads of the columns."""
    return (
        _("序号"), _("时间"), _("课程类别"), _("课题"), _("地点"), _("授课人及单位"), _("授课形式"), _("主办（协办）"),
        _("对象"), _("预计人数"), _("责任人"), _("备注"),
    )  # fmt: skip


def rows(plan: PlanPage) -> tuple[tuple[str, ...], ...]:
    """The cells of every class session in the month, in the order of their days."""
    return tuple(_row(number, line, plan) for number, line in enumerate(plan.lines, start=1))


def _row(number: int, line: PlanLine, plan: PlanPage) -> tuple[str, ...]:
    return (
        str(number),
        _when(line),
        line.category,
        line.title,
        line.venue or _("还没定"),
        _("；").join(tell_teacher(guest.public_name, guest.unit) for guest in line.guests) or _("还没定"),
        mode_word(line.mode),
        _organisers(line, plan.village),
        line.audience,
        "" if line.expected is None else counted("%(n)d 人", line.expected),
        plan.principal,
        _remark(line),
    )


def _when(line: PlanLine) -> str:
    """周五 12月4日（十月廿六） 19:00–20:30; the year stands above the table."""
    return f"{tell_moment(line.slot.begins, line.slot.day)}–{clock(line.slot.ends)}"


def tell_teacher(public_name: str, unit: str) -> str:
    """As villagers read it: who did not want the name on the timetable is there by their unit."""
    if not public_name:
        return unit or _("外请老师")
    if unit:
        return _("%(name)s（%(unit)s）", name=public_name, unit=unit)
    return public_name


def _organisers(line: PlanLine, village: str) -> str:
    """县农业农村局（县妇联）; the village itself where nobody else is named."""
    hosts = _("、").join(line.labels.hosts) or village
    if not line.labels.helpers:
        return hosts
    return _("%(hosts)s（%(helpers)s）", hosts=hosts, helpers=_("、").join(line.labels.helpers))


def _remark(line: PlanLine) -> str:
    if line.moves_to is not None:
        return _("改期到 %(when)s", when=tell_moment(line.moves_to, line.moves_to.day))
    if line.is_called_off:
        return _("取消：%(why)s", why=tell_reason(line.reason, line.reason_text))
    if not line.is_changed:
        return ""
    return tell_plan_change(line.differs, line.told, line.slot.begins, line.slot.day)


def _signatures() -> str:
    return f"{_('村（盖章）：')}________________ {_('乡镇审核：')}________________ {_('日期：')}____________"


def workbook(plan: PlanPage) -> bytes:
    """The table as an Excel workbook: text in every cell, so that nothing typed is ever taken for a formula."""
    # A quarter of a second: imported only where a workbook is asked for.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    book = Workbook()
    sheet = book.active
    sheet.title = plan.standing.month.code
    title = _(
        "%(village)s%(school)s%(month)s开课计划",
        village=plan.village,
        school=institution_word(plan.institution_name),
        month=tell_period(whole_month(plan.standing.month)),
    )
    table = [(title,), columns(), *rows(plan)]
    if plan.note:
        table.append((_("备注：%(note)s", note=plan.note),))
    table.append((_signatures(),))
    line = Side(style="thin")
    for number, cells in enumerate(table, start=1):
        is_whole = len(cells) == 1  # one text right across the sheet
        for position, text in enumerate(cells, start=1):
            cell = sheet.cell(number, position)
            write_text(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number <= 2:
                cell.font = Font(bold=True)
            if not is_whole:
                cell.border = Border(left=line, right=line, top=line, bottom=line)
        if is_whole:
            sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(_WIDTHS))
    for position, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + position)].width = width
    return in_bytes(book, head="2:2")
