"""Households from which nobody came yet, on paper for who invites them (R7); it leaves the village in no form."""

from nightschool.formats.table_paper import NUMBERED, Column, Paper
from nightschool.texts import N_, _, counted

UNREACHED_HOUSEHOLDS = Paper(
    key="unreached",
    form="R7",
    name=N_("还没来过的人家"),
    about=N_("名单上的人家，这段时间一次都没来过的，上门请的时候带着。只有村里看得到。"),
    is_for_binder=True,
    periods=("year", "half", "quarter", "month", "days"),
    looks_back=False,
    under=lambda found, _asked: (
        counted("名单上 %(n)d 户", found.all),
        counted("%(n)d 户没来过", len(found.households)),
        _("夜校自己留着用，不张贴、不外传"),
    ),
    rows=lambda found: found.households,
    columns=(
        NUMBERED,
        Column("group", N_("组别"), 34),
        Column("head", N_("户主"), 46),
        Column("members", N_("名单上的人"), 90, lambda one: _("、").join(one.members)),
        Column("remark", N_("怎么说的"), of=lambda _one: ""),
    ),
    empty=N_("名单上的人家，这段时间都有人来过。"),
)
