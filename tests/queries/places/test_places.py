"""Finding a village by what people type, and walking down to it."""

from datetime import date

import pytest

from nightschool.actions.places.region_lists import import_regions
from nightschool.queries.places import places
from nightschool.rules.access import SYSTEM
from nightschool.rules.regions import Level, RegionRow
from tests.actions.places.test_region_lists import JIANLI, OTHER_YUHUANG, TONGFU, YUHUANG, both
from tests.factories import NOW, SHIWAN, TODAY, make_school


@pytest.fixture
def map_of_neijiang(db):
    both(db)
    return db


def found(db, text: str, **how) -> list[tuple[str, str, str]]:
    return [
        (place.name, place.township, place.county)
        for place in places.find(db, text, today=TODAY, **how).places
    ]


YUHUANG_ROWS = [
    ("玉皇村", "归德镇", "资中县"),
    ("玉皇村", "同福镇", "东兴区"),
    ("玉皇村", "甘露镇", "资中县"),
]


def test_villages_of_one_name_are_told_apart_and_the_living_one_comes_first(map_of_neijiang) -> None:
    result = places.find(map_of_neijiang, "玉皇村", today=TODAY)
    assert [(place.name, place.township, place.county) for place in result.places] == YUHUANG_ROWS
    assert [(place.code, place.is_former) for place in result.places][:2] == [
        (OTHER_YUHUANG, False),
        (YUHUANG, True),
    ]
    assert not result.are_more


def test_a_whole_name_is_found_however_it_is_typed(map_of_neijiang) -> None:
    for typed in [
        "玉皇村",
        "玉皇村委会",
        "玉皇村村民委员会",
        " 玉皇村 ",
        "yuhuangcun",
        "YuHuangCun",
        "yu huang cun",
    ]:
        assert found(map_of_neijiang, typed) == YUHUANG_ROWS


def test_a_part_of_a_name_is_enough(map_of_neijiang) -> None:
    for typed in ["玉皇", "yuhuang", "皇村", "ｙｕｈｕａｎｇ"]:
        assert ("玉皇村", "归德镇", "资中县") in found(map_of_neijiang, typed)


def test_what_is_the_whole_name_comes_before_what_only_begins_so(map_of_neijiang) -> None:
    assert [name for name, *_ in found(map_of_neijiang, "玉皇")] == [
        "玉皇村",
        "玉皇观村",
        "玉皇庙村",
        "玉皇观村",
        "玉皇村",
        "玉皇村",
    ]
    assert found(map_of_neijiang, "yuhuang")[0] == ("玉皇村", "归德镇", "资中县")


def test_initials_find_a_village(map_of_neijiang) -> None:
    codes = [place.code for place in places.find(map_of_neijiang, "yhc", today=TODAY).places]
    assert {OTHER_YUHUANG, YUHUANG} <= set(codes)
    assert codes.index(OTHER_YUHUANG) < codes.index(YUHUANG)


def test_an_unusual_reading_comes_after_the_usual_ones(map_of_neijiang) -> None:
    names = [
        place.name for place in places.find(map_of_neijiang, "yhc", today=TODAY).places if not place.is_former
    ]
    assert names.index("广化村") > names.index("玉皇村")


def test_an_old_name_finds_the_village_of_today(map_of_neijiang) -> None:
    [village] = places.find(map_of_neijiang, "建利村", today=TODAY).places
    assert (village.code, village.name, village.formerly) == (JIANLI, "建立村", ("建利村",))


def test_who_bears_a_name_now_comes_before_who_bore_it_once(map_of_neijiang) -> None:
    once, now = f"{JIANLI[:9]}301", f"{JIANLI[:9]}302"
    for as_of, rows in (
        (date(2026, 1, 1), {once: "鹿角湾村委会"}),
        (date(2026, 2, 1), {once: "红旗村委会", now: "鹿角湾村委会"}),
    ):
        listed = [RegionRow(line, code, name) for line, (code, name) in enumerate(rows.items())]
        import_regions(map_of_neijiang, listed, as_of=as_of, by=SYSTEM, now=NOW)
    for typed in ["鹿角湾村", "鹿角", "lujiaowan", "ljw"]:
        assert [place.code for place in places.find(map_of_neijiang, typed, today=TODAY).places] == [
            now,
            once,
        ]


