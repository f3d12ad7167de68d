"""What a coordinator writes about people is read the way it is meant, or answered with what to write instead."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.people.people import (
    LearnerEntry,
    TeacherEntry,
    check_learner,
    dialable,
    group_label,
    group_number,
    group_order,
    guessed_birth_year,
    masked_phone,
    numbers_of,
    parse_birth_year,
    parse_phone,
    tell_public_name,
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


def test_all_that_is_wrong_with_a_learner_is_told_each_at_its_field() -> None:
    entry = LearnerEntry(birth_year=TODAY.year + 1, came_on=TODAY + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        check_learner(entry, today=TODAY)
    assert [(one.code, one.field) for one in (refused.value, *refused.value.others)] == [
        ("name_missing", "name"),
        ("group_missing", "group_name"),
        ("not_come_yet", "came_on"),
        ("not_born_yet", "birth_year"),
    ]
    check_learner(LearnerEntry("陈大秀", "一组", came_on=TODAY), today=TODAY)


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (Refused("child", year=2014), "2014 年出生的可能还不满 14 岁。"),
        (Refused("not_born_yet", year=2027), "2027 年还没到。"),
        (Refused("same_name", group="3", name="陈大秀", retired=False), "3组已经有一个陈大秀。"),
        (Refused("same_name", group="三组", name="陈大秀", retired=True), "三组有一位不再来的陈大秀。"),
        (Refused("too_early", name="陈大秀", day="11月1日"), "陈大秀的上一段记到11月1日。"),
        (Refused("came_after_leaving", day="11月1日"), "11月1日就不再来了，"),
    ],
)
def test_each_refusal_has_its_sentence(refused: Refused, told: str) -> None:
    assert tell_refused_person(refused).startswith(told)


def test_every_number_of_a_phone_is_dialled_by_itself() -> None:
    assert dialable("") == ()
    assert dialable("0832-2123456转801、+85291234567") == (
        ("0832-2123456转801", "08322123456,801"),
        ("+85291234567", "+85291234567"),
    )
    assert (numbers_of(""), numbers_of("110、120")) == (frozenset(), {"110", "120"})


def test_villagers_know_a_teacher_by_as_much_as_is_public() -> None:
    assert tell_public_name("周老师", "农技站") == "周老师（农技站）"
    assert tell_public_name("周老师", "") == "周老师"
    assert tell_public_name("", "农技站") == "农技站的老师"
    assert tell_public_name("", "") == "老师"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("010-85550101", "010-85550101"),
        ("029-85550101", "029-85550101"),
        ("0391-5550101", "0391-5550101"),
        ("13000005678", "13000005678"),
        ("19900005678", "19900005678"),
        ("12900005678", None),
        ("2123456", "2123456"),
        ("82123456", "82123456"),
        ("1212345", None),
        ("8008001234", "800-800-1234"),
        ("10086", "10086"),
        ("10012345", "10012345"),
        ("956789", "956789"),
        ("+8613800005678", "13800005678"),
        ("8613800005678", "13800005678"),
        ("0832-2123456转801转2", None),
        ("13800005678转801", None),
    ],
)
def test_numbers_at_the_ends_of_each_kind(typed: str, kept: str | None) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize(("typed", "year"), [("10", 2010), ("11", 1911), ("00", 2000), ("零五年", 2005)])
def test_two_digits_up_to_ten_are_guessed_after_2000(typed: str, year: int) -> None:
    assert guessed_birth_year(typed) == year


@pytest.mark.parametrize(("typed", "year"), [("1900", 1900), ("2099", 2099), ("1899", None), ("2100", None)])
def test_a_year_is_of_these_two_centuries(typed: str, year: int | None) -> None:
    assert parse_birth_year(typed) == year


def test_what_a_form_leaves_empty_is_written_down_as_nothing() -> None:
    nobody = LearnerEntry("", "", "", None, None, "", False, False, None, False, False)
    assert LearnerEntry() == nobody
    local = TeacherEntry("周老师", "local_expert", "", "", "", "", False, True, None, False)
    assert TeacherEntry("周老师") == local


def test_who_was_born_this_year_is_a_child_and_not_unborn() -> None:
    with pytest.raises(Refused, match="child"):
        check_learner(LearnerEntry("陈小宝", "一组", birth_year=TODAY.year), today=TODAY)
