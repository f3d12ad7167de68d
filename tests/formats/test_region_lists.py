"""A list of regions as a file: what is read, and what is told about each bad row."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

import nightschool
from nightschool.errors import Problem
from nightschool.formats import tables
from nightschool.formats.region_lists import read_regions
from nightschool.formats.tables import read_tables
from nightschool.rules.regions import LONGEST_REGION_NAME, RegionRow, RowFault, tell_row_problem
from nightschool.rules.typed import cell_name

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
    assert found[:2] == ((RegionRow(2, SHIWAN, "狮湾村, 村委会"),), ())


def test_blank_lines_count_as_lines_and_are_no_rows() -> None:
    assert read_regions(f"code,name\n\n  \n{SHIWAN},狮湾村\n\n".encode()).rows == (
        RegionRow(4, SHIWAN, "狮湾村"),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("5.11E+11,狮湾村", (RowFault.CODE_ROUNDED, 2, "code", "5.11E+11")),
        ("5.11002105e+11,狮湾村", (RowFault.CODE_ROUNDED, 2, "code", "5.11002105e+11")),
        ("51100210520,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "51100210520")),
        ("５１１００２１０５２０１,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "５１１００２１０５２０１")),
        (",狮湾村", (RowFault.CODE_DIGITS, 2, "code", "")),
        (f"{SHIWAN},", (RowFault.NAME_MISSING, 2, "name", "")),
        (f"{SHIWAN},  ", (RowFault.NAME_MISSING, 2, "name", "")),
        (f"{SHIWAN}", (RowFault.NAME_MISSING, 2, "name", "")),
        (f"{SHIWAN},狮湾村,多了", (RowFault.CELLS, 2, None, f"{SHIWAN},狮湾村,多了")),
        (f'{SHIWAN},"狮湾村', (RowFault.CELLS, 2, None, f'{SHIWAN},"狮湾村')),
        (f"{SHIWAN},狮\ufffd湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮\ufffd湾村")),
        (f"{SHIWAN},#N/A", (RowFault.NAME_UNPRINTABLE, 2, "name", "#N/A")),
        (f"{SHIWAN},#REF!", (RowFault.NAME_UNPRINTABLE, 2, "name", "#REF!")),
        (f"{SHIWAN},#NAME?", (RowFault.NAME_UNPRINTABLE, 2, "name", "#NAME?")),
        (f"{SHIWAN},null", (RowFault.NAME_UNPRINTABLE, 2, "name", "null")),
        (f"{SHIWAN},-", (RowFault.NAME_UNPRINTABLE, 2, "name", "-")),
        (f"{SHIWAN},0", (RowFault.NAME_UNPRINTABLE, 2, "name", "0")),
        (f"{SHIWAN},???", (RowFault.NAME_UNPRINTABLE, 2, "name", "???")),
        (f"{SHIWAN},狮?村", (RowFault.NAME_UNPRINTABLE, 2, "name", "狮?村")),
        (f"{SHIWAN},ç‰®æ¹¾æ", (RowFault.NAME_UNPRINTABLE, 2, "name", "ç‰®æ¹¾æ")),
        (f"{SHIWAN},锟斤拷湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "锟斤拷湾村")),
        (f"{SHIWAN},&#29422;湾村", (RowFault.NAME_UNPRINTABLE, 2, "name", "&#29422;湾村")),
        (f"{SHIWAN},王小明511002199001011234", (RowFault.NAME_IDENTITY, 2, "name", "…")),
        ("#N/A,狮湾村", (RowFault.CODE_DIGITS, 2, "code", "#N/A")),
    ],
)
def test_a_bad_row_is_named_with_its_line_its_column_and_what_stands_there(row: str, problem: tuple) -> None:
    found = problems_of(f"code,name\n{row}\n511002105202,余坝村\n")
    assert found == [problem]
    assert len(read_regions(f"code,name\n{row}\n511002105202,余坝村\n".encode()).rows) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("狮\t湾村", "狮 湾村"),
        ("狮\u2028湾村", "狮 湾村"),
        ("狮\u202e湾村", "狮湾村"),
        ("狮\0湾村", "狮湾村"),
        ("\ue863家村", "\ue863家村"),
        ("田\U0002ebf1村", "田\U0002ebf1村"),
        ("古丽·阿依村", "古丽·阿依村"),
        ("第1村", "第1村"),
    ],
)
def test_a_name_is_kept_as_one_is_that_is_typed(name: str, kept: str) -> None:
    assert [row.name for row in read_regions(f"code,name\n{SHIWAN},{name}\n".encode()).rows] == [kept]
    assert [
        row.name for row in read_regions(workbook(("code", "name"), (SHIWAN, name.replace("\0", "")))).rows
    ] == [kept]


def test_what_a_spreadsheet_leaves_out_at_the_end_of_a_row_is_empty() -> None:
    text = f"code,name,note\n{SHIWAN},狮湾村\n511002105202,余坝村,\n511002105203,九里村,,,\n"
    found = read_regions(text.encode())
    assert ([row.name for row in found.rows], found.problems) == (["狮湾村", "余坝村", "九里村"], ())


def test_the_code_of_a_row_that_cannot_be_taken_is_known_where_it_can_be_read() -> None:
    rows = [f"{SHIWAN},#N/A", '511002105202,"余坝村', "511002105203,九里,村,", "511002105204,"]
    found = read_regions("\n".join(["code,name", *rows, "511002105205,张家村"]).encode())
    assert found.named == {SHIWAN, "511002105202", "511002105203", "511002105204"}
    assert found.is_every_code_read
    assert not read_regions(b"code,name\n5.11E+11,x\n").is_every_code_read


def test_a_name_may_be_as_long_as_it_is_kept_and_no_longer() -> None:
    assert problems_of(f"code,name\n{SHIWAN},{'村' * LONGEST_REGION_NAME}\n") == []
    [(code, line, column, value)] = problems_of(f"code,name\n{SHIWAN},{'村' * (LONGEST_REGION_NAME + 1)}\n")
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


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", f"{SHIWAN},狮湾村"),
        ("code", "code"),
        ("code|name", "code|name"),
        ("511000000000,内江市", "511000000000,内江市"),
    ],
)
def test_a_file_without_the_two_columns_is_refused_whole(header: str, told: str) -> None:
    found = read_regions(f"{header}\n{SHIWAN},狮湾村\n".encode())
    assert found[:2] == ((), (Problem(RowFault.NO_HEADER, value=told),))
    assert "「代码」和「名称」" in tell_row_problem(found.problems[0])


@pytest.mark.parametrize("text", ["code,name", "code,name\n\n", "", "\n\n"])
def test_an_empty_list_is_told(text: str) -> None:
    assert read_regions(text.encode()).problems == (Problem(RowFault.NO_ROWS),)


NEIJIANG = "511000000000,内江市"
READ = (RegionRow(2, "511000000000", "内江市"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_spreadsheets_save_in_china_is_read_without_asking(encoding: str, delimiter: str) -> None:
    text = f"code,name\n{NEIJIANG}\n".replace(",", delimiter)
    assert read_regions(text.encode(encoding))[:2] == (READ, ())


def test_a_rare_character_is_read_from_gb18030() -> None:
    [row] = read_regions(f"code,name\n{SHIWAN},𬇕湾村\n".encode("gb18030")).rows
    assert row.name == "𬇕湾村"


def test_a_few_broken_bytes_are_told_with_their_line_and_never_read_as_other_characters() -> None:
    data = f"code,name\n{NEIJIANG}\n{SHIWAN},狮湾村村委会\n".encode()
    found = read_regions(data.replace("湾".encode(), "湾".encode()[:2]))
    assert found[:2] == ((), (Problem(RowFault.BROKEN_UTF8, line=3),))
    assert "第 3 行" in tell_row_problem(found.problems[0])


@pytest.mark.parametrize(
    "header",
    ["代码,名称", "区划代码,单位名称", "统计用区划代码 ,城乡分类代码,名 称", "\ufeff代码,名称", "CODE,Name"],
)
def test_columns_are_known_by_their_chinese_names_too(header: str) -> None:
    row = NEIJIANG if header.count(",") == 1 else NEIJIANG.replace(",", ",111,")
    called = header.split(",")[0].strip("\ufeff ").lower()
    assert read_regions(f"{header}\n{row}\n".encode())[:2] == (
        (RegionRow(2, "511000000000", "内江市", called),),
        (),
    )


def test_a_title_may_stand_above_the_column_names() -> None:
    text = f"内江市区划代码表,\n制表：统计局,2023年\n,\n区划代码,名称\n{NEIJIANG}\n511002000000,\n"
    found = read_regions(text.encode("gb18030"))
    assert [(row.line, row.code, row.name) for row in found.rows] == [(5, "511000000000", "内江市")]
    assert tell_row_problem(found.problems[0]) == "第 6 行 名称：没有名字。"


@pytest.mark.parametrize(
    "typed",
    [
        SHIWAN,
        f"'{SHIWAN}",
        f"’{SHIWAN}",
        f'"=""{SHIWAN}"""',
        f"{SHIWAN}.0",
        f"{SHIWAN}.00",
        "5.11002105201E+11",
        "\u00a0" + SHIWAN,
    ],
)
def test_a_code_is_read_whatever_a_spreadsheet_put_around_it(typed: str) -> None:
    assert [row.code for row in read_regions(f"code,name\n{typed},狮湾村\n".encode()).rows] == [SHIWAN]


