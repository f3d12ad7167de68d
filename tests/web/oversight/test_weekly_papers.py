"""What is written every week: the circular (R3), and what meetings and dispatching need (R1, R2)."""

from datetime import date
from typing import Any

import pytest

from nightschool.database import Database
from tests.factories import (
    SHIWAN,
    Cast,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_school,
    make_session,
)
from tests.web.people.test_training_cards import rows_of

TOWNSHIP = f"{SHIWAN[:9]}000"
HERE = f"/overview/{TOWNSHIP}/papers"


@pytest.fixture
def week(database: Database, cast: Cast) -> None:
    """Of a township's villages one held two classes, one could not, and eleven have a school and nothing planned."""
    with database.writing() as db:
        came = make_learner(db)
        course = make_course(db, title="柑橘冬季管护")
        for day, total in ((date(2026, 11, 17), 30), (date(2026, 11, 19), 12)):
            held = make_session(db, course, day)
            make_register(db, held, cast.chen, present=(came.id,), total=total)
        for number in range(12):
            code = f"{SHIWAN[:9]}{210 + number}"
            make_region(db, code, f"村名很长的第{number + 1}村村民委员会")
            make_school(db, code)
        other = f"{SHIWAN[:9]}210"
        make_session(
            db,
            make_course(db, other),
            date(2026, 11, 18),
            status="cancelled",
            reason="power_cut",
            booked=False,
        )


def test_the_circular_of_a_week_says_what_was_held_and_why_something_was_not(
    browser_of: Any, cast: Cast, week: None
) -> None:
    officer = browser_of(cast.township_supervisor)
    page = officer.get(f"{HERE}/circular?period=2026-11-16").text
    assert "<h1>全安镇周通报 2026年11月16日到11月22日</h1>" in page
    rows = rows_of(page)
    assert rows[0][1:] == ["狮湾村", "2", "2", "1", "42", "1", "技术技能 2", "0", "0", ""]
    assert rows[1][1:] == ["村名很长的第1村", "1", "0", "0", "0", "0", "", "0", "1", "停电 1 次"]
    assert [row[-1] for row in rows[2:]] == ["没有排课"] * 11
    assert "讲的有柑橘冬季管护。" in page and "人数：名单上的人本人来过的" in page
    above = officer.get(f"/overview/{SHIWAN[:6]}000000/papers/circular?period=2026-11-16")
    assert above.status_code == 404
    county = browser_of(cast.county_supervisor).get(f"/overview/{SHIWAN[:6]}000000/papers/circular.txt")
    assert "东兴区" in county.text or "市中区" in county.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_sent_of_it_has_at_most_300_characters(
    browser_of: Any, cast: Cast, week: None, language: str
) -> None:
    officer = browser_of(cast.township_supervisor)
    text = officer.get(f"{HERE}/circular.txt?period=2026-11-16&lang={language}").text.strip()
    assert len(text) <= 300
    if language == "zh":
        assert text.startswith(
            "2026年11月16日到11月22日，全安镇：应开 3 次，已开 2 次，到课 42 人次，没开成 1 次（停电 1 次）。"
            "一共 1 人来过。讲的有柑橘冬季管护。没上课的 12 处：村名很长的第1村（停电 1 次）、村名很长的第2村（没有排课）、"
        )
        assert "第11村（没有排课）…2026年11月24日 10:00的数据，核对码" in text


def test_unasked_on_a_tuesday_it_is_of_this_week(browser_of: Any, cast: Cast, week: None) -> None:
    page = browser_of(cast.township_supervisor).get(f"{HERE}/circular").text
    assert "2026年11月23日到11月29日</h1>" in page
