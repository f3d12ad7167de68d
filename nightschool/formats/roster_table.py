"""The roster of a village (F5, 学员花名册) for the binder: one row a learner, telephones masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import TablePaper
from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.people import sex_word
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nightschool.queries.people.rosters import LearnerLine


def roster_paper(village: str, lines: Sequence[LearnerLine], today: date) -> TablePaper:
    """Everybody in the order of the roster; how many, as of when, and who it is for."""
    told = (
        counted("一共 %(n)d 人", len(lines)),
        _("%(day)s 的名单", day=day_with_year(today)),
        _("夜校自己留着用，不张贴、不外传"),
    )
    return TablePaper(
        title=_("%(village)s农民夜校学员花名册", village=village),
        under=" · ".join(told),
        columns=(
            (_("序号"), 14), (_("姓名"), 46), (_("性别"), 16), (_("出生年份"), 26), (_("组别"), 30), (_("户主"), 46),
            (_("联系电话"), 40), (_("加入日期"), 36), (_("备注"), 0),
        ),
        rows=tuple(_row(number, line) for number, line in enumerate(lines, start=1)),
    )  # fmt: skip


def _row(number: int, line: LearnerLine) -> tuple[str, ...]:
    return (
        str(number),
        line.name,
        sex_word(line.sex),
        str(line.birth_year or ""),
        line.group,
        line.household,
        line.masked_phone,
        line.came_on.isoformat() if line.came_on else "",
        "",
    )
