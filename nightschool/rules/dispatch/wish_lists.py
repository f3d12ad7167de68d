"""Wishes out of a table: which columns say what is wished for, which name somebody and stay out, and the lines."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nightschool.rules.names import normalised
from nightschool.texts import _, counted

_HEAD_WITHIN = 20  # lines; above it may stand a title
# What a column may hold, as its head says it; the first that fits counts.
_HEADS = {
    "topic": r".*(?:想学|学什么|需求|课题|题目|主题|内容|topic).*",
    "category": r".*(?:类别|类型|哪一?类|category).*",
    "households": r".*(?:户数|几户|多少户|人数|households?).*",
    "months": r".*(?:月份|几个?月|农闲|months?).*",
    "groups": r".*(?:组别|小组|村民组|groups?).*|哪?个?[组社队]",
}
_OF_PEOPLE = re.compile(r".*(?:姓名|名字|户主|联系人|电话|手机|身份证|name|phone).*|户|户[(（].*")


@dataclass(frozen=True, slots=True)
class ListedWishes:
    """The lines as `read_wishes` takes them, to be looked through first, and what was left out of the table."""

    lines: tuple[str, ...]
    left_out: tuple[str, ...]  # what the columns are called in which somebody's name or number stood


def wish_lines(rows: Sequence[Sequence[str]], categories: Collection[str]) -> ListedWishes | None:
    """What a sheet lists; None where no line of its first twenty names a column of what is wished for.

    `categories`: the words for those there are; what else stands in that column is passed over.
    """
    named = [_columns(heads) for heads in rows[:_HEAD_WITHIN]]
    fits = [at for at, columns in enumerate(named) if "topic" in columns.values()]
    if not fits:
        return None
    at = next((at for at in fits if len(named[at]) > 1), fits[0])  # a title may speak of wishes, too
    below = [{name: _cell(row, place) for place, name in named[at].items()} for row in rows[at + 1 :]]
    return ListedWishes(
        tuple(_line(cells, categories) for cells in below if cells["topic"]),
        tuple(head for head in rows[at] if _is_of_people(head)),
    )


def _columns(heads: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, head in enumerate(heads):
        plain = re.sub(r"\s", "", normalised(head))
        fits = (
            name
            for name, words in _HEADS.items()
            if name not in found.values() and re.fullmatch(words, plain)
        )
        if plain and not _is_of_people(head) and (name := next(fits, "")):
            found[place] = name
    return found


def _is_of_people(head: str) -> bool:
    return bool(_OF_PEOPLE.fullmatch(re.sub(r"\s", "", normalised(head))))


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _line(cells: dict[str, str], categories: Collection[str]) -> str:
    households = "".join(re.findall(r"[0-9]+", cells.get("households", ""))[:1])
    groups = [
        f"{one}组" if one.isdecimal() else one for one in re.split(r"[\s,，、;；]+", cells.get("groups", ""))
    ]
    months = re.findall(r"[0-9]{1,2}", cells.get("months", ""))
    category = cells.get("category", "")
    parts = (
        cells["topic"],
        f"{households}户" if households else "",
        "、".join(filter(None, groups)),
        "、".join(f"{month}月" for month in months),
        f"【{category}】" if category in categories else "",
    )
    return " ".join(filter(None, parts))


def tell_listed(found: ListedWishes) -> str:
    """What was read, and what was left out, in a sentence or two."""
    told = counted("从表格里读出 %(n)d 行，看一看，改好再记下。", len(found.lines))
    if not found.left_out:
        return told
    columns = _("、").join(found.left_out)
    return told + _("这里不记是谁，这几列没有读：%(columns)s。", columns=columns)
