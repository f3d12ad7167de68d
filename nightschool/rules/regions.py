"""Regions by their 12-digit code: its level, its prefix, what lies inside what, and how an official name is shown.

The level is read from the code's places (2, 4, 6, 9, 12 digits), never by stripping zeros: Neijiang is 5110, and 511
would swallow its neighbours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nightschool.errors import Problem
from nightschool.rules.typed import cleaned
from nightschool.texts import N_, _

CODE_DIGITS = 12
LONGEST_REGION_NAME = 60

_CODE = re.compile(r"[1-9][0-9]{11}")


class Level(StrEnum):
    """What kind of unit a region is, from the largest to the smallest."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


PREFIX_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}
# Level -> the level right below.
BELOW = {
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.COUNTY,
    Level.COUNTY: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.VILLAGE,
}
_WITHOUT_COUNTIES = frozenset({"441900000000", "442000000000", "460400000000"})  # 东莞, 中山, 儋州
_WIDER = tuple((digits, "0" * (CODE_DIGITS - digits)) for digits in PREFIX_DIGITS.values())


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One row of a list of regions, well formed, and the line it stands on."""

    line: int
    code: str
    name: str
    code_column: str = "code"  # what the list calls the column of the code, for a sentence about it


def is_code(text: str) -> bool:
    """True for twelve ASCII digits that begin with a province."""
    return _CODE.fullmatch(text) is not None


def level_of(code: str) -> Level:
    """The level of the unit this code names. Raises ValueError for what is no code."""
    if not is_code(code):
        raise ValueError(f"not a region code: {code!r}")
    if code[9:] != "000":
        return Level.VILLAGE
    if code[6:9] != "000":
        return Level.TOWNSHIP
    if code[4:6] != "00":
        return Level.COUNTY
    return Level.CITY if code[2:4] != "00" else Level.PROVINCE


def prefix_of(code: str) -> str:
    """The digits that every code inside this region begins with."""
    return code[: PREFIX_DIGITS[level_of(code)]]


def code_range(code: str) -> tuple[str, str]:
    """(low, high): a code lies inside this region exactly when low <= code < high, compared as text.

    For range scans on the primary key; a LIKE would not use it on every database.
    """
    prefix = prefix_of(code)
    if set(prefix) == {"9"}:
        return prefix.ljust(CODE_DIGITS, "0"), "9" * CODE_DIGITS + "0"
    return prefix.ljust(CODE_DIGITS, "0"), str(int(prefix) + 1).ljust(CODE_DIGITS, "0")


def full_code(short: str) -> str:
    """The 12-digit code of 2, 4, 6, 9 or 12 digits. Raises ValueError for any other text."""
    if len(short) not in PREFIX_DIGITS.values():
        raise ValueError(f"not a region code: {short!r}")
    code = short.ljust(CODE_DIGITS, "0")
    if not is_code(code):
        raise ValueError(f"not a region code: {short!r}")
    return code


def ancestors_of(code: str) -> tuple[str, ...]:
    """The regions this one lies in, largest first, itself not among them.

    Where a level is left out (a city without counties keeps zeros there), it is left out here as well.
    """
    own_digits = PREFIX_DIGITS[level_of(code)]
    line: list[str] = []
    for digits, zeros in _WIDER:
        if digits >= own_digits:
            break
        above = code[:digits] + zeros
        if not line or above != line[-1]:
            line.append(above)
    return tuple(line)


def parent_of(code: str) -> str | None:
    """The region right above; a province has none."""
    above = ancestors_of(code)
    return above[-1] if above else None


def settled_along(line: Sequence[str], settled: Mapping[str, int | None]) -> tuple[int | None, str]:
    """What the nearest of these regions, the largest first, has settled, and which that is; "": none of them."""
    return next(
        ((value, code) for code in reversed(line) if (value := settled.get(code)) is not None), (None, "")
    )


def township_of(code: str) -> str:
    """The township a region is or lies in; empty above townships."""
    return next((one for one in (code, *ancestors_of(code)) if level_of(one) is Level.TOWNSHIP), "")


def county_of(code: str) -> str:
    """The county a region is or lies in; empty above counties."""
    return next((one for one in (code, *ancestors_of(code)) if level_of(one) is Level.COUNTY), "")


def county_or_township_of(code: str) -> str:
    """Its county, or its township in a city without counties (东莞, 中山, 儋州); empty above both."""
    return county_of(code) or township_of(code)


def does_as_a_county(code: str) -> bool:
    """True of a county, and of a city without counties, which does itself what is a county's elsewhere."""
    return level_of(code) is Level.COUNTY or code in _WITHOUT_COUNTIES


