"""A rota as an office looks at it: rows are kept whole, say why, and are changed only as far as can be."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bench._rota_tasks import impossible_cases
from nightschool.errors import Refused
from nightschool.rules.dispatch.rota_drafts import (
    RotaRow,
    check_rota_span,
    filled_rows,
    rows_as_json,
    rows_of_json,
    with_class,
)
from nightschool.rules.dispatch.rotas import RotaLine
from tests.factories import TODAY

DAY = date(2026, 12, 3)


def row(wish: str = "a", village: str = "1", **columns: object) -> RotaRow:
    return RotaRow(wish, village, f"村{village}", "东镇", "柑橘", "skill", 9, why="", **columns)  # type: ignore[arg-type]


GOES = row(teacher="t", teacher_name="周老师", day=DAY, km=7)


def test_rows_are_kept_whole() -> None:
    rows = (GOES, row("b", "2", venue="v", expected=8))
    assert rows_of_json(rows_as_json(rows)) == rows


def test_who_waits_long_reads_why_also_where_there_is_a_class() -> None:
    _rule, task, _lines, _wish = impossible_cases(3)[0]
    unmet, soon, long = task.wishes
    more = replace(soon, key="more", village=0)
    task = replace(task, wishes=(unmet, soon, replace(long, waited=300), more))
    first, second, *_between, last = sorted(task.teachers[1].free)
    lines = [RotaLine(1, 1, first), RotaLine(2, 2, last), RotaLine(3, 1, second)]
    rows = filled_rows(task, [row(str(one)) for one in range(4)], lines, first=DAY)
    assert rows[0].day is None and "没有会讲的老师" in rows[0].why
    assert (rows[1].day, rows[1].km is None) == (DAY + timedelta(days=first), False)
    assert rows[1].why == "会讲这个的老师里，数这位近。"
    assert rows[2].why.startswith("等得久了。")
    home = task.villages[task.wishes[1].village].position
    near = replace(task.teachers[1], key="near", name="近老师", home=home, free=frozenset())
    task = replace(task, teachers=(*task.teachers, near))
    rows = filled_rows(task, [row(str(one)) for one in range(4)], lines, first=DAY)
    assert rows[1].why == "更近的近老师那天来不了。"


@pytest.mark.parametrize(
    ("wish", "changed", "code"),
    [
        ("?", {}, "no_such_row"),
        ("c", {}, "asked_for_it"),
        ("b", {"teacher": "t", "day": DAY}, "teacher_twice"),
        ("d", {"teacher": "u", "day": DAY}, "village_twice"),
    ],
)
def test_what_cannot_be_changed_so(wish: str, changed: dict[str, object], code: str) -> None:
    rows = (GOES, row("b", "2"), row("c", "3", dispatch="x"), row("d", "1"))
    with pytest.raises(Refused, match=code):
        with_class(rows, wish, **{"teacher": "", "name": "", "day": None} | changed)  # type: ignore[arg-type]


def test_a_class_by_hand_or_none() -> None:
    after = with_class((GOES,), "a", teacher="t", name="周老师", day=DAY + timedelta(days=1))
    assert (after[0].day, after[0].km) == (DAY + timedelta(days=1), 7)
    other = with_class((GOES,), "a", teacher="u", name="李老师", day=DAY)
    assert (other[0].teacher_name, other[0].km) == ("李老师", None)
    none = with_class((GOES,), "a", teacher="t", name="周老师", day=None)
    assert (none[0].day, none[0].teacher, none[0].why) == (None, "", "手工去掉的。")


@pytest.mark.parametrize(
    ("first", "days", "code"), [(0, 9, "past"), (5, -1, "backwards"), (1, 63, "too_long")]
)
def test_spans_that_cannot_be(first: int, days: int, code: str) -> None:
    begins = TODAY + timedelta(days=first)
    with pytest.raises(Refused, match=code):
        check_rota_span(begins, begins + timedelta(days=days), today=TODAY)
    check_rota_span(TODAY + timedelta(days=1), TODAY + timedelta(days=63), today=TODAY)
