"""What somebody came to, on paper: a learner's history, and the training card of a household (F10, 一户一培训卡)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk
from nightschool.rules.almanac import day_with_year
from nightschool.rules.oversight.figures import HOURS
from nightschool.rules.registers.attendance import mark_word
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.people.training_cards import CardVisit, TrainingCard


def _under(card: TrainingCard, asked: PaperAsk) -> tuple[str, ...]:
    hours = class_hours(sum(one.minutes for one in card.came_visits))
    told = counted("来上课 %(n)d 次，%(hours)s 学时", len(card.came_visits), hours=hours)
    return f"{card.village} {card.group}", told, _("到%(day)s", day=day_with_year(asked.today))


def _with_village(visit: CardVisit) -> str:
    return (
        _("%(title)s（%(village)s）", title=visit.title, village=visit.village)
        if visit.is_away
        else visit.title
    )


_DAY = Column("day", N_("日期"), 44, kind=ColumnKind.DAY)
_TITLE = Column("title", N_("课题"), 0, _with_village)

HISTORY = Paper(
    key="history",
    form="",
    name=N_("上过的课"),
    about=N_("一个人来过的每一次课。"),
    is_for_binder=True,
    title=lambda card, _asked: _("%(name)s上过的课", name=card.learner),
    under=_under,
    rows=lambda card: card.visits,
    columns=(
        NUMBERED,
        _DAY,
        _TITLE,
        Column(
            "came", N_("到课"), 70,
            lambda visit: _("、").join(mark_word(one.status, one.came_instead) for one in visit.members),
        ),
        Column("hours", N_("学时"), 20, lambda visit: visit.minutes if visit.counts else None, ColumnKind.HOURS, HOURS),
    ),
)  # fmt: skip

CARD = Paper(
    key="card",
    form="F10",
    name=N_("一户一培训卡"),
    about=N_("一家人来过的每一次课，谁来的。"),
    is_for_binder=True,
    title=lambda card, _asked: _("一户一培训卡：%(name)s家", name=card.head),
    under=lambda card, asked: (_("家里来上课的：%(names)s", names=_("、").join(card.members)), *_under(card, asked)),
    rows=lambda card: card.came_visits,
    columns=(
        NUMBERED,
        _DAY,
        _TITLE,
        Column(
            "who", N_("谁来的"), 66,
            lambda visit: _("、").join(
                one.came_instead or one.name for one in visit.members if one.counts_for_household
            ),
        ),
        Column("hours", N_("学时"), 20, lambda visit: visit.minutes, ColumnKind.HOURS, HOURS),
        Column("stamp", N_("记录人（章）"), 36, lambda _visit: ""),
    ),
)  # fmt: skip