def county_or_city_of(village: str) -> str:
    """The county a village lies in, or its city where that has no counties."""
    return next(one for one in reversed(ancestors_of(village)) if level_of(one) in (Level.COUNTY, Level.CITY))


def is_inside(code: str, ancestor: str) -> bool:
    """True when the first region is the second or lies in it."""
    return code.startswith(prefix_of(ancestor))


def is_community(village: str) -> bool:
    """True of a residents' committee (居委会), by its code; False of a village's."""
    return village[9] < "2"


# How the name of a village or a community ends, and how people type that ending: in full and by initials.
VILLAGE_ENDINGS = {"村": ("cun", "c"), "社区": ("shequ", "sq")}

# The published lists write the committee in a dozen ways and misspell it in a dozen more (居委会会, 居民委会员,
# 村委委会), so what is cut off is a run of the words' characters that has a 委 in it. Beside it the ending that is put
# on where what is left has none of the endings after that.
_COMMITTEES = (
    (re.compile(r"(?:居民?|(?<=社区)民?)[委员会民筹]*委[委员会民筹]*$"), "社区", ("社区",)),
    (re.compile(r"村民?[委员会]*委[委员会]*$"), "村", ("村", "社区")),
)
_STREET_OFFICE = re.compile(r"(?<=街道)办(?:事处)?$")


def display_name(official_name: str, code: str) -> str:
    """The name as people say it: 玉皇村 for 玉皇村村民委员会, 古湖街道 for 古湖街道办事处.

    A residents' committee becomes a community (社区). A name that is nothing but its committee, and one without any of
    the usual endings, is kept whole.
    """
    match level_of(code):
        case Level.VILLAGE:
            return without_committee(official_name)
        case Level.TOWNSHIP:
            return _STREET_OFFICE.sub("", official_name)
        case _:
            return official_name


def without_committee(name: str) -> str:
    """A village's name without the words for its committee; fits what somebody types in search of one as well."""
    for tail, ending, endings in _COMMITTEES:
        stem, cuts = tail.subn("", name)
        if not cuts:
            continue
        if stem in ("", *endings):
            return name
        stem = without_committee(stem)  # one list has its committee twice: 珍呷村民委员会村民委员会
        return stem if stem.endswith(endings) else stem + ending
    return name


# What may stand between the names of a village, its township and its county, as lists and search results print them.
_BETWEEN_NAMES = re.compile(r"[\s·,，、;；/>]+")
_UNIT_NAMES = re.compile(r".+?(?:省|市|县|区|镇|乡|街道)|.+")
_ENDING = re.compile(r"(?<=.)(?:村|社区)$")
MOST_WORDS = 4
LONGEST_VILLAGE_QUERY = 40


