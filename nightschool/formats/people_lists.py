"""Reads a list of people out of a spreadsheet: every sheet that has one, without any identity number in it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise

from nightschool.errors import Refused
from nightschool.formats.tables import Table, TableLine, plain_number, read_tables
from nightschool.rules.people.lists import (
    MOST_PEOPLE,
    PeopleSheet,
    columns_named,
    columns_seen,
    head_of,
    is_identity_head,
)
from nightschool.rules.typed import has_identity_number

_ROUNDED_IDENTITY = re.compile(
    r"[1-9](?:\.[0-9]+)?[eE]\+?17"
)  # as Excel shows one that was typed as a number


def likely_columns(kind: str, sheet: PeopleSheet) -> tuple[str, ...]:
    """What each column most likely holds."""
    first = [cells for _number, cells in sheet.below()[:200]]
    named = columns_named(kind, sheet.heads())
    found = named if "name" in named else columns_seen(kind, first)
    return found + ("",) * (max(map(len, first), default=0) - len(found))


def read_sheets(data: bytes, *, kind: str) -> tuple[tuple[PeopleSheet, ...], tuple[str, ...]]:
    """The sheets in which people stand, and the names of those in which none do.

    Raises: UnreadableTable, Refused with `nobody_in_it` or `too_many`.
    """
    found: list[PeopleSheet] = []
    unread: list[tuple[str, PeopleSheet, bool]] = []
    known = 0
    for table in read_tables(data):
        sheet, *beside = _side_by_side(_sheet(table, kind), kind)
        columns = likely_columns(kind, sheet)
        if "name" in columns and not table.is_hidden:
            if table.sheet is not None:
                found += [sheet, *beside]
            elif len(list(filter(None, columns))) > known:  # the way to take the text apart that names most
                found, known = [sheet, *beside], len(list(filter(None, columns)))
        elif table.sheet and sheet.lines:
            unread.append((table.sheet, sheet, table.is_hidden))
        elif table.sheet is None and sheet.lines and len(sheet.lines[0][1]) > 1:
            unread.append(("", sheet, False))
    if not found:  # whoever looks at it says which column is the name
        found = [sheet for _name, sheet, is_hidden in unread if not is_hidden][:1]
        unread = unread[1:]
    if not found:
        raise Refused("nobody_in_it")
    if sum(len(sheet.lines) for sheet in found) > MOST_PEOPLE + 100:
        raise Refused("too_many", n=MOST_PEOPLE)
    return tuple(found), tuple(name for name, _sheet, _hidden in unread if name)


def _sheet(table: Table, kind: str) -> PeopleSheet:
    lines = [(line.number, _cells(line, table.delimiter)) for line in islice(table.lines, MOST_PEOPLE + 101)]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    head = head_of(kind, [cells for _number, cells in lines])
    if head is not None and (
        heads := _in_two_lines(kind, [cells for _number, cells in lines[head : head + 2]])
    ):
        lines[head : head + 2] = [(lines[head][0], heads)]
    heads = lines[head][1] if head is not None else ()
    places = {place for place, name in enumerate(heads) if is_identity_head(name)}
    kept = []
    for at, (number, cells) in enumerate(lines):
        if at == head:
            kept.append((number, cells))
            continue
        numbers = {place for place, cell in enumerate(cells) if len(cell) > 14 and _is_identity(cell)}
        places |= numbers
        gone = numbers | {place for place in places if at > (head if head is not None else -1)}
        kept.append((number, tuple("" if place in gone else cell for place, cell in enumerate(cells))))
    named = (
        heads[place] if place < len(heads) and heads[place] else str(place + 1) for place in sorted(places)
    )
    return PeopleSheet(table.sheet or "", head, tuple(kept), tuple(named))


def _side_by_side(sheet: PeopleSheet, kind: str) -> list[PeopleSheet]:
    """The lists that stand beside each other under the same column names, as for printing; mostly there is one."""
    heads = sheet.heads()
    names = [place for place, head in enumerate(heads) if "name" in columns_named(kind, (head,))]
    starts = [place - names[0] for place in names] or [0]
    parts = list(pairwise([*starts, max(len(cells) for _number, cells in sheet.lines) if sheet.lines else 0]))
    if len({frozenset(columns_named(kind, heads[start:end])) - {""} for start, end in parts}) > 1:
        return [sheet]
    return [
        replace(
            sheet, lines=tuple((number, ("",) * start + cells[start:end]) for number, cells in sheet.lines)
        )
        for start, end in parts
    ]


def _in_two_lines(kind: str, lines: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """What columns are called of which the line below names parts: 基本情况 over 性别 and 年龄. Empty: it does not."""
    over, under = lines[0], lines[1] if len(lines) > 1 else ()
    at = columns_named(kind, over).index("name")
    if (at < len(under) and under[at]) or not any(columns_named(kind, under)):
        return ()
    width = max(len(over), len(under))
    pairs = zip((*over, *[""] * width)[:width], (*under, *[""] * width)[:width], strict=True)
    return tuple(below or above for above, below in pairs)


def _cells(line: TableLine, delimiter: str) -> tuple[str, ...]:
    # Where quotes do not close, each cell is what stands between two commas.
    broken = (cell.strip('" ') for cell in line.raw.split(delimiter))
    cells = list(broken if line.cells is None else line.cells)
    while cells and not cells[-1]:
        cells.pop()
    return tuple(plain_number(cell) for cell in cells)


def _is_identity(cell: str) -> bool:
    return has_identity_number(cell) or _ROUNDED_IDENTITY.fullmatch(cell) is not None
