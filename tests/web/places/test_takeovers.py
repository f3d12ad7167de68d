"""A merged village's desk leads on, and its successor takes over what it had."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nightschool.actions.places.successors import set_successor
from nightschool.database import Database
from nightschool.models.teaching import Course, Enrolment
from nightschool.rules.access import SYSTEM, Role
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_learner,
    make_region,
)
from tests.web.addresses import rows
from tests.web.site.test_once import FILLED, address, file_sent, filled_in, posted, records

__all__ = ["records"]

# What may still be written down in a village that has ended, and why.
STILL = {
    "questions.ask": "of a class that was",
    "evaluations.show": "the same",
    "people_lists.upload_registers": "the same",
    "closed_times.of_venue": "what is not taken over yet is kept true, and goes along",
    "closed_times.of_teacher": "the same",
    "teacher_links.of_village": "it shows what was, and goes along",
    "teacher_links.index": "the same",
    "household_status.new": "the same",
    "admin.slip": "who cannot get in records what was",
}
OF_NO_VILLAGE = {"region_lists.upload", "calendars.notice"}
OF_A_VILLAGE = [
    name for name, filled in FILLED.items() if filled.region == SHIWAN and name not in OF_NO_VILLAGE
]
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.both_databases
def test_the_former_villages_desk_leads_on_and_its_successor_takes_over_and_puts_back_in_the_browser(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    with database.writing() as db:
        make_learner(db, JIANLI, "何大秀", "一组")
        make_course(db, JIANLI, "柑橘")
        set_successor(db, predecessor=JIANLI, successor=SHIWAN, day=YESTERDAY, by=SYSTEM, now=NOW)
        wang = make_account(db, "wang", "王书记", Role.COORDINATOR, JIANLI).id
    old = browser_of(wang)
    desk = old.get(f"/desk/{JIANLI}").text
    assert "那以后的课、学员、老师和场地都记在狮湾村" in desk and f'href="/v/{SHIWAN}"' in desk
    assert "＋ 排一门课" not in desk and "开头三步" not in desk
    form = {
        "title": "春耕", "category": "skill", "starts": "09:00", "ends": "10:00", "repeat": "once", "venue": "",
        "first": TODAY.isoformat(), "do": "publish",
    }  # fmt: skip
    refused = old.post(f"/desk/{JIANLI}/courses/new", data=form, headers={"Origin": "http://localhost"})
    assert refused.status_code == 409 and "都记在狮湾村。这次没有存" in refused.text
    assert "春耕" in refused.text and f'href="/v/{SHIWAN}"' in refused.text
    url = f"/desk/{SHIWAN}/takeover/{JIANLI}"
    assert old.get(url).status_code == 404
    chen = browser_of(cast.chen)
    assert url in chen.get(f"/desk/{SHIWAN}").text
    seen = chen.get(url).text
    assert "学员 1 人" in seen and "课程 1 门" in seen
    changed = chen.post(url, data={"seen": "0-0-0-0-0-0"})
    assert changed.status_code == 409 and "建立村又有变动，看一看再接" in changed.text
    shown = {"seen": re.findall(r'name="seen" value="(.+?)"', seen)[0]}
    assert "都接过来了，归狮湾村" in chen.post(url, data=shown, follow_redirects=True).text
    assert "何大秀" in chen.get(f"/desk/{SHIWAN}/learners").text
    assert "没有要接过来的了" in chen.post(url, data=shown, follow_redirects=True).text
    assert "撤回了，又归建立村" in chen.post(f"{url}/undo", follow_redirects=True).text
    assert "何大秀" not in chen.get(f"/desk/{SHIWAN}/learners").text
    assert "何大秀" in chen.get(f"/desk/{JIANLI}/learners").text  # whose history is theirs, too
    assert chen.get(f"/desk/{JIANLI}/takeover/{SHIWAN}").status_code == 404
    supervised = browser_of(cast.township_supervisor).get("/overview/511002105000?by=today")
    assert "也算在现在的村里" in supervised.text
    assert supervised.text.count("by=today") >= 4 and "按当时的村算" in supervised.text


@pytest.mark.parametrize("endpoint", OF_A_VILLAGE)
def test_nothing_new_comes_into_a_village_that_has_ended_by_any_form(
    app: Flask, database: Database, cast: Cast, records: dict[str, Any], browser_of: Any, endpoint: str
) -> None:
    with database.writing() as db:
        set_successor(db, predecessor=SHIWAN, successor=JIANLI, day=TODAY, by=SYSTEM, now=NOW)
    filled = FILLED[endpoint]
    [rule] = [rule for rule in posted(app) if rule.endpoint == endpoint]
    of = {name: records[other] for name, other in filled.of.items()}
    path = address(app, rule, {**records, **of}, SHIWAN)
    browser = browser_of(getattr(cast, filled.by))
    before = rows(database)
    answer = browser.post(path, data={**filled_in(filled, records), **file_sent(path)})
    if endpoint in STILL:
        assert answer.status_code == 303
        return
    assert answer.status_code == 409 and "都记在建立村。这次没有存" in answer.text
    assert rows(database) == before


@pytest.mark.both_databases
def test_nobody_who_waited_is_let_in_and_what_stood_on_paper_is_entered_later(
    database: Database, cast: Cast, records: dict[str, Any], browser_of: Any
) -> None:
    with database.writing() as db:
        course = db.query(Course).filter_by(public_id=records["course"]).one()
        waits = make_learner(db, name="刘国富")
        db.add(
            Enrolment(
                course_id=course.id, learner_id=waits.id, status="waiting", source="self", enrolled_on=YESTERDAY,
                asked_at=NOW.instant,
            )
        )  # fmt: skip
        set_successor(db, predecessor=SHIWAN, successor=JIANLI, day=TODAY, by=SYSTEM, now=NOW)
        path = f"/courses/{records['course']}/roster"
        waiting = waits.public_id
    chen = browser_of(cast.chen)
    assert chen.post(f"{path}/{waiting}/let-in").status_code == 409
    paper = {"m": records["learner"], "day": YESTERDAY.isoformat(), "source": "self"}
    assert chen.post(path, data=paper).status_code == 303


def test_a_system_administrator_writes_which_village_stands_for_a_merged_one(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    with database.writing() as db:
        old = make_region(db, "511002105209", "老桥村村民委员会", valid_to=YESTERDAY).code
    browser = browser_of(cast.system_administrator)
    url = f"/admin/{old}/successor"
    assert url in browser.get(f"/admin/{old}").text
    assert browser_of(cast.region_administrator).get(url).status_code == 404
    assert f'value="{SHIWAN}">全安镇 · 狮湾村' in browser.get(url).text
    wrong = browser.post(url, data={"successor": JIANLI, "day": ""})  # of another county, without a day
    assert wrong.status_code == 422 and "写从哪天起" in wrong.text and "重新选一个" in wrong.text
    told = browser.post(url, data={"successor": SHIWAN, "day": TODAY.isoformat()}, follow_redirects=True).text
    assert "写上了" in told and "老桥村从2026年11月24日起归狮湾村" in told
    assert f'selected value="{SHIWAN}"' in browser.get(url).text
    assert browser.get(f"/admin/{SHIWAN}/successor").location == f"/admin/{SHIWAN}"  # it lives
