"""Villages in which nothing was held, on paper, each with what was planned and the reason it gave; in no other order
than that of their codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.overview_text import tell_reasons
from nightschool.formats.table_paper import NUMBERED, Column, Paper
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.oversight.nothing_held import NothingHeld


def _tell_why(one: NothingHeld) -> str:
    return _("；").join(filter(None, (tell_reasons(one.reasons), *one.notes)))


def _tell_standing(one: NothingHeld) -> str:
    if not one.has_school:
        return _("还没办夜校")
    unrecorded = one.statuses["scheduled"] - one.to_come
    told = (
        counted("没上成 %(n)d 次", n) if (n := one.statuses["cancelled"]) else "",
        counted("改期 %(n)d 次", n) if (n := one.statuses["postponed"]) else "",
        counted("还有 %(n)d 次没记", unrecorded) if unrecorded else "",
        counted("还没到日子的 %(n)d 次", one.to_come) if one.to_come else "",
    )
    return _("，").join(filter(None, told)) or _("没有排课")


NOTHING_HELD = Paper(
    key="nothing-held",
    form="R4",
    name=N_("没有上课的村"),
    about=N_(
        "这段时间一次课都没上的村：没办夜校的，没排课的，排了没上成的，和村里说的原因。按区划代码排，不排名。"
    ),
    periods=("month", "week", "quarter", "half", "year", "days"),
    looks_back=False,
    columns=(
        NUMBERED,
        Column("township", N_("乡镇"), 40),
        Column("name", N_("村"), 40),
        Column("standing", N_("情况"), 60, _tell_standing),
        Column("reasons", N_("村里说的原因"), 0, _tell_why),
    ),
    empty=N_("每个村都上过课。"),
)
