"""The teaching record of a village (F7, 教学记录): what was taught in each class, what was asked, who wrote it down."""

from nightschool.formats.plan_table import tell_lecturers
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, signatures
from nightschool.rules.almanac import tell_hours
from nightschool.rules.oversight.figures import ATTENDANCES
from nightschool.texts import N_, _

TEACHING_RECORD = Paper(
    key="teaching-record",
    form="F7",
    name=N_("教学记录"),
    about=N_("每次课讲了什么、群众问了什么、怎么答的。"),
    is_for_binder=True,
    periods=("month", "quarter", "half", "year", "days"),
    rows=lambda found: found.lines,
    columns=(
        NUMBERED,
        Column("day", N_("日期"), 37, kind=ColumnKind.DAY),
        Column("hours", N_("起止"), 24, lambda one: tell_hours(one.starts, one.ends)),
        Column("title", N_("课题"), 34),
        Column("teachers", N_("主讲人及单位"), 32, lambda one: tell_lecturers(one.teachers)),
        Column("venue", N_("地点"), 22),
        Column("expected", N_("应到"), 12, kind=ColumnKind.NUMBER),
        Column("attendances", N_("实到人次"), 12, kind=ColumnKind.NUMBER, figure=ATTENDANCES),
        Column("summary", N_("内容要点"), 40),
        Column("questions", N_("群众提问和答复"), 0, lambda one: _("；").join(map(_told, one.questions))),
        Column("recorder", N_("记录人"), 18),
    ),
    closing=lambda _found: signatures(_("主持："), _("日期：")),
    empty=N_("这段时间还没有上过的课。点名保存了，就列在这里。"),
)


def _told(question: tuple[str, str]) -> str:
    asked, answer = question
    return _("问：%(asked)s 答：%(answer)s", asked=asked, answer=answer or _("还没答复"))
