"""The form an inspector takes along: which classes were drawn, whom to ask the way, and room for what is found.

And what was noted at the classes of a village, for that village.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, signatures
from nightschool.rules.almanac import spoken_day, tell_hours
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.oversight.inspections import VisitOutcome, outcome_word, tell_share
from nightschool.texts import N_, _

if TYPE_CHECKING:
    from nightschool.formats.table_paper import PaperAsk
    from nightschool.queries.oversight.inspections import InspectionPage, VisitLine


def tell_finding(one: VisitLine) -> str:
    """没上课：天气不好; empty while nothing is noted."""
    if one.outcome is None:
        return ""
    why = tell_reason(one.reason, one.reason_text)
    word = outcome_word(one.outcome)
    return _("%(what)s：%(why)s", what=word, why=why) if why else word


def _when(one: VisitLine) -> str:
    return f"{spoken_day(one.slot.day, one.slot.day)} {tell_hours(one.slot.starts, one.slot.ends)}"


def _boxes(one: VisitLine) -> str:
    return tell_finding(one) or " ".join(f"□{outcome_word(each)}" for each in VisitOutcome)


def _contact(one: VisitLine) -> str:
    return f"{one.contact_name} {one.contact_phone}".strip()


def _under(found: InspectionPage, _asked: PaperAsk) -> list[str]:
    told = [
        _(
            "%(place)s 开车 %(minutes)d 分钟以内、这几天晚上的 %(n)d 次课里抽的。去之前不通知。",
            place=found.place,
            minutes=found.minutes,
            n=len(found.frame),
        )
    ]
    if found.by_township:
        told = [
            _(
                "%(place)s没有填位置，远近算不出来，从它那里的 %(n)d 次课里抽的。去之前不通知。",
                place=found.place,
                n=len(found.frame),
            )
        ]
    return [*told, _("抽签的种子：%(seed)s。", seed=found.seed)]


INSPECTION_SHEET = Paper(
    key="sheet",
    form="",
    name=N_("随机看课表"),
    about=N_("抽到的课，一张纸带去，看到什么打个勾；没上的写原因，问得到再写。"),
    title=lambda found, _asked: _("%(place)s 随机看课表", place=found.region),
    under=_under,
    rows=lambda found: found.visits,
    columns=(
        NUMBERED,
        Column("when", N_("时间"), 34, _when),
        Column("village", N_("村"), 34, lambda one: f"{one.township}{one.village}"),
        Column("title", N_("课"), 36),
        Column("venue", N_("在哪里"), 24),
        Column("contact", N_("打电话找"), 40, _contact),
        Column("found", N_("看到的"), 44, _boxes),
        Column("why", N_("没上课，为什么"), 0, lambda _one: ""),
    ),
    notes=lambda found: tell_share(found.share, len(found.frame)),
    closing=lambda _found: signatures(_("看课人："), _("日期：")),
)

VISITS = Paper(
    key="visits",
    form="",
    name=N_("上面来看过的课"),
    about=N_("上面随机抽到、来看过的课，和当时记下的；只有本村看得到，不拿来排名次。"),
    is_for_binder=True,
    rows=lambda found: found,
    columns=(
        NUMBERED,
        Column("day", N_("日期"), 34, lambda one: one.slot.day, kind=ColumnKind.DAY),
        Column("title", N_("课"), 70),
        Column("office", N_("谁来看的"), 50),
        Column("found", N_("记下的"), 0, tell_finding),
    ),
    empty=N_("还没有来看过。"),
)
