"""The press: what people typed is printed literally, in a process that is ended when it takes too long."""

import io
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from nightschool.errors import Refused
from nightschool.formats.evaluation_slip import ToldEvaluationSlip, slips_data
from nightschool.formats.pdf import Press, tell_no_pdf
from nightschool.formats.qr import qr_svg
from nightschool.formats.sign_in_sheet import ToldRow, ToldSheet, blank_sheet, sheets_data
from nightschool.formats.table_paper import Column, ColumnKind, Paper, PaperAsk, lay_out
from nightschool.rules.registers.sign_in_sheets import blank_rows
from nightschool.web.app import template_folder

TEMPLATES = template_folder() / "print"
NOWHERE = TEMPLATES / "nowhere"
HOSTILE = [
    '#panic("x")', "$x$", "*重*", "_a_", "<b>黑</b>", "\\u{41}", "@ref", "[a]", "//不见", "`x`", "= 题", "<last>",
    '"; #read("/etc/passwd")',
]  # fmt: skip
ADDRESS = "https://nightschool.example/sessions/2xAbCdEfGhIjKlMnOpQrSt/register"


@pytest.fixture(scope="module")
def press() -> Press:
    return Press(TEMPLATES, NOWHERE)


def sheet(names: list[str], **others: Any) -> ToldSheet:
    last = len(names) + blank_rows(len(names))
    rows = [ToldRow(place, name, "三组") for place, name in enumerate(names, start=1)]
    rows += [ToldRow(number) for number in range(len(names) + 1, last + 1)]
    said: dict[str, Any] = {
        "school": "全安镇 狮湾村 农民夜校", "title": "柑橘冬季管护", "when": "2026年11月28日 周六 19:00–20:30",
        "facts": "第 3 次，一共 6 次", "short": "狮湾村 柑橘冬季管护", "code": "K7Q2M",
    }  # fmt: skip
    return ToldSheet(**{**said, **others}, rows=tuple(rows))


def pages(press: Press, *sheets: ToldSheet) -> list[str]:
    made = press.pdf("sign_in_sheet", sheets_data([(one, ADDRESS if one.code else "") for one in sheets]))
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("people", "wanted"), [(0, 1), (1, 1), (8, 1), (30, 2), (61, 3), (200, 9)])
def test_a_sheet_has_so_many_pages_each_of_which_says_which_it_is(
    press: Press, people: int, wanted: int
) -> None:
    found = pages(press, sheet([f"陈{place}" for place in range(1, people + 1)]))
    assert len(found) == wanted
    for number, page in enumerate(found, start=1):
        assert f"第{number}页，共{wanted}页" in squeezed(page) and "K7Q2M" in page
    whole = squeezed("".join(found))
    for place in range(1, people + 1):
        assert f"{place}陈{place}三组" in whole
    last = people + blank_rows(people)
    assert f"{last}\n实到" in found[-1]
    assert all(word in squeezed(found[-1]) for word in ("实到", "其中女", "60岁以上", "记录人"))
    assert "记录人" not in "".join(found[:-1])


def test_every_class_counts_its_own_pages_and_bears_its_own_day(press: Press) -> None:
    first = sheet(
        [f"陈{n}" for n in range(30)], when="2026年11月28日 周六", short="狮湾村 11月28日", code="AAAAA"
    )
    second = sheet(["王明"], when="2026年12月5日 周六", code="CCCCC")
    found = [squeezed(page) for page in pages(press, first, second, blank_sheet("狮湾村"))]
    assert len(found) == 4
    said = [("第1页，共2页", "11月28日", "AAAAA"), ("第2页，共2页", "11月28日", "AAAAA")]
    said += [("第1页，共1页", "12月5日", "CCCCC"), ("第1页，共1页", "狮湾村", "课题")]
    for page, words in zip(found, said, strict=True):
        assert all(word in page for word in words)
    assert "12月5日" not in found[1] and "11月28日" not in found[2]


