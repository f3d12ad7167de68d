"""Cohorts by sex and age on paper (R9), as farmer field schools report them: in the village, and above it as counts."""

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.oversight.figures import CAME_TO_COHORT, ENROLLED, GRADUATES, LEFT_COHORT
from nightschool.texts import N_, _

_SUMMED = {"kind": ColumnKind.NUMBER, "is_summed": True}

_NOTE = N_("年龄按出生年份算，没写出生年份和性别的不在「女」和「60 岁以上」里。本人来上课按名单算，是人次。")

COHORT_TABLE = Paper(
    key="cohorts",
    form="R9",
    name=N_("班次统计表"),
    about=N_("每个班多少人在册，男女老少各来了多少次，上了几次，多少人够结业，多少人退出。"),
    periods=("half", "year", "quarter", "month", "days"),
    columns=(
        NUMBERED,
        Column("village", N_("村"), 26),
        Column("title", N_("班")),
        Column("people", N_("在册人数"), 16, lambda one: one.people.all, figure=ENROLLED, **_SUMMED),
        Column("people_women", N_("其中女"), 14, lambda one: one.people.women, figure=ENROLLED, **_SUMMED),
        Column(
            "people_over_60", N_("60 岁以上"), 14, lambda one: one.people.over_60, figure=ENROLLED, **_SUMMED
        ),
        Column("held", N_("上了"), 14, **_SUMMED),
        Column("planned", N_("一共排了"), 16, **_SUMMED),
        Column("came", N_("本人来上课"), 18, lambda one: one.came.all, figure=CAME_TO_COHORT, **_SUMMED),
        Column("came_women", N_("女的来"), 16, lambda one: one.came.women, figure=CAME_TO_COHORT, **_SUMMED),
        Column(
            "came_over_60",
            N_("60 岁以上的来"),
            18,
            lambda one: one.came.over_60,
            figure=CAME_TO_COHORT,
            **_SUMMED,
        ),
        Column("graduates", N_("够结业"), 16, figure=GRADUATES, **_SUMMED),
        Column("left", N_("退出"), 14, figure=LEFT_COHORT, **_SUMMED),
    ),
    notes=lambda found: (_(_NOTE) if found else "",),
    empty=N_("这段时间没有上过课的班。"),
)
