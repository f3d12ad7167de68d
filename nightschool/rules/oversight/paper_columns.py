"""A region's own columns of a paper: what they are called, in which order, and which are not shown; its own blank ones.

They are data. Where nothing is chosen the paper has its own columns, and a village those of the nearest region above.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightschool.errors import Refused, refuse_all
from nightschool.rules.names import compared
from nightschool.rules.typed import one_line
from nightschool.texts import N_, _

BLANK = ""  # the key of a column to write in by hand
MOST_PRINTED = 20
LONGEST_HEADING = 20

_MEANS = re.compile(r"[=＝]")
_FOR_BLANK = N_("空")


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """One column as a region wants it. `key`: of the paper's own columns, or BLANK."""

    key: str
    name: str
    is_shown: bool = True


def check_columns(chosen: Sequence[ChosenColumn], known: Collection[str]) -> None:
    """Raises Refused unless a paper can have these columns, with the number of the row as its field: all at once.

    The codes: `unknown_column`, `column_twice`, `heading_missing`, `heading_too_long`, `heading_twice`; without a row
    `no_column` and `too_many_columns`.
    """
    refuse_all(_problems(chosen, known))


def _problems(chosen: Sequence[ChosenColumn], known: Collection[str]) -> Iterator[Refused]:
    shown = [one for one in chosen if one.is_shown]
    if not shown:
        yield Refused("no_column")
    if len(shown) > MOST_PRINTED:
        yield Refused("too_many_columns", most=MOST_PRINTED, n=len(shown))
    keys: set[str] = set()
    names: set[str] = set()
    for number, one in enumerate(chosen):
        where: dict[str, Any] = {"field": str(number), "row": number + 1}
        where["name"] = one.name[:LONGEST_HEADING] or one.key
        if one.key != BLANK and one.key not in known:
            yield Refused("unknown_column", **where)
        elif one.key != BLANK and one.key in keys:
            yield Refused("column_twice", **where)
        if not one.name:
            yield Refused("heading_missing", **where)
        elif len(one.name) > LONGEST_HEADING:
            yield Refused("heading_too_long", most=LONGEST_HEADING, **where)
        elif one.is_shown and compared(one.name) in names:
            yield Refused("heading_twice", **where)
        keys.add(one.key)
        names |= {compared(one.name)} if one.is_shown else set()


def read_heading(text: str, standard: Mapping[str, str]) -> tuple[ChosenColumn, ...]:
    """The columns that a row of headings means, as a table program copies it.

    「培训日期=日期」 is our 日期 by another name, 「党员=空」 a blank column. `standard`: key -> the paper's own name.

    Raises: Refused with `unknown_heading` for each cell that means nothing, and which cell that is.
    """
    keys = {compared(name): key for key, name in standard.items()}
    found: list[ChosenColumn] = []
    unknown: list[Refused] = []
    for number, cell in enumerate(re.split(r"[\t\n]", text)):
        name, *rest = map(one_line, _MEANS.split(cell, maxsplit=1))
        means = rest[0] if rest else name
        if not name:
            continue
        key = BLANK if rest and means in (_FOR_BLANK, _(_FOR_BLANK)) else keys.get(compared(means))
        if key is None:
            unknown.append(
                Refused("unknown_heading", field="pasted", cell=_cell(number), text=means[:LONGEST_HEADING])
            )
        else:
            found.append(ChosenColumn(key, name))
    refuse_all(unknown)
    return tuple(found)


def _cell(number: int) -> str:
    """A1, B1, …, AA1: where a table program shows the how manieth heading."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}1"


_REFUSED = {
    "unknown_column": N_("第 %(row)d 行：这张表没有「%(name)s」这一栏，可能是刚升级改过。重新打开这一页。"),
    "column_twice": N_("第 %(row)d 行：「%(name)s」这一栏写了两遍，留一个。"),
    "heading_missing": N_("第 %(row)d 行：还没写叫什么。不要这一栏，就不勾「印出来」。"),
    "heading_too_long": N_("第 %(row)d 行：「%(name)s…」太长，最多 %(most)d 个字，不然印不下。"),
    "heading_twice": N_("第 %(row)d 行：有两栏都叫「%(name)s」，换一个叫法。"),
    "no_column": N_("一栏都没勾，这张表就空了。至少留一栏。"),
    "too_many_columns": N_("勾了 %(n)d 栏，一张纸最多印 %(most)d 栏。"),
    "unknown_heading": N_(
        "%(cell)s：夜校没有「%(text)s」这一栏。是我们的哪一栏，就写成「%(text)s=日期」这样；要留空手填，就写成「%(text)s=空」。"
    ),
}


def tell_refused_columns(refused: Refused) -> str:
    """One sentence: which column, by its row or its cell, cannot be, and what to do."""
    return _(_REFUSED[refused.code], **refused.details)
