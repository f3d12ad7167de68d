"""A supervisor looks at a region's week, and can copy it in one sentence."""

from datetime import timedelta

from nightschool.models.teaching import SessionStatus
from tests.factories import SHIWAN, TODAY, make_course, make_learner, make_register, make_session


def a_week(database, cast) -> None:
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销")
        held = make_session(db, course, TODAY - timedelta(days=1))
        make_register(db, held, cast.chen, present=(make_learner(db, name="陈大秀").id,), total=28)
        make_session(db, course, TODAY, status=SessionStatus.CANCELLED)
        make_session(db, course, TODAY + timedelta(days=1))


def test_township_supervisor_reads_the_week_in_a_table_and_a_sentence(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.township_supervisor).get("/overview", follow_redirects=True)
    assert page.status_code == 200
    assert "全安镇：应开 3 次，已开 1 次，到课 28 人次，没开成 1 次（天气不好 1 次）。" in page.text
    assert f"/overview/{SHIWAN}" in page.text


def test_supervisor_sees_sessions_and_reasons_but_no_villager(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.county_supervisor).get(f"/overview/{SHIWAN}")
    assert "医保怎么报销" in page.text and "天气不好" in page.text and "28 人次" in page.text
    assert "陈大秀" not in page.text


def test_period_can_be_a_month_and_moves(database, cast, browser_of) -> None:
    a_week(database, cast)
    page = browser_of(cast.township_supervisor).get("/overview/511002105000?period=month&day=2026-11-10")
    assert "2026年11月" in page.text
    assert "day=2026-10-31" in page.text and "day=2026-12-01" in page.text


def test_period_that_cannot_be_read_is_this_week(database, cast, browser_of) -> None:
    page = browser_of(cast.township_supervisor).get("/overview/511002105000?day=yesterday&period=%00")
    assert page.status_code == 200 and "2026年11月23日" in page.text


def test_other_regions_overview_is_not_there(cast, browser_of) -> None:
    assert browser_of(cast.township_supervisor).get("/overview/511024000000").status_code == 404
    assert browser_of(cast.chen).get("/overview/511002105000").status_code == 404
