"""The ledger of a village (F8, 培训台账): each class that was held, with what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.plan_table import tell_hosts, tell_lecturers
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk, signatures
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.oversight.figures import ATTENDANCES, DISTINCT_PEOPLE, HOURS, OVER_60, WOMEN
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.registers.held_classes import RecordedClass, RecordedClasses


def _under(found: RecordedClasses, _asked: PaperAsk) -> tuple[str, ...]:
    hours = class_hours(sum(one.minutes for one in found.lines))
    return (
        counted("上课 %(n)d 次，%(hours)s 学时", len(found.lines), hours=hours),
        counted("%(n)d 人次", sum(one.attendances or 0 for one in found.lines)),
        counted("%(n)d 人来过", found.people),
    )


def _evidence(one: RecordedClass) -> str:
    signed = "" if one.on_paper is None else counted("签到簿 %(n)d 人签了", one.on_paper)
    return _("、").join(filter(None, (signed, _("签到簿照片") if one.has_photo else "")))


LEDGER = Paper(
    key="ledger",
    form="F8",
    name=N_("培训台账"),
    about=N_("一行一次课：谁讲的、讲什么、来了多少人。月、季、半年、一年都行。"),
    periods=("month", "quarter", "half", "year", "days"),
    under=_under,
    figures=(DISTINCT_PEOPLE,),
    rows=lambda found: found.lines,
    columns=(
        NUMBERED,
        Column("day", N_("日期"), 31, kind=ColumnKind.DAY),
        Column("number_in_course", N_("第几次"), 13, lambda one: one.number, ColumnKind.NUMBER),
        Column("title", N_("课题")),
        Column("category", N_("类别"), 16),
        Column("teachers", N_("主讲人及单位"), 30, lambda one: tell_lecturers(one.teachers)),
        Column("mode", N_("形式"), 16, lambda one: mode_word(one.mode)),
        Column("venue", N_("地点"), 22),
        Column("hours", N_("学时"), 11, lambda one: one.minutes, ColumnKind.HOURS, HOURS, is_summed=True),
        Column("attendances", N_("人次"), 12, None, ColumnKind.NUMBER, ATTENDANCES, is_summed=True),
        Column("women", N_("其中女"), 13, None, ColumnKind.NUMBER, WOMEN, is_summed=True),
        Column("over_60", N_("60 岁以上"), 12, None, ColumnKind.NUMBER, OVER_60, is_summed=True),
        Column("hosts", N_("主办（协办）"), 26, lambda one: tell_hosts(one.labels, one.village)),
        Column("evidence", N_("佐证"), 20, _evidence),
        Column("remark", N_("备注"), 16, lambda _one: ""),
    ),
    closing=lambda _found: signatures(_("村（盖章）："), _("记录人："), _("日期：")),
    empty=N_("这段时间还没有上过的课。点名保存了，就列在这里。"),
)
