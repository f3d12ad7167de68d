"""A venue may stop being shared only when nothing planned there overlaps."""

from datetime import date

import pytest

from nightschool.errors import Refused
from nightschool.rules.places.venues import PlannedHere, check_unshared, tell_refused_venue
from nightschool.rules.slots import Slot

TODAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 27)


def at(starts: int, ends: int, title: str, day: date = FRIDAY) -> PlannedHere:
    return PlannedHere(Slot(day, starts, ends), title)


@pytest.mark.parametrize(
    "planned",
    [
        [],
        [at(1140, 1230, "柑橘")],
        [at(1140, 1230, "柑橘"), at(1230, 1290, "医保")],
        [at(1140, 1230, "柑橘"), at(1140, 1230, "医保", date(2026, 11, 28))],
    ],
)
def test_sessions_that_do_not_overlap_are_no_obstacle(planned: list[PlannedHere]) -> None:
    check_unshared(planned, venue="院坝")


def test_overlapping_sessions_are_named() -> None:
    planned = [at(1170, 1260, "医保"), at(600, 700, "早课"), at(1140, 1230, "柑橘")]
    with pytest.raises(Refused) as refused:
        check_unshared(planned, venue="院坝")
    assert tell_refused_venue(refused.value, today=TODAY) == (
        "周五 11月27日 这里同时排着两节课：19:00 柑橘，19:30 医保。先改开一节，再定成一次只上一节。"
    )


def test_a_long_session_is_seen_behind_a_short_one() -> None:
    planned = [at(1080, 1320, "整晚"), at(1090, 1100, "短"), at(1200, 1260, "后面")]
    with pytest.raises(Refused):
        check_unshared(planned[::2], venue="院坝")
