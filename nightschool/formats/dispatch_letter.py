"""The letter by which a teacher's unit is asked to send them (F4, 派单函), with the receipt that comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.table_paper import Column, Paper, signatures
from nightschool.rules.almanac import day_with_year, tell_hours, weekday_name
from nightschool.texts import N_, _, counted

if TYPE_CHECKING:
    from nightschool.queries.dispatch.dispatches import DispatchLine

_NUMBER_OF = 8  # characters of the public id: enough to find the one among those of a county
_SIGN = "_" * 14


def _items(one: DispatchLine) -> list[tuple[str, str]]:
    slot = one.slot
    when = f"{day_with_year(slot.day)} {weekday_name(slot.day)} {tell_hours(slot.starts, slot.ends)}"
    return [
        (_("需求村"), f"{one.township} {one.village}".strip()),
        (_("课题"), one.topic),
        (_("时间"), when),
        (_("地点"), one.venue or _("地点还没定")),
        (_("对象人数"), counted("大约 %(n)d 人", one.expected) if one.expected else ""),
        (_("派往教师"), one.teacher_name),
        (_("单位"), one.unit),
        (_("接送、设备"), one.note),
        (_("村里联系人"), f"{one.contact_name} {one.contact_phone}".strip()),
        (_("回执"), _("□ 接，按时到    □ 谢绝，原因：%(line)s", line=_SIGN * 2)),
    ]


DISPATCH_LETTER = Paper(
    key="letter",
    form="F4",
    name=N_("派单函"),
    about=N_("请老师的单位派老师去讲一课，下面是回执。"),
    title=lambda _found, _asked: _("派单函"),
    under=lambda one, _asked: [
        _("致：%(unit)s", unit=one.unit or one.teacher_name),
        _("编号 %(number)s", number=one.public_id[:_NUMBER_OF]),
        _("请按下面的时间派老师到村里讲课，回执填好交回%(office)s。", office=one.office),
    ],
    rows=_items,
    columns=(
        Column("item", N_("项目"), 40, lambda pair: pair[0]),
        Column("what", N_("内容"), 0, lambda pair: pair[1]),
    ),
    closing=lambda one: signatures(
        _("%(office)s（盖章）：", office=one.office), _("单位（盖章）："), _("日期：")
    ),
)
