"""Why a wish has no class: the rule that is named is the one in the way, and without it the class could be."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from bench._rota_tasks import impossible_cases
from nightschool.rules.dispatch.rota_reasons import CLOSED, AskedRota, Hurdle, WhyNot, tell_why_not
from nightschool.rules.dispatch.rota_search import search_rota
from nightschool.rules.dispatch.rotas import RotaLine, RotaTask, broken_rules
from tests.rota_tasks import rota_tasks

FIRST = date(2026, 12, 1)


@given(rota_tasks())
@settings(max_examples=40, deadline=None)
def test_what_is_named_is_what_the_class_would_break(task: RotaTask) -> None:
    lines = search_rota(task)
    standing = AskedRota(task, lines)
    for number in {*range(len(task.wishes))} - {line.wish for line in lines}:
        why = standing.why_not(number)
        if why.teacher is None or why.evening is None:
            assert {hurdle.rule for hurdle in why.hurdles} <= {
                "earlier_part",
                "no_time_left",
                "not_taught",
                "closed",
                "week_taken",
                "too_close",
                "hall_twice",
            }
            continue
        broken = {
            one.rule for one in broken_rules(task, [*lines, RotaLine(number, why.teacher, why.evening)])
        }
        assert broken == {hurdle.rule for hurdle in why.hurdles} - {"far"}
        assert tell_why_not(task, number, why, first=FIRST)


@pytest.mark.parametrize("case", impossible_cases(7), ids=lambda case: case[0])
def test_a_planted_impossible_case_is_told_by_its_rule(
    case: tuple[str, RotaTask, list[RotaLine], int],
) -> None:
    rule, task, lines, wish = case
    why = AskedRota(task, lines).why_not(wish)
    assert {hurdle.closed or hurdle.rule for hurdle in why.hurdles} == {rule}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("not_taught", "没有会讲的老师。要排上：找一位会讲「课0」的老师。"),
        ("not_served", "会讲的老师不来这个乡镇。要排上：请教员0也到这个乡镇来。"),
        ("teacher_full", "会讲的老师都排满了一周的节数。要排上：教员0 12月1日（周二） 那一周多讲一次。"),
        ("week_taken", "村里一周只排一次，有老师的几周都排上别的课了。要排上：那一周上两次课。"),
        ("earlier_part", "要先上「没人会的」，那一讲还没排上。"),
    ],
)
def test_the_sentence_names_the_rule_and_the_way_round(rule: str, sentence: str) -> None:
    _rule, task, lines, wish = next(case for case in impossible_cases(3) if case[0] == rule)
    assert tell_why_not(task, wish, AskedRota(task, lines).why_not(wish), first=FIRST) == sentence


def test_a_closed_evening_is_named_with_why_and_its_day() -> None:
    _rule, task, lines, wish = next(case for case in impossible_cases(3) if case[0] == "not_wished")
    why = AskedRota(task, lines).why_not(wish)
    told = tell_why_not(task, wish, replace(why, evening=2), first=FIRST)
    assert told == "有老师的日子村里排不了（户里说这时候不方便）。要排上：12月3日（周四） 也能上课。"


@pytest.mark.parametrize("closed", CLOSED)
def test_every_reason_of_a_village_has_its_words(closed: str) -> None:
    _rule, task, _lines, wish = impossible_cases(3)[0]
    assert CLOSED[closed][0] in tell_why_not(
        task, wish, WhyNot((Hurdle("closed", closed),), 0, 0), first=FIRST
    )


def test_who_waits_more_than_twice_the_middle_is_named() -> None:
    _rule, task, _lines, _wish = impossible_cases(3)[0]
    waited = tuple(replace(wish, waited=days) for wish, days in zip(task.wishes, (0, 2, 90), strict=True))
    task = replace(task, wishes=waited)
    lines = [RotaLine(1, 1, 3), RotaLine(2, 2, 4)]  # waits of 5 and 94 days: the middle is 49.5
    assert AskedRota(task, lines).long_waits() == ()
    assert AskedRota(task, [RotaLine(1, 1, 3), RotaLine(0, 0, 7)]).long_waits() == (2,)
