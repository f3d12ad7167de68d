"""A paper is a definition: what it is called, and what each of its columns says of a row of one query.

`lay_out` makes one `PaperTable` of a definition and of what the query found, and page, PDF, Excel and text to copy are
written from that, so that they cannot disagree. A new paper: CONTRIBUTING.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from nightschool.formats.workbooks import in_bytes, row_height, set_up, unbroken, write_text
from nightschool.rules.almanac import day_with_year
from nightschool.rules.oversight.figures import Definition, tell_figure
from nightschool.rules.oversight.paper_columns import BLANK, ChosenColumn
from nightschool.rules.registers.graduation import class_hours
from nightschool.rules.seasons.periods import Period, tell_period
from nightschool.texts import N_, _, language

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | date | None
MOST_OF_A_MESSAGE = 300  # characters, with of when it is
NUMBER_OF_ROW = "number"  # the key of the column that counts the rows

_DAY = "yyyy-mm-dd"
_LEFT_OVER_CHARACTERS = 30  # of a workbook's column that has what is left on paper
_MILLIMETRES_A_CHARACTER = 2
_BLANK_WIDTH = 18  # of a region's own column, to write in by hand


class ColumnKind(StrEnum):
    """What stands in a column: how it is written, and where in its cell."""

    TEXT = "text"  # telephones and codes too: text in a workbook whatever they look like
    DAY = "day"
    NUMBER = "number"
    HOURS = "hours"  # minutes, written as 学时

    @property
    def is_counted(self) -> bool:
        return self in (ColumnKind.NUMBER, ColumnKind.HOURS)


@dataclass(frozen=True)
class Column:
    """One column. `of`: what stands there of a row; without it what the row has under the column's key."""

    key: str
    heading: str  # N_()
    width: int = 0  # in millimetres; 0: what is left, of one column
    of: Callable[[Any], Value] | None = None
    kind: ColumnKind = ColumnKind.TEXT
    figure: Definition | None = None  # what is counted here, where it is a figure with a definition
    is_summed: bool = False
    where_any: bool = False  # left out where no row has anything there
    # By version of its figure: how a former one is read off a row.
    formerly: Mapping[int, Callable[[Any], Value]] = field(default_factory=dict)

    def on(self, day: date) -> Column:
        """The column with its figure as it was counted on this day."""
        then = self.figure.on(day) if self.figure else None
        if then is None or then is self.figure:
            return self
        return replace(self, figure=then, of=self.formerly.get(then.version, self.of))

    @property
    def name(self) -> str:
        """The heading in the current language."""
        return _(self.heading)

    def cell(self, row: Any, number: int) -> Value:
        """What stands in this column of the row, which is the how manieth."""
        if self.key == NUMBER_OF_ROW:
            return number
        return self.of(row) if self.of else getattr(row, self.key)

    def written(self, value: Value) -> str:
        """The value as it is read."""
        if value is None or value == "":
            return ""
        if isinstance(value, date):
            return day_with_year(value)
        return class_hours(value) if self.kind is ColumnKind.HOURS and isinstance(value, int) else str(value)


NUMBERED = Column(NUMBER_OF_ROW, N_("序号"), 13, kind=ColumnKind.NUMBER)


@dataclass(frozen=True)
class PaperAsk:
    """What a paper is asked for, beside what its query found: of which place and time, and as of when."""

    today: date
    as_of: str  # in words
    of: Mapping[str, str]  # what its address names: village, learner, teacher
    place: str = ""  # the name of the region it names
    period: Period | None = None
    counted_as_on: date | None = None  # the day whose definitions are wanted; None: its first one

    @property
    def first(self) -> date:
        """Of a paper that takes a period, its first day."""
        return self.period.first if self.period else self.today

    @property
    def last(self) -> date:
        return self.period.last if self.period else self.today

    @property
    def told_as_on(self) -> date:
        """Whose definitions hold."""
        return self.counted_as_on or self.first


