"""Tonight's class on a loudspeaker, in a chat group and on the board, and what changed since."""

import io
import re
import sys
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from nightschool.actions.courses.sessions import cancel_session, move_session
from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.queries.notices.notices import class_notice
from nightschool.rules.notices.told import Channel
from nightschool.rules.slots import Moment, Slot
from tests.factories import JIANLI, NOW, SHIWAN, TODAY, Cast, make_course, make_learner, make_session
from tests.web.notices.test_messages import to_send

SPEAKS = """
import struct, sys
assert "今晚六点半" in sys.stdin.buffer.read().decode() and sys.argv[1:3] == ["-v", "cmn"]
head = b"RIFF" + b"\\xff\\xff\\xff\\x7f" + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
sys.stdout.buffer.write(head + b"data" + b"\\xff\\xff\\xff\\x7f" + bytes(16000))
"""
TONIGHT = {"starts": 18 * 60 + 30, "ends": 20 * 60}


@pytest.fixture
def tonight(cast: Cast, database: Database) -> str:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        return make_session(db, course, TODAY, teachers=(cast.teacher,), **TONIGHT).public_id


def test_the_desk_has_the_words_for_the_group_ready(chen: FlaskClient, tonight: str) -> None:
    desk = chen.get(f"/desk/{SHIWAN}").text
    assert to_send(desk)[:2] == [
        "狮湾村 农民夜校上课通知：",
        "【柑橘冬季管护】今晚，周二 11月24日（十月十六） 18:30–20:00",
    ]
    assert f"/sessions/{tonight}/notice" in desk


def test_a_class_is_said_in_three_ways_and_printed(chen: FlaskClient, tonight: str) -> None:
    page = chen.get(f"/sessions/{tonight}/notice").text
    assert page.count("今晚六点半") == 2
    assert "狮湾村夜校：周二 11月24日 18:30 柑橘冬季管护" in page
    assert "贴条" not in page
    for paper in ("a4", "a3"):
        answer = chen.get(f"/sessions/{tonight}/poster.pdf?paper={paper}")
        assert answer.data.startswith(b"%PDF")


