"""Wishes out of a table: which columns say what is wished for, which name somebody and stay out, and the lines."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nightschool.rules.dispatch.wishes import TIMES, months_in, times_in
from nightschool.rules.names import normalised
from nightschool.rules.numerals import number_of
from nightschool.texts import _, counted

_HEAD_WITHIN = 20  # lines; above it may stand a title
_TOLD_UNREAD = 8  # cells
# What a column may hold, as its head says it; the first that fits counts.
_HEADS = {
    "topic": r".*(?:想学|学什么|需求|课题|题目|主题|内容|topic).*",
    "category": r".*(?:类别|类型|哪一?类|category).*",
    "households": r".*(?:户数|几户|多少户|人数|households?).*",
    "months": r".*(?:月份|几个?月|农闲|months?).*",
    "times": r".*(?:什么时候|时间|时段|times?).*",
    "groups": r".*(?:组别|小组|村民组|groups?).*|哪?个?[组社队]",
}
_OF_PEOPLE = re.compile(r".*(?:姓名|名字|户主|联系人|电话|手机|身份证|name|phone).*|户|户[(（].*")


_NOT_TICKED = re.compile(r"[□☐○]\s*\S*")
_TICKED = re.compile(r"[☑☒■●√✓✔]")


@dataclass(frozen=True, slots=True)
class UnreadCell:
    """A cell of a wish that says nothing its column can hold, with the line of the table in which it stands."""

    line: int
    head: str
    written: str


@dataclass(frozen=True, slots=True)
class ListedWishes:
    """The lines as `read_wishes` takes them, to be looked through first, and what was left out of the table."""

    lines: tuple[str, ...]
    left_out: tuple[str, ...]  # what the columns are called in which somebody's name or number stood
    unread: tuple[UnreadCell, ...]


def wish_lines(rows: Sequence[tuple[int, Sequence[str]]], categories: Collection[str]) -> ListedWishes | None:
    """What a sheet lists, of which these are the lines by number.

    None where no line of its first twenty names a column of what is wished for. `categories`: the words for those
    there are.
    """
    named = [_columns(heads) for _number, heads in rows[:_HEAD_WITHIN]]
    fits = [at for at, columns in enumerate(named) if "topic" in columns.values()]
    if not fits:
        return None
    at = next((at for at in fits if len(named[at]) > 1), fits[0])  # a title may speak of wishes, too
    heads = rows[at][1]
    lines, unread = [], []
    for number, row in rows[at + 1 :]:
        cells = {name: _cell(row, place) for place, name in named[at].items()}
        if not cells["topic"]:
            continue
        told = {name: _told(name, cell, categories) for name, cell in cells.items()}
        lines.append(" ".join(filter(None, (told.get(name) for name in _IN_LINE))))
        unread += [
            UnreadCell(number, heads[place], cells[name])
            for place, name in named[at].items()
            if told[name] is None
        ]
    return ListedWishes(tuple(lines), tuple(head for head in heads if _is_of_people(head)), tuple(unread))


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


_IN_LINE = ("topic", "households", "groups", "months", "times", "category")


def _told(name: str, cell: str, categories: Collection[str]) -> str | None:
    """What the line says of this cell; None where it says nothing its column can hold."""
    if name == "topic" or not cell.strip():
        return cell.strip()
    plain = re.sub(r"[\s,;]+", "、", _TICKED.sub("", _NOT_TICKED.sub("", normalised(cell))).strip())
    match name:
        case "households":
            number = number_of(plain.removesuffix("户")) or number_of(re.sub(r"\D*(\d+)\D*", r"\1", plain))
            return f"{number}户" if number else None
        case "months":
            months = months_in(plain)
            if months is None:
                months = months_in(f"{plain}月")
            if months is None or max(months, default=1) > 12:
                return None
            return "、".join(f"{one}月" for one in months)
        case "times":
            times = times_in(plain) if plain else ()
            return None if times is None else "、".join(TIMES[one] for one in times)
        case "groups":
            return "、".join(f"{one}组" if one.isdecimal() else one for one in plain.split("、"))
    return f"【{cell}】" if cell in categories else None


def tell_listed(found: ListedWishes) -> str:
    """What was read, and what was left out or not understood, in a sentence or two."""
    told = counted("从表格里读出 %(n)d 行，看一看，改好再记下。", len(found.lines))
    if found.left_out:
        told += _("这里不记是谁，这几列没有读：%(columns)s。", columns=_("、").join(found.left_out))
    if found.unread:
        cells = [
            _(
                "第 %(line)d 行「%(head)s」写的「%(written)s」",
                line=one.line,
                head=one.head,
                written=one.written[:20],
            )
            for one in found.unread[:_TOLD_UNREAD]
        ]
        told += counted("有 %(n)d 格没读懂，自己补上：", len(found.unread)) + _("；").join(cells) + _("。")
    return told
