"""A sheet says who came; what it changes does not depend on how often, or in which order, sheets arrive."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.registers.attendance import (
    Elsewhere,
    MarkChange,
    NewLearner,
    Rank,
    Sheet,
    Turnout,
    WrittenGuest,
    asks_why,
    check_marks,
    days_late,
    fingerprint,
    mark_word,
    outranks,
    questions,
    read_guests,
    reconcile,
    tell_counted_twice,
    tell_elsewhere,
    tell_no_register,
    tell_refused_guests,
    tell_refused_register,
    void_fingerprint,
    why_no_register,
    write_guests,
)
from nightschool.rules.slots import Moment, Slot

TODAY = date(2026, 11, 24)
TONIGHT = Slot(TODAY, 19 * 60, 20 * 60 + 30)
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

MARKS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["present", "excused", "late"]))
ARRIVALS = st.lists(
    st.tuples(st.integers(0, 3).map(lambda n: NOON + timedelta(minutes=n)), st.uuids(), MARKS),
    min_size=1,
    max_size=5,
    unique_by=lambda arrival: arrival[1],
)


@pytest.mark.parametrize(
    ("marks", "sheet", "changes"),
    [
        ({}, {}, ()),
        ({}, {"a": "present"}, (MarkChange("a", None, "present"),)),
        ({"a": "present"}, {"a": "present"}, ()),
        ({"a": "present"}, {}, (MarkChange("a", "present", None),)),
        ({"a": "present"}, {"a": "excused"}, (MarkChange("a", "present", "excused"),)),
        (
            {"a": "present", "c": "excused"},
            {"b": "present", "c": "excused"},
            (MarkChange("a", "present", None), MarkChange("b", None, "present")),
        ),
    ],
)
def test_reconcile_tells_only_what_changed(
    marks: dict[str, str], sheet: dict[str, str], changes: tuple[MarkChange[str, str], ...]
) -> None:
    assert reconcile(marks, sheet) == changes


def applied(marks: dict[str, str], changes: tuple[MarkChange[str, str], ...]) -> dict[str, str]:
    after = dict(marks)
    for change in changes:
        assert after.get(change.learner) == change.before
        after.pop(change.learner, None)
        if change.after:
            after[change.learner] = change.after
    return after


@given(MARKS, MARKS)
def test_the_changes_lead_from_the_marks_to_the_sheet(marks: dict[str, str], sheet: dict[str, str]) -> None:
    assert applied(marks, reconcile(marks, sheet)) == sheet
    assert reconcile(sheet, sheet) == ()


def delivered(arrivals: list[tuple[datetime, UUID, dict[str, str]]]) -> dict[str, str]:
    """The register after these sheets, none of which knew of another, have arrived in this order."""
    marks: dict[str, str] = {}
    standing: dict[UUID, Rank] = {}
    for taken_at, submission, sheet in arrivals:
        rank = Rank.of(submission, taken_at, received_at=NOON + timedelta(hours=1))
        if submission not in standing and outranks(rank, standing.values()):
            standing[submission] = rank
            marks = applied(marks, reconcile(marks, sheet))
    return marks


@given(ARRIVALS, st.data())
def test_any_order_and_any_repeat_of_the_same_sheets_ends_alike(
    arrivals: list[tuple[datetime, UUID, dict[str, str]]], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(arrivals)))
    shuffled = data.draw(st.permutations([*arrivals, *repeats]))
    assert delivered(shuffled) == delivered(arrivals)


def test_a_clock_that_runs_ahead_gains_nothing() -> None:
    ahead = Rank.of(UUID(int=1), NOON + timedelta(days=400), received_at=NOON)
    later = Rank.of(UUID(int=2), NOON + timedelta(minutes=1), received_at=NOON + timedelta(minutes=1))
    assert outranks(later, [ahead])
    assert not outranks(ahead, [later])


def test_fingerprint_of_a_sheet_without_substitutes_is_what_it_was_before_sheets_knew_of_them() -> None:
    sheet = Sheet(
        marks={"a": "present", "b": "excused"},
        guests=(WrittenGuest("李四", "玉皇村"),),
        headcount=3,
        new_learners=(NewLearner("王五", "三组"),),
    )
    known = "3e9120b8360b8999c00584a0e4b2b039ab87ba20d7bf68c56d3ff8338cbe91cf"
    assert fingerprint("s", sheet) == known
    assert fingerprint("s", replace(sheet, came_instead={"a": "张小红"})) != known


def test_fingerprint_is_that_of_the_content() -> None:
    sheet = Sheet(
        marks={"a": "present", "b": "excused"}, guests=(WrittenGuest("张三", "玉皇村"),), headcount=2
    )
    same = Sheet(
        marks={"b": "excused", "a": "present"}, guests=(WrittenGuest("张三", "玉皇村"),), headcount=2
    )
    assert fingerprint("s", sheet) == fingerprint("s", same)
    assert len(fingerprint("s", sheet)) == 64


@pytest.mark.parametrize(
    "other",
    [
        Sheet(marks={"a": "excused"}),
        Sheet(marks={}),
        Sheet(marks={"a": "present"}, headcount=1),
        Sheet(marks={"a": "present"}, women=1),
        Sheet(marks={"a": "present"}, unnamed_guests=1),
        Sheet(marks={"a": "present"}, guests=(WrittenGuest("张三"),)),
        Sheet(marks={"a": "present"}, new_learners=(NewLearner("张三", "一组"),)),
        Sheet(marks={"a": "present"}, difference_note="先走了"),
    ],
)
def test_fingerprint_tells_other_content_apart(other: Sheet) -> None:
    assert fingerprint("s", other) != fingerprint("s", Sheet(marks={"a": "present"}))
    assert fingerprint("t", other) != fingerprint("s", other)


@pytest.mark.parametrize(
    ("turnout", "attendances"),
    [
        (Turnout(), 0),
        (Turnout(named=23, named_guests=2, unnamed_guests=1), 26),
        (Turnout(named=23, unnamed_guests=3, headcount=28), 28),
        (Turnout(named=26, headcount=24), 24),
        (Turnout(named=3, headcount=0), 0),
        (Turnout(headcount=52), 52),
    ],
)
def test_attendances_are_the_headcount_where_the_room_was_counted(turnout: Turnout, attendances: int) -> None:
    assert turnout.attendances == attendances


@pytest.mark.parametrize(
    ("status", "minutes", "reason"),
    [
        ("scheduled", 18 * 60, None),
        ("scheduled", 18 * 60 - 1, "opens_later"),
        ("scheduled", 24 * 60 - 1, None),
        ("held", 9 * 60, None),
        ("draft", 19 * 60, "is_draft"),
        ("cancelled", 9 * 60, "is_cancelled"),
        ("postponed", 19 * 60, "is_postponed"),
    ],
)
def test_when_there_is_a_register(status: str, minutes: int, reason: str | None) -> None:
    assert why_no_register(status, TONIGHT, Moment(TODAY, minutes)) == reason


def test_a_register_opens_on_its_own_day_and_closes_on_none() -> None:
    early = Slot(TODAY, 30, 90)
    assert (
        why_no_register("scheduled", early, Moment(TODAY - timedelta(days=1), 24 * 60 - 1)) == "opens_later"
    )
    assert why_no_register("scheduled", early, Moment(TODAY, 0)) is None
    assert why_no_register("scheduled", early, Moment(TODAY + timedelta(days=400), 0)) is None


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (TODAY, "今晚 19:00 才上课，18:00 起能点名。"),
        (date(2026, 11, 27), "周五 11月27日 19:00 才上课，18:00 起能点名。"),
    ],
)
def test_a_register_that_opens_later_says_when(day: date, told: str) -> None:
    sentence = tell_no_register("opens_later", slot=Slot(day, 19 * 60, 20 * 60), today=TODAY)
    assert sentence == f"{told}提前上了，就先改时间。"


@pytest.mark.parametrize(("days", "late"), [(0, 0), (14, 0), (15, 15), (-3, 0)])
def test_days_late_is_told_only_when_it_is_long(days: int, late: int) -> None:
    assert days_late(TODAY - timedelta(days=days), TODAY) == late


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("", ()),
        ("张三", (WrittenGuest("张三"),)),
        ("张三 玉皇村", (WrittenGuest("张三", "玉皇村"),)),
        ("张三　玉皇村", (WrittenGuest("张三", "玉皇村"),)),
        ("张三（玉皇村）", (WrittenGuest("张三", "玉皇村"),)),
        ("张三\n\n李四 建立村\n", (WrittenGuest("张三"), WrittenGuest("李四", "建立村"))),
        ("张三、李四，王五", (WrittenGuest("张三"), WrittenGuest("李四"), WrittenGuest("王五"))),
        ("Li Ming", (WrittenGuest("Li", "Ming"),)),
        ("张三\t玉皇村", (WrittenGuest("张三", "玉皇村"),)),
        ("王　芳", (WrittenGuest("王 芳"),)),
        ("王 芳 玉皇村", (WrittenGuest("王 芳", "玉皇村"),)),
        ("张三 李四 王五", (WrittenGuest("张三"), WrittenGuest("李四"), WrittenGuest("王五"))),
        ("张三 东兴区 玉皇村", (WrittenGuest("张三", "东兴区 玉皇村"),)),
        (
            "李四（玉皇村）王五 赵六",
            (WrittenGuest("李四", "玉皇村"), WrittenGuest("王五"), WrittenGuest("赵六")),
        ),
        ("张三 隔壁", (WrittenGuest("张三", "隔壁"),)),
        ("张三/李四", (WrittenGuest("张三"), WrittenGuest("李四"))),
    ],
)
def test_guests_are_read_as_people_write_them(text: str, guests: tuple[WrittenGuest, ...]) -> None:
    assert read_guests(text) == guests


@given(st.text(max_size=200))
def test_guests_survive_being_written_and_read_again(text: str) -> None:
    try:
        guests = read_guests(text)
    except Refused:
        return
    assert read_guests(write_guests(guests)) == guests


def test_a_long_text_is_not_a_guest() -> None:
    with pytest.raises(Refused) as refused:
        read_guests("今天来的人很多" * 20)
    assert tell_refused_guests(refused.value).endswith("太长，不像一个名字。一行写一个人。")


@pytest.mark.parametrize(
    ("turnout", "note", "asked"),
    [
        (Turnout(named=23, unnamed_guests=3, headcount=28), "", ()),
        (Turnout(named=23, unnamed_guests=3), "", ()),
        (
            Turnout(named=23, unnamed_guests=3, headcount=24),
            "",
            ("名单和外来的一共 26 人，清点是 24 人，少 2 人。有人先走了，还是数漏了？",),
        ),
        (Turnout(named=23, unnamed_guests=3, headcount=24), "两个先走了", ()),
        (Turnout(headcount=20, women=21), "", ("女的写了 21 人，到的一共才 20 人。哪个数写错了？",)),
        (
            Turnout(named=10, headcount=5, women=9),
            "先走了",
            ("女的写了 9 人，到的一共才 5 人。哪个数写错了？",),
        ),
        (Turnout(headcount=0, over_60=1), "", ("60 岁以上的写了 1 人，到的一共才 0 人。哪个数写错了？",)),
        (Turnout(named=5, over_60=6), "", ("60 岁以上的写了 6 人，到的一共才 5 人。哪个数写错了？",)),
    ],
)
def test_numbers_that_do_not_fit_are_asked_about(turnout: Turnout, note: str, asked: tuple[str, ...]) -> None:
    assert questions(turnout, note) == asked


def test_a_mark_is_told_with_who_came_instead() -> None:
    assert mark_word("substitute", "张小红") == "家人代到（张小红）"
    assert mark_word("late") == "迟到"
    assert mark_word(None) == "没记"


def test_somebody_at_two_places_is_asked_about() -> None:
    assert tell_elsewhere(Elsewhere("陈大秀", "x" * 22, "防诈骗", 19 * 60, 20 * 60)) == (
        "陈大秀这个时间在「防诈骗」（19:00–20:00）也记了到。是哪一节？"
    )


@pytest.mark.parametrize(
    ("marks", "is_cohort", "code"),
    [
        ({"a": "present", "b": "excused"}, False, None),
        ({"a": "late"}, False, "cohort_only"),
        ({"a": "makeup"}, False, "cohort_only"),
        ({"a": "late", "b": "absent", "c": "makeup"}, True, None),
    ],
)
def test_a_lecture_knows_who_came_and_who_excused_themselves(
    marks: dict[str, str], is_cohort: bool, code: str | None
) -> None:
    assert refused_marks(Sheet(marks), is_cohort=is_cohort) == code


@pytest.mark.parametrize(
    ("came_instead", "code"),
    [
        ({"a": "陈二"}, None),
        ({}, "substitute_unnamed"),
        ({"a": ""}, "substitute_unnamed"),
        ({"b": "陈二"}, "substitute_unnamed"),
    ],
)
def test_who_came_instead_is_named(came_instead: dict[str, str], code: str | None) -> None:
    sheet = Sheet({"a": "substitute", "b": "present"}, came_instead=came_instead)
    assert refused_marks(sheet, is_cohort=True) == code


def refused_marks(sheet: Sheet, *, is_cohort: bool) -> str | None:
    try:
        check_marks(sheet, is_cohort=is_cohort)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (Refused("opens_later", slot=TONIGHT), "今晚 19:00 才上课，"),
        (Refused("is_draft", slot=TONIGHT), "这节课还没公布，"),
        (Refused("is_cancelled", slot=TONIGHT), "这节课取消了，"),
        (Refused("is_postponed", slot=TONIGHT), "这节课改期了，"),
        (Refused("foreign_learner"), "名单里有人不是这个村的学员，"),
        (Refused("other_content"), "这张单子先前已经存过一份，"),
        (Refused("cohort_only"), "这是讲座，"),
        (Refused("substitute_unnamed"), "还没写家里是谁来的。"),
        (Refused("no_register"), "这节课没有登记，"),
        (Refused("why_changed"), "这节课过去好些天了，"),
        (Refused("reason_missing"), "还没写为什么作废。"),
    ],
)
def test_why_a_register_is_not_saved_is_told(refused: Refused, told: str) -> None:
    assert tell_refused_register(refused, today=TODAY).startswith(told)


def test_a_name_that_stands_twice_is_asked_about() -> None:
    assert tell_counted_twice("陈二", "陈大秀").startswith("陈二自己记了到，又写成替陈大秀来的。")


def test_a_reason_is_asked_for_from_the_day_after_the_last_open_one() -> None:
    assert not asks_why(TODAY - timedelta(days=14), TODAY, 14)
    assert asks_why(TODAY - timedelta(days=15), TODAY, 14)


def test_a_voiding_is_another_one_with_another_reason_or_class() -> None:
    assert void_fingerprint("s", "记错了") == void_fingerprint("s", "记错了")
    assert (
        len({void_fingerprint("s", "记错了"), void_fingerprint("t", "记错了"), void_fingerprint("s", "")})
        == 3
    )
