"""Spreadsheets as villages have them, one kind of dirt each: who is read out of it, and which cells are named.

None is anybody's: all are written here, by openpyxl, xlwt and as text, or lie beside it as LibreOffice wrote them.
"""

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl import Workbook

from nightschool.formats.people_lists import likely_columns, read_sheets
from nightschool.formats.tables import TableFault, UnreadableTable
from nightschool.rules.people.lists import people_in, sort_out
from nightschool.rules.people.people import sex_word
from nightschool.rules.registers.past_registers import register_columns
from tests.factories import TODAY

Writer = Callable[[str], bytes]


def cells(line: str) -> list[Any]:
    """The cells of a line: # before a number, @ before a day, $ is nothing at all."""
    return [value(cell) for cell in line.split("|")]


def value(cell: str) -> Any:
    if cell[:1] == "#" and cell[1:2] != "N":
        return float(cell[1:])
    return datetime.fromisoformat(cell[1:]) if cell[:1] == "@" else cell.replace("¶", "\n") or None


def sheets(text: str) -> list[tuple[str, list[list[Any]]]]:
    """A sheet begins with a line [its name]; without one it is called 表."""
    found: list[tuple[str, list[list[Any]]]] = []
    for line in text.split("\n"):
        if line.startswith("["):
            found.append((line[1:-1], []))
        else:
            found = found or [("表", [])]
            found[-1][1].append(cells(line))
    return found


def xlsx(text: str, *, merged: str = "", hidden: str = "") -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets(text):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in merged.split():
            sheet.merge_cells(area)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def xls(text: str) -> bytes:
    book, day = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, rows in sheets(text):
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                style = day if isinstance(cell, datetime) else xlwt.Style.default_style
                sheet.write(number, column, cell, style)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def saved_as(encoding: str, between: str = ",", ends: str = "\r\n", mark: bytes = b"") -> Writer:
    return lambda text: mark + text.replace("|", between).replace("\n", ends).encode(encoding)


def merging(areas: str) -> Writer:
    return lambda text: xlsx(text, merged=areas)


def hiding(name: str) -> Writer:
    return lambda text: xlsx(text, hidden=name)


PLAIN = "序号|姓名|组|性别|出生年份|电话\n1|陈大秀|三组|女|1965|13800005678\n2|刘国富|一组|男|1958|"
BOTH = "陈大秀 三组 女 1965 13800005678, 刘国富 一组 男 1958"
HEAD = "姓名|组|性别|出生年月|电话\n"
CHEN = "陈大秀 三组 女 1965 13800005678"

