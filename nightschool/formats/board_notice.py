"""The month on the notice board (F2, 教学活动预告): large type, and the answers to what was asked last time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import Column, Paper
from nightschool.formats.timetable_text import (
    tell_change,
    tell_contact,
    tell_name,
    tell_origin,
    tell_teachers,
    tell_times,
    tell_where,
)
from nightschool.rules.almanac import full_day
from nightschool.rules.seasons.periods import tell_period
from nightschool.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nightschool.queries.notices.board_months import BoardMonth
    from nightschool.queries.notices.timetable import Entry


def _what(entry: Entry) -> str:
    beside = tell_change(entry, entry.slot.day) or tell_origin(entry, entry.slot.day)
    return _("%(title)s（%(change)s）", title=entry.title, change=beside) if beside else entry.title


def _when(entry: Entry) -> str:
    return _("%(day)s %(time)s", day=full_day(entry.slot.day, entry.slot.day), time=tell_times(entry.slot))


def _notes(found: BoardMonth) -> Iterable[str]:
    if found.answered:
        yield _("上次大家问的，有答复了：")
    for one in found.answered:
        yield _("问：%(question)s 答：%(answer)s", question=one.text, answer=one.answer)
    yield _("如有变动，听广播。%(contact)s", contact=tell_contact(found.village.school))


BOARD_NOTICE = Paper(
    key="board",
    form="F2",
    name=N_("教学活动预告"),
    about=N_("一个月的课和上次提问的答复，大字，A4 或 A3，贴在公示栏。"),
    periods=("month",),
    looks_back=False,
    sheets=("a4", "a3"),
    rows=lambda found: found.entries,
    title=lambda found, asked: _(
        "%(school)s %(month)s教学活动预告",
        school=tell_name(found.village),
        month=tell_period(asked.period),
    ),
    under=lambda found, _asked: (tell_where(found.village),),
    columns=(
        Column("when", N_("时间"), 48, _when),
        Column("title", N_("课题"), 0, _what),
        Column("teacher", N_("主讲"), 40, lambda entry: tell_teachers(entry.teachers)),
        Column("venue", N_("地点"), 36, lambda entry: entry.venue),
    ),
    notes=_notes,
    empty=N_("这个月还没有公布的课。"),
)