def test_digits_that_are_lost_are_not_guessed() -> None:
    [problem] = read_regions("代码,名称\n5.11002E+11,狮湾村\n".encode()).problems
    assert tell_row_problem(problem) == (
        "第 2 行 代码：「5.11002E+11」的后几位被表格软件抹掉了。把这一列设成文本，重新贴一遍代码。"
    )


# Workbooks


def workbook(*rows: tuple, before: tuple = ()) -> bytes:
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name, 0).append(["填表说明"])
    for row in rows:
        book["Sheet"].append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_with_codes_as_numbers_and_as_text() -> None:
    data = workbook(
        ("内江市区划代码", None, None),
        (),
        ("统计用区划代码", "城乡分类", "名称"),
        (511000000000, None, "内江市"),
        (511002000000.0, 111, "市中区"),
        ("'511002105000", "", " 全安镇 "),
        (None, None, None),
        (SHIWAN, None, "狮湾村村委会"),
        before=("说明",),
    )
    found = read_regions(data)
    assert found.problems == ()
    assert [(row.line, row.code, row.name) for row in found.rows] == [
        (4, "511000000000", "内江市"),
        (5, "511002000000", "市中区"),
        (6, "511002105000", "全安镇"),
        (8, SHIWAN, "狮湾村村委会"),
    ]


