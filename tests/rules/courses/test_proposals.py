"""A proposal knows its dates, and says what is impossible about it before anything is asked of the database."""

from dataclasses import replace
from datetime import date

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.proposals import (
    Instead,
    Proposal,
    check_proposal,
    check_slot,
    refused_instead,
    tell_refused_instead,
)
from nightschool.rules.courses.recurrence import Once, Weekly
from nightschool.rules.slots import Slot

FRIDAY, NEXT = date(2026, 11, 27), date(2026, 12, 4)
WEEKLY = Proposal("511002105201", "柑橘冬季管护", "skill", 1140, 1230, Weekly(FRIDAY, (4,), times=2))


def test_dates_left_out_are_skipped_and_kept_apart() -> None:
    proposal = replace(WEEKLY, leave_out=frozenset({NEXT, date(2026, 12, 5)}))
    assert [(one.day, one.slot) for one in proposal.dates] == [(FRIDAY, Slot(FRIDAY, 1140, 1230))]
    assert proposal.skipped == (NEXT,)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"ends": 1470, "starts": 1380}, "past_midnight", "ends"),
        ({"ends": 1100}, "end_not_after_start", "ends"),
        ({"recurrence": Weekly(FRIDAY, (), times=2)}, "no_weekday", "recurrence"),
        ({"leave_out": frozenset({FRIDAY, NEXT})}, "none_left", "recurrence"),
    ],
)
def test_the_impossible_is_refused_with_its_code_and_field(
    changed: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_proposal(replace(WEEKLY, **changed))  # type: ignore[arg-type]  # one table for fields of many types
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_what_is_possible_passes() -> None:
    check_proposal(WEEKLY)
    check_proposal(replace(WEEKLY, recurrence=Once(date(2016, 11, 18))))
    check_slot(Slot(FRIDAY, 1380, 1440))


@pytest.mark.parametrize(
    ("day", "slot", "code"),
    [
        (FRIDAY, Slot(date(2026, 11, 28), 600, 690), None),
        (date(2026, 11, 28), Slot(FRIDAY, 600, 690), "not_in_series"),
        (FRIDAY, Slot(FRIDAY, 690, 600), "impossible_slot"),
        (FRIDAY, Slot(date(2226, 11, 27), 600, 690), "impossible_slot"),
        (FRIDAY, Slot(NEXT, 1200, 1290), "meets_twice"),
    ],
)
def test_a_date_moved_by_itself_goes_to_a_possible_slot(day: date, slot: Slot, code: str | None) -> None:
    refused = refused_instead(replace(WEEKLY, instead={day: Instead(slot=slot)}))
    assert refused == ({day: code} if code else {})


def test_each_reason_against_a_moved_date_has_its_own_sentence() -> None:
    codes = ("not_in_series", "meets_twice", "unknown_staff", "impossible_slot")
    assert len({tell_refused_instead(code, "周五") for code in codes}) == 4


def test_a_slot_in_a_far_year_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        check_slot(Slot(date(2226, 11, 27), 1140, 1230))
    assert (refusal.value.code, refusal.value.field) == ("far_away", "day")
