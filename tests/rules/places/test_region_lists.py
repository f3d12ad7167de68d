"""What a list of regions says about the regions already known."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.errors import Refused
from nightschool.rules.places.region_lists import (
    GivenCode,
    RegionFacts,
    as_json,
    covered_by,
    facts_of,
    given_codes,
    merge,
    tell_given,
    tell_successor_refusal,
)
from nightschool.rules.regions import RegionRow, RowFault

OLD, MIDDLE, NEW = date(2017, 10, 31), date(2020, 6, 30), date(2023, 6, 30)
DAY_BEFORE = {OLD: date(2017, 10, 30), MIDDLE: date(2020, 6, 29), NEW: date(2023, 6, 29)}
ABOVE = {"510000000000": "四川省", "511000000000": "内江市"}
QUANAN = {
    "511002000000": "市中区",
    "511002105000": "全安镇",
    "511002105201": "狮湾村村委会",
    "511002105202": "余坝村村委会",
}
TONGFU = {
    "511011000000": "东兴区",
    "511011119000": "同福镇",
    "511011119204": "玉皇村村委会",
    "511011119205": "月亮村村委会",
}
TIANJIA = {
    "511011000000": "东兴区",
    "511011100000": "田家镇",
    "511011100201": "正子村村委会",
    "511011100202": "新建村村委会",
    "511011101000": "郭北镇",
}
CHENGDU = {
    "510000000000": "四川省",
    "510100000000": "成都市",
    "510104000000": "锦江区",
    "510104020000": "督院街街道",
}


def rows(*parts: dict[str, str]) -> list[RegionRow]:
    merged = {code: name for part in parts for code, name in part.items()}
    return [RegionRow(line, code, name) for line, (code, name) in enumerate(sorted(merged.items()), start=2)]


class Lists:
    """Lists taken in one after the other."""

    def __init__(self) -> None:
        self.known: dict[str, RegionFacts] = {}

    def take(self, as_of: date, *parts: dict[str, str], end_missing: bool = False):
        plan = merge(self.known, rows(*parts), as_of=as_of, end_missing=end_missing)
        self.known |= plan.facts
        return plan

    def days(self, code: str) -> tuple[date | None, date | None]:
        return self.known[code].valid_from, self.known[code].valid_to


@pytest.fixture
def lists() -> Lists:
    return Lists()


def test_nobody_knows_since_when_the_first_list_holds(lists) -> None:
    plan = lists.take(OLD, ABOVE, QUANAN)
    assert len(plan.new) == 6
    assert {lists.days(code) for code in lists.known} == {(None, None)}


def test_a_list_taken_twice_changes_nothing_the_second_time(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN)
    plan = lists.take(OLD, ABOVE, QUANAN, end_missing=True)
    assert plan.facts == {}
    assert plan.unchanged == 6


def test_a_list_seen_again_later_is_remembered_and_shows_no_difference(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN)
    plan = lists.take(NEW, ABOVE, QUANAN)
    assert not plan.new | plan.changed | plan.ended
    assert plan.unchanged == 6
    assert lists.known["511002105201"].names == {"狮湾村村委会": NEW}


def test_what_a_newer_list_adds_begins_on_its_day(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN)
    lists.take(NEW, ABOVE, QUANAN, {"511002105203": "新村村委会"}, TONGFU)
    assert lists.days("511002105203") == (NEW, None)
    # No list before looked into 东兴区, so nobody knows how old it and its villages are.
    assert lists.days("511011119204") == (None, None)


def test_a_new_township_brings_new_villages(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, {"511002100000": "白马镇"})
    lists.take(NEW, ABOVE, QUANAN, {"511002112000": "交通镇", "511002112201": "交通村村委会"})
    assert lists.days("511002112000") == (NEW, None)
    assert lists.days("511002112201") == (NEW, None)


def test_without_being_told_so_nothing_ends(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU)
    plan = lists.take(NEW, ABOVE, QUANAN)
    assert not plan.ended
    assert lists.days("511011119204") == (None, None)


def test_what_the_newer_list_has_no_more_ended_the_day_before(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA)
    plan = lists.take(NEW, ABOVE, QUANAN, TIANJIA, end_missing=True)
    assert plan.ended == {"511011119000", "511011119204", "511011119205"}
    assert lists.days("511011119204") == (None, DAY_BEFORE[NEW])
    assert lists.days("511011000000") == (None, None)


def test_a_list_ends_nothing_outside_what_it_covers(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU, CHENGDU)
    plan = lists.take(NEW, ABOVE, QUANAN, end_missing=True)
    assert plan.covered == ("511002105000",)  # the way down to where it first branches out
    assert not plan.ended
    plan = lists.take(NEW, ABOVE, QUANAN, TIANJIA, end_missing=True)
    assert plan.covered == ("511000000000",)
    assert "510100000000" not in plan.ended
    assert "511011119000" in plan.ended


def test_a_unit_whose_children_are_listed_does_not_end_for_missing_its_own_row(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU)
    plan = lists.take(NEW, {"511002105201": "狮湾村村委会", "511002105202": "余坝村村委会"}, end_missing=True)
    assert plan.covered == ("511002105201", "511002105202")
    assert not plan.ended


def test_a_newer_name_is_shown_and_the_old_one_kept(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN)
    plan = lists.take(NEW, ABOVE, QUANAN, {"511002105202": "余家坝村村委会"})
    assert plan.renamed == {"511002105202"}
    found = lists.known["511002105202"]
    assert (found.official_name, found.name) == ("余家坝村村委会", "余家坝村")
    assert found.names == {"余坝村村委会": OLD, "余家坝村村委会": NEW}


def test_an_older_list_adds_its_name_and_does_not_overrule_the_newer_one(lists) -> None:
    lists.take(NEW, ABOVE, QUANAN)
    plan = lists.take(OLD, ABOVE, QUANAN, {"511002105202": "余家坝村村委会"})
    assert not plan.renamed
    assert plan.unchanged == 6
    assert lists.known["511002105202"].official_name == "余坝村村委会"
    assert lists.known["511002105202"].names["余家坝村村委会"] == OLD


def test_of_two_lists_of_one_day_the_later_read_one_is_the_correction(lists) -> None:
    lists.take(NEW, ABOVE, QUANAN)
    lists.take(NEW, ABOVE, QUANAN, {"511002105202": "余家坝村村委会"})
    assert lists.known["511002105202"].official_name == "余家坝村村委会"


def test_what_comes_back_lives_again(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA)
    lists.take(MIDDLE, ABOVE, QUANAN, TIANJIA, end_missing=True)
    plan = lists.take(NEW, ABOVE, QUANAN, TONGFU, TIANJIA, end_missing=True)
    assert plan.revived == {"511011119000", "511011119204", "511011119205"}
    assert lists.days("511011119204") == (None, None)
    # Reading the old lists again revives and ends nothing.
    assert not lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA).changed
    assert not lists.take(MIDDLE, ABOVE, QUANAN, TIANJIA, end_missing=True).ended


def test_reading_the_old_list_again_does_not_revive_what_ended_later(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA)
    lists.take(NEW, ABOVE, QUANAN, TIANJIA, end_missing=True)
    plan = lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA)
    assert plan.facts == {}
    assert lists.days("511011119204") == (None, DAY_BEFORE[NEW])


def test_lists_read_in_the_other_order_end_the_same_regions_on_the_same_days(lists) -> None:
    lists.take(NEW, ABOVE, QUANAN, TIANJIA)
    lists.take(OLD, ABOVE, QUANAN, TONGFU, TIANJIA, end_missing=True)
    assert lists.days("511011119000") == (None, DAY_BEFORE[NEW])
    assert lists.days("511011119204") == (None, DAY_BEFORE[NEW])
    lists.take(MIDDLE, ABOVE, QUANAN, TIANJIA, end_missing=True)
    assert lists.days("511011119204") == (None, DAY_BEFORE[MIDDLE])


def test_a_village_of_an_ended_township_is_never_left_over(lists) -> None:
    lists.take(NEW, ABOVE, QUANAN, TIANJIA)
    lists.take(OLD, ABOVE, QUANAN, TIANJIA, TONGFU, end_missing=True)
    ended = {code for code, found in lists.known.items() if found.valid_to}
    assert ended == {"511011119000", "511011119204", "511011119205"}


def test_a_row_without_its_parent_is_a_problem_and_so_is_all_below_it(lists) -> None:
    orphans = {"511011119000": "同福镇", "511011119204": "玉皇村村委会"}
    plan = lists.take(OLD, ABOVE, QUANAN, orphans)
    assert [(problem.code, problem.line, problem.value) for problem in plan.problems] == [
        (RowFault.PARENT_UNKNOWN, 8, "511011119000"),
        (RowFault.PARENT_UNKNOWN, 9, "511011119204"),
    ]
    assert len(plan.new) == 6
    assert "511011119204" not in lists.known


def test_a_parent_may_be_known_from_another_list(lists) -> None:
    lists.take(OLD, ABOVE, QUANAN)
    assert not lists.take(NEW, {"511002105203": "新村村委会"}).problems


@pytest.mark.parametrize(
    ("parts", "covered"),
    [
        ((ABOVE, QUANAN, TONGFU), ("511000000000",)),
        ((ABOVE, QUANAN), ("511002105000",)),
        ((ABOVE, {"511002000000": "市中区"}), ("511002000000",)),
        ((ABOVE, QUANAN, CHENGDU), ("510000000000",)),
        ((QUANAN, TONGFU), ("511002105000", "511011119000")),
        (({"511002105201": "狮湾村村委会"},), ("511002105201",)),
        ((), ()),
    ],
)
def test_a_list_covers_what_lies_below_its_first_branching(parts, covered) -> None:
    assert covered_by([row.code for row in rows(*parts)]) == covered


UNITS = sorted({**ABOVE, **QUANAN, **TONGFU, **TIANJIA, **CHENGDU})


@given(
    st.lists(
        st.tuples(st.sampled_from([OLD, MIDDLE, NEW]), st.sets(st.sampled_from(UNITS)), st.booleans()),
        max_size=5,
    )
)
def test_whatever_lists_come_the_facts_stay_sound(taken) -> None:
    lists = Lists()
    for as_of, codes, end_missing in taken:
        before = set(lists.known)
        part = {code: f"{code}村村委会" for code in codes}
        lists.take(as_of, part, end_missing=end_missing)
        assert before <= set(lists.known)  # nothing is ever taken out
        assert lists.take(as_of, part, end_missing=end_missing).facts == {}
        for code, found in lists.known.items():
            assert found.official_name in found.names
            if found.valid_from and found.valid_to:
                assert found.valid_from <= found.valid_to
            if found.valid_to is None:
                assert code in UNITS


@pytest.mark.parametrize(
    "code", ["unknown_region", "own_successor", "other_level", "successor_cycle", "before_its_time"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_of_a_successor_has_its_sentence(code: str, language: str) -> None:
    with texts.using_language(language):
        told = tell_successor_refusal(
            Refused(code, region="511011119204", other="511025102235", day=date(2020, 1, 1))
        )
    assert "5110" in told
    assert "%(" not in told


def test_a_refusal_of_another_kind_is_not_swallowed() -> None:
    with pytest.raises(KeyError):
        tell_successor_refusal(Refused("something_else"))


def test_a_code_that_is_given_to_another_village_says_who_bore_and_who_bears_the_names() -> None:
    given = GivenCode("511002105201", "狮湾村", "玉皇村", bore="511002105202", bears="511002105203")
    assert tell_given(given) == (
        "511002105201 现在是狮湾村，名单里写的是玉皇村。玉皇村原来的代码是 511002105202。"
        "名单里狮湾村的代码是 511002105203。"
    )
    assert tell_given(replace(given, bore="", bears="")) == "511002105201 现在是狮湾村，名单里写的是玉皇村。"


def test_a_list_that_exchanges_two_codes_or_gives_one_away_is_asked_about() -> None:
    known = {
        code: RegionFacts(code, name, {name: date(2024, 1, 1)})
        for code, name in {"511002105201": "狮湾村村民委员会", "511002105202": "玉皇村村民委员会"}.items()
    }

    def asked(first: str, second: str, as_of: date = date(2025, 1, 1)) -> list[GivenCode]:
        rows = [
            RegionRow(2, "511002105000", "全安镇"),
            RegionRow(3, "511002105201", first),
            RegionRow(4, "511002105202", second),
        ]
        return list(given_codes(known, rows, as_of=as_of))

    assert asked("狮湾村村委会", "玉皇村村委会") == []
    assert asked("狮湾新村村委会", "玉皇村村委会") == []
    assert asked("玉皇村村委会", "狮湾村村委会") == [
        GivenCode("511002105201", "狮湾村", "玉皇村", "511002105202", "511002105202"),
        GivenCode("511002105202", "玉皇村", "狮湾村", "511002105201", "511002105201"),
    ]
    assert asked("玉皇村村委会", "石坝村村委会") == [
        GivenCode("511002105201", "狮湾村", "玉皇村", "511002105202", ""),
        GivenCode("511002105202", "玉皇村", "石坝村", "", "511002105201"),
    ]
    assert asked("玉皇村村委会", "狮湾村村委会", date(2023, 1, 1)) == []


def test_what_is_kept_of_a_region_is_read_as_it_was() -> None:
    facts = RegionFacts("511002105201", "狮湾村", {"狮湾村": date(2024, 1, 1)}, valid_to=date(2025, 1, 1))
    assert facts_of(facts.code, as_json(facts)) == facts