@dataclass(frozen=True)
class Paper:
    """One paper. The functions are given what the query found, and what was asked."""

    key: str
    form: str  # as docs/domain.md calls it: F8
    name: str  # N_(), as the list of papers calls it
    about: str  # N_(), one line beside it
    columns: tuple[Column, ...]
    periods: tuple[str, ...] = ()  # the kinds it takes, the usual one first; none: it is of no period
    looks_back: bool = True  # unasked it is of the period before while this one has nothing yet
    rows: Callable[[Any], Sequence[Any]] = lambda found: found
    title: Callable[[Any, PaperAsk], str] | None = None  # without it 狮湾村 培训台账 2026年下半年
    under: Callable[[Any, PaperAsk], Iterable[str]] = lambda _found, _asked: ()
    notes: Callable[[Any], Iterable[str]] = lambda _found: ()
    closing: Callable[[Any], str] = lambda _found: ""  # what is stamped or signed at the end
    # What is sent instead of a line a row, as much of it as fits, what weighs most first.
    message: Callable[[Any, PaperAsk], Iterable[str]] | None = None
    figures: tuple[Definition, ...] = ()  # that are told above the table, beside those of its columns
    narrows: bool = False  # it can be of the classes of one unit, campaign or category alone
    sheets: tuple[str, ...] = ()  # of one for the notice board, in large type with the village's code
    is_for_binder: bool = False  # it says who came, or what they asked: there is no text of it to be sent
    # Noted where it has no rows.
    empty: str = N_("还没有上过的课。点名保存了，就列在这里。")

    @property
    def changes(self) -> tuple[date, ...]:
        """The days on which something on it began to be counted in another way, the first one first."""
        return tuple(
            sorted({one.since for figure in self.told_figures for one in figure.versions if one.since})
        )

    @property
    def told_figures(self) -> tuple[Definition, ...]:
        """What it counts, each once, as it is counted now."""
        columns = (column.figure for column in self.columns)
        return tuple(dict.fromkeys(one for one in (*self.figures, *columns) if one))

    def on(self, day: date) -> Paper:
        """The paper with everything on it counted as on this day."""
        columns = tuple(column.on(day) for column in self.columns)
        return replace(self, columns=columns, figures=tuple(figure.on(day) for figure in self.figures))


@dataclass(frozen=True)
class PaperTable:
    """A paper of one place and time, ready to be written."""

    title: str
    under: str  # who or what it is about
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    sums: tuple[Value, ...]  # none: there is nothing to be summed
    notes: tuple[str, ...]
    closing: str
    as_of: str
    code: str  # stands for exactly these rows
    figures: tuple[Definition, ...]
    message: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """What stands in the rows, as it is read."""
        return tuple(map(self._written, self.rows))

    @property
    def sum_cells(self) -> tuple[str, ...]:
        return self._written(self.sums) if self.sums else ()

    @property
    def foot(self) -> str:
        """Of when the data is, what stands for them, and what the figures count."""
        return " ".join((self._when, *map(tell_figure, self.figures)))

    @property
    def _when(self) -> str:
        return _("%(when)s的数据，核对码 %(code)s。", when=self.as_of, code=self.code)

    def _written(self, row: Sequence[Value]) -> tuple[str, ...]:
        return tuple(column.written(value) for column, value in zip(self.columns, row, strict=True))

    def data(self) -> dict[str, Any]:
        """What table.typ is given."""
        return {
            "lang": language(),
            "title": self.title,
            "under": self.under,
            "columns": [(column.name, column.width, column.kind.is_counted) for column in self.columns],
            "rows": self.cells,
            "sums": self.sum_cells,
            "notes": self.notes,
            "closing": self.closing,
            "foot": self.foot,
            "code": self.code,
            "page": _("第 %(page)s 页，共 %(pages)s 页", page="{page}", pages="{pages}"),
        }

    def text(self) -> str:
        """The same to be sent: a line a row, numbers with the name of their column, nothing where nothing stands.

        Of a paper with a message that, as much of it as fits.
        """
        if self.message:
            return _as_fits(self.message, MOST_OF_A_MESSAGE - len(self._when)) + self._when + "\n"
        lines = [self.title, *filter(None, (self.under,)), ""]
        lines += [self._line(cells) for cells in self.cells]
        if self.sums:
            lines.append(self._line(self.sum_cells))
        return "\n".join((*lines, *self.notes, "", self.foot, ""))

    def _line(self, cells: Sequence[str]) -> str:
        told = [
            f"{column.name} {cell}" if column.kind.is_counted and column.key != NUMBER_OF_ROW else cell
            for column, cell in zip(self.columns, cells, strict=True)
            if cell
        ]
        return " · ".join(told)

    def workbook(self) -> bytes:
        """The same for Excel: days are dates, counts are numbers, all else is text and nothing a formula."""
        # A quarter of a second: imported only where a workbook is asked for.
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Border, Font, Side
        from openpyxl.utils import get_column_letter

        book = Workbook()
        sheet: Worksheet = book.active
        above = (self.title, self.under) if self.under else (self.title,)
        below = (*self.notes, *filter(None, (self.closing,)), self.foot)
        table = (self.heads, *self.rows, *filter(None, (self.sums,)))
        edge = Border(*[Side(style="thin")] * 4)
        widths = [column.width / _MILLIMETRES_A_CHARACTER or _LEFT_OVER_CHARACTERS for column in self.columns]
        for number, text in (*enumerate(above, 1), *enumerate(below, len(above) + len(table) + 1)):
            sheet.row_dimensions[number].height = row_height([(text, sum(widths))])
            write_text(sheet.cell(number, 1), text)
            sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.cell(number, 1).font = Font(bold=number == 1)
            sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(self.columns))
        for number, row in enumerate(table, len(above) + 1):
            for place, (column, value) in enumerate(zip(self.columns, row, strict=True), 1):
                cell = sheet.cell(number, place)
                _write(cell, column, unbroken(value, widths[place - 1]) if isinstance(value, str) else value)
                cell.border = edge
                # A count that stood at the right edge would touch the text beside it.
                side = "center" if column.kind.is_counted else "left"
                cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side)
                cell.font = Font(bold=row is self.heads or row is self.sums)
            written = self.heads if row is self.heads else self._written(row)
            pairs = zip(written, widths, strict=True)
            sheet.row_dimensions[number].height = row_height((unbroken(*one), one[1]) for one in pairs)
        for place, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        head = len(above) + 1
        sheet.freeze_panes = sheet.cell(head + 1, 1)
        set_up(sheet, head=f"{head}:{head}")
        return in_bytes(book)


