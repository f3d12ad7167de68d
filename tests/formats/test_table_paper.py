"""One shape for papers: what a definition says of its rows is the same on the page, in a PDF, in Excel and as text."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from nightschool.formats.table_paper import NUMBERED, Column, ColumnKind, Paper, PaperAsk, lay_out
from nightschool.rules.oversight.figures import ATTENDANCES, Definition
from nightschool.rules.oversight.paper_columns import BLANK, ChosenColumn
from nightschool.rules.seasons.periods import parsed_period


class Row(NamedTuple):
    day: date
    title: str
    minutes: int
    attendances: int | None
    phone: str = "019912345671"


ROWS = (Row(date(2026, 11, 3), "=1+1", 90, 12), Row(date(2026, 11, 9), "果\x1b树", 60, None))
ASKED = PaperAsk(date(2026, 11, 24), "2026年11月24日 10:00", {}, "狮湾村", parsed_period("2026-11"))
PAPER = Paper(
    key="classes",
    form="F0",
    name="上课表",
    about="",
    periods=("month",),
    under=lambda rows, asked: (f"{len(rows)} 次", "", f"到{asked.today.day}日"),
    notes=lambda rows: ("有一次没数人",) if rows else (),
    closing=lambda _rows: "村（盖章）：____",
    columns=(
        NUMBERED,
        Column("day", "日期", 40, kind=ColumnKind.DAY),
        Column("title", "课题"),
        Column("hours", "学时", 20, lambda row: row.minutes, ColumnKind.HOURS, is_summed=True),
        Column("attendances", "人次", 20, kind=ColumnKind.NUMBER, figure=ATTENDANCES, is_summed=True),
        Column("phone", "电话", 30),
    ),
)
TABLE = lay_out(PAPER, ROWS, ASKED)


def test_a_paper_says_its_rows_its_sums_and_what_they_count() -> None:
    assert (TABLE.title, TABLE.under) == ("狮湾村上课表 2026年11月", "2 次 · 到24日")
    assert TABLE.cells == (
        ("1", "2026年11月3日", "=1+1", "2", "12", "019912345671"),
        ("2", "2026年11月9日", "果\x1b树", "1.3", "", "019912345671"),
    )
    assert TABLE.sum_cells == ("", "合计", "", "3.3", "12", "")
    assert TABLE.foot == (
        f"2026年11月24日 10:00的数据，核对码 {TABLE.code}。 "
        "人次：清点过的按清点人数，没清点的按名单加外来的人（口径第 1 版）。"
    )


def test_a_workbook_is_printed_on_a4_and_cuts_no_text_off() -> None:
    long = (Row(date(2026, 11, 3), "果树管护、修枝、施肥和防虫，再说说今年的柑橘怎么卖" * 2, 90, 12), *ROWS)
    sheet = load_workbook(io.BytesIO(lay_out(PAPER, long, ASKED).workbook())).active
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    heights = [sheet.row_dimensions[row].height for row in (4, 5)]
    assert heights == [68, 17]  # four lines of thirteen characters, and one


@pytest.mark.parametrize(
    ("width", "written"), [(50, "12月1日（十月廿三）\n19:00–20:30"), (90, "12月1日（十月廿三） 19:00–20:30")]
)
def test_hours_are_not_broken_at_their_dash_in_a_workbook(width: int, written: str) -> None:
    columns = (Column("when", "时间", width, lambda _one: "12月1日（十月廿三） 19:00–20:30"),)
    table = lay_out(replace(PAPER, columns=columns), [1], ASKED)
    sheet = load_workbook(io.BytesIO(table.workbook())).active
    assert sheet["A4"].value == written
    assert sheet.row_dimensions[4].height == 17 * len(written.split("\n"))


def test_a_workbook_has_dates_and_numbers_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(TABLE.workbook())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == TABLE.title and rows[1][0] == TABLE.under
    assert rows[2] == ["序号", "日期", "课题", "学时", "人次", "电话"]
    assert [rows[3][0], rows[3][1].date(), *rows[3][2:]] == [
        1,
        date(2026, 11, 3),
        "=1+1",
        2,
        12,
        "019912345671",
    ]
    assert rows[4][2:5] == ["果树", 1.3, None]
    assert rows[5] == [None, "合计", None, 3.3, 12, None]
    assert [row[0] for row in rows[6:]] == ["有一次没数人", "村（盖章）：____", TABLE.foot]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet.freeze_panes == "A4" and sheet.print_title_rows == "$3:$3"


def test_the_text_names_what_a_number_is_and_leaves_out_what_is_empty() -> None:
    assert TABLE.text().split("\n\n")[1] == (
        "1 · 2026年11月3日 · =1+1 · 学时 2 · 人次 12 · 019912345671\n"
        "2 · 2026年11月9日 · 果\x1b树 · 学时 1.3 · 019912345671\n"
        "合计 · 学时 3.3 · 人次 12\n"
        "有一次没数人"
    )


def test_the_code_stands_for_the_rows_and_for_nothing_else() -> None:
    later = replace(ASKED, today=date(2026, 12, 1), as_of="2026年12月1日 8:00")
    assert lay_out(PAPER, ROWS, later).code == TABLE.code
    corrected = (ROWS[0]._replace(attendances=13), ROWS[1])
    assert lay_out(PAPER, corrected, ASKED).code != TABLE.code
    assert lay_out(PAPER, ROWS[::-1], ASKED).code != TABLE.code


def test_a_paper_without_rows_has_no_sums_and_says_that_there_is_nothing() -> None:
    empty = lay_out(PAPER, (), ASKED)
    assert (empty.rows, empty.sums, empty.notes) == ((), (), (PAPER.empty,))
    assert load_workbook(io.BytesIO(empty.workbook())).active.max_row == 6


def test_a_region_names_orders_and_hides_columns_and_adds_blank_ones() -> None:
    chosen = (
        ChosenColumn("attendances", "参训人次"),
        ChosenColumn("day", "培训日期"),
        ChosenColumn("phone", "电话", is_shown=False),
        ChosenColumn(BLANK, "党员"),
        ChosenColumn("gone", "从前有过的"),
        ChosenColumn("title", "课题"),
    )
    table = lay_out(PAPER, ROWS, ASKED, chosen)
    assert table.heads == ("参训人次", "培训日期", "党员", "课题")
    assert table.cells == (("12", "2026年11月3日", "", "=1+1"), ("", "2026年11月9日", "", "果\x1b树"))
    assert table.sum_cells == ("12", "合计", "", "")
    assert table.code == TABLE.code  # two prints of the same rows agree, whatever their columns are called
    assert load_workbook(io.BytesIO(table.workbook())).active["A4"].value == 12


@pytest.mark.parametrize(
    "chosen", [(), (ChosenColumn("gone", "从前有过的"),), (ChosenColumn("title", "课题", is_shown=False),)]
)
def test_where_nothing_that_there_is_was_chosen_a_paper_has_its_own_columns(
    chosen: tuple[ChosenColumn, ...],
) -> None:
    assert lay_out(PAPER, ROWS, ASKED, chosen) == TABLE


SIGNED = Definition("签到", 1, "签了名的")
SIGNED_TWICE = Definition("签到", 2, "来和走都签了名的", since=date(2026, 11, 20), before=SIGNED)


def signed(figure: Definition, of: Callable[[Row], int], **formerly: Callable[[Row], int]) -> Paper:
    """A paper with a figure that is counted in some way; `formerly`: v1, as it was before."""
    columns = Column(
        "signed",
        "签到",
        20,
        of,
        ColumnKind.NUMBER,
        figure,
        is_summed=True,
        formerly={int(version[1:]): former for version, former in formerly.items()},
    )
    return replace(PAPER, columns=(*PAPER.columns, columns), figures=(figure,))


def test_an_old_paper_is_the_same_byte_for_byte_after_what_it_counts_has_changed() -> None:
    old = signed(SIGNED, lambda row: row.minutes)
    new = signed(SIGNED_TWICE, lambda row: row.minutes // 2, v1=lambda row: row.minutes)
    printed = lay_out(old, ROWS, ASKED)
    again = lay_out(new, ROWS, ASKED)
    assert (again.text(), again.data(), again.code) == (printed.text(), printed.data(), printed.code)
    assert "签到：签了名的（口径第 1 版）" in again.foot
    now = lay_out(new, ROWS, replace(ASKED, counted_as_on=date(2026, 11, 20)))
    assert now.code != printed.code and "签到：来和走都签了名的（口径第 2 版）" in now.foot
    assert [cells[-1] for cells in now.cells] == ["45", "30"]
    assert (old.changes, new.changes) == ((), (date(2026, 11, 20),))
    assert lay_out(new, ROWS, replace(ASKED, today=date(2027, 11, 19))).code == printed.code
    assert lay_out(new, ROWS, replace(ASKED, period=parsed_period("2026-12"))).code == now.code
