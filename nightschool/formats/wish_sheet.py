"""The paper that goes round the groups of a village (F3): what households want to learn, without names."""

from nightschool.formats.table_paper import NUMBERED, Column, Paper, signatures
from nightschool.rules.dispatch.wishes import TIMES
from nightschool.texts import N_, _

WISH_SHEET = Paper(
    key="wish-sheet",
    form="F3",
    name=N_("学习需求征求意见表"),
    about=N_("带着走一圈，各户想学什么记下来；回来一行一个，几分钟录完。"),
    is_for_binder=True,
    title=lambda _found, asked: _("%(place)s 学习需求征求意见表", place=asked.place),
    under=lambda found, _asked: [
        _("课由夜校来请老师、定时间，想学什么写什么。"),
        *([_("已经有人提的：%(topics)s", topics=_("、").join(found.topics))] if found.topics else []),
    ],
    rows=lambda found: found.rows,
    columns=(
        NUMBERED,
        Column("group", N_("组别"), 24, lambda group: group),
        Column("who", N_("户（可不写名字）"), 34, lambda _one: ""),
        Column("topic", N_("想学什么"), 0, lambda _one: ""),
        Column(
            "times", N_("什么时候方便"), 84, lambda _one: " ".join(f"□{_(word)}" for word in TIMES.values())
        ),
        Column("months", N_("哪几个月闲"), 34, lambda _one: ""),
    ),
    closing=lambda _found: signatures(_("联系人："), _("日期：")),
)
