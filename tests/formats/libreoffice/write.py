"""Writes the spreadsheets of this folder anew: python -m tests.formats.libreoffice.write

What people typed stands here; LibreOffice (`soffice`) makes of it what it makes of it: its dates, floats, styles and
encodings are in the files. All names and numbers are invented.
"""

import subprocess
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment

HERE = Path(__file__).parent
# How LibreOffice calls them: separator, quote, encoding, first line; of text that is read also its language, and
# that numbers and days are looked for.
GB18030, UTF_16 = "csv:Text - txt - csv (StarCalc):44,34,85,1", "csv:Text - txt - csv (StarCalc):9,34,65535,1"
AS_TYPED = "CSV:44,34,76,1,,2052,false,true"

Sheet = Any


def titled(sheet: Sheet) -> None:
    """A title over merged cells, column names in two lines, groups merged down, days, floats, formulas, a sum."""
    sheet.append(["2026年狮湾村农民夜校学员花名册"])
    sheet.append(["序号", "姓名", "基本情况", None, None, "组别", "联系电话"])
    sheet.append([None, None, "性别", "出生日期", "年龄"])
    people = [
        ("陈 大秀", "女", date(1965, 3, 8), "三组", 13800005678.0),
        ("刘国富（刘二）", "男", date(1958, 11, 2), None, 13900001234.0),
        ("欧阳小凤", "女", "1971.5", "一组", "无"),
    ]
    for number, (name, sex, born, group, phone) in enumerate(people, start=1):
        row = number + 3
        age = f"=2026-YEAR(D{row})" if isinstance(born, date) else "=2026-1971"
        sheet.append([number, name, sex, born, age, group, phone])
        sheet[f"D{row}"].number_format = 'yyyy"年"m"月"d"日"'
    sheet.append(["合计", "=COUNTA(B4:B6)"])
    for area in ("A1:G1", "A2:A3", "B2:B3", "C2:E2", "F2:F3", "G2:G3", "F4:F5"):
        sheet.merge_cells(area)


def filtered(sheet: Sheet) -> None:
    """Rows hidden by a filter, a remark, a frozen line, blank cells that are coloured, a sheet of last year hidden."""
    for row in (
        ["姓名", "组", "性别", "手机"],
        ["陈大秀", "3社", "女", 13800005678],
        ["刘国富", "1社", "男", None],
    ):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:D3"
    sheet.auto_filter.add_filter_column(1, ["3社"])
    sheet.row_dimensions[3].hidden = True
    sheet.freeze_panes = "A2"
    sheet["B2"].comment = Comment("问过组长", "陈书记")
    sheet["H400"].number_format = "0.00"
    last = sheet.parent.create_sheet("去年")
    last.append(["姓名", "组"])
    last.append(["王小明", "三组"])
    last.sheet_state = "hidden"


def rare(sheet: Sheet) -> None:
    """Characters that only GB18030 and Unicode have, commas and quotes inside cells."""
    sheet.append(["姓名", "村民小组", "备注", "电话"])
    sheet.append(["王䶮", "三组", '他说"好,来"', "13800005678"])
    sheet.append(["李𬇕", "一组", "两行\n备注", 13900001234.0])


def register(sheet: Sheet) -> None:
    """Last term's register: days as LibreOffice keeps them, ticks and a word for who was excused."""
    sheet.append(["签到表"])
    sheet.append(["姓名", "组", date(2026, 11, 3), date(2026, 11, 10), "签名"])
    for cell in ("C2", "D2"):
        sheet[cell].number_format = 'm"月"d"日"'
    sheet.append(["陈大秀", "三组", "√", "√"])
    sheet.append(["刘国富", "一组", "假", None])
    sheet.merge_cells("A1:E1")


TYPED = """姓名,出生日期,身份证号,组,电话
陈大秀,1965-03-08,511002196503081234,3,13800005678
刘国富,1958/11/2,511002195811021235,1,013900001234
欧阳小凤,1971年5月1日,51100219710501123X,2,
"""

FILES: dict[str, tuple[Callable[[Sheet], None] | str, str]] = {
    "titled.xlsx": (titled, "xlsx:Calc MS Excel 2007 XML"),
    "titled.xls": (titled, "xls:MS Excel 97"),
    "filtered.xlsx": (filtered, "xlsx:Calc MS Excel 2007 XML"),
    "gb18030.csv": (rare, GB18030),
    "utf16.csv": (rare, UTF_16),
    "typed.xlsx": (TYPED, "xlsx:Calc MS Excel 2007 XML"),
    "typed.xls": (TYPED, "xls:MS Excel 97"),
    "register.xlsx": (register, "xlsx:Calc MS Excel 2007 XML"),
    "sheet.ods": (filtered, "ods"),
}


def write() -> None:
    """All files are written anew."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (made, how) in FILES.items():
            source = Path(folder) / "in" / name.replace(".", "-")
            source.parent.mkdir(exist_ok=True)
            reading: list[str] = []
            if isinstance(made, str):
                source = source.with_suffix(".csv")
                source.write_text(made, "utf-8")
                reading = [f"--infilter={AS_TYPED}"]
            else:
                source, book = source.with_suffix(".xlsx"), Workbook()
                book.active.title = "花名册"
                made(book.active)
                book.save(source)
            options = ["--headless", f"-env:UserInstallation=file://{folder}/user", *reading]
            asked = ["soffice", *options, "--convert-to", how, "--outdir", folder, str(source)]
            subprocess.run(asked, check=True, capture_output=True)
            (Path(folder) / source.name).with_suffix(Path(name).suffix).replace(HERE / name)


if __name__ == "__main__":
    write()
