"""The circular of a week (R3, 周通报): what was held, what was not and why, and where nothing was; nobody is ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.overview_text import tell_figures, tell_reasons
from nightschool.formats.region_table import tell_categories
from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk
from nightschool.rules.oversight.figures import ATTENDANCES, DISTINCT_PEOPLE
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nightschool.queries.oversight.overview import RegionFigures
    from nightschool.queries.oversight.weekly import Circular

_NUMBER, _SUMMED = {"kind": ColumnKind.NUMBER}, {"kind": ColumnKind.NUMBER, "is_summed": True}


def _why(one: RegionFigures) -> str:
    """What was given as reason; where nothing was held, in any case what there is to say."""
    if one.held or one.not_held:
        return tell_reasons(one.reasons)
    if one.unrecorded:
        return counted("还有 %(n)d 次没记", one.unrecorded)
    if one.to_come:
        return _("还没到日子")
    return _("还没办夜校") if one.villages and not one.schools else _("没有排课")


def _parts(found: Circular) -> Sequence[RegionFigures]:
    return found.overview.parts or (found.overview.total,)


def _message(found: Circular, asked: PaperAsk) -> Iterator[str]:
    assert asked.period is not None  # it is of a week
    yield tell_figures(found.overview, asked.period)
    if found.overview.total.people is not None:
        yield counted("一共 %(n)d 人来过。", found.overview.total.people)
    if found.taught:
        yield _("讲的有%(titles)s。", titles=_("、").join(found.taught))
    # Each reason is said once, with all places that gave it, in the order in which they come.
    silent: dict[str, list[str]] = {}
    for one in _parts(found):
        if not one.held:
            silent.setdefault(_why(one), []).append(one.name)
    before = counted("没上课的 %(n)d 处：", sum(map(len, silent.values()))) if silent else ""
    for why, places in silent.items():
        for place in places:
            yield before + (_("%(what)s的：", what=why) if place is places[0] else "") + place
            before = _("、")
        before = _("；")
    yield _("。") if silent else ""


CIRCULAR = Paper(
    key="circular",
    form="R3",
    name=N_("周通报"),
    about=N_("一周上了多少课、来了多少人，没上的是什么原因；有一段话可以复制到群里。不排名。"),
    periods=("week",),
    rows=_parts,
    columns=(
        NUMBERED,
        Column("name", N_("地方"), 34),
        Column("planned", N_("排了"), 14, **_SUMMED),
        Column("held", N_("上了"), 14, **_SUMMED),
        Column("attendances", N_("人次"), 16, figure=ATTENDANCES, **_SUMMED),
        Column("people", N_("人数"), 16, figure=DISTINCT_PEOPLE, **_NUMBER),
        Column("categories", N_("各类场次"), 52, tell_categories),
        Column("unrecorded", N_("没登记"), 14, **_SUMMED),
        Column("not_held", N_("没上成"), 14, **_SUMMED),
        Column("why", N_("没上的原因"), 0, _why),
    ),
    notes=lambda found: (_("讲的有%(titles)s。", titles=_("、").join(found.taught)),) if found.taught else (),
    message=_message,
    empty=N_("这里还没有夜校。"),
)