def test_blanks_dots_and_apostrophes_do_not_hide_a_village(map_of_neijiang) -> None:
    for typed in ["玉　皇　村", "玉·皇村", "玉•皇村", "玉'皇村", "玉\u200b皇村"]:
        assert ("玉皇村", "归德镇", "资中县") in found(map_of_neijiang, typed)


def test_a_name_with_signs_or_rare_characters_is_found(map_of_neijiang) -> None:
    rows = [
        RegionRow(1, "511011100601", "第（一）社区居委会"),
        RegionRow(2, "511011100602", "古丽·阿依村委会"),
        RegionRow(3, "511011100603", "\ue863家村委会"),
        RegionRow(4, "511011100604", "田\U0002ebf1村委会"),
    ]
    import_regions(map_of_neijiang, rows, as_of=TODAY, by=SYSTEM, now=NOW)
    for typed in ["第（一）社区", "第(一)社区", "古丽·阿依", "古丽阿依", "\ue863家", "田\U0002ebf1"]:
        assert [
            code for code in places.find(map_of_neijiang, typed, today=TODAY).places if code.code[-3:] > "600"
        ]


def test_township_and_county_narrow_a_search_down(map_of_neijiang) -> None:
    for typed in [
        "玉皇村 资中",
        "玉皇村 · 归德镇 · 资中县",
        "资中县，玉皇村",
        "资中县玉皇村",
        "yhc 归德",
        "玉皇 guide",
    ]:
        result = found(map_of_neijiang, typed)
        assert ("玉皇村", "归德镇", "资中县") in result
        assert ("玉皇村", "同福镇", "东兴区") not in result


def test_an_address_without_spaces_is_understood(map_of_neijiang) -> None:
    assert found(map_of_neijiang, "东兴区同福镇玉皇村") == [("玉皇村", "同福镇", "东兴区")]


def test_a_village_that_is_a_community_now_is_found_by_its_stem(map_of_neijiang) -> None:
    assert found(map_of_neijiang, "钟鼓楼村") == [("钟鼓楼社区", "城东街道", "市中区")]


def test_a_township_is_found_after_the_villages(map_of_neijiang) -> None:
    result = places.find(map_of_neijiang, "全安", today=TODAY).places
    assert [(place.name, place.level) for place in result] == [
        ("全安社区", Level.VILLAGE),
        ("全安镇", Level.TOWNSHIP),
    ]


def test_a_code_finds_its_region(map_of_neijiang) -> None:
    assert found(map_of_neijiang, SHIWAN) == [("狮湾村", "全安镇", "市中区")]
    assert ("玉皇村", "同福镇", "东兴区") in found(map_of_neijiang, TONGFU[:9])


def test_what_names_no_village_finds_none(map_of_neijiang) -> None:
    for typed in [
        "%",
        "_",
        "玉%村",
        "玉_村",
        "\\",
        "'",
        '";--',
        "没有这个村",
        "\0",
        "",
        "  ",
        "999999",
        "000000",
        "x" * 500,
        "😀",
    ]:
        assert places.find(map_of_neijiang, typed, today=TODAY) == places.Found((), are_more=False)


def test_a_long_list_is_cut_and_says_so(map_of_neijiang) -> None:
    result = places.find(map_of_neijiang, "村", today=TODAY)
    assert (len(result.places), result.are_more) == (places.MOST_FOUND, True)
    result = places.find(map_of_neijiang, "玉皇村", today=TODAY, limit=3)
    assert (len(result.places), result.are_more) == (3, False)
    result = places.find(map_of_neijiang, "玉皇村", today=TODAY, limit=2)
    assert (len(result.places), result.are_more) == (2, True)


def test_a_village_is_former_from_the_day_after_its_last(map_of_neijiang) -> None:
    last_day = date(2023, 6, 29)

    def former(today: date) -> set[str]:
        return {
            place.code
            for place in places.find(map_of_neijiang, "玉皇村", today=today).places
            if place.is_former
        }

    assert YUHUANG not in former(last_day)
    assert YUHUANG in former(date(2023, 6, 30))


