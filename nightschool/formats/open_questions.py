"""What villagers asked and nobody has answered yet, on paper to take along (R10, F15): with room for the answer."""

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.texts import N_

OPEN_QUESTIONS = Paper(
    key="open-questions",
    form="F15",
    name=N_("还没答复的群众提问"),
    about=N_("带去问老师、问镇里，答复写在空格里，回来录上。"),
    is_for_binder=True,
    columns=(
        NUMBERED,
        Column("asked_on", N_("哪天问的"), 40, kind=ColumnKind.DAY),
        Column("title", N_("在哪节课上"), 46),
        Column("text", N_("问题"), 80),
        Column("who", N_("谁去问"), 30, lambda _one: ""),
        Column("answer", N_("答复")),
    ),
    empty=N_("没有等着答复的提问。"),
)
