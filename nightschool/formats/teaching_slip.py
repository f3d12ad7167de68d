"""What a teacher held, on paper for their unit (F12, 授课证明、课时单): class by class, with room for a stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk, signatures
from nightschool.rules.almanac import day_with_year
from nightschool.rules.oversight.figures import ATTENDANCES, HOURS
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.people.teaching_hours import TeachingYear


def _under(found: TeachingYear, asked: PaperAsk) -> tuple[str, ...]:
    minutes = sum(one.minutes for one in found.classes)
    return (
        found.unit,
        counted("讲了 %(n)d 次课，%(hours)s 学时", len(found.classes), hours=class_hours(minutes)),
        counted("听课 %(n)d 人次", sum(one.attendances or 0 for one in found.classes)),
        _("到%(day)s", day=day_with_year(asked.today)),
    )


HOURS_SLIP = Paper(
    key="hours",
    form="F12",
    name=N_("授课证明"),
    about=N_("一位老师一年讲的课，给他的单位。"),
    periods=("year",),
    title=lambda found, _asked: _("授课证明：%(name)s，%(year)d 年", name=found.name, year=found.year),
    under=_under,
    rows=lambda found: found.classes,
    columns=(
        NUMBERED,
        Column("day", N_("日期"), 46, kind=ColumnKind.DAY),
        Column("where", N_("在哪里"), 66, lambda one: f"{one.township} {one.village}".strip()),
        Column("title", N_("课题")),
        Column("hours", N_("学时"), 20, lambda one: one.minutes, ColumnKind.HOURS, HOURS),
        Column("attendances", N_("听课人次"), 26, kind=ColumnKind.NUMBER, figure=ATTENDANCES),
    ),
    closing=lambda found: signatures(_("%(place)s（盖章）：", place=found.place), _("日期：")),
    empty=N_("这一年还没有上过的课。"),
)
