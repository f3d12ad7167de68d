"""The sheet of a trip, for the driver and the teacher: where to, when, how far, and whom to phone on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.almanac import spoken_day, tell_hours
from nightschool.rules.dispatch.trips import tell_moved_up
from nightschool.texts import N_, _

if TYPE_CHECKING:
    from nightschool.queries.dispatch.dispatches import TripLeg


def _when(leg: TripLeg) -> str:
    slot = leg.line.slot
    return f"{spoken_day(slot.day, slot.day)} {tell_hours(slot.starts, slot.ends)}"


def _way(leg: TripLeg) -> str:
    if leg.way is None:
        return ""
    words = {"km": max(1, round(leg.way.km)), "minutes": leg.way.minutes}
    return _("%(km)d 公里，约 %(minutes)d 分钟", **words)


TRIP_SHEET = Paper(
    key="trip",
    form="F4",
    name=N_("巡回单"),
    about=N_("一位老师一趟走几个村，司机和老师各拿一张：几点到哪里，找谁。"),
    title=lambda legs, _asked: _("巡回单：%(name)s", name=legs[0].line.teacher_name),
    notes=lambda legs: tell_moved_up([leg.leg for leg in legs], legs[0].at),
    under=lambda legs, _asked: [legs[0].line.unit, legs[0].line.note],
    columns=(
        NUMBERED,
        Column("when", N_("时间"), 56, _when),
        Column("village", N_("村"), 46, lambda leg: f"{leg.line.township} {leg.line.village}".strip()),
        Column("way", N_("离上一站"), 40, _way),
        Column("topic", N_("课题"), 0, lambda leg: leg.line.topic),
        Column("venue", N_("地点"), 30, lambda leg: leg.line.venue),
        Column("expected", N_("预计人数"), 18, lambda leg: leg.line.expected, ColumnKind.NUMBER),
        Column(
            "whom", N_("到了找"), 44, lambda leg: f"{leg.line.contact_name} {leg.line.contact_phone}".strip()
        ),
        Column("told", N_("回话"), 34, lambda leg: leg.line.told),
    ),
)
