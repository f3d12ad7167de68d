"""八有 and 四个一: what the records show is worked out, the rest is ticked; nothing is added up."""

from datetime import date

import pytest

from nightschool.rules.places.checklist import SchoolFacts, active_since, checklist, teachers_since
from tests.factories import TODAY


def missing(facts: SchoolFacts) -> list[str]:
    return [item.code for part in checklist(facts, today=TODAY) for item in part.missing]


def test_a_school_with_everything_lacks_nothing() -> None:
    ticked = frozenset({"sign", "equipment", "materials", "rules", "receiver", "kit", "sports"})
    assert missing(SchoolFacts(1, 90, 1, 6, TODAY, ticked)) == []


def test_a_new_school_lacks_all_twelve() -> None:
    assert len(missing(SchoolFacts())) == 12


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        (SchoolFacts(teachers=5), "teachers"),
        (SchoolFacts(largest_m2=89), "room"),
        (SchoolFacts(last_held=date(2026, 8, 23)), "activity"),
    ],
)
def test_just_below_the_line_is_still_missing(facts: SchoolFacts, lacks: str) -> None:
    assert lacks in missing(facts)


def test_what_the_records_know_is_said_of_what_is_lacking() -> None:
    """还没有，或者还没勾 is for what is ticked by hand alone."""
    facts = SchoolFacts(venues=2, largest_m2=60, coordinators=1, teachers=1)
    lacking = {item.code: item.lacking for part in checklist(facts, today=TODAY) for item in part.items}
    assert (lacking["teachers"], lacking["room"]) == ("还差 5 位", "还差 30 平方米")
    assert (lacking["activity"], lacking["venue"]) == ("还没有上过课", "")
    ticked = {item.code for part in checklist(facts, today=TODAY) for item in part.items if item.is_ticked}
    assert {code for code, said in lacking.items() if "勾" in said} == ticked


def test_who_taught_within_a_year_counts_among_the_teachers() -> None:
    assert teachers_since(date(2026, 11, 24)) == date(2025, 11, 24)


def test_three_months_back_is_the_same_day_or_the_last_there_is() -> None:
    assert active_since(TODAY) == date(2026, 8, 24)
    assert active_since(date(2026, 5, 31)) == date(2026, 2, 28)
    assert active_since(date(2027, 1, 15)) == date(2026, 10, 15)
