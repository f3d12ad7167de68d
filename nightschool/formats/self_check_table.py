"""A village's own look at its half-year (F13), with what is missing; points and deadlines are written in by hand."""

from nightschool.formats.table_paper import NUMBERED, Column, Paper, signatures
from nightschool.rules.almanac import day_with_year
from nightschool.texts import N_, _, counted

SELF_CHECK = Paper(
    key="self-check",
    form="F13",
    name=N_("自查表"),
    about=N_("八有、四个一、每月的课、登记、评课：有什么、还缺什么。什么时候都能打，早几个月就看得到。"),
    is_for_binder=True,
    periods=("half", "quarter", "year"),
    under=lambda lines, asked: (
        counted("还缺 %(n)d 样", sum(bool(one.missing) for one in lines)),
        _("%(day)s 的样子", day=day_with_year(asked.today)),
    ),
    columns=(
        NUMBERED,
        Column("area", N_("哪方面"), 24),
        Column("words", N_("指标"), 68),
        Column("told", N_("现在怎样"), 62),
        Column("missing", N_("还缺什么")),
        Column("points", N_("分值"), 16, lambda _one: ""),
        Column("score", N_("得分"), 16, lambda _one: ""),
        Column("until", N_("整改期限"), 24, lambda _one: ""),
    ),
    closing=lambda _lines: signatures(_("村（盖章）："), _("自查人："), _("日期：")),
)