def test_what_people_typed_is_printed_literally(press: Press) -> None:
    [page] = pages(press, sheet(HOSTILE[:8], title=HOSTILE[0], facts=HOSTILE[3]))
    [second] = pages(press, sheet(HOSTILE[8:]))
    for name in HOSTILE:
        assert squeezed(name) in squeezed(page + second)


def test_names_that_are_long_are_whole(press: Press) -> None:
    names = ["尼玛次仁·扎西顿珠·格桑梅朵·旺堆平措", "阿库拉玛·木呷", "很" * 60]
    [page] = pages(press, sheet(names, title="春季红薯高产栽培和马铃薯晚疫病统防统治现场培训" * 2))
    for name in names:
        assert name in squeezed(page)
    assert "晚疫病统防统治现场培训春季红薯" in squeezed(page)


def test_rare_characters_are_printed_or_told_beforehand(press: Press) -> None:
    [page] = pages(press, sheet(["龚䶮", "王㛃", "镕祎"]))
    assert "龚䶮" in page and "王㛃" in page
    assert press.unprintable(["龚䶮", "王㛃镕祎·Ab1（）", "赵𠮷", "ꀀꆈ", "བོད", "赵𠮷"]) == "𠮷ꀀꆈབད"


def test_a_character_that_no_font_has_is_room_to_write_it_by_hand_on_every_paper(press: Press) -> None:
    names = Paper("names", "", "名单", "", (Column("name", "姓名", of=str),))
    table = lay_out(names, ["赵𠮷"], PaperAsk(date(2026, 11, 24), "", {})).data()
    papers = {
        "sign_in_sheet": sheets_data([(sheet(["赵𠮷"]), "")]),
        "table": table,
        "binder": {"title": "赵𠮷", "under": "", "contents": "", "foot": "", "papers": [], "page": "{page}"},
        "board": {**table, "paper": "a4", "qr": qr_svg(ADDRESS).decode(), "scan": ""},
        "certificate": {
            "title": "结业证书", "opening": "", "course": "柑橘", "school": "𠮷村", "day": "",
            "graduates": [{"name": "赵𠮷", "hours": ""}],
        },
        "evaluation_slip": slips_data(ToldEvaluationSlip("𠮷村", "赵老师", (), "", ""), ADDRESS, many=1),
        "poster": {
            "paper": "a4",
            "posters": [
                {
                    **dict.fromkeys(
                        ("banner", "former", "day", "time", "place", "way", "bring", "contact", "foot", "scan"), ""
                    ),
                    "school": "𠮷村", "title": "柑橘", "who": "赵𠮷", "is_off": False,
                    "qr": qr_svg(ADDRESS).decode(),
                }
            ],
        },
        "strip": {"strips": [{"banner": "改期", "now": "赵𠮷", "where": "", "what": "", "cut": ""}]},
    }  # fmt: skip
    assert {f"{paper}.typ" for paper in papers} | {"paper.typ", "tables.typ"} == {
        one.name for one in TEMPLATES.glob("*.typ")
    }
    for paper, said in papers.items():
        [page] = PdfReader(io.BytesIO(press.pdf(paper, said))).pages
        text = page.extract_text()
        assert "赵" in text and "𠮷" not in text and "\0" not in text, paper  # 0 is the font's box