def test_a_village_with_a_school_is_marked_and_comes_first_among_equals(map_of_neijiang) -> None:
    db = map_of_neijiang
    before = places.find(db, "永兴村", today=TODAY).places
    assert not any(place.has_school for place in before)
    last_living = [place for place in before if not place.is_former][-1]
    make_school(db, last_living.code)
    after = places.find(db, "永兴村", today=TODAY).places
    assert (after[0].code, after[0].has_school) == (last_living.code, True)
    assert sum(place.has_school for place in after) == 1
    [marked] = [
        place
        for place in places.step(db, last_living.code[:9] + "000", today=TODAY).below
        if place.has_school
    ]
    assert marked.code == last_living.code


def test_the_walk_begins_at_the_counties_of_the_one_city(map_of_neijiang) -> None:
    step = places.step(map_of_neijiang, None, today=TODAY)
    assert [place.name for place in step.line] == ["四川省", "内江市"]
    assert [(place.name, place.is_former) for place in step.below] == [
        ("市中区", False),
        ("东兴区", False),
        ("威远县", False),
        ("资中县", False),
        ("隆昌市", False),
        ("内江经济开发区", True),
    ]


def test_the_walk_goes_down_to_the_villages_former_ones_last(map_of_neijiang) -> None:
    townships = places.step(map_of_neijiang, "511011000000", today=TODAY).below
    assert [place.is_former for place in townships] == sorted(place.is_former for place in townships)
    assert "同福镇" in [place.name for place in townships if place.is_former]
    step = places.step(map_of_neijiang, TONGFU, today=TODAY)
    assert [place.name for place in step.line] == ["四川省", "内江市", "东兴区", "同福镇"]
    assert {place.code for place in step.below} >= {YUHUANG}


def test_the_walk_begins_at_the_provinces_where_there_are_several(db) -> None:
    rows = [RegionRow(2, "510000000000", "四川省"), RegionRow(3, "500000000000", "重庆市")]
    import_regions(db, rows, as_of=TODAY, by=SYSTEM, now=NOW)
    step = places.step(db, None, today=TODAY)
    assert step.line == ()
    assert [place.name for place in step.below] == ["重庆市", "四川省"]


def test_the_walk_on_an_empty_map_has_nothing_below(db) -> None:
    assert places.step(db, None, today=TODAY) == places.PlaceStep((), ())


def test_an_unknown_place_is_no_step(map_of_neijiang) -> None:
    for at in ["511999000000", "abc", "5110", "", "511002105202x"]:
        assert places.step(map_of_neijiang, at, today=TODAY) is None


def test_an_unknown_code_lies_in_the_nearest_known_region(map_of_neijiang) -> None:
    assert places.nearest(map_of_neijiang, "511002105999", today=TODAY).name == "全安镇"
    assert places.nearest(map_of_neijiang, "511002999999", today=TODAY).name == "市中区"
    assert places.nearest(map_of_neijiang, "119999999999", today=TODAY) is None
    assert places.nearest(map_of_neijiang, "000000000000", today=TODAY) is None


def test_regions_are_named_in_the_order_of_their_codes(map_of_neijiang) -> None:
    named = places.regions_named(map_of_neijiang, [SHIWAN, "511999000000", "511000000000"])
    assert named == (places.NamedRegion("511000000000", "内江市"), places.NamedRegion(SHIWAN, "狮湾村"))


def test_statements_do_not_grow_with_what_is_found(map_of_neijiang, statements) -> None:
    for typed, budget in [("玉皇村", 3), ("村", 3), ("没有这个村", 2), ("yhc", 3), ("玉皇村 资中", 3)]:
        statements.clear()
        places.find(map_of_neijiang, typed, today=TODAY)
        assert len(statements) <= budget, typed
    statements.clear()
    places.step(map_of_neijiang, "511011000000", today=TODAY)
    places.step(map_of_neijiang, None, today=TODAY)
    assert len(statements) == 4