# What it is, who writes it, what stands in it, who comes out; ? names doubtful cells, ! rows that are left, = how many
# rows are somebody once more, - a sheet that was not read, ~ columns of identity numbers.
DIRTY: list[tuple[str, Writer, str, str]] = [
    ("as it should be", xlsx, PLAIN, BOTH),
    ("before 2007", xls, PLAIN, BOTH),
    ("UTF-8", saved_as("utf-8"), PLAIN, BOTH),
    ("UTF-8 with its mark", saved_as("utf-8-sig"), PLAIN, BOTH),
    ("UTF-16, tabs, as Excel's Unicode text", saved_as("utf-16", "\t"), PLAIN, BOTH),
    ("GB18030, as WPS saves CSV", saved_as("gb18030"), PLAIN, BOTH),
    ("GBK, tabs, called .xls", saved_as("gbk", "\t"), PLAIN, BOTH),
    ("semicolons, lines end as on old Macs", saved_as("utf-8", ";", "\r"), PLAIN, BOTH),
    ("title over merged cells", merging("A1:F1"), f"狮湾村农民夜校学员花名册|||||\n{PLAIN}", BOTH),
    ("title, unit and day above", xlsx, f"花名册\n单位：狮湾村|||2026年3月\n\n{PLAIN}", BOTH),
    ("column names in two lines", merging("C1:D1"), "序号|姓名|情况||组\n||性别|出生年月|\n1|陈大秀|女|1965|三组", "陈大秀 三组 女 1965"),
    ("column names on every page", xlsx, f"{PLAIN}\n序号|姓名|组|性别|出生年份|电话\n3|张桂花|二组|女||", f"{BOTH}, 张桂花 二组 女"),
    ("sum, maker and stamp below", xlsx, f"{PLAIN}\n合计|2人||||\n制表人：陈书记|||||\n|负责人签字：||||", BOTH),
    ("blank rows and columns", xlsx, "||\n||姓名||组|\n||\n||陈大秀||三组|\n||\n||刘国富||一组|", "陈大秀 三组, 刘国富 一组"),
    ("line breaks in cells, as with Alt and Enter", saved_as("gb18030"), '姓名|组|"备注\n（可不填）"|电话\n陈大秀|三组|"两行\n的话"|13800005678\n刘国富|一组||', "陈大秀 三组 - - 13800005678, 刘国富 一组"),
    ("quotes that do not close", saved_as("utf-8"), '姓名|组|备注\n"陈大秀|三组|\n刘国富|一组|他说"好"的\n张桂花|二组|"好"的', "陈大秀 三组, 刘国富 一组, 张桂花 二组"),
    ("no column names", xlsx, "陈大秀|三组|女\n刘国富|一组|男", "陈大秀 三组 女, 刘国富 一组 男"),
    ("column names with stars and brackets", xlsx, "*姓名（必填）|村民 小组：|性 别|联系¶电话\n陈大秀|三组|女|13800005678", "陈大秀 三组 女 - 13800005678"),
    ("English column names", xlsx, "Name|Group|Sex|Birth year|Phone\n陈大秀|三组|F|1965|13800005678", CHEN),
    ("group merged down", merging("B2:B3"), "姓名|组\n陈大秀|三组\n刘国富|\n张桂花|一组", "陈大秀 三组, 刘国富 三组, 张桂花 一组"),
    ("groups as headings", xlsx, "姓名|电话\n三组（2人）|\n陈大秀|\n第一组|\n刘国富|", "陈大秀 三组, 刘国富 第一组"),
    ("a sheet for every group", xlsx, "[三组]\n姓名\n陈大秀\n[一组]\n姓名\n刘国富\n[Sheet3]\n", "陈大秀 三组, 刘国富 一组"),
    ("other sheets beside it", xlsx, f"[物资]\n物资|数量\n板凳|#3\n[名单]\n{PLAIN}", f"{BOTH} -物资"),
    ("a hidden sheet of last year", hiding("旧的"), f"[旧的]\n姓名|组\n王小明|三组\n[名单]\n{PLAIN}", f"{BOTH} -旧的"),
    ("two lists side by side", xlsx, "序号|姓名|组|序号|姓名|组\n1|陈大秀|三组|2|刘国富|一组\n3|张桂花|二组|", "陈大秀 三组, 张桂花 二组, 刘国富 一组"),
    ("addresses for groups", xlsx, "姓名|家庭住址\n陈大秀|狮湾村三组12号\n刘国富|狮湾村1社", "陈大秀 三组, 刘国富 1社"),
    ("groups as numbers", xlsx, "姓名|组\n陈大秀|#3\n刘国富|３组", "陈大秀 3, 刘国富 ３组"),
    ("blanks of all kinds in names", xlsx, "姓名|组\n陈　秀|三组\n 刘 国\u00a0富 |一组\n欧阳 小凤|二组", "陈秀 三组, 刘国富 一组, 欧阳小凤 二组"),
    ("what people are called in brackets", xlsx, "姓名|组\n李某某（王二娘）|三组\n刘国富(一组)|\n陈大秀（女）|三组", "李某某 三组, 刘国富 一组, 陈大秀 三组 女 ?A2"),
    ("numbers before names", xlsx, "姓名|组\n1、陈大秀|三组\n2.刘国富|一组", "陈大秀 三组, 刘国富 一组"),
    ("names of other peoples", xlsx, "姓名|组\n买买提·艾力|三组\n阿依·古丽|一组", "买买提·艾力 三组, 阿依·古丽 一组"),
    ("several in one cell", xlsx, "姓名|组\n陈大秀、刘国富|三组\n张三 李四|三组\n王明|一组", "王明 一组 !A2 !A3"),
    ("ages as text", xlsx, "姓名|组|年龄\n陈大秀|三组|61岁\n刘国富|一组|#68\n张桂花|二组|五十多", "陈大秀 三组 - 1965, 刘国富 一组 - 1958, 张桂花 二组 ?C4"),
    ("days of birth in every way", xlsx, f"{HEAD}甲一|三组||1965.3.8|\n甲二|三组||@1965-03-08|\n甲三|三组||#1965.3|\n甲四|三组||19650308|\n甲五|三组||1965年3月|\n甲六|三组||1965/3/8|\n甲七|三组||1965-03|", ", ".join(f"甲{n} 三组 - 1965" for n in "一二三四五六七")),
    ("days of birth before 2007", xls, f"{HEAD}陈大秀|三组|女|@1965-03-08|#13800005678", CHEN),
    ("half a year of birth", xlsx, f"{HEAD}陈大秀|三组|女|65.3.8|\n刘国富|一组|男|六五年|", "陈大秀 三组 女, 刘国富 一组 男 ?D2 ?D3"),
    ("phones as numbers and as formulas of text", saved_as("gb18030"), f'{HEAD}陈大秀|三组|女|1965|"=""13800005678"""\n刘国富|一组|男|1958|1.3900005678E+10', "陈大秀 三组 女 1965 13800005678, 刘国富 一组 男 1958 13900005678"),
    ("phones as floats", xlsx, f"{HEAD}陈大秀|三组|女|#1965|#13800005678.0", CHEN),
    ("phones that are spoilt", saved_as("utf-8"), f"{HEAD}陈大秀|三组|女|1965|1.38E+10\n刘国富|一组|男|1958|138000056", "陈大秀 三组 女 1965, 刘国富 一组 男 1958 ?E2 ?E3"),
    ("phones with signs, and none", xlsx, f"{HEAD}陈大秀|三组|女|1965|'138-0000-5678\n刘国富|一组|男|1958|无\n张桂花|二组|||１３８００００１１１１", f"{CHEN}, 刘国富 一组 男 1958, 张桂花 二组 - - 13800001111"),
    ("sex in other words", xlsx, f"{HEAD}陈大秀|三组|女性||\n刘国富|一组|M||\n张桂花|二组|不详||", "陈大秀 三组 女, 刘国富 一组 男, 张桂花 二组 ?C4"),
    ("the same row twice", xlsx, f"{PLAIN}\n3|陈大秀|3组|女|1965|13800005678", f"{BOTH} =1"),
    ("identity numbers", xlsx, "姓名|身份证号码|组|备注\n陈大秀|511002196503081234|三组|证511002196503081234\n刘国富|#511002195803081234|一组|", "陈大秀 三组, 刘国富 一组 ~身份证号码 ~备注"),
    ("children", xlsx, f"{HEAD}陈大秀|三组|女|1965|13800005678\n陈小秀|三组|女|2018|", f"{CHEN} !D3"),
    ("other villages in it", xlsx, "村|姓名|组\n狮湾村|陈大秀|三组\n永兴村|刘国富|一组", "陈大秀 三组 !A3"),
    ("cells that could not be worked out", xlsx, "姓名|组|电话\n陈大秀|三组|#N/A\n#N/A|一组|\n#NAME?|一组|", "陈大秀 三组 ?C2 !A3 !A4"),
    ("broken characters", xlsx, "姓名|组\n陈大秀|三组\n刘\ufffd富|一组", "陈大秀 三组 !A3"),
    ("nobody but a name", xlsx, "姓名|组|性别\n陈大秀|三组|女\n|一组|女\n刘国富||", "陈大秀 三组 女, 刘国富 一组 !A3"),
]  # fmt: skip


