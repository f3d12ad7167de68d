"""In the browser: villagers who are in two cohorts that meet at once are named at enrolment and while scheduling."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.teaching import Enrolment
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_learner, make_session, make_venue

WEEK = timedelta(days=7)


@pytest.fixture
def cohorts(cast: Cast, database: Database) -> dict[str, str]:
    """养蜂 and 电工 on the same three Tuesdays; 张三 and 李四 are in 养蜂."""
    with database.writing() as db:
        bees = make_course(db, title="养蜂", kind="cohort", venue_id=cast.venue)
        wires = make_course(db, title="电工", kind="cohort", venue_id=make_venue(db, name="院坝").id)
        for number in range(1, 4):
            make_session(db, bees, TODAY + WEEK * number)
            make_session(db, wires, TODAY + WEEK * number, starts=20 * 60, ends=21 * 60)
        people = [make_learner(db, name=name) for name in ("张三", "李四", "王五")]
        for learner in people[:2]:
            row = Enrolment(course_id=bees.id, learner_id=learner.id, enrolled_on=TODAY, asked_at=NOW.instant)
            db.add(row)
        found = {"bees": bees.public_id, "wires": wires.public_id}
        return found | {one.name: one.public_id for one in people}


def test_who_enrols_somebody_who_is_in_another_class_then_is_told_with_names(
    chen: FlaskClient, cohorts: dict[str, str]
) -> None:
    roster = f"/courses/{cohorts['wires']}/roster"
    assert "正好同时上" not in chen.get(roster).text
    ticked = [cohorts[name] for name in ("张三", "李四", "王五")]
    sent = {"m": ticked, "source": "self", "day": TODAY.isoformat()}
    page = chen.post(roster, data=sent, follow_redirects=True).text
    assert "李四、张三也在「养蜂」那个班，周二 12月1日（十月廿三） 起有 3 次正好同时上。" in page
    assert "正好同时上" in chen.get(f"/courses/{cohorts['bees']}/roster").text
    chen.post(f"{roster}/{cohorts['张三']}/leave")
    chen.post(f"{roster}/{cohorts['李四']}/leave")
    assert "正好同时上" not in chen.get(roster).text


def test_who_schedules_a_class_of_a_cohort_is_told_whom_another_has_then(
    chen: FlaskClient, cohorts: dict[str, str]
) -> None:
    asked = {"day": (TODAY + WEEK).isoformat(), "starts": "20:15", "ends": "21:00"}
    said = chen.get(f"/courses/{cohorts['bees']}/advice", query_string=asked).get_json()
    assert not any("那个班" in one["sentence"] for one in said["advice"])  # nobody is in both
    roster = f"/courses/{cohorts['wires']}/roster"
    sent = {"m": [cohorts["张三"]], "source": "self", "day": TODAY.isoformat()}
    chen.post(roster, data=sent)
    said = chen.get(f"/courses/{cohorts['bees']}/advice", query_string=asked).get_json()
    assert "张三也在「电工」那个班，20:00–21:00 正好在上。" in [one["sentence"] for one in said["advice"]]
    earlier = {**asked, "starts": "19:00", "ends": "20:00"}
    said = chen.get(f"/courses/{cohorts['bees']}/advice", query_string=earlier).get_json()
    assert not any("那个班" in one["sentence"] for one in said["advice"])
    more = chen.get(f"/courses/{cohorts['bees']}/more").text
    assert re.search("养蜂", more)
    looked = chen.post(
        f"/courses/{cohorts['bees']}/more",
        data={
            "title": "养蜂", "category": "skill", "starts": "20:15", "ends": "21:00", "repeat": "once",
            "first": (TODAY + WEEK).isoformat(), "kind": "cohort", "do": "look",
        },
    ).text  # fmt: skip
    assert "张三也在「电工」那个班" in looked
    assert SHIWAN in looked


@pytest.mark.both_databases
def test_many_are_told_by_a_few_names(chen: FlaskClient, cohorts: dict[str, str], database: Database) -> None:
    with database.writing() as db:
        more = [make_learner(db, name=f"陈{number}妹").public_id for number in "一二三四五六七八"]
    for course in ("bees", "wires"):
        chen.post(
            f"/courses/{cohorts[course]}/roster",
            data={"m": more, "source": "self", "day": TODAY.isoformat()},
        )
    assert "和另外 2 人也在「养蜂」那个班" in chen.get(f"/courses/{cohorts['wires']}/roster").text
