"""What a teacher held, on paper for their unit (F12, 授课证明、课时单): class by class, with room for a stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import TablePaper, signatures
from nightschool.rules.almanac import day_with_year
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from datetime import date

    from nightschool.queries.people.teaching_hours import TeachingYear


def teaching_slip(found: TeachingYear, today: date) -> TablePaper:
    """One year of one teacher, with its sums."""
    minutes = sum(one.minutes for one in found.classes)
    came = sum(one.attendances or 0 for one in found.classes)
    told = (
        found.unit,
        counted("讲了 %(n)d 次课，%(hours)s 学时", len(found.classes), hours=class_hours(minutes)),
        counted("听课 %(n)d 人次", came),
        _("到%(day)s", day=day_with_year(today)),
    )
    return TablePaper(
        title=_("授课证明：%(name)s，%(year)d 年", name=found.name, year=found.year),
        under=" · ".join(filter(None, told)),
        columns=(
            (_("序号"), 14), (_("日期"), 46), (_("在哪里"), 66), (_("课题"), 0), (_("学时"), 20), (_("听课人次"), 26),
        ),
        rows=tuple(
            (
                str(number),
                day_with_year(one.day),
                f"{one.township} {one.village}".strip(),
                one.title,
                class_hours(one.minutes),
                "" if one.attendances is None else str(one.attendances),
            )
            for number, one in enumerate(found.classes, start=1)
        ),
        closing=signatures(_("%(place)s（盖章）：", place=found.place), _("日期：")),
    )  # fmt: skip
