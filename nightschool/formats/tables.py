"""Reads a table that people hand in, CSV in whatever encoding or an Excel workbook, as rows of text.

Cells are cleaned as what is typed into a form is.
"""

import codecs
import csv
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import starmap
from typing import Any

from nightschool.formats.child import run_child
from nightschool.formats.workbook_reader import MOST_ROWS
from nightschool.rules.typed import one_line

DELIMITERS = (",", "\t", ";")
_ODS = b"mimetypeapplication/vnd.oasis.opendocument"  # at the head of what LibreOffice writes by itself
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of workbooks before 2007, and of newer ones with a password
READ_SECONDS = 60
_MOST_LINES_OF_A_ROW = 6


class TableFault(StrEnum):
    """Why nothing at all can be read from a file."""

    BROKEN_UTF8 = "broken_utf8"
    NOT_TEXT = "not_text"
    HTML = "html"
    ENCRYPTED = "encrypted"
    PDF = "pdf"
    OPEN_DOCUMENT = "open_document"
    BROKEN_WORKBOOK = "broken_workbook"
    TOO_LARGE = "too_large"


class UnreadableTable(Exception):
    """Nothing can be read from this file; `line` where it is known."""

    def __init__(self, fault: TableFault, *, line: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.line = line


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a table as it stands in the file. `cells` is None where quotes do not close."""

    number: int
    cells: tuple[str, ...] | None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or one way to take a text file apart. The cells of a sheet have names (B14)."""

    lines: Iterator[TableLine]
    sheet: str | None = None  # what it is called; None in a text file
    is_hidden: bool = False
    delimiter: str = ","  # what stands between the cells of a text file


def read_tables(data: bytes) -> Iterator[Table]:
    """The tables this file may be read as, likeliest first. Raises UnreadableTable, also while rows are read."""
    if _ODS in data[:100]:
        raise UnreadableTable(TableFault.OPEN_DOCUMENT)
    if data.startswith((b"PK\x03\x04", _OLE)):
        yield from _sheets(data)
        return
    if fault := _other_kind(data):
        raise UnreadableTable(fault)
    text = _decoded(data)
    for delimiter in DELIMITERS:
        yield Table(_split(text, delimiter), delimiter=delimiter)


_IN_POWERS = re.compile(r"([1-9])\.([0-9]+)[eE]\+?([0-9]{1,2})")


def plain_number(typed: str) -> str:
    """The digits without what a spreadsheet put around them: an apostrophe, ="…", a .0, a power of ten with all digits.

    A power of ten with fewer digits stays as it is: what it once stood for cannot be known.
    """
    text = typed.removeprefix("'").removeprefix("\N{RIGHT SINGLE QUOTATION MARK}")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    if (found := _IN_POWERS.fullmatch(text)) and len(found[2].rstrip("0")) <= int(found[3]) <= len(found[2]):
        return found[1] + found[2][: int(found[3])]
    return text.partition(".")[0] if re.fullmatch(r"[0-9]+\.0+", text) else text


def _other_kind(data: bytes) -> TableFault | None:
    start = data[:1024].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith(b"%pdf-"):
        return TableFault.PDF
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"<!--")):
        return TableFault.HTML
    return None


# Text


def _decoded(data: bytes) -> str:
    """The text, whatever it is encoded in: UTF-8, UTF-16 with its mark, or GB18030, which holds GBK and GB2312."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableTable(TableFault.NOT_TEXT) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    # A few broken bytes in UTF-8 would come out of GB18030 as other characters, and no error.
    replaced = data.decode("utf-8-sig", "replace")
    broken = replaced.count("\N{REPLACEMENT CHARACTER}")
    whole = sum(1 for character in replaced if not character.isascii()) - broken
    if data.startswith(codecs.BOM_UTF8) or whole > broken:
        raise UnreadableTable(TableFault.BROKEN_UTF8, line=line)
    if b"\0" in data:
        raise UnreadableTable(TableFault.NOT_TEXT)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableTable(TableFault.NOT_TEXT) from None


def _split(text: str, delimiter: str) -> Iterator[TableLine]:
    # Not str.splitlines, which also breaks at characters that would be a fault inside a name.
    lines = re.split(r"\r\n|\n|\r", text)
    number = at = 0
    while at < len(lines):
        number += 1
        if number > MOST_ROWS:
            raise UnreadableTable(TableFault.TOO_LARGE)
        cells, taken = _row(lines[at : at + _MOST_LINES_OF_A_ROW], delimiter)
        yield TableLine(number, cells, "\n".join(lines[at : at + taken]))
        at += taken


def _row(lines: Sequence[str], delimiter: str) -> tuple[tuple[str, ...] | None, int]:
    """The cells of the row that begins here, and how many lines it takes: a cell in quotes may hold line breaks.

    Quotes that do not close soon spoil their own line only, and cells are None.
    """
    for taken in range(1, len(lines) + 1):
        try:
            row = next(csv.reader(["\n".join(lines[:taken])], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        return tuple(map(one_line, row)), taken
    return None, 1


# Workbooks


def _sheets(data: bytes) -> Iterator[Table]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableTable(TableFault.ENCRYPTED)
    try:
        done = run_child("workbook_reader", data, seconds=READ_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreadableTable(TableFault.TOO_LARGE) from None
    if done.returncode:  # it met one of its limits
        raise UnreadableTable(TableFault.TOO_LARGE)
    answer = json.loads(done.stdout)
    if "fault" in answer:
        raise UnreadableTable(TableFault(answer["fault"]))
    for sheet in answer["sheets"]:
        yield Table(
            starmap(_line, enumerate(sheet["rows"], start=1)),
            sheet=one_line(sheet["name"]),
            is_hidden=sheet["is_hidden"],
        )


def _line(number: int, values: Iterable[Any]) -> TableLine:
    cells = tuple("" if value is None else _text(value) for value in values)
    return TableLine(number, cells, " ".join(cell for cell in cells if cell))


def _text(value: Any) -> str:
    """A cell as text; a whole number without its .0, however Excel kept it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # Excel keeps 15 digits
        return str(int(value))
    return one_line(str(value))
