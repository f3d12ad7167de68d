"""In the browser: several classes called off or put off at once, shown first, undone at once, with one message to send."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.courses.labelling import set_session_labels
from nightschool.database import Database
from nightschool.models.teaching import Booking, ClassSession, SessionStatus
from nightschool.queries.courses.labels import labels_of
from nightschool.rules.courses.labels import Labels
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_label, make_session, make_venue
from tests.web.courses.test_series import fields, look

WEEK = timedelta(days=7)
RAIN = {"reason": "weather", "reason_text": ""}


@pytest.fixture
def term(cast: Cast, database: Database) -> list[str]:
    """Tonight and the seven Tuesdays after, and tonight another course in the yard, on Thursday a third."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        made = [
            make_session(db, course, TODAY + WEEK * number, teachers=(cast.teacher,)) for number in range(8)
        ]
        yard = make_venue(db, name="院坝")
        dance = make_course(db, title="广场舞", venue_id=yard.id)
        made.append(make_session(db, dance, TODAY))
        made.append(make_session(db, dance, TODAY + timedelta(days=2)))
        return [session.public_id for session in made]


def save(chen: FlaskClient, path: str, shown: Any, *, but: tuple[str, ...] = (), **data: Any) -> Any:
    ticked = re.findall(r'name="pick" value="([^"]+)" checked', shown.text)
    sent = {**fields(shown.text), **data, "do": "save", "pick": [one for one in ticked if one not in but]}
    return chen.post(path, data=sent, follow_redirects=True)


def statuses(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(ClassSession.status).order_by(ClassSession.id)))


def undo(chen: FlaskClient, page: Any) -> str:
    back = re.findall(r'action="(/changes/[^"]+/undo)"', page.text)
    assert len(set(back)) == 1
    return chen.post(back[0], follow_redirects=True).text


@pytest.mark.both_databases
def test_eight_rained_out_evenings_are_one_form_one_reason_one_message_and_one_way_back(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[0]}/cancel"
    page = chen.get(path).text
    for offered in (
        "只这一次",
        "这一次和后面的，一共 8 次",
        "这一天村里的课都这样，2 次",
        "这一周村里的课都这样，3 次",
    ):
        assert offered in page
    shown = look(chen, path, **RAIN, reach="following")
    assert shown.status_code == 200
    assert shown.text.count('name="pick"') == 8
    assert "原因：天气不好。" in shown.text
    assert set(statuses(database)) == {"scheduled"}  # nothing is done by looking
    saved = save(chen, path, shown, but=(term[7],))
    assert statuses(database) == ["cancelled"] * 7 + ["scheduled"] * 3
    assert "7 次课一起记为不上了。" in saved.text
    message = re.search(r"<pre[^>]*>(.*?)</pre>", saved.text, re.DOTALL)
    assert message is not None
    assert message[1].splitlines() == [
        "狮湾村农民夜校通知：",
        *(
            f"{day} 19:00 柑橘冬季管护：不上了。"
            for day in (
                "周二 11月24日（十月十六）",
                "周二 12月1日（十月廿三）",
                "周二 12月8日（十月三十）",
                "周二 12月15日（冬月初七）",
                "周二 12月22日（冬月十四 节气冬至）",
                "周二 12月29日（冬月廿一）",
                "周二 2027年1月5日（冬月廿八 节气小寒）",
            )
        ),
        "原因：天气不好。",
        "不清楚的，问：陈书记 0832-5550101",
    ]
    assert "撤销了：7 次课和改以前一样。" in undo(chen, saved)
    assert set(statuses(database)) == {"scheduled"}


def test_all_of_a_day_and_of_a_week_of_the_village(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[0]}/cancel"
    shown = look(chen, path, **RAIN, reach="day")
    assert re.findall(r'name="pick" value="([^"]+)"', shown.text) == [term[0], term[8]]
    shown = look(chen, path, **RAIN, reach="week")
    assert re.findall(r'name="pick" value="([^"]+)"', shown.text) == [term[0], term[8], term[9]]
    save(chen, path, shown)
    assert [number for number, status in enumerate(statuses(database)) if status == "cancelled"] == [0, 8, 9]


