"""In the browser: an office draws classes to be seen, notes what it found, and the village reads that afterwards."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.calendars import RegionPosition
from nightschool.models.planning import Inspection, InspectionVisit
from nightschool.rules.oversight.inspections import draw
from tests.factories import (
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_region,
    make_school,
    make_session,
)

COUNTY, TOWNSHIP = "511002000000", "511002105000"
NEAR, FAR, UNKNOWN = "511002105202", "511002104203", "511002104204"
DRAW = f"/overview/{COUNTY}/inspections"
FORM = {"place": SHIWAN, "minutes": "40", "first": "2026-11-24", "last": "2026-12-07", "size": "3"}
POSITIONS = {SHIWAN: (29.58, 105.06), NEAR: (29.60, 105.08), FAR: (30.10, 105.60)}


def evenings(database: Database) -> None:
    """Three classes in each of four villages, of which one lies too far and of one nobody knows where."""
    with database.writing() as db:
        make_region(db, "511002104000", "永安镇")
        for code in (NEAR, FAR, UNKNOWN):
            make_region(db, code)
            make_school(db, code)
        for code, (latitude, longitude) in POSITIONS.items():
            db.add(RegionPosition(region_code=code, latitude=latitude, longitude=longitude))
        for code in (SHIWAN, NEAR, FAR, UNKNOWN):
            course = make_course(db, code, title=f"课{code[-3:]}")
            for ahead in range(3):
                make_session(db, course, TODAY + timedelta(days=ahead))
            make_session(db, course, TODAY + timedelta(days=4), starts=9 * 60, ends=10 * 60)
            make_session(db, course, TODAY + timedelta(days=5), status="draft", published_at=None)


@pytest.mark.both_databases
def test_a_draw_is_kept_noted_counted_and_read_by_its_village_only_afterwards(
    cast: Cast, browser_of: Any, database: Database, clock: StillClock
) -> None:
    evenings(database)
    officer: FlaskClient = browser_of(cast.county_supervisor)
    chen: FlaskClient = browser_of(cast.chen)
    assert DRAW in officer.get(f"/overview/{COUNTY}").text
    answer = officer.post(DRAW, data=FORM)
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    with database.reading() as db:
        made = db.scalars(select(Inspection)).one()
        visits = db.scalars(select(InspectionVisit).order_by(InspectionVisit.id)).all()
        assert len(made.frame) == 6, "evenings of 狮湾村 and the village next to it"
        assert {one.region_code for one in visits} <= {SHIWAN, NEAR} and len(visits) == 3
        assert made.unplaced == 1 and "有 1 个村没有填位置" in page
        assert len(draw(made.frame, 3, made.seed)) == 3 and made.seed in page
        first = next(one for one in visits)
        keys = [one.public_id for one in visits]
        villages = {one.public_id: one.region_code for one in visits}
    sheet = officer.get(f"{answer.location}/sheet").text
    assert "□在上课 □没上课 □没去成、联系不上" in sheet and made.seed in sheet
    assert officer.get(f"{answer.location}/sheet.pdf").mimetype == "application/pdf"
    # Nobody in the village learns of it beforehand.
    for path in (f"/desk/{SHIWAN}", f"/desk/{SHIWAN}/papers/visits", f"/trail/{SHIWAN}", f"/v/{SHIWAN}"):
        seen = chen.get(path).text
        assert "抽" not in re.sub(r"抽到、来看过的课", "", seen) and answer.location not in seen, path
    assert chen.get(answer.location).status_code == 404
    # Before the class nothing can be noted; afterwards what is wrong is said, and what was typed stays.
    early = officer.post(answer.location, data={"do": keys[-1], "outcome": "held"})
    assert early.status_code == 422 and "还没到时间" in early.text
    clock.move(days=4)
    wrong = officer.post(
        answer.location, data={"do": keys[0], "outcome": "not_held", "reason_text": "门锁着"}
    )
    assert wrong.status_code == 422 and "选一个原因" in wrong.text and "门锁着" in wrong.text
    phone = {"do": keys[0], "outcome": "held", "reason_text": "问 13800138000"}
    assert "像是有手机号" in officer.post(answer.location, data=phone).text
    found = (
        {"outcome": "not_held", "reason": "weather", "reason_text": "下大雨"},
        {"outcome": "held"},
        {"outcome": "unreached"},
    )
    for key, said in zip(keys, found, strict=True):
        assert officer.post(answer.location, data={"do": key, **said}).status_code == 303
    page = officer.get(answer.location).text
    assert "看了 2 次，1 次在上课，占 50%。" in page and "另有 1 次没去成" in page
    assert "抽了 3 次，记了 3 次" in officer.get(DRAW).text
    own = [key for key in keys if villages[key] == SHIWAN]
    read = chen.get(f"/desk/{SHIWAN}/papers/visits").text
    assert read.count("市中区") >= len(own)
    assert ("没上课：下大雨" in read) is (first.region_code == SHIWAN)
    assert chen.get(f"/desk/{SHIWAN}/papers/visits.txt").status_code == 404


@pytest.mark.both_databases
def test_without_positions_the_township_is_drawn_from_and_what_cannot_be_drawn_is_said(
    cast: Cast, browser_of: Any, database: Database
) -> None:
    evenings(database)
    officer: FlaskClient = browser_of(cast.county_supervisor)
    made = officer.post(DRAW, data={**FORM, "place": TOWNSHIP, "size": "60"})
    page = officer.get(made.location).text
    assert "全安镇没有填位置" in page
    with database.reading() as db:
        villages = set(db.scalars(select(InspectionVisit.region_code)))
        assert villages == {SHIWAN, NEAR}
    for wrong, told in (
        ({"first": "2026-11-20"}, "从今天起才抽得了"),
        ({"last": "2026-11-01"}, "最后一天在第一天前面了"),
        ({"first": "2027-01-01", "last": "2027-01-05"}, "没有公布了的课"),
        ({"minutes": "很近"}, "整数"),
        ({"place": "511024100217"}, "已经不在单子上了"),
    ):
        answer = officer.post(DRAW, data={**FORM, **wrong})
        assert answer.status_code == 422 and told in answer.text, wrong
