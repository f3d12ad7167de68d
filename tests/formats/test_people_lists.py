"""Tables of people as they come: what is read out of them, and what is named as doubtful."""

import subprocess
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from nightschool.errors import Refused
from nightschool.formats.people_lists import likely_columns, read_sheets
from nightschool.formats.tables import TableFault, UnreadableTable
from nightschool.rules.people.lists import ListedPerson, people_in
from tests.factories import TODAY
from tests.formats.test_region_lists import ENTITIES, OLE, SHEET, altered

BORN = datetime.combine(date(1965, 3, 8), datetime.min.time())
ID_NUMBER = "511002196503081234"


def workbook(*sheets: list[list[Any]], merged: tuple[str, ...] = (), titles: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(titles[number] if titles else f"表{number + 1}")
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def read(data: bytes, kind: str = "learner", group: str = "") -> list[ListedPerson]:
    sheets, _unread = read_sheets(data, kind=kind)
    return [
        person
        for sheet in sheets
        for person in people_in(
            kind, sheet, likely_columns(kind, sheet), group=group, today=TODAY, place="狮湾村"
        )
    ]


def told(found: list[ListedPerson]) -> list[Any]:
    return [
        (one.entry.name, one.entry.group_name, one.entry.sex, one.entry.birth_year, one.entry.phone)
        for one in found
        if not one.stops
    ]


def doubts(found: list[ListedPerson], *, stops: bool = False) -> list[tuple[str, str]]:
    return [(doubt.where, doubt.told) for one in found if one.stops is stops for doubt in one.doubts]


@pytest.mark.parametrize(
    ("heads", "cells", "expected"),
    [
        (["姓名", "组", "年龄"], ["陈大秀", "三组", "65岁"], ("陈大秀", "三组", None, TODAY.year - 65, "")),
        (["姓名", "组", "年龄"], ["陈大秀", 3, 65.0], ("陈大秀", "3", None, TODAY.year - 65, "")),
        (["姓名", "组", "出生年月"], ["陈大秀", "三组", "1965.3.8"], ("陈大秀", "三组", None, 1965, "")),
        (["姓名", "组", "出生年月"], ["陈大秀", "三组", 1965.3], ("陈大秀", "三组", None, 1965, "")),
        (
            ["姓名", "组", "出生日期"],
            ["陈大秀", "三组", BORN],
            ("陈大秀", "三组", None, 1965, ""),
        ),
        (
            ["姓名", "组", "出生日期"],
            ["陈大秀", "三组", date(1965, 3, 8)],
            ("陈大秀", "三组", None, 1965, ""),
        ),
        (
            ["姓名", "组", "电话"],
            ["陈大秀", "三组", 13800005678.0],
            ("陈大秀", "三组", None, None, "13800005678"),
        ),
        (
            ["姓名", "组", "电话"],
            ["陈大秀", "三组", "1.3800005678E+10"],
            ("陈大秀", "三组", None, None, "13800005678"),
        ),
        (["姓名", "组", "电话"], ["陈大秀", "三组", "无"], ("陈大秀", "三组", None, None, "")),
        (
            ["学员姓名（必填）", "村民小组"],
            ["陈　秀", "第3村民小组"],
            ("陈秀", "第3村民小组", None, None, ""),
        ),
        (["姓名*", "家庭住址"], ["欧阳 小凤", "狮湾村三组12号"], ("欧阳小凤", "三组", None, None, "")),
        (["姓名", "组"], ["1、陈大秀（女）", "三组"], ("陈大秀", "三组", "female", None, "")),
        (
            ["姓名", "组", "性别"],
            ["买买提·艾力", "狮湾村3组", "男性"],
            ("买买提·艾力", "3组", "male", None, ""),
        ),
    ],
)
def test_cells_are_read_as_people_mean_them(heads: list[Any], cells: list[Any], expected: Any) -> None:
    found = read(workbook([heads, cells]))
    assert (told(found), [one.doubts for one in found]) == ([expected], [()])


@pytest.mark.parametrize(
    ("heads", "cells", "where", "sentence"),
    [
        (["姓名", "组", "电话"], ["陈大秀", "三组", "1.38E+10"], "C2", "电话写的是『1.38E+10』"),
        (["姓名", "组", "电话"], ["陈大秀", "三组", "138000056"], "C2", "手机写 11 位"),
        (["姓名", "组", "生日"], ["陈大秀", "三组", "65.3.8"], "C2", "填四位数的年份"),
        (["姓名", "组", "生日"], ["陈大秀", "三组", "六五年"], "C2", "填 1965，或留空"),
        (["姓名", "组", "年龄"], ["陈大秀", "三组", "六十多"], "C2", "读不出几岁"),
        (["姓名", "组", "性别"], ["陈大秀", "三组", "0"], "C2", "写女或男"),
        (["姓名", "组"], ["陈大秀（王二娘）", "三组"], "A2", "只记「陈大秀」"),
    ],
)
def test_a_doubtful_cell_is_left_empty_and_named(
    heads: list[Any], cells: list[Any], where: str, sentence: str
) -> None:
    found = read(workbook([heads, cells]))
    assert told(found) == [("陈大秀", "三组", None, None, "")]
    [(named, why)] = doubts(found)
    assert (named, sentence in why) == (f"表1!{where}", True), why


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["", "三组", "女", 1965], "还没写名字"),
        (["张三 李四", "三组", "女", 1965], "像是不止一个人"),
        (["张三、李四", "三组", "女", 1965], "像是不止一个人"),
        (["陈大秀", "", "女", 1965], "还没写是哪个组的"),
        (["陈小秀", "三组", "女", TODAY.year - 8], "可能还不满 14 岁"),
        (["�大秀", "三组", "女", 1965], "有个字坏了"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_others_are_taken(cells: list[Any], sentence: str) -> None:
    rows = [["姓名", "组", "性别", "出生年份"], cells, ["刘国富", "一组", "男", 1960]]
    found = read(workbook(rows))
    assert [one[0] for one in told(found)] == ["刘国富"]
    [(where, why)] = doubts(found, stops=True)
    assert (where.endswith("2"), sentence in why) == (True, True), why


def test_identity_numbers_are_left_out_before_anything_is_kept() -> None:
    rows = [
        ["姓名", "公民身份号码", "组", "备注"],
        ["陈大秀", ID_NUMBER, "三组", f"证 {ID_NUMBER}"],
        ["刘国富", 5.1e17],
    ]
    [sheet], _unread = read_sheets(workbook(rows), kind="learner")
    assert ID_NUMBER not in repr(sheet)
    assert "5.1" not in repr(sheet)
    assert sheet.left_out == ("公民身份号码", "备注")


def test_groups_merged_down_or_standing_as_headings_hold_for_all_below() -> None:
    merged = [["姓名", "组"], ["陈大秀", "三组"], ["刘国富", None], ["张桂花", "一组"]]
    assert [one[1] for one in told(read(workbook(merged, merged=("B2:B3",))))] == ["三组", "三组", "一组"]
    headings = [
        ["姓名", "电话"],
        ["三组（2人）"],
        ["陈大秀"],
        ["刘国富"],
        ["第一组"],
        ["张桂花"],
        ["合计", 3],
    ]
    assert [one[:2] for one in told(read(workbook(headings)))] == [
        ("陈大秀", "三组"),
        ("刘国富", "三组"),
        ("张桂花", "第一组"),
    ]


def test_column_names_may_stand_in_two_lines_and_once_more_on_every_page() -> None:
    rows = [
        ["花名册"],
        ["序号", "姓名", "基本情况", None, "组"],
        [None, None, "性别", "出生年月", None],
        [1, "陈大秀", "女", "1965年3月", "三组"],
        ["序号", "姓名", "性别", "出生年月", "组"],
        [2, "刘国富", "男", "1960-01", "一组"],
        ["填表人：陈书记"],
    ]
    found = read(workbook(rows, merged=("C2:D2",)))
    assert told(found) == [("陈大秀", "三组", "female", 1965, ""), ("刘国富", "一组", "male", 1960, "")]
    assert len(found) == 2


def test_every_sheet_with_names_is_read_and_the_others_are_named() -> None:
    first, second = [["姓名", "组"], ["陈大秀", "三组"]], [["姓名", "性别"], ["刘国富", "男"]]
    data = workbook(first, [["物资", "数量"], ["板凳", 3]], second, titles=("三组", "物资", "一组"))
    sheets, unread = read_sheets(data, kind="learner")
    assert [sheet.name for sheet in sheets] == ["三组", "一组"]
    assert unread == ("物资",)
    assert [one[:2] for one in told(read(data))] == [("陈大秀", "三组"), ("刘国富", "一组")]


def test_rows_of_other_villages_are_named_and_not_taken() -> None:
    rows = [
        ["村名", "姓名", "组"],
        ["狮湾村", "陈大秀", "三组"],
        ["永兴村", "刘国富", "一组"],
        ["新店乡狮湾", "张桂花", "一组"],
    ]
    found = read(workbook(rows))
    assert [one[0] for one in told(found)] == ["陈大秀", "张桂花"]
    [(where, why)] = doubts(found, stops=True)
    assert (where, "永兴村" in why) == ("表1!A3", True)


@pytest.mark.parametrize("columns", [("name", "group_name")])
def test_without_column_names_columns_are_known_by_what_they_look_like(columns: tuple[str, ...]) -> None:
    data = "陈大秀,三组\n刘国富,一组\n".encode("gb18030")
    [sheet], _unread = read_sheets(data, kind="learner")
    assert likely_columns("learner", sheet) == columns
    assert [one[:2] for one in told(read(data))] == [("陈大秀", "三组"), ("刘国富", "一组")]


def test_teachers_have_columns_of_their_own() -> None:
    rows = [["教师姓名", "工作单位", "专长", "手机"], ["周老师", "农技站", "柑橘", 13800005678]]
    [one] = read(workbook(rows), "teacher")
    assert (one.entry.name, one.entry.unit, one.entry.specialities) == ("周老师", "农技站", "柑橘")
    assert one.entry.phone == "13800005678"


LIST = workbook([["姓名", "组"], ["陈大秀", "三组"]])
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
WIDE = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (row, row) for row in range(3, 9000))
LONG = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + "长".encode() * 30_000 + b"</t></is></c></row>"
STYLES = b"".join(b'<xf numFmtId="%d"/>' % number for number in range(200_000))


