"""Which wishes waited longest, on paper for every village: and why, where that is more than twice the median."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.dispatch.summaries import tell_long_wait
from nightschool.rules.dispatch.wishes import stage_word
from nightschool.rules.oversight.figures import WAITING_DAYS
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.formats.table_paper import PaperAsk
    from nightschool.rules.dispatch.summaries import LongestWaits, WaitingWish


def _why(one: WaitingWish) -> str:
    return tell_long_wait(one.why) if one.why else ""


def _stage(one: WaitingWish) -> str:
    return stage_word(one.stage)


def _title(found: LongestWaits, asked: PaperAsk) -> str:
    return _("%(place)s 等得最久的点单", place=found.place)


def _under(found: LongestWaits, _asked: PaperAsk) -> list[str]:
    if not found.rows:
        return []
    return [
        counted("排在中间的那个等了 %(n)d 天；等了两倍还不止的，后面写着为什么。", found.median),
        _("按等的天数排，不是给村排名次。"),
    ]


LONGEST_WAITS = Paper(
    key="longest-waits",
    form="",
    name=N_("等得最久的点单"),
    about=N_(
        "各村还没上过课的点单，等得最久的在前面；等得特别久的写着为什么。各村都看得到，上面没有人的名字。"
    ),
    columns=(
        NUMBERED,
        Column("topic", N_("想学什么"), 50),
        Column("village", N_("哪个村"), 40),
        Column("wished_on", N_("哪天提的"), 40, kind=ColumnKind.DAY),
        Column("waited", N_("等了几天"), 22, figure=WAITING_DAYS, kind=ColumnKind.NUMBER),
        Column("stage", N_("现在怎样"), 28, _stage),
        Column("why", N_("为什么等这么久"), 0, _why),
    ),
    rows=lambda found: found.rows,
    title=_title,
    under=_under,
    empty=N_("没有等着的点单。"),
)
