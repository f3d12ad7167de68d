"""What a region's villages held, on paper (R4, 月报表), and what each teacher held there (R8): counts, no ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nightschool.formats.plan_table import tell_teacher
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk, Value, signatures
from nightschool.rules.oversight.figures import (
    ATTENDANCES,
    DISTINCT_PEOPLE,
    EXPECTED,
    HOURS,
    HOUSEHOLDS,
    HOUSEHOLDS_REACHED,
    OF_KIND,
    ON_TIME,
    OVER_60,
    PEOPLE_OF_KIND,
    PERSON_HOURS,
    WOMEN,
    percent,
)
from nightschool.rules.people.household_status import HouseholdKind, kind_word
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.oversight.household_kinds import KindCount, RegionKinds
    from nightschool.queries.oversight.overview import Overview, RegionFigures

_PERIODS = ("month", "week", "quarter", "half", "year", "days")
_NUMBER, _SUMMED = {"kind": ColumnKind.NUMBER}, {"kind": ColumnKind.NUMBER, "is_summed": True}


_HIDDEN = "*"  # a count that may not leave its village
_ATTENDANCES_OF = {
    HouseholdKind.REGISTERED_POOR: N_("建档立卡户人次"),
    HouseholdKind.EXITED: N_("脱贫户人次"),
    HouseholdKind.MONITORED: N_("监测户人次"),
}
_PEOPLE_OF = {
    HouseholdKind.REGISTERED_POOR: N_("建档立卡户人数"),
    HouseholdKind.EXITED: N_("脱贫户人数"),
    HouseholdKind.MONITORED: N_("监测户人数"),
}


def _attendances(kind: HouseholdKind) -> Callable[[RegionFigures | RegionKinds], Value]:
    return lambda one: _told(one.kinds.get(kind), "attendances")


def _people(kind: HouseholdKind) -> Callable[[RegionKinds], Value]:
    return lambda one: _told(one.kinds.get(kind), "people")


def _told(count: KindCount | None, what: str) -> Value:
    """Nothing where there is no such kind, or nothing was ever noted."""
    return None if count is None else _HIDDEN if count.people is None else getattr(count, what)


def _explained(rows: Sequence[RegionFigures | RegionKinds]) -> tuple[str, ...]:
    hides = any(count.people is None for one in rows for count in one.kinds.values())
    return (_("*：不到 5 人，或者写出来就能算出别处不到 5 人的，不写。"),) if hides else ()


def _under(found: Overview, asked: PaperAsk) -> tuple[str, ...]:
    total = found.total
    share = (
        total.households_percent if HOUSEHOLDS_REACHED.on(asked.told_as_on) is HOUSEHOLDS_REACHED else None
    )
    return (
        counted("上课 %(n)d 次，%(hours)s 学时", total.held, hours=class_hours(total.minutes)),
        counted("%(n)d 人次", total.attendances),
        *(() if total.people is None else (counted("%(n)d 人来过", total.people),)),
        *(() if total.households is None else (counted("%(n)d 户来过", total.households),)),
        *(() if share is None else (_("覆盖户率 %(n)d%%", n=share),)),
        *(
            _("%(kind)s %(n)d 人次", kind=kind_word(kind), n=count.attendances)
            for kind, count in total.kinds.items()
            if count.attendances is not None
        ),
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
        Column("households", N_("来过的户"), 14, figure=HOUSEHOLDS, where_any=True, **_NUMBER),
        Column(
            "households_percent",
            N_("覆盖户率 %"),
            14,
            figure=HOUSEHOLDS_REACHED,
            where_any=True,
            formerly={1: lambda one: percent(one.households or 0, one.all_households or 0)},
            **_NUMBER,
        ),
        *(
            Column(kind, named, 14, _attendances(kind), figure=OF_KIND, where_any=True, **_NUMBER)
            for kind, named in _ATTENDANCES_OF.items()
        ),
        Column("hours", N_("学时"), 15, lambda one: one.minutes, ColumnKind.HOURS, HOURS, is_summed=True),
        Column("by_guests", N_("外请老师讲的"), 16, **_SUMMED),
        Column("categories", N_("各类场次"), 58, tell_categories),
    ),
    notes=lambda found: _explained((*found.parts, found.total)),
    closing=lambda _found: signatures(_("填报人："), _("单位（盖章）："), _("日期：")),
    empty=N_("这里还没有夜校。"),
)

HOUSEHOLD_KINDS = Paper(
    key="household-kinds",
    form="R4",
    name=N_("各类户到课统计表"),
    about=N_("一个月里，脱贫户、监测户来了多少人。写上用途的地方才有，不到 5 人的不写。"),
    periods=("month",),
    columns=(
        Column("name", N_("地方")),
        *(
            column
            for kind, named in _ATTENDANCES_OF.items()
            for column in (
                Column(kind, named, 40, _attendances(kind), figure=OF_KIND, where_any=True, **_NUMBER),
                Column(
                    f"{kind}_people",
                    _PEOPLE_OF[kind],
                    40,
                    _people(kind),
                    figure=PEOPLE_OF_KIND,
                    where_any=True,
                    **_NUMBER,
                ),
            )
        ),
    ),
    notes=_explained,
    empty=N_("这个月还没有。先要县里或者镇上在设置里写上用途，各村记好，这个月过完了才算。"),
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
