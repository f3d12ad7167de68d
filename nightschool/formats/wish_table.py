"""What households wished for, topic by topic, on paper for offices (R5): how many, where, what was met, who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.oversight.figures import (
    MET_WISHES,
    UNMET_WISHES,
    WAITING_DAYS,
    WISHES,
    WISHING_HOUSEHOLDS,
)
from nightschool.texts import N_, _

if TYPE_CHECKING:
    from nightschool.rules.dispatch.summaries import WishTopic


def _villages(one: WishTopic) -> str:
    return _("、").join(one.villages)


WISH_TABLE = Paper(
    key="wishes",
    form="R5",
    name=N_("需求汇总"),
    about=N_("这段时间各村想学什么：几个点单、哪些村、办到了几个、最久等了几天。等得最久的在前面。"),
    periods=("quarter", "month", "half", "year", "days"),
    columns=(
        NUMBERED,
        Column("topic", N_("想学什么"), 60),
        Column("wishes", N_("点单"), 18, figure=WISHES, is_summed=True, kind=ColumnKind.NUMBER),
        Column(
            "households", N_("户数"), 18, figure=WISHING_HOUSEHOLDS, is_summed=True, kind=ColumnKind.NUMBER
        ),
        Column("villages", N_("哪些村"), 0, _villages),
        Column("met", N_("办到了"), 20, figure=MET_WISHES, is_summed=True, kind=ColumnKind.NUMBER),
        Column("unmet", N_("暂时办不到"), 24, figure=UNMET_WISHES, is_summed=True, kind=ColumnKind.NUMBER),
        Column("waiting", N_("最久等了几天"), 24, figure=WAITING_DAYS, kind=ColumnKind.NUMBER),
    ),
    empty=N_("这段时间没有点单。"),
)
