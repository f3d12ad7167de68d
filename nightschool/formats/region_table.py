"""What a region's villages held, on paper (R4, 月报表), and what each teacher held there (R8): counts, no ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.plan_table import tell_teacher
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk, signatures
from nightschool.rules.oversight.figures import (
    ATTENDANCES,
    DISTINCT_PEOPLE,
    EXPECTED,
    HOURS,
    ON_TIME,
    OVER_60,
    PERSON_HOURS,
    WOMEN,
)
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.oversight.overview import Overview, RegionFigures

_PERIODS = ("month", "week", "quarter", "half", "year", "days")
_NUMBER, _SUMMED = {"kind": ColumnKind.NUMBER}, {"kind": ColumnKind.NUMBER, "is_summed": True}


def _under(found: Overview, _asked: PaperAsk) -> tuple[str, ...]:
    total = found.total
    return (
        counted("上课 %(n)d 次，%(hours)s 学时", total.held, hours=class_hours(total.minutes)),
        counted("%(n)d 人次", total.attendances),
        *(() if total.people is None else (counted("%(n)d 人来过", total.people),)),
    )


def tell_categories(one: RegionFigures) -> str:
    """法律法规 1、技术技能 2."""
    return _("、").join(f"{name} {n}" for name, n in one.categories.items())


REGION_TABLE = Paper(
    key="held",
    form="R4",
    name=N_("上课情况统计表"),
    about=N_("一行一个村，或者一个乡镇、一个县：排了几次、上了几次、来了多少人。按区划代码排，不排名。"),
    periods=_PERIODS,
    under=_under,
    narrows=True,
    rows=lambda found: found.parts or (found.total,),
    columns=(
        NUMBERED,
        Column("name", N_("地方")),
        Column("schools", N_("夜校数"), 14, **_SUMMED),
        Column("expected", N_("要求"), 14, figure=EXPECTED, where_any=True, **_SUMMED),
        Column("planned", N_("排了"), 14, **_SUMMED),
        Column("held", N_("上了"), 14, **_SUMMED),
        Column("not_held", N_("没上成"), 14, **_SUMMED),
        Column("unrecorded", N_("没登记"), 14, **_SUMMED),
        Column("on_time", N_("按时登记"), 14, figure=ON_TIME, **_SUMMED),
        Column("attendances", N_("人次"), 16, figure=ATTENDANCES, **_SUMMED),
        Column("people", N_("人数"), 16, figure=DISTINCT_PEOPLE, **_NUMBER),
        Column(
            "person_hours",
            N_("人时"),
            16,
            lambda one: one.person_minutes // 60,
            figure=PERSON_HOURS,
            **_NUMBER,
        ),
        Column("women", N_("其中女"), 14, figure=WOMEN, **_SUMMED),
        Column("over_60", N_("60 岁以上"), 14, figure=OVER_60, **_SUMMED),
        Column("hours", N_("学时"), 15, lambda one: one.minutes, ColumnKind.HOURS, HOURS, is_summed=True),
        Column("by_guests", N_("外请老师讲的"), 16, **_SUMMED),
        Column("categories", N_("各类场次"), 58, tell_categories),
    ),
    closing=lambda _found: signatures(_("填报人："), _("单位（盖章）："), _("日期：")),
    empty=N_("这里还没有夜校。"),
)

TEACHER_LOADS = Paper(
    key="teacher-loads",
    form="R8",
    name=N_("教师工作量"),
    about=N_("哪位老师在这里讲了几次、几个学时，去了几个村。按姓名排，不排名。"),
    periods=_PERIODS,
    columns=(
        NUMBERED,
        Column("teacher", N_("老师"), 0, lambda one: tell_teacher(one.public_name, one.unit)),
        Column("kept", N_("哪里管的"), 34),
        Column("classes", N_("讲了几次"), 24, **_SUMMED),
        Column("hours", N_("学时"), 24, lambda one: one.minutes, ColumnKind.HOURS, HOURS, is_summed=True),
        Column("attendances", N_("听课人次"), 28, figure=ATTENDANCES, **_SUMMED),
        Column("villages", N_("去了几个村"), 28, **_NUMBER),
    ),
    empty=N_("这段时间还没有上过的课。点名保存了，就列在这里。"),
)