@pytest.mark.both_databases
def test_put_off_together_each_keeps_its_teachers_place_and_organisers_and_villagers_read_when(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    with database.writing() as db:
        first = db.scalars(select(ClassSession).where(ClassSession.public_id == term[0])).one()
        set_session_labels(db, {first.id: Labels((make_label(db, "县农机站").id,))})
    path = f"/sessions/{term[0]}/postpone"
    thursday = (TODAY + timedelta(days=2)).isoformat()
    shown = look(chen, path, **RAIN, day=thursday, starts="19:00", ends="20:30", reach="day")
    assert "时间：改到 周四 11月26日（十月十八） 19:00–20:30" in shown.text
    # On Thursday 广场舞 meets as it is: it is not ticked, and says why.
    assert "这门课那个时间已经有一次了" in shown.text
    assert re.findall(r'name="pick" value="([^"]+)" checked', shown.text) == [term[0]]
    saved = save(chen, path, shown)
    assert (
        "周二 11月24日（十月十六） 19:00 柑橘冬季管护：改到 周四 11月26日（十月十八） 19:00。" in saved.text
    )
    with database.reading() as db:
        moved = db.scalars(select(ClassSession).where(ClassSession.public_id == term[0])).one()
        assert moved.status == SessionStatus.POSTPONED
        held = db.scalars(select(Booking.resource_kind).where(Booking.class_session_id == moved.successor_id))
        assert sorted(held) == ["teacher", "venue"]
        assert moved.successor_id is not None
        borne = labels_of(db, [moved.successor_id])[moved.successor_id]
        assert [one.name for one in borne.hosts] == ["县农机站"]
    undo(chen, saved)
    assert statuses(database)[0] == "scheduled"


@pytest.mark.both_databases
def test_a_series_put_off_a_week_does_not_collide_with_itself(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[0]}/postpone"
    day = (TODAY + WEEK).isoformat()
    shown = look(chen, path, **RAIN, day=day, starts="19:00", ends="20:30", reach="following")
    assert shown.text.count(" checked") == 8
    save(chen, path, shown)
    assert statuses(database)[:8] == ["postponed"] * 8
    with database.reading() as db:
        made = select(ClassSession.day).where(
            ClassSession.status == "scheduled", ClassSession.title != "广场舞"
        )
        assert sorted(db.scalars(made)) == [TODAY + WEEK * number for number in range(1, 9)]


def test_evenings_gone_by_are_set_down_as_not_held_together(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        past = [make_session(db, course, TODAY - WEEK * number).public_id for number in (3, 2, 1)]
    path = f"/sessions/{past[0]}/cancel"
    shown = look(chen, path, **RAIN, reach="following")
    assert shown.text.count("已经过了，记为没开成。") == 3
    saved = save(chen, path, shown)
    assert "没有要告诉村里人的。" in saved.text
    assert statuses(database) == ["cancelled"] * 3


def test_what_was_changed_meanwhile_is_shown_again_and_nothing_ticked_is_a_sentence(
    chen: FlaskClient, term: list[str], database: Database
) -> None:
    path = f"/sessions/{term[0]}/cancel"
    shown = look(chen, path, **RAIN, reach="following")
    none = chen.post(path, data={**fields(shown.text), "do": "save"})
    assert none.status_code == 422
    assert "一次都没勾" in none.text
    look(chen, f"/sessions/{term[3]}/cancel", **RAIN, reach="one")
    late = save(chen, path, shown)
    assert late.status_code == 409
    assert "这些课次又变了" in late.text
    assert late.text.count('name="pick"') == 7
    assert statuses(database).count("cancelled") == 1


def test_only_one_class_in_the_week_is_not_asked_how_far(
    chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        alone = make_session(db, make_course(db, SHIWAN), TODAY).public_id
    assert 'name="reach"' not in chen.get(f"/sessions/{alone}/cancel").text