def test_a_bad_cell_of_a_workbook_is_named_as_excel_names_it() -> None:
    data = workbook(
        ("说明", "代码", "名称"), ("", 511000000000, ""), ("", 51100, "内江市"), ("", "5.11E+11", "x")
    )
    assert [tell_row_problem(problem) for problem in read_regions(data).problems] == [
        "第 2 行 名称 C2：没有名字。",
        "第 3 行 代码 B3：写的是「51100」。区划代码是 12 位数字，前面是省的代码。",
        "第 4 行 代码 B4：「5.11E+11」的后几位被表格软件抹掉了。把这一列设成文本，重新贴一遍代码。",
    ]
    assert cell_name(27, 14) == "AB14"


def book_of(**sheets: list[tuple]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.removeprefix("_"))
        sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
        for row in rows:
            sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_every_sheet_with_the_columns_is_read_and_the_others_are_named() -> None:
    found = read_regions(
        book_of(
            填表说明=[("照着填",)],
            市中区=[("code", "name"), (511002000000, "市中区")],
            东兴区=[("备注", "名称", "代码"), ("", "东兴区", 511011000000), ("", "#REF!", 511011001000)],
            _旧的=[("code", "name"), (511024000000, "威远县")],
            空白=[],
        )
    )
    assert [(row.code, row.name) for row in found.rows] == [
        ("511002000000", "市中区"),
        ("511011000000", "东兴区"),
    ]
    assert found.unread_sheets == ("填表说明", "旧的")
    assert [tell_row_problem(problem) for problem in found.problems] == [
        "第 3 行 名称 东兴区!B3：「#REF!」不是名字，像是坏掉的字。照原来的名单再写一遍。"
    ]


def test_a_row_on_two_sheets_is_one_unless_they_say_something_else() -> None:
    rows = [("code", "name"), (511002000000, "市中区")]
    assert len(read_regions(book_of(全部=rows, 市中区=rows)).rows) == 1
    other = read_regions(book_of(全部=rows, 市中区=[rows[0], (511002000000, "市中")]))
    assert [problem.code for problem in other.problems] == [RowFault.CODE_TWICE]


