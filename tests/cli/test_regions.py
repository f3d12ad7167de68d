"""`regions`: lists come in whole or not at all, and what is wrong with them is told line by line."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import nightschool
from nightschool import texts
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models.places import Region, RegionName
from nightschool.settings import sqlite_url
from tests import factories
from tests.factories import JIANLI, SHIWAN

DATA = Path(nightschool.__file__).parent / "data"
YUHUANG, OTHER_YUHUANG = "511011119204", "511025102235"
SMALL = """\
510000000000,四川省
511000000000,内江市
511002000000,市中区
511002105000,全安镇
511002105201,狮湾村村委会
511002105202,余坝村村委会
"""


def regions(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["regions", *words], env={"NIGHTSCHOOL_DATA": str(folder)})


def stored(folder: Path, statement):
    database = Database(sqlite_url(folder / "nightschool.db"), sealer=factories.SEALER)
    with database.reading() as db:
        rows = db.execute(statement).all()
    database.dispose()
    return rows


def count(folder: Path) -> int:
    return stored(folder, select(func.count(Region.code)))[0][0]


@pytest.fixture(autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """All but the test of a new folder begin with an empty database."""
    if "new_folder" not in request.fixturenames:
        request.getfixturevalue("installed")


@pytest.fixture
def new_folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def write(tmp_path: Path):
    def make(rows: str, name: str = "list.csv", encoding: str = "utf-8-sig") -> str:
        path = tmp_path / name
        path.write_bytes(f"code,name\n{rows}".encode(encoding))
        return str(path)

    return make


def test_both_shipped_lists_come_in_one_after_the_other(tmp_path: Path) -> None:
    old, new = (str(DATA / f"regions-neijiang-{year}.csv") for year in (2017, 2023))
    first = regions(tmp_path, "import", old, "--as-of", "2017-10-31")
    assert first.exit_code == 0, first.output
    assert "2017年10月31日 的名单，范围是内江市：" in first.output
    assert "新增 2474，改名或恢复 0，撤并 0，没有变化 0，跳过 0。" in first.output
    second = regions(tmp_path, "import", new, "--as-of", "2023-06-30", "--end-missing")
    assert "新增 386，改名或恢复 43，撤并 1480，没有变化 947，跳过 0。" in second.output
    assert "511025118001 现在是新桥场社区，名单里写的是兴隆街社区。" in second.output
    assert "这样的有 4 处，没有动。" in second.output
    third = regions(tmp_path, "import", new, "--as-of", "2023-06-30", "--end-missing", "--renamed")
    assert "新增 0，改名或恢复 4，撤并 0，没有变化 1376，跳过 0。" in third.output
    again = regions(tmp_path, "import", new, "--as-of", "2023-06-30", "--end-missing")
    assert again.exit_code == 0
    assert "新增 0，改名或恢复 0，撤并 0，没有变化 1380，跳过 0。" in again.output
    assert count(tmp_path) == 2860


def test_the_list_that_came_last_is_withdrawn(tmp_path: Path, write) -> None:
    regions(tmp_path, "import", write(SMALL), "--as-of", "2020-01-01")
    regions(tmp_path, "import", write(SMALL.replace("狮湾村", "石湾村")), "--as-of", "2021-01-01")
    told = regions(tmp_path, "withdraw")
    assert "2021年1月1日 的名单撤回了：6 处回到导入以前，去掉 0 处" in told.output
    assert stored(tmp_path, select(Region.name).where(Region.code == SHIWAN)) == [("狮湾村",)]
    assert "没有可以撤回的名单" in regions(tmp_path, "withdraw").output


def test_a_trial_tells_the_same_and_stores_nothing(tmp_path: Path, write) -> None:
    tried = regions(tmp_path, "import", write(SMALL), "--dry-run")
    assert tried.exit_code == 0
    assert "新增 6，" in tried.output
    assert "这是试算，什么也没有存。" in tried.output
    assert count(tmp_path) == 0


def test_a_list_with_a_bad_row_is_not_imported_at_all(new_folder: Path, write) -> None:
    told = regions(new_folder, "import", write(SMALL + "5.11E+11,田家镇\n511002105203,\n"))
    assert told.exit_code == 1
    assert "第 8 行 code：「5.11E+11」的后几位被表格软件抹掉了" in told.stderr
    assert "第 9 行 name：没有名字。" in told.stderr
    assert "什么也没有导入。改好再来，或者加 --skip-bad 跳过这些行。" in told.stderr
    assert not (new_folder / "nightschool.db").exists()


def test_bad_rows_can_be_skipped(tmp_path: Path, write) -> None:
    told = regions(tmp_path, "import", write(SMALL + "5.11E+11,田家镇\n"), "--skip-bad")
    assert told.exit_code == 0, told.output
    assert "第 8 行" in told.stderr
    assert "新增 6，改名或恢复 0，撤并 0，没有变化 0，跳过 1。" in told.stdout
    assert count(tmp_path) == 6


def test_what_stands_in_a_skipped_row_is_never_ended(tmp_path: Path, write) -> None:
    regions(tmp_path, "import", write(SMALL), "--as-of", "2020-01-01")
    rows = SMALL.replace("狮湾村村委会", "#N/A")
    told = regions(tmp_path, "import", write(rows), "--as-of", "2021-01-01", "--end-missing", "--skip-bad")
    assert told.exit_code == 0, told.output
    assert "撤并 0，没有变化 5，跳过 1。" in told.output
    unread = SMALL.replace(SHIWAN, "5.11E+11")
    told = regions(tmp_path, "import", write(unread), "--as-of", "2022-01-01", "--end-missing", "--skip-bad")
    assert "什么也不标成已撤并" in told.output
    assert "撤并 0，" in told.output


def test_a_row_without_its_parent_is_a_bad_row(tmp_path: Path, write) -> None:
    path = write(SMALL + f"{YUHUANG},玉皇村村委会\n")
    told = regions(tmp_path, "import", path)
    assert told.exit_code == 1
    assert f"第 8 行 code：{YUHUANG} 的上级 511011119000 还没有录入" in told.stderr
    assert count(tmp_path) == 0
    assert regions(tmp_path, "import", path, "--skip-bad").exit_code == 0
    assert count(tmp_path) == 6


def test_a_list_of_bad_rows_only_imports_nothing_even_when_they_are_skipped(tmp_path: Path, write) -> None:
    told = regions(tmp_path, "import", write("x,甲\n"), "--skip-bad")
    assert told.exit_code == 1
    assert told.stderr.endswith("什么也没有导入。\n")


def test_very_many_bad_rows_are_counted_in_the_end(tmp_path: Path, write) -> None:
    told = regions(tmp_path, "import", write("x,甲\n" * 60))
    assert told.stderr.count("第 ") == 50
    assert "还有 10 行有问题" in told.stderr


def test_a_list_saved_by_excel_in_china_comes_in_as_it_is(tmp_path: Path, write) -> None:
    told = regions(tmp_path, "import", write(SMALL, encoding="gb18030"))
    assert told.exit_code == 0, told.output
    assert "新增 6，" in told.stdout


def test_a_workbook_comes_in_and_its_bad_cells_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in ("统计用区划代码,名称", *SMALL.splitlines(), "511002105203,"):
        book.active.append(line.split(","))
    book.save(tmp_path / "名单.xlsx")
    told = regions(tmp_path, "import", str(tmp_path / "名单.xlsx"), "--skip-bad")
    assert told.exit_code == 0, told.output
    assert "第 8 行 名称 B8：没有名字。" in told.stderr
    assert count(tmp_path) == 6


def test_a_file_that_is_no_table_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"%PDF-1.7")
    told = regions(tmp_path, "import", str(tmp_path / "list.csv"))
    assert told.exit_code == 1
    assert told.stderr.splitlines()[0].startswith("这是 PDF")
    assert "Traceback" not in told.output


def township(villages: int) -> str:
    rows = (f"511002{100 + n // 900}{n % 900 + 1:03d},第{n}村" for n in range(villages))
    towns = (f"511002{100 + n}000,第{n}镇" for n in range(villages // 900 + 1))
    return "\n".join([*SMALL.splitlines()[:3], *towns, *rows, ""])


def test_a_long_list_says_how_far_it_is(tmp_path: Path, write) -> None:
    told = regions(tmp_path, "import", write(township(5000)))
    assert told.exit_code == 0, told.output
    assert [line for line in told.stdout.splitlines() if line.startswith("导入了")] == [
        "导入了 25%",
        "导入了 50%",
        "导入了 75%",
        "导入了 100%",
    ]
    assert "导入了" not in regions(tmp_path, "import", write(SMALL)).stdout


def test_a_list_without_a_day_holds_from_today(tmp_path: Path, write) -> None:
    assert regions(tmp_path, "import", write(SMALL)).exit_code == 0
    [(as_of,)] = stored(tmp_path, select(RegionName.as_of).where(RegionName.region_code == SHIWAN))
    assert as_of.year >= 2026


@pytest.mark.parametrize(
    "words", [["import", "nowhere.csv"], ["import", ".", "--as-of", "2023"], ["successor", "1", "2"]]
)
def test_a_command_that_cannot_be_read_says_so(tmp_path: Path, words: list[str]) -> None:
    assert regions(tmp_path, *words).exit_code == 2


def test_a_village_is_told_its_successor(tmp_path: Path) -> None:
    for year, day in ((2017, "2017-10-31"), (2023, "2023-06-30")):
        path = str(DATA / f"regions-neijiang-{year}.csv")
        regions(tmp_path, "import", path, "--as-of", day, "--end-missing")
    told = regions(tmp_path, "successor", YUHUANG, OTHER_YUHUANG, "--day", "2019-12-20")
    assert told.exit_code == 0, told.output
    assert told.output == f"从 2019年12月20日 起，玉皇村（{YUHUANG}）由 玉皇村（{OTHER_YUHUANG}）接替。\n"
    columns = select(Region.successor_code, Region.successor_day).where(Region.code == YUHUANG)
    [(code, day)] = stored(tmp_path, columns)
    assert (code, day.isoformat()) == (OTHER_YUHUANG, "2019-12-20")


def test_an_impossible_successor_is_told_in_one_sentence(tmp_path: Path, write) -> None:
    regions(tmp_path, "import", write(SMALL))
    told = regions(tmp_path, "successor", SHIWAN, JIANLI, "--day", "2030-01-01")
    assert told.exit_code == 1
    assert told.stderr == f"没有 {JIANLI} 这个代码。先用 regions import 导入有它的名单。\n"
    assert "Traceback" not in told.output


def test_the_command_line_speaks_english_too(tmp_path: Path, write) -> None:
    with texts.using_language("en"):
        told = regions(tmp_path, "import", write(SMALL + "x,田家镇\n"), "--skip-bad")
    assert told.exit_code == 0
    assert "%(" not in told.output
    assert "新增" not in told.output
    assert told.stderr.startswith("Line 8")
