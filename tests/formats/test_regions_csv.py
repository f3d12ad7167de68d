"""A list of regions as a file: what is read, and what is told about each bad row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nightschool
from nightschool.errors import Problem
from nightschool.formats.regions_csv import read_regions
from nightschool.rules.regions import LONGEST_NAME, RegionRow, RowFault, tell_row_problem

DATA = Path(nightschool.__file__).parent / "data"
SHIWAN = "511002105201"


def problems_of(text: str) -> list[tuple[str, int | None, str | None, str]]:
    return [
        (problem.code, problem.line, problem.column, problem.value)
        for problem in read_regions(text.encode()).problems
    ]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read_with_and_without_the_byte_order_mark(mark: bytes, ends: str) -> None:
    text = ends.join(["code,name", f"{SHIWAN},狮湾村村委会", "511002105202,余坝村村委会", ""])
    found = read_regions(mark + text.encode())
    assert found.rows == (RegionRow(2, SHIWAN, "狮湾村村委会"), RegionRow(3, "511002105202", "余坝村村委会"))
    assert found.problems == ()


def test_columns_may_stand_in_another_order_and_beside_others() -> None:
    found = read_regions(f'Name , note,CODE\n"狮湾村, 村委会",x,{SHIWAN} \n'.encode())
    assert found == ((RegionRow(2, SHIWAN, "狮湾村, 村委会"),), ())


def test_blank_lines_count_as_lines_and_are_no_rows() -> None:
    assert read_regions(f"code,name\n\n  \n{SHIWAN},狮湾村\n\n".encode()).rows == (
        RegionRow(4, SHIWAN, "狮湾村"),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("5.11E+11,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "5.11E+11")),
        ("51100210520,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "51100210520")),
        ("５１１００２１０５２０１,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "５１１００２１０５２０１")),
        (",狮湾村", (RowFault.CODE_DIGITS, 2, "code", "")),
        (f"{SHIWAN},", (RowFault.NAME_MISSING, 2, "name", "")),
        (f"{SHIWAN},  ", (RowFault.NAME_MISSING, 2, "name", "")),
        (f"{SHIWAN}", (RowFault.CELLS, 2, None, SHIWAN)),
        (f"{SHIWAN},狮湾村,多了", (RowFault.CELLS, 2, None, f"{SHIWAN},狮湾村,多了")),
        (f'{SHIWAN},"狮湾村', (RowFault.CELLS, 2, None, f'{SHIWAN},"狮湾村')),
        (f"{SHIWAN},狮\t湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮\ufffd湾村")),
        (f"{SHIWAN},狮\u202e湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮\ufffd湾村")),
        (f"{SHIWAN},狮\0湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮\ufffd湾村")),
        (f"{SHIWAN},狮\u2028湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮\ufffd湾村")),
    ],
)
def test_a_bad_row_is_named_with_its_line_its_column_and_what_stands_there(row: str, problem: tuple) -> None:
    found = problems_of(f"code,name\n{row}\n511002105202,余坝村\n")
    assert found == [problem]
    assert len(read_regions(f"code,name\n{row}\n511002105202,余坝村\n".encode()).rows) == 1


def test_a_name_may_be_as_long_as_it_is_kept_and_no_longer() -> None:
    assert problems_of(f"code,name\n{SHIWAN},{'村' * LONGEST_NAME}\n") == []
    [(code, line, column, value)] = problems_of(f"code,name\n{SHIWAN},{'村' * (LONGEST_NAME + 1)}\n")
    assert (code, line, column) == (RowFault.NAME_LONG, 2, "name")
    assert value == "村" * 39 + "…"


def test_a_code_that_stands_twice_is_bad_the_second_time() -> None:
    text = f"code,name\n{SHIWAN},狮湾村\n{SHIWAN},狮湾村\n"
    assert problems_of(text) == [(RowFault.CODE_TWICE, 3, "code", SHIWAN)]
    assert len(read_regions(text.encode()).rows) == 1


def test_every_bad_row_is_named_not_only_the_first() -> None:
    assert [line for _code, line, *_ in problems_of("code,name\nx,甲\n511000000000,内江市\ny,乙\nz,\n")] == [
        2,
        4,
        5,
    ]


@pytest.mark.parametrize("header", ["", "代码,名称", "code", "code;name", "511000000000,内江市"])
def test_a_file_without_the_two_columns_is_refused_whole(header: str) -> None:
    found = read_regions(f"{header}\n{SHIWAN},狮湾村\n".encode())
    assert found.rows == ()
    assert [(problem.code, problem.line, problem.value) for problem in found.problems] == [
        (RowFault.NO_HEADER, 1, header)
    ]


@pytest.mark.parametrize("text", ["code,name", "code,name\n\n"])
def test_an_empty_list_is_told(text: str) -> None:
    assert read_regions(text.encode()).problems == (Problem(RowFault.NO_ROWS),)


def test_another_encoding_is_told_with_its_line() -> None:
    found = read_regions(b"code,name\n511000000000," + "内江市".encode("gb18030"))
    assert found == ((), (Problem(RowFault.NOT_UTF8, line=2),))
    assert "UTF-8" in tell_row_problem(found.problems[0])


@given(st.binary(max_size=300))
def test_any_file_at_all_is_rows_or_problems(data: bytes) -> None:
    found = read_regions(data)
    assert found.rows or found.problems
    assert all(tell_row_problem(problem) for problem in found.problems)


@given(st.text(max_size=200))
def test_any_text_below_the_header_is_told_line_by_line(text: str) -> None:
    data = f"code,name\n{text}".encode("utf-8", "surrogatepass")
    assert all(tell_row_problem(problem) for problem in read_regions(data).problems)


@pytest.mark.parametrize(
    ("name", "count"), [("regions-neijiang-2017.csv", 2474), ("regions-neijiang-2023.csv", 1380)]
)
def test_the_lists_that_ship_have_no_bad_row(name: str, count: int) -> None:
    found = read_regions((DATA / name).read_bytes())
    assert (len(found.rows), found.problems) == (count, ())