# The same for what tests.formats.libreoffice.write has LibreOffice make of what people type.
WRITTEN = {
    "titled.xlsx": "陈大秀 三组 女 1965 13800005678, 刘国富 三组 男 1958 13900001234, 欧阳小凤 一组 女 1971 ?B5",
    "titled.xls": "陈大秀 三组 女 1965 13800005678, 刘国富 三组 男 1958 13900001234, 欧阳小凤 一组 女 1971 ?B5",
    "filtered.xlsx": "陈大秀 3社 女 - 13800005678, 刘国富 1社 男 -去年",
    "gb18030.csv": "王䶮 三组 - - 13800005678, 李𬇕 一组 - - 13900001234",
    "utf16.csv": "王䶮 三组 - - 13800005678, 李𬇕 一组 - - 13900001234",
    "typed.xlsx": "陈大秀 3 - 1965 13800005678, 刘国富 1 - 1958 13900001234, 欧阳小凤 2 - 1971 ~身份证号",
    "typed.xls": "陈大秀 3 - 1965 13800005678, 刘国富 1 - 1958 13900001234, 欧阳小凤 2 - 1971 ~身份证号",
}


def told(one: Any) -> str:
    said = one.entry
    parts = [said.name, said.group_name, sex_word(said.sex), said.birth_year, said.phone]
    return " ".join(str(part or "-") for part in parts).rstrip(" -")


