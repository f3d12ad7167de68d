"""Region codes: levels, prefixes, ranges; and how official names are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.errors import Problem
from nightschool.rules.regions import (
    Level,
    RowFault,
    ancestors_of,
    code_range,
    display_name,
    full_code,
    is_code,
    is_inside,
    level_of,
    parent_of,
    prefix_of,
    tell_row_problem,
    village_readings,
    without_committee,
)

NEIJIANG = "511000000000"
TOWNSHIP = "511002105000"
SHIWAN = "511002105201"

codes = st.builds(
    lambda head, rest: head + "".join(rest),
    st.sampled_from("123456789"),
    st.tuples(
        st.sampled_from("0123456789"),
        st.sampled_from(["00", "01", "10", "99"]),
        st.sampled_from(["00", "02", "10", "71"]),
        st.sampled_from(["000", "001", "100", "105", "999"]),
        st.sampled_from(["000", "001", "200", "201", "999"]),
    ),
)


@pytest.mark.parametrize(
    ("code", "level", "prefix"),
    [
        ("510000000000", Level.PROVINCE, "51"),
        (NEIJIANG, Level.CITY, "5110"),
        ("511002000000", Level.COUNTY, "511002"),
        (TOWNSHIP, Level.TOWNSHIP, "511002105"),
        (SHIWAN, Level.VILLAGE, SHIWAN),
        # Round numbers, which stripping zeros would take for something larger.
        ("110100000000", Level.CITY, "1101"),
        ("511011100000", Level.TOWNSHIP, "511011100"),
        ("511011100200", Level.VILLAGE, "511011100200"),
        ("511010000000", Level.COUNTY, "511010"),
    ],
)
def test_a_code_tells_its_level_by_its_places(code: str, level: Level, prefix: str) -> None:
    assert (level_of(code), prefix_of(code)) == (level, prefix)


@pytest.mark.parametrize(
    "text", ["", "5110", "5110021052011", "51100210520x", "５１１００２１０５２０１", "011002105201"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(ValueError, match="not a region code"):
        level_of(text)


def test_neijiang_does_not_swallow_its_neighbours() -> None:
    assert is_inside(SHIWAN, NEIJIANG)
    assert not is_inside("511102001001", NEIJIANG)  # Leshan
    assert not is_inside("511300000000", NEIJIANG)  # Nanchong


@pytest.mark.parametrize(
    ("short", "code"),
    [
        ("51", "510000000000"),
        ("5110", NEIJIANG),
        ("511002", "511002000000"),
        ("511002105", TOWNSHIP),
        (SHIWAN, SHIWAN),
    ],
)
def test_a_short_code_is_filled_up(short: str, code: str) -> None:
    assert full_code(short) == code


@pytest.mark.parametrize("short", ["", "5", "511", "51100", "5110021", "ab", "00", "5110021052011"])
def test_a_short_code_of_another_length_is_refused(short: str) -> None:
    with pytest.raises(ValueError, match="not a region code"):
        full_code(short)


def test_ancestors_come_largest_first() -> None:
    assert ancestors_of(SHIWAN) == ("510000000000", NEIJIANG, "511002000000", TOWNSHIP)
    assert [parent_of(code) for code in ("510000000000", NEIJIANG, SHIWAN)] == [
        None,
        "510000000000",
        TOWNSHIP,
    ]


def test_a_town_right_below_a_city_has_the_city_as_its_parent() -> None:
    assert ancestors_of("441900003001") == ("440000000000", "441900000000", "441900003000")


@given(codes, codes)
def test_being_inside_is_lying_in_the_range(code: str, other: str) -> None:
    low, high = code_range(other)
    assert is_inside(code, other) == (low <= code < high)


@given(codes)
def test_a_region_lies_in_each_of_its_ancestors_and_they_in_each_other(code: str) -> None:
    line = [*ancestors_of(code), code]
    assert sorted(line) == line
    assert all(
        is_inside(line[later], line[earlier]) for later in range(len(line)) for earlier in range(later + 1)
    )
    assert not any(is_inside(line[earlier], line[earlier + 1]) for earlier in range(len(line) - 1))


@given(codes)
def test_a_prefix_filled_up_is_the_code_again(code: str) -> None:
    assert full_code(prefix_of(code)) == code
    assert parent_of(code) == (ancestors_of(code)[-1] if ancestors_of(code) else None)


def test_ranges_of_neighbours_touch_and_do_not_overlap() -> None:
    assert code_range(NEIJIANG) == (NEIJIANG, "511100000000")
    assert code_range("511002105999") == ("511002105999", "511002106000")
    assert code_range("990000000000") == ("990000000000", "9999999999990")


@pytest.mark.parametrize(
    ("official", "shown"),
    [
        ("玉皇村村民委员会", "玉皇村"),
        ("玉皇村村委会", "玉皇村"),
        ("玉皇村民委员会", "玉皇村"),
        ("玉皇村委会", "玉皇村"),
        ("新村村委会", "新村"),
        ("建新村委会", "建新村"),
        ("三村村村委会", "三村村"),
        ("龙会村村委会", "龙会村"),
        ("安居村民委员会", "安居村"),
        ("会龙村委会", "会龙村"),
        ("谢村委会", "谢村"),
        ("河坝街居委会", "河坝街社区"),
        ("钟鼓楼社区居委会", "钟鼓楼社区"),
        ("三河路社区居民委员会", "三河路社区"),
        ("保和场居民委员会", "保和场社区"),
        ("新建村居委会", "新建村社区"),
        ("607社区居委会", "607社区"),
        ("双河社区村民委员会", "双河社区"),
        ("古城社区", "古城社区"),
        # As misspelt in the published lists.
        ("金像寺社区居委会会", "金像寺社区"),
        ("西北桥社区居委", "西北桥社区"),
        ("金韦社区居委筹委会", "金韦社区"),
        ("凤翔社区居委会筹", "凤翔社区"),
        ("益州社区委员会", "益州社区"),
        ("光明社区委会", "光明社区"),
        ("禹龙社区居民委员", "禹龙社区"),
        ("城郊社区居民委会员", "城郊社区"),
        ("吴家街社区居委民员会", "吴家街社区"),
        ("奎安社区民委员会", "奎安社区"),
        ("东山村委员会", "东山村"),
        ("道壕村委会会", "道壕村"),
        ("林政村委委会", "林政村"),
        ("八一村民委员会员", "八一村"),
        ("珍呷村民委员会村民委员会", "珍呷村"),
        # Nothing to cut off, or nothing left.
        ("社区居委会", "社区居委会"),
        ("白鹤桥村", "白鹤桥村"),
        ("街村村民小组", "街村村民小组"),
        ("康乌牧场", "康乌牧场"),
        ("丝丽雅居民区", "丝丽雅居民区"),
        ("色柯镇幸福社区（一社区）", "色柯镇幸福社区（一社区）"),
    ],
)
def test_a_village_is_shown_as_people_call_it(official: str, shown: str) -> None:
    assert display_name(official, SHIWAN) == shown
    assert without_committee(shown) == shown  # what is shown is not cut again


def test_townships_lose_only_their_office() -> None:
    assert display_name("古湖街道办事处", TOWNSHIP) == "古湖街道"
    assert display_name("东升街道办", TOWNSHIP) == "东升街道"
    assert display_name("全安镇", TOWNSHIP) == "全安镇"
    assert display_name("养身谷办事处", TOWNSHIP) == "养身谷办事处"
    assert display_name("四川省新村委会", NEIJIANG) == "四川省新村委会"


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("玉皇", [("玉皇",)]),
        ("玉皇村", [("玉皇村",), ("玉皇",)]),
        ("玉皇村委会", [("玉皇村委会",), ("玉皇村",), ("玉皇",)]),
        ("yu huang", [("yuhuang",), ("yu", "huang")]),
        ("玉皇村 · 资中县", [("玉皇村", "资中县"), ("玉皇", "资中县")]),
        (
            "东兴区同福镇玉皇村",
            [("东兴区同福镇玉皇村",), ("东兴区", "同福镇", "玉皇村"), ("东兴区", "同福镇", "玉皇")],
        ),
        ("市中区全安镇", [("市中区全安镇",), ("市中区", "全安镇")]),
        ("村", [("村",)]),
        ("  ", []),
        ("\0\n", []),
    ],
)
def test_what_is_typed_can_be_read_in_several_ways(typed: str, readings: list[tuple[str, ...]]) -> None:
    assert list(village_readings(typed)) == readings


@given(st.text(max_size=200))
def test_whatever_is_typed_has_few_and_short_readings(typed: str) -> None:
    readings = village_readings(typed)
    assert len(readings) <= 5
    assert all(1 <= len(words) <= 4 and all(words) for words in readings)


@pytest.mark.parametrize("fault", list(RowFault))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_in_a_list_has_its_sentence(fault: RowFault, language: str) -> None:
    with texts.using_language(language):
        told = tell_row_problem(Problem(fault, line=14, column="code", value=SHIWAN))
    assert told
    assert "%(" not in told


def test_a_sentence_names_line_column_and_what_stands_there() -> None:
    told = tell_row_problem(Problem(RowFault.CODE_DIGITS, line=14, column="code", value="5.11E+11"))
    assert told == "第 14 行 code：写的是「5.11E+11」。区划代码是 12 位数字，前面是省的代码。"
    told = tell_row_problem(Problem(RowFault.PARENT_UNKNOWN, line=3, column="code", value=SHIWAN))
    assert TOWNSHIP in told