def with_rows(rows: bytes) -> bytes:
    return altered(LIST, SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (altered(LIST, SHEET, lambda xml: b" " * 60_000_000 + xml), TableFault.TOO_LARGE),
        (altered(LIST, SHEET, lambda xml: xml + b" " * 25_000_000), TableFault.TOO_LARGE),
        (with_rows(b'<row r="3">' + b"<c><v>1</v></c>" * 1_500_000 + b"</row>"), TableFault.TOO_LARGE),
        (with_rows(WIDE), TableFault.TOO_LARGE),
        (with_rows(b"".join(LONG % (row, row) for row in range(3, 12))), None),
        (with_rows(b"".join(LONG % (row, row) for row in range(3, 900))), TableFault.TOO_LARGE),
        (altered(LIST, SHEET, lambda xml: xml.replace(b"</sheetData>", FAR)), TableFault.TOO_LARGE),
        (with_rows(b'<row r="3"><c r="XFD3"><v>1</v></c></row>'), TableFault.TOO_LARGE),
        (
            altered(LIST, "xl/styles.xml", lambda xml: xml.replace(b"</cellXfs>", STYLES + b"</cellXfs>")),
            TableFault.TOO_LARGE,
        ),
        (altered(LIST, SHEET, lambda xml: ENTITIES + xml.partition(b"?>")[2]), TableFault.BROKEN_WORKBOOK),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), TableFault.ENCRYPTED),
        (LIST[: len(LIST) // 2], TableFault.BROKEN_WORKBOOK),
        (OLE + b"\0" * 600, TableFault.BROKEN_WORKBOOK),
        (b"<html><table><tr><td>", TableFault.HTML),
    ],
    ids=lambda given: str(given) if given is None or isinstance(given, str) else "",
)
def test_a_hostile_file_gets_a_clear_no_and_a_strange_one_is_read(
    data: bytes, fault: TableFault | None
) -> None:
    if fault is None:
        assert told(read(data))[0][0] == "陈大秀"
        return
    with pytest.raises(UnreadableTable) as why:
        read_sheets(data, kind="learner")
    assert why.value.fault == fault


@pytest.mark.skipif(sys.platform == "win32", reason="processes have no limits there")
def test_what_unfolds_in_memory_stays_within_the_limit_of_its_process() -> None:
    strings = b"<sst>" + b"".join(b"<si><t>%d</t></si>" % number for number in range(1_400_000)) + b"</sst>"
    typed = (
        b'<Override PartName="/xl/s.xml" ContentType="application/vnd.openxmlformats-officedocument'
        b'.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    data = altered(LIST, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", typed))
    kept = BytesIO(data)
    with ZipFile(kept, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/s.xml", strings)
    read_here = (
        "import resource, sys; from nightschool.formats.child import run_child;"
        "print(run_child('workbook_reader', sys.stdin.buffer.read(), seconds=90).stdout);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", read_here], input=kept.getvalue(), capture_output=True, check=True
    )
    answer, kilobytes = done.stdout.splitlines()
    assert b"sheets" not in answer
    assert int(kilobytes) < 200_000


def test_a_list_of_too_many_rows_gets_a_clear_no() -> None:
    data = "姓名,组\n" + "".join(f"陈{number},三组\n" for number in range(20_200))
    with pytest.raises(Refused, match="too_many"):
        read_sheets(data.encode(), kind="learner")