def altered(data: bytes, part: str, change) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                content = change(content)
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def old_workbook(*rows: tuple[object, ...], sheet: str = "名单", hidden: bool = False) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for name in (sheet, "旧的"):
        made = book.add_sheet(name)
        made.visibility = int(hidden or name == "旧的")
        for row, cells in enumerate(
            rows if name == sheet else [("code", "name"), ("511011000000", "东兴区")]
        ):
            for column, cell in enumerate(cells):
                day = (
                    xlwt.easyxf(num_format_str="yyyy-mm-dd")
                    if isinstance(cell, date)
                    else xlwt.Style.default_style
                )
                made.write(row, column, cell, day)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    found = read_regions(
        old_workbook(
            ("市区的名单",), ("code", "name"), (511002000000, "市中区"), ("511011", "东兴区"), (None, "新村")
        )
    )
    assert [(row.line, row.code, row.name) for row in found.rows] == [(3, "511002000000", "市中区")]
    assert found.unread_sheets == ("旧的",)
    assert [(problem.line, problem.column) for problem in found.problems] == [(4, "code A4"), (5, "code A5")]


def test_the_cells_of_an_old_workbook_are_told_as_people_read_them() -> None:
    cells = (
        "陈大秀",
        13800005678.0,
        56.5,
        date(1965, 3, 8),
        datetime.fromisoformat("2026-11-02 19:30"),
        True,
        None,
        "王　芳",
    )
    [first, _hidden] = read_tables(old_workbook(cells))
    assert [line.cells for line in first.lines] == [
        ("陈大秀", "13800005678", "56.5", "1965-03-08", "2026-11-02 19:30:00", "True", "", "王　芳")
    ]


def test_an_old_workbook_is_read_to_its_last_corner() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    sheet.write(0, 0, "code")
    sheet.write(65535, 255, "x")
    buffer = BytesIO()
    book.save(buffer)
    [table] = read_tables(buffer.getvalue())
    *_above, last = table.lines
    assert (last.number, len(last.cells or ()), set(last.cells or ())) == (65536, 256, {"", "x"})


def test_what_cannot_be_read_within_the_limits_of_its_process_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "READ_SECONDS", 0.001)
    assert [problem.code for problem in read_regions(old_workbook(("code", "name"))).problems] == [
        RowFault.TOO_LARGE
    ]


GOOD = workbook(("code", "name"), (511000000000, "内江市"))
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (GOOD[:100], RowFault.BROKEN_WORKBOOK),
        (GOOD[:-200], RowFault.BROKEN_WORKBOOK),
        (b"PK\x03\x04", RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, "xl/workbook.xml", lambda _: None), RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, "[Content_Types].xml", lambda _: None), RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, SHEET, lambda _: None), RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, SHEET, lambda xml: xml[:-60]), RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, SHEET, lambda xml: ENTITIES + xml.partition(b"?>")[2]), RowFault.BROKEN_WORKBOOK),
        (altered(GOOD, SHEET, lambda xml: xml + b" " * 60_000_000), RowFault.TOO_LARGE),
        (b"%PDF-1.7 \xe2\xe3", RowFault.PDF),
        (b"\xef\xbb\xbf<html><table><tr><td>code", RowFault.HTML),
        (b'<?xml version="1.0"?><Workbook/>', RowFault.HTML),
        (OLE + b"\0" * 600, RowFault.BROKEN_WORKBOOK),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), RowFault.ENCRYPTED),
        (old_workbook(("code", "name"), (511000000000, "内江市"))[:3000], RowFault.BROKEN_WORKBOOK),
        (old_workbook(*[("长" * 30_000,)] * 800), RowFault.TOO_LARGE),
        (b"\xff\xfe\x00", RowFault.NOT_TEXT),
        (b"\x1f\x8b\x08\0\0\0\0", RowFault.NOT_TEXT),
        (b"code,name\n" + "内江".encode("gb18030") + b"\xff\xff", RowFault.NOT_TEXT),
    ],
    ids=lambda given: given if isinstance(given, str) else "",  # a workbook holds the time it was made at
)
def test_what_is_no_list_gets_one_sentence_that_says_what_to_do(data: bytes, fault: RowFault) -> None:
    found = read_regions(data)
    assert found.rows == ()
    [problem] = found.problems
    assert problem.code == fault
    told = tell_row_problem(problem)
    assert told.count("\n") == 0 and ("另存" in told)


def test_a_sheet_that_claims_a_row_far_below_does_not_take_for_ever() -> None:
    data = altered(GOOD, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999"'))
    assert read_regions(data).rows == ()


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_mark_of_a_workbook_are_told(data: bytes) -> None:
    assert read_regions(b"PK\x03\x04" + data).problems


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
