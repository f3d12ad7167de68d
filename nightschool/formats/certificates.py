"""The certificates of a cohort (结业证书): a sheet for each who graduates, with what they sat through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.rules.almanac import day_with_year
from nightschool.rules.places.schools import institution_word
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import _, counted, language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nightschool.queries.registers.cohorts import Cohort, GraduationLine


def certificates_data(
    cohort: Cohort, graduates: Sequence[GraduationLine], institution_name: str | None, today: date
) -> dict[str, Any]:
    """What certificate.typ is given. Of a cohort that goes on, the day is that of printing."""
    school = f"{cohort.village}{institution_word(institution_name)}"
    last = cohort.last_day if cohort.last_day and cohort.last_day < today else today
    return {
        "lang": language(),
        "title": _("结业证书"),
        "course": cohort.title,
        "opening": _("在%(school)s学完", school=school),
        "school": _("%(school)s（盖章）", school=school),
        "day": day_with_year(last),
        "graduates": [
            {
                "name": one.name,
                "hours": counted(
                    "一共上了 %(n)d 次课，%(hours)s 学时，准予结业。",
                    one.progress.sessions,
                    hours=class_hours(one.progress.minutes),
                ),
            }
            for one in graduates
        ],
    }
