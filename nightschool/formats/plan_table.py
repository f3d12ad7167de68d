"""The plan of a month as a table (F1, 开课计划表): one row a class session."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, signatures
from nightschool.rules.almanac import clock
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.oversight.plans import state_word, tell_plan_change
from nightschool.rules.places.schools import institution_word
from nightschool.rules.seasons.periods import tell_period, whole_month
from nightschool.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nightschool.queries.oversight.plans import PlanLine, PlanPage
    from nightschool.rules.courses.labels import Labels


class _Planned(NamedTuple):
    line: PlanLine
    plan: PlanPage


def _when(line: PlanLine) -> str:
    """周五 12月4日（十月廿六） 19:00–20:30; the year stands above the table."""
    return f"{tell_moment(line.slot.begins, line.slot.day)}–{clock(line.slot.ends)}"


def tell_teacher(public_name: str, unit: str) -> str:
    """As villagers read it: who did not want the name on the timetable is there by their unit."""
    if not public_name:
        return unit or _("外请老师")
    if unit:
        return _("%(name)s（%(unit)s）", name=public_name, unit=unit)
    return public_name


def tell_lecturers(teachers: Iterable[tuple[str, str]]) -> str:
    """Several of them, each by the name that villagers may read and the unit."""
    return _("；").join(tell_teacher(name, unit) for name, unit in teachers)


def _told_lecturers(line: PlanLine) -> str:
    return tell_lecturers((guest.public_name, guest.unit) for guest in line.guests)


def tell_hosts(labels: Labels[str], village: str) -> str:
    """县农业农村局（县妇联）; the village itself where nobody else is named."""
    hosts = _("、").join(labels.hosts) or village
    if not labels.helpers:
        return hosts
    return _("%(hosts)s（%(helpers)s）", hosts=hosts, helpers=_("、").join(labels.helpers))


def _remark(line: PlanLine) -> str:
    if line.moves_to is not None:
        return _("改期到 %(when)s", when=tell_moment(line.moves_to, line.moves_to.day))
    if line.is_called_off:
        return _("取消：%(why)s", why=tell_reason(line.reason, line.reason_text))
    if not line.is_changed:
        return ""
    return tell_plan_change(line.differs, line.told, line.slot.begins, line.slot.day)


PLAN = Paper(
    key="plan",
    form="F1",
    name=N_("开课计划"),
    about=N_("给镇里的表，也能存成 Excel。"),
    periods=("month",),
    looks_back=False,
    title=lambda plan, _asked: _(
        "%(village)s%(school)s%(month)s开课计划",
        village=plan.village,
        school=institution_word(plan.institution_name),
        month=tell_period(whole_month(plan.standing.month)),
    ),
    under=lambda plan, _asked: (plan.township, state_word(plan.standing)),
    rows=lambda plan: [_Planned(line, plan) for line in plan.lines],
    columns=(
        NUMBERED,
        Column("when", N_("时间"), 50, lambda one: _when(one.line)),
        Column("category", N_("课程类别"), 19, lambda one: one.line.category),
        Column("title", N_("课题"), 0, lambda one: one.line.title),
        Column("venue", N_("地点"), 22, lambda one: one.line.venue or _("还没定")),
        Column("teacher", N_("授课人及单位"), 30, lambda one: _told_lecturers(one.line) or _("还没定")),
        Column("mode", N_("授课形式"), 18, lambda one: mode_word(one.line.mode)),
        Column(
            "organisers", N_("主办（协办）"), 24, lambda one: tell_hosts(one.line.labels, one.plan.village)
        ),
        Column("audience", N_("对象"), 16, lambda one: one.line.audience),
        Column("expected", N_("预计人数"), 11, lambda one: one.line.expected, ColumnKind.NUMBER),
        Column("principal", N_("责任人"), 16, lambda one: one.plan.principal),
        Column("remark", N_("备注"), 24, lambda one: _remark(one.line)),
    ),
    notes=lambda plan: (_("备注：%(note)s", note=plan.note),) if plan.note else (),
    closing=lambda _plan: signatures(_("村（盖章）："), _("乡镇审核："), _("日期：")),
    empty=N_("这个月还没有排课。"),
)