def test_fonts_that_an_operator_puts_there_are_used(tmp_path: Path) -> None:
    found = next(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc"), None)
    if found is None:
        pytest.skip("fonts-noto-cjk is not installed")
    (tmp_path / "more.ttc").symlink_to(found)
    (tmp_path / "read-me.txt").write_text("no font")
    (tmp_path / "broken.otf").write_bytes(b"OTTO\0\1")
    richer = Press(TEMPLATES, tmp_path)
    assert richer.unprintable(["赵𠮷ꀀ"]) == "ꀀ"
    assert "赵𠮷" in pages(richer, sheet(["赵𠮷"]))[0]


def test_the_same_again_is_made_once_and_never_with_other_data(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = press.pdf("sign_in_sheet", sheets_data([(sheet(["甲"]), "")]))
    monkeypatch.setattr(sys, "executable", str(NOWHERE))
    assert press.pdf("sign_in_sheet", sheets_data([(sheet(["甲"]), "")])) == first
    with pytest.raises(Refused, match="not_set"):
        press.pdf("sign_in_sheet", sheets_data([(sheet(["乙"]), "")]))


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Press(TEMPLATES, NOWHERE, most_kept=1)
    wanted = sheets_data([(sheet(["甲"]), "")])
    assert small.pdf("sign_in_sheet", wanted).startswith(b"%PDF")
    monkeypatch.setattr(sys, "executable", str(NOWHERE))
    with pytest.raises(Refused, match="not_set"):
        small.pdf("sign_in_sheet", wanted)


def template(folder: Path, text: str) -> Press:
    (folder / "paper.typ").write_text(text, encoding="utf-8")
    return Press(folder, NOWHERE, seconds=3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#for a in range(100000) { for b in range(100000) {} }", "too_long"),
        ('#("x" * 3000000000).len()', "not_set"),
        ("#panic(sys.inputs.data)", "not_set"),
        ('#read("/etc/passwd")', "not_set"),
    ],
)
def test_what_cannot_be_made_is_told_without_a_word_of_its_data(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        template(tmp_path, text).pdf("paper", {"name": "陈大秀"})
    assert refused.value.code == code
    assert "陈大秀" not in f"{refused.value} {refused.value.details}"
    assert "网页打印" in tell_no_pdf(refused.value)


def test_a_machine_without_the_font_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    with pytest.raises(Refused, match="not_installed"):
        Press(TEMPLATES, NOWHERE).pdf("sign_in_sheet", {})


def test_what_is_signed_never_stands_alone_on_a_page_and_all_rows_are_of_one_size(press: Press) -> None:
    long = "一句很长的话，" * 6
    columns = (Column("title", "课题", 60, lambda n: f"第{n}节"), Column("said", "内容", 60, lambda _n: long))
    paper = Paper(
        key="x", form="", name="台账", about="", columns=columns, closing=lambda _rows: "盖章：____"
    )
    asked = PaperAsk(date(2026, 11, 24), "", {})
    papers = [lay_out(paper, list(range(1, rows + 1)), asked).data() for rows in range(8, 16)]
    binder = {"title": "册", "under": "", "contents": "", "foot": "", "papers": papers, "page": "{page}"}
    pages = PdfReader(io.BytesIO(press.pdf("binder", binder))).pages
    signed = [told for page in pages if "盖章" in (told := squeezed(page.extract_text()))]
    assert len(signed) == 8 and len(pages) > 9
    assert all(f"第{rows}节" in told for rows, told in enumerate(signed, 8))
    sizes: set[float] = set()

    def note(text: str, _cm: Any, tm: list[float], _font: Any, size: float) -> None:
        if "节" in text or "一句" in text:
            sizes.add(round(size * abs(tm[0]), 2))

    pages[1].extract_text(visitor_text=note)
    assert len(sizes) == 1


@pytest.mark.parametrize("rows", range(18, 26))
def test_the_sums_of_a_table_never_stand_alone_on_a_page(press: Press, rows: int) -> None:
    columns = (
        Column("title", "课题", 0, lambda n: f"第{n}节"),
        Column("n", "人次", 20, lambda n: n, ColumnKind.NUMBER, is_summed=True),
    )
    paper = Paper(key="x", form="", name="台账", about="", columns=columns)
    table = lay_out(paper, list(range(1, rows + 1)), PaperAsk(date(2026, 11, 24), "", {}))
    pages = PdfReader(io.BytesIO(press.pdf("table", table.data()))).pages
    [last] = [told for page in pages if "合计" in (told := squeezed(page.extract_text()))]
    assert f"第{rows}节" in last and "人次" in last
