"""A venue may stop being shared only when nothing planned there overlaps."""

from datetime import date

import pytest

from nightschool.errors import Refused
from nightschool.rules.places.venues import PlannedHere, VenueEntry, check_unshared, tell_refused_venue
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


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (Refused("name_missing"), "还没写叫什么。"),
        (Refused("same_venue", name="村小"), "已经有一个场地叫村小。"),
        (Refused("same_venue", name="村小", retired=True), "有一个不再用的场地就叫村小。"),
    ],
)
def test_why_a_venue_is_not_saved_is_told(refused: Refused, told: str) -> None:
    assert tell_refused_venue(refused, today=TODAY).startswith(told)
    with pytest.raises(ValueError, match="unheard_of"):
        tell_refused_venue(Refused("unheard_of"), today=TODAY)


def test_a_venue_is_a_lit_and_covered_meeting_room_unless_it_is_said() -> None:
    room = VenueEntry("村小", "meeting_room", None, True, True, "", "", "", False, False, False, None)
    assert VenueEntry("村小") == room
