"""Who graduates: a share of what was held and is to come, the same measure for everybody."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.registers.attendance import STATUS_WORDS
from nightschool.rules.registers.graduation import (
    Basis,
    CohortSessions,
    GraduationRule,
    Outlook,
    basis_word,
    class_hours,
    outlook_word,
    progress_of,
    required,
    tell_lacking,
    tell_rule,
)

EIGHT = CohortSessions(held=dict.fromkeys(range(8), 90), coming={})
RULES = st.builds(GraduationRule, st.sampled_from(Basis), st.integers(1, 100))
SESSIONS = st.dictionaries(st.integers(0, 30), st.integers(10, 480), max_size=12)
TERMS = st.builds(
    lambda held, coming: CohortSessions(held, {key + 100: minutes for key, minutes in coming.items()}),
    SESSIONS,
    SESSIONS,
)
MARKS = st.dictionaries(st.integers(0, 140), st.sampled_from(sorted(STATUS_WORDS)))


def marks(**how_many: int) -> dict[int, str]:
    """Marks of the first sessions: so many of each status, one after the other."""
    statuses = [status for status, times in how_many.items() for _time in range(times)]
    return dict(enumerate(statuses))


@pytest.mark.parametrize(
    ("said", "sat", "outlook"),
    [
        (marks(present=6), 6, Outlook.GRADUATES),
        (marks(present=5), 5, Outlook.NEEDS_MAKEUP),
        (marks(present=3, late=3), 6, Outlook.GRADUATES),
        (marks(present=5, makeup=1), 6, Outlook.GRADUATES),
        (marks(present=5, excused=3), 5, Outlook.NEEDS_MAKEUP),
        (marks(present=5, substitute=3), 5, Outlook.NEEDS_MAKEUP),
        (marks(present=5, absent=3), 5, Outlook.NEEDS_MAKEUP),
        ({}, 0, Outlook.NEEDS_MAKEUP),
    ],
)
def test_six_of_eight_are_three_quarters(said: dict[int, str], sat: int, outlook: Outlook) -> None:
    one = progress_of(GraduationRule(), EIGHT, said)
    assert (one.sessions, one.minutes, one.outlook) == (sat, sat * 90, outlook)


def test_somebody_excused_from_all_but_one_does_not_graduate() -> None:
    assert not progress_of(GraduationRule(), EIGHT, marks(present=1, excused=7)).graduates


def test_in_the_middle_of_the_term_the_rest_is_still_to_come() -> None:
    by_now = CohortSessions(held={1: 90, 2: 90}, coming={3: 90, 4: 90})
    rule = GraduationRule()
    came_once = progress_of(rule, by_now, {1: "present"})
    assert (required(rule, by_now), came_once.lacking, came_once.to_make_up) == (3, 2, 0)
    assert came_once.outlook == Outlook.ON_THE_WAY
    assert tell_lacking(rule, came_once) == "再上 2 次就够。"
    never = progress_of(rule, by_now, {})
    assert never.outlook == Outlook.NEEDS_MAKEUP
    assert tell_lacking(rule, never) == "还差 3 次，其中 1 次要靠补课。"


def test_by_hours_a_long_session_weighs_more() -> None:
    by_now = CohortSessions(held={1: 240, 2: 60}, coming={})
    assert progress_of(GraduationRule(Basis.HOURS, 75), by_now, {1: "present"}).graduates
    assert not progress_of(GraduationRule(Basis.SESSIONS, 75), by_now, {1: "present"}).graduates
    short = progress_of(GraduationRule(Basis.HOURS, 75), by_now, {2: "present"})
    assert tell_lacking(GraduationRule(Basis.HOURS, 75), short) == "还差 3.7 学时，其中 3.7 学时要靠补课。"


def test_marks_of_sessions_that_are_not_held_do_not_count() -> None:
    by_now = CohortSessions(held={1: 90}, coming={2: 90})
    assert progress_of(GraduationRule(), by_now, {1: "present", 2: "present", 3: "present"}).sessions == 1


def test_nobody_graduates_from_nothing() -> None:
    assert not progress_of(GraduationRule(), CohortSessions({}, {}), {}).graduates


@given(RULES, TERMS, MARKS)
def test_who_graduates_has_the_share_and_who_has_the_share_graduates(
    rule: GraduationRule, by_now: CohortSessions, said: dict[int, str]
) -> None:
    one = progress_of(rule, by_now, said)
    whole = by_now.weight(rule)
    has_share = whole > 0 and Fraction(one.counted, whole) >= Fraction(rule.percent, 100)
    assert one.graduates == (has_share and one.counted > 0)
    assert one.counted + one.lacking == max(one.counted, required(rule, by_now))
    assert 0 <= one.to_make_up <= one.lacking
    assert one.counted == (one.minutes if rule.basis == Basis.HOURS else one.sessions)


@given(RULES, TERMS, MARKS, st.integers(0, 30))
def test_one_attendance_more_never_harms_and_lost_ones_never_help(
    rule: GraduationRule, by_now: CohortSessions, said: dict[int, str], session: int
) -> None:
    before = progress_of(rule, by_now, said)
    more = progress_of(rule, by_now, {**said, session: "makeup"})
    assert more.counted >= before.counted
    assert more.lacking <= before.lacking
    for status in ("excused", "absent", "substitute"):
        assert progress_of(rule, by_now, {**said, session: status}).counted <= more.counted


@given(TERMS, MARKS, st.sampled_from(Basis), st.integers(1, 99))
def test_a_stricter_rule_lets_nobody_more_graduate(
    by_now: CohortSessions, said: dict[int, str], basis: Basis, percent: int
) -> None:
    strict, mild = GraduationRule(basis, percent + 1), GraduationRule(basis, percent)
    assert progress_of(strict, by_now, said).lacking >= progress_of(mild, by_now, said).lacking
    assert required(strict, by_now) >= required(mild, by_now)


@given(RULES, TERMS, MARKS)
def test_coming_to_everything_left_and_making_up_the_rest_graduates(
    rule: GraduationRule, by_now: CohortSessions, said: dict[int, str]
) -> None:
    one = progress_of(rule, by_now, said)
    later = CohortSessions({**by_now.held, **by_now.coming}, {})
    full = {**{key: status for key, status in said.items() if key in by_now.held}}
    came = progress_of(rule, later, {**full, **dict.fromkeys(by_now.coming, "present")})
    assert came.lacking == one.to_make_up
    assert came.graduates == (one.to_make_up == 0 and came.counted > 0)


@given(st.integers(10, 480), st.integers(1, 12), MARKS, st.integers(1, 100))
def test_where_all_sessions_are_equally_long_both_rules_agree(
    minutes: int, number: int, said: dict[int, str], percent: int
) -> None:
    by_now = CohortSessions(dict.fromkeys(range(number), minutes), {})
    verdicts = {progress_of(GraduationRule(basis, percent), by_now, said).graduates for basis in Basis}
    assert len(verdicts) == 1


def test_hours_are_rounded_so_that_they_never_flatter() -> None:
    assert [class_hours(minutes) for minutes in (45, 90, 60, 0)] == ["1", "2", "1.3", "0"]
    assert class_hours(60, up=True) == "1.4"
    assert class_hours(90, up=True) == "2"


def test_the_rule_is_told_with_what_it_is_a_share_of() -> None:
    assert tell_rule(GraduationRule()) == "上够全部次数的 75% 就结业。"
    assert tell_rule(GraduationRule(Basis.HOURS, 80)) == "上够全部学时的 80% 就结业。"


@pytest.mark.parametrize(
    ("rule", "one", "told"),
    [
        (GraduationRule(Basis.SESSIONS), {"lacking": 0}, "够了。"),
        (GraduationRule(Basis.SESSIONS), {"lacking": 2}, "再上 2 次就够。"),
        (GraduationRule(Basis.SESSIONS), {"lacking": 2, "to_make_up": 1}, "还差 2 次，其中 1 次要靠补课。"),
        (GraduationRule(Basis.HOURS), {"lacking": 50}, "再上 1.2 学时就够。"),
        (
            GraduationRule(Basis.HOURS),
            {"lacking": 90, "to_make_up": 1},
            "还差 2 学时，其中 0.1 学时要靠补课。",
        ),
    ],
)
def test_what_is_lacking_is_told_in_sessions_or_hours(
    rule: GraduationRule, one: dict[str, Any], told: str
) -> None:
    usual = progress_of(rule, EIGHT, {})
    assert tell_lacking(rule, replace(usual, **{"to_make_up": 0, **one})) == told


def test_every_outlook_and_basis_has_its_word() -> None:
    assert len({outlook_word(one) for one in Outlook}) == len(Outlook)
    assert len({basis_word(one) for one in Basis}) == len(Basis)
