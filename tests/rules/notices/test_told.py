"""What a notice compares with: what was really said, where it was said, and nothing that nobody heard."""

from dataclasses import replace
from datetime import date

from nightschool.rules.notices.revisions import Facts, Standing, differences
from nightschool.rules.notices.told import Channel, Said, revision_in_force, said_before
from nightschool.rules.slots import Moment

FRIDAY = Facts("柑橘冬季管护", date(2026, 11, 27), 1140, 1230, Standing.TAKES_PLACE)
SATURDAY = replace(FRIDAY, day=date(2026, 11, 28))
SUNDAY = replace(FRIDAY, day=date(2026, 11, 29))
CHAT, BOARD = frozenset({Channel.CHAT.value}), frozenset({Channel.BOARD.value})


def test_it_is_what_was_said_there_and_not_what_was_in_between() -> None:
    history = (Said(SUNDAY), Said(SATURDAY), Said(FRIDAY, CHAT))
    assert said_before(history, Channel.CHAT) == FRIDAY


def test_each_channel_remembers_what_it_said_itself() -> None:
    history = (Said(SUNDAY), Said(SATURDAY, CHAT), Said(FRIDAY, BOARD))
    assert said_before(history, Channel.CHAT) == SATURDAY
    assert said_before(history, Channel.BOARD) == FRIDAY
    assert said_before(history, Channel.SHORT) == SATURDAY  # it said nothing: what the others said last


def test_said_once_more_it_is_the_same_text() -> None:
    history = (Said(SATURDAY, CHAT), Said(FRIDAY, CHAT))
    assert said_before(history, Channel.CHAT) == FRIDAY


def test_the_notice_of_the_month_reaches_everybody() -> None:
    history = (Said(SATURDAY, in_month=True), Said(FRIDAY, BOARD))
    assert said_before(history, Channel.BOARD) == SATURDAY
    history = (Said(SUNDAY), Said(SATURDAY, in_month=True), Said(FRIDAY, BOARD))
    assert said_before(history, Channel.BOARD) == SATURDAY


def test_what_nobody_heard_is_compared_with_nothing() -> None:
    assert said_before((), Channel.CHAT) is None
    assert said_before((Said(SATURDAY), Said(FRIDAY)), Channel.CHAT) is None


def test_back_to_what_was_said_is_no_change() -> None:
    back = said_before((Said(FRIDAY), Said(SATURDAY), Said(FRIDAY, CHAT)), Channel.CHAT)
    assert back is not None
    assert differences(back, FRIDAY) == ()


def test_of_one_that_replaces_another_it_is_where_people_were_told_to_come() -> None:
    off = replace(FRIDAY, standing=Standing.POSTPONED, moves_to=SATURDAY.begins)
    moved = replace(SUNDAY, moved_from=SATURDAY.begins)
    told = (Said(moved), Said(off, CHAT, is_own=False), Said(FRIDAY, CHAT, is_own=False))
    before = said_before(told, Channel.CHAT)
    assert before is not None
    assert before.begins == Moment(date(2026, 11, 28), 1140)
    assert before.standing == Standing.TAKES_PLACE
    # Said again after it was told to be on Saturday: what Saturday was compared with.
    again = said_before((Said(replace(SATURDAY, moved_from=FRIDAY.begins)), *told[1:]), Channel.CHAT)
    assert again is not None
    assert again.begins == FRIDAY.begins


def test_a_number_that_was_seen_before_anything_was_written_down_is_the_first() -> None:
    assert revision_in_force([3, 5], 0) == 3
    assert revision_in_force([3, 5], 4) == 3
    assert revision_in_force([3, 5], 9) == 5
