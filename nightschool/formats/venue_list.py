"""The venues of a village on paper (F14, 场所登记): what each is like, and who has the key."""

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, signatures
from nightschool.rules.places.venues import VENUE_KINDS
from nightschool.texts import N_, _

VENUE_LIST = Paper(
    key="venues",
    form="F14",
    name=N_("场所登记表"),
    about=N_("每个场地多大、能坐几个、有没有灯、钥匙在谁那里。"),
    is_for_binder=True,
    columns=(
        NUMBERED,
        Column("name", N_("名称"), 44),
        Column("kind", N_("类型"), 32, lambda one: _(VENUE_KINDS[one.kind])),
        Column("area_m2", N_("平方米"), 18, kind=ColumnKind.NUMBER),
        Column("seats", N_("座位"), 16, kind=ColumnKind.NUMBER),
        Column("is_covered", N_("遮雨"), 14, lambda one: _("有") if one.is_covered else _("没有")),
        Column("is_lit", N_("照明"), 14, lambda one: _("有") if one.is_lit else _("没有")),
        Column("directions", N_("怎么走")),
        Column("key_holder", N_("钥匙在谁那里"), 28),
        Column("phone", N_("联系电话"), 32, lambda one: one.masked_phone),
    ),
    closing=lambda _found: signatures(_("村（盖章）："), _("日期：")),
    empty=N_("还没有登记场地。"),
)