def village_readings(text: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read what somebody typed in search of a village, the most literal first, each as words.

    Two words may be a township and a village, or one name in pinyin; a run of characters may hold county, township and
    village; and who says 玉皇村 may mean a community that is called 玉皇社区 now.
    """
    words = tuple(filter(None, _BETWEEN_NAMES.split(cleaned(text[:LONGEST_VILLAGE_QUERY]))))[:MOST_WORDS]
    if not words:
        return ()
    plain = tuple(without_committee(word) for word in words)
    split = tuple(part for word in plain for part in _UNIT_NAMES.findall(word))[:MOST_WORDS]
    together = [("".join(words),)] if all(word.isascii() for word in words) else []
    readings = [*together, words, plain, split, tuple(_ENDING.sub("", word) for word in split)]
    return tuple(dict.fromkeys(readings))


class RowFault(StrEnum):
    """What can be wrong with a list of regions, as the code of a `Problem`."""

    BROKEN_UTF8 = "broken_utf8"
    NOT_TEXT = "not_text"
    HTML = "html"
    ENCRYPTED = "encrypted"
    PDF = "pdf"
    OPEN_DOCUMENT = "open_document"
    BROKEN_WORKBOOK = "broken_workbook"
    TOO_LARGE = "too_large"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    CELLS = "cells"
    CODE_DIGITS = "code_digits"
    CODE_ROUNDED = "code_rounded"
    CODE_TWICE = "code_twice"
    NAME_MISSING = "name_missing"
    NAME_LONG = "name_long"
    NAME_IDENTITY = "name_identity"
    NAME_UNPRINTABLE = "name_unprintable"  # what was kept of uploads calls it so
    PARENT_UNKNOWN = "parent_unknown"


_ROW_FAULTS = {
    RowFault.BROKEN_UTF8: N_("第 %(line)d 行有坏掉的字。从原来的表重新另存一份「CSV UTF-8」，再来一次。"),
    RowFault.NOT_TEXT: N_(
        "这个文件看不懂，不是 CSV，也不是 Excel 表。打开原来的表，另存为 xlsx 或 CSV，再来一次。"
    ),
    RowFault.HTML: N_("这是一个网页，只是名字像表格。用表格软件打开它，另存为 xlsx 或 CSV，再来一次。"),
    RowFault.ENCRYPTED: N_("这张表加了密码，读不了。打开它，去掉密码，另存为 xlsx，再来一次。"),
    RowFault.OPEN_DOCUMENT: N_("这是 LibreOffice 的 ODS 表，读不了。打开它，另存为 xlsx，再来一次。"),
    RowFault.PDF: N_("这是 PDF，读不出表格。找到做它的那份表，另存为 xlsx 或 CSV，再来一次。"),
    RowFault.BROKEN_WORKBOOK: N_(
        "这个 Excel 文件打不开，可能没有传完整。用表格软件打开它，另存为 xlsx 或 CSV，再来一次。"
    ),
    RowFault.TOO_LARGE: N_("这张表太大了。只留代码和名称两列，一次一个省，另存一份再来。"),
    RowFault.NO_HEADER: N_(
        "找不到列名，最前面写的是「%(value)s」。要有一行写着「代码」和「名称」，或者 code 和 name。"
    ),
    RowFault.NO_ROWS: N_("名单是空的：列名下面一行也没有。"),
    RowFault.CELLS: N_(
        "第 %(line)d 行的格数和列名对不上，写的是「%(value)s」。名字里有逗号的，用英文双引号括起来。"
    ),
    RowFault.CODE_DIGITS: N_(
        "第 %(line)d 行 %(column)s：写的是「%(value)s」。区划代码是 12 位数字，前面是省的代码。"
    ),
    RowFault.CODE_ROUNDED: N_(
        "第 %(line)d 行 %(column)s：「%(value)s」的后几位被表格软件抹掉了。把这一列设成文本，重新贴一遍代码。"
    ),
    RowFault.CODE_TWICE: N_("第 %(line)d 行 %(column)s：%(value)s 前面已经有了。一个代码只留一行。"),
    RowFault.NAME_MISSING: N_("第 %(line)d 行 %(column)s：没有名字。"),
    RowFault.NAME_LONG: N_("第 %(line)d 行 %(column)s：「%(value)s」太长。最多 %(longest)d 个字。"),
    RowFault.NAME_IDENTITY: N_("第 %(line)d 行 %(column)s：里面像是有身份证号。去掉，再来一次。"),
    RowFault.NAME_UNPRINTABLE: N_(
        "第 %(line)d 行 %(column)s：「%(value)s」不是名字，像是坏掉的字。照原来的名单再写一遍。"
    ),
    RowFault.PARENT_UNKNOWN: N_(
        "第 %(line)d 行 %(column)s：%(value)s 的上级 %(parent)s 还没有录入，名单里也没有。先把上级补上。"
    ),
}


def tell_row_problem(problem: Problem) -> str:
    """One sentence: in which line and column, what stands there, why it cannot be taken, and what would."""
    return _(
        _ROW_FAULTS[RowFault(problem.code)],
        line=problem.line or 0,
        column=problem.column or "",
        value=problem.value,
        longest=LONGEST_REGION_NAME,
        parent=parent_of(problem.value) if is_code(problem.value) else "",
    )


def tell_unread_sheets(names: Sequence[str]) -> str:
    """One sentence: which sheets of a workbook were not read, and what they would need."""
    return _(
        "这些工作表没有读：%(names)s。要读的话，不要隐藏，要有一行写着「代码」和「名称」。",
        names=_("、").join(names),
    )


def tell_nothing_ends() -> str:
    """One sentence: why nothing is said to be gone by this list, and what to do."""
    return _("有的行读不出是哪个代码，所以不知道名单里少了谁，什么也不标成已撤并。把那些行改好再来一次。")
