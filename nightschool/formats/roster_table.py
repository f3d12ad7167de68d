"""The roster of a village (F5, 学员花名册) for the binder: one row a learner, telephones masked."""

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.people import sex_word
from nightschool.texts import N_, _, counted

ROSTER = Paper(
    key="roster",
    form="F5",
    name=N_("学员花名册"),
    about=N_("按组排好，夹在台账里。电话只印头尾几位。"),
    is_for_binder=True,
    title=lambda _found, asked: _("%(village)s农民夜校学员花名册", village=asked.place),
    under=lambda found, asked: (
        counted("一共 %(n)d 人", len(found)),
        _("%(day)s 的名单", day=day_with_year(asked.today)),
        _("夜校自己留着用，不张贴、不外传"),
    ),
    columns=(
        NUMBERED,
        Column("name", N_("姓名"), 46),
        Column("sex", N_("性别"), 16, lambda one: sex_word(one.sex)),
        Column("birth_year", N_("出生年份"), 26, kind=ColumnKind.NUMBER),
        Column("group", N_("组别"), 30),
        Column("household", N_("户主"), 46),
        Column("phone", N_("联系电话"), 40, lambda one: one.masked_phone),
        Column("came_on", N_("加入日期"), 42, kind=ColumnKind.DAY),
        Column("remark", N_("备注"), of=lambda _one: ""),
    ),
    empty=N_("还没有学员。加一个，只要名字和组；点名的时候也能随手加。"),
)
