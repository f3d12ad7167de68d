"""What is written every week: the circular (R3), and what meetings and dispatching need (R1, R2)."""

from datetime import date
from typing import Any

import pytest

from nightschool.database import Database
from nightschool.models.planning import ClosedTime
from tests.factories import (
    NOW,
    SHIWAN,
    Cast,
    make_course,
    make_learner,
    make_question,
    make_region,
    make_register,
    make_school,
    make_session,
    make_teacher,
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
        make_region(db, "511002104000", "永安镇")
        make_region(db, "511002104201", "村里还没办夜校的村")
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
    assert rows[0][1:] == ["狮湾村", "2", "2", "42", "1", "技术技能 2", "0", "0", ""]
    assert rows[1][1:] == ["村名很长的第1村", "1", "0", "0", "0", "", "0", "1", "停电 1 次"]
    assert [row[-1] for row in rows[2:]] == ["没有排课"] * 11
    assert "讲的有柑橘冬季管护。" in page and "人数：名单上的人本人来过的" in page
    above = officer.get(f"/overview/{SHIWAN[:6]}000000/papers/circular?period=2026-11-16")
    assert above.status_code == 404
    county = browser_of(cast.county_supervisor).get(f"/overview/{SHIWAN[:6]}000000/papers/circular.txt")
    assert county.text.startswith("2026年11月23日到11月29日，市中区：应开 0 次")
    assert "没有排课的：全安镇" in county.text and "还没办夜校的：永安镇" in county.text


@pytest.mark.both_databases
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
            "一共 1 人来过。讲的有柑橘冬季管护。没上课的 12 处：停电 1 次的：村名很长的第1村；没有排课的：村名很长的第2村、"
        )
        assert "、村名很长的第12村。2026年11月24日 10:00的数据，核对码" in text
    else:
        assert "…Data as of" in text


def test_unasked_on_a_tuesday_it_is_of_this_week(browser_of: Any, cast: Cast, week: None) -> None:
    page = browser_of(cast.township_supervisor).get(f"{HERE}/circular").text
    assert "2026年11月23日到11月29日</h1>" in page


@pytest.mark.both_databases
def test_a_meeting_sees_what_each_coming_class_lacks_and_which_village_has_none(
    browser_of: Any, database: Database, cast: Cast, week: None
) -> None:
    with database.writing() as db:
        course = make_course(db, title="果园开会")
        make_session(db, course, date(2026, 11, 26), teachers=(cast.teacher,), venue_id=cast.venue)
        make_session(db, course, date(2026, 12, 7), starts=600, ends=700, teachers=(cast.teacher,))
        make_session(db, course, date(2026, 12, 8), venue_id=None)  # past the two weeks
        make_session(db, course, date(2026, 11, 20))  # nobody recorded it
        make_question(db, make_session(db, course, date(2026, 11, 10), status="held"), text="药在哪里买")
        other = make_course(db, f"{SHIWAN[:9]}210")
        make_session(db, other, date(2026, 11, 28), status="draft", title="没公布的")
        off = {"status": "cancelled", "reason": "weather", "booked": False}
        make_session(db, make_course(db, f"{SHIWAN[:9]}211"), date(2026, 11, 28), **off)
        away = {"first": date(2026, 11, 26), "last": date(2026, 11, 26)}
        db.add(
            ClosedTime(
                resource_kind="teacher",
                resource_id=cast.teacher,
                region_code=SHIWAN,
                **away,
                made_at=NOW.instant,
                public_id="t" * 22,
            )
        )
    officer = browser_of(cast.township_supervisor)
    page = officer.get(f"{HERE}/consulting").text
    rows = [row[1:] for row in rows_of(page)]
    assert rows[0] == [
        "狮湾村", "周四 11月26日（十月十八） 19:00–20:30", "果园开会", "周老师（农技站）", "村活动室", "老师那天来不了", "",
    ]  # fmt: skip
    assert [row[0] for row in rows[:2]] == ["狮湾村"] * 2 and rows[1][4:] == ["", "还没定地方", ""]
    assert rows[2] == ["村名很长的第1村", "", "", "", "", "排了 1 节，还没公布", ""]
    assert rows[3][5] == "这两周的取消了：天气不好" and rows[4][5] == "这两周没有排课" and len(rows) == 14
    assert "上过了还没登记的课（节）：狮湾村 1" in page and "还没答复的提问（个）：狮湾村 1" in page
    assert "没公布的" not in page and "药在哪里买" not in page
    assert "要定的事" in browser_of(cast.chen).get(f"/desk/{SHIWAN}/papers/consulting").text


@pytest.mark.both_databases
def test_a_county_sees_which_village_needs_a_class_a_teacher_or_an_answer(
    browser_of: Any, database: Database, cast: Cast, week: None
) -> None:
    with database.writing() as db:
        course = make_course(db, title="果园开会")
        make_session(db, course, date(2026, 11, 26))
        make_session(db, course, date(2026, 12, 1), teachers=(cast.teacher,))
        for day in (3, 9):
            asked = make_session(db, course, date(2026, 11, day), status="held", booked=False)
            make_question(db, asked, text="药在哪里买")
        make_teacher(db, f"{SHIWAN[:6]}000000", name="闲着的", unit="县医院")
        make_teacher(db, f"{SHIWAN[:6]}000000", name="不公开的", unit="县农科所", name_is_public=False)
        make_teacher(db, f"{SHIWAN[:6]}000000", name="不教了的", retired_at=NOW.instant)
        quiet = f"{SHIWAN[:9]}211"
        make_session(db, make_course(db, quiet), date(2026, 10, 1), status="held", booked=False)
        make_session(db, make_course(db, f"{SHIWAN[:9]}212"), date(2026, 12, 20), teachers=(cast.teacher,))
    county = f"/overview/{SHIWAN[:6]}000000/papers"
    officer = browser_of(cast.county_supervisor)
    page = officer.get(f"{county}/dispatching").text
    rows = {row[2]: row[3:] for row in rows_of(page)}
    assert rows["狮湾村"] == [
        "2026年11月19日", "5", "", "周四 11月26日 果园开会", "1", "2", "21", "陈书记 0832-5550101", "",
    ]  # fmt: skip
    assert rows["村名很长的第1村"][:4] == ["", "", "停电", "没有排课"]
    assert rows["村名很长的第2村"][:4] == ["2026年10月1日", "54", "", "没有排课"]
    assert "村名很长的第3村" not in rows
    assert "两周里没有课的老师：闲着的（县医院）、县农科所" in page and "不教了的" not in page
    assert "两周里有课的老师（节）：周老师（农技站） 1" in page
    assert "药在哪里买" not in page and "不公开的" not in page
    assert officer.get(f"{county}/consulting").location == county
    assert "/consulting" not in officer.get(county).text and "/dispatching" in officer.get(county).text
    empty = officer.get(f"/overview/{SHIWAN[:6]}999000/papers/dispatching")
    assert empty.status_code == 404