def _as_fits(pieces: Iterable[str], room: int) -> str:
    found = ""
    for piece in pieces:
        if len(found) + len(piece) > room:
            return found[: room - 1].rstrip(_("、") + " ") + "…"
        found += piece
    return found


def _write(cell: Any, column: Column, value: Value) -> None:
    if isinstance(value, str):
        write_text(cell, value)
    elif isinstance(value, date):
        cell.value, cell.number_format = value, _DAY
    elif value is not None:
        cell.value = float(class_hours(value)) if column.kind is ColumnKind.HOURS else value


def lay_out(paper: Paper, found: Any, asked: PaperAsk, chosen: Sequence[ChosenColumn] = ()) -> PaperTable:
    """The paper of what was found, with the columns that its region has chosen."""
    paper = paper.on(asked.told_as_on)
    rows = [
        tuple(column.cell(row, number) for column in paper.columns)
        for number, row in enumerate(paper.rows(found), start=1)
    ]
    empty = {
        column.key
        for place, column in enumerate(paper.columns)
        if column.where_any and all(row[place] is None for row in rows)
    }
    columns = [pair for pair in _arranged(paper, chosen) if pair[0].key not in empty]
    places = [paper.columns.index(one) if one in paper.columns else None for one, _named in columns]
    shown = [tuple("" if place is None else row[place] for place in places) for row in rows]
    named = tuple(named for _one, named in columns)
    figures = dict.fromkeys((*paper.figures, *(one.figure for one in named if one.figure)))
    return PaperTable(
        title=paper.title(found, asked) if paper.title else _usual_title(paper, asked),
        under=" · ".join(filter(None, paper.under(found, asked))),
        columns=named,
        rows=tuple(shown),
        sums=_sums(named, shown),
        notes=tuple(filter(None, (*(() if rows else (_(paper.empty),)), *paper.notes(found)))),
        closing=paper.closing(found),
        as_of=asked.as_of,
        code=_code(rows),
        figures=tuple(figures),
        message=tuple(paper.message(found, asked)) if paper.message else (),
    )


def _arranged(paper: Paper, chosen: Sequence[ChosenColumn]) -> list[tuple[Column, Column]]:
    """Each column that is shown, as the paper has it and as it is called here.

    A column that the paper has no more is left out: the choice is older than the paper.
    """
    own = {column.key: column for column in paper.columns}
    if not any(one.is_shown and one.key in own for one in chosen):
        return [(column, column) for column in paper.columns]
    found = []
    for one in chosen:
        column = Column(BLANK, one.name, _BLANK_WIDTH) if one.key == BLANK else own.get(one.key)
        if column and one.is_shown:
            found.append((column, replace(column, heading=one.name)))
    return found


def _usual_title(paper: Paper, asked: PaperAsk) -> str:
    when = tell_period(asked.period) if asked.period else ""
    return _("%(place)s%(paper)s %(when)s", place=asked.place, paper=_(paper.name), when=when).strip()


def _sums(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> tuple[Value, ...]:
    """What stands under the columns that are summed; what nobody counted adds nothing."""
    if not rows or not any(column.is_summed for column in columns):
        return ()
    found: list[Value] = []
    for place, column in enumerate(columns):
        counted = [row[place] for row in rows if isinstance(row[place], int)] if column.is_summed else []
        found.append(sum(counted) if counted else None)  # type: ignore[arg-type]  # whole numbers
    first_text = next((n for n, column in enumerate(columns) if not column.kind.is_counted), None)
    if first_text is not None:
        found[first_text] = _("合计")
    return tuple(found)


def _code(rows: Sequence[Sequence[Value]]) -> str:
    """Other rows give another code; who stands beside them, and when they were asked for, does not."""
    said = json.dumps(rows, ensure_ascii=False, default=date.isoformat)
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def signatures(*who: str) -> str:
    """Who signs, each with a line to write on."""
    return "    ".join(f"{one}{'_' * 14}" for one in who)
