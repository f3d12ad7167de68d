"""What somebody came to, on paper: a learner's history, and the training card of a household (F10, 一户一培训卡)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import TablePaper
from nightschool.rules.almanac import day_with_year
from nightschool.rules.registers.attendance import mark_word
from nightschool.rules.registers.graduation import class_hours
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from datetime import date

    from nightschool.queries.people.training_cards import TrainingCard


def history_paper(card: TrainingCard, today: date) -> TablePaper:
    """Each class at which something was marked for this learner, and how."""
    return TablePaper(
        title=_("%(name)s上过的课", name=card.learner),
        under=_under(card, today),
        columns=((_("序号"), 14), (_("日期"), 44), (_("课题"), 0), (_("到课"), 70), (_("学时"), 20)),
        rows=tuple(
            (
                str(number),
                day_with_year(one.day),
                _with_village(card, one.title, one.village),
                _("、").join(mark_word(came.status, came.came_instead) for came in one.members),
                class_hours(one.minutes) if one.counts else "",
            )
            for number, one in enumerate(card.visits, start=1)
        ),
    )


def card_paper(card: TrainingCard, today: date) -> TablePaper:
    """Each class to which somebody of the household came, who that was, and room for the stamp of who records it."""
    return TablePaper(
        title=_("一户一培训卡：%(name)s家", name=card.head),
        under=" · ".join(
            (_("家里来上课的：%(names)s", names=_("、").join(card.members)), _under(card, today))
        ),
        columns=(
            (_("序号"), 14), (_("日期"), 44), (_("课题"), 0), (_("谁来的"), 66), (_("学时"), 20),
            (_("记录人（章）"), 36),
        ),
        rows=tuple(
            (
                str(number),
                day_with_year(one.day),
                _with_village(card, one.title, one.village),
                _("、").join(came.came_instead or came.name for came in one.members if came.counts_for_household),
                class_hours(one.minutes),
                "",
            )
            for number, one in enumerate(card.came_visits, start=1)
        ),
    )  # fmt: skip


def _under(card: TrainingCard, today: date) -> str:
    counting = [one for one in card.visits if one.counts]
    hours = class_hours(sum(one.minutes for one in counting))
    told = counted("来上课 %(n)d 次，%(hours)s 学时", len(counting), hours=hours)
    return " · ".join((f"{card.village} {card.group}", told, _("到%(day)s", day=day_with_year(today))))


def _with_village(card: TrainingCard, title: str, village: str) -> str:
    return title if village == card.village else _("%(title)s（%(village)s）", title=title, village=village)
