"""A supervisor's figures as one sentence that can be copied into a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from nightschool.rules.almanac import spoken_day
from nightschool.rules.courses.reasons import reason_word
from nightschool.rules.seasons.periods import Period, tell_period
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from nightschool.queries.oversight.overview import Overview, OverviewSession


def tell_figures(overview: Overview, period: Period, label: str = "") -> str:
    """What was planned and what became of it, so that it adds up, in neutral words; `label`: of these classes alone."""
    total = overview.total
    parts = [counted("要求 %(n)d 次", total.expected)] if total.expected is not None else []
    parts += [
        counted("应开 %(n)d 次", total.planned),
        counted("已开 %(n)d 次", total.held),
        counted("到课 %(n)d 人次", total.attendances),
    ]
    if total.not_held:
        parts.append(
            _("没开成 %(n)d 次（%(reasons)s）", n=total.not_held, reasons=tell_reasons(total.reasons))
        )
    if total.unrecorded:
        parts.append(counted("还有 %(n)d 次没记", total.unrecorded))
    if total.to_come:
        parts.append(counted("还没到日子的 %(n)d 次", total.to_come))
    return _(
        "%(period)s，%(place)s：%(figures)s。",
        period=tell_period(period),
        place=_("%(place)s（只算%(label)s的）", place=overview.name, label=label) if label else overview.name,
        figures=_("，").join(parts),
    )


def tell_overdue(village: str, whom: str, classes: Sequence[tuple[OverviewSession, str]], today: date) -> str:
    """Words to send to whoever keeps the registers of a village; each class with the address of its register."""
    lines = [
        _(
            "%(day)s「%(title)s」：%(address)s",
            day=spoken_day(one.day, today),
            title=one.title,
            address=address,
        )
        for one, address in classes
    ]
    asked = _("%(who)s您好，%(village)s还有课没登记。", who=whom, village=village)
    return "\n".join((asked, *lines, _("上了就点个名；没上也没关系，写一句为什么，就不再提醒了。")))


def tell_reasons(reasons: Mapping[str, int]) -> str:
    """Each reason and how often, in the order of the list of reasons' codes."""
    return _("、").join(
        _("%(reason)s %(n)d 次", reason=reason_word(code), n=reasons[code]) for code in sorted(reasons)
    )
