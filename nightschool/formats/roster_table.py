"""The roster of a village (F5, 学员花名册) for the binder: one row a learner, telephones masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.people import sex_word
from nightschool.texts import _, counted, language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nightschool.queries.people.rosters import LearnerLine

_WIDTHS = (14, 46, 16, 26, 30, 46, 40, 36, 0)  # of the columns, in millimetres; 0: what is left


def roster_title(village: str) -> str:
    """What stands above."""
    return _("%(village)s农民夜校学员花名册", village=village)


def roster_under(lines: Sequence[LearnerLine], today: date) -> str:
    """How many, as of when, and who it is for."""
    return " · ".join(
        (
            counted("一共 %(n)d 人", len(lines)),
            _("%(day)s 的名单", day=day_with_year(today)),
            _("夜校自己留着用，不张贴、不外传"),
        )
    )


def roster_columns() -> tuple[str, ...]:
    """The heads of the columns."""
    return (
        _("序号"), _("姓名"), _("性别"), _("出生年份"), _("组别"), _("户主"), _("联系电话"), _("加入日期"), _("备注"),
    )  # fmt: skip


def roster_rows(lines: Sequence[LearnerLine]) -> tuple[tuple[str, ...], ...]:
    """The cells of every learner, in the order of the roster."""
    return tuple(
        (
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
        for number, line in enumerate(lines, start=1)
    )


def roster_data(village: str, lines: Sequence[LearnerLine], today: date) -> dict[str, Any]:
    """What table.typ is given."""
    return {
        "lang": language(),
        "title": roster_title(village),
        "under": roster_under(lines, today),
        "columns": [[head, width] for head, width in zip(roster_columns(), _WIDTHS, strict=True)],
        "rows": roster_rows(lines),
        "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
    }