@pytest.mark.parametrize(
    ("writer", "text", "expected"), [row[1:] for row in DIRTY], ids=[row[0] for row in DIRTY]
)
def test_a_dirty_spreadsheet_is_read_as_people_mean_it(writer: Writer, text: str, expected: str) -> None:
    assert read_out(writer(text)) == expected


@pytest.mark.parametrize("name", WRITTEN)
def test_what_libreoffice_writes_is_read_as_people_mean_it(name: str) -> None:
    assert read_out(saved(name)) == WRITTEN[name]


def test_a_register_that_libreoffice_writes_is_known_by_its_days() -> None:
    [sheet], _unread = read_sheets(saved("register.xlsx"), kind="register")
    days = {date(2026, 11, 3), date(2026, 11, 10)}
    columns = register_columns(sheet, likely_columns("register", sheet), days)
    assert columns == ("name", "group_name", "2026-11-03", "2026-11-10", "")


def test_a_table_of_libreoffice_itself_is_said_to_be_one() -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_sheets(saved("sheet.ods"), kind="learner")
    assert refused.value.fault is TableFault.OPEN_DOCUMENT


def saved(name: str) -> bytes:
    return (Path(__file__).parent / "libreoffice" / name).read_bytes()


def read_out(data: bytes) -> str:
    """Who is read out of it, and the signs for what was not."""
    found, unread = read_sheets(data, kind="learner")
    how = {"group": "", "today": TODAY, "place": "狮湾村"}
    people = [
        one for sheet in found for one in people_in("learner", sheet, likely_columns("learner", sheet), **how)
    ]
    sorted_out = sort_out(people, (), others=())
    doubts = {(one.stops, doubt.where.rpartition("!")[2]) for one in people for doubt in one.doubts}
    signs = [f"{'!' if stops else '?'}{where}" for stops, where in sorted(doubts)]
    signs += [f"={sorted_out.repeated}"] if sorted_out.repeated else []
    signs += [f"-{name}" for name in unread]
    signs += [f"~{name}" for sheet in found for name in sheet.left_out]
    return " ".join([", ".join(map(told, sorted_out.new)), *signs])
