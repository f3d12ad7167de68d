"""The binder of a village's year (R6, 年度佐证册): one PDF with contents, what is missing, and all its papers."""

from collections.abc import Sequence
from typing import Any

from nightschool.formats.table_paper import NUMBERED, Column, Paper, PaperTable
from nightschool.texts import N_, _, counted, language

BINDER = Paper(
    key="binder",
    form="R6",
    name=N_("档案册"),
    about=N_("一年的表合成一个 PDF，有目录，页码连着；缺什么先列出来，早几个月就看得到。"),
    is_for_binder=True,
    periods=("year", "half", "quarter"),
    looks_back=False,
    under=lambda found, _asked: (counted("还缺 %(n)d 样", len(found)),),
    columns=(
        NUMBERED,
        Column("area", N_("哪方面"), 30),
        Column("what", N_("哪一样"), 100),
        Column("missing", N_("还缺什么")),
    ),
    empty=N_("什么也不缺。打印的那一份里是这段时间的表。"),
)


def binder_data(missing: PaperTable, papers: Sequence[PaperTable]) -> dict[str, Any]:
    """What binder.typ is given: the list of what is missing, then each paper on which something stands."""
    filled = [one for one in papers if one.rows]
    return {
        "lang": language(),
        "title": missing.title,
        "under": " · ".join((missing.under, counted("%(n)d 张表", len(filled)))),
        "contents": _("目录"),
        "foot": missing.foot,
        "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
        "papers": [{**one.data(), "title": _titled(one, missing)} for one in (missing, *filled)],
    }


def _titled(one: PaperTable, missing: PaperTable) -> str:
    return _("还缺什么") if one is missing else one.title