def test_where_this_machine_can_speak_the_script_comes_as_a_sound_file(
    chen: FlaskClient, tonight: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that answers as espeak-ng does stands in for it: a head with lengths that it cannot know."""
    sound = f"/sessions/{tonight}/notice.wav"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "下载录音" not in chen.get(f"/sessions/{tonight}/notice").text
    assert chen.get(sound).headers["Location"] == f"/sessions/{tonight}/notice"
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!{sys.executable}\n" + SPEAKS)
    program.chmod(0o755)
    assert "下载录音" in chen.get(f"/sessions/{tonight}/notice").text
    answer = chen.get(sound)
    assert answer.mimetype == "audio/wav"
    with wave.open(io.BytesIO(answer.data)) as heard:
        assert heard.getnframes() / heard.getframerate() == 1
    assert "attachment; filename=2026-11-24.wav" in answer.headers["Content-Disposition"]


def test_once_called_off_all_says_so_and_a_strip_is_printed(
    chen: FlaskClient, cast: Cast, database: Database, tonight: str
) -> None:
    assert chen.get(f"/sessions/{tonight}/strip.pdf").status_code == 303
    with database.writing() as db:
        cancel_session(
            db,
            class_session=tonight,
            seen_revision=1,
            reason="farm_work",
            reason_text="",
            by=cast.chen_actor,
            now=NOW,
        )
    page = chen.get(f"/sessions/{tonight}/notice").text
    assert page.count("今晚六点半的柑橘冬季管护不上了") == 2
    assert chen.get(f"/sessions/{tonight}/strip.pdf").data.startswith(b"%PDF")


@pytest.mark.both_databases
def test_a_class_nobody_knows_of_is_announced_to_nobody(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, published=False)
        draft = make_session(db, course, TODAY + timedelta(days=1), status="draft").public_id
    answer = chen.get(f"/sessions/{draft}/notice")
    assert answer.headers["Location"] == f"/sessions/{draft}"
    assert "没有什么要通知的" in chen.get(f"/desk/{SHIWAN}/notice").text


def test_a_week_is_said_in_one(chen: FlaskClient, database: Database, cast: Cast, tonight: str) -> None:
    with database.writing() as db:
        course = make_course(db, title="防诈骗")
        make_session(db, course, TODAY + timedelta(days=6), starts=1140, ends=1200)
        make_session(db, course, TODAY + timedelta(days=7), starts=1140, ends=1200)
    page = chen.get(f"/desk/{SHIWAN}/notice").text
    assert to_send(page)[1].startswith("【柑橘冬季管护】今晚")
    assert page.count("【防诈骗】") == 1


def test_no_villager_and_no_hidden_teacher_stands_on_a_notice(
    chen: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀")
        db.get_one(Teacher, cast.teacher).name_is_public = False
    for path in (f"/sessions/{tonight}/notice", f"/desk/{SHIWAN}/notice"):
        page = chen.get(path).text
        assert "陈大秀" not in page
        assert "周老师" not in page
        assert "农技站的老师" in page


def test_a_notice_says_what_changed_since_what_was_really_said(
    chen: FlaskClient, cast: Cast, database: Database, tonight: str
) -> None:
    """Told of 18:30 in the group, then moved twice; the poster was printed in between."""
    say(chen, tonight, "chat")
    assert "周二 11月24日 10:00通知过了。" in chen.get(f"/sessions/{tonight}/notice").text
    move(database, cast, tonight, 19 * 60, seen=1)
    answer = say(chen, tonight, "board", paper="a3")
    assert answer.headers["Location"] == f"/sessions/{tonight}/poster.pdf?paper=a3"
    assert chen.get(answer.headers["Location"]).data.startswith(b"%PDF")
    move(database, cast, tonight, 19 * 60 + 30, seen=2)
    with database.reading() as db:
        found = class_notice(db, SHIWAN, tonight, at=Moment(TODAY, 600))
    assert found is not None
    told = {channel: found.on(channel).entries[0].was_to_be for channel in Channel}
    assert told[Channel.CHAT] == Moment(TODAY, 18 * 60 + 30)
    assert told[Channel.BOARD] == Moment(TODAY, 19 * 60)
    assert "变更：原定周二 11月24日（十月十六） 18:30" in chen.get(f"/sessions/{tonight}/notice").text
    say(chen, tonight, "chat")  # and the text that was sent stays what it is
    assert "变更：原定周二 11月24日（十月十六） 18:30" in chen.get(f"/sessions/{tonight}/notice").text


def test_what_is_called_off_is_the_class_that_people_know_of(
    chen: FlaskClient, cast: Cast, database: Database, tonight: str
) -> None:
    say(chen, tonight, "loudspeaker")
    move(database, cast, tonight, 20 * 60, seen=1)
    with database.writing() as db:
        cancel_session(
            db,
            class_session=tonight,
            seen_revision=2,
            reason="weather",
            reason_text="",
            by=cast.chen_actor,
            now=NOW,
        )
    assert chen.get(f"/sessions/{tonight}/notice").text.count("今晚六点半的柑橘冬季管护不上了") == 2


@pytest.mark.both_databases
def test_the_code_on_an_old_poster_leads_to_what_changed_since(
    chen: FlaskClient, client: FlaskClient, cast: Cast, database: Database, tonight: str
) -> None:
    address = f"/v/{SHIWAN}/posted/{tonight}/0"
    assert client.get(address).headers["Location"] == f"/v/{SHIWAN}"
    say(chen, tonight, "board")
    move(database, cast, tonight, 20 * 60, seen=1)
    page = client.get(address).text
    assert "海报上说的：周二 11月24日（十月十六） 18:30 柑橘冬季管护" in page
    assert "改到 周二 11月24日（十月十六） 20:00。" in page
    assert client.get(f"/v/{SHIWAN}/posted/{tonight}/2").status_code == 303


@pytest.mark.both_databases
def test_a_notice_is_told_by_its_village_alone(
    chen: FlaskClient, cast: Cast, browser_of: Callable[[int], FlaskClient], tonight: str
) -> None:
    luo = browser_of(cast.luo)
    assert say(luo, tonight, "chat").status_code == 404
    assert (
        luo.post(f"/desk/{JIANLI}/notice", data={"channel": "chat", "said": f"{tonight}:0"}).status_code
        == 303
    )
    assert "通知过了" not in chen.get(f"/sessions/{tonight}/notice").text
    for wrong in ({"channel": "drum"}, {"said": ""}, {"said": f"{tonight}:x"}):
        data = {"channel": "chat", "said": f"{tonight}:0", **wrong}
        assert chen.post(f"/desk/{SHIWAN}/notice", data=data).status_code == 422


def say(browser: FlaskClient, class_session: str, channel: str, **data: str) -> TestResponse:
    revision = re.search(
        rf'name="said" value="{class_session}:(\d+)"', browser.get(f"/sessions/{class_session}/notice").text
    )
    said = f"{class_session}:{revision[1] if revision else 0}"
    return browser.post(f"/desk/{SHIWAN}/notice", data={"channel": channel, "said": said, **data})


def move(database: Database, cast: Cast, class_session: str, starts: int, *, seen: int) -> None:
    with database.writing() as db:
        move_session(
            db,
            class_session=class_session,
            slot=Slot(TODAY, starts, starts + 90),
            seen_revision=seen,
            by=cast.chen_actor,
            now=NOW,
        )
