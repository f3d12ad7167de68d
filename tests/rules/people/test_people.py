"""What a coordinator writes about people is read the way it is meant, or answered with what to write instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.people.people import (
    LearnerEntry,
    check_learner,
    group_label,
    group_number,
    group_order,
    masked_phone,
    parse_birth_year,
    parse_phone,
    tell_refused_person,
    tell_unreadable_birth_year,
    tell_unreadable_phone,
)
from tests.factories import TODAY


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("三组", 3),
        ("3组", 3),
        ("３组", 3),
        ("第3村民小组", 3),
        ("第三组", 3),
        ("3社", 3),
        ("3", 3),
        (" 3 组 ", 3),
        ("十组", 10),
        ("十二组", 12),
        ("二十组", 20),
        ("二十一组", 21),
        ("上湾三组", 0),
        ("桥头", 0),
        ("二〇组", 0),
        ("十十组", 0),
        ("", 0),
    ],
)
def test_group_number_is_read_from_every_way_to_say_it(written: str, number: int) -> None:
    assert group_number(written) == number


def test_groups_stand_in_the_order_of_their_numbers_and_named_ones_last() -> None:
    written = ["桥头", "十组", "2组", "上湾", "一组"]
    assert sorted(written, key=lambda name: group_order(group_number(name), name)) == [
        "一组",
        "2组",
        "十组",
        "上湾",
        "桥头",
    ]


def test_two_ways_to_write_a_group_are_one_group() -> None:
    assert group_order(group_number("三组"), "三组") == group_order(group_number("第3组"), "第3组")


def test_a_bare_number_is_shown_as_a_group() -> None:
    assert (group_label("3"), group_label("三组")) == ("3组", "三组")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800005678", "13800005678"),
        ("138 0000 5678", "13800005678"),
        ("138-0000-5678", "13800005678"),
        ("+86 138 0000 5678", "13800005678"),
        ("１３８００００５６７８", "13800005678"),
        ("0832-5550101", "0832-5550101"),
        ("（0832）5550101", "0832-5550101"),
        ("08325550101", "0832-5550101"),
        ("5550101", "5550101"),
        ("028-85550101", "028-85550101"),
        ("0832-2123456转801", "0832-2123456转801"),
        ("0832-2123456-801", "0832-2123456转801"),
        ("（0832）2123456 分机 801", "0832-2123456转801"),
        ("2123456 ext. 801", "2123456转801"),
        ("4008001234", "400-800-1234"),
        ("95598", "95598"),
        ("110", "110"),
        ("612345", "612345"),
        ("13800005678 / 0832-2123456", "13800005678、0832-2123456"),
        ("13800005678 13900001234", "13800005678、13900001234"),
        ("138 0000 5678，139 0000 1234", "13800005678、13900001234"),
        ("13800005678\u3000或 0832-2123456转801", "13800005678、0832-2123456转801"),
        ("0832-0000101", "0832-0000101"),
        ("+86 832 2123456", "0832-2123456"),
        ("0085291234567", "+85291234567"),
        ("138 5000 567", None),
        ("138000056789", None),
        ("0832-212345", None),
        ("13800005678 李书记", None),
        ("12345", "12345"),
        ("1380000567", None),
        ("23800005678", None),
        ("511002196503080011", None),
        ("陈大秀", None),
        ("1" * 5000, None),
    ],
)
def test_phone_is_read_or_refused(typed: str, kept: str | None) -> None:
    assert parse_phone(typed) == kept


def test_unreadable_phone_is_answered_with_what_to_write() -> None:
    assert tell_unreadable_phone("1380000567").startswith("电话写的是『1380000567』。手机写 11 位")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800005678", "138****5678"),
        ("0832-5550101", "0832-****01"),
        ("5550101", "****01"),
        ("110", "****0"),
        ("0832-2123456转801", "0832-****56转***"),
        ("13800005678、612345", "138****5678、****45"),
    ],
)
def test_masked_phone_cannot_be_dialled(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"0832-[0-9]{7}转[0-9]{1,6}", fullmatch=True),
)
def test_a_phone_as_it_is_kept_is_read_as_it_is(mobile: str, landline: str) -> None:
    for phone in (mobile, landline, f"{mobile}、{landline}"):
        assert parse_phone(phone) == phone


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_four_digits_of_every_mobile_number_stay_hidden(phone: str) -> None:
    assert masked_phone(phone) == f"{phone[:3]}****{phone[7:]}"


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("1965", 1965),
        ("１９６５", 1965),
        ("1965年", 1965),
        ("1965.3", 1965),
        ("1965-03-08", 1965),
        ("1965年3月8日", 1965),
        ("19650308", 1965),
        ("2008", 2008),
        ("六五年", None),
        ("65", None),
        ("1865", None),
        ("61岁", None),
        ("9" * 400, None),
    ],
)
def test_birth_year_is_read_or_left_to_a_person(typed: str, year: int | None) -> None:
    assert parse_birth_year(typed) == year


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("六五年", "出生年份写的是『六五年』。填 1965，或留空。"),
        ("65", "出生年份写的是『65』。填 1965，或留空。"),
        ("一九六五年", "出生年份写的是『一九六五年』。填 1965，或留空。"),
        ("05", "出生年份写的是『05』。填 2005，或留空。"),
        ("61岁", "出生年份写的是『61岁』。填四位数的年份，比如 1965，或留空。"),
    ],
)
def test_unreadable_birth_year_is_answered_with_a_guess(typed: str, sentence: str) -> None:
    assert tell_unreadable_birth_year(typed) == sentence


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (LearnerEntry("", "一组"), "name_missing"),
        (LearnerEntry("陈大秀", ""), "group_missing"),
        (LearnerEntry("陈小宝", "一组", birth_year=2027), "not_born_yet"),
        (LearnerEntry("陈小宝", "一组", birth_year=2014), "child"),
        (LearnerEntry("陈小宝", "一组", birth_year=2012), "child"),
    ],
)
def test_who_may_not_be_recorded_by_name(entry: LearnerEntry, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_learner(entry, today=TODAY)
    assert refused.value.code == code
    assert tell_refused_person(refused.value).endswith("。")


@pytest.mark.parametrize("year", [None, 1930, 2011])
def test_who_may_be_recorded_by_name(year: int | None) -> None:
    check_learner(LearnerEntry("陈大秀", "一组", birth_year=year), today=TODAY)
