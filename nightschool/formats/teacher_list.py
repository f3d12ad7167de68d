"""The teachers a village can call on, on paper (F11, 师资库登记表), telephones masked."""

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.people import teacher_kind_word
from nightschool.texts import N_, _, counted

TEACHER_LIST = Paper(
    key="teachers",
    form="F11",
    name=N_("师资库登记表"),
    about=N_("村里请得到的老师，会讲什么、最近哪天来讲过。"),
    is_for_binder=True,
    under=lambda found, asked: (
        counted("一共 %(n)d 位老师", len(found)),
        _("%(day)s 的名单", day=day_with_year(asked.today)),
    ),
    columns=(
        NUMBERED,
        Column("name", N_("姓名"), 28),
        Column("unit", N_("单位"), 48),
        Column("kind", N_("类别"), 34, lambda one: teacher_kind_word(one.kind)),
        Column("specialities", N_("会讲什么")),
        Column("phone", N_("联系电话"), 34, lambda one: one.masked_phone),
        Column("region", N_("哪里管的"), 26),
        Column("last_taught", N_("最近来讲"), 40, kind=ColumnKind.DAY),
    ),
    empty=N_("还没有老师。"),
)
