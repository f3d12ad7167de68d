"""What lies on the table when a week is talked over (R1, 会商单) and when teachers are sent out (R2, 调度单)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.plan_table import tell_lecturers, tell_teacher
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper
from nightschool.rules.almanac import clock, day_with_year, spoken_day
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.places.schools import asked_of
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nightschool.queries.oversight.weekly import ComingClass, Consulting, Dispatching, VillageNeed

_CLOSED = {"teacher": N_("老师那天来不了"), "venue": N_("地方那天用不成")}
_SETTLED = Column("settled", N_("怎么定的"), 28, lambda _one: "")
_COUNT = {"kind": ColumnKind.NUMBER}


def _when(one: ComingClass) -> str:
    return f"{tell_moment(one.slot.begins, one.slot.day)}–{clock(one.slot.ends)}" if one.slot else ""


def _to_settle(one: ComingClass) -> str:
    if one.slot is None and one.drafts:
        return counted("排了 %(n)d 节，还没公布", one.drafts)
    if one.slot is None:
        why = tell_reason(one.reason, one.reason_text)
        return _("这两周的取消了：%(why)s", why=why) if why else _("这两周没有排课")
    needs = [_(_CLOSED[kind]) for kind in one.closed]
    needs += [_("还没定老师")] * (not one.teachers) + [_("还没定地方")] * (not one.venue)
    return _("；").join([*needs, *[_("这天还有别的课")] * one.has_others])


def _in_villages(heading: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    told = _("、").join(f"{village} {n}" for village, n in counts.items())
    return _("%(heading)s：%(what)s", heading=heading, what=told)


def _waiting(found: Consulting) -> Iterator[str]:
    yield _in_villages(_("上过了还没登记的课（节）"), found.unrecorded)
    yield _in_villages(_("还没答复的提问（个）"), found.questions)


CONSULTING = Paper(
    key="consulting",
    form="R1",
    name=N_("周会商单"),
    about=N_("接下来两周的课，每节还差什么，哪个村没有排；开会时一条一条定。"),
    title=lambda _found, asked: _(
        "%(place)s会商单 %(day)s起两周", place=asked.place, day=day_with_year(asked.today)
    ),
    rows=lambda found: found.classes,
    columns=(
        NUMBERED,
        Column("village", N_("村"), 30),
        Column("when", N_("时间"), 56, _when),
        Column("title", N_("课题")),
        Column("teacher", N_("授课人及单位"), 44, lambda one: tell_lecturers(one.teachers)),
        Column("venue", N_("地点"), 28),
        Column("to_settle", N_("要定的事"), 44, _to_settle),
        _SETTLED,
    ),
    notes=_waiting,
    empty=N_("这里还没有夜校。"),
)


def _whom(one: VillageNeed) -> str:
    return f"{asked_of(one.contact.contact_name, one.contact.principal)} {one.contact.contact_phone}".strip()


def _following(one: VillageNeed) -> str:
    if one.next_day is None:
        return _("没有排课")
    return f"{spoken_day(one.next_day, one.next_day)} {one.next_title}"


def _teachers(found: Dispatching) -> Iterator[str]:
    names = [(tell_teacher(one.public_name, one.unit), one.classes) for one in found.teachers]
    yield _in_villages(_("两周里有课的老师（节）"), {name: n for name, n in names if n})
    if free := [name for name, n in names if not n]:
        yield _("%(heading)s：%(what)s", heading=_("两周里没有课的老师"), what=_("、").join(free))


DISPATCHING = Paper(
    key="dispatching",
    form="R2",
    name=N_("周调度单"),
    about=N_("30 天没上课又没排的村、缺老师的课、等着答复的提问；下面是哪些老师有空。按区划代码排，不排名。"),
    title=lambda _found, asked: _(
        "%(place)s调度单 %(day)s", place=asked.place, day=day_with_year(asked.today)
    ),
    rows=lambda found: found.needs,
    columns=(
        NUMBERED,
        Column("township", N_("乡镇"), 24, lambda one: one.contact.township),
        Column("village", N_("村"), 26, lambda one: one.contact.village),
        Column("last", N_("上次上课"), 42, kind=ColumnKind.DAY),
        Column("days", N_("几天没上"), 15, **_COUNT),
        Column("reason", N_("没上的原因"), 28, lambda one: tell_reason(one.reason, one.reason_text)),
        Column("next", N_("下一节"), 0, _following),
        Column("teacherless", N_("缺老师的课"), 15, **_COUNT),
        Column("questions", N_("等答复的提问"), 15, **_COUNT),
        Column("waited", N_("最久等了几天"), 15, **_COUNT),
        Column("whom", N_("打电话找"), 40, _whom),
        _SETTLED,
    ),
    notes=_teachers,
    empty=N_("没有要调度的事：都上了课，或者排好了，老师都定了，提问都答了。"),
)
